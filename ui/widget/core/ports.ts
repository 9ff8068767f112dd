import type { Duty, FileInfo, Hello, Hours, PositionFrame, Site, WireMessage } from "./wire";

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
  file?: FileInfo | undefined;
  /** Why the server refused it, in the customer's words. Such an entry waits for "send again". */
  failed?: string | undefined;
}

/** One line of what is shown: a message, or a notice that the page itself puts between messages. */
export interface Item extends Omit<WireMessage, "number" | "t"> {
  /** None until the server has given one; notices stand at halves, after the message before them. */
  number?: number | undefined;
  /** Of the customer's own messages. */
  mark?: "sending" | "sent" | "failed";
  error?: string | undefined;
  notice?: "joined" | "requeued" | "ended";
  /** Who ended it: `customer`, `agent`, `system`. */
  by?: string | undefined;
}

/** The contact that is shown. "Offered" to an agent is waiting to the customer. */
export interface Contact {
  id: string;
  state: "waiting" | "talking" | "ended";
  startedAt: number;
  rating?: number | null | undefined;
  agent?: string | undefined;
}

/** A finished contact, above the one that is shown. */
export interface Earlier {
  id: string;
  startedAt: number;
  items: Item[];
}

/** The server would not take the contact: why, and the words to give back to the customer. */
export interface Refusal {
  text: string;
  draft: string;
}

/** What the session needs from the world. */
export interface SessionPorts {
  /** ms since 1970 UTC. */
  now: () => number;
  newId: () => string;
  /** This tab. */
  owner: string;
  /** Where entries outlive the page. */
  keep: (entry: Entry) => void;
  forget: (id: string) => void;
  identity: () => Pick<Hello, "site" | "visitor" | "locale" | "page">;
  /** Hands a frame to the socket; false when there is none open. */
  send: (frame: Hello | Duty | { t: "typing"; on: boolean } | { t: "read"; number: number }) => boolean;
  /** The socket must be closed and opened anew: something is missing. */
  resync: () => void;
  /** Something that is shown has changed. */
  changed: () => void;
  /** The server gave the visitor's token. */
  visitor: (token: string) => void;
  /** The contact that this browser showed before a reload. */
  lastContact: () => string | null;
  /** Up to which number the customer had read this contact, before a reload. */
  readBefore: (contact: string) => number;
  /** Words of an agent or the system, or a notice, that the customer has not seen (not those of a first load). */
  news: (item: Item) => void;
}

/** What is shown. */
export interface Shown {
  site?: Site;
  hours?: Hours;
  contact?: Contact | undefined;
  items: Item[];
  earlier: Earlier[];
  position?: PositionFrame | undefined;
  /** The agents have read up to this number. */
  agentRead: number;
  /** The customer has read up to this number. */
  customerRead: number;
  /** An agent is typing: until then, or 0. */
  typing: number;
  degraded?: boolean;
  refusal?: Refusal | undefined;
  rateError?: string;
  /** The server has welcomed this socket. */
  ready?: boolean;
}
