/** The phone at the desk, as an agent meets it: the real page against a server in memory. */
import { act, fireEvent, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { FakeServer, handling, LI, offer } from "../app/fake-server.ts";
import { openPage } from "../app/test-page.tsx";
import { fakeBrowser, type FakeMicrophone, FakePeer } from "./fakes.ts";
import { phoneDialog } from "./store.tsx";
import type { CallWord } from "./wire.ts";

const LEG = "interaction-1:a:agent-li:1";
let server: FakeServer;
let microphone: FakeMicrophone;
const user = userEvent.setup();

beforeEach(() => {
  microphone = fakeBrowser();
  server = new FakeServer();
  view();
});
afterEach(() => {
  act(() => phoneDialog.set(null));
  vi.unstubAllGlobals();
});

const voice = (over = {}) => handling({ medium: "voice", recording: "on", accepted_at: Date.now(), ...over });
const view = (...handlings: object[]) =>
  server.views.set("me", {
    agent: { [LI.person.id]: server.agent({ capacity: { chat: 3, voice: 1 }, engaged: handlings.length }) },
    offers: {},
    handlings: Object.fromEntries(handlings.map((one) => [(one as { id: string }).id, one])),
  });
const word = (over: Partial<CallWord> = {}): CallWord => ({
  interaction: "interaction-1",
  leg: LEG,
  role: "talk",
  state: "connecting",
  here: true,
  device_label: "Chrome · Windows",
  code: "7K2P",
  ...over,
});
const openDesk = async () => {
  await openPage("/app/desk");
  await screen.findByRole("heading", { name: "我的处理" }, { timeout: 5_000 });
  await waitFor(() => expect(server.phoned("ready").length).toBeGreaterThan(0));
};
const push = (...args: Parameters<FakeServer["push"]>) => act(() => server.push(...args));
const change = (over: object) => push("me", ["merge", "handlings", "interaction-1", over]);
const ring = (...frames: Parameters<FakeServer["ring"]>) => act(() => server.ring(...frames));
const key = (code: string) => fireEvent.keyDown(window, { code, key: code, altKey: true });
const call = () => screen.findByRole("region", { name: "与陈立群的通话" });
const said = (words: string) =>
  waitFor(() =>
    expect(screen.getAllByRole("log").some((log) => log.textContent?.includes(words))).toBe(true),
  );
/** A call that is up. */
const talking = async (over = {}) => {
  view(voice(over));
  await openDesk();
  ring({ t: "call", ...word() }, { t: "connect", leg: LEG, interaction: "interaction-1", role: "talk" });
  await waitFor(() => expect(server.phoned("offer")).toHaveLength(1));
  ring({ t: "answer", leg: LEG, sdp: "answer" });
  await waitFor(() => expect(FakePeer.last.remote).toBe("answer"));
  act(() => FakePeer.last.becomes("connected"));
  ring({ t: "call", ...word({ state: "up" }) });
  return call();
};

describe("an offer of a call", () => {
  it("is proven with the socket open and the microphone held open, then answered", async () => {
    await openDesk();
    expect(server.phoned("ready").at(-1)).toEqual({ t: "ready", microphone: true });
    push("me", ["set", "offers", "offer-1", offer({ medium: "voice" })]);
    const card = await screen.findByRole("article");
    await waitFor(() => expect(server.sent("ProveOffer")).toEqual([{ offer_id: "offer-1" }]));
    expect(microphone.opened).toBe(1);
    expect(within(card).getByRole("button", { name: /接听/ })).toBeTruthy();
    await said("按 Alt+A 接听");
    key("KeyA");
    await waitFor(() => expect(server.sent("AcceptOffer")).toEqual([{ offer_id: "offer-1" }]));
  });

  it.each([
    ["NotAllowedError", "浏览器禁止了麦克风"],
    ["NotReadableError", "麦克风打不开"],
  ])("is not proven when the microphone fails with %s, and says so", async (name, words) => {
    await openDesk();
    microphone.trouble = name;
    push("me", ["set", "offers", "offer-1", offer({ medium: "voice" })]);
    const card = await screen.findByRole("article");
    await waitFor(() => expect(card.textContent).toContain(words));
    expect(server.sent("ProveOffer")).toEqual([]);
    expect(server.phoned("ready").at(-1)).toMatchObject({ microphone: false });
  });

  it("is not proven while the phone's connection is away; a chat is", async () => {
    await openDesk();
    server.http.set("POST /api/feed-ticket", () => {
      throw new Error("away");
    });
    act(() => server.cutPhones());
    expect((await screen.findAllByText(/电话服务连不上/)).length).toBeGreaterThan(0);
    push(
      "me",
      ["set", "offers", "offer-1", offer({ medium: "voice" })],
      ["set", "offers", "offer-2", offer({ id: "offer-2" })],
    );
    await waitFor(() => expect(server.sent("ProveOffer")).toEqual([{ offer_id: "offer-2" }]));
  });
});

describe("an emergency that nobody takes", () => {
  it("is told loudly until somebody has it, though the person is not at work", async () => {
    await openDesk();
    ring({ t: "alarm", interaction: "interaction-9", on: true, text: "紧急来电无人接听：请马上上线接听" });
    expect((await screen.findByRole("alert")).textContent).toContain("紧急来电无人接听");
    ring({ t: "alarm", interaction: "interaction-9", on: false, text: "" });
    await waitFor(() => expect(screen.queryByText(/紧急来电无人接听/)).toBeNull());
  });
});

describe("the desk says why calls can't ring here", () => {
  it.each([
    ["denied", /浏览器禁止了麦克风/],
    ["prompt", /还没有允许使用麦克风/],
  ] as const)("permission %s", async (permission, words) => {
    microphone.permission = permission;
    await openDesk();
    expect((await screen.findAllByText(words)).length).toBeGreaterThan(0);
    expect(screen.getAllByText(/来电不会分配给您，会话照常/).length).toBeGreaterThan(0);
    expect(server.phoned("ready").at(-1)).toMatchObject({ microphone: false });
  });

  it("no microphone, and notices when one is plugged in", async () => {
    const [headset, ...rest] = microphone.devices;
    microphone.devices = rest;
    await openDesk();
    expect((await screen.findAllByText(/没有找到麦克风/)).length).toBeGreaterThan(0);
    microphone.devices = [...rest, ...(headset ? [headset] : [])];
    act(() => microphone.change());
    await waitFor(() => expect(server.phoned("ready").at(-1)).toEqual({ t: "ready", microphone: true }));
  });

  it("not to those who take no calls", async () => {
    server.views.set("me", { agent: { [LI.person.id]: server.agent() }, offers: {}, handlings: {} });
    await openPage("/app/desk");
    await screen.findByRole("heading", { name: "我的处理" });
    expect(server.phoneFrames).toEqual([]);
    expect(screen.queryByRole("button", { name: /电话/ })).toBeNull();
  });
});

describe("a code that the customer types", () => {
  const CARD = { id: "card", title: "银行卡号", least: 12, most: 19, secret: true, shown: "last4" } as const;
  const now = (over: object = {}) => ({
    t: "code" as const,
    interaction: "interaction-1",
    id: "ask-1",
    title: "银行卡号",
    state: "asked" as const,
    typed: 0,
    most: 19,
    again: false,
    shown: "last4" as const,
    digits: "",
    ...over,
  });
  const panel = () => screen.findByRole("group", { name: "索取密码/卡号" });

  it("is chosen by keyboard, followed digit by digit, shown once, and forgotten", async () => {
    const card = await talking();
    key("KeyC");
    await waitFor(() =>
      expect(server.phoned("codes")).toEqual([{ t: "codes", interaction: "interaction-1" }]),
    );
    ring({ t: "codes", interaction: "interaction-1", codes: [CARD] });
    const choice = await within(await panel()).findByRole("button", { name: /银行卡号/ });
    expect(choice.textContent).toContain("12 到 19 位");
    await user.click(choice);
    await waitFor(() =>
      expect(server.phoned("ask_code")).toMatchObject([{ interaction: "interaction-1", code: "card" }]),
    );
    ring(now());
    ring(now({ typed: 3 }));
    await waitFor(() => expect(within(card).getByRole("status").textContent).toBe("已输入 3 / 19 位"));
    expect(card.textContent).toContain("双方互相听不到");
    expect(within(card).getByRole<HTMLButtonElement>("button", { name: /录音中/ }).disabled).toBe(true);
    await said("客户正在输入：银行卡号");
    ring(now({ state: "done", typed: 16, digits: "7894" }));
    await waitFor(() => expect(within(card).getByRole("status").textContent).toBe("•••• •••• •••• 7894"));
    await said("输入完成：银行卡号");
    await user.click(within(await panel()).getByRole("button", { name: "知道了" }));
    await waitFor(() => expect(screen.queryByText(/7894/)).toBeNull());
    key("KeyC");
    await panel();
    expect(screen.queryByText(/7894/)).toBeNull();
  });

  it("is called off, and says how it ended", async () => {
    await talking();
    ring(now({ typed: 2 }));
    key("KeyC");
    await user.click(within(await panel()).getByRole("button", { name: "取消输入" }));
    await waitFor(() => expect(server.phoned("cancel_code")).toHaveLength(1));
    ring(now({ state: "cancelled" }));
    expect((await panel()).textContent).toContain("已取消：银行卡号");
    fireEvent.keyDown(await panel(), { key: "Escape" });
    await waitFor(() => expect(screen.queryByRole("group", { name: "索取密码/卡号" })).toBeNull());
  });

  it("takes the focus of nobody who is writing, and no key meant for something else throws it away", async () => {
    await talking();
    key("KeyC");
    ring({ t: "codes", interaction: "interaction-1", codes: [CARD] });
    const choice = await within(await panel()).findByRole("button", { name: /银行卡号/ });
    await waitFor(() => expect(document.activeElement).toBe(choice));
    ring(now());
    const cancel = await within(await panel()).findByRole("button", { name: "取消输入" });
    await waitFor(() => expect(document.activeElement).toBe(cancel));
    const note = await screen.findByRole("textbox", { name: "内部备注" });
    act(() => note.focus());
    ring(now({ state: "done", typed: 16, digits: "7894" }));
    const read = await within(await panel()).findByRole("button", { name: "知道了" });
    expect(document.activeElement).toBe(note);
    await user.keyboard("ab{Enter}");
    await waitFor(() => expect(server.sent("AddNote")).toMatchObject([{ text: "ab" }]));
    expect((await panel()).textContent).toContain("7894");
    key("KeyC");
    await waitFor(() => expect(document.activeElement).toBe(read));
    expect((await panel()).textContent).toContain("7894");
    key("KeyC");
    await waitFor(() => expect(screen.queryByText(/7894/)).toBeNull());
  });

  it("comes up by itself beside the button that has the focus, which doesn't close it unread", async () => {
    await talking();
    ring(now({ typed: 3 }));
    const button = await screen.findByRole("button", { name: /已输入 3/ });
    act(() => button.focus());
    ring(now({ state: "done", typed: 16, digits: "7894" }));
    await panel();
    expect(document.activeElement).toBe(button);
    await user.keyboard("{Enter}");
    expect((await panel()).textContent).toContain("7894");
    expect((await panel()).contains(document.activeElement)).toBe(true);
  });

  it("can be called off while the agent's own line is away, and none is asked for then", async () => {
    await talking();
    key("KeyC");
    await panel();
    act(() => FakePeer.last.becomes("failed"));
    await waitFor(() => expect(screen.queryByRole("group", { name: "索取密码/卡号" })).toBeNull());
    ring(now({ typed: 2 }));
    const button = await screen.findByRole<HTMLButtonElement>("button", { name: /已输入 2/ });
    await waitFor(() => expect(button.disabled).toBe(false));
    key("KeyC");
    await user.click(within(await panel()).getByRole("button", { name: "取消输入" }));
    await waitFor(() => expect(server.phoned("cancel_code")).toHaveLength(1));
  });

  it("that ended while the page was cut off is told as lost; one that is typed on goes on", async () => {
    await talking();
    server.phoneCalls = [word({ state: "up" })];
    ring(now({ typed: 2 }));
    await screen.findByRole("button", { name: /已输入 2/ });
    const hellos = server.phoned("hello").length;
    act(() => server.cutPhones());
    await waitFor(() => expect(server.phoned("hello").length).toBe(hellos + 1), { timeout: 5_000 });
    ring(now({ typed: 5 }));
    await screen.findByRole("button", { name: /已输入 5/ });
    act(() => server.cutPhones());
    await waitFor(() => expect(server.phoned("hello").length).toBe(hellos + 2), { timeout: 5_000 });
    await waitFor(async () => expect((await panel()).textContent).toContain("输入中断：银行卡号"), {
      timeout: 5_000,
    });
  });

  it("can't be asked of a customer on hold, nor where there are none", async () => {
    await talking({ held_at: Date.now() });
    key("KeyC");
    ring({ t: "codes", interaction: "interaction-1", codes: [CARD] });
    const choice = await within(await panel()).findByRole<HTMLButtonElement>("button", { name: /银行卡号/ });
    expect(choice.disabled).toBe(true);
    ring({ t: "codes", interaction: "interaction-1", codes: [] });
    await waitFor(async () => expect((await panel()).textContent).toContain("还没有设置按键输入项"));
  });
});

describe("a call", () => {
  it("goes from connecting to talking, said to all", async () => {
    view(voice());
    await openDesk();
    expect((await call()).textContent).toContain("正在接通陈立群");
    ring({ t: "connect", leg: LEG, interaction: "interaction-1", role: "talk" });
    await waitFor(() => expect(server.phoned("offer")).toEqual([{ t: "offer", leg: LEG, sdp: "offer 1" }]));
    ring({ t: "answer", leg: LEG, sdp: "answer" });
    await waitFor(() => expect(FakePeer.last.remote).toBe("answer"));
    act(() => FakePeer.last.becomes("connected"));
    await waitFor(async () => expect((await call()).textContent).toContain("您正在与陈立群通话"));
    await said("已接通");
  });

  it("is what the agent's sign says, not that they are free", async () => {
    await talking();
    const sign = await screen.findByRole("button", { name: /我的状态：\s*通话中/ });
    expect(sign.dataset.state).toBe("available");
    expect(sign.textContent).not.toContain("空闲");
  });

  it("takes no focus when it comes up, and there is no field that writes to the customer", async () => {
    view(voice());
    await openDesk();
    const note = await screen.findByRole("textbox", { name: "内部备注" });
    act(() => note.focus());
    ring({ t: "connect", leg: LEG, interaction: "interaction-1", role: "talk" });
    await waitFor(() => expect(server.phoned("offer")).toHaveLength(1));
    act(() => FakePeer.last.becomes("connected"));
    expect(document.activeElement).toBe(note);
    expect(screen.queryByRole("textbox", { name: /^回复/ })).toBeNull();
  });

  it("mutes at once, here and for the server", async () => {
    const card = await talking();
    key("KeyM");
    await waitFor(() => expect(server.phoned("mute")).toEqual([{ t: "mute", leg: LEG, on: true }]));
    expect(FakePeer.last.sender.track?.enabled).toBe(false);
    expect(
      within(card)
        .getByRole("button", { name: /取消静音/ })
        .getAttribute("aria-pressed"),
    ).toBe("true");
    await said("您已静音");
  });

  it("is held only when the floor says so", async () => {
    const card = await talking();
    server.acks = false;
    key("KeyH");
    await waitFor(() =>
      expect(server.sent("SetHold")).toEqual([{ interaction_id: "interaction-1", on: true }]),
    );
    expect(card.textContent).toContain("您正在与陈立群通话");
    change({ held_at: Date.now() });
    await waitFor(() => expect(card.textContent).toContain("听不到您"));
    await said("陈立群已保持");
  });

  it("sends keys by typing them on the keypad", async () => {
    await talking();
    key("KeyK");
    const pad = await screen.findByRole("group", { name: "拨号盘" });
    await user.keyboard("1#");
    const pressed = server.phoned("key");
    expect(pressed.map(({ leg, digit }) => [leg, digit])).toEqual([
      [LEG, "1"],
      [LEG, "#"],
    ]);
    expect(new Set(pressed.map(({ id }) => id)).size).toBe(2);
    expect(within(pad).getByLabelText("已按").textContent).toBe("1#");
    ring({ t: "nack", id: pressed[1]?.id ?? "", code: "keys_page", text: "客户用的是网页，收不到按键" });
    await waitFor(() => expect(within(pad).getByLabelText("已按").textContent).toBe("1"));
    expect((await screen.findAllByText("客户用的是网页，收不到按键")).length).toBeGreaterThan(0);
    await user.keyboard("{Escape}");
    expect(screen.queryByRole("group", { name: "拨号盘" })).toBeNull();
    expect(document.activeElement?.textContent).toContain("拨号盘");
  });

  it("shows no key as pressed that did not reach the server, and tells it", async () => {
    await talking();
    key("KeyK");
    const pad = await screen.findByRole("group", { name: "拨号盘" });
    await user.keyboard("1");
    server.http.set("POST /api/feed-ticket", () => {
      throw new Error("away");
    });
    act(() => server.cutPhones());
    await user.keyboard("2");
    expect(within(pad).getByLabelText("已按").textContent).toBe("1");
    expect((await screen.findAllByText("电话服务暂时连不上，请稍后再试。")).length).toBeGreaterThan(0);
  });

  it("presses a key that is held down once", async () => {
    await talking();
    key("KeyK");
    const pad = await screen.findByRole("group", { name: "拨号盘" });
    fireEvent.keyDown(pad, { key: "5" });
    fireEvent.keyDown(pad, { key: "5", repeat: true });
    expect(server.phoned("key").map(({ digit }) => digit)).toEqual(["5"]);
    const button = within(pad).getByRole("button", { name: /^6/ });
    expect(fireEvent.keyDown(button, { key: "Enter" })).toBe(true);
    expect(fireEvent.keyDown(button, { key: "Enter", repeat: true })).toBe(false);
  });

  it("leaves the keypad shut when a lost line is back: what is being written doesn't go to the customer", async () => {
    const card = await talking();
    key("KeyK");
    await screen.findByRole("group", { name: "拨号盘" });
    act(() => FakePeer.last.becomes("failed"));
    await waitFor(() => expect(card.textContent).toContain("正在自动重连"));
    expect(screen.queryByRole("group", { name: "拨号盘" })).toBeNull();
    const note = await screen.findByRole<HTMLTextAreaElement>("textbox");
    await user.click(note);
    await waitFor(() => expect(server.phoned("offer")).toHaveLength(2));
    ring({ t: "answer", leg: LEG, sdp: "answer" });
    await waitFor(() => expect(FakePeer.last.remote).toBe("answer"));
    act(() => FakePeer.last.becomes("connected"));
    await waitFor(() => expect(card.textContent).toContain("您正在与陈立群通话"));
    expect(screen.queryByRole("group", { name: "拨号盘" })).toBeNull();
    expect(document.activeElement).toBe(note);
    await user.keyboard("1");
    expect(server.phoned("key")).toEqual([]);
  });

  it("keeps the keyboard's place when recording pauses and goes on", async () => {
    const card = await talking();
    const button = () => within(card).getByRole("button", { name: /录音/ });
    button().focus();
    await user.keyboard("{Enter}");
    await user.click(await screen.findByRole("menuitem", { name: "客户要说银行卡信息" }));
    change({ recording: "paused" });
    await waitFor(() => expect(button().textContent).toContain("恢复录音"));
    expect(document.activeElement).toBe(button());
    await user.keyboard("{Enter}");
    change({ recording: "on" });
    await waitFor(() => expect(button().textContent).toContain("录音中"));
    expect(document.activeElement).toBe(button());
    const note = await screen.findByRole<HTMLTextAreaElement>("textbox");
    await user.click(note);
    key("KeyP");
    change({ recording: "paused" });
    await waitFor(() => expect(button().textContent).toContain("恢复录音"));
    expect(document.activeElement).toBe(note);
  });

  it("pauses recording with a reason, or by key at once", async () => {
    const card = await talking();
    await user.click(within(card).getByRole("button", { name: /录音中/ }));
    await user.click(await screen.findByRole("menuitem", { name: "客户要说银行卡信息" }));
    expect(server.sent("SetRecording")).toEqual([
      { interaction_id: "interaction-1", state: "paused", why: "card" },
    ]);
    change({ recording: "paused" });
    expect(await within(card).findByRole("button", { name: /录音已暂停|恢复录音/ })).toBeTruthy();
    key("KeyP");
    await waitFor(() =>
      expect(server.sent("SetRecording").at(-1)).toEqual({ interaction_id: "interaction-1", state: "on" }),
    );
  });

  it("shows quality as word and shape", async () => {
    const card = await talking();
    ring({ t: "quality", leg: LEG, mos: 2.4, loss: 0.11, jitter_ms: 80 });
    expect(await within(card).findByText("音质差")).toBeTruthy();
  });

  it("says that the sound broke off, reconnects by itself, and offers the way back when that fails", async () => {
    const card = await talking();
    act(() => FakePeer.last.becomes("failed"));
    await waitFor(() => expect(card.textContent).toContain("正在自动重连"));
    await waitFor(() => expect(server.phoned("offer")).toHaveLength(2));
  });

  it("goes on while the connection to the server is away, and is left alone when it is back", async () => {
    const card = await talking();
    act(() => server.cutPhones());
    expect(card.textContent).toContain("您正在与陈立群通话");
    server.phoneCalls = [word({ state: "up" })];
    await waitFor(() => expect(server.phoned("hello")).toHaveLength(2), { timeout: 4_000 });
    expect(server.phoned("offer")).toHaveLength(1);
    expect(FakePeer.last.connectionState).toBe("connected");
  });

  it("ends: the microphone is shut", async () => {
    await talking();
    ring({ t: "call", ...word({ state: "ended" }) });
    await waitFor(() => expect(FakePeer.last.connectionState).toBe("closed"));
    expect(FakePeer.last.sender.track?.readyState).toBe("ended");
    expect(microphone.stream?.tracks[0]?.readyState).toBe("ended");
  });
});

describe("moving a call", () => {
  it("from another device, by key", async () => {
    view(voice({ accepted_at: Date.now() - 60_000 }));
    server.phoneCalls = [word({ state: "up", here: false, device_label: "Firefox · Linux" })];
    await openDesk();
    const card = await call();
    await waitFor(() => expect(card.textContent).toContain("Firefox · Linux"));
    key("KeyL");
    await waitFor(() => expect(server.phoned("take")).toEqual([{ t: "take", interaction: "interaction-1" }]));
  });

  it("here: what is still said of its old leg does no harm", async () => {
    const card = await talking();
    const next = "interaction-1:a:agent-li:2";
    ring({ t: "connect", leg: next, interaction: "interaction-1", role: "talk" });
    await waitFor(() => expect(server.phoned("offer").at(-1)?.leg).toBe(next));
    ring({ t: "answer", leg: next, sdp: "answer" });
    await waitFor(() => expect(FakePeer.last.remote).toBe("answer"));
    act(() => FakePeer.last.becomes("connected"));
    ring({ t: "call", ...word({ leg: next, state: "up" }) });
    ring({ t: "call", ...word({ state: "ended", here: false }) }, { t: "drop", leg: LEG, cause: "normal" });
    expect(FakePeer.last.connectionState).toBe("connected");
    expect(card.textContent).toContain("您正在与陈立群通话");
  });

  it("stays muted on its next leg", async () => {
    const card = await talking();
    key("KeyM");
    const next = "interaction-1:a:agent-li:2";
    ring({ t: "connect", leg: next, interaction: "interaction-1", role: "talk" });
    await waitFor(() => expect(server.phoned("offer").at(-1)?.leg).toBe(next));
    expect(FakePeer.last.sender.track?.enabled).toBe(false);
    expect(within(card).getByRole("button", { name: /取消静音/ })).toBeTruthy();
    expect(server.phoned("mute").at(-1)).toEqual({ t: "mute", leg: next, on: true });
  });

  it("is shown muted after this page was loaded anew, as the server keeps it", async () => {
    view(voice());
    await openDesk();
    ring(
      { t: "call", ...word({ muted: true }) },
      { t: "connect", leg: LEG, interaction: "interaction-1", role: "talk" },
    );
    const card = within(await call());
    await waitFor(() => expect(server.phoned("offer")).toHaveLength(1));
    act(() => FakePeer.last.becomes("connected"));
    ring({ t: "call", ...word({ state: "up", muted: true }) });
    expect(await card.findByRole("button", { name: /取消静音/ })).toBeTruthy();
    await waitFor(() => expect(FakePeer.last.sender.track?.enabled).toBe(false));
  });

  it("tells the server of a mute that it missed while it was away", async () => {
    await talking();
    server.phoneCalls = [word({ state: "up" })];
    act(() => server.cutPhones());
    key("KeyM");
    await said("您已静音");
    expect(server.phoned("mute")).toEqual([]);
    await waitFor(() => expect(server.phoned("mute")).toEqual([{ t: "mute", leg: LEG, on: true }]), {
      timeout: 5_000,
    });
  });

  it("after the device was lost", async () => {
    view(voice({ accepted_at: Date.now() - 60_000 }));
    server.phoneCalls = [word({ state: "lost", here: false })];
    await openDesk();
    await user.click(await screen.findByRole("button", { name: /接到这里/ }));
    expect(server.phoned("take")).toHaveLength(1);
  });

  it("takes itself up again after this page was loaded anew", async () => {
    view(voice());
    server.phoneCalls = [word({ state: "lost", here: true })];
    await openDesk();
    await waitFor(() => expect(server.phoned("take")).toEqual([{ t: "take", interaction: "interaction-1" }]));
  });

  it("after five seconds without sound the way is shown", async () => {
    view(voice({ accepted_at: Date.now() - 6_000 }));
    await openDesk();
    expect(await screen.findByRole("button", { name: /重新接通/ })).toBeTruthy();
  });

  it("by a code, shown here and typed there", async () => {
    await talking();
    await user.click(screen.getByRole("button", { name: "换设备" }));
    expect(await screen.findByText("7K2P")).toBeTruthy();
    await user.keyboard("{Escape}");
    act(() => phoneDialog.set("take"));
    await user.type(await screen.findByRole("textbox", { name: "代码" }), "9x4-c{Enter}");
    expect(server.phoned("take").at(-1)).toEqual({ t: "take", interaction: "", code: "9X4C" });
  });
});

describe("asking first", () => {
  beforeEach(() => {
    server.http.set("GET /api/transfer-targets", {
      queues: [{ id: "q2", name: "维修", waiting: 0, available_agents: 1 }],
      people: [],
    });
  });
  const consult = { interaction_id: "c1", name: "王思源", name_en: "", agent_id: "wang" };

  it("holds the customer, asks, and hands over", async () => {
    const card = await talking();
    key("KeyT");
    await user.click(await screen.findByRole("option", { name: /维修/ }));
    await user.click(screen.getByRole("button", { name: "先问一声" }));
    await waitFor(() => expect(server.sent("Consult")).toHaveLength(1));
    expect(server.sent("SetHold")).toEqual([{ interaction_id: "interaction-1", on: true }]);
    expect(server.sent("Consult")[0]).toMatchObject({ interaction_id: "interaction-1", to_queue_id: "q2" });
    change({ held_at: Date.now(), consult: { ...consult, state: "offered" } });
    expect(await within(card).findByText("正在呼叫王思源…")).toBeTruthy();
    change({ consult: { ...consult, state: "talking" } });
    await waitFor(() => expect(card.textContent).toContain("您正在与王思源商议"));
    await said("王思源已接听");
    await user.click(within(card).getByRole("button", { name: "三方通话" }));
    expect(server.sent("SetHold").at(-1)).toEqual({ interaction_id: "interaction-1", on: false });
    change({ held_at: 0 });
    await waitFor(() => expect(card.textContent).toContain("三方通话：您、陈立群、王思源"));
    await user.click(within(card).getByRole("button", { name: "交给王思源" }));
    expect(server.sent("CompleteTransfer")).toEqual([{ interaction_id: "interaction-1", consult_id: "c1" }]);
  });

  it("can be taken back while it rings", async () => {
    const card = await talking({ held_at: 1, consult: { ...consult, state: "offered" } });
    await user.click(within(card).getByRole("button", { name: "取消呼叫" }));
    expect(server.sent("EndInteraction")).toEqual([{ interaction_id: "c1" }]);
  });

  it("says that numbers can't be called without telephone lines", async () => {
    await talking();
    key("KeyJ");
    await user.click(await screen.findByRole("tab", { name: "电话号码" }));
    expect(await screen.findByText(/没有接入电话线路/)).toBeTruthy();
  });
});

describe("checking the devices", () => {
  it("lists them, remembers the ear, and says what is wrong", async () => {
    await openDesk();
    microphone.trouble = "NotAllowedError";
    act(() => phoneDialog.set("check"));
    const dialog = await screen.findByRole("dialog", { name: "检查耳机和麦克风" });
    await waitFor(() => expect(dialog.textContent).toContain("浏览器禁止了麦克风"));
    await user.click(within(dialog).getByRole("button", { name: /客户的声音/ }));
    await user.click(await screen.findByRole("option", { name: "只在左耳" }));
    expect(JSON.parse(localStorage.getItem("rexian.phone.devices") ?? "{}")).toMatchObject({ ear: "left" });
  });

  it("plays one's own echo by way of the server", async () => {
    await openDesk();
    act(() => phoneDialog.set("check"));
    await user.click(await screen.findByRole("button", { name: "开始测试" }));
    await waitFor(() => expect(server.phoned("check")).toHaveLength(1));
    ring({ t: "answer", leg: server.phoned("check")[0]?.id ?? "", sdp: "echo" });
    await waitFor(() => expect(FakePeer.last.remote).toBe("echo"));
    act(() => FakePeer.last.becomes("connected"));
    expect(await screen.findByText("请说话，您会听到自己的声音")).toBeTruthy();
    await user.click(screen.getByRole("button", { name: "停止测试" }));
    expect(FakePeer.last.connectionState).toBe("closed");
  });

  const echo = async () => {
    await openDesk();
    act(() => phoneDialog.set("check"));
    await user.click(await screen.findByRole("button", { name: "开始测试" }));
    await waitFor(() => expect(server.phoned("check")).toHaveLength(1));
    ring({ t: "answer", leg: server.phoned("check")[0]?.id ?? "", sdp: "echo" });
    await waitFor(() => expect(FakePeer.last.remote).toBe("echo"));
  };

  it("says what to do when the sound does not get through", async () => {
    await echo();
    act(() => FakePeer.last.becomes("failed"));
    expect((await screen.findByText(/TURN/)).closest("[role=alert]")).toBeTruthy();
    expect(screen.getByText("没有接通")).toBeTruthy();
    expect(FakePeer.last.connectionState).toBe("closed");
    expect(screen.getByRole("button", { name: "开始测试" })).toBeTruthy();
  });

  it("does not call a test over that never was connected", async () => {
    vi.useFakeTimers({ shouldAdvanceTime: true });
    try {
      await echo();
      act(() => void vi.advanceTimersByTime(20_000));
      expect((await screen.findByText(/TURN/)).closest("[role=alert]")).toBeTruthy();
      expect(screen.queryByText("测试结束")).toBeNull();
    } finally {
      vi.useRealTimers();
    }
  });

  it("stops while it is still connecting", async () => {
    await echo();
    expect(screen.getByText("正在连接…")).toBeTruthy();
    await user.click(screen.getByRole("button", { name: "停止测试" }));
    expect(FakePeer.last.connectionState).toBe("closed");
    expect(screen.queryByText("正在连接…")).toBeNull();
  });
});

describe("a telephone on the desk", () => {
  const onDesk = (over: Partial<CallWord> = {}) =>
    ({ t: "call", ...word({ here: false, telephone: true, device_label: "desk-1001", ...over }) }) as const;

  it("has a call of its own kind: a handset and words, and nothing is to be fetched from there", async () => {
    view(voice());
    await openDesk();
    ring(onDesk());
    const card = await call();
    expect(await within(card).findByText("您的话机正在响铃，请拿起听筒接听陈立群")).toBeTruthy();
    ring(onDesk({ state: "up" }));
    expect(await within(card).findByText("您正在与陈立群通话")).toBeTruthy();
    expect(within(card).getByText("在话机上通话").querySelector("svg")).toBeTruthy();
    expect(within(card).queryByRole("meter")).toBeNull();
    expect(within(card).queryByRole("button", { name: /接到这里/ })).toBeNull();
    expect(
      within(card)
        .getByRole("button", { name: /请在话机上静音/ })
        .hasAttribute("disabled"),
    ).toBe(true);
    expect(
      within(card)
        .getByRole("button", { name: /拨号盘/ })
        .hasAttribute("disabled"),
    ).toBe(false);
    const row = document.querySelector("[data-handling]")!;
    expect(row.textContent).toContain("在话机上通话");
  });
});

describe("what the phone could not do", () => {
  const refuse = (code: string, text: string) => ring({ t: "nack", id: "interaction-1", code, text });

  it("is taken back once the call is heard after all", async () => {
    view(voice());
    await openDesk();
    refuse("not_connecting", "电话没有在您这里接通");
    expect(await screen.findByText("电话没有在您这里接通")).toBeTruthy();
    ring({ t: "call", ...word({ state: "up", here: false }) });
    await waitFor(() => expect(screen.queryByText("电话没有在您这里接通")).toBeNull());
  });

  it("stays as long as the call that it is about", async () => {
    view(voice());
    await openDesk();
    refuse("dial_by_hand", "请用电话拨打 13800138000");
    expect(await screen.findByText("请用电话拨打 13800138000")).toBeTruthy();
    ring({ t: "call", ...word({ state: "up", here: false }) });
    await call();
    expect(screen.queryByText("请用电话拨打 13800138000")).toBeTruthy();
    change({ state: "after_contact_work", ended_by: "agent", ended_at: Date.now() });
    await waitFor(() => expect(screen.queryByText("请用电话拨打 13800138000")).toBeNull());
  });
});
