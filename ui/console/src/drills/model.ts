/** Lines of charts and rows of tables, out of what a drill found. Pure. */
import type { Change, DayResult, Figures, HalfHour, Run } from "./wire.ts";

export interface Point {
  at: number;
  before: number | null;
  after: number | null;
}

export const CHARTS = ["arrivals", "queue", "service_level", "abandonment", "occupancy"] as const;
export type ChartName = (typeof CHARTS)[number];

export const PERCENTS: ReadonlySet<ChartName> = new Set(["service_level", "abandonment", "occupancy"]);

const READ: Record<ChartName, (half: HalfHour) => number | null> = {
  arrivals: (half) => half.contacts,
  queue: (half) => half.queue_mean / 100,
  service_level: (half) => hundredth(half.service_level),
  abandonment: (half) => hundredth(half.abandonment),
  occupancy: (half) => hundredth(half.occupancy),
};

/** Per 10,000 to per cent. */
export function hundredth(share: number | null): number | null {
  return share === null ? null : share / 100;
}

/** Half hours of both days by their time of day, without the empty ones at either end. */
export function pointsOf(name: ChartName, before: DayResult, after: DayResult | null): Point[] {
  const read = READ[name];
  const others = new Map(after?.half_hours.map((half) => [half.at, half]));
  const quiet = (half: HalfHour | undefined): boolean =>
    !half || (half.contacts === 0 && half.queue_most === 0 && half.present_mean === 0);
  const points = before.half_hours.map((half) => {
    const other = others.get(half.at);
    return {
      at: half.at,
      before: read(half),
      after: other ? read(other) : null,
      empty: quiet(half) && quiet(other),
    };
  });
  const first = points.findIndex((point) => !point.empty);
  const last = points.findLastIndex((point) => !point.empty);
  return (first < 0 ? [] : points.slice(first, last + 1)).map(({ at, before: a, after: b }) => ({
    at,
    before: a,
    after: b,
  }));
}

/** A round number at or above everything shown. */
export function topOf(points: readonly Point[], isPercent: boolean): number {
  if (isPercent) return 100;
  const most = Math.max(0, ...points.flatMap(({ before, after }) => [before ?? 0, after ?? 0]));
  if (most <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(most));
  const step = [1, 2, 5, 10].find((one) => one * power >= most) ?? 10;
  return step * power;
}

/** An SVG path over `width` × `height`; null values leave gaps, a lone value becomes a short dash. */
export function pathOf(
  values: readonly (number | null)[],
  top: number,
  width: number,
  height: number,
): string {
  const step = values.length > 1 ? width / (values.length - 1) : 0;
  const round = (n: number): number => Math.round(n * 10) / 10;
  let path = "";
  values.forEach((value, index) => {
    if (value === null) return;
    const x = round(index * step);
    const y = round(height - (Math.min(value, top) / top) * height);
    const begins = index === 0 || values[index - 1] === null;
    path += begins ? `M${x} ${y}` : `L${x} ${y}`;
    if (begins && (values[index + 1] ?? null) === null) path += `h1`;
  });
  return path;
}

export function percentText(share: number | null): string {
  return share === null ? "—" : `${(share / 100).toFixed(1)}%`;
}

/** `1:05`, `12:00`; whole seconds. */
export function clockText(ms: number | null): string {
  if (ms === null) return "—";
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

export interface QueueRow {
  id: string;
  title: { zh: string; en: string };
  before: Figures;
  after: Figures | null;
}

export function queueRows(before: DayResult, after: DayResult | null): QueueRow[] {
  const others = new Map(after?.queues.map((queue) => [queue.queue_id, queue.figures]));
  return before.queues
    .filter((queue) => queue.figures.contacts > 0)
    .map((queue) => ({
      id: queue.queue_id,
      title: queue.title,
      before: queue.figures,
      after: others.get(queue.queue_id) ?? null,
    }));
}

export function isOpen(run: Pick<Run, "state">): boolean {
  return run.state === "queued" || run.state === "running";
}

export function isNothing(change: Change): boolean {
  return (
    change.policy === "present" &&
    change.agents === 0 &&
    change.rules_on.length === 0 &&
    Object.values(change.teams).every((by) => by === 0)
  );
}

export function signed(n: number, digits = 0): string {
  const text = Math.abs(n).toFixed(digits);
  if (Number(text) === 0) return Number(0).toFixed(digits);
  return `${n > 0 ? "+" : "−"}${text}`;
}
