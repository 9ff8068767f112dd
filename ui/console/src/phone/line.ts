/**
 * One leg of a call: a peer connection of the browser's and its ways back when the network goes. All that it needs of
 * the world comes in by `LineWorld`, so that tests are it, and so that another kind of line (`sip.ts`) can stand beside.
 */
import { Store } from "@kit/feed/store.ts";
import type { CallRole, QualityWord } from "./wire.ts";

export type LinePhase =
  /** The microphone is being opened, the offer made. */
  | "opening"
  /** Sent; the other end is on its way. */
  | "connecting"
  | "up"
  /** It was up; the network went; trying again by itself. */
  | "reconnecting"
  /** Given up: the person may try again. */
  | "failed"
  | "closed";

export interface LineState {
  leg: string;
  interaction: string;
  role: CallRole;
  phase: LinePhase;
  muted: boolean;
  /** When it began to connect (`LineWorld.now`). */
  startedAt: number;
  /** When sound first went through, by `LineWorld.now`. */
  upAt: number | null;
  quality: QualityWord | null;
}

export interface LineWorld {
  /** Sends the offer; false: no connection to the server now, `renew` will be called when there is one. */
  offer(leg: string, sdp: string): boolean;
  mute(leg: string, on: boolean): void;
  /** The microphone's track, of this line's own; null: this role may do without. Not asked for who only listens. */
  track(role: CallRole): Promise<MediaStreamTrack | null>;
  peer(): RTCPeerConnection;
  /** Sound arrives; `null`: no more. */
  hear(leg: string, stream: MediaStream | null): void;
  /** ms since 1970 UTC */
  now(): number;
}

/** What the phone asks of a line, whatever it is made of. */
export interface Line {
  readonly state: Store<LineState>;
  start(): void;
  /** The server's answer to the last offer. */
  answer(sdp: string): void;
  setMuted(on: boolean): void;
  setRole(role: CallRole): void;
  setQuality(quality: QualityWord): void;
  /** Another microphone, while talking. */
  replaceTrack(track: MediaStreamTrack): Promise<void>;
  /** Connects anew, now. */
  renew(): void;
  close(): void;
}

export const GATHER_MS = 2_000;
/** A wobble this short heals by itself. */
export const DISCONNECTED_MS = 2_000;
const ANSWER_MS = 5_000;
const CONNECT_MS = 8_000;
const PAUSES_MS = [0, 1_000, 2_000, 4_000, 8_000, 8_000];

/** Resolves when all candidates are found, or enough time has gone: those found by then have to do. */
export function gathered(peer: RTCPeerConnection, capMs = GATHER_MS): Promise<void> {
  if (peer.iceGatheringState === "complete") return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(done, capMs);
    function done(): void {
      clearTimeout(timer);
      peer.removeEventListener("icegatheringstatechange", check);
      resolve();
    }
    function check(): void {
      if (peer.iceGatheringState === "complete") done();
    }
    peer.addEventListener("icegatheringstatechange", check);
  });
}

/** Supervisors who only listen are never heard, whatever their microphone does. */
export const speaks = (role: CallRole): boolean => role !== "listen";

export const newLineState = (
  leg: string,
  interaction: string,
  role: CallRole,
  startedAt: number,
): LineState => ({
  leg,
  interaction,
  role,
  phase: "opening",
  muted: false,
  startedAt,
  upAt: null,
  quality: null,
});

export class WebRtcLine implements Line {
  readonly state: Store<LineState>;
  private peer: RTCPeerConnection | null = null;
  private sender: RTCRtpSender | null = null;
  private track: MediaStreamTrack | null = null;
  private timer: ReturnType<typeof setTimeout> | null = null;
  private tries = 0;
  private attempt = 0;

  constructor(
    leg: string,
    interaction: string,
    role: CallRole,
    private readonly world: LineWorld,
  ) {
    this.state = new Store<LineState>(newLineState(leg, interaction, role, world.now()));
  }

