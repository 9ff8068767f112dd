/**
 * A line over the telephone exchange: the server rings this page's registration, and the line picks up what rings its
 * leg. Hold, consultation, keys and the rest are the server's; here are only sound and the way back when it goes.
 */
import { Store } from "@kit/feed/store.ts";
import type { Exchange, SipCall } from "./exchange.ts";
import { DISCONNECTED_MS, type Line, type LineState, type LineWorld, newLineState, speaks } from "./line.ts";
import type { CallRole, QualityWord } from "./wire.ts";

/** It should have rung by now: perhaps another page of the person's has the registration. */
const RING_MS = 2_500;
/** The server gives up sooner. */
const GIVE_UP_MS = 25_000;
const CONNECT_MS = 8_000;
/** The desk's socket says that a call is over at about the time when the exchange ends it. */
const FAREWELL_MS = 1_000;
const PAUSES_MS = [0, 1_000, 2_000, 4_000];

export interface SipWorld extends LineWorld {
  exchange: Exchange;
  /** Asks the server to ring this page anew for this call. */
  retake(): void;
}

export class SipLine implements Line {
  readonly state: Store<LineState>;
  private call: SipCall | null = null;
  private peer: RTCPeerConnection | null = null;
  private track: MediaStreamTrack | null = null;
  private silence: AudioContext | null = null;
  private timer: ReturnType<typeof setTimeout> | null = null;
  private expectNoMore = () => {};
  private isRenewing = false;

  constructor(
    leg: string,
    interaction: string,
    role: CallRole,
    private readonly world: SipWorld,
  ) {
    this.state = new Store<LineState>({
      ...newLineState(leg, interaction, role, world.now()),
      phase: "connecting",
    });
  }

  start(): void {
    this.timer = setTimeout(() => {
      void this.world.exchange.ringHere();
      this.within(GIVE_UP_MS);
    }, RING_MS);
    // The exchange would notice a page that is gone only by its silence.
    addEventListener("pagehide", this.farewell);
    this.expectNoMore = this.world.exchange.expect(this.state.get().leg, (call) => void this.take(call));
  }

  /** Offers and answers go over the exchange's own socket. */
  answer(): void {}

  setMuted(on: boolean): void {
    this.set({ muted: on });
    this.gate();
    this.world.mute(this.state.get().leg, on);
  }

  setRole(role: CallRole): void {
    this.set({ role });
    this.gate();
    if (speaks(role) && this.silence && this.peer) void this.speak();
  }

  setQuality(quality: QualityWord): void {
    this.set({ quality });
  }

  async replaceTrack(track: MediaStreamTrack): Promise<void> {
    this.track?.stop();
    this.track = track;
    this.hush();
    this.gate();
    await this.sender()?.replaceTrack(track);
  }

  /** Nothing to do while sound flows or is on its way; else the server rings anew, with another leg. */
  renew(): void {
    if (this.isRenewing || this.isPickedUp()) return;
    this.isRenewing = true;
    this.letGo();
    this.setWaiting();
    this.within(GIVE_UP_MS);
    void this.world.exchange.ringHere().then(() => {
      this.isRenewing = false;
      // It may have rung meanwhile.
      if (this.state.get().phase !== "closed" && !this.isPickedUp()) this.world.retake();
    });
  }

  private isPickedUp(): boolean {
    if (!this.call || this.state.get().phase === "failed") return false;
    return !this.peer || ["new", "connecting", "connected"].includes(this.peer.connectionState);
  }

  close(): void {
    this.set({ phase: "closed" });
    removeEventListener("pagehide", this.farewell);
    this.expectNoMore();
    this.letGo();
    this.track?.stop();
    this.track = null;
    this.hush();
    this.world.hear(this.state.get().leg, null);
  }

  private readonly farewell = (): void => this.letGo();

  private set(change: Partial<LineState>): void {
    this.state.set({ ...this.state.get(), ...change });
  }

