import type { ClientFrame, ServerFrame } from "../core/wire";

/** The socket is asked for life this often; it must answer within `PONG_MS`. */
const PING_MS = 15_000;
const PONG_MS = 8_000;
/** Back-off: doubles from the first to the last, with full jitter above a floor. */
const FIRST_MS = 400;
const LAST_MS = 15_000;
const FLOOR_MS = 150;
/** Too many sockets from this address: come back much later. */
const CROWDED_MS = 30_000;
/** Reopening on our own wish no oftener than this. */
const RESTART_MS = 1_000;

export const CLOSED_UNKNOWN_SITE = 4404;
export const CLOSED_ORIGIN = 4403;
export const CLOSED_CROWDED = 4429;

export interface LinkPorts {
  url: string;
  opened(): void;
  frame(frame: ServerFrame): void;
  closed(): void;
  /** The server will never take this page. */
  barred(code: number): void;
  now(): number;
  random(): number;
}

type Timer = ReturnType<typeof setTimeout> | undefined;

/** How long to wait before the n-th attempt (0 = first), ms. */
export function backoff(attempt: number, random: number): number {
  const ceiling = Math.min(LAST_MS, FIRST_MS * 2 ** Math.min(attempt, 10));
  return Math.round(FLOOR_MS + random * ceiling);
}

/** Keeps one WebSocket alive: opens, notices death, comes back with growing pauses. */
export class Link {
  private socket: WebSocket | null = null;
  private timer: Timer;
  private pinger: Timer;
  private pongDue: Timer;
  private attempt = 0;
  private stopped = true;
  private openedAt = 0;
  private pings = 0;

  constructor(private readonly ports: LinkPorts) {
    addEventListener("online", this.nudge);
    addEventListener("pageshow", this.nudge);
    document.addEventListener("visibilitychange", this.nudge);
  }

  get wanted(): boolean {
    return !this.stopped;
  }

  start(): void {
    if (!this.stopped) return;
    this.stopped = false;
    this.open();
  }

  stop(): void {
    this.stopped = true;
    this.drop();
    clearTimeout(this.timer);
  }

  send(frame: ClientFrame): boolean {
    if (this.socket?.readyState !== WebSocket.OPEN) return false;
    this.socket.send(JSON.stringify(frame));
    return true;
  }

  /** Closes and opens again: something is missing. */
  restart(): void {
    if (this.stopped) return;
    const young = this.ports.now() - this.openedAt < RESTART_MS;
    this.drop();
    this.later(young ? RESTART_MS : 0);
  }

  /** The server has welcomed us: the next trouble starts with short pauses again. */
  welcomed(): void {
    this.attempt = 0;
  }

  /** The network, or the person, is back: don't sit out the pause; and see whether the socket still lives. */
  private readonly nudge = (): void => {
    if (this.stopped || document.visibilityState === "hidden") return;
    if (this.socket?.readyState === WebSocket.OPEN) this.ping();
    else if (!this.socket) this.later(0);
  };

  private open(): void {
    clearTimeout(this.timer);
    if (this.stopped || this.socket) return;
    const socket = new WebSocket(this.ports.url);
    this.socket = socket;
    this.openedAt = this.ports.now();
    this.timer = setTimeout(() => this.fail(), PONG_MS + PONG_MS);
    socket.onopen = () => {
      clearTimeout(this.timer);
      this.pinger = setInterval(() => this.ping(), PING_MS);
      this.ports.opened();
    };
    socket.onmessage = (event: MessageEvent<unknown>) => {
      clearTimeout(this.pongDue);
      this.pongDue = undefined;
      const frame = parse(event.data);
      if (frame) this.ports.frame(frame);
    };
    socket.onclose = (event) => {
      if (this.socket !== socket) return;
      if (event.code === CLOSED_UNKNOWN_SITE || event.code === CLOSED_ORIGIN) {
        this.stop();
        this.ports.barred(event.code);
      } else this.fail(event.code === CLOSED_CROWDED ? CROWDED_MS : 0);
    };
  }

  private ping(): void {
    this.send({ t: "ping", n: ++this.pings });
    if (!this.pongDue) this.pongDue = setTimeout(() => this.fail(), PONG_MS);
  }

  private fail(atLeast = 0): void {
    this.drop();
    this.later(Math.max(atLeast, backoff(this.attempt++, this.ports.random())));
  }

  private later(ms: number): void {
    clearTimeout(this.timer);
    if (!this.stopped) this.timer = setTimeout(() => this.open(), ms);
  }

  private drop(): void {
    clearInterval(this.pinger);
    clearTimeout(this.pongDue);
    this.pongDue = undefined;
    const { socket } = this;
    if (!socket) return;
    this.socket = null;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
    this.ports.closed();
  }
}

function parse(data: unknown): ServerFrame | null {
  try {
    const frame = JSON.parse(String(data)) as ServerFrame;
    return typeof frame === "object" && frame && typeof frame.t === "string" ? frame : null;
  } catch {
    return null;
  }
}
