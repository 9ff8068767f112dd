import { describe, expect, it } from "vitest";
import {
  freeKey,
  listenPath,
  moved,
  NO_SPEECH,
  readOut,
  sameFlow,
  targetOf,
  treeOf,
  withCode,
  withMenu,
  withOption,
  withoutMenu,
} from "./model.ts";
import type { Flow, Menu } from "./wire.ts";

const menu = (id: string, ...targets: [string, string][]): Menu => ({
  id,
  name: id,
  speech: NO_SPEECH,
  timeout_s: 6,
  timeout_to: null,
  options: targets.map(([key, to]) => ({
    key,
    label: `到${to}`,
    label_en: "",
    to: to.startsWith("q") ? targetOf("queue", { queue_id: to }) : targetOf("menu", { menu: to }),
  })),
});

const flow = (...menus: Menu[]): Flow => ({
  person: "q1",
  greeting: NO_SPEECH,
  consent: { notice: NO_SPEECH, question: NO_SPEECH },
  first: menus[0]?.id ?? "",
  menus,
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
});

describe("keys", () => {
  it("are given in order and never twice, and never 0", () => {
    let one = menu("main");
    for (let count = 0; count < 11; count += 1) one = withOption(one, "q1");
    expect(one.options.map(({ key }) => key).join("")).toBe("123456789*#");
    expect(freeKey(one)).toBe("");
  });

  it("move up and down", () => {
    expect(moved(["a", "b", "c"], 2, -1)).toEqual(["a", "c", "b"]);
    expect(moved(["a", "b", "c"], 0, 1)).toEqual(["b", "a", "c"]);
  });
});

describe("menus", () => {
  it("stand as a tree, each once, those that nothing leads to at the end", () => {
    const tree = treeOf(
      flow(menu("a", ["1", "b"], ["2", "c"]), menu("lost"), menu("c", ["1", "a"]), menu("b")),
    );
    expect(tree.map((branch) => [branch.menu.id, branch.depth, branch.key, branch.index])).toEqual([
      ["a", 0, "", 0],
      ["b", 1, "1", 3],
      ["c", 1, "2", 2],
      ["lost", 0, "", 1],
    ]);
  });

  it("get lasting names of their own, and the first one is heard first", () => {
    const first = withMenu(flow(), "主菜单");
    expect([first.id, first.flow.first]).toEqual(["main", "main"]);
    const second = withMenu({ ...first.flow, menus: [...first.flow.menus, menu("menu-2")] }, "x");
    expect(second.id).toBe("menu-3");
    expect(second.flow.first).toBe("main");
  });

  it("leave nobody behind when they go: their keys lead to a person", () => {
    const left = withoutMenu(flow(menu("a", ["1", "b"], ["2", "q2"]), menu("b", ["1", "q1"])), "b");
    expect(left.menus).toHaveLength(1);
    expect(left.menus[0]?.options.map(({ to }) => to.kind)).toEqual(["person", "queue"]);
    expect(withoutMenu(left, "a").first).toBe("");
  });

  it("are read out in the house's sentences", () => {
    const words = {
      "zh-CN": {
        option: "{label}，请按 {digit}。",
        person: "人工服务",
        repeat: "重听",
        star: "星号键",
        hash: "井号键",
      },
      en: {
        option: "{label}: press {digit}. ",
        person: "A person",
        repeat: "Once more",
        star: "star",
        hash: "hash",
      },
    };
    const one = menu("a", ["1", "q1"], ["#", "q2"]);
    expect(readOut(one, "zh-CN", words)).toBe(
      "到q1，请按 1。到q2，请按 井号键。人工服务，请按 0。重听，请按 星号键。",
    );
    expect(readOut(one, "en", words)).toBe(
      "到q1: press 1. 到q2: press hash. A person: press 0. Once more: press star.",
    );
    expect(readOut(one, "en", null)).toBe("");
  });
});

it("gives each code a lasting id of its own, and keeps it secret at first", () => {
  const two = withCode(withCode([]));
  expect(two.every(({ id }) => /^[a-z][a-z0-9_-]{0,39}$/.test(id))).toBe(true);
  // The last one is taken away, and another one made: it is no heir of that.
  const again = withCode(two.slice(0, 1));
  expect(new Set([...two, ...again].map(({ id }) => id)).size).toBe(3);
  expect(again.every(({ secret, shown, least, most }) => secret && shown === "last4" && least <= most)).toBe(
    true,
  );
});

it("tells what was changed from what was not", () => {
  expect(sameFlow(flow(menu("a")), flow(menu("a")))).toBe(true);
  expect(sameFlow(flow(menu("a")), flow(menu("b")))).toBe(false);
});

it("asks for a sound with its words", () => {
  expect(listenPath("t", "en", "menu.main", "")).toBe("/api/reception/listen/en/menu.main?tenant_id=t");
  expect(listenPath("t", "zh-CN", "greeting", "你好 &")).toContain("text=%E4%BD%A0%E5%A5%BD+%26");
});
