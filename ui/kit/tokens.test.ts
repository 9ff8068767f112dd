import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

const css = readFileSync(join(import.meta.dirname, "tokens.css"), "utf8");
const block = (start: RegExp): Map<string, string> => {
  const from = css.search(start);
  const body = css.slice(css.indexOf("{", from) + 1, css.indexOf("}", from));
  return new Map(
    [...body.matchAll(/(--rx-[\w-]+|color-scheme):\s*([^;]+);/g)].map((m) => [m[1]!, m[2]!.trim()]),
  );
};
const light = block(/^:root,\n:host \{/m);
const bySystem = block(/:root:not\(\[data-theme="light"\]\)/);
const byChoice = block(/:root\[data-theme="dark"\],/);

const luminance = (hex: string): number => {
  const [r, g, b] = [1, 3, 5].map((i) => {
    const part = parseInt(hex.slice(i, i + 2), 16) / 255;
    return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const contrast = (a: string, b: string): number => {
  const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
  return (high + 0.05) / (low + 0.05);
};

const GROUNDS = ["canvas", "surface", "raised", "sunken", "pressed"];
const MEANINGS = ["ok", "info", "warn", "bad"];
const STATES = ["available", "offered", "engaged", "acw", "not-ready", "waiting", "ended"].map(
  (s) => `state-${s}`,
);

/** PAIRS: what stands on what. Text needs 4.5:1, shapes and the edges of controls 3:1 (WCAG 2.2 AA). */
function pairs(): [front: string, back: string, least: number][] {
  const out: [string, string, number][] = [];
  const inks = ["ink", "ink-2", "ink-3", "accent-ink", ...[...MEANINGS, ...STATES].map((m) => `${m}-ink`)];
  for (const ground of GROUNDS) {
    for (const ink of inks) out.push([ink, ground, 4.5]);
    for (const shape of ["edge", "focus", "accent", ...MEANINGS, ...STATES]) out.push([shape, ground, 3]);
  }
  for (const m of [...MEANINGS, ...STATES]) out.push([`${m}-ink`, `${m}-soft`, 4.5], [m, `${m}-soft`, 3]);
  for (const m of MEANINGS) out.push([`on-${m}`, m, 4.5]);
  for (const a of ["accent", "accent-hover", "accent-active"]) out.push(["on-accent", a, 4.5]);
  out.push(
    ["accent-ink", "accent-soft", 4.5],
    ["accent-ink", "accent-soft-hover", 4.5],
    ["ink", "selection", 4.5],
  );
  out.push(["note-ink", "note", 4.5], ["bubble-in-ink", "bubble-in", 4.5], ["ink-3", "bubble-in", 4.5]);
  out.push(["bubble-out-ink", "bubble-out", 4.5], ["bubble-out-ink", "bubble-out-deep", 4.5]);
  for (let i = 1; i <= 8; i++) out.push(["on-cat", `cat-${i}`, 4.5], [`cat-${i}`, "surface", 3]);
  return out;
}

describe("design tokens", () => {
  it("say the same for dark by the system and dark by choice", () => {
    expect([...bySystem]).toEqual([...byChoice]);
  });

  it("turn every colour of light into one of dark", () => {
    const colours = [...light].filter(
      ([name, value]) => value.startsWith("#") && !/-(on-dark|on-cat)$/.test(name),
    );
    expect(colours.map(([name]) => name).filter((name) => !byChoice.has(name))).toEqual([]);
  });

  it.each([
    ["light", light],
    ["dark", new Map([...light, ...byChoice])],
  ])("are readable: %s", (_, tokens) => {
    const poor = pairs()
      .map(([front, back, least]) => {
        const ratio = contrast(tokens.get(`--rx-${front}`)!, tokens.get(`--rx-${back}`)!);
        return ratio < least ? `${front} on ${back}: ${ratio.toFixed(2)} < ${least}` : "";
      })
      .filter(Boolean);
    expect(poor).toEqual([]);
  });

  it("keep to the 4 px grid", () => {
    for (const [name, value] of light) {
      const step = /^--rx-(\d+)$/.exec(name);
      if (step) expect(value).toBe(`${Number(step[1]) * 4}px`);
    }
  });
});
