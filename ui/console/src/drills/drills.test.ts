import { describe, expect, it } from "vitest";
import { clockText, isNothing, pathOf, percentText, pointsOf, queueRows, signed, topOf } from "./model.ts";
import type { DayResult, Figures, HalfHour } from "./wire.ts";

const half = (at: number, over: Partial<HalfHour> = {}): HalfHour => ({
  at,
  contacts: 0,
  service_level: null,
  abandonment: null,
  asa_ms: null,
  queue_mean: 0,
  queue_most: 0,
  present_mean: 0,
  occupancy: null,
  ...over,
});

const FIGURES = { contacts: 3, answered: 3, service_level: 9_000 } as Figures;
const day = (half_hours: HalfHour[], over: Partial<DayResult> = {}): DayResult =>
  ({ half_hours, queues: [], ...over }) as DayResult;

describe("points", () => {
  it("stand beside each other by time, without the empty ends of the day", () => {
    const before = day([half(0), half(1, { contacts: 4 }), half(2), half(3, { contacts: 2 }), half(4)]);
    const after = day([half(0), half(1, { contacts: 4 }), half(2, { contacts: 9 }), half(3), half(4)]);
    expect(pointsOf("arrivals", before, after)).toEqual([
      { at: 1, before: 4, after: 4 },
      { at: 2, before: 0, after: 9 },
      { at: 3, before: 2, after: 0 },
    ]);
    expect(pointsOf("arrivals", day([half(0)]), null)).toEqual([]);
  });

  it("read shares as per cent and queues as people", () => {
    const busy = day([half(0, { contacts: 1, service_level: 8_050, queue_mean: 250 })]);
    expect(pointsOf("service_level", busy, null)[0]).toEqual({ at: 0, before: 80.5, after: null });
    expect(pointsOf("queue", busy, null)[0]?.before).toBe(2.5);
  });
});

describe("charts", () => {
  it("end at a round number", () => {
    const points = (value: number) => [{ at: 0, before: value, after: null }];
    expect([0, 1, 3, 47, 501].map((value) => topOf(points(value), false))).toEqual([1, 1, 5, 50, 1000]);
    expect(topOf(points(3), true)).toBe(100);
  });

  it("draw a line with gaps where nothing is to be judged", () => {
    expect(pathOf([0, 10, 5], 10, 100, 50)).toBe("M0 50L50 0L100 25");
    expect(pathOf([0, null, 5], 10, 100, 50)).toBe("M0 50h1M100 25h1");
    expect(pathOf([], 10, 100, 50)).toBe("");
    expect(pathOf([20], 10, 100, 50)).toBe("M0 0h1");
  });
});

describe("words", () => {
  it("say figures as people read them", () => {
    expect([percentText(9_460), percentText(null)]).toEqual(["94.6%", "—"]);
    expect([clockText(65_000), clockText(0), clockText(null)]).toEqual(["1:05", "0:00", "—"]);
    expect([signed(3), signed(-2), signed(0), signed(-0.04, 1), signed(1.25, 1)]).toEqual([
      "+3",
      "−2",
      "0",
      "0.0",
      "+1.3",
    ]);
  });

  it("know a change of nothing", () => {
    const none = { policy: "present", agents: 0, teams: { a: 0 }, rules_on: [] } as const;
    expect(isNothing({ ...none, rules_on: [], teams: {} })).toBe(true);
    expect(isNothing({ ...none, teams: { a: -1 }, rules_on: [] })).toBe(false);
    expect(isNothing({ ...none, teams: {}, rules_on: [], policy: "draft" })).toBe(false);
  });

  it("list queues that had something to do", () => {
    const title = { zh: "手机", en: "Phones" };
    const queue = (queue_id: string, figures: Figures) => ({
      queue_id,
      title,
      threshold_ms: 20_000,
      figures,
    });
    const before = day([], { queues: [queue("a", FIGURES), queue("b", { ...FIGURES, contacts: 0 })] });
    expect(queueRows(before, null)).toEqual([{ id: "a", title, before: FIGURES, after: null }]);
    expect(queueRows(before, before)[0]?.after).toBe(FIGURES);
  });
});
