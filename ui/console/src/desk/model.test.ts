import { describe, expect, it } from "vitest";
import type { AgentView, ContactData, HandlingView, MessageView, OfferView } from "@kit/feed";
import {
  type Doing,
  doingOf,
  fillPlaceholders,
  handlingsOf,
  lastCustomerNumber,
  nextSelection,
  offersOf,
  origin,
  type OutMessage,
  reasonKey,
  slashAt,
  timeline,
  waitingSince,
} from "./model.ts";

const noon = Date.UTC(2026, 10, 22, 12);
const message = (id: string, at: number, over: Partial<MessageView> = {}): MessageView => ({
  id,
  interaction_id: "i",
  number: 1,
  at,
  author: { kind: "customer", id: "c", name: "陈立群" },
  kind: "text",
  text: id,
  ...over,
});
const agent = { kind: "agent", id: "a", name: "李晓雯" } as const;
const byId = <T extends { id: string }>(...rows: T[]): Record<string, T> =>
  Object.fromEntries(rows.map((row) => [row.id, row]));
const kinds = (data: Partial<ContactData>, out: OutMessage[] = []) =>
  timeline(data, out).map((entry) => entry.key);
const outMessage = (id: string, at: number): OutMessage => ({
  id,
  interaction_id: "i",
  at,
  text: id,
  file: null,
  state: "sending",
  progress: 0,
  problem: null,
});

describe("what the agent's own sign says", () => {
  const own = (over: Partial<AgentView> = {}): AgentView => ({
    id: "a",
    state: "available",
    reason: null,
    since_at: 5,
    engaged: 0,
    capacity: { chat: 2, voice: 1 },
    by_system: false,
    ...over,
  });
  const of = (medium: "chat" | "voice", over = {}) =>
    ({ medium, state: "talking", accepted_at: 7, ...over }) as HandlingView;
  const over = { state: "after_contact_work" };
  it.each<[string, Partial<AgentView>, HandlingView[], Doing, number | null, string | null]>([
    ["nothing to do", {}, [], "available", 5, null],
    ["a call", { engaged: 1 }, [of("voice")], "on_call", 7, "free"],
    ["a chat", { engaged: 1 }, [of("chat")], "engaged", null, "free"],
    ["both", { engaged: 2 }, [of("chat"), of("voice", { accepted_at: 9 })], "on_call", 9, "free"],
    ["every place taken", { engaged: 3 }, [of("chat"), of("chat"), of("voice")], "on_call", 7, "full"],
    [
      "a call in wrap-up, a chat on",
      { engaged: 2 },
      [of("voice", over), of("chat")],
      "engaged",
      null,
      "free",
    ],
    [
      "wrap-up",
      { state: "after_contact_work", engaged: 1 },
      [of("chat", over)],
      "after_contact_work",
      5,
      null,
    ],
    [
      "a break wished for while talking",
      { state: "not_ready", engaged: 1 },
      [of("voice")],
      "not_ready",
      5,
      null,
    ],
  ])("%s", (_, agent, handlings, doing, since, places) => {
    expect(doingOf(own(agent), [], handlings)).toEqual({ doing, since, places });
  });
  it("rings while an offer does, and is away without the floor", () => {
    expect(doingOf(own(), [{} as OfferView], []).doing).toBe("ringing");
    expect(doingOf(undefined, [], []).doing).toBe("offline");
  });
});

describe("timeline", () => {
  it("orders by time and number, marks days, puts notes between, the end last", () => {
    const data: Partial<ContactData> = {
      messages: byId(
        message("m2", noon, { number: 2 }),
        message("m1", noon, { number: 1 }),
        message("m3", noon + 86_400_000, { number: 3 }),
      ),
      notes: byId({ id: "n", at: noon + 1_000, author: agent, text: "备注" }),
      interactions: byId({ id: "i", state: "ended", ended_at: noon + 86_400_000, ended_by: "customer" }),
    };
    const keys = kinds(data);
    expect(keys.filter((key) => !key.startsWith("day"))).toEqual(["m1", "m2", "n", "m3", "end-i"]);
    expect(keys.filter((key) => key.startsWith("day"))).toHaveLength(2);
  });

  it("leaves out a colleague who was only asked", () => {
    const data: Partial<ContactData> = {
      messages: byId(message("m1", noon)),
      interactions: byId(
        { id: "i", state: "talking", since_at: noon },
        { id: "asked", state: "ended", since_at: noon + 1_000, ended_at: noon + 2_000, consult_of: "i" },
      ),
    };
    expect(kinds(data).filter((key) => !key.startsWith("day"))).toEqual(["m1"]);
  });

  it("names an author once for words close together", () => {
    const data = {
      messages: byId(
        message("a", noon),
        message("b", noon + 60_000, { number: 2 }),
        message("c", noon + 61_000, { number: 3, author: agent }),
        message("d", noon + 62_000, { number: 4 }),
        message("e", noon + 62_000 + 4 * 60_000, { number: 5 }),
      ),
    };
    const first = timeline(data, []).flatMap((entry) => (entry.kind === "message" ? [entry.first] : []));
    expect(first).toEqual([true, false, true, true, true]);
  });

  it("puts what is on its way at the end, and leaves it out once the floor shows it", () => {
    const data = { messages: byId(message("sent", noon, { author: agent })) };
    // A clock that goes wrong does not move one's own words above what came before.
    expect(kinds(data, [outMessage("sent", noon), outMessage("new", noon - 5_000)]).at(-1)).toBe("new");
    expect(kinds(data, [outMessage("sent", noon)])).toHaveLength(2);
  });

  it("says where a second interaction came to", () => {
    const data: Partial<ContactData> = {
      messages: byId(message("m", noon)),
      interactions: byId(
        { id: "i", state: "ended", since_at: noon - 9 },
        { id: "j", state: "talking", since_at: noon + 9, queue_name: "投诉专席" },
      ),
    };
    expect(kinds(data).slice(1)).toEqual(["m", "in-j"]);
  });

  it("is quick with 2,000 messages", () => {
    const messages = byId(
      ...Array.from({ length: 2_000 }, (_, n) => message(`m${n}`, noon + n * 1_000, { number: n })),
    );
    const start = performance.now();
    expect(timeline({ messages }, []).length).toBeGreaterThan(2_000);
    expect(performance.now() - start).toBeLessThan(200);
  });
});

