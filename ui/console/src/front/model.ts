/** What the front page knows of the demo and its floor. Pure. */

export interface DemoInfo {
  on: boolean;
  /** 0 … 20; 0 stands still. */
  speed: number;
  simulated_customers: number;
  simulated_agents: number;
}

export interface SummaryQueue {
  id: string;
  name: string;
  name_en?: string | null;
  tenant?: string | null;
  tenant_name: string;
  tenant_name_en?: string | null;
  colour?: string | null;
  waiting: number;
  talking: number;
}

export type Happening = "queued" | "offered" | "answered" | "rated" | "ended";

export interface SummaryEvent {
  at: number;
  kind: Happening;
  queue_name: string;
  tenant_name?: string | null;
  agent_name: string | null;
  waited_ms: number | null;
  score: number | null;
  text_zh?: string | null;
  text_en?: string | null;
}

/** The floor as anybody may see it: counts and names of queues, nothing of a customer. */
export interface FloorSummary {
  at: number;
  waiting: number;
  talking: number;
  agents_available: number;
  agents_signed_in: number;
  answered_today: number;
  messages_today?: number;
  queues: SummaryQueue[];
  recent: SummaryEvent[];
}

export interface TenantLanes {
  tenant: string;
  tenant_en: string | null;
  queues: SummaryQueue[];
  waiting: number;
  talking: number;
}

/** Queues under their tenants, both in the order in which the server first names them, so that nothing jumps. */
export function lanesOf(queues: readonly SummaryQueue[]): TenantLanes[] {
  const lanes = new Map<string, TenantLanes>();
  for (const queue of queues) {
    let lane = lanes.get(queue.tenant_name);
    if (!lane) {
      lane = {
        tenant: queue.tenant_name,
        tenant_en: queue.tenant_name_en ?? null,
        queues: [],
        waiting: 0,
        talking: 0,
      };
      lanes.set(queue.tenant_name, lane);
    }
    lane.queues.push(queue);
    lane.waiting += queue.waiting;
    lane.talking += queue.talking;
  }
  return [...lanes.values()];
}

/** How many marks are drawn for `count` people in a lane of `room` places, and how many are only counted. */
export function marks(count: number, room: number): { shown: number; more: number } {
  if (count <= room) return { shown: Math.max(0, count), more: 0 };
  return { shown: room - 1, more: count - (room - 1) };
}

/** A stable key for an event that carries no id: the same event twice in one second is one line. */
export function eventKey(event: SummaryEvent): string {
  return [event.at, event.kind, event.queue_name, event.agent_name ?? ""].join("|");
}

/** How old the picture is, in whole seconds, or null while it is fresh (under `fresh_ms`). */
export function staleness(updatedAt: number, now: number, fresh_ms = 4000): number | null {
  if (updatedAt === 0) return null;
  const age = now - updatedAt;
  return age < fresh_ms ? null : Math.floor(age / 1000);
}
