import { describe, expect, it, vi } from "vitest";
import type { Entry } from "../core/ports";
import { newId } from "../core/ids";
import { h, render } from "./dom";
import { backoff } from "./link";
import { hash, shownName } from "./names";
import { keepEntry, keeping, loadEntries } from "./storage";
import { joinTabs } from "./tabs";
import { tint } from "./tint";
import { fault } from "./upload";
import { pickLocale } from "./words";

describe("ids", () => {
  it("are UUIDv7, and ascend even within a millisecond", () => {
    const ids = Array.from({ length: 5000 }, () => newId(1_760_000_000_000));
    expect(ids[0]).toMatch(/^0199c82c-c000-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
    expect([...ids].sort()).toEqual(ids);
    expect(new Set(ids).size).toBe(ids.length);
    expect(newId(1_000) > ids.at(-1)!).toBe(true); // the clock was set back
  });
});

describe("back-off", () => {
  it("grows to a ceiling and is never the same for a thousand browsers", () => {
    expect(backoff(0, 0)).toBe(150);
    expect(backoff(0, 1)).toBe(550);
    expect(backoff(3, 1)).toBe(3350);
    expect(backoff(50, 1)).toBe(15_150);
    expect(backoff(50, 0)).toBe(150);
  });
});

describe("names for showing", () => {
  it("can't be turned round by direction marks (FAULTS 19)", () => {
    expect(shownName("照片\u202Egnp.exe")).toBe("照片gnp.exe");
    expect(shownName("a\u2066b\u2069\u0000\n.txt")).toBe("ab.txt");
    expect(shownName("𠮷野家👨‍👩‍👧.png")).toBe("𠮷野家👨‍👩‍👧.png");
  });

  it("keep their colour", () => {
    expect(hash("李晓雯")).toBe(hash("李晓雯"));
  });
});

describe("storage", () => {
  const entry = (id: string, owner: string, at = 1000): Entry => ({
    id,
    frame: { t: "post", id, text: "你好" },
    at,
    owner,
  });

  it("serves from memory where the browser gives none, or it is full", () => {
    const keep = keeping(() => {
      throw new Error("SecurityError");
    }, "x.");
    keep.set("a", "1");
    expect(keep.get("a")).toBe("1");
    expect(keep.keys("a")).toEqual(["a"]);
    keep.set("a", null);
    expect(keep.get("a")).toBeNull();
    vi.spyOn(Storage.prototype, "setItem").mockImplementation(() => {
      throw new Error("QuotaExceededError");
    });
    const full = keeping(() => localStorage, "y.");
    full.set("b", "2");
    expect(full.get("b")).toBe("2");
  });

  it("drops what is broken or very old", () => {
    localStorage.setItem("z.out.bad", "{");
    const keep = keeping(() => localStorage, "z.");
    keepEntry(keep, entry("old", "t", 0));
    keepEntry(keep, entry("new", "t", 9e8));
    expect(loadEntries(keep, 9e8).map((e) => e.id)).toEqual(["new"]);
    expect(localStorage.getItem("z.out.bad")).toBeNull();
  });

  it("is inherited from tabs that are gone, not from those that live", async () => {
    const held = ["rexian.k.tab.alive"];
    const locks = {
      request: (_: string, act: () => Promise<unknown>) => act(),
      query: () => Promise.resolve({ held: held.map((name) => ({ name })) }),
    };
    vi.stubGlobal("navigator", { locks });
    const keep = keeping(() => localStorage, "k.");
    keepEntry(keep, entry("1", "gone"));
    keepEntry(keep, entry("2", "alive"));
    const tabs = joinTabs("k", "me", () => undefined);
    expect((await tabs.inherit(keep, 1000)).map((e) => [e.id, e.owner])).toEqual([["1", "me"]]);
    expect(loadEntries(keep, 1000).map((e) => e.owner)).toEqual(["me", "alive"]);
    vi.unstubAllGlobals();
  });
});

describe("a site's colour", () => {
  const luminance = (hex: string) => {
    const parts = hex.startsWith("rgb")
      ? hex.match(/\d+/g)!.map(Number)
      : [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16));
    const [r, g, b] = parts.map((value) => {
      const part = value / 255;
      return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    }) as [number, number, number];
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (a: string, b: string) => {
    const [x, y] = [luminance(a), luminance(b)];
    return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
  };

  it.each(["#ffe600", "#ffffff", "#000000", "#e4572e", "#3a86ff", "#0b7a70", "#ff00ff"])(
    "%s is made readable",
    (c) => {
      for (const [theme, ground] of [
        ["light", "#e4ebea"],
        ["dark", "#243331"],
      ] as const) {
        const { solid, ink, soft } = tint(c, theme === "dark")!;
        expect(contrast("#ffffff", solid)).toBeGreaterThanOrEqual(4.5);
        expect(contrast(ink, ground)).toBeGreaterThanOrEqual(4.5);
        expect(contrast(ink, soft)).toBeGreaterThanOrEqual(4.5);
      }
    },
  );

  it("must be a colour", () => {
    expect(tint("red;background:url(//x)", false)).toBeNull();
    expect(tint("", true)).toBeNull();
  });
});

describe("files", () => {
  const file = (name: string, size: number) =>
    Object.defineProperty(new File([], name), "size", { value: size });

  it("are refused before they are sent when they can't be taken (FAULTS 25)", () => {
    expect(fault(file("猫.PNG", 10))).toBeNull();
    expect(fault(file("page.html", 10))).toBe("kind");
    expect(fault(file("x.svg", 10))).toBe("kind");
    expect(fault(file("noname", 10))).toBe("kind");
    expect(fault(file("a.pdf", 20 * 1024 * 1024))).toBeNull();
    expect(fault(file("a.pdf", 20 * 1024 * 1024 + 1))).toBe("too_big");
    expect(fault(file("a.pdf", 0))).toBe("empty");
  });
});

describe("language", () => {
  it("is the first wish that there is", () => {
    expect(pickLocale(null, undefined, "zh-HK")).toBe("zh-CN");
    expect(pickLocale("", "zh", "en-GB")).toBe("zh-CN");
    expect(pickLocale("en", "zh")).toBe("en");
    expect(pickLocale("fr-FR")).toBe("en");
    expect(pickLocale()).toBe("zh-CN");
  });
});

describe("drawing", () => {
  const into = document.createElement("div");
  const list = (...names: (string | false)[]) =>
    render(
      h(
        "ul",
        null,
        names.map((name) => name && h("li", { key: name }, name)),
      ),
      into,
    );
  const shown = () => [...into.querySelectorAll("li")].map((li) => li.textContent);

  it("moves what has a key, and keeps its element", () => {
    list("a", "b", "c");
    const [a, , c] = into.querySelectorAll("li");
    list("c", false, "a", "d");
    expect(shown()).toEqual(["c", "a", "d"]);
    expect([...into.querySelectorAll("li")].slice(0, 2)).toEqual([c, a]);
    list();
    expect(shown()).toEqual([]);
  });

  it("keeps the place of what is not drawn, sets only what has changed, and hears with the latest handler", () => {
    const heard: number[] = [];
    const come: unknown[] = [];
    const inside = () => {
      const p = into.querySelector("p")!;
      const kids = [...p.childNodes].map((kid) => (kid instanceof Text ? kid.data : kid.nodeName));
      return [...p.getAttributeNames().sort(), ...kids];
    };
    const view = (n: number, more: boolean) =>
      render(
        h(
          "p",
          { class: n > 1 ? "many" : null, "aria-expanded": n > 1, hidden: n > 1 },
          more && h("b", null, "more"),
          h("input", { value: `${n}`, ref: (one: unknown) => come.push(one), onInput: () => heard.push(n) }),
          n,
        ),
        into,
      );
    view(1, false);
    const input = into.querySelector("input")!;
    input.value = "typed";
    view(2, true);
    expect(inside()).toEqual(["aria-expanded", "class", "hidden", "B", "INPUT", "2"]);
    expect(into.querySelector("input")).toBe(input);
    expect(input.value).toBe("2");
    expect(come).toEqual([input]);
    input.dispatchEvent(new Event("input"));
    expect(heard).toEqual([2]);
    view(1, false);
    expect(inside()).toEqual(["aria-expanded", "INPUT", "1"]);
    expect(into.querySelector("[aria-expanded=false]")).not.toBeNull();
  });
});
