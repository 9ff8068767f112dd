/** A topic's state from its frames: pure, and sharing what did not change, so that a view can compare by identity. */
import type { AnyData, Op } from "./wire.ts";

export interface TopicState {
  readonly epoch: string | number;
  /** The floor's seq up to which `data` is true. */
  readonly seq: number;
  readonly data: AnyData;
}

/** A delta that does not fit what is there: the topic has to be fetched anew. */
export class Gap extends Error {}

function same(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const left = a as Record<string, unknown>;
  const right = b as Record<string, unknown>;
  const keys = Object.keys(left);
  return (
    keys.length === Object.keys(right).length &&
    keys.every((key) => key in right && same(left[key], right[key]))
  );
}

/** Takes a snapshot; objects, collections and the whole keep their identity where they are equal to `before`'s. */
export function applySnap(
  before: TopicState | null,
  epoch: string | number,
  seq: number,
  data: AnyData,
): TopicState {
  if (!before) return { epoch, seq, data };
  let unchanged = Object.keys(before.data).length === Object.keys(data).length;
  const shared: AnyData = {};
  for (const [name, rows] of Object.entries(data)) {
    const old = before.data[name];
    shared[name] = shareRows(old, rows);
    unchanged &&= shared[name] === old;
  }
  return { epoch, seq, data: unchanged ? before.data : shared };
}

function shareRows(
  old: Record<string, object> | undefined,
  rows: Record<string, object>,
): Record<string, object> {
  if (!old) return rows;
  let unchanged = Object.keys(old).length === Object.keys(rows).length;
  const shared: Record<string, object> = {};
  for (const [id, row] of Object.entries(rows)) {
    const was = old[id];
    shared[id] = was !== undefined && same(was, row) ? was : row;
    unchanged &&= shared[id] === was;
  }
  return unchanged ? old : shared;
}

/** Applies one delta's operations. Throws `Gap` when a merge finds nothing to merge into. */
export function applyOps(data: AnyData, ops: readonly Op[]): AnyData {
  const next: AnyData = { ...data };
  const copied = new Set<string>();
  const rowsOf = (name: string): Record<string, object> => {
    if (!copied.has(name)) {
      next[name] = { ...next[name] };
      copied.add(name);
    }
    return next[name] as Record<string, object>;
  };
  for (const op of ops) {
    const [kind, name, id] = op;
    if (kind === "del") {
      delete rowsOf(name)[id];
      continue;
    }
    const was = next[name]?.[id];
    if (kind === "merge" && was === undefined) throw new Gap(`nothing to merge into: ${name}/${id}`);
    const row = kind === "merge" ? { ...was, ...op[3] } : op[3];
    if (was === undefined || !same(was, row)) rowsOf(name)[id] = row;
  }
  return copied.size ? next : data;
}

/** Applies a delta that follows directly on `state`. */
export function applyDelta(state: TopicState, fromSeq: number, seq: number, ops: readonly Op[]): TopicState {
  if (fromSeq !== state.seq) throw new Gap(`have ${state.seq}, delta follows on ${fromSeq}`);
  return { epoch: state.epoch, seq, data: applyOps(state.data, ops) };
}