describe("lists", () => {
  it("keeps handlings in the order of accepting and offers in the order of ringing", () => {
    const rows = {
      b: { id: "b", accepted_at: 2 },
      a: { id: "a", accepted_at: 2 },
      c: { id: "c", accepted_at: 1 },
    };
    expect(handlingsOf({ handlings: rows as never }).map((row) => row.id)).toEqual(["c", "a", "b"]);
    const offers = { y: { id: "y", offered_at: 5 }, x: { id: "x", offered_at: 9 } };
    expect(offersOf({ offers: offers as never }).map((row) => row.id)).toEqual(["y", "x"]);
    expect(handlingsOf(undefined)).toEqual([]);
  });

  it("goes to the neighbour when the chosen one is gone", () => {
    expect(nextSelection(["a", "b", "c"], ["a", "c"], "b")).toBe("c");
    expect(nextSelection(["a", "b"], ["a"], "b")).toBe("a");
    expect(nextSelection(["a"], [], "a")).toBeNull();
    expect(nextSelection([], ["x", "y"], null)).toBe("x");
    expect(nextSelection(["a", "b"], ["b", "a"], "b")).toBe("b");
  });

  it("counts the customer's wait only while it is the agent's turn", () => {
    const handling = { state: "talking", last: { at: 7, text: "", author_kind: "customer" } } as HandlingView;
    expect(waitingSince(handling)).toBe(7);
    expect(waitingSince({ ...handling, last: { at: 7, text: "", author_kind: "agent" } })).toBeNull();
    expect(waitingSince({ ...handling, state: "after_contact_work" })).toBeNull();
  });

  it("finds the highest number that the customer wrote here", () => {
    const messages = byId(
      message("a", 1, { number: 3 }),
      message("b", 1, { number: 5, author: agent }),
      message("c", 1, { number: 9, interaction_id: "other" }),
    );
    expect(lastCustomerNumber(messages, "i")).toBe(3);
    expect(lastCustomerNumber(undefined, "i")).toBe(0);
  });
});

describe("words", () => {
  it("fills placeholders and leaves unknown ones to be seen", () => {
    expect(
      fillPlaceholders("{customer}您好，我是{agent}，{order}", { customer: "陈先生", agent: "李晓雯" }),
    ).toBe("陈先生您好，我是李晓雯，{order}");
    expect(fillPlaceholders("{customer}", { customer: "{agent}" })).toBe("{agent}");
  });

  it("sees a search for a canned answer at the caret, also as an input method writes the slash", () => {
    expect(slashAt("/tk", 3)).toEqual({ from: 0, words: "tk" });
    expect(slashAt("您好 /退", 5)).toEqual({ from: 3, words: "退" });
    expect(slashAt("您好\n、", 4)).toEqual({ from: 3, words: "" });
    expect(slashAt("／hi", 3)).toEqual({ from: 0, words: "hi" });
    expect(slashAt("苹果、香蕉", 5)).toBeNull();
    expect(slashAt("http://x", 8)).toBeNull();
    expect(slashAt("/tk 好", 5)).toBeNull();
  });

  it("has words for every reason", () => {
    expect(reasonKey("lunch")).toBe("lunch");
    expect(reasonKey("whatever")).toBe("other");
    expect(reasonKey(null)).toBe("other");
  });

  it("names the origin in the reader's language where there is a name", () => {
    const about = { queue_name: "手机售后", queue_name_en: "Phones", tenant_name: "云杉智能" };
    expect(origin(about, "en")).toBe("云杉智能 · Phones");
    expect(origin(about, "zh-CN")).toBe("云杉智能 · 手机售后");
  });
});
