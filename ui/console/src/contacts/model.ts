/** A contact as it is replayed: the words on one side, the journal's story on the other, tied by time. Pure. */

export interface ReplayParty {
  kind: "customer" | "agent" | "system";
  id: string;
  name?: string | null;
}

export interface ReplayMessage {
  id: string;
  interaction_id: string;
  number: number;
  at: number;
  author: ReplayParty;
  kind: "text" | "file";
  text: string | null;
  erased?: boolean;
  file?: { id: string; name: string; type: string; size: number; image: boolean } | null;
}

export interface ReplayNote {
  id: string;
  at: number;
  author: ReplayParty;
  text: string;
}

/** A routed piece of the contact. Spans in ms. */
export interface ReplayInteraction {
  id: string;
  medium: string;
  state: string;
  queue_id: string | null;
  queue_name: string;
  queue_name_en?: string | null;
  agent: { id: string; name: string } | null;
  queued_at: number;
  ended_at: number | null;
  waited_ms: number | null;
  talk_ms: number | null;
  /** Part of `talk_ms`. */
  hold_ms?: number | null;
  acw_ms: number | null;
  disposition: string | null;
  disposition_name: string | null;
  disposition_name_en?: string | null;
  wrap_up: string | null;
  /** A colleague was asked about that one and did not take the customer. */
  consult_of?: string | null;
}

/** A stored recording. */
export interface ReplayRecording {
  id: string;
  interaction_id: string;
  at: number;
  duration_ms: number;
  size: number;
  sha256: string;
  why: string;
}

export interface ReplayContact {
  id: string;
  tenant_id: string;
  tenant_name: string;
  tenant_name_en?: string | null;
  customer_id: string;
  customer_name: string;
  started_at: number;
  closed_at: number | null;
  rating: number | null;
  rating_comment?: string | null;
  simulated: boolean;
}

export interface ContactDetail {
  contact: ReplayContact;
  interactions: ReplayInteraction[];
  messages: ReplayMessage[];
  notes: ReplayNote[];
  recordings?: ReplayRecording[];
}

/** A contact in a list. `preview` are the customer's first words. */
export interface ContactItem {
  id: string;
  tenant_id: string;
  tenant_name: string;
  tenant_name_en?: string | null;
  customer: { id: string; name: string };
  queue_id: string | null;
  queue_name: string;
  queue_name_en?: string | null;
  medium: string | null;
  state: string;
  started_at: number;
  closed_at: number | null;
  agents: { id: string; name: string }[];
  outcome: string | null;
  disposition: string | null;
  disposition_name: string | null;
  disposition_name_en?: string | null;
  waited_ms: number | null;
  talk_ms: number | null;
  rating: number | null;
  simulated: boolean;
  preview: string;
}

/** One line of the trace: `text` is the server's sentence in the reader's language, `detail` the event as journaled. */
export interface TraceEntry {
  seq: number;
  at: number;
  /** The instant as a clock in the tenant's zone shows it. */
  time: string;
  kind: string;
  text: string;
  tone: "plain" | "good" | "warn" | "bad";
  detail: Record<string, unknown>;
}

/** A wait carries the seq of what it led to, so both together name an entry. */
export function entryKey(entry: Pick<TraceEntry, "seq" | "kind">): string {
  return `${entry.seq}:${entry.kind}`;
}

export type Topic =
  | "arrive"
  | "wait"
  | "queue"
  | "offer"
  | "accept"
  | "miss"
  | "message"
  | "note"
  | "transfer"
  | "end"
  | "work"
  | "rating"
  | "other";

const TOPICS: Record<string, Topic> = {
  ContactStarted: "arrive",
  CustomerIdentified: "arrive",
  InteractionReceived: "arrive",
  ReceptionNoted: "arrive",
  CustomerReturned: "arrive",
  Waited: "wait",
  InteractionQueued: "queue",
  InteractionOffered: "offer",
  OfferProven: "offer",
  OfferAccepted: "accept",
  OfferRejected: "miss",
  OfferExpired: "miss",
  OfferWithdrawn: "miss",
  CustomerAway: "miss",
  MessagePosted: "message",
  MessagesRead: "message",
  NoteAdded: "note",
  InteractionTransferred: "transfer",
  ConsultPromoted: "transfer",
  InteractionTakenOver: "transfer",
  InteractionHeld: "wait",
  InteractionResumed: "accept",
  InteractionEnded: "end",
  ContactClosed: "end",
  AfterContactWorkStarted: "work",
  AfterContactWorkExtended: "work",
  HandlingWrappedUp: "work",
  DispositionAdded: "work",
  ContactRated: "rating",
};

export function topicOf(kind: string): Topic {
  return TOPICS[kind] ?? "other";
}

/** A story is steps and, between them, stretches of plain writing folded into one line. */
export type Beat =
  | { type: "step"; entry: TraceEntry }
  | { type: "talk"; entries: TraceEntry[]; from_at: number; to_at: number; posted: number };

