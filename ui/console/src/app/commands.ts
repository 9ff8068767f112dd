/** The command bar's list: any page adds its own acts while it is shown. Both languages find them. */
import { useEffect } from "react";
import { Store } from "@kit/feed/store.ts";
import type { IconName } from "@kit/ui";

export interface AppCommand {
  id: string;
  /** A catalogue key with its namespace (`wall:commands.full_screen`); the bar shows it in the reader's language and finds it in both. */
  title: string;
  params?: Record<string, string>;
  group: "go" | "act" | "state" | "view";
  icon: IconName;
  /** As shown and, by convention, handled by who adds the command. */
  shortcut?: string;
  run: () => void;
}

export const commandStore = new Store<readonly AppCommand[]>([]);
export const commandBarOpen = new Store(false);

export function openCommandBar(): void {
  commandBarOpen.set(true);
}

/** Adds commands while the component is mounted. Give a memoised list. */
export function useCommands(list: readonly AppCommand[]): void {
  useEffect(() => {
    commandStore.set([...commandStore.get(), ...list]);
    return () => commandStore.set(commandStore.get().filter((command) => !list.includes(command)));
  }, [list]);
}
