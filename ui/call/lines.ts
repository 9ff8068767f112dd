import type { LinePort, Ports } from "./ports";
import type { IceServer } from "./wire";

/** No line came about; `code` says why, as a key of the words. */
export class NoLine extends Error {
  constructor(readonly code: string) {
    super(code);
  }
}

export interface LinesEvents {
  /** Sound flows. */
  up: () => void;
  /** It has stopped flowing and won't come back by itself. */
  lost: () => void;
  /** A line came about that was no longer wanted; it is closed, the microphone may still be open. */
  late: () => void;
}

/** The page's lines, one at a time. */
export class Lines {
  private line: LinePort | undefined;
  /** How many lines have been begun or dropped: what comes late belongs to none. */
  private turn = 0;
  private pending = "";
  private stop: () => void = () => undefined;

  constructor(
    private ports: Pick<Ports, "line" | "release" | "later" | "newId">,
    private events: LinesEvents,
  ) {}

  /** There is a line, up or about to be. */
  get any(): boolean {
    return !!this.line;
  }

  /**
   * Opens the microphone and makes a new line, in place of any other; `opened` is told before it is asked for its offer.
   * Undefined where it has been dropped meanwhile. Rejects with a `NoLine`.
   */
  async offer(servers: IceServer[], opened: () => void): Promise<string | undefined> {
    const line = await this.open(servers);
    if (!line) return undefined;
    opened();
    try {
      const sdp = await line.offer();
      return line === this.line ? sdp : undefined;
    } catch {
      if (line === this.line) throw new NoLine("failed");
      return undefined;
    }
  }

  private async open(servers: IceServer[]): Promise<LinePort | undefined> {
    this.drop();
    const turn = this.turn;
    try {
      const line = await this.ports.line(
        servers,
        () => line === this.line && this.events.up(),
        () => line === this.line && this.events.lost(),
      );
      if (turn !== this.turn) return this.tooLate(line);
      return (this.line = line);
    } catch (error) {
      if (turn === this.turn) throw new NoLine((error as { code?: string }).code ?? "failed");
      return undefined;
    }
  }

  /** It was over before there was a line. */
  private tooLate(line: LinePort): undefined {
    line.close();
    this.events.late();
  }

  /** The id under which the offer is sent: only the answer to the last one is taken. */
  ask(): string {
    return (this.pending = this.ports.newId());
  }

  answered(id: string, sdp: string): void {
    if (id !== this.pending || !this.line) return;
    this.line.answered(sdp).catch(() => this.events.lost());
  }

  /** False when the key can't go with the sound. */
  press(digit: string): boolean {
    return this.line?.press(digit) ?? false;
  }

  mute(on: boolean): void {
    this.line?.mute(on);
  }

  /** Does it in `ms`, unless the line is dropped or something else is to be done before. */
  after(ms: number, act: () => void): void {
    this.stop();
    this.stop = this.ports.later(act, ms);
  }

  /** Nothing is to be done after a while any more. */
  stay(): void {
    this.stop();
  }

  /** No line and no microphone from now on. */
  end(): void {
    this.drop();
    this.ports.release();
  }

  private drop(): void {
    this.turn++;
    this.stop();
    this.line?.close();
    this.line = undefined;
  }
}
