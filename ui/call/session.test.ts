import { beforeEach, expect, test, vi } from "vitest";
import type { Kept, LinePort, Ports } from "./ports";
import { Session } from "./session";
import type { CallState, ClientFrame, IceServer, ServerFrame } from "./wire";

/** A line that a test makes come up or go. */
class FakeLine implements LinePort {
  closed = false;
  muted = false;
  keys = "";
  answers: string[] = [];
  constructor(
    readonly up: () => void,
    readonly lost: () => void,
  ) {}
  offer = () => offering;
  answered(sdp: string): Promise<void> {
    this.answers.push(sdp);
    return Promise.resolve();
  }
  press(digit: string): boolean {
    this.keys += digit;
    return true;
  }
  mute(on: boolean): void {
    this.muted = on;
  }
  close(): void {
    this.closed = true;
  }
}

let sent: ClientFrame[];
let lines: FakeLine[];
let servers: IceServer[];
let trouble: string | null;
let kept: Kept | null;
let released: number;
let online: boolean;
let session: Session;
let ids: number;
let offering: Promise<string>;
/** The microphone, once the customer has said whether it may be used. */
let asked: Promise<void>;

const ports: Ports = {
  send(frame) {
    if (online) sent.push(frame);
    return online;
  },
  newId: () => `id${++ids}`,
  now: () => Date.now(),
  later(act, ms) {
    const timer = setTimeout(act, ms);
    return () => clearTimeout(timer);
  },
  async line(ice, up, lost) {
    servers = ice;
    await asked;
    if (trouble) throw Object.assign(new Error(trouble), { code: trouble });
    const line = new FakeLine(up, lost);
    lines.push(line);
    return line;
  },
  release: () => void released++,
  ring: () => () => undefined,
  keep: (now) => void (kept = now),
  visitor: () => undefined,
  changed: () => undefined,
};

const welcome = (contact: { state: CallState; recording?: string } | null = null): ServerFrame => ({
  t: "welcome",
  visitor: "v",
  site: { company: "", name: "云杉智能", greeting: "您好", colour: "#0b7a70", locale: "zh-CN", topics: [] },
  hours: { open: true, text: "全天" },
  voice: { available: true, why: "", phone: "", ice_servers: [] },
  contact: contact && { id: "c", interaction: "i", agent: null, ...contact },
  now: 0,
});

const calls = () => sent.filter((one) => one.t === "call");

async function settle(): Promise<void> {
  await vi.advanceTimersByTimeAsync(0);
}

/** A call that talks with somebody. */
async function talking(): Promise<void> {
  session.frame(welcome());
  await session.call();
  session.frame({ t: "answer", id: calls()[0]!.id, sdp: "answer" });
  session.frame({ t: "state", state: "reception" });
  lines[0]!.up();
  session.frame({ t: "state", state: "waiting" });
  session.frame({ t: "state", state: "talking", agent: { name: "李晓雯" } });
}

beforeEach(() => {
  vi.useFakeTimers();
  [sent, lines, trouble, kept, released, online, ids] = [[], [], null, null, 0, true, 0];
  [offering, asked] = [Promise.resolve("offer"), Promise.resolve()];
  session = new Session(ports, null);
});

test("where the company calls nobody back, it is not offered, and one may write or dial instead", async () => {
  const told = welcome() as Extract<ServerFrame, { t: "welcome" }>;
  session.frame({ ...told, voice: { ...told.voice, call_back: false } });
  expect([session.mayBeCalled, session.insteadOfCallBack]).toEqual([false, false]);
  await session.call();
  session.frame({ t: "nack", id: calls()[0]!.id, code: "all_busy", text: "全忙", alternatives: ["message"] });
  expect([session.mayBeCalled, session.insteadOfCallBack]).toEqual([false, true]);
  session.frame({ ...told, voice: { ...told.voice, available: false, call_back: false } });
  expect([session.mayBeCalled, session.insteadOfCallBack]).toEqual([false, true]);
});

test("why a call has ended is kept where nobody hung up", async () => {
  await talking();
  session.frame({ t: "state", state: "ended", ended_by: "system", reason: "engine_lost" });
  expect([session.stage, session.endedBy, session.endedWhy]).toEqual(["ended", "system", "engine_lost"]);
  await session.call();
  expect(session.endedWhy).toBe("");
});

test("who finds the call over after the line was away has lost it", async () => {
  await talking();
  lines[0]!.lost();
  session.frame(welcome());
  expect([session.stage, session.endedBy, session.endedWhy]).toEqual(["ended", "", "customer_lost"]);
});

