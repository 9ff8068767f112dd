/** Shapes of the directory's resources as the API sends and takes them. Instants `_at`, spans `_ms`. */

export interface Need {
  skill_id: string;
  level: number;
}

export interface QueueItem {
  id: string;
  tenant_id: string;
  name: string;
  name_en: string | null;
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
}

export interface SkillItem {
  id: string;
  tenant_id: string | null;
  key: string;
  name: string;
  name_en: string | null;
  kind?: string;
}

export interface HeldSkill {
  skill_id: string;
  level: number;
  minor: boolean;
}

export interface PersonItem {
  id: string;
  tenant_id: string;
  name: string;
  email: string;
  roles: string[];
  team_id: string | null;
  skills: HeldSkill[];
  serves: string[];
  locale: string;
  level: number;
  capacity: Record<string, number>;
  active: boolean;
}

export interface TeamItem {
  id: string;
  tenant_id: string;
  name: string;
  name_en: string | null;
}

export interface TenantItem {
  id: string;
  name: string;
  name_en?: string | null;
  colour: string;
}

export interface CannedItem {
  id: string;
  tenant_id: string;
  queue_id: string | null;
  shortcut: string;
  title: string;
  text: string;
  locale: string;
}

export interface DispositionItem {
  id: string;
  tenant_id: string;
  code: string;
  name: string;
  name_en: string | null;
  retired?: boolean;
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
  greeting: string;
  greeting_en: string;
  colour: string;
  origins: string[];
  topics: SiteTopic[];
  hours_id: string | null;
}

export interface TokenItem {
  id: string;
  name: string;
  scopes: string[];
  prefix?: string;
  created_at: number;
  expires_at: number | null;
  used_at: number | null;
}

export interface WebhookItem {
  id: string;
  tenant_id: string;
  url: string;
  kinds: string[];
  active: boolean;
}

export interface DeliveryItem {
  id: string;
  at: number;
  kind: string;
  status: number | null;
  attempt: number;
  error: string | null;
  next_at: number | null;
}

export interface AuditItem {
  id: string;
  seq: number;
  at: number;
  actor_name: string | null;
  action: string;
  subject: string | null;
  detail: Record<string, unknown>;
}
