/** Time spans as a wallboard shows them. All spans are milliseconds. */

const two = (n: number): string => String(n).padStart(2, "0");

/** `0:07`, `12:30`, `1:02:03`: fixed-width parts, so that a ticking figure does not move. Never negative. */
export function clock(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const h = Math.floor(seconds / 3600);
  const m = Math.floor((seconds % 3600) / 60);
  const s = seconds % 60;
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/** ISO 8601 duration for `<time datetime>`: what a screen reader and a machine can read. */
export function isoSpan(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const h = Math.floor(seconds / 3600);
  const m = Math.floor((seconds % 3600) / 60);
  return `PT${h > 0 ? `${h}H` : ""}${m > 0 ? `${m}M` : ""}${seconds % 60}S`;
}

const UNITS = {
  "zh-CN": { h: "小时", m: "分", s: "秒", gap: "" },
  en: { h: "h", m: "min", s: "s", gap: " " },
} as const;

/** Spoken form: `2分5秒`, `2 min 5 s`; whole seconds, at most two parts. */
export function spoken(ms: number, locale: string): string {
  const unit = locale.startsWith("zh") ? UNITS["zh-CN"] : UNITS.en;
  const seconds = Math.max(0, Math.round(ms / 1000));
  const h = Math.floor(seconds / 3600);
  const m = Math.floor((seconds % 3600) / 60);
  const s = seconds % 60;
  const part = (n: number, name: string): string => `${n}${unit.gap}${name}`;
  const parts: string[] = [];
  if (h > 0) parts.push(part(h, unit.h));
  if (m > 0) parts.push(part(m, unit.m));
  if (h === 0 && (s > 0 || parts.length === 0)) parts.push(part(s, unit.s));
  return parts.join(unit.gap);
}
