/** JsSIP as the phone's SIP library. A chunk of its own: only pages that register at an exchange load it. */
import { UA, WebSocketInterface } from "jssip";
import type { IncomingRTCSessionEvent, RTCSessionEvent } from "jssip/lib/UA";
import type { MakeSipAgent, SipAgent, SipCall, SipEars } from "./exchange.ts";
import { GATHER_MS } from "./line.ts";
import type { SipAccess } from "./wire.ts";

const LEG_HEADER = "X-Rexian-Leg";
/** The server tries again after 404, and gives the caller to somebody else after 480. */
const REFUSALS = { unknown: 404, unable: 480 } as const;
/** Q.850 cause 44: to the server a lost line, not a handset put down (RFC 3326). */
const LOST = "Reason: Q.850;cause=44";
const REFRESH_MS = 3_000;
/** JsSIP lets a refusal rest; pages that were refused together don't come back together. */
const AGAIN_MS = 5_000;
const AGAIN_SPREAD_MS = 5_000;

export const makeJsSipAgent: MakeSipAgent = (access, ears) => new JsSipAgent(access, ears);

class JsSipAgent implements SipAgent {
  private readonly ua: UA;
  private isRefreshing = false;
  private isStopped = false;
  private again: ReturnType<typeof setTimeout> | null = null;

  constructor(
    access: SipAccess,
    private readonly ears: SipEars,
  ) {
    this.ua = new UA({
      sockets: [new WebSocketInterface(access.ws)],
      uri: access.uri,
      authorization_user: access.user,
      password: access.password,
      register_expires: 300,
      // The exchange ends calls without sound; a refresh over another socket than the call's own would end live ones.
      session_timers: false,
      connection_recovery_min_interval: 1,
      connection_recovery_max_interval: 10,
      user_agent: "Rexian",
    });
    this.ua.on("registered", () => {
      this.clearAgain();
      ears.registered(true);
    });
    this.ua.on("registrationFailed", () => this.registerLater());
    for (const event of ["unregistered", "registrationFailed", "disconnected"] as const) {
      this.ua.on(event, () => {
        if (!this.isRefreshing) ears.registered(false);
      });
    }
    this.ua.on("newRTCSession", (event: RTCSessionEvent) => {
      if (isIncoming(event)) ears.called(new JsSipCall(event));
    });
  }

  start(): void {
    this.ua.start();
  }

  stop(): void {
    this.isStopped = true;
    this.clearAgain();
    this.ua.stop();
  }

  retry(): void {
    if (this.isStopped) return;
    this.clearAgain();
    if (this.ua.isConnected()) this.ua.register();
    // Registers as soon as it is connected. JsSIP's types leave this out.
    else (this.ua as unknown as { transport: { connect(): void } | null }).transport?.connect();
  }

  renew(password: string): void {
    this.ua.set("password", password);
    // Refused with the old one: no need to wait for the pause to end.
    if (this.again) this.retry();
  }

  async refresh(): Promise<void> {
    if (this.isRefreshing || !this.ua.isRegistered()) return;
    this.isRefreshing = true;
    // JsSIP tells of a registration only after there was none.
    this.ua.once("unregistered", () => {
      if (!this.isStopped) this.ua.register();
    });
    this.ua.unregister();
    await this.registered();
    this.isRefreshing = false;
    if (!this.ua.isRegistered()) this.ears.registered(false);
  }

  private registerLater(): void {
    if (this.isStopped) return;
    this.clearAgain();
    this.again = setTimeout(
      () => {
        this.again = null;
        // Without a connection JsSIP makes one first, and registers then.
        if (this.ua.isConnected()) this.ua.register();
      },
      AGAIN_MS + Math.random() * AGAIN_SPREAD_MS,
    );
  }

  private clearAgain(): void {
    if (this.again) clearTimeout(this.again);
    this.again = null;
  }

  private registered(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, REFRESH_MS);
      this.ua.once("registered", () => {
        clearTimeout(timer);
        resolve();
      });
    });
  }
}

const isIncoming = (event: RTCSessionEvent): event is IncomingRTCSessionEvent =>
  String(event.originator) === "remote";

class JsSipCall implements SipCall {
  readonly leg: string;
  private readonly session: IncomingRTCSessionEvent["session"];

  constructor({ session, request }: IncomingRTCSessionEvent) {
    this.session = session;
    const leg: unknown = request.getHeader(LEG_HEADER);
    this.leg = typeof leg === "string" ? leg : "";
  }

  answer(...[stream, ice, on]: Parameters<SipCall["answer"]>): void {
    this.session.on("peerconnection", ({ peerconnection }) => on.peer(peerconnection));
    this.onOver(on.over);
    let timer: ReturnType<typeof setTimeout> | null = null;
    // Those candidates that are found in time have to do: a STUN server that is away takes ten seconds.
    this.session.on("icecandidate", ({ ready }) => {
      timer ??= setTimeout(ready, GATHER_MS);
    });
    this.session.answer({ mediaStream: stream, pcConfig: { iceServers: ice } });
  }

  onOver(run: () => void): void {
    this.session.on("ended", run);
    this.session.on("failed", run);
  }

  refuse(why: "unknown" | "unable"): void {
    this.end({ status_code: REFUSALS[why] });
  }

  drop(): void {
    this.end(this.session.isEstablished() ? { extraHeaders: [LOST] } : { status_code: REFUSALS.unknown });
  }

  private end(how: { status_code?: number; extraHeaders?: string[] }): void {
    if (!this.session.isEnded()) this.session.terminate(how);
  }
}
