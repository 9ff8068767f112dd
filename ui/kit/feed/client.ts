/** A page's end of the feed: topic stores, commands as promises, the honest sign, the server's clock, who is typing. */
import type { FromCore, LinkState, ToCore } from "./port.ts";
import { applyOps, applySnap, type TopicState } from "./reducer.ts";
import { Store } from "./store.ts";
import type { Wire } from "./ways.ts";
import type { Commands, TopicData } from "./wire.ts";

/** The server's refusal of a command; `title` is in the reader's language. */
export class CommandRefused extends Error {
  override readonly name = "CommandRefused";
  constructor(
    readonly code: string,
    readonly title: string,
  ) {
    super(title || code);
  }
}

export interface Ack {
  seq: number;
  result?: unknown;
}

export interface Line {
  state: LinkState;
  /** When this page last heard of the server's last word, on `performance.now()`'s clock; null: never. */
  wordAt: number | null;
  /** The server is there but its database is not. */
  degraded: boolean;
}

export interface TopicStatus {
  ready: boolean;
  refused: string | null;
}

interface TopicEntry {
  state: TopicState | null;
  data: Store<object | undefined>;
  status: Store<TopicStatus>;
  users: number;
}

const TYPING_MS = 6_000;
/** The worker speaks at least once a second; silent this long, the sign can't be trusted. */
const WORKER_SILENT_MS = 4_000;

export class FeedClient {
  readonly line = new Store<Line>({ state: "connecting", wordAt: null, degraded: false });
  readonly typing = new Store<Readonly<Record<string, true>>>({});
  /** Ids of commands that wait for their ack. */
  readonly pending = new Store<ReadonlySet<string>>(new Set());

  private wire: Wire | null = null;
  private readonly signedOutListeners = new Set<() => void>();
  private readonly topics = new Map<string, TopicEntry>();
  private readonly waiters = new Map<
    string,
    { frame: ToCore; resolve: (ack: Ack) => void; reject: (error: Error) => void }
  >();
  private readonly typingTimers = new Map<string, ReturnType<typeof setTimeout>>();
  private clockBase: { server: number; local: number } | null = null;
  private lastHeard = 0;
  private watch: ReturnType<typeof setInterval> | null = null;

  /** @param openWire makes the way to the core; what it says comes to `receive`. */
  constructor(private readonly openWire: (receive: (message: FromCore) => void) => Wire) {}

  start(csrf: string, locale: string): void {
    if (this.wire) {
      this.send({ t: "open", csrf, locale });
      return;
    }
    this.lastHeard = performance.now();
    this.wire = this.openWire(this.receive);
    this.send({ t: "open", csrf, locale });
    // Pages mount before the frame round them starts the feed: what they asked for meanwhile is sent now.
    for (const [name, entry] of this.topics) if (entry.users > 0) this.send({ t: "sub", topic: name });
    for (const { frame } of this.waiters.values()) this.send(frame);
    this.watch = setInterval(this.checkWorker, 1_000);
    addEventListener("online", this.nudge);
    document.addEventListener("visibilitychange", this.nudge);
  }

  stop(): void {
    if (this.watch) clearInterval(this.watch);
    this.watch = null;
    removeEventListener("online", this.nudge);
    document.removeEventListener("visibilitychange", this.nudge);
    this.send({ t: "leave" });
    this.wire?.close();
    this.wire = null;
    this.line.set({ state: "connecting", wordAt: null, degraded: false });
  }

  /** Ends the feed of all pages of this browser. */
  signOut(): void {
    this.send({ t: "sign_out" });
  }

  /** Calls `listener` when the session is over, by whichever page or the server. Returns the way to stop. */
  onSignedOut(listener: () => void): () => void {
    this.signedOutListeners.add(listener);
    return () => this.signedOutListeners.delete(listener);
  }

  /** Tries to connect now instead of when the pause is over. */
  retry(): void {
    this.send({ t: "nudge" });
  }

  // -- topics --------------------------------------------------------------------------------------------------------
  /** Subscribes while the returned function has not been called. Counted: several users of a topic share it. */
  subscribe(name: string): () => void {
    const entry = this.entry(name);
    if (entry.users++ === 0) this.send({ t: "sub", topic: name });
    let over = false;
    return () => {
      if (over) return;
      over = true;
      // Strict mode and quick navigation leave and come back at once; wait a moment before telling anybody.
      setTimeout(() => {
        if (--entry.users > 0 || this.topics.get(name) !== entry) return;
        this.topics.delete(name);
        this.send({ t: "unsub", topic: name });
      }, 50);
    };
  }

  dataOf<T extends string>(name: T): Store<TopicData<T> | undefined> {
    return this.entry(name).data;
  }

  statusOf(name: string): Store<TopicStatus> {
    return this.entry(name).status;
  }

