/** What the desk makes of the feed's data: pure, tested. */
import type {
  AgentView,
  ContactData,
  HandlingView,
  InteractionView,
  MeData,
  MessageView,
  NoteView,
  OfferView,
} from "@kit/feed";
import { dayOf } from "@kit/time.ts";
import { presenceOf } from "../wall/model.ts";

/** Reasons an agent may choose for not being ready, in the menu's order. The floor knows more (no answer …). */
export const REASONS = ["break", "lunch", "meeting", "training", "other"] as const;
/** Every reason code that has words; any other is shown as `other`. */
export const KNOWN_REASONS = [...REASONS, "signed_out", "no_answer", "unresponsive", "disconnected"] as const;

export function reasonKey(reason: string | null): string {
  return reason && (KNOWN_REASONS as readonly string[]).includes(reason) ? reason : "other";
}

interface Named {
  queue_name?: string | null;
  queue_name_en?: string | null;
  tenant_name?: string | null;
  tenant_name_en?: string | null;
}

export function queueName(about: Named, locale: string): string {
  return (locale === "en" && about.queue_name_en) || about.queue_name || "";
}

export function tenantName(about: Named, locale: string): string {
  return (locale === "en" && about.tenant_name_en) || about.tenant_name || "";
}

/** A customer's name, or what tells one nameless visitor from another: the end of the id. */
export function customerName(customer: { id: string; name: string }, visitor: string): string {
  return customer.name || `${visitor} ${customer.id.slice(-4).toUpperCase()}`;
}

/** Company and queue: where a contact comes from. */
export function origin(about: Named, locale: string): string {
  return `${tenantName(about, locale)} · ${queueName(about, locale)}`;
}

type Me = Partial<MeData> | undefined;

export function ownAgent(data: Me): AgentView | undefined {
  return Object.values(data?.agent ?? {})[0];
}

/** Oldest first: the one that rings out first is the one that the shortcuts act on. */
export function offersOf(data: Me): OfferView[] {
  return Object.values(data?.offers ?? {}).sort(
    (a, b) => a.offered_at - b.offered_at || (a.id < b.id ? -1 : 1),
  );
}

/** In the order of accepting, which never changes under the agent's hands. */
export function handlingsOf(data: Me): HandlingView[] {
  return Object.values(data?.handlings ?? {}).sort(
    (a, b) => a.accepted_at - b.accepted_at || (a.id < b.id ? -1 : 1),
  );
}

/** What the agent's own sign says: the state that was chosen, or what an available agent is doing. */
export type Doing =
  "available" | "ringing" | "on_call" | "engaged" | "not_ready" | "after_contact_work" | "offline";

export interface Now {
  doing: Doing;
  /** ms since 1970 UTC; null where it isn't known: conversations come and go without the agent being free. */
  since: number | null;
  /** While there are customers: whether the agent has places for more. */
  places: "free" | "full" | null;
}

/**
 * By the wall's rule, so that a supervisor and the agent read the same, but for two things: the own choice of being not
 * ready stays in sight while talking, and a call is told apart from a conversation in writing.
 */
export function doingOf(
  agent: AgentView | undefined,
  offers: readonly OfferView[],
  handlings: readonly HandlingView[],
): Now {
  if (!agent) return { doing: "offline", since: null, places: null };
  const chosen = { since: agent.since_at, places: null };
  if (agent.state === "not_ready") return { doing: "not_ready", ...chosen };
  const presence = presenceOf({ ...agent, ringing: offers.length });
  if (presence === "after_contact_work" || presence === "available") return { doing: presence, ...chosen };
  if (presence !== "engaged" && presence !== "full") return { doing: "ringing", since: null, places: null };
  const call = handlings.find(({ medium, state }) => medium === "voice" && state === "talking");
  return {
    doing: call ? "on_call" : "engaged",
    since: call?.accepted_at ?? null,
    places: presence === "full" ? "full" : "free",
  };
}

/** Since when the customer has waited for an answer; null when it is not the agent's turn. */
export function waitingSince(handling: HandlingView): number | null {
  return handling.state === "talking" && handling.last?.author_kind === "customer" ? handling.last.at : null;
}

/** Which handling to show when `wanted` is gone: the one that took its place in the list, else the last. */
export function nextSelection(
  before: readonly string[],
  now: readonly string[],
  wanted: string | null,
): string | null {
  if (wanted !== null && now.includes(wanted)) return wanted;
  const place = wanted === null ? 0 : Math.max(0, before.indexOf(wanted));
  return now[Math.min(place, now.length - 1)] ?? null;
}

/** A message that this page has sent or is sending, and that the floor has not shown yet. */
export interface OutMessage {
  /** The message's own id, the same over all tries. */
  id: string;
  interaction_id: string;
  at: number;
  text: string | null;
  file: { name: string; type: string; size: number; id: string | null; preview: string | null } | null;
  state: "uploading" | "sending" | "failed";
  /** Uploaded so far, 0..1. */
  progress: number;
  /** Why it failed, in the reader's language. */
  problem: string | null;
}

