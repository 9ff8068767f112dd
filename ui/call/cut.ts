import type { Lines } from "./lines";
import type { Ports } from "./ports";
import type { Shown } from "./shown";

/** Pauses between attempts to get a lost line back, ms; the last one goes on. */
const AGAIN_MS = [0, 1_000, 2_000, 4_000, 8_000];
/** A line is usually back within two seconds; after this one may want to be called instead. */
const CUT_LONG_MS = 5_000;

/** A lost line: when it is tried again, and whether it has been away for long. */
export class Cut {
  private attempt = 0;
  private forget: () => void = () => undefined;

  constructor(
    private shown: Shown,
    private lines: Lines,
    private ports: Pick<Ports, "later" | "changed">,
  ) {}

  /** The next attempt counts as the first, which goes at once. */
  afresh(): void {
    this.attempt = 0;
  }

  /** Tries after a pause that grows with every attempt. */
  again(attempt: () => void): void {
    this.lines.after(AGAIN_MS[Math.min(this.attempt++, AGAIN_MS.length - 1)]!, attempt);
  }

  /** The line is away from now on, or no longer. */
  watch(away: boolean): void {
    this.shown.cutLong = false;
    this.forget();
    this.forget = () => undefined;
    if (!away) return;
    this.forget = this.ports.later(() => {
      this.shown.cutLong = true;
      this.ports.changed();
    }, CUT_LONG_MS);
  }
}
