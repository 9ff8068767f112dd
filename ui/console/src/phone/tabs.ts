/**
 * One page of a browser holds the line. The others show what it tells them and may take the line over.
 *
 * The holder has a Web Lock in the person's name; when it goes, the next page in the row gets it. What it knows goes to
 * the others over a BroadcastChannel, and their wishes (mute, a key) come back the same way.
 */

export interface TabWorld {
  locks: Pick<LockManager, "request"> | undefined;
  channel(name: string): Pick<BroadcastChannel, "postMessage" | "close" | "onmessage"> | null;
}

export const browserTabs: TabWorld = {
  locks: globalThis.navigator?.locks,
  channel: (name) => (typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel(name)),
};

type Word<S, A> = { state: S } | { act: A } | { who: true };

/** `S`: what the holder tells, plain data. `A`: what others ask of it. */
export class Tabs<S, A> {
  private channel: ReturnType<TabWorld["channel"]> = null;
  private isHolder = false;
  private release = () => {};
  private stopped = false;

  constructor(
    private readonly name: string,
    private readonly world: TabWorld,
    private readonly on: {
      held: () => void;
      /** Another page took it. */
      lost: () => void;
      state: (state: S) => void;
      act: (act: A) => void;
      tell: () => S;
    },
  ) {}

  start(): void {
    this.stopped = false;
    this.channel = this.world.channel(`rexian-phone:${this.name}`);
    if (this.channel) this.channel.onmessage = ({ data }: MessageEvent<Word<S, A>>) => this.take(data);
    // Without locks (an old browser) each page is its own holder; the server then decides by the last one ready.
    if (!this.world.locks) return this.hold();
    void this.request({});
    this.channel?.postMessage({ who: true });
  }

  stop(): void {
    this.stopped = true;
    this.release();
    this.channel?.close();
    this.channel = null;
    this.isHolder = false;
  }

  /** Takes the line from whichever page has it. */
  steal(): void {
    if (!this.isHolder && this.world.locks) void this.request({ steal: true });
  }

  /** Tells the other pages, if this is the holder. */
  tell(state: S): void {
    if (this.isHolder) this.channel?.postMessage({ state });
  }

  /** Does it here, or asks the holder to. */
  ask(act: A): void {
    if (this.isHolder) this.on.act(act);
    else this.channel?.postMessage({ act });
  }

  private async request(options: LockOptions): Promise<void> {
    try {
      await this.world.locks?.request(`rexian-phone:${this.name}`, options, () => {
        if (this.stopped) return Promise.resolve();
        this.hold();
        return new Promise<void>((resolve) => (this.release = resolve));
      });
    } catch {
      // Stolen by another page: stand in the row again, behind it.
      if (this.stopped || !this.isHolder) return;
      this.isHolder = false;
      this.on.lost();
      void this.request({});
    }
  }

  private hold(): void {
    if (this.isHolder) return;
    this.isHolder = true;
    this.on.held();
  }

  private take(word: Word<S, A>): void {
    if ("state" in word) {
      if (!this.isHolder) this.on.state(word.state);
    } else if (!this.isHolder) return;
    else if ("act" in word) this.on.act(word.act);
    else this.tell(this.on.tell());
  }
}
