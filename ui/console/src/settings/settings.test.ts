import { describe, expect, it } from "vitest";
import { changes, fieldPath, placeProblem } from "./forms";
import { keyAction, meets, withLevel, withMinor } from "./matrix";
import { contrastWithWhite, snippetOf } from "./units";
import {
  faultsOfDay,
  isOvernight,
  lengthOf,
  minutesOpen,
  nextStretch,
  parseTime,
  preset,
  runsOf,
  spansOf,
  timeText,
  weeklyOf,
  weekOf,
} from "./week";

describe("week editor", () => {
  it.each([
    ["8:30", 510],
    ["0830", 510],
    ["8", 480],
    ["８：３０", 510],
    ["8点30分", 510],
    ["24:00", 1440],
    ["24:01", null],
    ["9:60", null],
    ["noon", null],
    ["", null],
  ])("reads %s", (text, minutes) => {
    expect(parseTime(text)).toBe(minutes);
  });

  it("writes what it reads", () => {
    for (const minutes of [0, 5, 510, 1439, 1440]) expect(parseTime(timeText(minutes))).toBe(minutes);
  });

  it("names the stretch at fault", () => {
    expect([...faultsOfDay([{ from: 540, to: 540 }])]).toEqual([[0, "span_empty"]]);
    expect([...faultsOfDay([{ from: 1440, to: 60 }])]).toEqual([[0, "span_starts_at_24"]]);
    const overlap = [
      { from: 800, to: 900 },
      { from: 540, to: 810 },
    ];
    expect([...faultsOfDay(overlap)]).toEqual([[1, "span_overlaps"]]);
    const touching = [
      { from: 540, to: 720 },
      { from: 720, to: 900 },
    ];
    expect(faultsOfDay(touching).size).toBe(0);
    for (const day of preset("office")) expect(faultsOfDay(day).size).toBe(0);
  });

  it("knows nights that run into the next day", () => {
    expect(faultsOfDay([{ from: 22 * 60, to: 6 * 60 }]).size).toBe(0);
    expect(lengthOf({ from: 22 * 60, to: 6 * 60 })).toBe(8 * 60);
    expect(isOvernight({ from: 0, to: 1440 })).toBe(false);
  });

  it("sums, proposes and groups", () => {
    expect(minutesOpen(preset("office"))).toBe(5 * 9 * 60);
    expect(nextStretch([])).toEqual({ from: 540, to: 1080 });
    expect(nextStretch([{ from: 0, to: 1440 }]).to).toBeLessThanOrEqual(1440);
    expect(runsOf(preset("office")).map(({ first, last }) => [first, last])).toEqual([
      [0, 4],
      [5, 6],
    ]);
  });

  it("goes over the wire and back", () => {
    const week = preset("every_day");
    expect(weekOf(weeklyOf(week))).toEqual(week);
    expect(weeklyOf(preset("closed"))).toEqual({});
    expect(
      spansOf([
        { from: 780, to: 1080 },
        { from: 540, to: 720 },
      ])[0],
    ).toEqual({ start: "09:00", end: "12:00" });
  });
});

describe("problems at their fields", () => {
  const say = (code: string): string => `<${code}>`;
  it("reads every way of naming a path", () => {
    for (const raw of ["$.needs[1].level", "/needs/1/level", "needs[1].level", "needs.1.level"])
      expect(fieldPath(raw)).toBe("needs.1.level");
  });

  it("puts an error at the longest known field", () => {
    const problem = {
      title: "Bad",
      code: "invalid",
      errors: [
        { field: "$.needs[1].level", code: "too_high" },
        { field: "name", code: "required", title: "needed" },
        { field: "x", code: "odd" },
      ],
    };
    expect(placeProblem(problem, ["name", "needs", "needs.1"], say)).toEqual({
      fields: { "needs.1": "<too_high>", name: "needed" },
      general: ["x: <odd>"],
    });
  });

  it("words an error by the problem's title where both have one code", () => {
    const problem = {
      title: "内部地址",
      code: "url_private",
      errors: [{ field: "url", code: "url_private" }],
    };
    expect(placeProblem(problem, ["url"], say).fields).toEqual({ url: "内部地址" });
  });

  it("never swallows a problem", () => {
    const placed = placeProblem(
      { title: "Conflict", code: "conflict", detail: "Name in use." },
      ["name"],
      say,
    );
    expect(placed.general).toEqual(["Conflict Name in use."]);
  });

  it("sends only what changed", () => {
    expect(changes({ a: 1, b: [1] }, { a: 1, b: [2] })).toEqual({ b: [2] });
  });
});

describe("skills matrix", () => {
  const skills = [{ skill_id: "phone", level: 3, minor: false }];
  it("sets, caps and takes away", () => {
    expect(withLevel(skills, "phone", 9)[0]?.level).toBe(5);
    expect(withLevel(skills, "phone", 0)).toEqual([]);
    expect(withLevel(skills, "home", 2)).toHaveLength(2);
    expect(withMinor(skills, "phone", true)[0]?.minor).toBe(true);
  });
  it("says who meets a queue", () => {
    expect(meets(skills, [{ skill_id: "phone", level: 3 }])).toBe(true);
    expect(meets(skills, [{ skill_id: "phone", level: 4 }])).toBe(false);
  });
  it("knows its keys", () => {
    expect(keyAction("3")).toEqual({ level: 3 });
    expect(keyAction("Delete")).toEqual({ level: 0 });
    expect(keyAction("m")).toBe("minor");
    expect(keyAction("Tab")).toBeNull();
  });
});

describe("units", () => {
  it("measures contrast", () => {
    expect(contrastWithWhite("#ffffff")).toBeCloseTo(1);
    expect(contrastWithWhite("#000000")).toBeCloseTo(21);
    expect(contrastWithWhite("teal")).toBeNull();
  });
  it("writes a snippet without inline script", () => {
    expect(snippetOf("https://x.example", "k1")).toBe(
      '<script async src="https://x.example/w.js" data-site="k1"></script>',
    );
  });
});
