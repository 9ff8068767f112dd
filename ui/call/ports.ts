import type { ClientFrame, IceServer } from "./wire";

/** A call that is under way, kept over a reload of the page. */
export interface Kept {
  contact: string;
  interaction: string;
}

/** What a line is to the session: `media.ts` makes real ones. */
export interface LinePort {
  offer: () => Promise<string>;
  answered: (sdp: string) => Promise<void>;
  press: (digit: string) => boolean;
  mute: (on: boolean) => void;
  close: () => void;
}

export interface Ports {
  send: (frame: ClientFrame) => boolean;
  newId: () => string;
  now: () => number;
  later: (act: () => void, ms: number) => () => void;
  /** Opens the microphone if it isn't, and makes a line. Rejects with a `Trouble`. */
  line: (servers: IceServer[], up: () => void, lost: () => void) => Promise<LinePort>;
  /** The microphone isn't needed any more. */
  release: () => void;
  ring: () => () => void;
  keep: (kept: Kept | null) => void;
  visitor: (token: string) => void;
  changed: () => void;
}
