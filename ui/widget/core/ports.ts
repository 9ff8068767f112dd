import type { OutboxStore } from "./outbox";
import type { Item } from "./timeline";
import type { ClientFrame, Hello } from "./wire";

export type Identity = Pick<Hello, "site" | "visitor" | "locale" | "page">;

/** What the session needs from the world. */
export interface SessionPorts {
  /** ms since 1970 UTC. */
  now: () => number;
  newId: () => string;
  /** This tab. */
  owner: string;
  store: OutboxStore;
  identity(): Identity;
  /** Hands a frame to the socket; false when there is none open. */
  send(frame: ClientFrame): boolean;
  /** The socket must be closed and opened anew: something is missing. */
  resync(): void;
  /** Something that is shown has changed. */
  changed(): void;
  /** The server gave the visitor's token. */
  visitor(token: string): void;
  /** The contact that this browser showed before a reload. */
  lastContact(): string | null;
  /** Up to which number the customer had read this contact, before a reload. */
  readBefore(contactId: string): number;
  /** Words of an agent or the system, or a notice, that the customer has not seen (not those of a first load). */
  news(item: Item): void;
}

/** The contact that is shown. "Offered" to an agent is waiting to the customer. */
export interface Contact {
  id: string;
  interaction: string;
  state: "waiting" | "talking" | "ended";
  startedAt: number;
  rating: number | null;
  agent: string | null;
  endedBy?: string;
}

/** A finished contact, above the one that is shown. */
export interface Earlier {
  id: string;
  startedAt: number;
  items: Item[];
}

/** The server would not take the contact: why, and the words to give back to the customer. */
export interface Refusal {
  code: string;
  text: string;
  draft: string;
}
