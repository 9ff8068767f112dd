import { beforeEach, describe, expect, it } from "vitest";
import { FeedCore, SignedOut, type Socket, type World } from "./core.ts";
import type { FromCore, Port } from "./port.ts";
import { applyOps, applySnap, type TopicState } from "./reducer.ts";
import type { AnyData, ClientFrame, Op, ServerFrame } from "./wire.ts";

/** A world with its own clock, whose sockets the test holds in its hands. */
class FakeWorld implements World {
  time = 0;
  sockets: FakeSocket[] = [];
  ticketFails: Error | null = null;
  tickets = 0;
  private timers = new Map<number, { at: number; run: () => void }>();
  private lastTimer = 0;

  ticket(): Promise<string> {
    this.tickets++;
    return this.ticketFails ? Promise.reject(this.ticketFails) : Promise.resolve(`ticket-${this.tickets}`);
  }
  connect(): Socket {
    const socket = new FakeSocket();
    this.sockets.push(socket);
    return socket;
  }
  now(): number {
    return this.time;
  }
  random(): number {
    return 0.5;
  }
  setTimeout(run: () => void, ms: number): unknown {
    this.timers.set(++this.lastTimer, { at: this.time + ms, run });
    return this.lastTimer;
  }
  clearTimeout(timer: unknown): void {
    this.timers.delete(timer as number);
  }
  get socket(): FakeSocket {
    const socket = this.sockets.at(-1);
    if (!socket) throw new Error("no socket yet");
    return socket;
  }
  /** Lets time pass, timers and promises run. */
  async pass(ms: number): Promise<void> {
    const end = this.time + ms;
    for (;;) {
      await settle();
      const due = [...this.timers]
        .filter(([, timer]) => timer.at <= end)
        .sort(([, a], [, b]) => a.at - b.at)[0];
      if (!due) break;
      this.timers.delete(due[0]);
      this.time = Math.max(this.time, due[1].at);
      due[1].run();
    }
    this.time = end;
    await settle();
  }
}

const settle = async () => {
  for (let turn = 0; turn < 5; turn++) await Promise.resolve();
};

class FakeSocket implements Socket {
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: (() => void) | null = null;
  sent: ClientFrame[] = [];
  closed = false;
  send(text: string): void {
    this.sent.push(JSON.parse(text) as ClientFrame);
  }
  close(): void {
    this.closed = true;
  }
  say(frame: ServerFrame): void {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }
  hello(epoch = 1): void {
    this.say({ t: "hello", epoch, now: 1_000, heartbeat_ms: 5_000 });
  }
  take(kind: ClientFrame["t"]): ClientFrame[] {
    return this.sent.filter((frame) => frame.t === kind);
  }
}

class Page implements Port {
  heard: FromCore[] = [];
  topics = new Map<string, TopicState>();
  send(message: FromCore): void {
    this.heard.push(message);
    if (message.t === "snap") {
      const before = this.topics.get(message.topic) ?? null;
      this.topics.set(message.topic, applySnap(before, message.epoch, message.seq, message.data));
    } else if (message.t === "delta") {
      const before = this.topics.get(message.topic);
      if (!before) throw new Error("delta before snap");
      this.topics.set(message.topic, {
        ...before,
        seq: message.seq,
        data: applyOps(before.data, message.ops),
      });
    }
  }
  lines(): string[] {
    return this.heard.flatMap((message) => (message.t === "line" ? [message.state] : []));
  }
  last<T extends FromCore["t"]>(kind: T): Extract<FromCore, { t: T }> | undefined {
    return this.heard.findLast((message): message is Extract<FromCore, { t: T }> => message.t === kind);
  }
}

let world: FakeWorld;
let core: FeedCore;
let page: Page;

beforeEach(async () => {
  world = new FakeWorld();
  core = new FeedCore(world);
  page = new Page();
  core.join(page);
  core.receive(page, { t: "open", csrf: "c", locale: "en" });
  await world.pass(0);
});

const sub = (topic: string) => core.receive(page, { t: "sub", topic });
const snap = (topic: string, seq: number, data: AnyData): ServerFrame => ({
  t: "snap",
  topic,
  epoch: 1,
  seq,
  data,
});
const delta = (topic: string, from_seq: number, seq: number, ops: Op[]): ServerFrame => ({
  t: "delta",
  topic,
  from_seq,
  seq,
  ops,
});

