import { describe, expect, it } from "vitest";
import { fileSize, length, linkify, onlyEmoji } from "./text";
import { clock, day, placeWords, waitWords } from "./words";
import { words as en } from "./words.en";
import { words as zh } from "./words.zh";

const links = (text: string) => linkify(text).flatMap((piece) => (piece.href ? [piece.href] : []));

describe("links", () => {
  it("end where the address ends, in Chinese too", () => {
    expect(linkify("请看https://a.example/x?y=1&z=2。谢谢")).toEqual([
      { text: "请看" },
      { text: "https://a.example/x?y=1&z=2", href: "https://a.example/x?y=1&z=2" },
      { text: "。谢谢" },
    ]);
    expect(links("(see http://a.example/b_(c)), or http://d.example.")).toEqual([
      "http://a.example/b_(c)",
      "http://d.example/",
    ]);
  });

  it.each([
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "java\tscript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:x",
    "//a.example/x",
    "file:///etc/passwd",
    "https://",
    "http://[",
  ])("are never made of %s (FAULTS 9)", (text) => {
    expect(links(text)).toEqual([]);
  });

  it("put a text together again, whatever it is", () => {
    for (const text of [
      "",
      "<img src=x onerror=alert(1)>",
      "a\u202Eb https://x.example/\u202E c",
      "http://a http://b.c",
    ]) {
      expect(
        linkify(text)
          .map((piece) => piece.text)
          .join(""),
      ).toBe(text);
    }
  });
});

describe("texts", () => {
  it("are counted as the server counts", () => {
    expect(length("𠮷👍a")).toBe(3);
  });

  it("of a few pictographs only are shown large", () => {
    expect(onlyEmoji("👍")).toBe(true);
    expect(onlyEmoji("👨‍👩‍👧 ❤️")).toBe(true);
    expect(onlyEmoji("👍好")).toBe(false);
    expect(onlyEmoji("12")).toBe(false);
    expect(onlyEmoji("👍👍👍👍")).toBe(false);
  });

  it("say how large a file is", () => {
    expect([0, 1023, 1024, 1536, 20 * 1024 * 1024].map(fileSize)).toEqual([
      "0 B",
      "1023 B",
      "1 KB",
      "1.5 KB",
      "20 MB",
    ]);
  });
});

describe("waiting, in words", () => {
  it.each([
    [null, null, "正在估算等待时间"],
    [0, 30_000, "预计不到 1 分钟"],
    [20_000, 150_000, "预计 1–3 分钟"],
    [60_000, 180_000, "预计 1–3 分钟"],
    [130_000, 170_000, "预计 2–3 分钟"],
    [120_000, 120_000, "预计约 2 分钟"],
    [3_600_000, 9_000_000, "预计 1 小时以上"],
    [1_800_000, 3_900_000, "预计 30–65 分钟"],
  ])("%s–%s ms", (low, high, words) => {
    expect(waitWords(zh, low, high)).toBe(words);
  });

  it("tells the place", () => {
    expect(placeWords(zh, 1)).toBe("您是下一位");
    expect(placeWords(zh, 3)).toBe("您前面还有 2 位");
    expect(placeWords(en, 3)).toBe("2 ahead of you");
  });
});

describe("days", () => {
  const now = new Date(2026, 2, 9, 0, 30).getTime();
  it("are told as people say them", () => {
    expect(day("zh-CN", zh, now - 60_000, now)).toBe("今天");
    expect(day("zh-CN", zh, now - 3_600_000, now)).toBe("昨天");
    expect(day("zh-CN", zh, new Date(2026, 1, 3).getTime(), now)).toBe("2月3日");
    expect(day("zh-CN", zh, new Date(2025, 1, 3).getTime(), now)).toBe("2025年2月3日");
    expect(clock("en", new Date(2026, 2, 9, 0, 5).getTime())).toBe("00:05");
  });
});

describe("catalogues", () => {
  it("have the same keys, and the same gaps to fill in the same order", () => {
    const gaps = (text: unknown) => JSON.stringify(text).match(/\{\w+\}/g) ?? [];
    expect(Object.keys(en).sort()).toEqual(Object.keys(zh).sort());
    for (const key of Object.keys(zh) as (keyof typeof zh)[])
      expect([key, gaps(en[key])]).toEqual([key, gaps(zh[key])]);
  });
});
