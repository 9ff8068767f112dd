import type { Lines } from "./lines";
import type { Ports } from "./ports";
import type { Shown } from "./shown";

const CHECK_MS = 20_000;
/** A line that isn't up by then won't come, or only after more patience than a check gets. */
const CHECK_UP_MS = 12_000;

/** The check before a call: a line of its own that says whether sound gets through. */
export class Check {
  constructor(
    private shown: Shown,
    private lines: Lines,
    private ports: Pick<Ports, "send" | "changed">,
    private over: () => void,
  ) {}

  /** `offer` makes the line; undefined: there is none, and it has been said. */
  async start(offer: () => Promise<string | undefined>): Promise<void> {
    [this.shown.checked, this.shown.connected] = [false, false];
    const sdp = await offer();
    if (sdp === undefined) return;
    if (!this.ports.send({ t: "check", id: this.lines.ask(), sdp })) return this.end();
    this.lines.after(CHECK_UP_MS, () => this.end());
  }

  /** Sound gets through: one may hear oneself for a while. */
  up(): void {
    this.shown.connected = true;
    this.lines.after(CHECK_MS, () => this.end());
    this.ports.changed();
  }

  /** Says whether sound got through. */
  end(): void {
    if (this.shown.stage !== "checking") return;
    if (!this.shown.connected) this.shown.trouble = { code: "checkFailed", text: "", alternatives: [] };
    this.stop();
  }

  /** The customer has had enough: that says nothing of the sound. */
  stop(): void {
    if (this.shown.stage !== "checking") return;
    this.lines.end();
    this.shown.checked = this.shown.connected;
    this.over();
  }
}
