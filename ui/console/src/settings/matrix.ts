/** The skills matrix: people by skills, with levels 1–5 and major or minor. Pure. */

export interface Held {
  skill_id: string;
  level: number;
  minor: boolean;
}

export function heldOf(skills: readonly Held[], skillId: string): Held | undefined {
  return skills.find((held) => held.skill_id === skillId);
}

/** Level 0 takes the skill away. The order of the others stays. */
export function withLevel(skills: readonly Held[], skillId: string, level: number): Held[] {
  if (level <= 0) return skills.filter((held) => held.skill_id !== skillId);
  const capped = Math.min(5, Math.max(1, Math.trunc(level)));
  if (!heldOf(skills, skillId)) return [...skills, { skill_id: skillId, level: capped, minor: false }];
  return skills.map((held) => (held.skill_id === skillId ? { ...held, level: capped } : held));
}

export function withMinor(skills: readonly Held[], skillId: string, minor: boolean): Held[] {
  return skills.map((held) => (held.skill_id === skillId ? { ...held, minor } : held));
}

/** Whether somebody with these skills may take a contact of a queue with these needs. */
export function meets(
  skills: readonly Held[],
  needs: readonly { skill_id: string; level: number }[],
): boolean {
  return needs.every((need) => (heldOf(skills, need.skill_id)?.level ?? 0) >= need.level);
}

/** Keyboard in the matrix: digits set, 0/Delete/Backspace take away, m toggles minor. Null: not our key. */
export function keyAction(key: string): { level: number } | "minor" | null {
  if (/^[0-5]$/.test(key)) return { level: Number(key) };
  if (key === "Delete" || key === "Backspace") return { level: 0 };
  return key === "m" || key === "M" ? "minor" : null;
}
