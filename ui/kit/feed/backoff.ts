/** Waits between tries: 0.5 s doubling to 15 s, each shortened by up to a half at random, so that a room does not return as one. */
export class Backoff {
  private tries = 0;

  constructor(
    private readonly random: () => number,
    private readonly baseMs = 500,
    private readonly capMs = 15_000,
  ) {}

  next(): number {
    const full = Math.min(this.capMs, this.baseMs * 2 ** this.tries++);
    return full * (0.5 + this.random() / 2);
  }

  reset(): void {
    this.tries = 0;
  }
}
