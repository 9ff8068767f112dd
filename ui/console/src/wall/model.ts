/** The wallboard's view model: shapes of the `wall` and `queue:<id>` topics, and everything that can be said about them without a page. */

import type { AlertView, WallAgentView, WallQueueView } from "@kit/feed";

export type WallQueue = WallQueueView & { name_en?: string | null };
export type WallAgent = WallAgentView;
export type WallAlert = AlertView;

/** A routing rule that holds just now, of one tenant. */
export interface WallRule {
  /** `tenant:rule` */
  id: string;
  tenant_id: string;
  rule_id: string;
  name: string;
  name_en: string;
  emergency: boolean;
}

/** The rules of all queues that don't hold always, each once: emergencies first, then by name, so that a chip keeps its place. */
export function rulesOf(queues: readonly WallQueue[]): WallRule[] {
  const found = new Map<string, WallRule>();
  for (const queue of queues) {
    for (const { id: rule_id, name, name_en, emergency, standing } of queue.rules ?? []) {
      if (standing) continue;
      const id = `${queue.tenant_id}:${rule_id}`;
      found.set(id, { id, tenant_id: queue.tenant_id, rule_id, name, name_en, emergency });
    }
  }
  return [...found.values()].sort(
    (a, b) => Number(b.emergency) - Number(a.emergency) || a.name.localeCompare(b.name, "zh-CN"),
  );
}

/** What a supervisor sees of an agent: the state that the engine keeps, refined by what the agent is doing. */
export type Presence =
  "available" | "ringing" | "engaged" | "full" | "after_contact_work" | "not_ready" | "signed_out";

export const PRESENCES: readonly Presence[] = [
  "available",
  "ringing",
  "engaged",
  "full",
  "after_contact_work",
  "not_ready",
  "signed_out",
];

export function capacityOf(agent: Pick<WallAgent, "capacity">): number {
  return Object.values(agent.capacity).reduce((sum, n) => sum + n, 0);
}

/** What of an agent tells their presence; the agent's own desk has it too. */
export type PresentAgent = Pick<WallAgent, "state" | "reason" | "engaged" | "capacity" | "ringing">;

export function presenceOf(agent: PresentAgent): Presence {
  // Work after a contact counts as engaged too; the floor says when there is nothing else.
  if (agent.state === "after_contact_work") return "after_contact_work";
  if (agent.state === "not_ready") {
    // A person who set "not ready" while still talking is at work, not away: the handling counts first.
    if (agent.engaged > 0) return "engaged";
    return agent.reason === "signed_out" || agent.reason === null ? "signed_out" : "not_ready";
  }
  if (agent.engaged > 0) {
    const capacity = capacityOf(agent);
    return capacity > 0 && agent.engaged >= capacity ? "full" : "engaged";
  }
  return agent.ringing ? "ringing" : "available";
}

export interface WallFilter {
  tenant?: string | undefined;
  team?: string | undefined;
  state?: Presence | undefined;
  queue?: string | undefined;
  q?: string | undefined;
}

/** Reads a filter out of a page address; anything unknown falls away instead of failing. */
export function parseFilter(search: Record<string, unknown>): WallFilter {
  const text = (key: string): string | undefined => {
    const value = search[key];
    return typeof value === "string" && value.trim() !== "" ? value : undefined;
  };
  const state = text("state");
  return {
    tenant: text("tenant"),
    team: text("team"),
    state: PRESENCES.find((presence) => presence === state),
    queue: text("queue"),
    q: text("q"),
  };
}

const folded = (text: string): string => text.normalize("NFKC").toLocaleLowerCase();

export function filterQueues(queues: readonly WallQueue[], filter: WallFilter): WallQueue[] {
  const q = filter.q ? folded(filter.q) : "";
  return queues.filter(
    (queue) =>
      (!filter.tenant || queue.tenant_id === filter.tenant) &&
      (q === "" || folded(`${queue.name} ${queue.name_en ?? ""}`).includes(q)),
  );
}

