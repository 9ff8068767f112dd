import { expect, it } from "vitest";
import { dayName, dayOf, duration, fileSize, stopwatch } from "./time.ts";

it("counts like a stopwatch and never below zero", () => {
  expect([0, 42_900, 725_000, 3_723_000, -5].map(stopwatch)).toEqual([
    "0:00",
    "0:42",
    "12:05",
    "1:02:03",
    "0:00",
  ]);
});

it("says durations in both languages", () => {
  expect(duration(42_000, "zh-CN")).toBe("42秒");
  expect(duration(725_000, "zh-CN")).toBe("12分5秒");
  expect(duration(725_000, "en")).toBe("12 min 5 s");
  expect(duration(3_725_000, "zh-CN")).toBe("1小时2分");
  expect(duration(0, "en")).toBe("0 s");
});

it("changes the day at local midnight", () => {
  const late = new Date(2026, 10, 22, 23, 59, 59).getTime();
  expect(dayOf(late + 1_000) - dayOf(late)).toBe(1);
  expect(dayOf(late) - dayOf(late - 86_000_000)).toBe(0);
});

it("names a day, with its year when it is another", () => {
  const at = new Date(2026, 10, 22, 12).getTime();
  expect(dayName(at, "zh-CN", at)).toContain("11月22日");
  expect(dayName(at, "zh-CN", at)).not.toContain("2026");
  expect(dayName(at, "en", at + 400 * 86_400_000)).toContain("2026");
});

it("says file sizes", () => {
  expect([820, 12_300, 3_565_158].map(fileSize)).toEqual(["820 B", "12 KB", "3.4 MB"]);
});
