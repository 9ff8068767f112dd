/** What can be said about a routing policy without a page: defaults, findings at their fields, what a publication changes. Pure. */
import type { Finding } from "../versions/wire.ts";
import type {
  Body,
  PolicyWords,
  QueuePolicy,
  Rule,
  RuleNow,
  Share,
  Step,
  StepKind,
  WireBody,
} from "./wire.ts";

export const NO_BODY: Body = { queues: {}, rules: [] };

const QUEUE: QueuePolicy = {
  strategy: "longest_idle",
  steps: [],
  last_agent_ms: 0,
  named_agent_ms: 60_000,
  shares: [],
  lend: null,
  reserve: null,
  interruptible: false,
  max_wait_ms: 0,
  alternatives: [],
  call_back_lead_ms: 300_000,
};

/** How a queue is routed of which the policy says nothing. */
export function defaultQueue(): QueuePolicy {
  return { ...QUEUE, steps: [], shares: [], alternatives: [] };
}

const step = (given: Pick<Step, "after_ms" | "kind"> & Partial<Step>): Step => ({
  needs: null,
  lower: 0,
  alternatives: [],
  ...given,
});

const share = (given: Pick<Share, "partner" | "percent"> & Partial<Share>): Share => ({
  floor: 0,
  ceiling: 0,
  ...given,
});

const rule = (given: Pick<Rule, "id" | "name"> & Partial<Rule>): Rule => ({
  name_en: "",
  when: {},
  boost_ms: 0,
  emergency: false,
  from_at: 0,
  until_at: 0,
  on: true,
  ...given,
});

/** Fills in what was left out. */
export function fullBody(body: WireBody | null | undefined): Body {
  const queues: Record<string, QueuePolicy> = {};
  for (const [id, given] of Object.entries(body?.queues ?? {})) {
    const { steps, shares, ...rest } = given;
    queues[id] = {
      ...defaultQueue(),
      ...rest,
      steps: (steps ?? []).map(step),
      shares: (shares ?? []).map(share),
    };
  }
  return { queues, rules: (body?.rules ?? []).map(rule) };
}

export function isDefault(queue: QueuePolicy): boolean {
  return same(queue, QUEUE);
}

function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, ordered(inner)]),
  );
}

/** Equal whatever the order of their fields. */
export function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(ordered(a)) === JSON.stringify(ordered(b));
}

/** Without queues that say nothing: what is compared and sent. */
export function leanBody(body: Body): Body {
  return {
    queues: Object.fromEntries(Object.entries(body.queues).filter(([, queue]) => !isDefault(queue))),
    rules: body.rules,
  };
}

export function sameBody(a: Body, b: Body): boolean {
  return same(leanBody(a), leanBody(b));
}

export function queueOf(body: Body, id: string): QueuePolicy {
  return body.queues[id] ?? defaultQueue();
}

export function withQueue(body: Body, id: string, patch: Partial<QueuePolicy>): Body {
  return { ...body, queues: { ...body.queues, [id]: { ...queueOf(body, id), ...patch } } };
}

export function withoutQueue(body: Body, id: string): Body {
  return { ...body, queues: Object.fromEntries(Object.entries(body.queues).filter(([key]) => key !== id)) };
}

// -- lists ------------------------------------------------------------------------------------------------------------
export function replaced<T>(list: readonly T[], index: number, patch: Partial<T>): T[] {
  return list.map((item, at) => (at === index ? { ...item, ...patch } : item));
}

export function without<T>(list: readonly T[], index: number): T[] {
  return list.filter((_, at) => at !== index);
}

/** The item at `index` one place up (-1) or down (1); the same list at its ends. */
export function moved<T>(list: readonly T[], index: number, by: -1 | 1): T[] {
  const next = [...list];
  const other = index + by;
  const [one, two] = [next[index], next[other]];
  if (one === undefined || two === undefined) return next;
  next[index] = two;
  next[other] = one;
  return next;
}

/** Two steps change places in what they do; the times stay in order. */
export function movedStep(steps: readonly Step[], index: number, by: -1 | 1): Step[] {
  const times = steps.map((one) => one.after_ms);
  return moved(steps, index, by).map((one, at) => ({ ...one, after_ms: times[at] ?? one.after_ms }));
}

/** A further step, half a minute after the last. */
export function nextStep(steps: readonly Step[]): Step {
  const last = steps.at(-1);
  return step({ after_ms: (last?.after_ms ?? 0) + 30_000, kind: "lower_level", lower: 1 });
}

/** Another kind of step keeps its time and takes what suits the kind. */
export function ofKind(one: Step, kind: StepKind): Step {
  if (kind === one.kind) return one;
  const fresh = { after_ms: one.after_ms, kind };
  if (kind === "lower_level") return step({ ...fresh, lower: 1 });
  if (kind === "alternatives") return step({ ...fresh, alternatives: ["call_back"] });
  return step({ ...fresh, needs: {} });
}

