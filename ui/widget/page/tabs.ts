import type { Entry } from "../core/ports";
import { keepEntry, loadEntries, type Keep } from "./storage";

export type TabWord = { k: "contact"; id: string } | { k: "read"; contact: string; number: number };

/** Nobody keeps the others waiting for longer. */
const ALONE_MS = 3000;

/**
 * The tabs of one site in one browser. Each sends what was written in it and, while it lives, holds a Web Lock named
 * after itself. What a tab that is gone has left is taken over by exactly one other, under a common lock. Where
 * there are no Web Locks, several may take over the same: the server knows a repeat by its id, so nothing doubles.
 */
export function joinTabs(site: string, me: string, hear: (word: TabWord) => void) {
  const name = (what: string) => `rexian.${site}.${what}`;
  const channel = new BroadcastChannel(`rexian.${site}`);
  channel.onmessage = ({ data }: MessageEvent<TabWord>) => hear(data);

  /** One tab at a time does this (at once, where there are no Web Locks). */
  async function locked<T>(what: string, act: () => Promise<T>): Promise<T> {
    try {
      return await navigator.locks.request(name(what), act);
    } catch {
      return act();
    }
  }

  // Held until the page is gone.
  void locked(`tab.${me}`, () => new Promise(() => undefined));

  return {
    tell: (word: TabWord): void => channel.postMessage(word),

    alone: (what: string, act: () => Promise<void>): Promise<void> =>
      locked(what, () => Promise.race([act(), new Promise<void>((done) => setTimeout(done, ALONE_MS))])),

    /** Makes the entries of tabs that are gone this tab's own. */
    inherit: (keep: Keep, now: number): Promise<Entry[]> =>
      locked("inherit", async () => {
        let held: LockInfo[] = [];
        try {
          held = (await navigator.locks.query()).held!;
        } catch {
          // No Web Locks.
        }
        const gone = ({ owner }: Entry) =>
          owner === me || !held.some((lock) => lock.name === name(`tab.${owner}`));
        const left = loadEntries(keep, now).filter(gone);
        for (const entry of left) {
          entry.owner = me;
          keepEntry(keep, entry);
        }
        return left;
      }),
  };
}
