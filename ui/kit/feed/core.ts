/**
 * The feed's one connection for all pages of a browser: keeps the socket, the topics and the commands not yet acked.
 *
 * Runs in a SharedWorker, or in the page where there is none. It never answers for a page: the ring-readiness proof
 * (`ProveOffer`) is a command like any other and comes from a page's own thread.
 */
import { Backoff } from "./backoff.ts";
import type { LinkState, Port, ToCore } from "./port.ts";
import { applyDelta, applySnap, Gap, type TopicState } from "./reducer.ts";
import type { ClientFrame, ServerFrame } from "./wire.ts";

export interface Socket {
  send(text: string): void;
  close(code?: number): void;
  onopen: (() => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: (() => void) | null;
}

/** The world outside, so that tests can be it. */
export interface World {
  /** Fetches a single-use ticket; throws `SignedOut` when the session is gone. */
  ticket(csrf: string, locale: string): Promise<string>;
  connect(ticket: string): Socket;
  /** Monotonic ms. */
  now(): number;
  random(): number;
  setTimeout(run: () => void, ms: number): unknown;
  clearTimeout(timer: unknown): void;
}

export class SignedOut extends Error {}

interface Topic {
  state: TopicState | null;
  ports: Set<Port>;
  /** Asked anew after a gap; deltas that don't fit are left aside until the answer. */
  resyncSince: number | null;
  refused: string | null;
  idleSince: number | null;
}

/** A topic nobody looks at is kept this long: going from one contact to another and back costs nothing. */
const LINGER_MS = 20_000;
/** Asked anew and no fitting answer for this long: ask for a fresh snapshot. */
const RESYNC_MS = 3_000;
const HELLO_MS = 8_000;

export class FeedCore {
  private readonly topics = new Map<string, Topic>();
  private readonly ports = new Set<Port>();
  private readonly commands = new Map<string, { frame: ClientFrame; port: Port }>();
  private readonly backoff: Backoff;
  private socket: Socket | null = null;
  private phase: "idle" | "dialing" | "ready" | "waiting" | "stopped" = "idle";
  private csrf = "";
  private locale = "zh-CN";
  private heartbeatMs = 5_000;
  private lastWord: number | null = null;
  private readyAt = 0;
  private pingAt = 0;
  private pingCount = 0;
  private pings = new Map<number, number>();
  private degraded = false;
  private ticker: unknown = null;
  private retryAt: number | null = null;
  private everReady = false;
  private dialed = 0;

  constructor(private readonly world: World) {
    this.backoff = new Backoff(() => world.random());
  }

  join(port: Port): void {
    this.ports.add(port);
  }

  leave(port: Port): void {
    this.ports.delete(port);
    for (const topic of this.topics.values()) this.dropPort(topic, port);
    if (this.ports.size === 0 && this.commands.size === 0) this.stop();
  }

  receive(port: Port, message: ToCore): void {
    switch (message.t) {
      case "open":
        this.csrf = message.csrf;
        this.locale = message.locale;
        if (this.phase === "idle" || this.phase === "stopped") this.dial();
        this.tellLine(port);
        break;
      case "sub":
        this.subscribe(port, message.topic);
        break;
      case "unsub": {
        const topic = this.topics.get(message.topic);
        if (topic) this.dropPort(topic, port);
        break;
      }
      case "cmd": {
        const frame: ClientFrame = { t: "cmd", id: message.id, name: message.name, args: message.args };
        this.commands.set(message.id, { frame, port });
        this.write(frame);
        break;
      }
      case "typing":
        this.write({ t: "typing", interaction_id: message.interaction_id, on: message.on });
        break;
      case "nudge":
        this.nudge();
        break;
      case "leave":
        this.leave(port);
        break;
      case "sign_out":
        this.commands.clear();
        this.stop();
        for (const each of this.ports) each.send({ t: "signed_out" });
        break;
    }
  }

  // -- topics --------------------------------------------------------------------------------------------------------
  private subscribe(port: Port, name: string): void {
    let topic = this.topics.get(name);
    if (!topic) {
      topic = { state: null, ports: new Set(), resyncSince: null, refused: null, idleSince: null };
      this.topics.set(name, topic);
      this.ask(name, topic, true);
    } else if (topic.refused) {
      topic.refused = null;
      this.ask(name, topic, true);
    }
    topic.ports.add(port);
    topic.idleSince = null;
    if (topic.state) port.send({ t: "snap", topic: name, ...topic.state });
  }

  private dropPort(topic: Topic, port: Port): void {
    if (topic.ports.delete(port) && topic.ports.size === 0) topic.idleSince = this.world.now();
  }

