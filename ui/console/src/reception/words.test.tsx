// @vitest-environment jsdom
/** The recording rule decides whether callers are told or asked; the form of the reception has the words for it. */
import { cleanup, screen } from "@testing-library/react";
import { afterEach, beforeAll, beforeEach, expect, it, vi } from "vitest";
import { FakeServer, LI } from "../app/fake-server.ts";
import { openPage } from "../app/test-page.tsx";
import { NO_SPEECH } from "./model.ts";
import type { Code, Flow, PromptCard, ReceptionView } from "./wire.ts";

const FLOW: Flow = {
  person: "q1",
  greeting: NO_SPEECH,
  consent: { notice: NO_SPEECH, question: NO_SPEECH },
  first: "",
  menus: [],
  queueing: {
    announce_every_s: 45,
    say_position: true,
    say_wait: true,
    call_back_key: "1",
    voicemail_key: "2",
    music: "",
  },
  rating: { on: true, speech: NO_SPEECH },
  closed: { hours_id: null, speech: NO_SPEECH, call_back: true, voicemail: true },
  codes: [],
};

const card = (key: string, text: string): PromptCard => ({ key, text, text_en: "", fixed: false });
const PROMPTS = [card("code", "请输入，按井号键结束。"), card("code_no_hash", "请输入。")];
const CODE: Code = {
  id: "pin",
  title: "口令",
  title_en: "",
  speech: NO_SPEECH,
  least: 4,
  most: 4,
  end_key: "#",
  timeout_s: 10,
  secret: true,
  shown: "nothing",
};

async function open(consent: string, flow: Partial<Flow> = {}, part = ""): Promise<FakeServer> {
  vi.stubGlobal("BroadcastChannel", undefined);
  const server = new FakeServer({ ...LI, scopes: ["settings.read", "settings.write", "queue.read"] });
  const view: Partial<ReceptionView> = {
    tenant_id: "t1",
    etag: '"0.0"',
    present: null,
    draft: null,
    versions: [],
    usual: { ...FLOW, ...flow },
    files: [],
  };
  server.http.set("GET /api/reception", view);
  server.http.set("GET /api/reception/prompts", { items: PROMPTS, menu: {}, tts: false });
  server.http.set("POST /api/reception/draft/check", { errors: [], warnings: [] });
  server.http.set("GET /api/recording-rule", { consent, keep_days: 90 });
  for (const list of ["queues", "hours", "tenants"])
    server.http.set(`GET /api/${list}`, { items: [], next_cursor: null });
  await openPage(`/app/settings/reception?tenant=t1${part}`);
  return server;
}

// The page is loaded when it is opened first; that takes as long as the machine takes.
beforeAll(async () => void (await import("./ReceptionPage.tsx")), 60_000);
beforeEach(() => localStorage.clear());
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

it.each([
  ["always", "录音，并事先告知", "告知会录音（中文）", "询问是否同意（中文）"],
  ["prompt", "先征求同意，同意才录音", "询问是否同意（中文）", "告知会录音（中文）"],
])("shows the words that the rule “%s” uses", async (consent, rule, shown, hidden) => {
  await open(consent);
  expect(await screen.findByText(new RegExp(`录音规则：${rule}`), {}, { timeout: 15_000 })).toBeTruthy();
  expect(screen.getByRole("textbox", { name: shown })).toBeTruthy();
  expect(screen.queryByRole("textbox", { name: hidden })).toBeNull();
  const link = screen.getByRole("link", { name: "在“设置 → 录音”中更改" });
  expect(link.getAttribute("href")).toBe("/app/settings/recordings?tenant=t1");
});

it("asks for no words where nothing is recorded", async () => {
  await open("never");
  expect(await screen.findByText(/录音规则：不录音/, {}, { timeout: 15_000 })).toBeTruthy();
  expect(screen.queryByRole("textbox", { name: /告知|询问/ })).toBeNull();
});

it.each([
  ["#", "请输入，按井号键结束。"],
  ["", "请输入。"],
])("proposes words for a code that ends with “%s”", async (end_key, words) => {
  await open("always", { codes: [{ ...CODE, end_key }] }, "&id=codes");
  expect(await screen.findByPlaceholderText(words, {}, { timeout: 15_000 })).toBeTruthy();
});