/** By tenant: an agent is shown when employed by it or handling one of its contacts now. */
export function filterAgents(
  agents: readonly WallAgent[],
  filter: WallFilter,
  tenantOfQueue: ReadonlyMap<string, string>,
): WallAgent[] {
  const q = filter.q ? folded(filter.q) : "";
  return agents.filter((agent) => {
    if (filter.tenant) {
      const serves = agent.current.some((work) => tenantOfQueue.get(work.queue_id) === filter.tenant);
      if (agent.tenant_id !== filter.tenant && !serves) return false;
    }
    if (filter.team && agent.team !== filter.team) return false;
    if (filter.queue && !agent.current.some((work) => work.queue_id === filter.queue)) return false;
    if (filter.state && presenceOf(agent) !== filter.state) return false;
    return q === "" || folded(`${agent.name} ${agent.team ?? ""} ${agent.team_en ?? ""}`).includes(q);
  });
}

/** The queues whose figures the tiles sum up: of the tenant, or the one that is open. The rest narrows agents only. */
export function tiledQueues(queues: readonly WallQueue[], filter: WallFilter): WallQueue[] {
  return queues.filter(
    ({ id, tenant_id }) =>
      (!filter.tenant || tenant_id === filter.tenant) && (!filter.queue || id === filter.queue),
  );
}

/** Whether the tiles of queues show more than the agents' tile, which follows every filter. */
export const narrowsAgentsOnly = (filter: WallFilter): boolean =>
  Boolean(filter.team ?? filter.state ?? filter.q);

interface Judged {
  queue_id: string;
  answered: number;
  answered_in_time: number;
  abandoned: number;
  abandoned_in_time: number;
}

/** The service level of these queues together, by the server's rule; null: nobody to judge. */
export function levelOf(today: readonly Judged[], queues: readonly WallQueue[]): number | null {
  const ids = new Set(queues.map(({ id }) => id));
  let [part, whole] = [0, 0];
  for (const one of today) {
    if (!ids.has(one.queue_id)) continue;
    part += one.answered_in_time;
    whole += one.answered + one.abandoned - one.abandoned_in_time;
  }
  return whole <= 0 ? null : Math.floor((200 * part + whole) / (2 * whole));
}

/** A stable order: numbers change every second, rows must not jump under the reader's eye. */
export function inHouseOrder(
  queues: readonly WallQueue[],
  tenantNames: ReadonlyMap<string, string>,
): WallQueue[] {
  const collator = new Intl.Collator("zh-CN");
  const tenant = (queue: WallQueue): string => tenantNames.get(queue.tenant_id) ?? queue.tenant_id;
  return [...queues].sort(
    (a, b) =>
      collator.compare(tenant(a), tenant(b)) || collator.compare(a.name, b.name) || (a.id < b.id ? -1 : 1),
  );
}

export type Urgency = "calm" | "watch" | "late";

/** How pressing the longest wait is: late once past the queue's threshold, to be watched from half of it on. */
export function waitUrgency(queue: WallQueue, now: number): Urgency {
  if (queue.waiting === 0 || queue.oldest_since_at === null) return "calm";
  const waited = now - queue.oldest_since_at;
  if (waited > queue.service_level.threshold_ms) return "late";
  return waited * 2 > queue.service_level.threshold_ms ? "watch" : "calm";
}

export type LevelGrade = "none" | "met" | "near" | "missed";

/** `none` when nothing was offered yet today: an honest "no data", not 0 % and not 100 %. */
export function levelGrade(percent: number | null, goal: number): LevelGrade {
  if (percent === null) return "none";
  if (percent >= goal) return "met";
  return percent >= goal - 10 ? "near" : "missed";
}

export interface FloorTotals {
  waiting: number;
  talking: number;
  oldest_since_at: number | null;
  offered: number;
  answered: number;
  abandoned: number;
  presence: Record<Presence, number>;
}