  /** Subscribes on the socket; from what we have if `resume` and there is something. */
  private ask(name: string, topic: Topic, resume: boolean): void {
    const from = resume && topic.state ? { seq: topic.state.seq, epoch: topic.state.epoch } : {};
    this.write({ t: "sub", topic: name, ...from });
  }

  private dropIdleTopics(now: number): void {
    for (const [name, topic] of this.topics) {
      if (topic.idleSince !== null && now - topic.idleSince > LINGER_MS) {
        this.topics.delete(name);
        this.write({ t: "unsub", topic: name });
      }
    }
  }

  // -- connection ----------------------------------------------------------------------------------------------------
  private dial(): void {
    this.phase = "dialing";
    this.retryAt = null;
    const attempt = ++this.dialed;
    this.ticker ??= this.world.setTimeout(this.tick, 1_000);
    this.world.ticket(this.csrf, this.locale).then(
      (ticket) => {
        if (this.phase === "dialing" && attempt === this.dialed) this.connect(ticket);
      },
      (error: unknown) => {
        if (attempt !== this.dialed || this.phase !== "dialing") return;
        if (error instanceof SignedOut) this.signedOut();
        else this.wait();
      },
    );
  }

  private connect(ticket: string): void {
    const socket = this.world.connect(ticket);
    this.socket = socket;
    this.readyAt = this.world.now();
    socket.onmessage = (event) => {
      if (socket === this.socket) this.take(event.data);
    };
    socket.onclose = () => {
      if (socket === this.socket) this.lost();
    };
  }

  private hangUp(): void {
    const socket = this.socket;
    this.socket = null;
    if (!socket) return;
    socket.onmessage = socket.onclose = socket.onopen = null;
    socket.close();
  }

  private lost(): void {
    if (this.phase === "ready" && this.world.now() - this.readyAt > 5_000) this.backoff.reset();
    this.hangUp();
    this.wait();
  }

  private wait(): void {
    const delay = this.backoff.next();
    this.phase = "waiting";
    this.degraded = false;
    this.retryAt = this.world.now() + delay;
    this.tellLine();
    this.rearm();
  }

  private signedOut(): void {
    this.stop();
    for (const port of this.ports) port.send({ t: "signed_out" });
  }

  private stop(): void {
    this.phase = "stopped";
    this.dialed++;
    this.hangUp();
    this.topics.clear();
    this.lastWord = null;
    this.everReady = false;
    if (this.ticker !== null) this.world.clearTimeout(this.ticker);
    this.ticker = null;
    this.backoff.reset();
  }

  private nudge(): void {
    if (this.phase === "waiting") this.dial();
    else if (this.phase === "ready") this.ping(this.world.now());
  }

  private hello(frame: Extract<ServerFrame, { t: "hello" }>): void {
    this.phase = "ready";
    this.everReady = true;
    this.heartbeatMs = frame.heartbeat_ms || 5_000;
    this.readyAt = this.world.now();
    this.pings.clear();
    this.pingAt = this.readyAt;
    for (const port of this.ports) port.send({ t: "clock", now: frame.now, age_ms: 0 });
    for (const [name, topic] of this.topics) {
      topic.resyncSince = null;
      topic.refused = null;
      this.ask(name, topic, true);
    }
    for (const { frame: command } of this.commands.values()) this.write(command);
    this.tellLine();
  }

  // -- frames --------------------------------------------------------------------------------------------------------
  private take(data: unknown): void {
    if (typeof data !== "string") return;
    const wasSilent = this.lineState() !== "live";
    this.lastWord = this.world.now();
    const frame = JSON.parse(data) as ServerFrame;
    this.dispatch(frame);
    if (wasSilent && this.phase === "ready") this.tellLine();
    // Timers of hidden pages are slowed down; what comes in is not. So the heartbeat also rides on what comes in.
    if (this.phase === "ready" && this.lastWord - this.pingAt >= this.heartbeatMs) this.ping(this.lastWord);
  }

  private dispatch(frame: ServerFrame): void {
    switch (frame.t) {
      case "hello":
        this.hello(frame);
        break;
      case "snap":
        this.snap(frame);
        break;
      case "delta":
        this.delta(frame);
        break;
      case "ack":
      case "nack": {
        const command = this.commands.get(frame.id);
        this.commands.delete(frame.id);
        command?.port.send(frame);
        break;
      }
      case "pong":
        this.pong(frame.n, frame.now);
        break;
      case "typing":
        for (const port of this.ports) port.send(frame);
        break;
      case "fault":
        this.fault(frame);
        break;
      case "degraded":
        this.degraded = frame.on;
        this.tellLine();
        break;
    }
  }

