import { describe, expect, it } from "vitest";
import { makeWorld, SimServer, SimStorage, SimTab, settle } from "../testing/sim";
import { ACK_MS, GAP_MS } from "./session";
import type { ServerFrame } from "./wire";

function fresh(seed = 1) {
  const world = makeWorld(seed);
  const server = new SimServer(world);
  const storage = new SimStorage();
  const tab = new SimTab(world, server, storage);
  return { world, server, storage, tab };
}

const texts = (tab: SimTab) => tab.session.items.filter((i) => !i.notice).map((i) => i.text);
const marks = (tab: SimTab) => tab.session.items.map((i) => i.mark);

describe("a contact from start to rating", () => {
  it("starts, waits, talks, ends, rates", () => {
    const { world, server, tab } = fresh();
    tab.connect();
    settle(world, [tab]);
    tab.session.start("手机充不进电", "phone", null);
    expect(tab.session.contact?.state).toBe("waiting");
    expect(marks(tab)).toEqual(["sending"]);
    settle(world, [tab]);
    expect(marks(tab)).toEqual(["sent"]);
    server.agentJoins("李晓雯");
    server.agentSays("您好，请问是哪个型号？");
    settle(world, [tab]);
    expect(tab.session.contact).toMatchObject({ state: "talking", agent: "李晓雯" });
    expect(tab.session.items.map((i) => i.notice ?? i.author)).toEqual(["customer", "joined", "agent"]);
    expect(tab.session.unread()).toBe(1);
    tab.session.read(2);
    expect(tab.session.unread()).toBe(0);
    tab.session.end();
    expect(tab.session.owed("end")).toBeTruthy();
    settle(world, [tab]);
    expect(tab.session.owed("end")).toBeUndefined();
    expect(tab.session.contact).toMatchObject({ state: "ended", agent: "李晓雯" });
    expect(tab.session.items.at(-1)).toMatchObject({ notice: "ended", by: "customer" });
    tab.session.rate(5, "很快");
    settle(world, [tab]);
    expect(tab.session.contact?.rating).toBe(5);
    tab.session.leave();
    expect(tab.session.contact).toBeUndefined();
    expect(tab.session.earlier).toHaveLength(1);
    tab.session.start("还有一个问题", null, null);
    settle(world, [tab]);
    expect(server.starts).toBe(2);
    expect(texts(tab)).toEqual(["还有一个问题"]);
  });

  it("tells who has come while the socket was away", () => {
    const { world, server, tab } = fresh();
    tab.session.start("有人吗", null, null);
    settle(world, [tab]);
    tab.cut();
    server.agentJoins("李晓雯");
    settle(world, [tab]);
    expect(tab.session.items.at(-1)).toMatchObject({ notice: "joined", name: "李晓雯" });
  });

  it("keeps what is written before the socket is there", () => {
    const { world, server, tab } = fresh();
    tab.session.start("停电了", null, null);
    tab.session.post("在江岚路 8 号");
    settle(world, [tab]);
    expect(server.log.map((m) => m.text)).toEqual(["停电了", "在江岚路 8 号"]);
  });

  it("gives the words back when the contact is refused", () => {
    const { tab } = fresh();
    tab.connect();
    tab.session.receive(welcome());
    tab.session.start("第一句", null, null);
    tab.session.post("第二句");
    const start = tab.socket!.up.find((f) => f.t === "start")!;
    tab.session.receive({ t: "nack", id: start.id, code: "queue_full", text: "现在排队的人太多" });
    expect(tab.session.refusal).toEqual({
      text: "现在排队的人太多",
      draft: "第一句\n第二句",
    });
    expect(tab.session.contact).toBeUndefined();
    expect(tab.session.items).toEqual([]);
    expect(tab.storage.entries.size).toBe(0);
  });

  it("lets a refused message be sent again, or thrown away", () => {
    const { world, server, tab } = fresh();
    tab.session.start("你好", null, null);
    settle(world, [tab]);
    tab.session.post("再说一句");
    const id = tab.session.items.at(-1)!.id;
    tab.session.receive({ t: "nack", id, code: "text_refused", text: "内容太长" });
    expect(tab.session.items.at(-1)).toMatchObject({ mark: "failed", error: "内容太长" });
    settle(world, [tab]);
    expect(tab.session.retry(id)).toBe(true);
    settle(world, [tab]);
    expect(marks(tab).at(-1)).toBe("sent");
    server.agentEnds();
    settle(world, [tab]);
    tab.session.post("太晚了");
    settle(world, [tab]);
    const late = tab.session.items.at(-1)!;
    expect(late).toMatchObject({ mark: "failed", error: "本次咨询已结束" });
    expect(tab.session.retry(late.id)).toBe(false);
    tab.session.discard(late.id);
    expect(tab.storage.entries.size).toBe(0);
  });
});

const welcome = (extra: Partial<Extract<ServerFrame, { t: "welcome" }>> = {}): ServerFrame => ({
  t: "welcome",
  visitor: "v",
  site: { name: "江岚", greeting: "", colour: "", topics: [], locale: "zh-CN" },
  hours: { open: true, text: "" },
  contact: null,
  messages: [],
  now: 0,
  ...extra,
});

const open = {
  id: "c",
  interaction: "i",
  state: "talking",
  started_at: 1,
  rating: null,
  agent: { name: "陈立" },
} as const;
const said = (number: number, text = `第 ${number} 句`) =>
  ({ t: "message", id: `m${number}`, number, at: number, author: "agent", text }) as const;

