import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { SignedOut } from "@kit/feed/core.ts";
import { PhoneSocket, type PhoneWorld } from "./socket.ts";
import type { FromPhoneServer, ToPhoneServer } from "./wire.ts";

class Wire {
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: (() => void) | null = null;
  readonly sent: ToPhoneServer[] = [];
  isClosed = false;
  send(text: string): void {
    this.sent.push(JSON.parse(text) as ToPhoneServer);
  }
  close(): void {
    this.isClosed = true;
  }
  say(frame: FromPhoneServer): void {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }
}

const WELCOME: FromPhoneServer = {
  t: "welcome",
  person: "li",
  engine: "embedded",
  ice_servers: [],
  calls: [],
  now: 0,
};
let wires: Wire[];
let heard: string[];
let ticket: () => Promise<string>;
let socket: PhoneSocket;
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
const last = () => wires.at(-1) ?? new Wire();

beforeEach(() => {
  vi.useFakeTimers();
  wires = [];
  heard = [];
  ticket = () => Promise.resolve("t");
  const world: PhoneWorld = {
    ticket: () => ticket(),
    connect: () => {
      const wire = new Wire();
      wires.push(wire);
      return wire;
    },
    now: () => performance.now(),
    random: () => 0.5,
  };
  socket = new PhoneSocket(
    world,
    () => ({ t: "hello", v: 1, device: "d", label: "l" }),
    (frame) => heard.push(frame.t),
  );
});
afterEach(() => {
  socket.stop();
  vi.useRealTimers();
});

const open = async () => {
  socket.start();
  await pass(0);
  last().onopen?.();
  last().say(WELCOME);
};

describe("the phone's socket", () => {
  it("says hello and is open with the welcome, not before", async () => {
    socket.start();
    await pass(0);
    last().onopen?.();
    expect(last().sent).toEqual([{ t: "hello", v: 1, device: "d", label: "l" }]);
    expect(socket.send({ t: "ready", microphone: true })).toBe(false);
    last().say(WELCOME);
    expect(socket.state.get()).toBe("open");
    expect(socket.send({ t: "ready", microphone: true })).toBe(true);
  });

  it("comes back with growing pauses", async () => {
    await open();
    last().onclose?.();
    expect(socket.state.get()).toBe("lost");
    await pass(400);
    expect(wires).toHaveLength(2);
    last().onclose?.();
    await pass(400);
    expect(wires).toHaveLength(2);
    await pass(400);
    expect(wires).toHaveLength(3);
  });

  it("does not wait for a welcome that never comes, nor for a server that has fallen silent", async () => {
    socket.start();
    await pass(0);
    await pass(10_500);
    expect(wires[0]?.isClosed).toBe(true);
    await pass(1_000);
    last().onopen?.();
    last().say(WELCOME);
    await pass(15_500);
    expect(socket.state.get()).not.toBe("open");
  });

  it("stays while pings are answered", async () => {
    await open();
    for (let beat = 0; beat < 6; beat++) {
      await pass(5_000);
      last().say({ t: "pong", n: beat, now: 0 });
    }
    expect(wires).toHaveLength(1);
    expect(heard).toEqual(["welcome"]);
  });

  it("stops when nobody is signed in", async () => {
    ticket = () => Promise.reject(new SignedOut());
    socket.start();
    await pass(60_000);
    expect(socket.state.get()).toBe("off");
    expect(wires).toEqual([]);
  });

  it("hears nothing of a connection that it has given up", async () => {
    await open();
    const first = last();
    first.onclose?.();
    first.say({ t: "drop", leg: "x", cause: "normal" });
    expect(heard).toEqual(["welcome"]);
  });
});
