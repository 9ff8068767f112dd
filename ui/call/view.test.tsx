import { render } from "preact";
import { act } from "preact/test-utils";
import { beforeEach, expect, test } from "vitest";
import type { Ports } from "./ports";
import { Session } from "./session";
import { Page } from "./view";
import { words } from "./words.en";

const ports: Ports = {
  send: () => true,
  newId: () => "id",
  now: () => Date.now(),
  later: () => () => undefined,
  line: () => Promise.reject(new Error("none is needed here")),
  release: () => undefined,
  ring: () => () => undefined,
  keep: () => undefined,
  visitor: () => undefined,
  changed: () => undefined,
};
const NUMBER = "You can also dial 0571 8888 0001";
let session: Session;
let body: HTMLElement;

function shown(): string {
  const nothing = () => undefined;
  const more = { level: 0, blocked: false, listen: nothing, speak: nothing, chat: "/c/site" };
  render(<Page session={session} words={words} locale="en" {...more} />, body);
  return body.textContent ?? "";
}

beforeEach(() => {
  session = new Session(ports, null);
  body = document.createElement("div");
  session.frame({
    t: "welcome",
    visitor: "v",
    site: { company: "", name: "Spruce", greeting: "", colour: "#0b7a70", locale: "en", topics: [] },
    hours: { open: true, text: "" },
    voice: { available: true, why: "", phone: "0571 8888 0001", ice_servers: [], call_back: false },
    contact: null,
    now: 0,
  });
});

test("before the server answers there are words and no button that does nothing; then the number", () => {
  session = new Session(ports, null, "0571 8888 0001");
  expect(shown()).toContain(words.reaching);
  expect(body.querySelectorAll("section button")).toHaveLength(0);
  session.unreached = true;
  expect(shown()).toContain(words.unreached);
  expect(body.querySelector('[role="alert"]')?.textContent).toContain(NUMBER);
});

test("a page that may not call, and one that has lost the server, name the number", () => {
  session.online = false;
  expect(shown()).not.toContain(NUMBER);
  session.unreached = true;
  expect(shown()).toContain(NUMBER);
  session.barred = true;
  expect(shown().split(NUMBER)).toHaveLength(2);
});

test.each([true, false])(
  "who asks to be called back reads whether the talk is recorded (%s)",
  async (recorded) => {
    session.voice = { ...session.voice!, available: false, call_back: true, recorded };
    shown();
    const ask = [...body.querySelectorAll("button")].find((one) => one.textContent === words.callMe);
    await act(() => ask?.click());
    expect(body.textContent).toContain(words.number);
    expect(body.textContent.includes(words.recordedThen)).toBe(recorded);
  },
);

test.each([true, false])(
  "nobody is called back: after a cut line one may write or dial (online: %s)",
  (online) => {
    session.stage = "ended";
    session.endedWhy = "line_lost";
    session.online = online;
    expect(shown()).toContain(NUMBER);
    expect(body.querySelector("a")?.textContent).toBe(words.message);
    expect(body.querySelector("a")?.getAttribute("href")).toBe("/c/site");
  },
);

test.each([true, false])(
  "nobody is called back: without a line the number is said once (online: %s)",
  (online) => {
    session.trouble = { code: "all_busy", text: "", alternatives: [] };
    session.online = online;
    expect(shown().split(NUMBER)).toHaveLength(2);
    expect(body.querySelector("a")?.textContent).toBe(words.message);
  },
);