describe("gaps", () => {
  it("waits a moment for a late number, then asks again; never twice for what is not meant for it", () => {
    const { world, tab } = fresh();
    tab.connect();
    tab.session.receive(welcome({ contact: open, messages: [said(1)] }));
    tab.session.receive(said(3));
    expect(tab.session.due()).toBe(world.now + GAP_MS);
    tab.session.receive(said(2));
    expect(tab.session.due()).toBe(Infinity);
    expect(texts(tab)).toEqual(["第 1 句", "第 2 句", "第 3 句"]);
    tab.session.receive(said(5));
    world.now += GAP_MS;
    tab.session.tick();
    expect(tab.resyncs).toBe(1);
    expect(tab.socket!.up.at(-1)).toMatchObject({ t: "hello", after: 3, contact: "c" });
    tab.session.receive(welcome({ contact: open, messages: [said(5)] }));
    expect(tab.session.due()).toBe(Infinity);
    tab.session.receive(said(6));
    expect(tab.session.due()).toBe(Infinity);
  });

  it("shows a repeated frame once and tells it once", () => {
    const { tab } = fresh();
    tab.connect();
    tab.session.receive(welcome({ contact: open, messages: [said(1)] }));
    tab.session.receive(said(2));
    tab.session.receive(said(2));
    tab.session.receive(said(1));
    expect(texts(tab)).toEqual(["第 1 句", "第 2 句"]);
    expect(tab.news.map((i) => i.text)).toEqual(["第 2 句"]);
  });

  it("takes away an agent's typing sign that nobody takes back, and one when the words come", () => {
    const { world, tab } = fresh();
    tab.connect();
    tab.session.receive(welcome({ contact: open }));
    tab.session.receive({ t: "typing", on: true });
    tab.session.receive(said(1));
    expect(tab.session.typing).toBe(0);
    tab.session.receive({ t: "typing", on: true });
    world.now = tab.session.due()!;
    tab.session.tick();
    expect(tab.session.typing).toBe(0);
  });
});

describe("pace", () => {
  it("sends no faster than the server takes, and everything in the end (FAULTS 14)", () => {
    const { world, server, tab } = fresh();
    tab.session.start("0", null, null);
    settle(world, [tab]);
    for (let i = 1; i <= 60; i++) tab.session.post(String(i));
    const begun = world.now;
    settle(world, [tab]);
    expect(server.log.map((m) => m.text)).toEqual(Array.from({ length: 61 }, (_, i) => String(i)));
    expect(world.now - begun).toBeGreaterThan(30_000);
  });

  it("sends again what is not acked in time", () => {
    const { world, tab } = fresh();
    tab.connect();
    tab.session.receive(welcome({ contact: open }));
    tab.session.post("有人吗");
    const sent = () => tab.socket!.up.filter((f) => f.t === "post").length;
    expect(sent()).toBe(1);
    world.now += ACK_MS;
    tab.session.tick();
    expect(sent()).toBe(2);
  });
});

describe("two tabs", () => {
  it("make one contact out of two starts, and both see all", () => {
    const { world, server, storage, tab } = fresh(3);
    const other = new SimTab(world, server, storage);
    settle(world, [tab, other]);
    tab.session.start("我在第一页问", null, null);
    other.session.start("我在第二页问", null, null);
    settle(world, [tab, other]);
    expect(server.starts).toBe(1);
    expect(server.log.map((m) => m.text).sort()).toEqual(["我在第一页问", "我在第二页问"].sort());
    expect(texts(tab)).toEqual(server.log.map((m) => m.text));
    expect(texts(other)).toEqual(server.log.map((m) => m.text));
  });

  it("the second learns of the first's contact by itself", () => {
    const { world, server, storage, tab } = fresh(4);
    const other = new SimTab(world, server, storage);
    settle(world, [tab, other]);
    tab.session.start("查一下流量", null, null);
    settle(world, [tab, other]);
    expect(texts(other)).toEqual(["查一下流量"]);
  });
});

/**
 * Random lives: words from both sides while sockets are cut with frames on their way, pages reload, the server says
 * "later" and acks are overtaken. In the end the server has every word once, and the page shows what the server has.
 */
describe("random loss", () => {
  for (let seed = 1; seed <= 250; seed++) {
    it(`seed ${seed}`, () => {
      const { world, server, storage, tab: firstTab } = fresh(seed);
      const { random } = world;
      let tab = firstTab;
      server.busy = seed % 3 === 0 ? 0.1 : 0;
      const posted: string[] = [];
      const say = (text: string) => {
        posted.push(text);
        if (tab.session.open()) tab.session.post(text);
        else tab.session.start(text, null, null);
      };
      say("开头");
      for (let i = 0; i < 400; i++) {
        const dice = random();
        if (dice < 0.05) say(`客 ${i}`);
        else if (dice < 0.09) server.agentSays(`坐席 ${i}`);
        else if (dice < 0.1) server.agentJoins("周敏");
        else if (dice < 0.13) tab.cut();
        else if (dice < 0.14) {
          tab.cut();
          tab = new SimTab(world, server, storage);
        } else if (dice < 0.2) tab.connect();
        else if (dice < 0.25) {
          world.now += Math.floor(random() * 1000);
          if (tab.session.due() <= world.now) tab.session.tick();
        } else tab.step();
      }
      settle(world, [tab]);
      const mine = server.log.filter((m) => m.author === "customer").map((m) => m.text);
      expect(server.starts).toBe(1);
      expect(mine).toEqual(posted);
      expect(texts(tab)).toEqual(server.log.map((m) => m.text));
      expect(marks(tab).every((mark) => mark !== "sending" && mark !== "failed")).toBe(true);
      expect(storage.entries.size).toBe(0);
    });
  }
});
