/** A week of opening hours as the editor works on it. Minutes of the local day, 0 … 1440 (24:00). Pure. */

export interface Stretch {
  from: number;
  to: number;
}

/** Monday first, as ISO 8601 counts; index 0 is Monday. */
export type Week = Stretch[][];

export const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;
export type Day = (typeof DAYS)[number];

const MINUTES = 24 * 60;

/** Reads `8:30`, `0830`, `8`, `８：３０` (full width), `24:00`; null when it is no time of day. */
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
  return total <= MINUTES ? total : null;
}

export function timeText(minutes: number): string {
  return `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;
}

export type StretchFault = "end_before_start" | "overlap";

/** Fault of each stretch of one day, by index; an empty map is a good day. */
export function faultsOfDay(day: readonly Stretch[]): Map<number, StretchFault> {
  const faults = new Map<number, StretchFault>();
  day.forEach((stretch, index) => {
    if (stretch.to <= stretch.from) faults.set(index, "end_before_start");
  });
  const sound = day
    .map((stretch, index) => ({ ...stretch, index }))
    .filter(({ index }) => !faults.has(index));
  sound.sort((a, b) => a.from - b.from);
  for (let i = 1; i < sound.length; i += 1) {
    const before = sound[i - 1];
    const here = sound[i];
    if (before && here && here.from < before.to) faults.set(here.index, "overlap");
  }
  return faults;
}

export function weekIsSound(week: Week): boolean {
  return week.every((day) => faultsOfDay(day).size === 0);
}

/** In order, and stretches that touch become one. Call it on a sound day only. */
export function tidyDay(day: readonly Stretch[]): Stretch[] {
  const tidy: Stretch[] = [];
  for (const stretch of [...day].sort((a, b) => a.from - b.from)) {
    const before = tidy.at(-1);
    if (before && stretch.from === before.to) before.to = stretch.to;
    else tidy.push({ ...stretch });
  }
  return tidy;
}

export function minutesOpen(week: Week): number {
  return week.flat().reduce((sum, stretch) => sum + Math.max(0, stretch.to - stretch.from), 0);
}

/** Where a new stretch may go: after the last one, or the usual working day. */
export function nextStretch(day: readonly Stretch[]): Stretch {
  const last = day.reduce((end, stretch) => Math.max(end, stretch.to), 0);
  if (day.length === 0) return { from: 9 * 60, to: 18 * 60 };
  const from = Math.min(last + 60, MINUTES - 60);
  return { from, to: Math.min(from + 120, MINUTES) };
}

export type Preset = "round_the_clock" | "office" | "every_day" | "closed";

export function preset(kind: Preset): Week {
  const day = (index: number): Stretch[] => {
    if (kind === "round_the_clock") return [{ from: 0, to: MINUTES }];
    if (kind === "every_day") return [{ from: 8 * 60, to: 22 * 60 }];
    if (kind === "office" && index < 5) return [{ from: 9 * 60, to: 18 * 60 }];
    return [];
  };
  return DAYS.map((_, index) => day(index));
}

/** Days with the same hours go into one line: `周一至周五 09:00–18:00`. Returns runs of day indexes with their hours. */
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