describe("topics", () => {
  it("subscribes once the server has said hello, and hands on what comes", () => {
    sub("me");
    expect(world.socket.take("sub")).toEqual([]);
    world.socket.hello();
    expect(world.socket.take("sub")).toEqual([{ t: "sub", topic: "me" }]);
    world.socket.say(snap("me", 3, { agent: { a: { id: "a" } } }));
    world.socket.say(delta("me", 3, 7, [["merge", "agent", "a", { state: "available" }]]));
    expect(page.topics.get("me")).toMatchObject({
      seq: 7,
      data: { agent: { a: { id: "a", state: "available" } } },
    });
  });

  it("gives a second page the state at once, without asking the server again", () => {
    sub("me");
    world.socket.hello();
    world.socket.say(snap("me", 3, { agent: {} }));
    const other = new Page();
    core.join(other);
    core.receive(other, { t: "sub", topic: "me" });
    expect(other.topics.get("me")?.seq).toBe(3);
    expect(world.socket.take("sub")).toHaveLength(1);
  });

  it("asks anew from where it is after a gap, and leaves later deltas aside until then", () => {
    sub("me");
    world.socket.hello();
    world.socket.say(snap("me", 3, { offers: {} }));
    world.socket.say(delta("me", 5, 8, [["set", "offers", "x", { id: "x" }]]));
    expect(world.socket.take("sub").at(-1)).toEqual({ t: "sub", topic: "me", seq: 3, epoch: 1 });
    world.socket.say(delta("me", 8, 9, [["set", "offers", "y", { id: "y" }]]));
    expect(world.socket.take("sub")).toHaveLength(2);
    expect(page.topics.get("me")?.seq).toBe(3);
    world.socket.say(delta("me", 3, 8, [["set", "offers", "x", { id: "x" }]]));
    world.socket.say(delta("me", 8, 9, [["set", "offers", "y", { id: "y" }]]));
    expect(Object.keys(page.topics.get("me")?.data["offers"] ?? {})).toEqual(["x", "y"]);
  });

  it("asks for a fresh snapshot when a delta fits by number and not by content, or the answer stays away", async () => {
    sub("me");
    world.socket.hello();
    world.socket.say(snap("me", 3, { offers: {} }));
    world.socket.say(delta("me", 3, 4, [["merge", "offers", "x", { a: 1 }]]));
    expect(world.socket.take("sub").at(-1)).toEqual({ t: "sub", topic: "me" });
    await world.pass(4_000);
    expect(world.socket.take("sub").length).toBeGreaterThan(2);
  });

  it("ignores a delta that it has had", () => {
    sub("me");
    world.socket.hello();
    world.socket.say(snap("me", 8, { offers: {} }));
    world.socket.say(delta("me", 3, 8, [["set", "offers", "old", { id: "old" }]]));
    expect(page.topics.get("me")?.data).toEqual({ offers: {} });
    expect(world.socket.take("sub")).toHaveLength(1);
  });

  it("resumes by seq and epoch on a new socket", async () => {
    sub("me");
    world.socket.hello();
    world.socket.say(snap("me", 3, { offers: {} }));
    world.socket.onclose?.();
    await world.pass(2_000);
    expect(world.sockets).toHaveLength(2);
    world.socket.hello();
    expect(world.socket.take("sub")).toEqual([{ t: "sub", topic: "me", seq: 3, epoch: 1 }]);
  });

  it("asks again for a topic that the server could not show just then", async () => {
    sub("me");
    world.socket.hello();
    world.socket.say({ t: "fault", code: "unavailable", topic: "me" });
    expect(page.last("refused")).toBeUndefined();
    await world.pass(2_500);
    expect(world.socket.take("sub")).toHaveLength(2);
  });

  it("tells of a refusal, and unsubscribes some time after the last page has gone", async () => {
    sub("wall");
    sub("contact:1");
    world.socket.hello();
    world.socket.say({ t: "fault", code: "topic_refused", topic: "wall" });
    expect(page.last("refused")).toEqual({ t: "refused", topic: "wall", code: "topic_refused" });
    core.receive(page, { t: "unsub", topic: "contact:1" });
    expect(world.socket.take("unsub")).toEqual([]);
    world.socket.say({ t: "pong", n: 0, now: 1 });
    for (let second = 0; second < 25; second++) {
      await world.pass(1_000);
      world.socket.say({ t: "pong", n: 0, now: 1 });
    }
    expect(world.socket.take("unsub")).toEqual([{ t: "unsub", topic: "contact:1" }]);
  });
});

