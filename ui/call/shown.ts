import type { CallState, Key, Position, ServerFrame, Site, Voice } from "./wire";

export type Stage = "idle" | "asking" | "connecting" | "checking" | CallState;

/** Refusals that a call-back would meet too. */
const NOT_THE_LINE = new Set(["slow_down", "contact_open", "unknown_topic"]);

/** What the page knows of the call, and what may be done as it stands. */
export class Shown {
  stage: Stage = "idle";
  site: Site | null = null;
  hours: { open: boolean; text: string } | null = null;
  voice: Voice | null = null;
  online = false;
  /** The server has been looked for in vain for a while. */
  unreached = false;
  barred = false;
  degraded = false;
  agent = "";
  caption = "";
  keys: Key[] = [];
  place: Position | null = null;
  recording = "";
  muted = false;
  topic = "";
  endedBy = "";
  /** Why, as a code, where nobody hung up. */
  endedWhy = "";
  rated = 0;
  /** The number to which we call back; empty: this page. */
  number = "";
  /** What went wrong, as the server said it or as a key of the words. */
  trouble: { code: string; text: string; alternatives: string[] } | null = null;
  ringing = false;
  /** When the talk began and, once over, how long it took; ms. */
  since = 0;
  took = 0;
  /** A call of before a reload waits for a tap. */
  resumable = false;
  checked = false;
  /** During a check: sound has got through. */
  connected = false;
  /** The line has been away for long. */
  cutLong = false;

  /** What the call will be once its line is up. */
  protected next: CallState = "reception";

  /** `served`: the number to dial, known before the server is reached. */
  constructor(private served = "") {}

  /** The company's telephone number; empty: none. */
  get phone(): string {
    return this.voice ? this.voice.phone : this.served;
  }

  /** Whether one may be called back instead: who talked is looked for by the agent, who waits can leave the line. */
  get mayBeCalled(): boolean {
    return this.voice?.call_back !== false && this.wouldBeCalled;
  }

  /** Whether one may write, or dial, instead of that. */
  get insteadOfCallBack(): boolean {
    return this.voice?.call_back === false && this.wouldBeCalled;
  }

  private get wouldBeCalled(): boolean {
    if (this.stage === "cut") return this.cutLong && (this.next === "waiting" || this.next === "reception");
    if (this.stage === "ended") return this.endedBy !== "customer" && this.endedBy !== "agent";
    if (this.stage === "waiting") return true;
    const trouble = !!this.trouble && !NOT_THE_LINE.has(this.trouble.code);
    return !this.resumable && (this.voice?.available === false || trouble);
  }

  /** What is done with one's words now; "": nothing is recorded. */
  get recorded(): string {
    return this.stage === "talking" ? this.recording : "";
  }

  get live(): boolean {
    return ["reception", "waiting", "talking", "held", "cut", "connecting"].includes(this.stage);
  }

  /** A line is being tried for. */
  protected get tries(): boolean {
    return ["connecting", "checking", "cut"].includes(this.stage);
  }

  /** Takes in what the server says that needs no more than being known. */
  protected learn(frame: ServerFrame): void {
    switch (frame.t) {
      case "welcome":
        [this.online, this.unreached, this.degraded] = [true, false, false];
        [this.site, this.hours, this.voice] = [frame.site, frame.hours, frame.voice];
        break;
      case "position":
        this.place = frame;
        break;
      case "say":
        [this.caption, this.keys] = [frame.text, frame.keys];
        break;
      case "degraded":
        this.degraded = frame.on;
        break;
      case "ice":
        if (this.voice) this.voice = { ...this.voice, ice_servers: frame.ice_servers };
        break;
    }
  }

  /** Of a new call nothing is known yet. */
  protected renew(): void {
    Object.assign(this, { agent: "", caption: "", keys: [], place: null, recording: "", muted: false });
    Object.assign(this, {
      endedBy: "",
      endedWhy: "",
      rated: 0,
      since: 0,
      took: 0,
      number: "",
      next: "reception",
    });
    this.checked = false;
  }
}
