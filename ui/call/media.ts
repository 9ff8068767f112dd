/** Microphone, loudspeaker and the line between: one RTCPeerConnection at a time. No trickle: one offer, one answer. */
import type { IceServer } from "./wire";

export type MicrophoneTrouble = "noMicrophone" | "refused" | "busy" | "insecure" | "unsupported";

/** Candidates that haven't come by then are not waited for. */
const GATHER_MS = 2_000;

export class Trouble extends Error {
  constructor(readonly code: MicrophoneTrouble) {
    super(code);
  }
}

/** Asks for the microphone. Rejects with `Trouble`. */
export async function microphone(): Promise<MediaStream> {
  if (!window.isSecureContext) throw new Trouble("insecure");
  // Old browsers and WebViews have no such thing.
  const media = navigator.mediaDevices as MediaDevices | undefined;
  if (!media || !("RTCPeerConnection" in window)) throw new Trouble("unsupported");
  try {
    return await media.getUserMedia({ audio: { echoCancellation: true, noiseSuppression: true } });
  } catch (error) {
    throw new Trouble(troubleOf((error as DOMException).name));
  }
}

export function troubleOf(name: string): MicrophoneTrouble {
  if (name === "NotFoundError" || name === "OverconstrainedError") return "noMicrophone";
  if (name === "NotReadableError" || name === "AbortError") return "busy";
  return "refused";
}

export interface LineEvents {
  /** Sound flows. */
  up: () => void;
  /** It has stopped flowing and won't come back by itself. */
  lost: () => void;
  sound: (stream: MediaStream) => void;
}

export class Line {
  private pc: RTCPeerConnection;
  private closed = false;

  constructor(
    private microphone: MediaStream,
    iceServers: IceServer[],
    events: LineEvents,
  ) {
    this.pc = new RTCPeerConnection({ iceServers });
    const [track] = microphone.getAudioTracks();
    const sending = this.pc.addTransceiver(track!, { direction: "sendrecv", streams: [microphone] });
    preferG711(sending);
    this.pc.ontrack = ({ track: heard, streams }) => events.sound(streams[0] ?? new MediaStream([heard]));
    this.pc.onconnectionstatechange = () => {
      if (this.closed) return;
      if (this.pc.connectionState === "connected") events.up();
      if (this.pc.connectionState === "failed") events.lost();
    };
  }

  /** What is offered to the server, with all candidates that were found in time. */
  async offer(): Promise<string> {
    await this.pc.setLocalDescription(await this.pc.createOffer());
    await gathered(this.pc);
    return this.pc.localDescription!.sdp;
  }

  async answered(sdp: string): Promise<void> {
    await this.pc.setRemoteDescription({ type: "answer", sdp });
  }

  /** Sends a key with the sound (RFC 4733); false when the browser can't. */
  press(digit: string): boolean {
    const [sender] = this.pc.getSenders();
    if (!sender?.dtmf?.canInsertDTMF) return false;
    // What is inserted replaces what still waits to be sounded.
    sender.dtmf.insertDTMF(sender.dtmf.toneBuffer + digit, 120, 60);
    return true;
  }

  mute(on: boolean): void {
    for (const track of this.microphone.getAudioTracks()) track.enabled = !on;
  }

  /** Ends the line; the microphone stays open for the next one. */
  close(): void {
    this.closed = true;
    this.pc.close();
  }
}

/** The engine speaks G.711; naming it first spares a negotiation of what would not be used. */
function preferG711(sending: RTCRtpTransceiver): void {
  const known = RTCRtpReceiver.getCapabilities("audio")?.codecs ?? [];
  const wanted = known.filter((one) => /\/(PCMU|PCMA|telephone-event)$/i.test(one.mimeType));
  if (wanted.length) sending.setCodecPreferences(wanted);
}

function gathered(pc: RTCPeerConnection): Promise<void> {
  return new Promise((done) => {
    if (pc.iceGatheringState === "complete") return done();
    const timer = setTimeout(done, GATHER_MS);
    pc.addEventListener("icegatheringstatechange", () => {
      if (pc.iceGatheringState !== "complete") return;
      clearTimeout(timer);
      done();
    });
  });
}

/** How loud the microphone is, 0…1, ten times a second. Returns how to stop. */
export function meter(stream: MediaStream, tell: (level: number) => void): () => void {
  const context = new AudioContext();
  const analyser = new AnalyserNode(context, { fftSize: 512 });
  context.createMediaStreamSource(stream).connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  const timer = setInterval(() => {
    analyser.getFloatTimeDomainData(samples);
    let sum = 0;
    for (const one of samples) sum += one * one;
    tell(Math.min(1, Math.sqrt(sum / samples.length) * 4));
  }, 100);
  return () => {
    clearInterval(timer);
    void context.close();
  };
}

/** A gentle two-tone ring for an in-page call-back. Returns how to stop. */
export function ring(): () => void {
  const context = new AudioContext();
  const once = () => {
    for (const [at, hz] of [
      [0, 660],
      [0.25, 880],
    ] as const) {
      const tone = new OscillatorNode(context, { frequency: hz });
      const gain = new GainNode(context, { gain: 0.12 });
      tone.connect(gain).connect(context.destination);
      tone.start(context.currentTime + at);
      tone.stop(context.currentTime + at + 0.22);
    }
  };
  once();
  const timer = setInterval(once, 2_000);
  return () => {
    clearInterval(timer);
    void context.close();
  };
}