describe("commands", () => {
  const send = (id: string) =>
    core.receive(page, { t: "cmd", id, name: "AcceptOffer", args: { offer_id: "o" } });

  it("go out again on the next socket until they are answered, in order and under the same id", async () => {
    world.socket.hello();
    send("1");
    send("2");
    world.socket.say({ t: "ack", id: "1", seq: 9 });
    world.socket.onclose?.();
    send("3");
    await world.pass(2_000);
    world.socket.hello();
    expect(world.socket.take("cmd").map((frame) => "id" in frame && frame.id)).toEqual(["2", "3"]);
    world.socket.say({ t: "nack", id: "2", code: "offer_gone", title: "gone" });
    expect(page.last("ack")?.id).toBe("1");
    expect(page.last("nack")).toMatchObject({ id: "2", code: "offer_gone" });
    world.socket.onclose?.();
    await world.pass(4_000);
    world.socket.hello();
    expect(world.socket.take("cmd").map((frame) => "id" in frame && frame.id)).toEqual(["3"]);
  });

  it("are sent again a little later when the server only can't now, and nobody hears of it", async () => {
    world.socket.hello();
    send("1");
    world.socket.say({ t: "nack", id: "1", code: "unavailable", title: "later" });
    expect(page.last("nack")).toBeUndefined();
    await world.pass(2_500);
    expect(world.socket.take("cmd")).toHaveLength(2);
    world.socket.say({ t: "ack", id: "1", seq: 5 });
    expect(page.last("ack")?.id).toBe("1");
  });

  it("never prove an offer by themselves", () => {
    sub("me");
    world.socket.hello();
    world.socket.say(snap("me", 3, { offers: {} }));
    world.socket.say(delta("me", 3, 4, [["set", "offers", "o", { id: "o", proof_due_at: 2_000 }]]));
    expect(world.socket.take("cmd")).toEqual([]);
  });
});

describe("the honest sign", () => {
  it("is live, then behind when the server falls silent, then offline, then live again", async () => {
    world.socket.hello();
    expect(page.lines().at(-1)).toBe("live");
    await world.pass(6_000);
    expect(world.socket.take("ping").length).toBeGreaterThan(0);
    expect(page.lines().at(-1)).toBe("live");
    await world.pass(4_000);
    expect(page.lines().at(-1)).toBe("behind");
    expect(page.last("line")?.silent_ms).toBeGreaterThan(8_000);
    await world.pass(6_000);
    expect(page.lines().at(-1)).toBe("offline");
    expect(world.sockets[0]?.closed).toBe(true);
    await world.pass(2_000);
    world.socket.hello();
    expect(page.lines().at(-1)).toBe("live");
  });

  it("stays live while pings are answered, and gives the server's clock", async () => {
    world.socket.hello();
    let answered = 0;
    for (let second = 0; second < 30; second++) {
      await world.pass(1_000);
      for (const ping of world.socket.take("ping").slice(answered)) {
        answered++;
        if (ping.t === "ping") world.socket.say({ t: "pong", n: ping.n, now: 1_000 + world.time });
      }
    }
    expect(new Set(page.lines().slice(1))).toEqual(new Set(["live"]));
    expect(page.last("clock")).toMatchObject({ age_ms: 0 });
  });

  it("says degraded when the server does", () => {
    world.socket.hello();
    world.socket.say({ t: "degraded", on: true });
    expect(page.last("line")).toMatchObject({ state: "behind", degraded: true });
    world.socket.say({ t: "degraded", on: false });
    expect(page.last("line")).toMatchObject({ state: "live", degraded: false });
  });

  it("is told at least once a second", async () => {
    world.socket.hello();
    const before = page.lines().length;
    await world.pass(5_000);
    expect(page.lines().length - before).toBeGreaterThanOrEqual(5);
  });
});

