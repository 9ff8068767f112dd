/** What comes out of the loudspeaker: a call's stream on the chosen device, in both ears or in one, with its level. */
import type { DeviceChoice } from "./devices.ts";

interface SinkContext extends AudioContext {
  setSinkId?: (id: string) => Promise<void>;
}

/** Loudness of a stream, 0…1; nothing without WebAudio. */
export class Loudness {
  private readonly analyser: AnalyserNode | null = null;
  private readonly samples: Float32Array<ArrayBuffer> = new Float32Array(512);

  constructor(context: AudioContext | null, source: AudioNode | null) {
    if (!context || !source) return;
    this.analyser = context.createAnalyser();
    this.analyser.fftSize = 512;
    source.connect(this.analyser);
  }

  /** RMS of the last 10 ms or so on a scale that speech fills: -60 dBFS is 0, -6 dBFS is 1. */
  get(): number {
    if (!this.analyser) return 0;
    this.analyser.getFloatTimeDomainData(this.samples);
    const power = this.samples.reduce((sum, x) => sum + x * x, 0) / this.samples.length;
    const decibels = 10 * Math.log10(power + 1e-12);
    return Math.min(1, Math.max(0, (decibels + 60) / 54));
  }
}

const PAN = { left: -1, both: 0, right: 1 } as const;

export class Ears {
  readonly heard: Loudness;
  private readonly element: HTMLAudioElement;
  private readonly context: SinkContext | null;
  private readonly panner: StereoPannerNode | null = null;

  /** @param onBlocked hears whether the browser refuses to play until the person touches the page. */
  constructor(
    stream: MediaStream,
    choice: DeviceChoice,
    private readonly onBlocked: (blocked: boolean) => void,
  ) {
    this.element = new Audio();
    this.element.autoplay = true;
    this.element.srcObject = stream;
    this.context = typeof AudioContext === "undefined" ? null : new AudioContext();
    let source: AudioNode | null = null;
    if (this.context) {
      source = this.context.createMediaStreamSource(stream);
      this.panner = this.context.createStereoPanner();
      source.connect(this.panner);
    }
    this.heard = new Loudness(this.context, source);
    this.apply(choice);
    this.play();
  }

  /** Device and ear, also while talking. */
  apply({ speaker, ear }: DeviceChoice): void {
    // A stream that comes over the network only flows through WebAudio while an element plays it too: then a mute one.
    const split = ear !== "both" && this.panner !== null;
    this.element.muted = split;
    this.panner?.disconnect();
    if (split && this.panner && this.context) {
      this.panner.pan.value = PAN[ear];
      this.panner.connect(this.context.destination);
    }
    const to = (target: { setSinkId?: ((id: string) => Promise<void>) | undefined } | null) =>
      target?.setSinkId?.(speaker).catch(() => {});
    void to(this.element);
    void to(this.context);
  }

  play(): void {
    void this.context?.resume();
    // jsdom answers nothing at all.
    void Promise.resolve(this.element.play() as Promise<void> | undefined).then(
      () => this.onBlocked(false),
      (error: unknown) => {
        if (error instanceof DOMException && error.name === "NotAllowedError") this.onBlocked(true);
      },
    );
  }

  close(): void {
    this.element.pause();
    this.element.srcObject = null;
    void this.context?.close();
  }
}