  private entry(name: string): TopicEntry {
    let entry = this.topics.get(name);
    if (!entry) {
      entry = {
        state: null,
        data: new Store<object | undefined>(undefined),
        status: new Store<TopicStatus>({ ready: false, refused: null }),
        users: 0,
      };
      this.topics.set(name, entry);
    }
    return entry;
  }

  // -- commands ------------------------------------------------------------------------------------------------------
  /** Sends a command until it is acked or refused, over any number of reconnections. Nothing is true before the promise. */
  command<N extends keyof Commands>(
    name: N,
    args: Commands[N],
    id: string = crypto.randomUUID(),
  ): Promise<Ack> {
    return new Promise((resolve, reject) => {
      const frame: ToCore = { t: "cmd", id, name, args };
      this.waiters.set(id, { frame, resolve, reject });
      this.pending.set(new Set(this.waiters.keys()));
      this.send(frame);
    });
  }

  sendTyping(interactionId: string, on: boolean): void {
    this.send({ t: "typing", interaction_id: interactionId, on });
  }

  // -- clock ---------------------------------------------------------------------------------------------------------
  /** The server's time now, ms since 1970 UTC; this machine's until the server has spoken. */
  now(): number {
    return this.clockBase ? this.clockBase.server + (performance.now() - this.clockBase.local) : Date.now();
  }

  // -- inside --------------------------------------------------------------------------------------------------------
  private send(message: ToCore): void {
    this.wire?.send(message);
  }

  private readonly nudge = (): void => {
    if (document.visibilityState !== "hidden") this.send({ t: "nudge" });
  };

  private readonly checkWorker = (): void => {
    const line = this.line.get();
    if (line.state === "live" && performance.now() - this.lastHeard > WORKER_SILENT_MS) {
      this.line.set({ ...line, state: "behind" });
    }
  };

  private readonly receive = (message: FromCore): void => {
    this.lastHeard = performance.now();
    switch (message.t) {
      case "snap":
        this.takeSnap(message);
        break;
      case "delta":
        this.takeDelta(message);
        break;
      case "refused":
        this.takeRefusal(message.topic, message.code);
        break;
      case "ack":
      case "nack":
        this.takeAnswer(message);
        break;
      case "typing":
        this.takeTyping(message.interaction_id, message.on);
        break;
      case "line":
        this.takeLine(message);
        break;
      case "clock":
        this.takeClock(message.now + message.age_ms);
        break;
      case "signed_out":
        for (const listener of this.signedOutListeners) listener();
        break;
    }
  };

  private takeSnap(message: Extract<FromCore, { t: "snap" }>): void {
    const entry = this.topics.get(message.topic);
    if (!entry) return;
    entry.state = applySnap(entry.state, message.epoch, message.seq, message.data);
    entry.data.set(entry.state.data);
    entry.status.set({ ready: true, refused: null });
  }

  private takeDelta(message: Extract<FromCore, { t: "delta" }>): void {
    const entry = this.topics.get(message.topic);
    if (!entry?.state) return;
    // The core has checked the order; between core and page nothing is lost.
    entry.state = { ...entry.state, seq: message.seq, data: applyOps(entry.state.data, message.ops) };
    entry.data.set(entry.state.data);
  }

  private takeRefusal(name: string, code: string): void {
    const entry = this.topics.get(name);
    if (!entry) return;
    entry.state = null;
    entry.data.set(undefined);
    entry.status.set({ ready: false, refused: code });
  }

  private takeAnswer(message: Extract<FromCore, { t: "ack" | "nack" }>): void {
    const waiter = this.waiters.get(message.id);
    if (!waiter) return;
    this.waiters.delete(message.id);
    this.pending.set(new Set(this.waiters.keys()));
    if (message.t === "ack") waiter.resolve({ seq: message.seq, result: message.result });
    else waiter.reject(new CommandRefused(message.code, message.title));
  }

  private takeTyping(id: string, on: boolean): void {
    const timer = this.typingTimers.get(id);
    if (timer) clearTimeout(timer);
    this.typingTimers.delete(id);
    const { [id]: was, ...others } = this.typing.get();
    if (on) {
      this.typingTimers.set(
        id,
        setTimeout(() => this.takeTyping(id, false), TYPING_MS),
      );
      if (!was) this.typing.set({ ...others, [id]: true });
    } else if (was) this.typing.set(others);
  }

  private takeLine(message: Extract<FromCore, { t: "line" }>): void {
    const before = this.line.get();
    const wordAt = message.silent_ms === null ? null : performance.now() - message.silent_ms;
    const moved = wordAt === null || before.wordAt === null || Math.abs(wordAt - before.wordAt) > 250;
    if (before.state === message.state && before.degraded === message.degraded && !moved) return;
    this.line.set({ state: message.state, wordAt, degraded: message.degraded });
  }

  private takeClock(server: number): void {
    const local = performance.now();
    // Small differences are the network's jitter: a clock that trembles is worse than one that is 30 ms late.
    if (this.clockBase && Math.abs(this.now() - server) < 30) return;
    this.clockBase = { server, local };
  }
}