test("a page that is open for long calls with the newest name and password of the relay", async () => {
  session.frame(welcome());
  const relay = { urls: ["turn:t.example"], username: "2:rexian", credential: "new" };
  session.frame({ t: "ice", ice_servers: [relay] });
  await session.call();
  expect(servers).toEqual([relay]);
});

test("a call goes through reception and the queue to a person", async () => {
  await talking();
  expect(lines[0]!.answers).toEqual(["answer"]);
  expect([session.stage, session.agent]).toEqual(["talking", "李晓雯"]);
  expect(kept).toEqual({ contact: "id1", interaction: "id2" });
  session.hangUp();
  expect(sent.at(-1)!.t).toBe("hangup");
  expect([session.stage, kept, released, lines[0]!.closed]).toEqual(["ended", null, 1, true]);
});

test("the microphone is asked for by the tap and not before; without it nothing is sent", async () => {
  session.frame(welcome());
  expect(lines).toHaveLength(0);
  trouble = "refused";
  await session.call();
  expect([session.stage, session.trouble?.code, sent]).toEqual(["idle", "refused", []]);
  trouble = null;
  await session.call();
  expect([session.stage, session.trouble]).toEqual(["connecting", null]);
});

test("who hangs up while the page connects makes no call", async () => {
  session.frame(welcome());
  let found: (sdp: string) => void = () => undefined;
  offering = new Promise((done) => (found = done));
  void session.call();
  await settle();
  session.hangUp();
  found("offer");
  await settle();
  expect([calls(), kept, session.stage, released]).toEqual([[], null, "ended", 1]);
});

test("who hangs up while a lost line is looked for makes no call, and the microphone is let go", async () => {
  await talking();
  let allow: () => void = () => undefined;
  asked = new Promise((done) => (allow = done));
  lines[0]!.lost();
  await settle();
  session.hangUp();
  const before = released;
  allow();
  await settle();
  expect([calls().length, kept, session.stage]).toEqual([1, null, "ended"]);
  expect([lines[1]!.closed, released]).toEqual([true, before + 1]);
});

test("a refusal of the microphone that comes after the end changes nothing", async () => {
  await talking();
  let refuse: () => void = () => undefined;
  asked = new Promise((_, fail) => (refuse = () => fail(new Error("refused"))));
  lines[0]!.lost();
  await settle();
  session.hangUp();
  refuse();
  await settle();
  expect([session.stage, session.trouble, session.resumable]).toEqual(["ended", null, false]);
});

test("a browser that can make no offer is told apart from one that waits", async () => {
  session.frame(welcome());
  offering = Promise.reject(new Error("no codecs"));
  await session.call();
  expect([session.stage, session.trouble?.code, lines[0]!.closed, calls()]).toEqual([
    "idle",
    "failed",
    true,
    [],
  ]);
});

test("a check says that sound gets through only once it does", async () => {
  session.frame(welcome());
  await session.check();
  expect([session.stage, session.connected, sent.at(-1)!.t]).toEqual(["checking", false, "check"]);
  lines[0]!.up();
  expect(session.connected).toBe(true);
  await vi.advanceTimersByTimeAsync(20_000);
  expect([session.stage, session.checked, session.trouble]).toEqual(["idle", true, null]);
});

test("who ends a check that still connects reads of no failure", async () => {
  session.frame(welcome());
  await session.check();
  session.endCheck();
  expect([session.stage, session.checked, session.trouble]).toEqual(["idle", false, null]);
  expect([lines[0]!.closed, released]).toEqual([true, 1]);
});

test.each(["the line fails", "nothing comes", "the socket is away"])(
  "a check without sound has failed: %s",
  async (how) => {
    session.frame(welcome());
    online = how !== "the socket is away";
    await session.check();
    if (how === "the line fails") lines[0]!.lost();
    if (how === "nothing comes") await vi.advanceTimersByTimeAsync(12_000);
    expect([session.stage, session.checked, session.trouble?.code]).toEqual(["idle", false, "checkFailed"]);
    expect([lines[0]!.closed, released, session.mayBeCalled]).toEqual([true, 1, true]);
  },
);

test("the end of a check that has connected is no failure, whoever ends it", async () => {
  session.frame(welcome());
  await session.check();
  lines[0]!.up();
  lines[0]!.lost();
  expect([session.stage, session.checked, session.trouble]).toEqual(["idle", true, null]);
});

