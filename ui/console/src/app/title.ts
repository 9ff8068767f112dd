/** The tab's title: what the page is, and in front how much waits for the person. */
import { useEffect } from "react";
import { Store } from "@kit/feed/store.ts";

const page = new Store("");
const badge = new Store("");

function show(): void {
  const title = page.get() ? `${page.get()} · Rexian` : "Rexian";
  document.title = badge.get() ? `${badge.get()} ${title}` : title;
}
page.watch(show);
badge.watch(show);

/** Names the page in the tab while the component is mounted. */
export function useTitle(title: string): void {
  useEffect(() => {
    page.set(title);
  }, [title]);
}

/** Puts a few characters in front of the title, such as `(2)`; empty takes them away. */
export function useTitleBadge(text: string): void {
  useEffect(() => {
    badge.set(text);
    return () => badge.set("");
  }, [text]);
}
