import { beforeEach, describe, expect, it } from "vitest";
import { Tabs, type TabWorld } from "./tabs.ts";

/** Locks and channels of one browser, in memory. */
class Browser {
  private holder: { grant: () => Promise<unknown>; reject: (error: Error) => void } | null = null;
  private row: (() => void)[] = [];
  private readonly channels = new Set<{ onmessage: ((event: MessageEvent) => void) | null }>();

  readonly world: TabWorld = {
    locks: {
      request: ((_: string, options: LockOptions, run: () => Promise<unknown>) =>
        this.request(options, run)) as LockManager["request"],
    },
    channel: () => {
      const own = {
        onmessage: null as ((event: MessageEvent) => void) | null,
        postMessage: (data: unknown) => {
          for (const other of this.channels) if (other !== own) other.onmessage?.({ data } as MessageEvent);
        },
        close: () => void this.channels.delete(own),
      };
      this.channels.add(own);
      return own;
    },
  };

  private request(options: LockOptions, run: () => Promise<unknown>): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const grant = async () => {
        const me = { grant: run, reject };
        this.holder = me;
        const result = await run();
        if (this.holder !== me) return;
        this.holder = null;
        resolve(result);
        this.row.shift()?.();
      };
      if (options.steal) {
        this.holder?.reject(new Error("AbortError"));
        void grant();
      } else if (this.holder) this.row.push(() => void grant());
      else void grant();
    });
  }
}

interface Page {
  tabs: Tabs<string, string>;
  holds: boolean;
  heard: string[];
  asked: string[];
}

let browser: Browser;
const settle = () => new Promise((resolve) => setTimeout(resolve, 5));

function page(name: string): Page {
  const one: Page = {
    holds: false,
    heard: [],
    asked: [],
    tabs: new Tabs<string, string>("li", browser.world, {
      held: () => (one.holds = true),
      lost: () => (one.holds = false),
      state: (state) => one.heard.push(state),
      act: (act) => one.asked.push(act),
      tell: () => `${name} speaks`,
    }),
  };
  one.tabs.start();
  return one;
}

beforeEach(() => {
  browser = new Browser();
});

describe("pages of one browser", () => {
  it("have one holder; the others hear from it and ask it", async () => {
    const [a, b] = [page("a"), page("b")];
    await settle();
    expect([a.holds, b.holds]).toEqual([true, false]);
    expect(b.heard).toEqual(["a speaks"]);
    a.tabs.tell("on a call");
    expect(b.heard.at(-1)).toBe("on a call");
    b.tabs.ask("mute");
    expect(a.asked).toEqual(["mute"]);
    b.tabs.tell("nonsense");
    expect(a.heard).toEqual([]);
  });

  it("may take the line; who lost it stands in the row again", async () => {
    const [a, b] = [page("a"), page("b")];
    await settle();
    b.tabs.steal();
    await settle();
    expect([a.holds, b.holds]).toEqual([false, true]);
    b.tabs.stop();
    await settle();
    expect(a.holds).toBe(true);
  });

  it("hand it on when the holder's page is closed", async () => {
    const [a, b] = [page("a"), page("b")];
    await settle();
    a.tabs.stop();
    await settle();
    expect(b.holds).toBe(true);
  });

  it("hold it each for themselves where there are no locks", () => {
    browser.world.locks = undefined;
    expect([page("a").holds, page("b").holds]).toEqual([true, true]);
  });
});
