import { expect, test } from "vitest";
import { columnsOf, placeOf } from "./draw.ts";

test("each pixel shows the loudest of its buckets", () => {
  expect(columnsOf([0, 255, 51, 102], 2)).toEqual([1, 0.4]);
});

test("a short recording is stretched over all pixels", () => {
  expect(columnsOf([255, 0], 4)).toEqual([1, 1, 0, 0]);
  expect(columnsOf([], 2)).toEqual([0, 0]);
});

test("a span has its place, and is seen however short it is", () => {
  expect(placeOf([1_000, 3_000], 10_000, 500)).toEqual([50, 100]);
  expect(placeOf([1_000, 1_001], 3_600_000, 500)[1]).toBe(1);
});
