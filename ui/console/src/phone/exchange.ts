/**
 * This page as a phone of the telephone exchange: registers there, and hands each call that rings to the line that the
 * desk was told to expect. The SIP library is loaded only where the server names an exchange.
 */
import { Store } from "@kit/feed/store.ts";
import type { SipAccess } from "./wire.ts";

/** A call that rings at this page. */
export interface SipCall {
  /** The leg that the server rings; empty: it isn't the server's. */
  readonly leg: string;
  /** Picks up. `stream` has one audio track; `peer` comes before any sound, `over` when the call has ended. */
  answer(
    stream: MediaStream,
    ice: RTCIceServer[],
    on: { peer: (peer: RTCPeerConnection) => void; over: () => void },
  ): void;
  /** Who waits to hear the end before picking up. */
  onOver(run: () => void): void;
  /** Not for this page (`unknown`), or it can't be taken now. */
  refuse(why: "unknown" | "unable"): void;
  /** This end is gone: the server goes on with the call as it does after a lost network. */
  drop(): void;
}

/** The least that is needed of a SIP library. */
export interface SipAgent {
  start(): void;
  stop(): void;
  /** Tries to register now, instead of after the pause that follows a failure. */
  retry(): void;
  /** Registers with this password from now on; calls and the present registration stay. */
  renew(password: string): void;
  /** Registers anew: from now on this page rings, not another one of the person's. */
  refresh(): Promise<void>;
}
export interface SipEars {
  registered(is: boolean): void;
  called(call: SipCall): void;
}
export type MakeSipAgent = (access: SipAccess, ears: SipEars) => SipAgent;

/** `joining`: for the first time; `away`: the exchange can't be reached, or doesn't want us. */
export type ExchangeState = "off" | "joining" | "here" | "away";

/** A call may ring before the desk's socket has said that it will. */
export const EARLY_MS = 2_000;
const RELOAD_MS = 5_000;
const JOIN_MS = 3_000;
/** A registration this young is surely the newest of the person's. */
const FRESH_MS = 1_000;

const sameLine = (one: SipAccess, other: SipAccess): boolean =>
  one.ws === other.ws && one.uri === other.uri && one.user === other.user;

export class Exchange {
  readonly state = new Store<ExchangeState>("off");
  ice: RTCIceServer[] = [];
  private agent: SipAgent | null = null;
  private access: SipAccess | null = null;
  /** Grows with every `use` and `stop`: what an agent of before still says no longer counts. */
  private attempt = 0;
  private again: ReturnType<typeof setTimeout> | null = null;
  private registeredAt = 0;
  private readonly expected = new Map<string, (call: SipCall) => void>();
  private readonly early = new Map<SipCall, ReturnType<typeof setTimeout>>();

  constructor(private readonly load: () => Promise<MakeSipAgent>) {}

  /** Registers with this account; again with the same one: nothing changes, and a new password ends no call. */
  use(access: SipAccess, ice: RTCIceServer[]): void {
    this.ice = ice;
    if (this.access && sameLine(access, this.access)) {
      if (access.password !== this.access.password) this.agent?.renew(access.password);
      this.access = access;
      return;
    }
    this.stop();
    this.access = access;
    this.state.set("joining");
    void this.begin(this.attempt);
  }

  stop(): void {
    this.access = null;
    this.attempt++;
    this.clearAgain();
    this.agent?.stop();
    this.agent = null;
    for (const call of [...this.early.keys()]) this.turnAway(call);
    this.state.set("off");
  }

  /** The person asks for it: tries now to register. */
  retry(): void {
    if (this.state.get() !== "away") return;
    if (this.again && this.access) void this.begin(this.attempt);
    else this.agent?.retry();
  }

  /** The call that rings this leg is `take`'s, now or when it comes. Returns the way to expect it no longer. */
  expect(leg: string, take: (call: SipCall) => void): () => void {
    this.expected.set(leg, take);
    const call = [...this.early.keys()].find((one) => one.leg === leg);
    if (call) {
      this.forget(call);
      take(call);
    }
    return () => {
      if (this.expected.get(leg) === take) this.expected.delete(leg);
    };
  }

  /** See `SipAgent.refresh`. Also waits for a registration that is on its way, for a while. */
  async ringHere(): Promise<void> {
    if (this.state.get() === "here") {
      if (performance.now() - this.registeredAt >= FRESH_MS) await this.agent?.refresh();
    } else if (this.state.get() !== "off") await this.registered();
  }

  private registered(): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        stop();
        resolve();
      };
      const stop = this.state.watch(done);
      const timer = setTimeout(done, JOIN_MS);
    });
  }

  private async begin(attempt: number): Promise<void> {
    this.clearAgain();
    try {
      const make = await this.load();
      if (attempt !== this.attempt || !this.access) return;
      this.agent = make(this.access, {
        registered: (is) => attempt === this.attempt && this.moved(is),
        called: (call) => (attempt === this.attempt ? this.called(call) : call.refuse("unknown")),
      });
      this.agent.start();
    } catch {
      // The library's file can't be had just now.
      if (attempt !== this.attempt) return;
      this.again = setTimeout(() => void this.begin(attempt), RELOAD_MS);
      this.state.set("away");
    }
  }

  private clearAgain(): void {
    if (this.again) clearTimeout(this.again);
    this.again = null;
  }

  private moved(isHere: boolean): void {
    if (isHere) this.registeredAt = performance.now();
    this.state.set(isHere ? "here" : "away");
  }

  private called(call: SipCall): void {
    const take = this.expected.get(call.leg);
    if (take) return take(call);
    if (!call.leg) return call.refuse("unknown");
    this.early.set(
      call,
      setTimeout(() => this.turnAway(call), EARLY_MS),
    );
    call.onOver(() => this.forget(call));
  }

  private forget(call: SipCall): void {
    clearTimeout(this.early.get(call));
    this.early.delete(call);
  }

  private turnAway(call: SipCall): void {
    this.forget(call);
    call.refuse("unknown");
  }
}
