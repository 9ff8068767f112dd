/** Whether the page is dark now: by the person's choice, or by the system's where there is none. */
import { useSyncExternalStore } from "react";
import { useTheme } from "../app/theme.ts";

const wish = typeof matchMedia === "function" ? matchMedia("(prefers-color-scheme: dark)") : null;

function subscribe(listener: () => void): () => void {
  wish?.addEventListener("change", listener);
  return () => wish?.removeEventListener("change", listener);
}

export function useDark(): boolean {
  const theme = useTheme();
  const system = useSyncExternalStore(subscribe, () => wish?.matches ?? false);
  return theme === "system" ? system : theme === "dark";
}
