/** What goes over the phone's socket (`/voice/desk`), and what of it has a shape of its own. Instants: ms since 1970 UTC. */

export type CallRole = "talk" | "listen" | "whisper" | "barge";

/** A call of this person's as the server knows it, told to all their devices. */
export interface CallWord {
  interaction: string;
  leg: string;
  role: CallRole;
  state: "connecting" | "up" | "lost" | "ended";
  /** It is on the device that hears this. */
  here: boolean;
  device_label: string;
  /** Passes the call to another device. */
  code: string;
  /** The server keeps the person muted, from leg to leg. Absent: no. */
  muted?: boolean;
  /** It is on the telephone on the person's desk. Absent: no. */
  telephone?: boolean;
}

export interface SipAccess {
  /** The exchange's WebSocket address. */
  ws: string;
  uri: string;
  user: string;
  password: string;
}

export interface QualityWord {
  /** Mean opinion score, 1…4.5. */
  mos: number;
  /** Share of packets lost, 0…1. */
  loss: number;
  jitter_ms: number;
}

export type CodeShown = "nothing" | "last4" | "all";

/** A code that the customer may be asked to type. */
export interface CodeView {
  id: string;
  title: string;
  least: number;
  most: number;
  secret: boolean;
  /** What of it will be seen here. */
  shown: CodeShown;
}

/** How asking for a code stands. */
export interface CodeNow {
  interaction: string;
  id: string;
  title: string;
  state: "asked" | "done" | "timeout" | "too_few" | "cancelled" | "lost";
  typed: number;
  most: number;
  /** They are asked once more: it was too short. */
  again: boolean;
  shown: CodeShown;
  /** What may be seen, once it is done, and only on the page that asked. */
  digits: string;
}

export type FromPhoneServer =
  | {
      t: "welcome";
      person: string;
      engine: "embedded" | "asterisk";
      ice_servers: RTCIceServer[];
      sip?: SipAccess | null;
      /** The person's telephone at the exchange; without `sip` it stands on their desk. */
      phone?: string;
      calls: CallWord[];
      now: number;
      /** Absent: the engine is there. */
      up?: boolean;
    }
  | { t: "connect"; leg: string; interaction: string; role: CallRole }
  | { t: "answer"; leg?: string; id?: string; sdp: string }
  | { t: "drop"; leg: string; cause: string }
  | ({ t: "call" } & CallWord)
  | ({ t: "quality"; leg: string } & QualityWord)
  | { t: "alarm"; interaction: string; on: boolean; text: string }
  | { t: "codes"; interaction: string; codes: CodeView[] }
  | ({ t: "code" } & CodeNow)
  | { t: "engine"; up: boolean; text: string }
  /** STUN and TURN servers for the next connection: what was told before will soon be refused. */
  | { t: "ice"; ice_servers: RTCIceServer[] }
  /** The exchange's password for the next registration: what was told before will soon be refused. */
  | { t: "sip"; sip: SipAccess }
  | { t: "nack"; id?: string; code: string; text: string }
  | { t: "pong"; n: number; now: number };

export type ToPhoneServer =
  | { t: "hello"; v: 1; device: string; label: string }
  | { t: "ready"; microphone: boolean; why?: string }
  | { t: "offer"; leg: string; sdp: string }
  | { t: "hangup"; leg: string }
  | { t: "key"; leg: string; digit: string; id: string }
  | { t: "mute"; leg: string; on: boolean }
  | { t: "take"; interaction: string; code?: string }
  | { t: "codes"; interaction: string }
  | { t: "ask_code"; id: string; interaction: string; code: string }
  | { t: "cancel_code"; interaction: string }
  | { t: "check"; id: string; sdp: string }
  | { t: "ping"; n: number };
