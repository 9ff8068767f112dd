import { describe, expect, it } from "vitest";
import { rulesOf, type WallQueue } from "../wall/model.ts";
import { findingsAt, homeless, marksOf } from "../versions/findings.ts";
import type { Finding } from "../versions/wire.ts";
import {
  byHand,
  changesBetween,
  defaultQueue,
  freeRuleId,
  fullBody,
  instantOf,
  isDefault,
  leanBody,
  localText,
  movedStep,
  newRule,
  nextStep,
  ofKind,
  sameBody,
  split,
  timingOf,
  unfit,
  valuesOf,
  withoutQueue,
  withQueue,
} from "./model.ts";
import type { RuleNow } from "./wire.ts";

const finding = (field: string): Finding => ({ field, code: "x", message: field });

describe("a body", () => {
  it("gets its defaults and loses what says nothing", () => {
    const full = fullBody({ queues: { a: {}, b: { steps: [{ after_ms: 30_000, kind: "anyone" }] } } });
    expect(full.queues["a"]).toEqual(defaultQueue());
    expect(full.queues["b"]?.steps[0]).toEqual({
      after_ms: 30_000,
      kind: "anyone",
      needs: null,
      lower: 0,
      alternatives: [],
    });
    expect(Object.keys(leanBody(full).queues)).toEqual(["b"]);
  });

  it("is the same whatever the order of its fields", () => {
    const one = fullBody({ queues: { a: { max_wait_ms: 5, last_agent_ms: 7 } } });
    const other = fullBody({ queues: { b: {}, a: { last_agent_ms: 7, max_wait_ms: 5 } } });
    expect(sameBody(one, other)).toBe(true);
    expect(sameBody(one, withQueue(one, "a", { max_wait_ms: 6 }))).toBe(false);
    expect(sameBody(one, withoutQueue(one, "a"))).toBe(false);
  });

  it("knows a queue that is routed the usual way", () => {
    expect(isDefault(defaultQueue())).toBe(true);
    expect(isDefault({ ...defaultQueue(), interruptible: true })).toBe(false);
  });
});

describe("steps", () => {
  it("change places and keep their times in order", () => {
    const first = nextStep([]);
    const second = ofKind(nextStep([first]), "anyone");
    expect([first.after_ms, second.after_ms]).toEqual([30_000, 60_000]);
    const turned = movedStep([first, second], 0, 1);
    expect(turned.map(({ kind, after_ms }) => [kind, after_ms])).toEqual([
      ["anyone", 30_000],
      ["lower_level", 60_000],
    ]);
    expect(movedStep([first], 0, 1)).toEqual([first]);
  });

  it("take what suits their kind", () => {
    const step = nextStep([]);
    expect(ofKind(step, "lower_level")).toBe(step);
    expect(ofKind(step, "alternatives")).toMatchObject({
      lower: 0,
      needs: null,
      alternatives: ["call_back"],
    });
    expect(ofKind(step, "other_team")).toMatchObject({ lower: 0, needs: {}, alternatives: [] });
  });
});

describe("findings", () => {
  const found = [finding("queues.a.steps.1.needs"), finding("queues.ab.shares"), finding("rules.0.when")];

  it("belong to their path and what is inside of it, not to longer names", () => {
    expect(findingsAt(found, "queues.a")).toHaveLength(1);
    expect(findingsAt(found, "queues.a.steps.1")).toHaveLength(1);
    expect(findingsAt(found, "queues.a.steps.10")).toHaveLength(0);
    expect(marksOf(found, [finding("rules.0.boost_ms")], "rules")).toEqual({ errors: 1, warnings: 1 });
  });

  it("are never lost", () => {
    expect(homeless([...found, finding("elsewhere")], ["queues", "rules"])).toEqual([finding("elsewhere")]);
  });
});

