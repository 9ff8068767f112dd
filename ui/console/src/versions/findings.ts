/** Which findings belong to which place of a form. */
import type { Finding } from "./wire.ts";

/** Concerns `path` or something inside of it. */
export function isAt(finding: Finding, path: string): boolean {
  return finding.field === path || finding.field.startsWith(`${path}.`);
}

export function findingsAt(findings: readonly Finding[], ...paths: string[]): Finding[] {
  return findings.filter((finding) => paths.some((path) => isAt(finding, path)));
}

/** Concerns `path` itself, nothing inside of it. */
export function exactlyAt(findings: readonly Finding[], path: string): Finding[] {
  return findings.filter((finding) => finding.field === path);
}

/** What none of the page's places shows. */
export function homeless(findings: readonly Finding[], places: readonly string[]): Finding[] {
  return findings.filter((finding) => !places.some((place) => isAt(finding, place)));
}

export interface Marks {
  errors: number;
  warnings: number;
}

export function marksOf(errors: readonly Finding[], warnings: readonly Finding[], path: string): Marks {
  return { errors: findingsAt(errors, path).length, warnings: findingsAt(warnings, path).length };
}
