/** All that a page hears and says in calls: an `Ears` for each line, the loudness of the own microphone. */
import type { DeviceChoice } from "./devices.ts";
import { Ears, Loudness } from "./ears.ts";

export class Hearing {
  private readonly ears = new Map<string, Ears>();
  private own: { loudness: Loudness; context: AudioContext } | null = null;

  constructor(
    private readonly choice: () => DeviceChoice,
    private readonly onBlocked: (blocked: boolean) => void,
  ) {}

  /** @param stream of a leg; null: it is over. */
  hear(leg: string, stream: MediaStream | null): void {
    this.ears.get(leg)?.close();
    this.ears.delete(leg);
    if (stream) this.ears.set(leg, new Ears(stream, this.choice(), this.onBlocked));
  }

  /** @param stream the microphone's; null: it is shut. */
  say(stream: MediaStream | null): void {
    void this.own?.context.close();
    this.own = null;
    if (!stream || typeof AudioContext === "undefined") return;
    const context = new AudioContext();
    this.own = { context, loudness: new Loudness(context, context.createMediaStreamSource(stream)) };
  }

  /** Devices and ear as now chosen. */
  apply(): void {
    for (const ears of this.ears.values()) ears.apply(this.choice());
  }

  /** In a gesture of the person's: what the browser kept back may sound. */
  play(): void {
    for (const ears of this.ears.values()) ears.play();
  }

  /** 0…1 each */
  levels(leg: string): { heard: number; said: number } {
    return { heard: this.ears.get(leg)?.heard.get() ?? 0, said: this.own?.loudness.get() ?? 0 };
  }
}
