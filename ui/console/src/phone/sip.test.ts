import { afterEach, beforeEach, describe, expect, it, type Mock, vi } from "vitest";
import { EARLY_MS, Exchange, type SipCall, type SipEars } from "./exchange.ts";
import { fakeBrowser, FakePeer, FakeTrack } from "./fakes.ts";
import { SipLine, type SipWorld } from "./sip.ts";
import type { CallRole } from "./wire.ts";

const ACCESS = { ws: "wss://exchange/ws", uri: "sip:w0@exchange", user: "w0", password: "p" };
const settle = () => vi.advanceTimersByTimeAsync(0);

class FakeCall implements SipCall {
  stream: MediaStream | null = null;
  readonly peer = new FakePeer();
  end: "" | "unknown" | "unable" | "dropped" = "";
  private readonly overs: (() => void)[] = [];
  constructor(readonly leg: string) {}
  answer(...[stream, , on]: Parameters<SipCall["answer"]>): void {
    this.stream = stream;
    this.onOver(on.over);
    Object.assign(this.peer, { getSenders: () => [this.peer.sender] });
    on.peer(this.peer as unknown as RTCPeerConnection);
  }
  onOver(run: () => void): void {
    this.overs.push(run);
  }
  refuse(why: "unknown" | "unable"): void {
    this.end = why;
    this.over();
  }
  drop(): void {
    this.end = "dropped";
    this.over();
  }
  over(): void {
    for (const run of this.overs) run();
  }
}

let ears: SipEars;
let agent: Record<"start" | "stop" | "retry", Mock<() => void>> & {
  renew: Mock<(password: string) => void>;
  refresh: Mock<() => Promise<void>>;
};
let exchange: Exchange;
let loads: number;
let line: SipLine | null;
let retakes: number;
let silences: number;
let tracks: (() => Promise<MediaStreamTrack | null>)[];

