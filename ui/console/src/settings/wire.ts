/** Shapes of the directory's resources as the API sends them. Instants `_at`, spans `_ms`, both in ms. */
import type { Held } from "./matrix.ts";

export interface Need {
  skill_id: string;
  level: number;
}

export interface QueueItem {
  id: string;
  tenant_id: string;
  name: string;
  name_en: string;
  medium: string;
  needs: Need[];
  /** A head start over other queues, in ms of waiting. */
  priority: number;
  ring_ms: number;
  acw_ms: number;
  service_level_ms: number;
  /** Percent. */
  service_level_goal: number;
  /** 0: no limit. */
  max_waiting: number;
  hours_id: string | null;
  retired: boolean;
  /** How many people have all that it needs. */
  able: number;
}

export const SKILL_KINDS = ["product", "language", "dialect", "other"] as const;
export type SkillKind = (typeof SKILL_KINDS)[number];

export interface SkillItem {
  id: string;
  /** null: the whole installation's. */
  tenant_id: string | null;
  key: string;
  name: string;
  name_en: string;
  kind: SkillKind;
  retired: boolean;
}

export const ROLES = [
  "agent",
  "supervisor",
  "reviewer",
  "planner",
  "editor",
  "tenant_admin",
  "city_operator",
] as const;
export type Role = (typeof ROLES)[number];

export interface PersonItem {
  id: string;
  tenant_id: string;
  name: string;
  /** null for those who may not administer the person. */
  email: string | null;
  roles: Role[];
  team_id: string | null;
  skills: Held[];
  serves: string[];
  locale: string;
  level: number;
  capacity: { chat: number; voice: number };
  active: boolean;
  /** Name of their telephone at the exchange. */
  phone: string | null;
  /** null for those who may not administer the person. */
  second_factor: boolean | null;
}

/** A telephone number of the house. The API knows it by its digits alone: the id is made here. */
export interface NumberItem {
  id: string;
  /** Digits only. */
  number: string;
  tenant_id: string;
  entry: string;
}

export interface TeamItem {
  id: string;
  tenant_id: string;
  name: string;
  name_en: string;
  hours_id: string | null;
  retired: boolean;
}

export interface TenantItem {
  id: string;
  name: string;
  name_en?: string | null;
  colour: string;
}

export interface Span {
  start: string;
  end: string;
}

export interface SpecialDay {
  date: string;
  name: string;
  spans: Span[];
}

export interface HoursRules {
  weekly: Partial<Record<string, Span[]>>;
  holidays: "none" | "CN";
  holiday_spans: Span[];
  makeup_as: string;
  exceptions: SpecialDay[];
}

export interface HoursItem {
  id: string;
  tenant_id: string;
  name: string;
  name_en: string;
  zone: string;
  rules: HoursRules;
  retired: boolean;
  open_now: boolean;
  holidays_known_until: string;
}

export interface PreviewDay {
  date: string;
  kind: "weekday" | "exception" | "holiday" | "makeup";
  name: string;
  name_en: string;
  openings: { opens_at: number; closes_at: number }[];
  open_ms: number;
  known: boolean;
}

export interface HoursPreview {
  zone: string;
  open_now: boolean;
  next_opening_at: number | null;
  days: PreviewDay[];
  total_ms: number;
}

export interface CannedItem {
  id: string;
  tenant_id: string;
  title: string;
  text: string;
  shortcut: string | null;
  locale: string | null;
  queue_id: string | null;
}

export interface DispositionItem {
  id: string;
  tenant_id: string;
  code: string;
  name: string;
  name_en: string;
  is_group: boolean;
  parent_id: string | null;
  group: string | null;
  position: number;
  retired: boolean;
}

export interface SiteTopic {
  key: string;
  label: string;
  label_en: string;
  queue_id: string;
}

export interface SiteItem {
  id: string;
  key: string;
  tenant_id: string;
  name: string;
  name_en: string;
  greeting: string;
  greeting_en: string;
  colour: string;
  origins: string[];
  topics: SiteTopic[];
  hours_id: string | null;
  retired: boolean;
}

export interface TokenItem {
  id: string;
  name: string;
  scopes: string[];
  /** The last four characters, to tell tokens apart. */
  hint: string;
  created_at: number;
  expires_at: number | null;
  used_at: number | null;
}

export interface AuditItem {
  tenant_id: string;
  seq: number;
  at: number;
  actor_kind: string;
  actor_id: string;
  actor_name: string;
  action: string;
  object_kind: string;
  object_id: string;
  detail: Record<string, unknown>;
  address: string;
  hash?: string;
}

export const EVENT_NAMES = [
  "contact.started",
  "contact.received",
  "contact.queued",
  "contact.answered",
  "contact.ended",
  "contact.wrapped_up",
  "contact.recorded",
  "contact.rated",
  "contact.closed",
] as const;

export interface WebhookItem {
  id: string;
  tenant_id: string;
  url: string;
  events: string[];
  active: boolean;
  off_reason: "by_hand" | "failing" | "gone" | null;
  failing_since: number | null;
  last_success_at: number | null;
  last_failure_at: number | null;
  created_at: number;
}

export interface DeliveryItem {
  id: string;
  event_id: string;
  type: string;
  state: "pending" | "delivered" | "failed";
  attempts: number;
  made_at: number;
  next_at: number | null;
  last_at: number | null;
  last_status: number | null;
  last_error: string | null;
  last_ms: number | null;
  delivered_at: number | null;
}
