import { describe, expect, it } from "vitest";
import type { WallAgent, WallAlert, WallQueue } from "./model";
import {
  alertKey,
  capacityOf,
  filterAgents,
  filterQueues,
  inHouseOrder,
  lastIntervals,
  levelGrade,
  levelOf,
  narrowsAgentsOnly,
  pageOf,
  parseFilter,
  presenceOf,
  sortAlerts,
  tiledQueues,
  totals,
  waitUrgency,
} from "./model";
import { floorOrder, keptOrder } from "./order";
import { clock, isoSpan, spoken } from "./spans";

const queue = (over: Partial<WallQueue>): WallQueue => ({
  id: "q1",
  tenant_id: "t1",
  name: "手机售后",
  waiting: 0,
  oldest_since_at: null,
  offered: 0,
  talking: 0,
  after_contact_work: 0,
  available_agents: 0,
  service_level: { percent: null, threshold_ms: 20_000, rule: "" },
  today: { offered: 0, answered: 0, abandoned: 0 },
  ...over,
});

const agent = (over: Partial<WallAgent>): WallAgent => ({
  id: "a1",
  name: "李晓雯",
  tenant_id: "t1",
  team: "手机一组",
  level: 3,
  state: "available",
  reason: null,
  since_at: 0,
  engaged: 0,
  capacity: { chat: 3 },
  current: [],
  ...over,
});

describe("presence", () => {
  it.each([
    [{}, "available"],
    [{ ringing: 1 }, "ringing"],
    [{ engaged: 1, ringing: 1 }, "engaged"],
    [{ engaged: 1 }, "engaged"],
    [{ engaged: 3 }, "full"],
    [{ engaged: 3, capacity: { chat: 3, voice: 1 } }, "engaged"],
    [{ state: "after_contact_work" }, "after_contact_work"],
    [{ state: "not_ready", reason: "lunch" }, "not_ready"],
    [{ state: "not_ready", reason: "signed_out" }, "signed_out"],
    [{ state: "not_ready", reason: "lunch", engaged: 1 }, "engaged"],
    [{ state: "after_contact_work", engaged: 1 }, "after_contact_work"],
  ] as [Partial<WallAgent>, string][])("%o is %s", (over, presence) => {
    expect(presenceOf(agent(over))).toBe(presence);
  });
  it("adds up capacity over media", () => {
    expect(capacityOf({ capacity: { chat: 3, voice: 1 } })).toBe(4);
  });
});

describe("filters", () => {
  it("reads an address and drops nonsense", () => {
    expect(parseFilter({ tenant: "t1", state: "flying", q: " ", queue: 7 })).toEqual({ tenant: "t1" });
  });
  it("finds queues by either name, folding width and case", () => {
    const queues = [queue({ name_en: "Phone Care" }), queue({ id: "q2", name: "报修" })];
    expect(filterQueues(queues, { q: "ｐｈｏｎｅ" }).map(({ id }) => id)).toEqual(["q1"]);
    expect(filterQueues(queues, { tenant: "t2" })).toEqual([]);
  });
  it("shows an agent of another tenant who handles one of ours", () => {
    const helper = agent({
      id: "a2",
      tenant_id: "t2",
      current: [{ interaction_id: "i", queue_id: "q1", since_at: 0 }],
    });
    const found = filterAgents(
      [agent({}), helper, agent({ id: "a3", tenant_id: "t2" })],
      { tenant: "t1" },
      new Map([["q1", "t1"]]),
    );
    expect(found.map(({ id }) => id)).toEqual(["a1", "a2"]);
  });
});

describe("the order of agents", () => {
  const call = { interaction_id: "i", contact_id: "c", tenant_id: "t1", medium: "voice", since: 0 } as const;
  const floor = [
    agent({ id: "off", name: "安", state: "not_ready", reason: "signed_out" }),
    agent({ id: "lunch", name: "包", state: "not_ready", reason: "lunch" }),
    agent({ id: "acw", name: "蔡", state: "after_contact_work" }),
    agent({ id: "free", name: "戴" }),
    agent({ id: "rings", name: "额", ringing: 1 }),
    agent({ id: "chats", name: "方", engaged: 1 }),
    agent({ id: "calls", name: "高", engaged: 1, calls: [{ ...call, held: false, participants: [] }] }),
    agent({
      id: "calls-too",
      name: "顾",
      state: "not_ready",
      reason: "lunch",
      engaged: 1,
      calls: [{ ...call, held: true, participants: [] }],
    }),
  ];
  it("is calls, talks, ringing, free, wrap-up, not ready, and offline last", () => {
    const order = ["calls", "calls-too", "chats", "rings", "free", "acw", "lunch", "off"];
    expect(floorOrder(floor)).toEqual(order);
    expect(floorOrder([...floor].reverse())).toEqual(order);
  });
  it("holds still while it is looked at: who is new stands at the end", () => {
    expect(keptOrder(["off", "gone", "calls"], floor.slice(4))).toEqual([
      "calls",
      "calls-too",
      "chats",
      "rings",
    ]);
  });
});