/** With `fold` off every entry is a step of its own. */
export function beatsOf(entries: readonly TraceEntry[], fold: boolean): Beat[] {
  const beats: Beat[] = [];
  for (const entry of entries) {
    if (!fold || topicOf(entry.kind) !== "message") {
      beats.push({ type: "step", entry });
      continue;
    }
    const posted = entry.kind === "MessagePosted" ? 1 : 0;
    const open = beats.at(-1);
    if (open?.type === "talk") {
      open.entries.push(entry);
      open.to_at = entry.at;
      open.posted += posted;
    } else {
      beats.push({ type: "talk", entries: [entry], from_at: entry.at, to_at: entry.at, posted });
    }
  }
  return beats.flatMap((beat) => {
    if (beat.type === "step" || beat.posted > 1) return [beat];
    // One message is a step; a stretch that holds only read marks says nothing to a reader.
    const entry = beat.entries.find(({ kind }) => kind === "MessagePosted");
    return entry ? [{ type: "step", entry }] : [];
  });
}

export function beatKey(beat: Beat): string {
  return beat.type === "step"
    ? entryKey(beat.entry)
    : `talk:${beat.entries[0] ? entryKey(beat.entries[0]) : ""}`;
}

/** Which message an entry speaks of, if any: selecting one side shows the other. */
export function messageIdOf(entry: TraceEntry): string | null {
  const id = entry.detail["message_id"];
  return typeof id === "string" ? id : null;
}

export interface Span {
  from_at: number;
  to_at: number;
}

export function spanOf(entries: readonly { at: number }[], messages: readonly { at: number }[]): Span | null {
  const instants = [...entries, ...messages].map((item) => item.at);
  if (instants.length === 0) return null;
  return { from_at: Math.min(...instants), to_at: Math.max(...instants) };
}

/** What had happened by `at` (ms since 1970 UTC, inclusive). */
export function upTo<T extends { at: number }>(items: readonly T[], at: number): T[] {
  return items.filter((item) => item.at <= at);
}

/** The instant of the next thing that happens after `at`, or null at the end. The replay jumps over silences. */
export function nextInstant(instants: readonly number[], at: number): number | null {
  let next: number | null = null;
  for (const instant of instants) if (instant > at && (next === null || instant < next)) next = instant;
  return next;
}

export function previousInstant(instants: readonly number[], at: number): number | null {
  let previous: number | null = null;
  for (const instant of instants)
    if (instant < at && (previous === null || instant > previous)) previous = instant;
  return previous;
}

/** Where the replay stands `elapsed_ms` of wall time later at `rate`; silences longer than `patience_ms` are cut short. */
export function advance(
  at: number,
  elapsed_ms: number,
  rate: number,
  instants: readonly number[],
  patience_ms = 4000,
): number {
  const next = nextInstant(instants, at);
  if (next === null) return at;
  const step = elapsed_ms * rate;
  const left = next - at;
  if (step >= left) return next;
  return left > patience_ms * rate ? next - patience_ms * rate + step : at + step;
}

/** File name of an export: says what it is, and nothing of the customer. */
export function exportName(contactId: string): string {
  return `contact-${contactId.replace(/[^0-9a-zA-Z-]/g, "")}.json`;
}

/** The day filter speaks local dates; the server takes instants. `to` is the first instant after that day. */
export function dayRange(from: string | undefined, to: string | undefined): { from?: number; to?: number } {
  const parse = (day: string | undefined): Date | null => {
    const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(day ?? "");
    if (!match) return null;
    const date = new Date(Number(match[1]), Number(match[2]) - 1, Number(match[3]));
    return Number.isNaN(date.getTime()) ? null : date;
  };
  const start = parse(from);
  const end = parse(to);
  const range: { from?: number; to?: number } = {};
  if (start) range.from = start.getTime();
  if (end) range.to = new Date(end.getFullYear(), end.getMonth(), end.getDate() + 1).getTime();
  return range;
}

export interface ContactFilter {
  tenant?: string | undefined;
  queue?: string | undefined;
  agent?: string | undefined;
  from?: string | undefined;
  to?: string | undefined;
  outcome?: string | undefined;
}

const OUTCOMES = ["handled", "abandoned", "open"];

/** Reads a filter out of a page address; anything unknown falls away instead of failing. */
export function parseContactFilter(search: Record<string, unknown>): ContactFilter {
  const text = (key: string): string | undefined => {
    const value = search[key];
    return typeof value === "string" && value !== "" ? value : undefined;
  };
  const day = (key: string): string | undefined => {
    const value = text(key);
    return value && /^\d{4}-\d{2}-\d{2}$/.test(value) ? value : undefined;
  };
  return {
    tenant: text("tenant"),
    queue: text("queue"),
    agent: text("agent"),
    from: day("from"),
    to: day("to"),
    outcome: OUTCOMES.find((outcome) => outcome === text("outcome")),
  };
}

/** The filter as the API takes it. */
export function contactQuery(filter: ContactFilter): Record<string, string | number | boolean | undefined> {
  const { from, to } = dayRange(filter.from, filter.to);
  return {
    tenant_id: filter.tenant,
    queue: filter.queue,
    agent: filter.agent,
    from,
    to,
    outcome: filter.outcome === "open" ? undefined : filter.outcome,
    open: filter.outcome === "open" ? true : undefined,
  };
}
