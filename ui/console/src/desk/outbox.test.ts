import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { CommandRefused } from "@kit/feed";
import { Outbox } from "./outbox.ts";

interface Call {
  args: { message_id: string; text?: string; file_id?: string };
  resolve: (value: unknown) => void;
  reject: (error: Error) => void;
}

let calls: Call[];
let memory: Map<string, string>;
const storage = {
  getItem: (key: string) => memory.get(key) ?? null,
  setItem: (key: string, value: string) => void memory.set(key, value),
};
const post = (args: Call["args"]) => new Promise((resolve, reject) => calls.push({ args, resolve, reject }));
const make = (send?: ConstructorParameters<typeof Outbox>[4]) =>
  new Outbox(post, () => 1_000, storage, "k", send);
const turn = () => vi.advanceTimersByTimeAsync(0);

beforeEach(() => {
  calls = [];
  memory = new Map();
  vi.useFakeTimers();
  URL.createObjectURL = () => "blob:x";
  URL.revokeObjectURL = () => {};
});
afterEach(() => vi.useRealTimers());

describe("Outbox", () => {
  it("shows a message as on its way until the floor shows it", () => {
    const outbox = make();
    outbox.text("i", "您好");
    const [item] = outbox.items.get();
    expect(item).toMatchObject({ state: "sending", text: "您好", at: 1_000 });
    expect(calls[0]?.args).toEqual({ interaction_id: "i", message_id: item?.id, text: "您好" });
    outbox.settle((id) => id === item?.id);
    expect(outbox.items.get()).toEqual([]);
  });

  it("keeps a refused one with its reason, and sends it again under the same id", async () => {
    const outbox = make();
    outbox.text("i", "a");
    calls[0]?.reject(new CommandRefused("not_talking", "会话已结束"));
    await turn();
    const [item] = outbox.items.get();
    expect(item).toMatchObject({ state: "failed", problem: "会话已结束" });
    outbox.settle(() => true); // a failed one stays until the agent decides
    expect(outbox.items.get()).toHaveLength(1);
    outbox.retry(item?.id ?? "");
    expect(outbox.items.get()[0]).toMatchObject({ state: "sending", problem: null });
    expect(calls[1]?.args.message_id).toBe(calls[0]?.args.message_id);
    outbox.discard(item?.id ?? "");
    expect(outbox.items.get()).toEqual([]);
  });

  it("goes on after a reload with the same ids", () => {
    make().text("i", "一");
    const { message_id } = calls[0]?.args ?? { message_id: "" };
    const after = make();
    expect(after.items.get()).toHaveLength(1);
    expect(calls[1]?.args).toMatchObject({ message_id, text: "一" });
  });

  it("forgets an acked one after a while even if its event never showed", async () => {
    const outbox = make();
    outbox.text("i", "a");
    calls[0]?.resolve({ seq: 1 });
    await turn();
    expect(outbox.items.get()).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(6_000);
    expect(outbox.items.get()).toEqual([]);
  });

  it("uploads a file, then posts it; a file not uploaded does not outlive a reload", async () => {
    let done: (file: { id: string; name: string; type: string; size: number }) => void = () => {};
    const outbox = make((_file, onProgress) => {
      onProgress(0.5);
      return new Promise((resolve) => (done = resolve));
    });
    outbox.file("i", new File(["x"], "图.png", { type: "image/png" }));
    expect(outbox.items.get()[0]).toMatchObject({
      state: "uploading",
      progress: 0.5,
      file: { preview: "blob:x" },
    });
    expect(JSON.parse(memory.get("k") ?? "[]")).toEqual([]);
    done({ id: "f1", name: "图.png", type: "image/png", size: 1 });
    await turn();
    expect(calls[0]?.args).toMatchObject({ file_id: "f1" });
    expect(calls[0]?.args).not.toHaveProperty("text");
  });

  it("uploads again when the upload failed", async () => {
    let tries = 0;
    const outbox = make(() =>
      tries++
        ? Promise.resolve({ id: "f", name: "a", type: "", size: 1 })
        : Promise.reject(new Error("network")),
    );
    outbox.file("i", new File(["x"], "a.txt"));
    await turn();
    const [item] = outbox.items.get();
    expect(item?.state).toBe("failed");
    outbox.retry(item?.id ?? "");
    await turn();
    expect(calls[0]?.args.file_id).toBe("f");
  });

  it("survives unreadable and forbidden storage", () => {
    memory.set("k", "{not json");
    expect(make().items.get()).toEqual([]);
    const forbidden = {
      getItem: () => null,
      setItem: () => {
        throw new DOMException("quota");
      },
    };
    const outbox = new Outbox(post, () => 0, forbidden);
    outbox.text("i", "a");
    expect(outbox.items.get()).toHaveLength(1);
  });
});
