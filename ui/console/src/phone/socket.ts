/** The phone's way to the server: opens, says hello, keeps itself alive, comes back with growing pauses. Knows nothing of calls. */
import { Backoff } from "@kit/feed/backoff.ts";
import { type Socket, SignedOut } from "@kit/feed/core.ts";
import { Store } from "@kit/feed/store.ts";
import { api, Problem } from "../app/api.ts";
import type { FromPhoneServer, ToPhoneServer } from "./wire.ts";

/** The world outside, so that tests can be it. */
export interface PhoneWorld {
  /** A single-use ticket; throws `SignedOut` when the session is gone. */
  ticket(): Promise<string>;
  connect(ticket: string): Socket;
  /** Monotonic ms. */
  now(): number;
  random(): number;
}

export const browserWorld: PhoneWorld = {
  async ticket() {
    try {
      return (
        await api.post<{ ticket: string }>("/api/feed-ticket", {}, { signal: AbortSignal.timeout(8_000) })
      ).ticket;
    } catch (error) {
      if (error instanceof Problem && error.status === 401) throw new SignedOut();
      throw error;
    }
  },
  connect(ticket) {
    const address = new URL("/voice/desk", location.origin);
    address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
    address.searchParams.set("ticket", ticket);
    return new WebSocket(address) as unknown as Socket;
  },
  now: () => performance.now(),
  random: Math.random,
};

export type LinkState = "off" | "connecting" | "open" | "lost";

const WELCOME_MS = 8_000;
const PING_MS = 5_000;
/** Pings without any word in between: counted, not timed, for a hidden page's timers may be late by a minute. */
const MOST_UNANSWERED = 2;

export class PhoneSocket {
  readonly state = new Store<LinkState>("off");
  private readonly backoff: Backoff;
  private socket: Socket | null = null;
  private timer: ReturnType<typeof setTimeout> | null = null;
  private attempt = 0;
  private dialledAt = 0;
  private pings = 0;
  private unanswered = 0;

  /** @param hello the frame that begins every connection. @param hear gets each frame, `welcome` first. */
  constructor(
    private readonly world: PhoneWorld,
    private readonly hello: () => ToPhoneServer,
    private readonly hear: (frame: FromPhoneServer) => void,
  ) {
    this.backoff = new Backoff(() => world.random());
  }

  start(): void {
    if (this.state.get() === "off") this.dial();
  }

  stop(): void {
    this.attempt++;
    this.hangUp();
    this.clearTimer();
    this.backoff.reset();
    this.state.set("off");
  }

  /** Tries now instead of after the pause. */
  nudge(): void {
    if (this.state.get() === "lost") this.dial();
  }

  /** False when there is no connection: the frame is not kept. */
  send(frame: ToPhoneServer): boolean {
    if (this.state.get() !== "open" || !this.socket) return false;
    this.socket.send(JSON.stringify(frame));
    return true;
  }

  private dial(): void {
    this.clearTimer();
    if (this.state.get() !== "lost") this.state.set("connecting");
    const attempt = ++this.attempt;
    this.world.ticket().then(
      (ticket) => {
        if (attempt === this.attempt) this.connect(ticket);
      },
      (error: unknown) => {
        if (attempt !== this.attempt) return;
        if (error instanceof SignedOut) this.stop();
        else this.lost();
      },
    );
  }

  private connect(ticket: string): void {
    const socket = this.world.connect(ticket);
    this.socket = socket;
    this.dialledAt = this.world.now();
    this.unanswered = 0;
    socket.onopen = () => socket.send(JSON.stringify(this.hello()));
    socket.onmessage = ({ data }) => {
      if (socket === this.socket && typeof data === "string") this.take(JSON.parse(data) as FromPhoneServer);
    };
    socket.onclose = () => {
      if (socket === this.socket) this.lost();
    };
    this.timer = setTimeout(this.beat, PING_MS);
  }

  private take(frame: FromPhoneServer): void {
    this.unanswered = 0;
    if (frame.t === "welcome") {
      this.backoff.reset();
      this.state.set("open");
    }
    if (frame.t !== "pong") this.hear(frame);
  }

  private readonly beat = (): void => {
    const isOpen = this.state.get() === "open";
    if (isOpen && this.unanswered >= MOST_UNANSWERED) return this.lost();
    if (!isOpen && this.world.now() - this.dialledAt > WELCOME_MS) return this.lost();
    if (this.send({ t: "ping", n: ++this.pings })) this.unanswered++;
    this.timer = setTimeout(this.beat, PING_MS);
  };

  private lost(): void {
    this.hangUp();
    this.clearTimer();
    this.attempt++;
    this.state.set("lost");
    this.timer = setTimeout(() => this.dial(), this.backoff.next());
  }

  private hangUp(): void {
    const socket = this.socket;
    this.socket = null;
    if (!socket) return;
    socket.onmessage = socket.onclose = socket.onopen = null;
    socket.close();
  }

  private clearTimer(): void {
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
  }
}