test("who breaks a check off before it was asked for asks for none", async () => {
  session.frame(welcome());
  let found: (sdp: string) => void = () => undefined;
  offering = new Promise((done) => (found = done));
  void session.check();
  await settle();
  session.endCheck();
  found("offer");
  await settle();
  expect(sent).toEqual([]);
});

test("a lost line comes back by itself with the same ids", async () => {
  await talking();
  lines[0]!.lost();
  expect(session.stage).toBe("cut");
  await settle();
  const [first, second] = calls();
  expect([second!.contact, second!.interaction]).toEqual([first!.contact, first!.interaction]);
  expect(second!.id).not.toBe(first!.id);
  lines[1]!.up();
  expect(session.stage).toBe("talking");
});

test("while the engine is away it is tried again with growing pauses, and at once when it is back", async () => {
  await talking();
  session.frame({ t: "state", state: "cut" });
  await settle();
  for (const pause of [1_000, 2_000, 4_000]) {
    const before = calls().length;
    session.frame({ t: "nack", id: "x", code: "voice_down", text: "", alternatives: [] });
    await vi.advanceTimersByTimeAsync(pause - 1);
    expect(calls()).toHaveLength(before);
    await vi.advanceTimersByTimeAsync(1);
    expect(calls()).toHaveLength(before + 1);
  }
  const before = calls().length;
  session.frame({ t: "state", state: "cut", reason: "engine_up" });
  await settle();
  expect(calls()).toHaveLength(before + 1);
  expect(session.stage).toBe("cut");
});

test("an answer to an earlier attempt is nobody's", async () => {
  await talking();
  lines[0]!.lost();
  await settle();
  session.frame({ t: "answer", id: calls()[0]!.id, sdp: "late" });
  expect(lines[1]!.answers).toEqual([]);
});

test("after a reload a tap goes on with the same call", async () => {
  session = new Session(ports, { contact: "c", interaction: "i" });
  session.frame(welcome({ state: "talking" }));
  expect([session.stage, session.resumable]).toEqual(["idle", true]);
  await session.resume();
  expect(calls()[0]).toMatchObject({ contact: "c", interaction: "i" });
});

test("a call that is over after a reload is forgotten", () => {
  kept = { contact: "c", interaction: "i" };
  session = new Session(ports, kept);
  session.frame(welcome());
  expect([session.resumable, kept]).toEqual([false, null]);
});

test("a call-back lets the microphone go, and rings", async () => {
  await talking();
  session.callBack("");
  expect(sent.at(-1)).toMatchObject({ t: "call_back" });
  session.frame({ t: "state", state: "call_back" });
  expect([session.stage, lines[0]!.closed, released]).toEqual(["call_back", true, 1]);
  session.frame({ t: "ring", contact: "id1" });
  expect(session.ringing).toBe(true);
  await session.resume();
  expect([session.ringing, calls().at(-1)!.contact]).toEqual([false, "id1"]);
});

test("a refused call says why and what else there is", async () => {
  session.frame(welcome());
  await session.call();
  session.frame({ t: "nack", id: "x", code: "all_busy", text: "线路全忙", alternatives: ["call_back"] });
  expect([session.stage, session.trouble?.text, released]).toEqual(["idle", "线路全忙", 1]);
  session.frame({ t: "state", state: "ended", ended_by: "system" });
  expect([session.stage, session.trouble?.text]).toEqual(["idle", "线路全忙"]);
});

const refuse = (code: string, id: string | null = "x", alternatives: string[] = []) =>
  session.frame({ t: "nack", id, code, text: `${code} 的说明`, alternatives });

test.each(["bad_media", "voice_down", "unavailable", "contact_open", "a code of tomorrow"])(
  "a new call that is refused with %s ends in one state with its words",
  async (code) => {
    session.frame(welcome());
    await session.call();
    session.frame({ t: "state", state: "reception" });
    refuse(code);
    session.frame({ t: "state", state: "cut" });
    session.frame({ t: "state", state: "ended", ended_by: "system" });
    expect([session.stage, session.trouble?.text, kept]).toEqual(["idle", `${code} 的说明`, null]);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(calls()).toHaveLength(1);
  },
);

test("a call under way waits for a line when all are taken for the moment, and says so", async () => {
  await talking();
  lines[0]!.lost();
  await settle();
  refuse("all_busy");
  expect([session.stage, session.trouble?.code]).toEqual(["cut", "all_busy"]);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(calls()).toHaveLength(3);
  lines[2]!.up();
  expect([session.stage, session.trouble]).toEqual(["talking", null]);
});

