/** Light, dark or as the system wishes. `public/theme.js` applies the stored choice before first paint. */
import { useSyncExternalStore } from "react";

export type Theme = "system" | "light" | "dark";

const STORED = "rexian.theme";
const listeners = new Set<() => void>();

function read(): Theme {
  const value = document.documentElement.dataset["theme"];
  return value === "light" || value === "dark" ? value : "system";
}

export function setTheme(theme: Theme): void {
  if (theme === "system") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = theme;
  try {
    localStorage.setItem(STORED, theme);
  } catch {
    // Lasts for this page only then.
  }
  for (const listener of listeners) listener();
}

export function useTheme(): Theme {
  return useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, read);
}
