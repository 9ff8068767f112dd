/** Drills as the API sends them. Shares per 10,000, durations in ms; null: nothing to judge. */

export interface Title {
  zh: string;
  en: string;
}

export interface Change {
  policy: "present" | "draft";
  agents: number;
  teams: Record<string, number>;
  rules_on: string[];
}

export type Source =
  | { kind: "day"; date: string }
  | { kind: "festival"; contacts: number; agents?: number }
  | { kind: "files"; arrivals: string; staff: string };

export interface NewRun {
  source: Source;
  change: Change;
  replications: number;
}

export type RunState = "queued" | "running" | "done" | "failed" | "cancelled";

export interface Run {
  id: string;
  tenant_id: string;
  source: Source["kind"];
  date: string | null;
  contacts: number | null;
  agents: number | null;
  change: Change;
  replications: number;
  state: RunState;
  done: number;
  place: number;
  created_at: number;
  created_by: { id: string; name: string };
  started_at: number | null;
  ended_at: number | null;
  fault: { code: string; lines: string[] } | null;
}

export interface Figures {
  contacts: number;
  answered: number;
  abandoned: number;
  waiting: number;
  turned_away: number;
  asa_ms: number | null;
  wait_p95_ms: number | null;
  longest_ms: number;
  service_level: number | null;
  abandonment: number | null;
}

export interface HalfHour {
  at: number;
  contacts: number;
  service_level: number | null;
  abandonment: number | null;
  asa_ms: number | null;
  /** Hundredths. */
  queue_mean: number;
  queue_most: number;
  present_mean: number;
  occupancy: number | null;
}

export interface LongWait {
  contact: number;
  queue_id: string;
  title: Title;
  came_at: number;
  waited_ms: number;
  answered: boolean;
  asked: Record<string, number>;
  steps: string[];
  rule: string;
  blocked: Record<string, number>;
  could_on_duty: number;
  could_widened: number;
  in_line: number;
}

export interface DayResult {
  zone: string;
  start_at: number;
  until_at: number;
  agents: number;
  most_present: number;
  total: Figures;
  occupancy: number | null;
  queues: { queue_id: string; title: Title; threshold_ms: number; figures: Figures }[];
  teams: { team: string; title: Title; agents: number; present_ms: number; occupancy: number | null }[];
  half_hours: HalfHour[];
  longest: LongWait[];
  call_backs: number;
  wall_s: number;
}

export interface Compared {
  name: string;
  a: number;
  b: number;
  difference: number;
  low: number;
  high: number;
  pairs: number;
  verdict: "better" | "worse" | "cannot_tell" | "changed" | "same";
}

export interface Known {
  contacts: number;
  answered: number;
  abandoned: number;
  service_level: number | null;
  asa_ms: number | null;
  patience: { gave_up: number; answered: number; mean_ms: number | null };
  skipped: number;
  transferred: number;
  agents: number;
}

export interface Found {
  before: DayResult;
  after: DayResult | null;
  comparison: { replications: number; figures: Compared[] } | null;
  known: Known | null;
}

export interface RunView {
  run: Run;
  result: Found | null;
}

export interface Choices {
  days: string[];
  teams: { id: string; name: string; name_en: string; agents: number }[];
  draft: number | null;
  present: number | null;
  zone: string;
}