describe("reconnecting", () => {
  it("waits longer each time, and not at all when the page says that the network is back", async () => {
    const pauses: number[] = [];
    for (let attempt = 0; attempt < 6; attempt++) {
      const dialed = world.tickets;
      world.socket.onclose?.();
      pauses.push(page.last("line")?.retry_ms ?? 0);
      while (world.tickets === dialed) await world.pass(100);
      await world.pass(0);
    }
    expect(pauses).toEqual([...pauses].sort((a, b) => a - b));
    expect(pauses[0]).toBeLessThan(600);
    expect(pauses.at(-1)).toBeGreaterThan(8_000);
    world.socket.onclose?.();
    const dialed = world.tickets;
    core.receive(page, { t: "nudge" });
    await world.pass(0);
    expect(world.tickets).toBe(dialed + 1);
  });

  it("gives up a server that never says hello", async () => {
    await world.pass(9_000);
    expect(world.sockets[0]?.closed).toBe(true);
  });

  it("stops when nobody is signed in", async () => {
    world.ticketFails = new SignedOut();
    world.socket.onclose?.();
    await world.pass(2_000);
    expect(page.last("signed_out")).toBeDefined();
    const { tickets } = world;
    await world.pass(60_000);
    expect(world.tickets).toBe(tickets);
  });

  it("stops when the last page has gone", async () => {
    world.socket.hello();
    core.receive(page, { t: "leave" });
    expect(world.socket.closed).toBe(true);
    await world.pass(60_000);
    expect(world.sockets).toHaveLength(1);
  });
});

describe("oracle", () => {
  /** A server with a true view, a ring of deltas, lost sockets and lost frames: the page always ends with the truth. */
  it.each([1, 2, 3, 4, 5, 6, 7, 8])(
    "over losses of every kind the page ends with what the server holds (%i)",
    async (seed) => {
      let random = seed;
      const next = (below: number) => {
        random = (Math.imul(random, 1_664_525) + 1_013_904_223) >>> 0;
        return Math.floor((random / 2 ** 32) * below);
      };
      const truth: AnyData = { rows: {} };
      let seq = 0;
      const ring: Extract<ServerFrame, { t: "delta" }>[] = [];
      let served = 0;
      const answer = () => {
        const subs = world.socket.take("sub").slice(served);
        served += subs.length;
        for (const frame of subs) {
          if (frame.t !== "sub") continue;
          const from = ring.findIndex((each) => each.from_seq === frame.seq);
          if (frame.seq === seq) continue;
          if (frame.seq !== undefined && from >= 0)
            for (const each of ring.slice(from)) world.socket.say(each);
          else world.socket.say(snap("me", seq, structuredClone(truth)));
        }
      };
      sub("me");
      world.socket.hello();
      answer();
      for (let step = 0; step < 120; step++) {
        const id = `r${next(5)}`;
        const rows = truth["rows"] ?? {};
        const ops: Op[] =
          next(4) && rows[id] ? [["merge", "rows", id, { v: step }]] : [["set", "rows", id, { id, v: step }]];
        truth["rows"] = { ...rows, [id]: { ...rows[id], ...(ops[0]?.[3] as object) } };
        const frame = delta("me", seq, (seq += 1 + next(3)), ops) as Extract<ServerFrame, { t: "delta" }>;
        ring.push(frame);
        if (ring.length > 10) ring.shift();
        const fate = next(12);
        if (fate === 0) {
          const { length } = world.sockets;
          world.socket.onclose?.();
          while (world.sockets.length === length) await world.pass(100);
          served = 0;
          world.socket.hello();
        } else if (fate > 1) world.socket.say(frame); // fate 1: the frame is lost
        answer();
      }
      const last = delta("me", seq, ++seq, []) as Extract<ServerFrame, { t: "delta" }>;
      ring.push(last);
      world.socket.say(last);
      answer();
      expect(page.topics.get("me")?.data).toEqual(truth);
      expect(page.topics.get("me")?.seq).toBe(seq);
    },
  );
});