describe("the tiles", () => {
  const today = (queue_id: string, answered_in_time: number, answered: number) => ({
    queue_id,
    answered,
    answered_in_time,
    abandoned: 2,
    abandoned_in_time: 1,
  });
  const queues = [queue({}), queue({ id: "q2" }), queue({ id: "q3", tenant_id: "t2" })];
  it("follow tenant and queue, all of them", () => {
    const ids = (filter: Parameters<typeof tiledQueues>[1]) =>
      tiledQueues(queues, filter).map(({ id }) => id);
    expect([ids({}), ids({ tenant: "t2" }), ids({ queue: "q2" })]).toEqual([
      ["q1", "q2", "q3"],
      ["q3"],
      ["q2"],
    ]);
    expect(ids({ team: "手机一组", q: "李" })).toEqual(["q1", "q2", "q3"]);
  });
  it("say so when a filter narrows the agents only", () => {
    expect([{}, { tenant: "t1" }, { queue: "q1" }].map(narrowsAgentsOnly)).toEqual([false, false, false]);
    expect(
      [{ team: "x" }, { state: "full" }, { q: "x" }].map((one) => narrowsAgentsOnly(one as never)),
    ).toEqual([true, true, true]);
  });
  it("judge the service level of just these queues, by the server's rule", () => {
    const all = [today("q1", 3, 4), today("q2", 0, 1), today("q3", 9, 9)];
    expect(levelOf(all, queues.slice(0, 1))).toBe(60);
    expect(levelOf(all, queues.slice(0, 2))).toBe(43);
    expect(levelOf(all, [])).toBeNull();
  });
});

describe("figures", () => {
  it("grades service level honestly", () => {
    expect(levelGrade(null, 80)).toBe("none");
    expect(levelGrade(80, 80)).toBe("met");
    expect(levelGrade(71, 80)).toBe("near");
    expect(levelGrade(0, 80)).toBe("missed");
  });
  it("says when a wait presses", () => {
    const waiting = queue({ waiting: 1, oldest_since_at: 0 });
    expect([9_000, 15_000, 25_000].map((now) => waitUrgency(waiting, now))).toEqual([
      "calm",
      "watch",
      "late",
    ]);
    expect(waitUrgency(queue({ oldest_since_at: 0 }), 99_000)).toBe("calm");
  });
  it("totals", () => {
    const sum = totals(
      [queue({ waiting: 2, oldest_since_at: 5 }), queue({ waiting: 1, oldest_since_at: 3 })],
      [agent({})],
    );
    expect([sum.waiting, sum.oldest_since_at, sum.presence.available]).toEqual([3, 3, 1]);
    expect(totals([], []).oldest_since_at).toBeNull();
  });
  it("keeps rows where they are while figures change", () => {
    const names = new Map([
      ["t1", "云杉智能"],
      ["t2", "安和保险"],
    ]);
    const rows = [queue({ id: "b" }), queue({ id: "a", tenant_id: "t2", waiting: 9 })];
    expect(inHouseOrder(rows, names).map(({ id }) => id)).toEqual(
      inHouseOrder([...rows].reverse(), names).map(({ id }) => id),
    );
  });
  it("sorts alerts: open before acknowledged, severe before mild, new before old", () => {
    const alert = (id: string, severity: WallAlert["severity"], at: number): WallAlert => ({
      id,
      kind: "x",
      severity,
      at,
      params: {},
    });
    const alerts = [
      alert("old", "warn", 1),
      alert("new", "warn", 2),
      alert("bad", "bad", 0),
      alert("seen", "bad", 9),
    ];
    expect(sortAlerts(alerts, new Set([alertKey({ id: "seen", at: 9 })])).map(({ id }) => id)).toEqual([
      "bad",
      "new",
      "old",
      "seen",
    ]);
  });
});

describe("pages of the big screen", () => {
  it("turn round and round", () => {
    const items = [1, 2, 3, 4, 5];
    expect(pageOf(items, 2, 2)).toEqual({ items: [5], page: 2, pages: 3 });
    expect(pageOf(items, 2, 3).page).toBe(0);
    expect(pageOf([], 4, 7)).toEqual({ items: [], page: 0, pages: 1 });
  });
});

describe("quarter-hours", () => {
  const quarter = 15 * 60_000;
  const one = { at: 3 * quarter, offered: 2, answered: 2, abandoned: 0, answered_in_time: 1 };
  it("fills in the empty ones and begins no earlier than today", () => {
    expect(
      lastIntervals([one], 0, 4 * quarter + 5, 3).map(({ at, offered }) => [at / quarter, offered]),
    ).toEqual([
      [2, 0],
      [3, 2],
      [4, 0],
    ]);
    expect(lastIntervals([], 4 * quarter, 4 * quarter + 5, 24)).toHaveLength(1);
  });
});

describe("spans", () => {
  it.each([
    [-5, "0:00", "PT0S"],
    [7_900, "0:07", "PT7S"],
    [750_000, "12:30", "PT12M30S"],
    [3_723_000, "1:02:03", "PT1H2M3S"],
  ])("%i ms", (ms, text, iso) => {
    expect(clock(ms)).toBe(text);
    expect(isoSpan(ms)).toBe(iso);
  });
  it("speaks both languages", () => {
    expect(spoken(125_000, "zh-CN")).toBe("2分5秒");
    expect(spoken(125_000, "en")).toBe("2 min 5 s");
    expect(spoken(7_200_000, "zh-CN")).toBe("2小时");
    expect(spoken(0, "en")).toBe("0 s");
  });
});
