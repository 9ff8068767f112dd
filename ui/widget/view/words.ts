import { fill, type Locale, type Words } from "../page/words";

const MINUTE = 60_000;
const HOUR_MIN = 60;

/** The expected wait in natural words: a range of whole minutes, never more exact than it is known. */
export function waitWords(words: Words, lowMs: number | null, highMs: number | null): string {
  if (lowMs === null || highMs === null) return words.waitUnknown;
  const high = Math.ceil(highMs / MINUTE);
  const low = Math.max(1, Math.min(high, Math.floor(lowMs / MINUTE)));
  if (high <= 1) return words.waitShort;
  if (low >= HOUR_MIN) return words.waitLong;
  return low === high ? fill(words.waitAbout, high) : fill(words.waitRange, low, high);
}

/** `position` counts from 1. */
export const placeWords = (words: Words, position: number): string =>
  position <= 1 ? words.next : fill(words.ahead, position - 1);

export const clock = (locale: Locale, at: number): string =>
  new Date(at).toLocaleTimeString(locale, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });

export function day(locale: Locale, words: Words, at: number, now: number): string {
  const date = new Date(at);
  const days = Math.round((midnight(now) - midnight(at)) / 86_400_000);
  if (!days) return words.today;
  if (days === 1) return words.yesterday;
  const year = date.getFullYear() === new Date(now).getFullYear() ? undefined : "numeric";
  return date.toLocaleDateString(locale, { year, month: "long", day: "numeric" });
}

const midnight = (at: number): number => new Date(at).setHours(0, 0, 0, 0);
