/** What a page and the feed's core say to each other, over a SharedWorker's port or directly. */
import type { AnyData, Op } from "./wire.ts";

export type ToCore =
  | { t: "open"; csrf: string; locale: string }
  | { t: "sub"; topic: string }
  | { t: "unsub"; topic: string }
  | { t: "cmd"; id: string; name: string; args: object }
  | { t: "typing"; interaction_id: string; on: boolean }
  /** Try now: the page came back, the network too. */
  | { t: "nudge" }
  /** This page goes. */
  | { t: "leave" }
  /** The person signs out: all pages stop. */
  | { t: "sign_out" };

export type LinkState = "connecting" | "live" | "behind" | "offline";

export type FromCore =
  | { t: "snap"; topic: string; epoch: string | number; seq: number; data: AnyData }
  | { t: "delta"; topic: string; seq: number; ops: Op[] }
  | { t: "refused"; topic: string; code: string }
  | { t: "ack"; id: string; seq: number; result?: unknown }
  | { t: "nack"; id: string; code: string; title: string }
  | { t: "typing"; interaction_id: string; on: boolean }
  /** The state of the line, sent on every change and at least once a second. `silent_ms`: since the server's last word. */
  | { t: "line"; state: LinkState; silent_ms: number | null; degraded: boolean; retry_ms: number | null }
  /** The server's clock, `age_ms` ago. */
  | { t: "clock"; now: number; age_ms: number }
  | { t: "signed_out" };

export interface Port {
  send(message: FromCore): void;
}