export function totals(queues: readonly WallQueue[], agents: readonly WallAgent[]): FloorTotals {
  const presence: Record<Presence, number> = {
    available: 0,
    ringing: 0,
    engaged: 0,
    full: 0,
    after_contact_work: 0,
    not_ready: 0,
    signed_out: 0,
  };
  for (const agent of agents) presence[presenceOf(agent)] += 1;
  const sum = (pick: (queue: WallQueue) => number): number => queues.reduce((n, queue) => n + pick(queue), 0);
  const oldest = queues.flatMap((queue) => (queue.oldest_since_at === null ? [] : [queue.oldest_since_at]));
  return {
    waiting: sum((queue) => queue.waiting),
    talking: sum((queue) => queue.talking),
    oldest_since_at: oldest.length === 0 ? null : Math.min(...oldest),
    offered: sum((queue) => queue.today.offered),
    answered: sum((queue) => queue.today.answered),
    abandoned: sum((queue) => queue.today.abandoned),
    presence,
  };
}

/** An alert that ends and comes back is a new one: the instant of its beginning belongs to its name. */
export function alertKey(alert: Pick<WallAlert, "id" | "at">): string {
  return `${alert.id}@${alert.at}`;
}

/** Most severe first, newest first within one severity; those that this person has acknowledged go to the end. */
export function sortAlerts(alerts: readonly WallAlert[], acknowledged: ReadonlySet<string>): WallAlert[] {
  const rank = (alert: WallAlert): number =>
    alert.severity === "bad" ? 0 : alert.severity === "warn" ? 1 : 2;
  const done = (alert: WallAlert): number => Number(acknowledged.has(alertKey(alert)));
  return [...alerts].sort(
    (a, b) => done(a) - done(b) || rank(a) - rank(b) || b.at - a.at || (a.id < b.id ? -1 : 1),
  );
}

/** How many rows a screen of `height` px takes of `row` px each, and which of them page `turn` shows. */
export function pageOf<T>(
  items: readonly T[],
  size: number,
  turn: number,
): { items: T[]; page: number; pages: number } {
  const room = Math.max(1, size);
  const pages = Math.max(1, Math.ceil(items.length / room));
  const page = ((turn % pages) + pages) % pages;
  return { items: items.slice(page * room, (page + 1) * room), page, pages };
}

/** The team's name in the reader's language. */
export function teamOf(agent: Pick<WallAgent, "team" | "team_en">, locale: string): string | null {
  return (locale.startsWith("en") && agent.team_en) || agent.team;
}

/** Teams by the name under which they are filtered, with the one to show. */
export function teamsOf(agents: readonly WallAgent[], locale: string): ReadonlyMap<string, string> {
  const teams = new Map(
    agents.flatMap((agent) => (agent.team ? [[agent.team, teamOf(agent, locale)!]] : [])),
  );
  const { compare } = new Intl.Collator("zh-CN");
  return new Map([...teams].sort(([, a], [, b]) => compare(a, b)));
}

/** A quarter-hour of today. */
export interface TodayInterval {
  at: number;
  offered: number;
  answered: number;
  abandoned: number;
  answered_in_time: number;
}

export const INTERVAL_MS = 15 * 60_000;

/** The last `count` quarter-hours up to `now`, empty ones filled in, none before `from_at`. */
export function lastIntervals(
  intervals: readonly TodayInterval[],
  from_at: number,
  now: number,
  count: number,
): TodayInterval[] {
  const known = new Map(intervals.map((interval) => [interval.at, interval]));
  const last = Math.floor(now / INTERVAL_MS) * INTERVAL_MS;
  return Array.from({ length: count }, (_, index) => last - (count - 1 - index) * INTERVAL_MS)
    .filter((at) => at >= from_at)
    .map((at) => known.get(at) ?? { at, offered: 0, answered: 0, abandoned: 0, answered_in_time: 0 });
}
