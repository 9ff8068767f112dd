import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Problem } from "../app/api.ts";
import { Draft, type StoredDraft } from "./draft.ts";

let stored: StoredDraft;
let saves: StoredDraft[];
const server = {
  load: () => Promise.resolve({ ...stored }),
  save: (_id: string, draft: StoredDraft) => {
    saves.push(draft);
    if (draft.rev !== stored.rev) return Promise.reject(new Problem(409, "draft_changed", "changed"));
    stored = { text: draft.text, rev: stored.rev + 1 };
    return Promise.resolve({ rev: stored.rev });
  },
};

beforeEach(() => {
  stored = { text: "", rev: 0 };
  saves = [];
  vi.useFakeTimers();
});
afterEach(() => vi.useRealTimers());

const wait = (ms: number) => vi.advanceTimersByTimeAsync(ms);

describe("Draft", () => {
  it("shows what the server kept", async () => {
    stored = { text: "未发完", rev: 3 };
    const draft = new Draft("c", server);
    await draft.load();
    expect(draft.view.get()).toMatchObject({ text: "未发完", ready: true });
  });

  it("keeps words typed while it was loading", async () => {
    stored = { text: "旧", rev: 3 };
    const draft = new Draft("c", server);
    const loading = draft.load();
    draft.write("新");
    await loading;
    expect(draft.view.get().text).toBe("新");
    await wait(1_000);
    expect(stored).toEqual({ text: "新", rev: 4 });
  });

  it("saves once after a burst of keys, then what came during the saving", async () => {
    const draft = new Draft("c", server);
    await draft.load();
    for (const text of ["a", "ab", "abc"]) draft.write(text);
    expect(saves).toEqual([]);
    await wait(700);
    expect(saves).toEqual([{ text: "abc", rev: 0 }]);
    draft.flush();
    draft.write("abcd");
    await wait(700);
    expect(stored).toEqual({ text: "abcd", rev: 2 });
  });

  it("clears the server's copy at once when sent", async () => {
    const draft = new Draft("c", server);
    await draft.load();
    draft.write("hello");
    await wait(700);
    draft.clear();
    await wait(0);
    expect(stored.text).toBe("");
  });

  it("never overwrites newer words from another window unasked", async () => {
    const draft = new Draft("c", server);
    await draft.load();
    stored = { text: "另一个窗口", rev: 5 };
    draft.write("这个窗口");
    await wait(700);
    expect(draft.view.get()).toMatchObject({ text: "这个窗口", conflict: { text: "另一个窗口", rev: 5 } });
    await wait(5_000);
    expect(stored.text).toBe("另一个窗口");
    draft.keepMine();
    await wait(0);
    expect(stored).toEqual({ text: "这个窗口", rev: 6 });
  });

  it("takes theirs when asked to", async () => {
    const draft = new Draft("c", server);
    await draft.load();
    stored = { text: "另一个窗口", rev: 5 };
    draft.write("这个窗口");
    await wait(700);
    draft.takeTheirs();
    expect(draft.view.get()).toMatchObject({ text: "另一个窗口", conflict: null });
    draft.write("接着写");
    await wait(700);
    expect(stored).toEqual({ text: "接着写", rev: 6 });
  });

  it("does not ask about a conflict with nothing", async () => {
    const draft = new Draft("c", server);
    await draft.load();
    stored = { text: "", rev: 5 };
    draft.write("字");
    await wait(2_000);
    expect(draft.view.get().conflict).toBeNull();
    expect(stored).toEqual({ text: "字", rev: 6 });
  });
});
