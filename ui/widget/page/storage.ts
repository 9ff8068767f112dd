import type { Entry, OutboxStore } from "../core/outbox";

/** A storage that may be absent (private mode, sandbox) or full: then this page's memory serves. */
export class Keep {
  private readonly memory = new Map<string, string>();

  constructor(
    private readonly area: () => Storage,
    private readonly prefix: string,
  ) {}

  get(key: string): string | null {
    try {
      return this.area().getItem(this.prefix + key) ?? this.memory.get(key) ?? null;
    } catch {
      return this.memory.get(key) ?? null;
    }
  }

  set(key: string, value: string | null): void {
    if (value === null) this.memory.delete(key);
    else this.memory.set(key, value);
    try {
      if (value === null) this.area().removeItem(this.prefix + key);
      else {
        this.area().setItem(this.prefix + key, value);
        this.memory.delete(key);
      }
    } catch {
      // Memory has it.
    }
  }

  keys(start: string): string[] {
    const found = new Set([...this.memory.keys()].filter((key) => key.startsWith(start)));
    try {
      const area = this.area();
      for (let i = 0; i < area.length; i++) {
        const key = area.key(i);
        if (key?.startsWith(this.prefix + start)) found.add(key.slice(this.prefix.length));
      }
    } catch {
      // Memory has them.
    }
    return [...found];
  }
}

const OUT = "out.";
/** What nobody came back for in three days is not sent any more. */
const STALE_MS = 3 * 24 * 3600 * 1000;

/** The outbox of all tabs of a site, one storage key for each entry, so that tabs don't write over each other. */
export class StoredOutbox implements OutboxStore {
  constructor(private readonly keep: Keep) {}

  put(entry: Entry): void {
    this.keep.set(OUT + entry.id, JSON.stringify(entry));
  }

  remove(id: string): void {
    this.keep.set(OUT + id, null);
  }

  load(now: number): Entry[] {
    const entries: Entry[] = [];
    for (const key of this.keep.keys(OUT)) {
      try {
        const entry = JSON.parse(this.keep.get(key) ?? "") as Entry;
        if (now - entry.at < STALE_MS && entry.frame.id === entry.id) entries.push(entry);
        else this.keep.set(key, null);
      } catch {
        this.keep.set(key, null);
      }
    }
    return entries;
  }
}
