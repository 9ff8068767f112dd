import { act, render, renderHook, screen, waitFor } from "@testing-library/react";
import type { ReactNode } from "react";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { CommandRefused, FeedClient } from "./client.ts";
import type { FromCore, ToCore } from "./port.ts";
import { FeedProvider, shallowEqual, useCommand, useFeed, useLine, useTyping } from "./react.tsx";
import type { MeData } from "./wire.ts";

let client: FeedClient;
let sent: ToCore[];
let say: (message: FromCore) => void;

beforeEach(() => {
  sent = [];
  client = new FeedClient((receive) => {
    say = receive;
    return { send: (message) => sent.push(message), close: () => {} };
  });
});

const wrapper = ({ children }: { children: ReactNode }) => (
  <FeedProvider client={client}>{children}</FeedProvider>
);
const me = (data: object, seq = 1): FromCore => ({
  t: "snap",
  topic: "me",
  epoch: 1,
  seq,
  data: data as never,
});
const kinds = (kind: ToCore["t"]) => sent.filter((message) => message.t === kind);

describe("FeedClient", () => {
  it("asks for what was wished for before it was started, and sends commands given before", () => {
    client.subscribe("me");
    void client.command("AcceptOffer", { offer_id: "o" }, "id-1");
    expect(sent).toEqual([]);
    client.start("csrf", "en");
    expect(sent).toEqual([
      { t: "open", csrf: "csrf", locale: "en" },
      { t: "sub", topic: "me" },
      { t: "cmd", id: "id-1", name: "AcceptOffer", args: { offer_id: "o" } },
    ]);
  });

  it("shares one subscription among its users, and leaves it when the last one goes", async () => {
    client.start("c", "en");
    const stops = [client.subscribe("me"), client.subscribe("me")];
    expect(kinds("sub")).toHaveLength(1);
    stops[0]?.();
    await new Promise((resolve) => setTimeout(resolve, 80));
    expect(kinds("unsub")).toHaveLength(0);
    stops[1]?.();
    client.subscribe("me"); // back at once: nobody is told
    await new Promise((resolve) => setTimeout(resolve, 80));
    expect(kinds("unsub")).toHaveLength(0);
  });

  it("keeps a command pending until its answer, and rejects a refusal with the server's words", async () => {
    client.start("c", "en");
    const accepted = client.command("AcceptOffer", { offer_id: "o" }, "1");
    const refused = client.command("AcceptOffer", { offer_id: "p" }, "2");
    expect(client.pending.get().size).toBe(2);
    say({ t: "ack", id: "1", seq: 7, result: { x: 1 } });
    say({ t: "nack", id: "2", code: "offer_gone", title: "已失效" });
    await expect(accepted).resolves.toEqual({ seq: 7, result: { x: 1 } });
    await expect(refused).rejects.toEqual(new CommandRefused("offer_gone", "已失效"));
    expect(client.pending.get().size).toBe(0);
  });

  it("shows a worker that fell silent as behind, not as live", () => {
    vi.useFakeTimers();
    client.start("c", "en");
    say({ t: "line", state: "live", silent_ms: 0, degraded: false, retry_ms: null });
    expect(client.line.get().state).toBe("live");
    vi.advanceTimersByTime(6_000);
    expect(client.line.get().state).toBe("behind");
    client.stop();
    vi.useRealTimers();
  });

  it("follows the server's clock, not this machine's", () => {
    client.start("c", "en");
    say({ t: "clock", now: 5_000_000, age_ms: 20 });
    expect(client.now() - 5_000_020).toBeLessThan(50);
    expect(client.now()).toBeGreaterThanOrEqual(5_000_020);
  });

  it("takes a typing sign away by itself when its end is lost", () => {
    vi.useFakeTimers();
    client.start("c", "en");
    say({ t: "typing", interaction_id: "i", on: true });
    expect(client.typing.get()).toEqual({ i: true });
    vi.advanceTimersByTime(7_000);
    expect(client.typing.get()).toEqual({});
    client.stop();
    vi.useRealTimers();
  });
});

describe("hooks", () => {
  const offers = (data: Partial<MeData> | undefined) => Object.values(data?.offers ?? {});

  it("render again only when what they select has changed", () => {
    client.start("c", "en");
    let renders = 0;
    function Offers() {
      renders++;
      return <p>{useFeed("me", offers, shallowEqual).map((offer) => offer.id)}</p>;
    }
    render(<Offers />, { wrapper });
    act(() => say(me({ offers: { a: { id: "a" } }, handlings: {} })));
    expect(screen.getByText("a")).toBeTruthy();
    const before = renders;
    act(() => say({ t: "delta", topic: "me", seq: 2, ops: [["set", "handlings", "h", { id: "h" }]] }));
    act(() => say(me({ offers: { a: { id: "a" } }, handlings: { h: { id: "h" } } }, 3)));
    expect(renders).toBe(before);
    act(() => say({ t: "delta", topic: "me", seq: 4, ops: [["del", "offers", "a"]] }));
    expect(renders).toBe(before + 1);
  });

  it("useCommand is pending until the ack and shows nothing as done before", async () => {
    client.start("c", "en");
    const refused = vi.fn();
    const { result } = renderHook(() => useCommand("SetAgentState", refused), { wrapper });
    let run: Promise<unknown> = Promise.resolve();
    act(() => {
      run = result.current.run({ state: "available", reason: null }, "1");
    });
    expect(result.current.isPending).toBe(true);
    await act(async () => {
      say({ t: "nack", id: "1", code: "unknown_agent", title: "nobody" });
      await run;
    });
    expect(result.current.isPending).toBe(false);
    expect(result.current.error?.title).toBe("nobody");
    expect(refused).toHaveBeenCalledOnce();
  });

  it("useLine and useTyping follow", async () => {
    client.start("c", "en");
    const { result } = renderHook(() => ({ line: useLine(), typing: useTyping("i") }), { wrapper });
    act(() => {
      say({ t: "line", state: "offline", silent_ms: 4_000, degraded: false, retry_ms: 500 });
      say({ t: "typing", interaction_id: "i", on: true });
    });
    await waitFor(() => expect(result.current).toMatchObject({ line: { state: "offline" }, typing: true }));
  });
});
