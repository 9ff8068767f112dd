import { describe, expect, it } from "vitest";
import { handling } from "../app/fake-server.ts";
import type { LineState } from "./line.ts";
import {
  callStatus,
  consultPhase,
  dialable,
  foldCode,
  heldFor,
  keyedCall,
  qualityGrade,
  readiness,
} from "./model.ts";
import { deviceLabel } from "./parts.ts";
import { type PhoneState, SILENT } from "./phone.ts";
import type { CallWord } from "./wire.ts";

const line = (over: Partial<LineState> = {}): LineState => ({
  leg: "l",
  interaction: "i",
  role: "talk",
  phase: "connecting",
  muted: false,
  startedAt: 0,
  upAt: null,
  quality: null,
  ...over,
});
const word = (over: Partial<CallWord> = {}): CallWord => ({
  interaction: "i",
  leg: "l",
  role: "talk",
  state: "up",
  here: true,
  device_label: "",
  code: "A1",
  ...over,
});

describe("how a call stands", () => {
  it.each([
    ["nothing yet", undefined, undefined, 4_000, "connecting"],
    ["nothing for five seconds", undefined, undefined, 6_000, "late"],
    ["a line on its way", line(), word(), 4_000, "connecting"],
    ["a line on its way for long", line(), word(), 6_000, "late"],
    ["a line just begun in an old call", line({ startedAt: 600_000 }), word(), 601_000, "connecting"],
    ["sound", line({ phase: "up" }), word(), 9_000, "up"],
    ["sound that broke off", line({ phase: "reconnecting" }), word(), 9_000, "reconnecting"],
    ["no way back", line({ phase: "failed" }), word(), 9_000, "failed"],
    ["another device", undefined, word({ here: false }), 9_000, "elsewhere"],
    [
      "their telephone rings",
      undefined,
      word({ here: false, telephone: true, state: "connecting" }),
      9_000,
      "connecting",
    ],
    ["on their telephone", undefined, word({ here: false, telephone: true }), 9_000, "up"],
    [
      "a telephone that is gone",
      undefined,
      word({ here: false, telephone: true, state: "lost" }),
      9_000,
      "lost",
    ],
    ["a device that is gone", undefined, word({ here: false, state: "lost" }), 9_000, "lost"],
  ] as const)("%s", (_, a, b, now, status) => {
    expect(callStatus(a, b, 0, now)).toBe(status);
  });
});

describe("readiness", () => {
  const state = (over: Partial<PhoneState>): PhoneState => ({
    ...SILENT,
    link: "open",
    microphone: "ok",
    ...over,
  });
  it.each([
    [{}, "ok"],
    [{ link: "lost" }, "lost"],
    [{ engineDown: "…" }, "engine"],
    [{ microphone: "refused" }, "refused"],
    [{ microphone: "ask" }, "ask"],
    [{ noPhone: true }, "no_phone"],
  ] as [Partial<PhoneState>, string][])("%o is %s", (over, why) => expect(readiness(state(over))).toBe(why));
});

describe("holds", () => {
  it("count together, the present one by the clock", () => {
    expect(heldFor({ held_ms: 5_000, held_at: 0 }, 90_000)).toBe(5_000);
    expect(heldFor({ held_ms: 5_000, held_at: 80_000 }, 90_000)).toBe(15_000);
    expect(heldFor({}, 90_000)).toBe(0);
  });
});

describe("a consult", () => {
  const consult = {
    interaction_id: "c",
    state: "talking" as const,
    name: "王思源",
    name_en: "",
    agent_id: null,
  };
  it("is private while the customer is held, else together", () => {
    expect(consultPhase(handling())).toBeNull();
    expect(consultPhase(handling({ consult: { ...consult, state: "offered" } }))).toBe("calling");
    expect(consultPhase(handling({ consult, held_at: 1 }))).toBe("private");
    expect(consultPhase(handling({ consult }))).toBe("together");
  });
});

describe("keys", () => {
  it("act on the call shown, else the one not held", () => {
    const held = handling({ id: "a", medium: "voice", held_at: 1 });
    const live = handling({ id: "b", medium: "voice" });
    expect(keyedCall([handling(), held, live], "x")?.id).toBe("b");
    expect(keyedCall([held, live], "a")?.id).toBe("a");
    expect(keyedCall([handling()], null)).toBeUndefined();
  });
});

it("grades quality by the score that listeners give", () => {
  expect([4.2, 3.6, 3.2, 2].map((mos) => qualityGrade({ mos }))).toEqual(["good", "good", "fair", "poor"]);
});

it("reads numbers as people type them, and refuses the rest", () => {
  expect(dialable("(021) 6888-1234")).toBe("02168881234");
  expect(dialable("＋86 138 0000 0000")).toBe("+8613800000000");
  expect(dialable("12")).toBeNull();
  expect(dialable("sip:x@y")).toBeNull();
});

it("takes codes as they are read aloud", () => {
  expect(foldCode(" a1b-2c ")).toBe("A1B2C");
});

it("names a browser", () => {
  expect(deviceLabel("Mozilla/5.0 (Windows NT 10.0) AppleWebKit Chrome/140 Safari/537 Edg/140")).toBe(
    "Edge · Windows",
  );
  expect(deviceLabel("")).toBe("Browser");
});
