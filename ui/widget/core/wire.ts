/**
 * The customer's chat socket, as JSON text frames in both directions. The server's side of the same page is
 * `src/rexian/channels/chat/wire.py`. Instants are ms since 1970 UTC; ids are UUIDv7.
 */

export interface Topic {
  key: string;
  label: string;
}

export interface Site {
  name: string;
  greeting: string;
  /** `#rrggbb`, or empty for the default accent. */
  colour: string;
  topics: Topic[];
  /** Calls are taken, at the page `/v/{site_key}`. */
  voice?: boolean;
  locale: string;
}

export interface Hours {
  open: boolean;
  /** In the visitor's language: when somebody is there. */
  text: string;
}

export interface FileInfo {
  id: string;
  name: string;
  type: string;
  /** Bytes. */
  size: number;
  image: boolean;
  url?: string;
  width?: number;
  height?: number;
}

export type ContactState = "waiting" | "offered" | "talking" | "ended";

export interface WireContact {
  id: string;
  interaction: string;
  state: ContactState;
  started_at: number;
  rating: number | null;
  agent: { name: string } | null;
}

export interface WireMessage {
  t?: "message";
  id: string;
  /** Counts 1, 2, 3 … within the contact's interaction without gaps. */
  number: number;
  at: number;
  author: "customer" | "agent" | "system";
  name?: string | null;
  text?: string | null;
  file?: FileInfo | null;
}

export interface EarlierContact {
  id: string;
  started_at: number;
  messages: WireMessage[];
}

export interface Hello {
  t: "hello";
  v: 1;
  site: string;
  visitor: string | null;
  locale: string;
  after: number;
  contact: string | null;
  page: { url: string; title: string };
  earlier?: boolean;
}

export interface Start {
  t: "start";
  id: string;
  contact: string;
  interaction: string;
  topic: string | null;
  name: string | null;
  text: string;
  message: string;
}

export interface Post {
  t: "post";
  id: string;
  text?: string;
  file?: string;
}

export interface End {
  t: "end";
  id: string;
}

export interface Rate {
  t: "rate";
  id: string;
  score: number;
  comment: string;
}

/** Frames that must arrive: kept in the outbox until acked. */
export type Duty = Start | Post | End | Rate;

export type ClientFrame =
  Hello | Duty | { t: "typing"; on: boolean } | { t: "read"; number: number } | { t: "ping"; n: number };

export interface Welcome {
  t: "welcome";
  visitor: string;
  site: Site;
  hours: Hours;
  contact: WireContact | null;
  messages: WireMessage[];
  earlier?: EarlierContact[];
  now: number;
}

export interface StateFrame {
  t: "state";
  state: ContactState;
  agent: { name: string } | null;
  ended_by?: string;
  rating?: number | null;
}

export interface PositionFrame {
  t: "position";
  /** 1 = next. */
  position: number;
  of: number;
  wait_low_ms: number | null;
  wait_high_ms: number | null;
}

export type ServerFrame =
  | Welcome
  | (WireMessage & { t: "message" })
  | { t: "ack"; id: string; number?: number; at?: number }
  | { t: "nack"; id: string; code: string; text: string }
  | StateFrame
  | PositionFrame
  | { t: "typing"; on: boolean }
  | { t: "read"; number: number }
  | { t: "pong"; n: number }
  | { t: "degraded"; on: boolean };

/** A text message's limit, in code points. */
export const MAX_TEXT = 4000;
