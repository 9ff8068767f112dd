import { act, fireEvent, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { FakeServer, handling, LI, message, offer } from "../app/fake-server.ts";
import { openPage } from "../app/test-page.tsx";

let server: FakeServer;
const user = userEvent.setup();

beforeEach(() => {
  server = new FakeServer();
});
afterEach(() => vi.unstubAllGlobals());

const talk = (over = {}) => {
  server.views.set("me", {
    agent: { [LI.person.id]: server.agent({ engaged: 1 }) },
    offers: {},
    handlings: { "interaction-1": handling(over) },
  });
};
const openDesk = async () => {
  await openPage("/app/desk");
  await screen.findByRole("heading", { name: "我的处理" }, { timeout: 5_000 });
};
const reply = () => screen.findByRole<HTMLTextAreaElement>("textbox", { name: "回复陈立群" });
const push = (...args: Parameters<FakeServer["push"]>) => act(() => server.push(...args));

describe("an end that nobody made", () => {
  it.each([
    ["customer_lost", "客户的线路中断，没有恢复，通话已结束。请完成小结。"],
    ["something new", "系统结束了会话。请完成小结。"],
  ])("says what happened (%s)", async (ended_reason, words) => {
    talk({ state: "after_contact_work", ended_by: "system", medium: "voice", ended_at: 5 });
    server.views.set("contact:contact-1", {
      contact: {},
      interactions: {
        "interaction-1": {
          id: "interaction-1",
          state: "after_contact_work",
          ended_at: 5,
          ended_by: "system",
          ended_reason,
        },
      },
      messages: {},
      notes: {},
    });
    await openDesk();
    expect(await screen.findByText(words)).toBeTruthy();
    expect(
      screen.getByText((text) => text.startsWith(words.split("。")[0]!) && text.includes("·")),
    ).toBeTruthy();
  });
});

describe("offers", () => {
  it("are proven by the page, announced, and take no focus", async () => {
    talk();
    await openDesk();
    const field = await reply();
    await user.click(field);
    expect(document.activeElement).toBe(field);
    push("me", ["set", "offers", "offer-1", offer()]);
    const card = await screen.findByRole("article", { name: "来自陈立群的派接" });
    expect(document.activeElement).toBe(field);
    await waitFor(() => expect(server.sent("ProveOffer")).toEqual([{ offer_id: "offer-1" }]));
    expect(within(card).getByText(/已等候 12秒/)).toBeTruthy();
    expect(screen.getAllByRole("log").some((log) => log.textContent?.includes("按 Alt+A 接受"))).toBe(true);
    expect(document.title).toContain("新派接");
  });

  it("are accepted by shortcut, and shown as taken only when the floor says so", async () => {
    await openDesk();
    push("me", ["set", "offers", "offer-1", offer()]);
    await screen.findByRole("article");
    server.acks = false;
    fireEvent.keyDown(window, { code: "KeyA", key: "å", altKey: true });
    await waitFor(() => expect(server.sent("AcceptOffer")).toEqual([{ offer_id: "offer-1" }]));
    expect(screen.queryByRole("heading", { name: "陈立群", level: 2 })?.closest("article")).toBeTruthy();
    const { id } = server.commands.at(-1) ?? { id: "" };
    push("me", ["del", "offers", "offer-1"], ["set", "handlings", "interaction-1", handling()]);
    act(() => server.say({ t: "ack", id, seq: 2 }));
    expect(await reply()).toBeTruthy();
    expect(screen.queryByRole("article")).toBeNull();
  });

  it("act on the one that rang first, and R rejects", async () => {
    await openDesk();
    push("me", [
      "set",
      "offers",
      "b",
      offer({ id: "b", offered_at: 200, customer: { id: "c2", name: "王女士" } }),
    ]);
    push("me", ["set", "offers", "a", offer({ id: "a", offered_at: 100 })]);
    await waitFor(() => expect(screen.getAllByRole("article")).toHaveLength(2));
    fireEvent.keyDown(window, { code: "KeyR", key: "r", altKey: true });
    await waitFor(() => expect(server.sent("RejectOffer")).toEqual([{ offer_id: "a", reason: null }]));
  });

  it("give the focus back when they vanish under it", async () => {
    talk();
    await openDesk();
    const field = await reply();
    await user.click(field);
    push("me", ["set", "offers", "offer-1", offer()]);
    const accept = await screen.findByRole("button", { name: /接受/ });
    act(() => accept.focus());
    push("me", ["del", "offers", "offer-1"]);
    await waitFor(() => expect(document.activeElement).toBe(field));
  });
});

describe("writing", () => {
  beforeEach(async () => {
    talk();
    server.views.set("contact:contact-1", {
      contact: {},
      interactions: {},
      messages: { "message-1": message() },
      notes: {},
    });
    await openDesk();
  });

  it("sends by Enter, starts a line by Shift+Enter, and clears the field", async () => {
    const field = await reply();
    await user.type(field, "第一行{Shift>}{Enter}{/Shift}第二行");
    expect(server.sent("PostMessage")).toEqual([]);
    await user.keyboard("{Enter}");
    await waitFor(() => expect(server.sent("PostMessage")).toHaveLength(1));
    expect(server.sent("PostMessage")[0]).toMatchObject({
      interaction_id: "interaction-1",
      text: "第一行\n第二行",
    });
    expect(field.value).toBe("");
  });

  it("never sends while an input method composes", async () => {
    const field = await reply();
    await user.type(field, "ni hao");
    fireEvent.keyDown(field, { key: "Enter", isComposing: true });
    fireEvent.keyDown(field, { key: "Enter", keyCode: 229 });
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(server.sent("PostMessage")).toEqual([]);
    fireEvent.keyDown(field, { key: "Enter" });
    await waitFor(() => expect(server.sent("PostMessage")).toHaveLength(1));
  });

  it("shows a message as on its way, then why it failed, and sends it again under the same id", async () => {
    server.acks = false;
    await user.type(await reply(), "您好{Enter}");
    expect(await screen.findByText("发送中…")).toBeTruthy();
    const first = server.commands.find((command) => command.name === "PostMessage");
    act(() => server.say({ t: "nack", id: first?.id ?? "", code: "not_talking", title: "会话已经结束" }));
    expect(await screen.findByText("会话已经结束")).toBeTruthy();
    await user.click(screen.getByRole("button", { name: "重发" }));
    const posts = server.sent("PostMessage");
    expect(posts).toHaveLength(2);
    expect(posts[1]?.["message_id"]).toBe(posts[0]?.["message_id"]);
  });

  it("keeps notes apart from what the customer gets", async () => {
    await user.type(await reply(), "给客户的话");
    await user.click(screen.getByRole("tab", { name: "内部备注" }));
    const note = await screen.findByRole("textbox", { name: "内部备注" });
    expect((note as HTMLTextAreaElement).value).toBe("");
    await user.type(note, "给同事的话{Enter}");
    await waitFor(() => expect(server.sent("AddNote")).toHaveLength(1));
    expect(server.sent("AddNote")[0]).toMatchObject({ contact_id: "contact-1", text: "给同事的话" });
    expect(server.sent("PostMessage")).toEqual([]);
    expect(screen.queryByRole("button", { name: "发送" })).toBeNull();
  });

  it("inserts a canned answer found by pinyin, with its placeholders filled", async () => {
    server.http.set("GET /api/canned", {
      items: [
        { id: "1", title: "请稍等", text: "请您稍等" },
        { id: "2", title: "退款时效", text: "{customer}您好，我是{agent}" },
      ],
    });
    const field = await reply();
    await user.type(field, "/tk");
    const option = await screen.findByRole("option", { name: /退款时效/ }, { timeout: 4_000 });
    await waitFor(() => expect(screen.getAllByRole("option")).toHaveLength(1));
    expect(option.getAttribute("aria-selected")).toBe("true");
    await user.keyboard("{Enter}");
    expect(field.value).toBe("陈立群您好，我是李晓雯");
    expect(server.sent("PostMessage")).toEqual([]);
  });

  it("shows strangers' words as words: no markup, no links but to web addresses", async () => {
    push("contact:contact-1", [
      "set",
      "messages",
      "evil",
      message({
        id: "evil",
        number: 2,
        text: "<img src=x onerror=alert(1)> javascript:alert(1) https://example.com/a",
      }),
    ]);
    const link = await screen.findByRole("link", { name: "https://example.com/a" });
    expect(link.getAttribute("rel")).toContain("noopener");
    expect(screen.getByText(/<img src=x/)).toBeTruthy();
    expect(document.querySelector("[role=log] img")).toBeNull();
    expect(screen.queryByRole("link", { name: /javascript/ })).toBeNull();
  });

  it("marks what is in sight as read", async () => {
    push("me", ["merge", "handlings", "interaction-1", { unread: 1 }]);
    await waitFor(() =>
      expect(server.sent("MarkRead")).toEqual([{ interaction_id: "interaction-1", number: 1 }]),
    );
  });
});

describe("state", () => {
  it("is shown as changed only when the floor has changed it", async () => {
    await openDesk();
    server.acks = false;
    const button = await screen.findByRole("button", { name: /我的状态：\s*空闲/ });
    await user.click(button);
    await user.click(await screen.findByRole("menuitem", { name: /用餐/ }));
    expect(server.sent("SetAgentState")).toEqual([{ state: "not_ready", reason: "lunch" }]);
    expect(button.textContent).toContain("切换中");
    push("me", ["set", "agent", LI.person.id, server.agent({ state: "not_ready", reason: "lunch" })]);
    act(() => server.say({ t: "ack", id: server.commands.at(-1)?.id ?? "", seq: 2 }));
    await waitFor(() => expect(button.textContent).toContain("示忙 · 用餐"));
  });

  it("says that one is talking, and that more can come, while the choice stays what it was", async () => {
    talk();
    await openDesk();
    const button = await screen.findByRole("button", { name: /我的状态：\s*会话中\s*有空位时继续派接/ });
    expect(button.dataset.state).toBe("available");
    await user.click(button);
    expect(await screen.findByRole("menuitem", { name: /空闲.*有空位时继续派接/ })).toBeTruthy();
  });

  it("says why the floor made the agent not ready, and offers the way back", async () => {
    await openDesk();
    push("me", [
      "set",
      "agent",
      LI.person.id,
      server.agent({ state: "not_ready", reason: "no_answer", by_system: true }),
    ]);
    await user.click(await screen.findByRole("button", { name: "恢复空闲" }));
    expect(server.sent("SetAgentState")).toEqual([{ state: "available", reason: null }]);
  });

  it("warns before signing out while customers are there", async () => {
    talk();
    await openDesk();
    await user.click(await screen.findByRole("button", { name: /个人菜单/ }));
    await user.click(await screen.findByRole("menuitem", { name: "退出登录" }));
    const dialog = await screen.findByRole("alertdialog", { name: "还有 1 位客户由您处理" });
    expect(within(dialog).getByText("陈立群")).toBeTruthy();
    expect(server.calls.some((call) => call.method === "DELETE")).toBe(false);
    await user.click(within(dialog).getByRole("button", { name: "取消" }));
    await waitFor(() => expect(screen.queryByRole("alertdialog")).toBeNull());
  });
});

describe("wrap-up", () => {
  const over = () => ({
    state: "after_contact_work" as const,
    ended_by: "customer" as const,
    ended_at: Date.now(),
    acw_due_at: Date.now() + 60_000,
  });

  beforeEach(() => {
    server.http.set("GET /api/dispositions", {
      items: [{ id: "1", code: "resolved", name: "已解决", group: "结果" }],
    });
  });

  it("says plainly that the customer ended it, and asks for a disposition", async () => {
    talk(over());
    await openDesk();
    expect(await screen.findByText("客户已经结束会话。请完成小结。")).toBeTruthy();
    expect(screen.queryByRole("textbox", { name: /^回复/ })).toBeNull();
    const finish = screen.getByRole("button", { name: "完成小结" });
    expect((finish as HTMLButtonElement).disabled).toBe(true);
    await user.type(screen.getByRole("combobox", { name: /小结代码/ }), "yijie");
    await user.click(await screen.findByRole("option", { name: /已解决/ }, { timeout: 4_000 }));
    await user.type(screen.getByRole("textbox", { name: "处理说明" }), "重启后正常");
    await user.keyboard("{Control>}{Enter}{/Control}");
    await waitFor(() =>
      expect(server.sent("WrapUp")).toEqual([
        { interaction_id: "interaction-1", disposition: "resolved", text: "重启后正常" },
      ]),
    );
  });

  it("saves words without a disposition as a note before the floor ends the work", async () => {
    talk({ ...over(), acw_due_at: Date.now() + 3_500 });
    await openDesk();
    await user.type(await screen.findByRole("textbox", { name: "处理说明" }), "还没写完");
    await waitFor(() => expect(server.sent("AddNote")).toHaveLength(1), { timeout: 4_000 });
    expect(server.sent("AddNote")[0]).toMatchObject({ text: "还没写完" });
    expect(server.sent("WrapUp")).toEqual([]);
  });
});

describe("the number of a caller", () => {
  it.each([
    ["TN-Validation-Passed", "号码已验证"],
    ["TN-Validation-Failed", "号码验证未通过，可能是冒用"],
    ["none", "号码未经验证"],
  ] as const)("is shown with the network's word on it: %s", async (verstat, word) => {
    const caller = { number: "+8613800138000", verstat };
    await openDesk();
    push("me", ["set", "offers", "offer-1", offer({ medium: "voice", caller })]);
    const card = await screen.findByRole("article");
    expect(within(card).getByText("+8613800138000")).toBeTruthy();
    expect(within(card).getByText(word)).toBeTruthy();
  });
});
