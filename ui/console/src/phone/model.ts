/** What the phone's state means: pure, tested. */
import type { ConsultView, HandlingView } from "@kit/feed";
import type { StateShape } from "@kit/ui";
import type { LineState } from "./line.ts";
import type { PhoneState } from "./phone.ts";
import type { CallWord, QualityWord } from "./wire.ts";

/** Why calls can't ring here; `ok`: they can. */
export type Readiness =
  | "ok"
  | "off"
  | "connecting"
  | "lost"
  | "engine"
  | "exchange"
  | "no_phone"
  | "unknown"
  | "ask"
  | "refused"
  | "none"
  | "busy"
  | "insecure";

export function readiness(state: PhoneState): Readiness {
  if (state.link !== "open") return state.link;
  if (state.engineDown) return "engine";
  if (state.noPhone) return "no_phone";
  if (state.exchange === "joining") return "connecting";
  if (state.exchange === "away") return "exchange";
  return state.deskPhone ? "ok" : state.microphone;
}

/** Worth telling: not the moments of starting. */
export const isTrouble = (why: Readiness): boolean => !["ok", "off", "connecting", "unknown"].includes(why);

/** Is this leg an earlier one of the same person in the same call? Legs end in a number that grows. */
export function isOlder(leg: string, than: string | undefined): boolean {
  const [, stem, n] = /^(.*):(\d+)$/.exec(leg) ?? [];
  const [, other, m] = /^(.*):(\d+)$/.exec(than ?? "") ?? [];
  return stem !== undefined && stem === other && Number(n) < Number(m);
}

export type CallStatus =
  | "connecting"
  /** Five seconds have gone without sound. */
  | "late"
  | "up"
  | "reconnecting"
  | "failed"
  /** It is on another of the person's devices. */
  | "elsewhere"
  /** The device that had it is gone. */
  | "lost";

export const LATE_MS = 5_000;

/** How a call of this person stands. `since`: when it was accepted. Both instants by the same clock, ms. */
export function callStatus(
  line: LineState | undefined,
  call: CallWord | undefined,
  since: number,
  now: number,
): CallStatus {
  if (line && line.phase !== "closed") {
    if (line.phase === "up" || line.phase === "reconnecting" || line.phase === "failed") return line.phase;
    return now - line.startedAt > LATE_MS ? "late" : "connecting";
  }
  if (call?.state === "lost") return "lost";
  // The sound is in their telephone, which rings until it is picked up: nothing is to be fetched from there.
  if (call?.telephone) return call.state === "up" ? "up" : "connecting";
  if (call && !call.here) return "elsewhere";
  return now - since > LATE_MS ? "late" : "connecting";
}

/** It is on the telephone on their desk, not in a browser. */
export const isOnTelephone = (line: LineState | undefined, call: CallWord | undefined): boolean =>
  call?.telephone === true && (line === undefined || line.phase === "closed");

/** There is no sound here and the person can do something about it. */
export const canTake = (status: CallStatus): boolean =>
  status === "late" || status === "elsewhere" || status === "lost" || status === "failed";

export type QualityGrade = "good" | "fair" | "poor";

/** By the mean opinion score that people give to such a sound (ITU-T G.107 annex B: 3.6 some, 3.1 many dissatisfied). */
export function qualityGrade({ mos }: Pick<QualityWord, "mos">): QualityGrade {
  return mos >= 3.6 ? "good" : mos >= 3.1 ? "fair" : "poor";
}

export const GRADE_SHAPE: Record<QualityGrade, StateShape> = { good: "ended", fair: "warn", poor: "bad" };

/** All holds of a call together, the present one included. */
export function heldFor(handling: Pick<HandlingView, "held_at" | "held_ms">, now: number): number {
  return (handling.held_ms ?? 0) + (handling.held_at ? Math.max(0, now - handling.held_at) : 0);
}

export const isCall = (handling: Pick<HandlingView, "medium" | "state">): boolean =>
  handling.medium === "voice" && handling.state === "talking";

/** The call that keys act on when several are open: the one shown, else the one not held, else the first. */
export function keyedCall(
  handlings: readonly HandlingView[],
  shown: string | null,
): HandlingView | undefined {
  const calls = handlings.filter(isCall);
  return calls.find(({ id }) => id === shown) ?? calls.find(({ held_at }) => !held_at) ?? calls[0];
}

/** Does the customer hear the colleague who is asked? */
export type ConsultPhase = "calling" | "private" | "together";

export function consultPhase(handling: Pick<HandlingView, "consult" | "held_at">): ConsultPhase | null {
  if (!handling.consult) return null;
  if (handling.consult.state !== "talking") return "calling";
  return handling.held_at ? "private" : "together";
}

/** The colleague who is asked, or their queue until one is known. */
export function askedName(consult: ConsultView | null | undefined, locale: string): string {
  return (locale === "en" && consult?.name_en) || consult?.name || "";
}

export { dialable } from "@kit/phone.ts";

/** Codes to pass a call are read aloud: case and gaps don't matter. */
export const foldCode = (text: string): string =>
  text.normalize("NFKC").replace(/[\s-]/g, "").toLocaleUpperCase("en");