describe("what a publication changes", () => {
  const queue = (lines: string[], queue_id = "q") => ({ queue_id, name: "手机使用", lines });

  it("is said sentence by sentence", () => {
    const before = { queues: [queue(["空闲最久", "等满 30 秒"])], rules: [] };
    const after = { queues: [queue(["空闲最久", "等满 45 秒"])], rules: [] };
    expect(changesBetween(before, after)).toEqual([
      {
        kind: "queue",
        id: "q",
        name: "手机使用",
        before: ["等满 30 秒"],
        after: ["等满 45 秒"],
        what: "changed",
      },
    ]);
    expect(changesBetween(before, before)).toEqual([]);
  });

  it("names what comes, goes and changes its order", () => {
    const rule = { id: "typhoon", name: "台风抢险", lines: ["提前"] };
    expect(changesBetween(null, { queues: [], rules: [rule] })[0]).toMatchObject({ what: "added" });
    const gone = changesBetween({ queues: [], rules: [rule] }, { queues: [], rules: [] })[0];
    expect(gone).toMatchObject({ what: "removed", before: ["提前"] });
    const turned = changesBetween(
      { queues: [queue(["甲", "乙"])], rules: [] },
      { queues: [queue(["乙", "甲"])], rules: [] },
    );
    expect(turned[0]).toMatchObject({ before: ["甲", "乙"], after: ["乙", "甲"] });
    const renamed = changesBetween(
      { queues: [], rules: [rule] },
      { queues: [], rules: [{ ...rule, name: "台风" }] },
    );
    expect(renamed[0]?.name).toBe("台风抢险 → 台风");
  });
});

describe("rules", () => {
  const now = (over: Partial<RuleNow>): RuleNow => ({
    id: "r",
    name: "r",
    name_en: "",
    active: false,
    boost_ms: 0,
    emergency: false,
    from_at: 0,
    until_at: 0,
    on: true,
    ...over,
  });

  it("are switched by hand, or hold always or for a time", () => {
    expect(byHand([now({ on: false, id: "hand" }), now({})]).map(({ id }) => id)).toEqual(["hand"]);
    expect(timingOf(now({ on: false, until_at: 5 }))).toBe("by_hand");
    expect(timingOf(now({}))).toBe("always");
    expect(timingOf(now({ until_at: 5 }))).toBe("window");
  });

  it("get a name of their own and must have one to be sent", () => {
    const first = newRule([]);
    const second = newRule([{ ...first, id: "rule-2" }]);
    expect([first.id, second.id, freeRuleId([first])]).toEqual(["rule-1", "rule-3", "rule-2"]);
    const say = { name: "name", id: "id" };
    expect(unfit([first], say).map(({ field }) => field)).toEqual(["rules.0.name"]);
    expect(unfit([{ ...first, name: "台风", id: "Typhoon!" }], say)[0]?.field).toBe("rules.0.id");
    expect(unfit([{ ...first, name: "台风" }], say)).toEqual([]);
  });

  it("read values however they are divided", () => {
    expect(valuesOf("滨海区、临江区, 滨海区；\n高新区 ")).toEqual(["滨海区", "临江区", "高新区"]);
    expect(valuesOf(" ， ")).toEqual([]);
  });

  it("stand on the wall once, emergencies first", () => {
    const queue = (tenant_id: string, rules: WallQueue["rules"]) => ({ tenant_id, rules }) as WallQueue;
    const exam = { id: "exam", name: "考试季", name_en: "Exams", emergency: false };
    const storm = { id: "typhoon", name: "台风抢险", name_en: "Typhoon", emergency: true };
    const elders = {
      id: "elders",
      name: "长者优先",
      name_en: "Elders first",
      emergency: false,
      standing: true,
    };
    const found = rulesOf([
      queue("a", [elders, exam, storm]),
      queue("a", [exam]),
      queue("b", [exam]),
      queue("c", undefined),
    ]);
    expect(found.map(({ id }) => id)).toEqual(["a:typhoon", "a:exam", "b:exam"]);
  });
});

describe("times", () => {
  it("are said in the unit that fits", () => {
    expect([split(90_000), split(120_000), split(3_600_000), split(0)]).toEqual([
      { n: 90, unit: "seconds" },
      { n: 2, unit: "minutes" },
      { n: 1, unit: "hours" },
      { n: 0, unit: "seconds" },
    ]);
  });

  it("go into date fields and out again", () => {
    const at = new Date(2026, 1, 10, 8, 30).getTime();
    expect(localText(at)).toBe("2026-02-10T08:30");
    expect(instantOf(localText(at))).toBe(at);
    expect([localText(0), instantOf(""), instantOf("soon")]).toEqual(["", 0, 0]);
  });
});
