/** The phone's own sounds, made on the spot: ringing on the chosen device, connected, ended, lost. */
import type { DeviceChoice } from "./devices.ts";

type Note = readonly [pitchHz: number, atS: number, forS: number];

/** Two bursts of the ring tone that Chinese telephones have (450 Hz), softened by its octave. */
const RING: readonly Note[] = [
  [450, 0, 0.9],
  [900, 0, 0.9],
  [450, 1.1, 0.4],
  [900, 1.1, 0.4],
];
const CONNECTED: readonly Note[] = [
  [660, 0, 0.09],
  [880, 0.1, 0.14],
];
const ENDED: readonly Note[] = [
  [520, 0, 0.12],
  [390, 0.14, 0.2],
];
const LOST: readonly Note[] = [
  [440, 0, 0.15],
  [440, 0.25, 0.15],
  [330, 0.5, 0.3],
];
/** Nothing else sounds like it: two tones in turn, as sirens do. */
const ALARM: readonly Note[] = [
  [960, 0, 0.3],
  [770, 0.3, 0.3],
  [960, 0.6, 0.3],
  [770, 0.9, 0.3],
];
const RING_EVERY_MS = 3_000;
const ALARM_EVERY_MS = 2_000;

interface SinkContext extends AudioContext {
  setSinkId?: (id: string) => Promise<void>;
}

export class Sounds {
  private ringer: SinkContext | null = null;
  private own: SinkContext | null = null;
  private timer: ReturnType<typeof setInterval> | null = null;
  private siren: ReturnType<typeof setInterval> | null = null;

  /** @param onBlocked hears whether the browser keeps sound back until the person touches the page. */
  constructor(
    private readonly choice: () => DeviceChoice,
    private readonly onBlocked: (blocked: boolean) => void,
  ) {}

  startRinging(): void {
    if (this.timer) return;
    const once = () => {
      this.ringer ??= this.make();
      void this.play(this.ringer, RING, this.choice().ringer, this.choice().ringVolume * 0.3);
    };
    once();
    this.timer = setInterval(once, RING_EVERY_MS);
  }

  stopRinging(): void {
    if (this.timer) clearInterval(this.timer);
    this.timer = null;
    // Closing cuts the burst that is sounding: nobody talks over a ringing.
    void this.ringer?.close();
    this.ringer = null;
  }

  /** As loud as the device goes, until it is stopped. */
  startAlarm(): void {
    if (this.siren) return;
    const once = () => {
      this.ringer ??= this.make();
      void this.play(this.ringer, ALARM, this.choice().ringer, 0.5);
    };
    once();
    this.siren = setInterval(once, ALARM_EVERY_MS);
  }

  stopAlarm(): void {
    if (this.siren) clearInterval(this.siren);
    this.siren = null;
  }

  connected = (): void => this.say(CONNECTED);
  ended = (): void => this.say(ENDED);
  lost = (): void => this.say(LOST);

  /** Rings once, to try a device. */
  tryRing(): void {
    this.ringer ??= this.make();
    void this.play(this.ringer, RING, this.choice().ringer, this.choice().ringVolume * 0.3);
  }

  /** In a gesture of the person's: from now on the page may sound. */
  unblock(): void {
    for (const context of [this.own, this.ringer]) {
      if (context?.state === "suspended") void context.resume().then(() => this.onBlocked(false));
    }
  }

  private say(notes: readonly Note[]): void {
    this.own ??= this.make();
    void this.play(this.own, notes, this.choice().speaker, 0.12);
  }

  private make(): SinkContext | null {
    return typeof AudioContext === "undefined" ? null : new AudioContext();
  }

  private async play(
    context: SinkContext | null,
    notes: readonly Note[],
    device: string,
    gain: number,
  ): Promise<void> {
    if (!context || context.state === "closed") return;
    // A device that is gone: the default one rings instead.
    await context.setSinkId?.(device).catch(() => {});
    if (context.state === "suspended") {
      await Promise.race([context.resume(), new Promise((resolve) => setTimeout(resolve, 300))]);
    }
    if (context.state !== "running") return this.onBlocked(context.state === "suspended");
    this.onBlocked(false);
    for (const note of notes) strike(context, note, gain);
  }
}

function strike(context: AudioContext, [pitch, after, length]: Note, gain: number): void {
  const at = context.currentTime + after;
  const tone = context.createOscillator();
  const level = context.createGain();
  tone.frequency.value = pitch;
  level.gain.setValueAtTime(0, at);
  level.gain.linearRampToValueAtTime(gain, at + 0.015);
  level.gain.setValueAtTime(gain, at + length - 0.03);
  level.gain.linearRampToValueAtTime(0, at + length);
  tone.connect(level).connect(context.destination);
  tone.start(at);
  tone.stop(at + length + 0.02);
}
