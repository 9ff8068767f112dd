/** The reception as the API sends it. Instants `_at`, spans `_ms`, both in ms; spans people choose are in seconds. */
import type { Locale } from "../app/i18n.ts";
import type { Edition, Found, Shelf } from "../versions/wire.ts";

export interface Speech {
  text: string;
  text_en: string;
  prompt: string;
}

export const TARGETS = ["queue", "menu", "person", "call_back", "voicemail", "repeat", "language"] as const;
export type TargetKind = (typeof TARGETS)[number];

export interface Target {
  kind: TargetKind;
  queue_id: string;
  needs: Record<string, number>;
  attributes: Record<string, string>;
  menu: string;
  locale: Locale | "";
}

export interface Option {
  key: string;
  label: string;
  label_en: string;
  to: Target;
}

export interface Menu {
  id: string;
  name: string;
  speech: Speech;
  options: Option[];
  timeout_s: number;
  timeout_to: Target | null;
}

export interface Queueing {
  announce_every_s: number;
  say_position: boolean;
  say_wait: boolean;
  call_back_key: string;
  voicemail_key: string;
  music: string;
}

export const CODE_SHOWN = ["nothing", "last4", "all"] as const;
export type CodeShown = (typeof CODE_SHOWN)[number];

/** Digits that an agent may have the caller type, unheard and unrecorded. */
export interface Code {
  id: string;
  title: string;
  title_en: string;
  speech: Speech;
  least: number;
  most: number;
  /** `#`; empty: none. */
  end_key: string;
  timeout_s: number;
  /** The digits are kept nowhere. */
  secret: boolean;
  /** What the agent sees of them. */
  shown: CodeShown;
}

export interface Flow {
  person: string;
  greeting: Speech;
  /** The recording rule says which of them callers hear, or neither. */
  consent: { notice: Speech; question: Speech };
  first: string;
  menus: Menu[];
  queueing: Queueing;
  rating: { on: boolean; speech: Speech };
  closed: { hours_id: string | null; speech: Speech; call_back: boolean; voicemail: boolean };
  codes: Code[];
}

export interface Version extends Edition {
  flow: Flow;
}

export interface PromptFile {
  locale: Locale;
  key: string;
  name: string;
  size: number;
  ms: number;
  sha256: string;
  created_at: number;
}

export interface ReceptionView extends Shelf {
  present: Version | null;
  draft: Version | null;
  usual: Flow;
  files: PromptFile[];
}

export interface SavedDraft extends Found {
  draft: Version;
  etag: string;
}

export interface PromptCard {
  key: string;
  text: string;
  text_en: string;
  fixed: boolean;
}

/** The sentences of which a menu without words of its own is made; `option` has holes `{label}` and `{digit}`. */
export interface MenuWords {
  option: string;
  person: string;
  repeat: string;
  star: string;
  hash: string;
}

export interface PromptList {
  items: PromptCard[];
  menu: Record<Locale, MenuWords>;
  tts: boolean;
}

export const MOVES = [
  "start",
  "start_closed",
  "key",
  "nothing",
  "queued",
  "position",
  "refused",
  "answered",
  "ended",
  "kept",
  "recorded",
  "wait",
] as const;
export type MoveKind = (typeof MOVES)[number];

export interface Move {
  kind: MoveKind;
  key?: string;
  locale?: Locale;
}

export interface Heard {
  kind: "say" | "ask" | "queue" | "call_back" | "voicemail" | "music" | "recording" | "rate" | "hang_up";
  text: string;
  prompt: string;
  locale: string;
  source: string;
  queue_id: string;
  value: string;
  keys: { digit: string; label: string }[];
}

export interface Tried {
  state: Record<string, unknown>;
  stage: string;
  heard: Heard[];
  moves: MoveKind[];
}