  start(): void {
    void this.connect();
  }

  answer(sdp: string): void {
    const peer = this.peer;
    if (!peer || peer.signalingState !== "have-local-offer") return; // of an attempt that is over
    peer.setRemoteDescription({ type: "answer", sdp }).then(
      () => this.within(CONNECT_MS),
      () => this.stumble(),
    );
  }

  setMuted(on: boolean): void {
    this.set({ muted: on });
    this.gate();
    this.world.mute(this.state.get().leg, on);
  }

  setRole(role: CallRole): void {
    this.set({ role });
    this.gate();
    if (speaks(role) && !this.track && this.sender) void this.speak();
  }

  setQuality(quality: QualityWord): void {
    this.set({ quality });
  }

  async replaceTrack(track: MediaStreamTrack): Promise<void> {
    this.track?.stop();
    this.track = track;
    this.gate();
    await this.sender?.replaceTrack(track);
  }

  renew(): void {
    this.tries = 0;
    void this.connect();
  }

  close(): void {
    this.attempt++;
    this.drop();
    this.track?.stop();
    this.track = null;
    this.world.hear(this.state.get().leg, null);
    this.set({ phase: "closed" });
  }

  private set(change: Partial<LineState>): void {
    this.state.set({ ...this.state.get(), ...change });
  }

  private gate(): void {
    const { muted, role } = this.state.get();
    if (this.track) this.track.enabled = !muted && speaks(role);
  }

  /** From now on this line is heard: its sender had no track yet, and needs no new offer for one. */
  private async speak(): Promise<void> {
    const track = await this.world.track(this.state.get().role).catch(() => null);
    if (!track) return;
    if (this.track || this.state.get().phase === "closed") return track.stop();
    await this.replaceTrack(track);
  }

  private async connect(): Promise<void> {
    const attempt = ++this.attempt;
    const { leg, role, upAt } = this.state.get();
    this.drop();
    this.set({ phase: upAt === null ? "opening" : "reconnecting" });
    try {
      const track = this.track ?? (speaks(role) ? await this.world.track(role) : null);
      if (attempt !== this.attempt) return track === this.track ? undefined : track?.stop();
      if (this.track && this.track !== track) track?.stop();
      else this.track = track;
      this.gate();
      const peer = (this.peer = this.world.peer());
      this.listen(peer);
      const { sender } = peer.addTransceiver(this.track ?? "audio", { direction: "sendrecv" });
      this.sender = sender;
      await peer.setLocalDescription(await peer.createOffer());
      await gathered(peer);
      if (attempt !== this.attempt) return;
      if (!this.world.offer(leg, peer.localDescription?.sdp ?? "")) return; // `renew` comes with the connection
      if (upAt === null) this.set({ phase: "connecting" });
      this.within(ANSWER_MS);
    } catch {
      if (attempt === this.attempt) this.stumble();
    }
  }

  private listen(peer: RTCPeerConnection): void {
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
      this.tries = 0;
      this.set({ phase: "up", upAt: this.state.get().upAt ?? this.world.now() });
    } else if (state === "disconnected") this.within(DISCONNECTED_MS);
    else if (state === "failed") this.stumble();
  }

  /** What has not come true by then has failed. */
  private within(ms: number): void {
    this.clearTimer();
    if (this.peer?.connectionState !== "connected") this.timer = setTimeout(() => this.stumble(), ms);
  }

  private stumble(): void {
    const pause = PAUSES_MS[this.tries++];
    this.drop();
    if (pause === undefined) return this.set({ phase: "failed" });
    this.set({ phase: this.state.get().upAt === null ? "opening" : "reconnecting" });
    this.timer = setTimeout(() => void this.connect(), pause);
  }

  private drop(): void {
    this.clearTimer();
    const peer = this.peer;
    this.peer = null;
    this.sender = null;
    peer?.close();
  }

  private clearTimer(): void {
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
  }
}
