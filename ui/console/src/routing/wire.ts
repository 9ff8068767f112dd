/** Routing policies as the API sends them. Instants `_at`, spans `_ms`, both in ms. */
import type { Author, Edition, Found, Shelf } from "../versions/wire.ts";

export const STRATEGIES = [
  "longest_idle",
  "least_occupied",
  "best_fitting",
  "fewest_contacts",
  "weighted_shares",
] as const;
export type Strategy = (typeof STRATEGIES)[number];

export const STEP_KINDS = [
  "lower_level",
  "other_team",
  "partner",
  "other_site",
  "anyone",
  "alternatives",
] as const;
export type StepKind = (typeof STEP_KINDS)[number];

export const ALTERNATIVES = ["call_back", "scheduled_call_back", "message", "self_service"] as const;
export type Alternative = (typeof ALTERNATIVES)[number];

/** Skill (or team, partner, site) by its key, with the least level. */
export type Needs = Record<string, number>;

export interface Step {
  after_ms: number;
  kind: StepKind;
  /** Replaces what the queue asks for; null: unchanged. */
  needs: Needs | null;
  lower: number;
  alternatives: Alternative[];
}

export interface Share {
  partner: string;
  percent: number;
  floor: number;
  ceiling: number;
}

export interface Lend {
  waiting: number;
  waited_ms: number;
  until_waiting: number;
}

export interface Reserve {
  skill: string;
  keep: number;
}

export interface QueuePolicy {
  strategy: Strategy;
  steps: Step[];
  last_agent_ms: number;
  named_agent_ms: number;
  shares: Share[];
  lend: Lend | null;
  reserve: Reserve | null;
  interruptible: boolean;
  max_wait_ms: number;
  alternatives: Alternative[];
  call_back_lead_ms: number;
}

export interface Rule {
  id: string;
  name: string;
  name_en: string;
  when: Record<string, string[]>;
  boost_ms: number;
  emergency: boolean;
  from_at: number;
  until_at: number;
  /** false: only when somebody switches it on. */
  on: boolean;
}

/** As the API takes and sends it: what is left out has its default. */
export interface WireBody {
  queues?: Record<string, Partial<Omit<QueuePolicy, "steps" | "shares">> & Loose>;
  rules?: (Pick<Rule, "id" | "name"> & Partial<Rule>)[];
}

interface Loose {
  steps?: (Pick<Step, "after_ms" | "kind"> & Partial<Step>)[];
  shares?: (Pick<Share, "partner" | "percent"> & Partial<Share>)[];
}

export interface Body {
  queues: Record<string, QueuePolicy>;
  rules: Rule[];
}

export interface QueueWords {
  queue_id: string;
  name: string;
  lines: string[];
}

export interface RuleWords {
  id: string;
  name: string;
  lines: string[];
}

export interface PolicyWords {
  queues: QueueWords[];
  rules: RuleWords[];
}

export interface Version extends Edition {
  body: WireBody;
  words: PolicyWords;
}

/** Who switched a rule last, and when. */
export interface Switched {
  at: number;
  by: Author | null;
  by_timer?: boolean;
}

export interface RuleNow {
  id: string;
  name: string;
  name_en: string;
  active: boolean;
  boost_ms: number;
  emergency: boolean;
  from_at: number;
  until_at: number;
  on: boolean;
  switched?: Switched | null;
}

export interface PolicyView extends Shelf {
  present: Version | null;
  draft: Version | null;
  rules: RuleNow[];
  floors: { floor_id: string; version: number }[];
}

export interface SavedDraft extends Found {
  draft: Version;
  etag: string;
}

export interface Checked extends Found {
  words: PolicyWords;
}

export interface Word {
  key: string;
  name: string;
  name_en: string;
  people: number;
}

export interface QueueWord {
  id: string;
  name: string;
  name_en: string;
  medium: string;
  needs: Needs;
  able: number;
}

export interface Attribute {
  key: string;
  name: string;
  name_en: string;
  values: string[];
  free: boolean;
}

export interface Vocabulary {
  queues: QueueWord[];
  skills: Word[];
  teams: Word[];
  partners: Word[];
  sites: Word[];
  attributes: Attribute[];
  limits: { steps: number; rules: number; boost_ms: number; values: number };
}