/** A name for a new rule that no other has. */
export function freeRuleId(rules: readonly Rule[]): string {
  const taken = new Set(rules.map(({ id }) => id));
  let number = rules.length + 1;
  while (taken.has(`rule-${number}`)) number += 1;
  return `rule-${number}`;
}

export function newRule(rules: readonly Rule[]): Rule {
  return rule({ id: freeRuleId(rules), name: "", boost_ms: 600_000, on: false });
}

/** Values typed one after the other, however they were divided. */
export function valuesOf(text: string): string[] {
  const parts = text.split(/[,，、;；\n]/).map((part) => part.trim());
  return [...new Set(parts.filter((part) => part !== ""))];
}

const RULE_ID = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;

/** What the server would not even take to check: rules without a name, ids that are none. */
export function unfit(rules: readonly Rule[], say: { name: string; id: string }): Finding[] {
  return rules.flatMap((one, index) => [
    ...(one.name.trim() === ""
      ? [{ field: `rules.${index}.name`, code: "required", message: say.name }]
      : []),
    ...(RULE_ID.test(one.id) ? [] : [{ field: `rules.${index}.id`, code: "invalid", message: say.id }]),
  ]);
}

// -- what a publication changes ----------------------------------------------------------------------------------------
export interface Change {
  kind: "queue" | "rule";
  id: string;
  name: string;
  /** Sentences that held and will not. */
  before: string[];
  /** Sentences that will hold and did not. */
  after: string[];
  what: "added" | "removed" | "changed";
}

interface Said {
  id: string;
  name: string;
  lines: string[];
}

function compare(kind: Change["kind"], before: readonly Said[], after: readonly Said[]): Change[] {
  const changes: Change[] = [];
  const was = new Map(before.map((one) => [one.id, one]));
  const now = new Map(after.map((one) => [one.id, one]));
  for (const one of after) {
    const old = was.get(one.id);
    const gone = (old?.lines ?? []).filter((line) => !one.lines.includes(line));
    const come = one.lines.filter((line) => !old?.lines.includes(line));
    const renamed = old !== undefined && old.name !== one.name && kind === "rule";
    if (old && gone.length === 0 && come.length === 0 && !renamed && same(old.lines, one.lines)) continue;
    const reordered = old !== undefined && gone.length === 0 && come.length === 0;
    changes.push({
      kind,
      id: one.id,
      name: renamed ? `${old.name} → ${one.name}` : one.name,
      before: reordered && !renamed ? old.lines : gone,
      after: reordered && !renamed ? one.lines : come,
      what: old ? "changed" : "added",
    });
  }
  for (const old of before) {
    if (!now.has(old.id))
      changes.push({ kind, id: old.id, name: old.name, before: old.lines, after: [], what: "removed" });
  }
  return changes;
}

/** Compares what two versions say, sentence by sentence. */
export function changesBetween(before: PolicyWords | null | undefined, after: PolicyWords): Change[] {
  const queues = (words: PolicyWords | null | undefined): Said[] =>
    (words?.queues ?? []).map(({ queue_id, name, lines }) => ({ id: queue_id, name, lines }));
  return [
    ...compare("queue", queues(before), queues(after)),
    ...compare("rule", before?.rules ?? [], after.rules),
  ];
}

// -- rules ------------------------------------------------------------------------------------------------------------
/** Those that people switch, the ones that hold first; those that come by themselves follow elsewhere. */
export function byHand(rules: readonly RuleNow[]): RuleNow[] {
  return rules.filter((one) => !one.on);
}

export type Timing = "by_hand" | "always" | "window";

export function timingOf(one: Pick<Rule, "on" | "from_at" | "until_at">): Timing {
  if (!one.on) return "by_hand";
  return one.from_at || one.until_at ? "window" : "always";
}

/** Half minutes are seconds, whole minutes minutes: `90 s` stays, `120 s` is 2 minutes. */
export function split(ms: number): { n: number; unit: "seconds" | "minutes" | "hours" } {
  const seconds = Math.round(ms / 1000);
  if (seconds >= 3600 && seconds % 3600 === 0) return { n: seconds / 3600, unit: "hours" };
  if (seconds >= 120 && seconds % 60 === 0) return { n: seconds / 60, unit: "minutes" };
  return { n: seconds, unit: "seconds" };
}

const two = (n: number): string => String(n).padStart(2, "0");

/** `2026-02-10T08:30` on the reader's clock, as date fields take it; empty for 0. */
export function localText(at: number): string {
  if (!at) return "";
  const day = new Date(at);
  const date = `${day.getFullYear()}-${two(day.getMonth() + 1)}-${two(day.getDate())}`;
  return `${date}T${two(day.getHours())}:${two(day.getMinutes())}`;
}

export function instantOf(text: string): number {
  const at = new Date(text).getTime();
  return text === "" || Number.isNaN(at) ? 0 : at;
}
