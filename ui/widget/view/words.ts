import { fill, type BaseWords, type Locale } from "../page/words";
import type { PanelWords } from "./words.zh";

export type Words = BaseWords & PanelWords;

const MINUTE = 60_000;
const HOUR_MIN = 60;

/** The expected wait in natural words: a range of whole minutes, never more exact than it is known. */
export function waitWords(words: Words, lowMs: number | null, highMs: number | null): string {
  if (lowMs === null || highMs === null) return words.waitUnknown;
  const high = Math.max(1, Math.ceil(highMs / MINUTE));
  const low = Math.min(high, Math.floor(lowMs / MINUTE));
  if (high <= 1) return words.waitShort;
  if (low >= HOUR_MIN) return words.waitLong;
  const from = Math.max(1, low);
  if (from === high) return fill(words.waitAbout, { a: high });
  return fill(words.waitRange, { a: from, b: high });
}

/** `position` counts from 1. */
export function placeWords(words: Words, position: number): string {
  return position <= 1 ? words.next : fill(words.ahead, { n: position - 1 });
}

export function clock(locale: Locale, at: number): string {
  return new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(at);
}

export function day(locale: Locale, words: Words, at: number, now: number): string {
  const date = new Date(at);
  const today = new Date(now);
  const days = Math.round((midnight(today) - midnight(date)) / 86_400_000);
  if (days === 0) return words.today;
  if (days === 1) return words.yesterday;
  const year = date.getFullYear() === today.getFullYear() ? undefined : "numeric";
  return new Intl.DateTimeFormat(locale, { year, month: "long", day: "numeric" }).format(date);
}

const midnight = (date: Date): number => new Date(date).setHours(0, 0, 0, 0);
