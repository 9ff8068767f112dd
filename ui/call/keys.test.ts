import { afterEach, beforeEach, expect, test } from "vitest";
import { digitOf, keepFocus, once } from "./keys";

let root: HTMLElement;
let stop: () => void;

beforeEach(() => {
  root = document.createElement("div");
  root.innerHTML = `<p tabindex="-1">state</p><button id="call">Call</button><button id="end">End</button>`;
  document.body.replaceChildren(root);
  stop = keepFocus(root, () => root.querySelector("p"));
});

afterEach(() => stop());

const one = (id: string) => root.querySelector<HTMLElement>(`#${id}`)!;
const focused = () => document.activeElement?.id || document.activeElement?.tagName;
const settle = () => new Promise((done) => setTimeout(done));

test("what had the focus goes away: the state has it", async () => {
  one("call").focus();
  one("call").remove();
  await settle();
  expect(focused()).toBe("P");
});

test("a part of the page that goes with what had the focus counts too", async () => {
  const box = document.createElement("section");
  box.innerHTML = "<button id='in'>Answer</button>";
  root.append(box);
  one("in").focus();
  box.remove();
  await settle();
  expect(focused()).toBe("P");
});

test("the focus is taken from nothing", async () => {
  one("call").focus();
  one("end").focus();
  await settle();
  one("call").remove();
  await settle();
  expect(focused()).toBe("end");
  one("end").blur(); // somebody has clicked beside it
  await settle();
  one("end").remove();
  await settle();
  expect(focused()).toBe("BODY");
});

test("whoever gave the focus on at once keeps it there", async () => {
  one("call").focus();
  one("call").remove();
  one("end").focus();
  await settle();
  expect(focused()).toBe("end");
});

const press = (key: string, more: KeyboardEventInit = {}, target: HTMLElement = root) => {
  const event = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...more });
  target.dispatchEvent(event);
  return event;
};

test("a digit that is held down is pressed once", () => {
  expect(digitOf(press("5"))).toBe("5");
  expect(digitOf(press("5", { repeat: true }))).toBe(null);
  expect(digitOf(press("a"))).toBe(null);
  expect(digitOf(press("5", { ctrlKey: true }))).toBe(null);
  const box = document.createElement("input");
  root.append(box);
  expect(digitOf(press("5", {}, box))).toBe(null);
});

test("a button under a held Enter key is pressed once", () => {
  root.addEventListener("keydown", once);
  expect(press("Enter", {}, one("call")).defaultPrevented).toBe(false);
  expect(press("Enter", { repeat: true }, one("call")).defaultPrevented).toBe(true);
});