  private snap(frame: Extract<ServerFrame, { t: "snap" }>): void {
    const topic = this.topics.get(frame.topic);
    if (!topic) return;
    topic.state = applySnap(topic.state, frame.epoch, frame.seq, frame.data);
    topic.resyncSince = null;
    for (const port of topic.ports) port.send({ t: "snap", topic: frame.topic, ...topic.state });
  }

  private delta(frame: Extract<ServerFrame, { t: "delta" }>): void {
    const topic = this.topics.get(frame.topic);
    if (!topic?.state) return;
    if (frame.from_seq < topic.state.seq && frame.seq <= topic.state.seq) return; // had it
    try {
      topic.state = applyDelta(topic.state, frame.from_seq, frame.seq, frame.ops);
    } catch (error) {
      if (!(error instanceof Gap)) throw error;
      this.resync(frame.topic, topic, frame.from_seq === topic.state.seq);
      return;
    }
    topic.resyncSince = null;
    for (const port of topic.ports)
      port.send({ t: "delta", topic: frame.topic, seq: frame.seq, ops: frame.ops });
  }

  private resync(name: string, topic: Topic, broken: boolean): void {
    const now = this.world.now();
    if (topic.resyncSince === null) {
      topic.resyncSince = now;
      this.ask(name, topic, !broken);
    } else if (now - topic.resyncSince > RESYNC_MS) {
      topic.resyncSince = now;
      this.ask(name, topic, false);
    }
  }

  private fault(frame: Extract<ServerFrame, { t: "fault" }>): void {
    const topic = frame.topic === undefined ? undefined : this.topics.get(frame.topic);
    if (!topic || frame.topic === undefined) return;
    topic.refused = frame.code;
    topic.state = null;
    for (const port of topic.ports) port.send({ t: "refused", topic: frame.topic, code: frame.code });
  }

  private write(frame: ClientFrame): void {
    if (this.phase === "ready") this.socket?.send(JSON.stringify(frame));
  }

  // -- heartbeat and the honest sign -----------------------------------------------------------------------------------
  private ping(now: number): void {
    this.pingAt = now;
    const n = ++this.pingCount;
    this.pings.set(n, now);
    if (this.pings.size > 8) this.pings.delete(n - 8);
    this.write({ t: "ping", n });
  }

  private pong(n: number, serverNow: number): void {
    const sent = this.pings.get(n);
    if (sent === undefined) return;
    this.pings.delete(n);
    const age = (this.world.now() - sent) / 2;
    for (const port of this.ports) port.send({ t: "clock", now: serverNow, age_ms: age });
  }

  private readonly tick = (): void => {
    const now = this.world.now();
    if (this.phase === "waiting" && this.retryAt !== null && now >= this.retryAt) this.dial();
    else if (this.phase === "dialing" && this.socket && now - this.readyAt > HELLO_MS) this.lost();
    else if (this.phase === "ready") this.beat(now);
    this.dropIdleTopics(now);
    this.tellLine();
    this.rearm();
  };

  private beat(now: number): void {
    if (this.lastWord !== null && now - this.lastWord > 3 * this.heartbeatMs) {
      this.lost();
      return;
    }
    if (now - this.pingAt >= this.heartbeatMs) this.ping(now);
    for (const [name, topic] of this.topics) {
      if (topic.resyncSince !== null && now - topic.resyncSince > RESYNC_MS) this.resync(name, topic, false);
    }
  }

  private rearm(): void {
    if (this.ticker !== null) this.world.clearTimeout(this.ticker);
    this.ticker = null;
    if (this.phase === "stopped") return;
    const until = this.retryAt === null ? 1_000 : Math.max(20, this.retryAt - this.world.now());
    this.ticker = this.world.setTimeout(this.tick, Math.min(1_000, until));
  }

  private lineState(): LinkState {
    if (this.phase === "ready") {
      const silent = this.lastWord === null ? 0 : this.world.now() - this.lastWord;
      return this.degraded || silent > this.heartbeatMs * 1.6 ? "behind" : "live";
    }
    return this.everReady || this.phase === "waiting" ? "offline" : "connecting";
  }

  private tellLine(only?: Port): void {
    const now = this.world.now();
    const message = {
      t: "line",
      state: this.lineState(),
      silent_ms: this.lastWord === null ? null : now - this.lastWord,
      degraded: this.degraded,
      retry_ms: this.retryAt === null ? null : Math.max(0, this.retryAt - now),
    } as const;
    if (only) only.send(message);
    else for (const port of this.ports) port.send(message);
  }
}
