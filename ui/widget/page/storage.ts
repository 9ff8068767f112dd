import type { Entry } from "../core/ports";

/** Either storage of the browser, under a prefix. */
export type Keep = ReturnType<typeof keeping>;

/** A storage that may be absent (private mode, sandbox) or full: then this page's memory serves. */
export function keeping(area: () => Storage, prefix: string) {
  const memory = new Map<string, string>();
  const tried = <T>(act: () => T): T | null => {
    try {
      return act();
    } catch {
      return null;
    }
  };
  return {
    get: (key: string): string | null => memory.get(key) ?? tried(() => area().getItem(prefix + key)),

    set(key: string, value: string | null): void {
      memory.delete(key);
      try {
        if (value === null) area().removeItem(prefix + key);
        else area().setItem(prefix + key, value);
      } catch {
        if (value !== null) memory.set(key, value);
      }
    },

    keys(start: string): string[] {
      const stored = tried(() => Object.keys(area())) ?? [];
      const own = stored.filter((key) => key.startsWith(prefix)).map((key) => key.slice(prefix.length));
      return [...memory.keys(), ...own].filter((key) => key.startsWith(start));
    },
  };
}

/** What is kept as JSON, or null when it is not there or broken. */
export function parsed<T>(text: string | null): T | null {
  try {
    return JSON.parse(text!) as T;
  } catch {
    return null;
  }
}

const OUT = "out.";
/** What nobody came back for in three days is not sent any more. */
const STALE_MS = 3 * 24 * 3600 * 1000;

/** The outbox of all tabs of a site, one storage key for each entry, so that tabs don't write over each other. */
export const keepEntry = (keep: Keep, entry: Entry): void => keep.set(OUT + entry.id, JSON.stringify(entry));
export const forgetEntry = (keep: Keep, id: string): void => keep.set(OUT + id, null);

export function loadEntries(keep: Keep, now: number): Entry[] {
  return keep.keys(OUT).flatMap((key) => {
    const entry = parsed<Entry>(keep.get(key));
    if (entry && entry.frame?.id === entry.id && now - entry.at < STALE_MS) return [entry];
    keep.set(key, null);
    return [];
  });
}
