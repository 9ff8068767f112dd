/**
 * The feed's one connection for all pages of a browser: keeps the socket, the topics and the commands not yet acked.
 *
 * Runs in a SharedWorker, or in the page where there is none. It never answers for a page: the ring-readiness proof
 * (`ProveOffer`) is a command like any other and comes from a page's own thread.
 */
import { Backoff } from "./backoff.ts";
import type { LinkState, Port, ToCore } from "./port.ts";
import { InFlight } from "./inflight.ts";
import { Topics } from "./topics.ts";
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

const HELLO_MS = 8_000;

export class FeedCore {
  private readonly topics: Topics;
  private readonly ports = new Set<Port>();
  private readonly commands: InFlight;
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
    this.topics = new Topics(this.write, () => world.now());
    this.commands = new InFlight(this.write, () => world.now());
  }

  join(port: Port): void {
    this.ports.add(port);
  }

  leave(port: Port): void {
    this.ports.delete(port);
    this.topics.leave(port);
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
        this.topics.subscribe(port, message.topic);
        break;
      case "unsub":
        this.topics.unsubscribe(port, message.topic);
        break;
      case "cmd":
        this.commands.send(port, message.id, message.name, message.args);
        break;
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
    this.topics.resume();
    this.commands.resume();
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
        this.topics.snap(frame);
        break;
      case "delta":
        this.topics.delta(frame);
        break;
      case "ack":
      case "nack":
        this.commands.answer(frame);
        if (this.ports.size === 0 && this.commands.size === 0) this.stop();
        break;
      case "pong":
        this.pong(frame.n, frame.now);
        break;
      case "typing":
        for (const port of this.ports) port.send(frame);
        break;
      case "fault":
        this.topics.fault(frame);
        break;
      case "degraded":
        this.degraded = frame.on;
        this.tellLine();
        break;
    }
  }

  private readonly write = (frame: ClientFrame): void => {
    if (this.phase === "ready") this.socket?.send(JSON.stringify(frame));
  };

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
    this.tellLine();
    this.rearm();
  };

  private beat(now: number): void {
    if (this.lastWord !== null && now - this.lastWord > 3 * this.heartbeatMs) {
      this.lost();
      return;
    }
    if (now - this.pingAt >= this.heartbeatMs) this.ping(now);
    this.topics.beat(now);
    this.commands.beat(now);
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
