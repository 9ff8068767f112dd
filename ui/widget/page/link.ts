import type { ClientFrame, ServerFrame } from "../core/wire";
import { parsed } from "./storage";

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

const CLOSED_UNKNOWN_SITE = 4404;
const CLOSED_ORIGIN = 4403;
const CLOSED_CROWDED = 4429;

export interface LinkPorts {
  url: string;
  opened: () => void;
  frame: (frame: ServerFrame) => void;
  closed: () => void;
  /** The server will never take this page. */
  barred: () => void;
}

type Timer = ReturnType<typeof setTimeout> | undefined;

/** How long to wait before the n-th attempt (0 = first), ms. */
export const backoff = (attempt: number, random: number): number =>
  Math.round(FLOOR_MS + random * Math.min(LAST_MS, FIRST_MS * 2 ** attempt));

/** Keeps one WebSocket alive: opens, notices death, comes back with growing pauses. */
export function makeLink(ports: LinkPorts) {
  let socket: WebSocket | undefined;
  let timer: Timer;
  let pinger: Timer;
  let pongDue: Timer;
  let attempt = 0;
  let wanted = false;
  let openedAt = 0;
  let pings = 0;

  function send(frame: ClientFrame): boolean {
    if (socket?.readyState !== 1) return false;
    socket.send(JSON.stringify(frame));
    return true;
  }

  function open(): void {
    clearTimeout(timer);
    if (!wanted || socket) return;
    const mine = (socket = new WebSocket(ports.url));
    openedAt = Date.now();
    timer = setTimeout(fail, PONG_MS + PONG_MS);
    mine.onopen = () => {
      clearTimeout(timer);
      pinger = setInterval(ping, PING_MS);
      ports.opened();
    };
    mine.onmessage = ({ data }) => {
      clearTimeout(pongDue);
      pongDue = undefined;
      const frame = parsed<ServerFrame>(data as string);
      if (frame) ports.frame(frame);
    };
    mine.onclose = ({ code }) => {
      if (code === CLOSED_UNKNOWN_SITE || code === CLOSED_ORIGIN) {
        stop();
        ports.barred();
      } else fail(code === CLOSED_CROWDED ? CROWDED_MS : 0);
    };
  }

  function ping(): void {
    send({ t: "ping", n: ++pings });
    pongDue ??= setTimeout(fail, PONG_MS);
  }

  function fail(atLeast = 0): void {
    drop();
    later(Math.max(atLeast, backoff(attempt++, Math.random())));
  }

  function later(ms: number): void {
    clearTimeout(timer);
    if (wanted) timer = setTimeout(open, ms);
  }

  function drop(): void {
    clearInterval(pinger);
    clearTimeout(pongDue);
    pongDue = undefined;
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
    socket = undefined;
    ports.closed();
  }

  function stop(): void {
    wanted = false;
    clearTimeout(timer);
    drop();
  }

  /** The network, or the person, is back: don't sit out the pause; and see whether the socket still lives. */
  function nudge(): void {
    if (!wanted || document.hidden) return;
    if (socket?.readyState === 1) ping();
    else if (!socket) later(0);
  }
  addEventListener("online", nudge);
  addEventListener("pageshow", nudge);
  document.addEventListener("visibilitychange", nudge);

  return {
    send,
    stop,
    wanted: () => wanted,

    start(): void {
      wanted = true;
      open();
    },

    /** Closes and opens again: something is missing. */
    restart(): void {
      const young = Date.now() - openedAt < RESTART_MS;
      drop();
      later(young ? RESTART_MS : 0);
    },

    /** The server has welcomed us: the next trouble starts with short pauses again. */
    welcomed(): void {
      attempt = 0;
    },
  };
}