test("a call under way that can't be gone on with is left, so that nobody waits for it", async () => {
  await talking();
  lines[0]!.lost();
  await settle();
  refuse("bad_media");
  expect([session.stage, session.trouble?.code, sent.at(-1)!.t]).toEqual(["ended", "bad_media", "hangup"]);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(session.stage).toBe("ended");
});

test("without the microphone after a reload the call can still be gone on with, or left", async () => {
  session = new Session(ports, { contact: "c", interaction: "i" });
  session.frame(welcome({ state: "waiting" }));
  trouble = "refused";
  await session.resume();
  expect([session.stage, session.resumable, session.trouble?.code]).toEqual(["idle", true, "refused"]);
  trouble = null;
  await session.resume();
  expect(calls()[0]).toMatchObject({ contact: "c", interaction: "i" });
});

test("what is refused besides the call leaves the call alone and is said", async () => {
  await talking();
  session.callBack("123456");
  refuse("not_waiting", sent.at(-1)!.t === "call_back" ? (sent.at(-1) as { id: string }).id : "");
  expect([session.stage, session.trouble?.code]).toEqual(["talking", "not_waiting"]);
  refuse("slow_down", null);
  expect([session.stage, session.trouble?.code]).toEqual(["talking", "slow_down"]);
  session.frame({ t: "state", state: "ended", ended_by: "agent" });
  session.rate(5, "");
  refuse("not_rateable", (sent.at(-1) as { id: string }).id);
  expect([session.stage, session.trouble?.code, session.rated]).toEqual(["ended", "not_rateable", 0]);
});

test("who gets no line can have themselves called back", async () => {
  session.frame(welcome());
  await session.call();
  refuse("all_busy", "x", ["call_back"]);
  session.callBack("010 123456");
  const ask = sent.at(-1) as Extract<ClientFrame, { t: "call_back" }>;
  expect(ask).toMatchObject({ t: "call_back", number: "010 123456" });
  expect(ask.contact).not.toBe(calls()[0]!.contact);
  session.frame({ t: "state", state: "reception" });
  session.frame({ t: "state", state: "call_back" });
  expect([session.stage, session.number]).toEqual(["call_back", "010 123456"]);
});

/** Refused a line, called back, and rung. */
async function calledBack(): Promise<void> {
  session.frame(welcome());
  await session.call();
  refuse("all_busy", "x", ["call_back"]);
  session.callBack("");
  session.frame({ t: "state", state: "call_back" });
  session.frame({ t: "ring", contact: session.contact! });
}

test.each(["bad_media", "not_here", "a code of tomorrow"])(
  "a call-back whose pick-up is refused with %s stays promised",
  async (code) => {
    await calledBack();
    await session.resume();
    refuse(code);
    expect([session.stage, session.resumable, session.trouble?.code]).toEqual(["idle", true, code]);
    expect([sent.at(-1)!.t, kept?.contact]).toEqual(["call", session.contact]);
  },
);

test("a call-back that finds all lines taken is tried again", async () => {
  await calledBack();
  await session.resume();
  refuse("all_busy");
  expect([session.stage, session.trouble?.code]).toEqual(["cut", "all_busy"]);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(
    new Set(
      calls()
        .slice(1)
        .map(({ contact }) => contact),
    ),
  ).toEqual(new Set([session.contact]));
});

test("without the microphone a call-back can be picked up by another tap", async () => {
  await calledBack();
  asked = Promise.reject(new Error("denied"));
  await session.resume();
  expect([session.stage, session.resumable]).toEqual(["idle", true]);
});

test("a mute outlives a lost line", async () => {
  await talking();
  session.mute(true);
  lines[0]!.lost();
  await settle();
  expect(lines[1]!.muted).toBe(true);
});

test("keys go with the sound, and over the socket where that can't be", async () => {
  await talking();
  session.press("5");
  expect(lines[0]!.keys).toBe("5");
  lines[0]!.press = () => false;
  session.press("#");
  expect(sent.at(-1)).toEqual({ t: "key", digit: "#" });
});

test("the words of a code that is asked for stay while the recording pauses, and go with it", async () => {
  await talking();
  session.frame({ t: "say", text: "请输入银行卡号。", keys: [] });
  session.frame({ t: "state", state: "talking", agent: { name: "李晓雯" }, recording: "paused" });
  expect([session.caption, session.recording]).toEqual(["请输入银行卡号。", "paused"]);
  session.frame({ t: "say", text: "", keys: [] });
  expect(session.caption).toBe("");
  session.frame({ t: "say", text: "请稍候。", keys: [] });
  session.frame({ t: "state", state: "held" });
  expect(session.caption).toBe("");
});