beforeEach(async () => {
  vi.useFakeTimers();
  fakeBrowser();
  vi.stubGlobal(
    "AudioContext",
    class {
      constructor() {
        silences++;
      }
      createMediaStreamDestination = () => ({ stream: { getAudioTracks: () => [new FakeTrack()] } });
      close = () => {
        silences--;
        return Promise.resolve();
      };
    },
  );
  agent = {
    start: vi.fn(),
    stop: vi.fn(),
    retry: vi.fn(),
    renew: vi.fn(),
    refresh: vi.fn(() => Promise.resolve()),
  };
  [loads, retakes, silences, tracks, line] = [0, 0, 0, [], null];
  exchange = new Exchange(() => {
    loads++;
    return Promise.resolve((_access, theirs) => {
      ears = theirs;
      return agent;
    });
  });
  exchange.use(ACCESS, []);
  await settle();
  ears.registered(true);
  await vi.advanceTimersByTimeAsync(5_000);
});
afterEach(() => {
  line?.close();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function open(role: CallRole = "talk"): SipLine {
  const world: SipWorld = {
    offer: () => false,
    mute: () => {},
    track: () =>
      (tracks.shift() ?? (() => Promise.resolve(new FakeTrack() as unknown as MediaStreamTrack)))(),
    peer: () => new FakePeer() as unknown as RTCPeerConnection,
    hear: () => {},
    now: () => 1_000,
    exchange,
    retake: () => void retakes++,
  };
  line = new SipLine("leg:1", "call", role, world);
  line.start();
  return line;
}
async function rung(leg = "leg:1"): Promise<FakeCall> {
  const call = new FakeCall(leg);
  ears.called(call);
  await settle();
  return call;
}
async function up(role: CallRole = "talk"): Promise<FakeCall> {
  open(role);
  const call = await rung();
  call.peer.becomes("connected");
  return call;
}
const state = () => line!.state.get();

describe("a registration at the exchange", () => {
  it("is made once for the same account, and anew for another", async () => {
    exchange.use(ACCESS, []);
    expect([loads, exchange.state.get()]).toEqual([1, "here"]);
    exchange.use({ ...ACCESS, user: "w1", uri: "sip:w1@exchange" }, []);
    await settle();
    expect([loads, agent.stop.mock.calls.length, exchange.state.get()]).toEqual([2, 1, "joining"]);
  });

  it("takes a new password without a word to the exchange, in the middle of a call", async () => {
    const call = await up();
    const over = vi.spyOn(call, "drop");
    exchange.use({ ...ACCESS, password: "q" }, []);
    exchange.use({ ...ACCESS, password: "q" }, []);
    await settle();
    expect(agent.renew.mock.calls).toEqual([["q"]]);
    expect([loads, agent.stop.mock.calls.length, exchange.state.get(), state().phase]).toEqual([
      1,
      0,
      "here",
      "up",
    ]);
    expect(over).not.toHaveBeenCalled();
  });

  it("begins with the newest password when one comes while the library is loaded", async () => {
    const begun: string[] = [];
    const slow = new Exchange(() =>
      Promise.resolve((access) => {
        begun.push(access.password);
        return agent;
      }),
    );
    slow.use(ACCESS, []);
    slow.use({ ...ACCESS, password: "q" }, []);
    await settle();
    expect(begun).toEqual(["q"]);
  });

  it("is away when it is lost, and off when it is given up", () => {
    ears.registered(false);
    expect(exchange.state.get()).toBe("away");
    exchange.stop();
    ears.registered(true); // a word from before
    expect(exchange.state.get()).toBe("off");
  });

  it("tries again when the library can't be loaded", async () => {
    let n = 0;
    const shaky = new Exchange(() =>
      n++ ? Promise.resolve(() => agent) : Promise.reject(new Error("gone")),
    );
    shaky.use(ACCESS, []);
    await settle();
    expect(shaky.state.get()).toBe("away");
    await vi.advanceTimersByTimeAsync(5_000);
    expect(agent.start).toHaveBeenCalledTimes(2);
  });

  it("hears nothing of an agent that it has stopped, also with the same account", async () => {
    const old = ears;
    exchange.stop();
    exchange.use(ACCESS, []);
    await settle();
    ears.registered(true);
    old.registered(false);
    expect(exchange.state.get()).toBe("here");
    const call = new FakeCall("leg:1");
    old.called(call);
    expect(call.end).toBe("unknown");
  });

  it("makes one agent, however often it is stopped while the library is being loaded", async () => {
    const made = vi.fn(() => agent);
    const slow = new Exchange(() => Promise.resolve(made));
    slow.use(ACCESS, []);
    slow.stop();
    slow.use(ACCESS, []);
    await settle();
    expect(made).toHaveBeenCalledTimes(1);
  });

  it("loads the library for the last account alone", async () => {
    let n = 0;
    const shaky = new Exchange(() => {
      n++;
      return Promise.reject(new Error("gone"));
    });
    shaky.use(ACCESS, []);
    await settle();
    shaky.stop();
    shaky.use(ACCESS, []);
    await settle();
    expect(n).toBe(2);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(n).toBe(3);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(n).toBe(4);
    shaky.stop();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(n).toBe(4);
  });

  it("is tried at once when the person asks for it", async () => {
    exchange.retry();
    expect(agent.retry).not.toHaveBeenCalled();
    ears.registered(false);
    exchange.retry();
    expect(agent.retry).toHaveBeenCalledTimes(1);
    let n = 0;
    const shaky = new Exchange(() =>
      n++ ? Promise.resolve(() => agent) : Promise.reject(new Error("gone")),
    );
    shaky.use(ACCESS, []);
    await settle();
    shaky.retry();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(n).toBe(2);
  });

  it("is not made anew when it was made just now", async () => {
    ears.registered(false);
    ears.registered(true);
    await exchange.ringHere();
    expect(agent.refresh).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1_000);
    await exchange.ringHere();
    expect(agent.refresh).toHaveBeenCalledTimes(1);
  });

  it("turns away what the server has not sent, and who rings for nobody", async () => {
    expect((await rung("")).end).toBe("unknown");
    const stranger = await rung("leg:9");
    expect(stranger.end).toBe("");
    await vi.advanceTimersByTimeAsync(EARLY_MS);
    expect(stranger.end).toBe("unknown");
    expect(stranger.stream).toBeNull();
  });
});

describe("a line over the exchange", () => {
  it("picks up what rings its leg, and is up when sound goes through", async () => {
    open();
    expect(state().phase).toBe("connecting");
    const call = await rung();
    expect(call.stream?.getAudioTracks()).toHaveLength(1);
    call.peer.becomes("connected");
    expect(state()).toMatchObject({ phase: "up", upAt: 1_000 });
  });

  it("picks up what rang before the desk was told", async () => {
    const call = await rung();
    open();
    await settle();
    expect(call.stream).not.toBeNull();
  });

  it("makes this page the one that rings when nothing has come after a while", async () => {
    open();
    await vi.advanceTimersByTimeAsync(2_500);
    expect(agent.refresh).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(25_000);
    expect(state().phase).toBe("failed");
  });

  it("tries a busy microphone again, then gives the caller back", async () => {
    const busy = () => Promise.reject(new DOMException("busy", "NotReadableError"));
    tracks = [busy];
    open();
    const call = await rung();
    expect([call.stream, call.end]).toEqual([null, ""]);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(call.stream).not.toBeNull();
    line!.close();
    tracks = [busy, busy, busy, busy];
    open();
    const lost = await rung();
    await vi.advanceTimersByTimeAsync(8_000);
    expect([lost.stream, lost.end, state().phase]).toEqual([null, "unable", "failed"]);
  });

  it("mutes its own track", async () => {
    const call = await up();
    line!.setMuted(true);
    expect(call.stream?.getAudioTracks()[0]?.enabled).toBe(false);
    line!.setMuted(false);
    expect(call.stream?.getAudioTracks()[0]?.enabled).toBe(true);
  });

  it("sends silence for who listens, and the voice from the moment that they may speak", async () => {
    const call = await up("listen");
    const silent = call.stream?.getAudioTracks()[0];
    expect(silent?.enabled).toBe(false);
    line!.setRole("barge");
    await settle();
    expect(call.peer.sender.track).not.toBeNull();
    expect(call.peer.sender.track).not.toBe(silent);
  });

  it("drops a leg without sound, and waits for the server's next one", async () => {
    const call = await up();
    call.peer.becomes("disconnected");
    await vi.advanceTimersByTimeAsync(1_900);
    expect(state().phase).toBe("up");
    await vi.advanceTimersByTimeAsync(200);
    expect([call.end, state().phase]).toEqual(["dropped", "reconnecting"]);
  });

  it("waits a moment for the desk's word when the other end has hung up", async () => {
    const call = await up();
    call.over();
    expect(state().phase).toBe("up");
    await vi.advanceTimersByTimeAsync(1_000);
    expect(state().phase).toBe("reconnecting");
  });

  it("asks the server to ring anew only when there is no sound", async () => {
    const call = await up();
    line!.renew();
    await settle();
    expect(retakes).toBe(0);
    call.peer.becomes("failed");
    line!.renew();
    await settle();
    expect([retakes, agent.refresh.mock.calls.length]).toEqual([1, 1]);
  });

  it("asks once, and not when it has rung meanwhile", async () => {
    const call = await up();
    let isDone = () => {};
    agent.refresh.mockImplementation(() => new Promise((resolve) => (isDone = resolve)));
    call.peer.becomes("failed");
    line!.renew();
    line!.renew();
    expect(agent.refresh).toHaveBeenCalledTimes(1);
    const second = await rung();
    second.peer.becomes("connected");
    isDone();
    await settle();
    expect([retakes, second.end, state().phase]).toEqual([0, "", "up"]);
  });

  it("doesn't ask for a call that is being picked up", async () => {
    let isOpen: (track: MediaStreamTrack) => void = () => {};
    tracks = [() => new Promise((resolve) => (isOpen = resolve))];
    open();
    const call = await rung();
    line!.renew();
    isOpen(new FakeTrack() as unknown as MediaStreamTrack);
    await settle();
    expect([retakes, call.end, call.stream === null]).toEqual([0, "", false]);
  });

  it("can be asked for again when the way that was found leads nowhere", async () => {
    open();
    const call = await rung();
    call.peer.becomes("connecting");
    await vi.advanceTimersByTimeAsync(8_000);
    expect(state().phase).toBe("failed");
    line!.renew();
    await settle();
    expect([call.end, retakes]).toEqual(["dropped", 1]);
  });

  it("leaves no silence open when it is closed while the microphone is asked for", async () => {
    let isOpen: (track: null) => void = () => {};
    tracks = [() => new Promise((resolve) => (isOpen = resolve))];
    open("whisper");
    await rung();
    line!.close();
    isOpen(null);
    await settle();
    expect(silences).toBe(0);
    await up("listen");
    expect(silences).toBe(1);
    line!.close();
    expect(silences).toBe(0);
  });

  it("hangs up when it is closed, and when the page goes", async () => {
    const call = await up();
    line!.close();
    expect(call.end).toBe("dropped");
    expect((await rung()).stream).toBeNull();
    const second = await up();
    dispatchEvent(new Event("pagehide"));
    expect(second.end).toBe("dropped");
  });
});
