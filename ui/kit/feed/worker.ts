/** The SharedWorker: one core for all pages of this browser. A page holds a lock as long as it lives, so its end is noticed. */
import { browserWorld } from "./browser.ts";
import { FeedCore } from "./core.ts";
import type { Port, ToCore } from "./port.ts";

interface Scope {
  onconnect: ((event: MessageEvent) => void) | null;
}

export type Joining = { t: "join"; lock: string };

const core = new FeedCore(browserWorld);

(self as unknown as Scope).onconnect = (event) => {
  const channel = event.ports[0];
  if (!channel) return;
  const port: Port = { send: (message) => channel.postMessage(message) };
  core.join(port);
  channel.onmessage = ({ data }: MessageEvent<ToCore | Joining>) => {
    if (data.t === "join") {
      void navigator.locks.request(data.lock, () => core.leave(port));
    } else core.receive(port, data);
  };
};
