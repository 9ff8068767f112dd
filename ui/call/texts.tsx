/** The state of the call in words. */
import type { ComponentChildren } from "preact";
import { fill } from "../widget/page/words";
import type { Props, Words } from "./parts";
import type { Shown } from "./shown";

/** The state in words; the time of the talk is for eyes only, or a screen reader would count seconds. */
export function stateText({ session, words }: Props): ComponentChildren {
  const { stage } = session;
  if (session.ringing) return words.ringing;
  if (stage === "idle") return idleText(session, words);
  if (stage === "waiting") return [words.waiting, placeText(session, words)].filter(Boolean).join(" · ");
  if (stage === "ended") return endText(session, words);
  if (stage === "call_back") return words.callBack;
  if (stage === "checking" && !session.connected) return words.connecting;
  if (stage !== "talking") return words[stage];
  const who = session.agent ? fill(words.withAgent, session.agent) : words.talking;
  return [who, <span aria-hidden="true"> {clock(Date.now() - session.since)}</span>];
}

/** The line is never empty: nothing jumps when it gets words, and whoever is led to it hears some. */
function idleText(session: Shown, words: Words): string {
  if (session.barred) return words.unavailable;
  if (!session.site) return session.unreached ? words.offline : words.reaching;
  if (session.resumable) return words.tapResume;
  if (session.trouble) return session.trouble.code === "checkFailed" ? words.notHeard : words.notConnected;
  return session.voice?.available === false ? words.unavailable : words.ready;
}

/** What happened where nobody hung up, by the journal's codes. */
const ENDS: Record<string, keyof Words> = {
  customer_lost: "endedLost",
  line_lost: "endedLost",
  engine_lost: "endedEngine",
  closed: "endedClosed",
  given_up: "endedNoChoice",
};

function endText(session: Shown, words: Words): string {
  if (session.endedBy === "agent") return words.endedByAgent;
  if (session.endedBy === "customer") return words.endedByYou;
  return words[ENDS[session.endedWhy] ?? "endedOther"];
}

function placeText({ place }: Shown, words: Words): string {
  if (!place) return "";
  const where = place.position <= 1 ? words.next : fill(words.position, place.position);
  if (place.wait_low_ms === null || place.wait_high_ms === null) return where;
  const high = Math.ceil(place.wait_high_ms / 60_000);
  const low = Math.max(1, Math.min(high, Math.floor(place.wait_low_ms / 60_000)));
  if (high <= 1) return `${where} · ${words.waitShort}`;
  return `${where} · ${low === high ? fill(words.waitAbout, high) : fill(words.waitRange, low, high)}`;
}

export function clock(ms: number): string {
  const s = Math.max(0, Math.floor(ms / 1000));
  return `${Math.floor(s / 60)}:${String(s % 60).padStart(2, "0")}`;
}
