import type { ClientFrame, Duty, FileInfo, Start } from "./wire";

/** After `slow_down` or `unavailable`. */
export const PAUSE_MS = 2500;
/** An ack that does not come: the same frame goes again. */
export const ACK_MS = 12_000;
/** The server takes 20 messages in 10 s; a little less is sent. */
const WINDOW_MS = 10_000;
const WINDOW_FRAMES = 18;

/** One frame that must reach the server, kept until its ack. */
export interface Entry {
  /** The frame's own id; the server acks it, and acks a repeat alike. */
  id: string;
  frame: Duty;
  /** ms since 1970 UTC when the customer did it. */
  at: number;
  /** The browser tab that sends it. */
  owner: string;
  /** For showing a posted file before the server has echoed it. */
  file?: FileInfo;
  /** Why the server refused it, in the customer's words. Such an entry waits for "send again". */
  failed?: string;
}

/** Where entries outlive the page. */
export interface OutboxStore {
  put(entry: Entry): void;
  remove(id: string): void;
}

/**
 * What this tab owes the server, in the order of the ids (ascending in time).
 *
 * One frame at a time is on its way; the next goes when it is acked. People don't type faster than that, and so the
 * order holds whatever the server puts off. After a lost socket, or an ack that does not come, the frame goes again.
 */
export class Outbox {
  private readonly entries = new Map<string, Entry>();
  private inflight: string | null = null;
  private sentAt = 0;
  private sendTimes: number[] = [];
  private pausedUntil = 0;

  constructor(private readonly store: OutboxStore) {}

  get(id: string): Entry | undefined {
    return this.entries.get(id);
  }

  all(): Entry[] {
    return [...this.entries.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  put(entry: Entry): void {
    this.entries.set(entry.id, entry);
    this.store.put(entry);
  }

  /** Takes in entries that a tab which is gone has left behind. */
  adopt(entries: readonly Entry[]): void {
    for (const entry of entries) this.entries.set(entry.id, entry);
  }

  remove(id: string): void {
    if (this.inflight === id) this.inflight = null;
    if (this.entries.delete(id)) this.store.remove(id);
  }

  removeAll(kind: Duty["t"]): void {
    for (const entry of this.all()) if (entry.frame.t === kind) this.remove(entry.id);
  }

  has(kind: Duty["t"]): boolean {
    return this.all().some((entry) => entry.frame.t === kind);
  }

  /** The contact that is being started, if one is. */
  get starting(): Start | null {
    for (const { frame } of this.all()) if (frame.t === "start") return frame;
    return null;
  }

  /** The entry that carries this message: a `post` by its own id, a `start` by its first message's. */
  ofMessage(messageId: string): Entry | undefined {
    return (
      this.get(messageId) ?? this.all().find(({ frame: f }) => f.t === "start" && f.message === messageId)
    );
  }

  /** The socket is gone: nothing is on its way. */
  grounded(): void {
    this.inflight = null;
  }

  /** Sends what is next, if it is time. */
  pump(now: number, send: (frame: ClientFrame) => boolean): void {
    const next = this.next();
    const due = this.due();
    if (!next || due === null || now < due || !send(next.frame)) return;
    this.inflight = next.id;
    this.sentAt = now;
    this.sendTimes = [...this.sendTimes.filter((at) => now - at < WINDOW_MS), now];
  }

  /** The server refused it for good: the next may go. */
  fail(entry: Entry, why: string): void {
    entry.failed = why;
    if (this.inflight === entry.id) this.inflight = null;
    this.put(entry);
  }

  /** The server is too busy: the same again after a pause. */
  pause(now: number): void {
    this.pausedUntil = now + PAUSE_MS;
    this.inflight = null;
  }

  /** When `pump` has something to do, ms since 1970, or null. */
  due(): number | null {
    const next = this.next();
    if (!next) return null;
    if (this.inflight === next.id) return this.sentAt + ACK_MS;
    const full = this.sendTimes.length >= WINDOW_FRAMES ? this.sendTimes.at(-WINDOW_FRAMES)! + WINDOW_MS : 0;
    return Math.max(this.pausedUntil, full);
  }

  private next(): Entry | undefined {
    return this.all().find((entry) => !entry.failed);
  }
}