test("nobody reads that they are recorded when they are not", async () => {
  await talking();
  const tell = (state: CallState, recording?: string) =>
    session.frame({ t: "state", state, ...(recording ? { recording } : {}) });
  tell("talking", "on");
  expect(session.recorded).toBe("on");
  tell("talking"); // the disk is full
  expect(session.recorded).toBe("");
  tell("talking", "on");
  lines[0]!.lost(); // the server hasn't noticed yet
  expect(session.recorded).toBe("");
  await settle();
  lines[1]!.up();
  expect(session.recorded).toBe("on");
  tell("waiting");
  tell("talking");
  expect(session.recorded).toBe("");
});

test("what has changed while the socket was away stands in the welcome", async () => {
  await talking();
  session.frame({ t: "state", state: "talking", recording: "on" });
  session.offline();
  session.frame(welcome({ state: "talking", recording: "paused" }));
  expect(session.recorded).toBe("paused");
  session.frame(welcome({ state: "talking" }));
  expect(session.recorded).toBe("");
});

test("a call that is gone on with after a reload is what the welcome said, and its time is counted", async () => {
  session = new Session(ports, { contact: "c", interaction: "i" });
  session.frame(welcome({ state: "talking", recording: "on" }));
  await session.resume();
  lines[0]!.up();
  expect([session.stage, session.recorded, session.since]).toEqual(["talking", "on", Date.now()]);
});

test("a server that doesn't answer is said to be away after a while, however often it is tried", async () => {
  session = new Session(ports, null, "400 820 0000");
  session.look();
  for (let tries = 0; tries < 5; tries++) {
    expect([session.unreached, session.phone]).toEqual([false, "400 820 0000"]);
    await vi.advanceTimersByTimeAsync(1_200);
    session.offline();
  }
  expect(session.unreached).toBe(true);
  session.frame(welcome());
  expect([session.unreached, session.phone]).toEqual([false, ""]);
  session.offline();
  await vi.advanceTimersByTimeAsync(6_000);
  expect(session.unreached).toBe(true);
});

test("the other side's end asks for a rating once", async () => {
  await talking();
  session.frame({ t: "state", state: "ended", ended_by: "agent" });
  expect([session.stage, session.endedBy]).toEqual(["ended", "agent"]);
  session.rate(5, "很好");
  expect(sent.at(-1)).toMatchObject({ t: "rate", score: 5, comment: "很好" });
});

test("whoever waits without a line for long may be called instead; who talked is waited for", async () => {
  await talking();
  session.frame({ t: "state", state: "waiting" });
  expect(session.mayBeCalled).toBe(true);
  lines[0]!.lost();
  expect([session.cutLong, session.mayBeCalled]).toEqual([false, false]);
  await vi.advanceTimersByTimeAsync(5_000);
  expect([session.stage, session.cutLong, session.mayBeCalled]).toEqual(["cut", true, true]);
  session.callBack("010 123456");
  expect(sent.at(-1)).toMatchObject({ t: "call_back", number: "010 123456" });
  session.frame({ t: "state", state: "call_back" });
  expect([session.stage, session.cutLong]).toEqual(["call_back", false]);
});

test("a line that is back is long away no more", async () => {
  await talking();
  lines[0]!.lost();
  await vi.advanceTimersByTimeAsync(5_000);
  expect([session.cutLong, session.mayBeCalled]).toEqual([true, false]);
  lines.at(-1)!.up();
  expect([session.stage, session.cutLong]).toEqual(["talking", false]);
});

test("without a microphone, or after an end that nobody wished, one may be called", async () => {
  session.frame(welcome());
  expect(session.mayBeCalled).toBe(false);
  trouble = "refused";
  await session.call();
  expect(session.mayBeCalled).toBe(true);
  trouble = null;
  await session.call();
  session.frame({ t: "state", state: "ended", ended_by: "system" });
  expect(session.mayBeCalled).toBe(true);
  const before = kept;
  session.callBack("010 123456");
  expect(sent.at(-1)).toMatchObject({ t: "call_back", contact: expect.any(String) as string });
  expect(before).toBe(null);
});

test("who called too often is not asked to be called", async () => {
  session.frame(welcome());
  await session.call();
  const id = calls()[0]!.id;
  session.frame({ t: "nack", id, code: "slow_down", text: "请稍后", alternatives: [] });
  expect([session.stage, session.mayBeCalled]).toEqual(["idle", false]);
});
