/** Instants and durations in the reader's language. Instants are ms since 1970 UTC; the browser's time zone is used. */

const formatters = new Map<string, Intl.DateTimeFormat>();

function formatter(locale: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = locale + JSON.stringify(options);
  let made = formatters.get(key);
  if (!made) {
    made = new Intl.DateTimeFormat(locale, options);
    formatters.set(key, made);
  }
  return made;
}

/** 14:02 */
export function clockTime(at: number, locale: string): string {
  return formatter(locale, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(at);
}

/** The calendar day as a number that grows by one per day, in the browser's zone. */
export function dayOf(at: number): number {
  const date = new Date(at);
  return Math.round(Date.UTC(date.getFullYear(), date.getMonth(), date.getDate()) / 86_400_000);
}

/** 11月22日 星期六 / Sat, 22 Nov; with the year when it is not this one. */
export function dayName(at: number, locale: string, now = Date.now()): string {
  const sameYear = new Date(at).getFullYear() === new Date(now).getFullYear();
  return formatter(locale === "en" ? "en-GB" : locale, {
    month: locale === "en" ? "short" : "long",
    day: "numeric",
    weekday: locale === "en" ? "short" : "long",
    ...(sameYear ? {} : { year: "numeric" }),
  }).format(at);
}

/** 2025-11-22 14:02, for lists. */
export function dateTime(at: number, locale: string): string {
  return formatter(locale === "en" ? "en-GB" : locale, {
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  }).format(at);
}

/** A running clock: 0:42, 12:05, 1:02:03. Never negative. */
export function stopwatch(ms: number): string {
  const total = Math.max(0, Math.floor(ms / 1_000));
  const seconds = String(total % 60).padStart(2, "0");
  const minutes = Math.floor(total / 60) % 60;
  const hours = Math.floor(total / 3_600);
  return hours ? `${hours}:${String(minutes).padStart(2, "0")}:${seconds}` : `${minutes}:${seconds}`;
}

/** A duration in words: 42秒, 12分5秒, 1小时2分 / 42 s, 12 min 5 s, 1 h 2 min. */
export function duration(ms: number, locale: string): string {
  const total = Math.max(0, Math.round(ms / 1_000));
  const zh = locale.startsWith("zh");
  const parts: string[] = [];
  const add = (value: number, chinese: string, english: string) => {
    if (value) parts.push(zh ? `${value}${chinese}` : `${value} ${english}`);
  };
  add(Math.floor(total / 3_600), "小时", "h");
  add(Math.floor(total / 60) % 60, "分", "min");
  if (total < 3_600) add(total % 60, "秒", "s");
  return parts.join(zh ? "" : " ") || (zh ? "0秒" : "0 s");
}

/** 820 B, 12 KB, 3.4 MB */
export function fileSize(bytes: number): string {
  if (bytes < 1_024) return `${bytes} B`;
  if (bytes < 1_024 * 1_024) return `${Math.round(bytes / 1_024)} KB`;
  return `${(bytes / 1_024 / 1_024).toFixed(1)} MB`;
}
