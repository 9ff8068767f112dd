import type { EventEmitter } from "node:events";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { SipAgent } from "./exchange.ts";

interface FakeUa extends EventEmitter {
  registers: number;
  connects: number;
  isOnline: boolean;
  isIn: boolean;
  given: [string, string][];
}
const made: { ua: unknown } = vi.hoisted(() => ({ ua: null }));
vi.mock("jssip", async () => {
  const { EventEmitter } = await import("node:events");
  class UA extends EventEmitter {
    registers = 0;
    connects = 0;
    isOnline = true;
    isIn = false;
    readonly given: [string, string][] = [];
    readonly transport = { connect: () => void this.connects++ };
    constructor() {
      super();
      made.ua = this;
    }
    set = (name: string, value: string) => void this.given.push([name, value]);
    start = () => {};
    stop = () => {};
    register = () => void this.registers++;
    unregister = () => void (this.isIn = false);
    isRegistered = () => this.isIn;
    isConnected = () => this.isOnline;
  }
  return { UA, WebSocketInterface: class {} };
});
const { makeJsSipAgent } = await import("./jssip.ts");

let ua: FakeUa;
let agent: SipAgent;
let heard: boolean[];

beforeEach(() => {
  vi.useFakeTimers();
  heard = [];
  agent = makeJsSipAgent(
    { ws: "wss://exchange/ws", uri: "sip:w0@exchange", user: "w0", password: "p" },
    { registered: (is) => heard.push(is), called: () => {} },
  );
  agent.start();
  ua = made.ua as FakeUa;
});
afterEach(() => vi.useRealTimers());

it("registers again some seconds after it was refused, until it is let in", async () => {
  ua.emit("registrationFailed");
  expect(heard).toEqual([false]);
  await vi.advanceTimersByTimeAsync(4_900);
  expect(ua.registers).toBe(0);
  await vi.advanceTimersByTimeAsync(5_200);
  expect(ua.registers).toBe(1);
  ua.emit("registrationFailed");
  await vi.advanceTimersByTimeAsync(10_100);
  expect(ua.registers).toBe(2);
  ua.emit("registered");
  await vi.advanceTimersByTimeAsync(60_000);
  expect([ua.registers, heard.at(-1)]).toEqual([2, true]);
});

it("leaves it to JsSIP to register when there is no connection", async () => {
  ua.isOnline = false;
  ua.emit("registrationFailed");
  await vi.advanceTimersByTimeAsync(20_000);
  expect(ua.registers).toBe(0);
});

it("registers at once with a new password where the old one was refused, and else when it is time", async () => {
  agent.renew("q");
  expect([ua.given, ua.registers]).toEqual([[["password", "q"]], 0]);
  ua.emit("registrationFailed");
  agent.renew("r");
  expect([ua.given.at(-1), ua.registers]).toEqual([["password", "r"], 1]);
  await vi.advanceTimersByTimeAsync(20_000);
  expect(ua.registers).toBe(1);
});

it("registers no more once it is stopped", async () => {
  ua.emit("registrationFailed");
  agent.stop();
  ua.emit("registrationFailed");
  agent.retry();
  await vi.advanceTimersByTimeAsync(20_000);
  expect(ua.registers).toBe(0);
});

it("is not back at the exchange when it is stopped while it registers anew", async () => {
  ua.isIn = true;
  const done = agent.refresh();
  agent.stop();
  ua.emit("unregistered");
  await vi.advanceTimersByTimeAsync(3_000);
  await done;
  expect(ua.registers).toBe(0);
});

it("tries at once when it is asked to: registers, or connects first", async () => {
  ua.emit("registrationFailed");
  agent.retry();
  expect(ua.registers).toBe(1);
  await vi.advanceTimersByTimeAsync(20_000);
  expect(ua.registers).toBe(1);
  ua.isOnline = false;
  agent.retry();
  expect([ua.registers, ua.connects]).toEqual([1, 1]);
});
