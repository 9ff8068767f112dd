import type { Entry } from "../core/outbox";
import type { StoredOutbox } from "./storage";

export type TabWord = { k: "contact"; id: string } | { k: "read"; contact: string; number: number };

/** Nobody keeps the others waiting for longer. */
const ALONE_MS = 3000;

/**
 * The tabs of one site in one browser. Each sends what was written in it and, while it lives, holds a Web Lock named
 * after itself. What a tab that is gone has left is taken over by exactly one other, under a common lock. Where
 * there are no Web Locks, several may take over the same: the server knows a repeat by its id, so nothing doubles.
 */
export class Tabs {
  private readonly channel: BroadcastChannel | null;
  private readonly locks: LockManager | null;

  constructor(
    private readonly site: string,
    readonly me: string,
    hear: (word: TabWord) => void,
  ) {
    this.locks = "locks" in navigator ? navigator.locks : null;
    this.channel = "BroadcastChannel" in globalThis ? new BroadcastChannel(`rexian.${site}`) : null;
    if (this.channel) this.channel.onmessage = (event: MessageEvent<TabWord>) => hear(event.data);
    // Held until the page is gone.
    void this.locks?.request(this.name(me), () => new Promise(() => undefined)).catch(() => undefined);
  }

  tell(word: TabWord): void {
    this.channel?.postMessage(word);
  }

  /** Makes the entries of tabs that are gone this tab's own. */
  async inherit(outbox: StoredOutbox, now: number): Promise<Entry[]> {
    if (!this.locks) return this.claim(outbox, now, new Set());
    try {
      return await this.locks.request(`rexian.${this.site}.inherit`, async () => {
        const { held = [] } = await this.locks!.query();
        return this.claim(outbox, now, new Set(held.map((lock) => lock.name ?? "")));
      });
    } catch {
      return this.claim(outbox, now, new Set());
    }
  }

  /** One tab at a time does this (at once, where there are no Web Locks). */
  async alone(what: string, act: () => Promise<void>): Promise<void> {
    if (!this.locks) return act();
    const most = (promise: Promise<void>) =>
      Promise.race([promise, new Promise<void>((r) => setTimeout(r, ALONE_MS))]);
    try {
      await this.locks.request(`rexian.${this.site}.${what}`, () => most(act()));
    } catch {
      await act();
    }
  }

  private claim(outbox: StoredOutbox, now: number, alive: ReadonlySet<string>): Entry[] {
    const left = outbox.load(now).filter((e) => e.owner === this.me || !alive.has(this.name(e.owner)));
    for (const entry of left) {
      entry.owner = this.me;
      outbox.put(entry);
    }
    return left;
  }

  private name(tab: string): string {
    return `rexian.${this.site}.tab.${tab}`;
  }
}
