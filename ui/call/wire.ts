/** The frames of `/voice/ws`, as the server's `channels/voice/frames.py` has them. */

export type CallState = "reception" | "waiting" | "talking" | "held" | "cut" | "call_back" | "ended";

export interface IceServer {
  urls: string[];
  username?: string;
  credential?: string;
}

export interface Voice {
  available: boolean;
  why: string;
  phone: string;
  /** Whether the company calls back those who ask for it; an older server says nothing. */
  call_back?: boolean;
  /** Whether all talks are recorded: who is called back without having heard it reads it. */
  recorded?: boolean;
  ice_servers: IceServer[];
}

export interface Site {
  /** What the place for writing is called. */
  name: string;
  company: string;
  greeting: string;
  colour: string;
  locale: string;
  topics: { key: string; label: string }[];
}

export interface Key {
  digit: string;
  label: string;
}

export interface Position {
  position: number;
  of: number;
  wait_low_ms: number | null;
  wait_high_ms: number | null;
}

/** The visitor's contact, as a welcome has it. */
export interface OpenContact {
  id: string;
  interaction: string;
  state: CallState;
  agent: { name: string } | null;
  recording?: string;
}

export type ServerFrame =
  | {
      t: "welcome";
      visitor: string;
      site: Site;
      hours: { open: boolean; text: string };
      voice: Voice;
      contact: OpenContact | null;
      now: number;
    }
  | { t: "answer"; id: string; sdp: string }
  | {
      t: "state";
      state: CallState;
      agent?: { name: string } | null;
      ended_by?: string | null;
      reason?: string;
      /** `on` or `paused`; not there: nothing is recorded. */
      recording?: string;
      rating?: number;
    }
  | ({ t: "position" } & Position)
  | { t: "say"; text: string; keys: Key[] }
  | { t: "ring"; contact: string }
  | { t: "ack"; id: string }
  | { t: "nack"; id: string | null; code: string; text: string; alternatives: string[] }
  | { t: "degraded"; on: boolean }
  | { t: "ice"; ice_servers: IceServer[] }
  | { t: "pong"; n: number; now: number };

export type ClientFrame =
  | {
      t: "hello";
      site: string;
      v: 1;
      visitor: string | null;
      locale: string;
      contact?: string;
      page?: { url: string; title: string };
    }
  | {
      t: "call";
      id: string;
      contact: string;
      interaction: string;
      sdp: string;
      topic?: string;
      name?: string;
    }
  | { t: "key"; digit: string }
  | { t: "hangup"; id: string }
  | {
      t: "call_back";
      id: string;
      number?: string;
      at?: number;
      contact?: string;
      interaction?: string;
      topic?: string;
    }
  | { t: "rate"; id: string; score: number; comment?: string }
  | { t: "check"; id: string; sdp: string }
  | { t: "ping"; n: number };
