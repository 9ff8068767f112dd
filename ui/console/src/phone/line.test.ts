import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { fakeBrowser, FakePeer, FakeTrack } from "./fakes.ts";
import { type LineWorld, WebRtcLine } from "./line.ts";
import type { CallRole } from "./wire.ts";

const settle = () => vi.advanceTimersByTimeAsync(0);
let offers: string[];
let isLinked: boolean;
let line: WebRtcLine;
let world: LineWorld;

beforeEach(() => {
  vi.useFakeTimers();
  fakeBrowser();
  offers = [];
  isLinked = true;
  world = {
    offer: (_leg, sdp) => {
      if (isLinked) offers.push(sdp);
      return isLinked;
    },
    mute: () => {},
    track: () => Promise.resolve(new FakeTrack().clone() as unknown as MediaStreamTrack),
    peer: () => new FakePeer() as unknown as RTCPeerConnection,
    hear: () => {},
    now: () => 1_000,
  };
});
afterEach(() => {
  line.close();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

async function open(role: CallRole = "talk"): Promise<void> {
  line = new WebRtcLine("leg", "call", role, world);
  line.start();
  await settle();
}
async function up(): Promise<void> {
  await open();
  line.answer("answer");
  await settle();
  FakePeer.last.becomes("connected");
}
const phase = () => line.state.get().phase;

describe("a line", () => {
  it("opens the microphone, offers, and is up when sound goes through", async () => {
    await open();
    expect(offers).toEqual(["offer 1"]);
    expect(phase()).toBe("connecting");
    line.answer("answer");
    await settle();
    FakePeer.last.becomes("connected");
    expect(phase()).toBe("up");
    expect(line.state.get().upAt).toBe(1_000);
  });

  it("waits for candidates no longer than two seconds", async () => {
    world.peer = () =>
      Object.assign(new FakePeer(), { iceGatheringState: "gathering" }) as unknown as RTCPeerConnection;
    await open();
    expect(offers).toEqual([]);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(offers).toEqual(["offer 1"]);
  });

  it("lets a wobble heal, and offers the same leg anew after two seconds without sound", async () => {
    await up();
    FakePeer.last.becomes("disconnected");
    await vi.advanceTimersByTimeAsync(1_900);
    FakePeer.last.becomes("connected");
    await vi.advanceTimersByTimeAsync(5_000);
    expect(offers).toHaveLength(1);
    FakePeer.last.becomes("disconnected");
    await vi.advanceTimersByTimeAsync(2_100);
    expect(phase()).toBe("reconnecting");
    expect(offers).toHaveLength(2);
    expect(FakePeer.all[0]?.connectionState).toBe("closed");
    line.answer("answer");
    await settle();
    FakePeer.last.becomes("connected");
    expect(phase()).toBe("up");
  });

  it("gives up after some tries with growing pauses, and begins anew when asked", async () => {
    await up();
    FakePeer.last.becomes("failed");
    await vi.advanceTimersByTimeAsync(120_000);
    expect(phase()).toBe("failed");
    const tried = offers.length;
    expect(tried).toBeGreaterThan(5);
    line.renew();
    await settle();
    expect(offers).toHaveLength(tried + 1);
  });

  it("tries again when the answer can't be used or doesn't come", async () => {
    await open();
    line.answer("nonsense");
    await vi.advanceTimersByTimeAsync(10);
    expect(offers).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(6_100);
    expect(offers).toHaveLength(3);
  });

  it("keeps still without a connection to the server, for renew comes with it", async () => {
    isLinked = false;
    await open();
    expect(phase()).toBe("opening");
    isLinked = true;
    line.renew();
    await settle();
    expect(offers).toEqual(["offer 2"]);
  });

  it("ignores the answer to an attempt that is over", async () => {
    await up();
    line.answer("late");
    expect(FakePeer.last.remote).toBe("answer");
  });

  it("never lets a listener be heard, and a whisperer at once", async () => {
    await open("whisper");
    const track = FakePeer.last.sender.track;
    line.setRole("listen");
    expect(track?.enabled).toBe(false);
    line.setRole("whisper");
    expect(track?.enabled).toBe(true);
    line.setMuted(true);
    expect(track?.enabled).toBe(false);
    line.setRole("barge");
    expect(track?.enabled).toBe(false);
  });

  it("connects who only listens without opening the microphone, and opens it to whisper, in the same line", async () => {
    const track = vi.spyOn(world, "track");
    await open("listen");
    expect(offers).toEqual(["offer 1"]);
    expect(track).not.toHaveBeenCalled();
    expect(FakePeer.last.sender.track).toBeNull();
    line.setRole("whisper");
    await settle();
    expect(FakePeer.last.sender.track?.enabled).toBe(true);
    expect(offers).toHaveLength(1);
  });

  it("goes on listening when the microphone for whispering is refused", async () => {
    await open("listen");
    line.answer("answer");
    await settle();
    FakePeer.last.becomes("connected");
    world.track = () => Promise.reject(new DOMException("no", "NotAllowedError"));
    line.setRole("whisper");
    await settle();
    expect(phase()).toBe("up");
    expect(FakePeer.last.sender.track).toBeNull();
  });

  it("stays muted over a reconnection and with another microphone", async () => {
    await up();
    line.setMuted(true);
    FakePeer.last.becomes("failed");
    await vi.advanceTimersByTimeAsync(10);
    expect(FakePeer.last.sender.track?.enabled).toBe(false);
    const other = new FakeTrack();
    await line.replaceTrack(other as unknown as MediaStreamTrack);
    expect(other.enabled).toBe(false);
    expect(FakePeer.last.sender.track).toBe(other);
  });

  it("leaves no microphone open behind, even closed while it was being opened", async () => {
    line = new WebRtcLine("leg", "call", "talk", world);
    line.start();
    line.close();
    await settle();
    expect(FakeTrack.made.every(({ readyState }) => readyState === "ended")).toBe(true);
    expect(offers).toEqual([]);
  });
});