export type Entry =
  | { kind: "day"; key: string; at: number }
  | { kind: "message"; key: string; message: MessageView; first: boolean }
  | { kind: "out"; key: string; message: OutMessage; first: boolean }
  | { kind: "note"; key: string; note: NoteView }
  | { kind: "ended"; key: string; at: number; by: string | null; why: string | null }
  | { kind: "handed"; key: string; at: number; interaction: InteractionView };

/** Words by the same author within this time stand under one name. */
const GROUP_MS = 3 * 60_000;

interface Moment {
  at: number;
  number: number;
  entry: Entry;
}

function moments(data: Partial<ContactData>): Moment[] {
  const list: Moment[] = [];
  for (const message of Object.values(data.messages ?? {})) {
    list.push({
      at: message.at,
      number: message.number,
      entry: { kind: "message", key: message.id, message, first: true },
    });
  }
  for (const note of Object.values(data.notes ?? {})) {
    list.push({ at: note.at, number: 0, entry: { kind: "note", key: note.id, note } });
  }
  // A colleague who is asked neither ends the conversation nor moves it: the call's card says how that goes.
  const interactions = Object.values(data.interactions ?? {})
    .filter(({ consult_of }) => !consult_of)
    .sort((a, b) => (a.since_at ?? 0) - (b.since_at ?? 0));
  interactions.forEach((interaction, index) => {
    if (interaction.ended_at) {
      const [by, why] = [interaction.ended_by ?? null, interaction.ended_reason ?? null];
      list.push({
        at: interaction.ended_at,
        number: Infinity,
        entry: { kind: "ended", key: `end-${interaction.id}`, at: interaction.ended_at, by, why },
      });
    }
    if (index > 0 && interaction.since_at) {
      list.push({
        at: interaction.since_at,
        number: -1,
        entry: { kind: "handed", key: `in-${interaction.id}`, at: interaction.since_at, interaction },
      });
    }
  });
  return list.sort((a, b) => a.at - b.at || a.number - b.number || (a.entry.key < b.entry.key ? -1 : 1));
}

/** Everything of a contact in the order in which it happened, days marked, then what is still on its way. */
export function timeline(data: Partial<ContactData> | undefined, out: readonly OutMessage[]): Entry[] {
  const entries: Entry[] = [];
  let day = Number.NaN;
  let author = "";
  let last = 0;
  const put = (at: number, by: string, entry: Entry) => {
    if (dayOf(at) !== day) {
      day = dayOf(at);
      author = "";
      entries.push({ kind: "day", key: `day-${day}`, at });
    }
    if (entry.kind === "message" || entry.kind === "out") entry.first = by !== author || at - last > GROUP_MS;
    author = by;
    last = at;
    entries.push(entry);
  };
  for (const { at, entry } of moments(data ?? {})) {
    const by = entry.kind === "message" ? `${entry.message.author.kind}:${entry.message.author.id}` : "";
    put(at, by, entry);
  }
  const shown = data?.messages ?? {};
  for (const message of out) {
    if (shown[message.id]) continue;
    put(Math.max(message.at, last), "out", { kind: "out", key: message.id, message, first: true });
  }
  return entries;
}

/** The highest number that the customer wrote in an interaction: what there is to mark as read. */
export function lastCustomerNumber(
  messages: Record<string, MessageView> | undefined,
  interactionId: string,
): number {
  let highest = 0;
  for (const message of Object.values(messages ?? {})) {
    if (message.interaction_id === interactionId && message.author.kind === "customer")
      highest = Math.max(highest, message.number);
  }
  return highest;
}

/** Fills a canned answer's placeholders. Unknown ones stay, so that the agent sees them. */
export function fillPlaceholders(text: string, values: Record<string, string>): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);
}

/**
 * The canned-answer search that stands at the caret: `/words`, at the start of a line or after a blank.
 * A Chinese input method turns the slash into `、` or `／`; those count too.
 */
export function slashAt(text: string, caret: number): { from: number; words: string } | null {
  const match = /(^|\s)([/／、])([^\s/／、]*)$/u.exec(text.slice(0, caret));
  if (!match) return null;
  const [, lead = "", , words = ""] = match;
  return { from: match.index + lead.length, words };
}

/** Who ended it or, where nobody did, what happened. */
export function endedWords(t: Translate, by: string | null, why: string | null): string {
  if (by === "customer") return t("desk:conversation.ended_customer");
  if (by === "agent") return t("desk:conversation.ended_agent");
  const otherwise = { defaultValue: t("desk:conversation.ended_system") };
  return t(`desk:conversation.ended_because.${why ?? ""}`, otherwise);
}

type Translate = (key: string, options?: { defaultValue: string }) => string;
