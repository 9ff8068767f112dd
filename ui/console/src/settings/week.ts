/** A week of opening hours as the editor works on it. Minutes of the local day, 0 … 1440 (24:00). Pure. */
import type { Span } from "./wire.ts";

/** Open from `from` to `to`; a `to` that is not after `from` lies on the next day (22:00–06:00). */
export interface Stretch {
  from: number;
  to: number;
}

/** Monday first, as ISO 8601 counts; index 0 is Monday. */
export type Week = Stretch[][];

export const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;

export const DAY_MINUTES = 24 * 60;

/** Reads `8:30`, `0830`, `8`, `８：３０` (full width), `8点30分`, `24:00`; null when it is no time of day. */
export function parseTime(text: string): number | null {
  const plain = text
    .normalize("NFKC")
    .replace(/\s+/g, "")
    .replace(/[时點点h.]/gi, ":")
    .replace(/分$/, "")
    .replace(/:$/, "");
  const match = /^(\d{1,2})(?::(\d{1,2}))?$/.exec(plain) ?? /^(\d{2})(\d{2})$/.exec(plain);
  if (!match) return null;
  const hours = Number(match[1]);
  const minutes = Number(match[2] ?? "0");
  if (minutes > 59) return null;
  const total = hours * 60 + minutes;
  return total <= DAY_MINUTES ? total : null;
}

export function timeText(minutes: number): string {
  return `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;
}

export function isOvernight({ from, to }: Stretch): boolean {
  return to < from;
}

export function lengthOf({ from, to }: Stretch): number {
  return to > from ? to - from : to + DAY_MINUTES - from;
}

export type StretchFault = "span_empty" | "span_overlaps" | "span_starts_at_24";

/** Fault of each stretch of one day, by index, by the server's own codes; an empty map is a good day. */
export function faultsOfDay(day: readonly Stretch[]): Map<number, StretchFault> {
  const faults = new Map<number, StretchFault>();
  const taken: [number, number][] = [];
  day.forEach((stretch, index) => {
    const start = stretch.from;
    const end = start + lengthOf(stretch);
    if (start === DAY_MINUTES) faults.set(index, "span_starts_at_24");
    else if (stretch.from === stretch.to) faults.set(index, "span_empty");
    else if (taken.some(([from, to]) => start < to && from < end)) faults.set(index, "span_overlaps");
    taken.push([start, end]);
  });
  return faults;
}

export function minutesOpen(week: Week): number {
  return week.flat().reduce((sum, stretch) => sum + lengthOf(stretch), 0);
}

/** Where a new stretch may go: after the last one, or the usual working day. */
export function nextStretch(day: readonly Stretch[]): Stretch {
  if (day.length === 0) return { from: 9 * 60, to: 18 * 60 };
  const last = day.reduce(
    (end, stretch) => Math.max(end, Math.min(DAY_MINUTES, stretch.from + lengthOf(stretch))),
    0,
  );
  const from = Math.min(last + 60, DAY_MINUTES - 60);
  return { from, to: Math.min(from + 120, DAY_MINUTES) };
}

export const PRESETS = ["round_the_clock", "office", "every_day", "closed"] as const;
export type Preset = (typeof PRESETS)[number];

export function preset(kind: Preset): Week {
  const day = (index: number): Stretch[] => {
    if (kind === "round_the_clock") return [{ from: 0, to: DAY_MINUTES }];
    if (kind === "every_day") return [{ from: 8 * 60, to: 22 * 60 }];
    if (kind === "office" && index < 5) return [{ from: 9 * 60, to: 18 * 60 }];
    return [];
  };
  return DAYS.map((_, index) => day(index));
}

/** Days with the same hours go into one line. Returns runs of day indexes with their hours. */
export function runsOf(week: Week): { first: number; last: number; day: Stretch[] }[] {
  const same = (a: readonly Stretch[], b: readonly Stretch[]): boolean =>
    a.length === b.length && a.every((stretch, i) => stretch.from === b[i]?.from && stretch.to === b[i]?.to);
  const runs: { first: number; last: number; day: Stretch[] }[] = [];
  week.forEach((day, index) => {
    const run = runs.at(-1);
    if (run && same(run.day, day)) run.last = index;
    else runs.push({ first: index, last: index, day });
  });
  return runs;
}

export function stretchesOf(spans: readonly Span[] | undefined): Stretch[] {
  return (spans ?? []).flatMap(({ start, end }) => {
    const from = parseTime(start);
    const to = parseTime(end);
    return from === null || to === null ? [] : [{ from, to }];
  });
}

export function spansOf(day: readonly Stretch[]): Span[] {
  return [...day]
    .sort((a, b) => a.from - b.from)
    .map(({ from, to }) => ({ start: timeText(from), end: timeText(to) }));
}

export function weekOf(weekly: Partial<Record<string, Span[]>>): Week {
  return DAYS.map((day) => stretchesOf(weekly[day]));
}

/** Closed days are left out, as the server keeps them. */
export function weeklyOf(week: Week): Record<string, Span[]> {
  return Object.fromEntries(
    DAYS.flatMap((day, index) => {
      const spans = spansOf(week[index] ?? []);
      return spans.length > 0 ? [[day, spans] as const] : [];
    }),
  );
}