  private gate(): void {
    const { muted, role } = this.state.get();
    if (this.track) this.track.enabled = !muted && speaks(role);
  }

  private sender(): RTCRtpSender | undefined {
    return this.peer?.getSenders()[0];
  }

  // -- picking up ------------------------------------------------------------------------------------------------------
  private async take(call: SipCall): Promise<void> {
    this.letGo();
    this.call = call;
    this.setWaiting();
    call.onOver(() => this.over(call));
    const track = await this.voice(call);
    if (this.call !== call) return track?.stop();
    if (!track) {
      this.call = null;
      call.refuse("unable");
      return this.set({ phase: "failed" });
    }
    this.track = track;
    this.gate();
    this.within(CONNECT_MS);
    call.answer(new MediaStream([track]), this.world.exchange.ice, {
      peer: (peer) => this.listen(peer),
      over: () => this.over(call),
    });
  }

  /** The microphone; silence for who has none and only listens; null: there is no speaking here. */
  private async voice(call: SipCall): Promise<MediaStreamTrack | null> {
    for (const pause of PAUSES_MS) {
      if (pause) await new Promise((resolve) => setTimeout(resolve, pause));
      const { role } = this.state.get();
      if (this.call !== call) return null;
      try {
        const track = speaks(role) ? await this.world.track(role) : null;
        // Closed meanwhile, or another call rings: nobody would stop the silence that began now.
        if (this.call !== call) return track;
        return track ?? this.silentTrack();
      } catch {
        // Why stands in `devices.microphone`, in words on the page; another program may let go of it.
      }
    }
    return null;
  }

  /** The exchange takes a line without packets for a dead one: who listens sends silence. */
  private silentTrack(): MediaStreamTrack | null {
    this.hush();
    this.silence = new AudioContext();
    return this.silence.createMediaStreamDestination().stream.getAudioTracks()[0] ?? null;
  }

  private hush(): void {
    void this.silence?.close();
    this.silence = null;
  }

  private async speak(): Promise<void> {
    const track = await this.world.track(this.state.get().role).catch(() => null);
    if (!track) return;
    if (this.state.get().phase === "closed") return track.stop();
    await this.replaceTrack(track);
  }

  private listen(peer: RTCPeerConnection): void {
    this.peer = peer;
    peer.addEventListener("track", ({ streams, track }) =>
      this.world.hear(this.state.get().leg, streams[0] ?? new MediaStream([track])),
    );
    peer.addEventListener("connectionstatechange", () => {
      if (peer === this.peer) this.moved(peer.connectionState);
    });
  }

  private moved(state: RTCPeerConnectionState): void {
    if (state === "connected") {
      this.clearTimer();
      this.set({ phase: "up", upAt: this.state.get().upAt ?? this.world.now() });
    } else if (state === "disconnected") this.within(DISCONNECTED_MS, () => this.lost());
    else if (state === "failed") this.lost();
  }

  // -- when it breaks off ----------------------------------------------------------------------------------------------
  /** No sound any more: the server is told by the end of this leg, and rings with another one. */
  private lost(): void {
    this.letGo();
    this.broken();
  }

  /** The other end has ended it; what that means the desk's socket says. */
  private over(call: SipCall): void {
    if (this.call !== call) return;
    this.letGo();
    this.within(FAREWELL_MS, () => this.broken());
  }

  private broken(): void {
    if (this.state.get().phase === "closed") return;
    this.setWaiting();
    this.within(GIVE_UP_MS);
  }

  private setWaiting(): void {
    this.set({ phase: this.state.get().upAt === null ? "connecting" : "reconnecting" });
  }

  private within(ms: number, otherwise = () => this.set({ phase: "failed" })): void {
    this.clearTimer();
    this.timer = setTimeout(otherwise, ms);
  }

  private letGo(): void {
    this.clearTimer();
    const call = this.call;
    this.call = null;
    this.peer = null;
    call?.drop();
  }

  private clearTimer(): void {
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
  }
}
