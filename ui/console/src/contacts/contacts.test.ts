import { describe, expect, it } from "vitest";
import type { TraceEntry } from "./model";
import {
  advance,
  beatsOf,
  dayRange,
  exportName,
  messageIdOf,
  nextInstant,
  parseContactFilter,
  previousInstant,
  spanOf,
  upTo,
} from "./model";

const entry = (seq: number, at: number, kind: string, detail: Record<string, unknown> = {}): TraceEntry => ({
  seq,
  at,
  time: "",
  kind,
  text: kind,
  tone: "plain",
  detail,
});

const story = [
  entry(1, 0, "ContactStarted"),
  entry(2, 0, "InteractionQueued"),
  entry(3, 0, "MessagePosted", { message_id: "m1" }),
  entry(4, 5_000, "InteractionOffered"),
  entry(5, 8_000, "OfferAccepted"),
  entry(6, 20_000, "MessagePosted", { message_id: "m2" }),
  entry(7, 21_000, "MessagesRead"),
  entry(8, 60_000, "MessagePosted", { message_id: "m3" }),
  entry(9, 61_000, "MessagesRead"),
  entry(10, 90_000, "InteractionEnded"),
];

describe("beats", () => {
  it("folds writing into one line and keeps steps", () => {
    const beats = beatsOf(story, true);
    expect(beats.map((beat) => (beat.type === "step" ? beat.entry.kind : `talk ${beat.posted}`))).toEqual([
      "ContactStarted",
      "InteractionQueued",
      "MessagePosted",
      "InteractionOffered",
      "OfferAccepted",
      "talk 2",
      "InteractionEnded",
    ]);
  });
  it("shows everything when asked", () => {
    expect(beatsOf(story, false)).toHaveLength(story.length);
  });
  it("drops a stretch of read marks only", () => {
    expect(beatsOf([entry(1, 0, "MessagesRead")], true)).toEqual([]);
  });
  it("ties entries to messages", () => {
    expect(story.map(messageIdOf).filter(Boolean)).toEqual(["m1", "m2", "m3"]);
  });
});

describe("replay", () => {
  const instants = [0, 5_000, 8_000, 600_000];
  it("walks", () => {
    expect(nextInstant(instants, 5_000)).toBe(8_000);
    expect(nextInstant(instants, 600_000)).toBeNull();
    expect(previousInstant(instants, 5_000)).toBe(0);
    expect(upTo(story, 8_000)).toHaveLength(5);
  });
  it("plays at a rate and cuts long silences", () => {
    expect(advance(0, 1_000, 2, instants)).toBe(2_000);
    expect(advance(4_500, 1_000, 1, instants)).toBe(5_000);
    expect(advance(8_000, 100, 1, instants)).toBe(596_100);
    expect(advance(600_000, 100, 1, instants)).toBe(600_000);
  });
  it("knows its span", () => {
    expect(spanOf(story, [{ at: 95_000 }])).toEqual({ from_at: 0, to_at: 95_000 });
    expect(spanOf([], [])).toBeNull();
  });
});

describe("list", () => {
  it("turns local days into instants", () => {
    const range = dayRange("2026-03-01", "2026-03-01");
    expect((range.to ?? 0) - (range.from ?? 0)).toBe(86_400_000);
    expect(dayRange("yesterday", undefined)).toEqual({});
  });
  it("reads an address and drops nonsense", () => {
    expect(parseContactFilter({ queue: "q", from: "3/1", agent: 4 })).toEqual({ queue: "q" });
  });
  it("names exports by id only", () => {
    expect(exportName("0199-ab/../x")).toBe("contact-0199-abx.json");
  });
});
