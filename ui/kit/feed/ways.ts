/** The ways from a page to the feed's core: a SharedWorker that all pages share, or a core in the page itself. */
import { browserWorld } from "./browser.ts";
import { FeedCore } from "./core.ts";
import type { FromCore, ToCore } from "./port.ts";

/** Sends to the core, wherever it runs. */
export interface Wire {
  send(message: ToCore): void;
  close(): void;
}

function inPage(receive: (message: FromCore) => void): Wire {
  const core = new FeedCore(browserWorld);
  let open = true;
  const port = {
    send: (message: FromCore) =>
      queueMicrotask(() => {
        if (open) receive(message);
      }),
  };
  core.join(port);
  return {
    send: (message) => core.receive(port, message),
    close: () => {
      open = false;
    },
  };
}

function inWorker(receive: (message: FromCore) => void, name: string): Wire {
  const worker = new SharedWorker(new URL("./worker.ts", import.meta.url), {
    type: "module",
    name: `rexian-feed:${name}`,
  });
  const lock = `rexian-feed:${crypto.randomUUID()}`;
  let release = () => {};
  // Held while the page lives. The worker asks for the same lock and so learns of the page's end, however it came.
  void navigator.locks.request(lock, () => new Promise<void>((resolve) => (release = resolve)));
  worker.port.onmessage = ({ data }: MessageEvent<FromCore>) => receive(data);
  worker.port.postMessage({ t: "join", lock });
  return {
    send: (message) => worker.port.postMessage(message),
    close: () => {
      release();
      worker.port.close();
    },
  };
}

/** Opens the way to the core: the SharedWorker if the browser has one and it answers, else a core in this page. */
export function browserWire(name: string): (receive: (message: FromCore) => void) => Wire {
  return (receive) => {
    if (typeof SharedWorker === "undefined" || typeof navigator.locks === "undefined") return inPage(receive);
    const sent: ToCore[] = [];
    let heard = false;
    let wire: Wire;
    const take = (message: FromCore) => {
      heard = true;
      receive(message);
    };
    const fallBack = () => {
      if (heard) return;
      wire.close();
      wire = inPage(receive);
      for (const message of sent) wire.send(message);
    };
    try {
      wire = inWorker(take, name);
    } catch {
      return inPage(receive);
    }
    const timer = setTimeout(fallBack, 3_000);
    return {
      send: (message) => {
        if (!heard) sent.push(message);
        wire.send(message);
      },
      close: () => {
        clearTimeout(timer);
        heard = true;
        wire.close();
      },
    };
  };
}
