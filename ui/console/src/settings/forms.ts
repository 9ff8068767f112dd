/** What goes wrong with a form, put at the field that it concerns. Problem details (RFC 9457) in, field messages out. Pure. */
import type { FieldError } from "../app/api.ts";

/** The part of a problem that forms need. */
export interface FormRefusal {
  title: string;
  code: string;
  detail?: string | null;
  errors?: readonly FieldError[];
}

export interface FormProblem {
  /** Messages by field path as the form names its fields (`name`, `needs.1`). */
  fields: Readonly<Record<string, string>>;
  /** What concerns no field of this form: said above it. */
  general: readonly string[];
}

export const NO_PROBLEM: FormProblem = { fields: {}, general: [] };

/** `$.needs[1].level`, `/needs/1/level` and `needs[1].level` all become `needs.1.level`. */
export function fieldPath(raw: string): string {
  return raw
    .replace(/^\$\.?/, "")
    .replace(/\[(\d+)\]/g, ".$1")
    .replace(/\//g, ".")
    .replace(/^\.+|\.+$/g, "");
}

/**
 * Puts each error at the longest known field that its path begins with. `known` are the form's own field paths;
 * `say` words an error that came with a code only.
 */
export function placeProblem(
  problem: FormRefusal,
  known: readonly string[],
  say: (code: string) => string,
): FormProblem {
  const fields: Record<string, string> = {};
  const general: string[] = [];
  const ordered = [...known].sort((a, b) => b.length - a.length);
  for (const error of problem.errors ?? []) {
    const path = fieldPath(error.field);
    // The problem's own title says in the reader's language what its code means.
    const text = error.title ?? (error.code === problem.code ? problem.title : say(error.code));
    const home = ordered.find((field) => path === field || path.startsWith(`${field}.`));
    if (home === undefined) general.push(path === "" ? text : `${path}: ${text}`);
    else fields[home] = fields[home] ? `${fields[home]} ${text}` : text;
  }
  if (Object.keys(fields).length === 0 && general.length === 0) {
    general.push(problem.detail ? `${problem.title} ${problem.detail}` : problem.title);
  }
  return { fields, general };
}

/** Only what changed goes into a PATCH; nested values are compared by their JSON. */
export function changes<T extends object>(before: T, after: T): Partial<T> {
  const changed: Partial<T> = {};
  for (const key of Object.keys(after) as (keyof T)[]) {
    if (JSON.stringify(before[key]) !== JSON.stringify(after[key])) changed[key] = after[key];
  }
  return changed;
}

export function isDirty<T extends object>(before: T, after: T): boolean {
  return Object.keys(changes(before, after)).length > 0;
}
