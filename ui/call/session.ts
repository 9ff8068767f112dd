/** A customer's call: what the page knows of it, what the customer may do, and how a lost line comes back by itself. */
import type { CallState, ClientFrame, IceServer, Key, Position, ServerFrame, Site, Voice } from "./wire";

/** A call that is under way, kept over a reload of the page. */
export interface Kept {
  contact: string;
  interaction: string;
}

/** What a line is to the session: `media.ts` makes real ones. */
export interface LinePort {
  offer: () => Promise<string>;
  answered: (sdp: string) => Promise<void>;
  press: (digit: string) => boolean;
  mute: (on: boolean) => void;
  close: () => void;
}

export interface Ports {
  send: (frame: ClientFrame) => boolean;
  newId: () => string;
  now: () => number;
  later: (act: () => void, ms: number) => () => void;
  /** Opens the microphone if it isn't, and makes a line. Rejects with a `Trouble`. */
  line: (servers: IceServer[], up: () => void, lost: () => void) => Promise<LinePort>;
  /** The microphone isn't needed any more. */
  release: () => void;
  ring: () => () => void;
  keep: (kept: Kept | null) => void;
  visitor: (token: string) => void;
  changed: () => void;
}

export type Stage = "idle" | "asking" | "connecting" | "checking" | CallState;

/** Pauses between attempts to get a lost line back, ms; the last one goes on. */
const AGAIN_MS = [0, 1_000, 2_000, 4_000, 8_000];
const CHECK_MS = 20_000;
/** A line that isn't up by then won't come, or only after more patience than a check gets. */
const CHECK_UP_MS = 12_000;
/** A line is usually back within two seconds; after this one may want to be called instead. */
const CUT_LONG_MS = 5_000;
/** A server that hasn't answered by then is said to be away; it goes on being looked for. */
const REACH_MS = 6_000;
/** Refusals of a call under way that another attempt may outlast. */
const PASSING = new Set(["voice_down", "all_busy", "unavailable", "slow_down"]);

/** Refusals that a call-back would meet too. */
const NOT_THE_LINE = new Set(["slow_down", "contact_open", "unknown_topic"]);

/** Stages in which no microphone is needed. */
const SILENT = new Set<Stage>(["idle", "ended", "call_back"]);

export class Session {
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

  private kept: Kept | null;
  /** The call has never been on a line: refused, it is over. */
  private fresh = false;
  /** Asks that aren't the call itself: refused, the call goes on. */
  private asides = new Map<string, ClientFrame["t"]>();
  private line: LinePort | undefined;
  /** How many lines have been begun or dropped: what comes late belongs to none. */
  private turn = 0;
  private pending = "";
  private attempt = 0;
  private cancel: () => void = () => undefined;
  private quiet: () => void = () => undefined;
  private forgetCut: () => void = () => undefined;
  /** Ends the look-out for the server, while there is one. */
  private lookout: (() => void) | undefined;

  /** `servedPhone`: the number to dial, known before the server is reached. */
  constructor(
    private ports: Ports,
    kept: Kept | null,
    private servedPhone = "",
  ) {
    this.kept = kept;
  }

  /** The contact that is open or was last. */
  get contact(): string | undefined {
    return this.kept?.contact;
  }

  /** The company's telephone number; empty: none. */
  get phone(): string {
    return this.voice ? this.voice.phone : this.servedPhone;
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

  // -- what the customer does ------------------------------------------------------------------------------------------
  async call(): Promise<void> {
    this.kept = { contact: this.ports.newId(), interaction: this.ports.newId() };
    this.begin();
    this.fresh = true;
    await this.connect("connecting");
  }

  /** Goes on with the call of before the reload, or answers a call-back. */
  async resume(): Promise<void> {
    this.resumable = false;
    this.stopRinging();
    await this.connect("connecting");
  }

  async check(): Promise<void> {
    [this.checked, this.connected, this.fresh] = [false, false, false];
    const sdp = await this.offer("checking");
    if (sdp === undefined) return;
    this.pending = this.ports.newId();
    if (!this.ports.send({ t: "check", id: this.pending, sdp })) return this.endCheck();
    this.cancel = this.ports.later(() => this.endCheck(), CHECK_UP_MS);
  }

  /** Says whether sound got through. */
  endCheck(): void {
    if (this.stage !== "checking") return;
    this.drop();
    this.ports.release();
    this.checked = this.connected;
    if (!this.connected) this.trouble = { code: "checkFailed", text: "", alternatives: [] };
    this.to("idle");
  }

  press(digit: string): void {
    // With the sound where that works: whoever listens hears it in its place among the words.
    if (!this.line?.press(digit)) this.ports.send({ t: "key", digit });
    this.ports.changed();
  }

  mute(on: boolean): void {
    this.muted = on;
    this.line?.mute(on);
    this.ports.changed();
  }

  hangUp(): void {
    this.ports.send({ t: "hangup", id: this.aside("hangup") });
    this.over("customer");
  }

  /** Keeps the place in the line; without a call it begins one that needs no line now. */
  callBack(number: string): void {
    this.number = number;
    this.trouble = null;
    const begins = this.stage === "ended" || (this.stage === "idle" && !this.resumable);
    if (begins) {
      this.begin();
      this.number = number;
      this.kept = { contact: this.ports.newId(), interaction: this.ports.newId() };
    }
    this.ports.send({
      t: "call_back",
      id: this.aside("call_back"),
      ...(number ? { number } : {}),
      ...(begins ? { ...this.kept, ...(this.topic ? { topic: this.topic } : {}) } : {}),
    });
    this.ports.changed();
  }

  rate(score: number, comment: string): void {
    this.rated = score;
    this.trouble = null;
    this.ports.send({ t: "rate", id: this.aside("rate"), score, ...(comment ? { comment } : {}) });
    this.ports.changed();
  }

  private aside(what: ClientFrame["t"]): string {
    const id = this.ports.newId();
    this.asides.set(id, what);
    return id;
  }

  // -- what the server says ---------------------------------------------------------------------------------------------
  frame(frame: ServerFrame): void {
    switch (frame.t) {
      case "welcome":
        return this.welcome(frame);
      case "answer":
        return this.answered(frame.id, frame.sdp);
      case "state":
        return this.told(frame);
      case "position":
        this.place = frame;
        break;
      case "say":
        this.caption = frame.text;
        this.keys = frame.keys;
        break;
      case "ring":
        return this.rings();
      case "nack":
        return this.refused(frame);
      case "degraded":
        this.degraded = frame.on;
        break;
      case "ice":
        if (this.voice) this.voice = { ...this.voice, ice_servers: frame.ice_servers };
        break;
      case "ack":
        this.asides.delete(frame.id);
        break;
      case "pong":
        break;
    }
    this.ports.changed();
  }

  offline(): void {
    this.online = false;
    this.look();
    this.ports.changed();
  }

  /** The server is looked for, from now on until its welcome. */
  look(): void {
    this.lookout ??= this.ports.later(() => {
      this.unreached = true;
      this.ports.changed();
    }, REACH_MS);
  }

  private welcome(frame: Extract<ServerFrame, { t: "welcome" }>): void {
    this.lookout?.();
    this.lookout = undefined;
    [this.online, this.unreached] = [true, false];
    this.ports.visitor(frame.visitor);
    this.site = frame.site;
    this.hours = frame.hours;
    this.voice = frame.voice;
    this.degraded = false;
    const open = frame.contact && frame.contact.state !== "ended" ? frame.contact : null;
    if (open) this.found(open);
    else if (this.kept && (this.live || this.stage === "call_back")) this.over("");
    else if (this.stage === "idle") this.forget();
    this.ports.changed();
  }

  /** The server knows an open call of ours. Without a line there was a reload: a tap goes on. */
  private found(contact: {
    id: string;
    interaction: string;
    state: CallState;
    agent: { name: string } | null;
    recording?: string;
  }): void {
    this.kept = { contact: contact.id, interaction: contact.interaction };
    this.ports.keep(this.kept);
    this.agent = contact.agent?.name ?? this.agent;
    this.recording = contact.recording ?? "";
    this.noteTalk(contact.state);
    if (contact.state === "call_back") return this.to("call_back");
    if (!this.line || this.stage === "connecting" || this.stage === "cut") {
      if (contact.state !== "cut") this.next = contact.state;
      this.resumable ||= !this.line && this.stage === "idle";
    } else this.stage = contact.state;
  }

  private noteTalk(state: CallState): void {
    if (state === "talking") this.since ||= this.ports.now();
  }

  private answered(id: string, sdp: string): void {
    if (id !== this.pending || !this.line) return;
    this.line.answered(sdp).catch(() => this.lost());
  }

  private told(frame: Extract<ServerFrame, { t: "state" }>): void {
    this.agent = frame.agent?.name ?? (frame.state === "talking" || frame.state === "held" ? this.agent : "");
    this.recording = frame.recording ?? "";
    if (frame.rating) this.rated = frame.rating;
    switch (frame.state) {
      case "ended":
        // One that was refused was over for this page before: why is still to be read.
        if (this.stage !== "ended" && (this.stage !== "idle" || this.resumable))
          this.over(frame.ended_by ?? "", frame.reason);
        return this.ports.changed();
      case "cut":
        return this.lost(frame.reason === "engine_up");
      case "call_back":
        this.drop();
        this.ports.release();
        return this.to("call_back");
      default:
        this.noteTalk(frame.state);
        if (frame.state !== "waiting") this.place = null;
        // The words of a code that is asked for stay, whatever else of the talk changes meanwhile.
        if ((frame.state === "talking" || frame.state === "held") && frame.state !== this.stage)
          [this.caption, this.keys] = ["", []];
        // Until the line is there, it is not as the server thinks.
        if (this.line && this.stage !== "cut" && this.stage !== "connecting") return this.to(frame.state);
        this.next = frame.state;
        return this.ports.changed();
    }
  }

  /** What the call will be once its line is up. */
  private next: CallState = "reception";

  private rings(): void {
    if (this.ringing) return;
    this.ringing = true;
    this.quiet = this.ports.ring();
    this.ports.changed();
  }

  /** Every refusal leads to one state, with its words. */
  private refused(frame: Extract<ServerFrame, { t: "nack" }>): void {
    const aside = frame.id === null ? "key" : this.asides.get(frame.id);
    this.asides.delete(frame.id ?? "");
    if (aside === "hangup") return; // it is over either way
    this.trouble = { code: frame.code, text: frame.text, alternatives: frame.alternatives };
    if (aside === "rate") this.rated = 0;
    if (aside || !this.tries) return this.ports.changed();
    if (this.stage === "checking" || this.fresh) return this.giveUp();
    if (PASSING.has(frame.code)) {
      this.to("cut");
      return this.again();
    }
    // Else it would wait for us in the line; another page's call isn't ours to end.
    if (frame.code !== "contact_open") this.ports.send({ t: "hangup", id: this.aside("hangup") });
    this.over("");
  }

  private get tries(): boolean {
    return ["connecting", "checking", "cut"].includes(this.stage);
  }

  private giveUp(): void {
    this.drop();
    this.ports.release();
    this.forget();
    this.to("idle");
  }

  // -- the line ---------------------------------------------------------------------------------------------------------
  private async connect(stage: "connecting" | "cut"): Promise<void> {
    const sdp = await this.offer(stage);
    if (sdp === undefined) return;
    const kept = this.kept!;
    this.pending = this.ports.newId();
    const topic = this.topic ? { topic: this.topic } : {};
    this.ports.keep(kept);
    if (!this.ports.send({ t: "call", id: this.pending, ...kept, sdp, ...topic })) this.again();
  }

  /** What a new line offers; undefined where none came about, or it has been dropped meanwhile. */
  private async offer(stage: "connecting" | "cut" | "checking"): Promise<string | undefined> {
    const line = await this.open(stage);
    try {
      const sdp = await line?.offer();
      return line === this.line ? sdp : undefined;
    } catch {
      if (line === this.line) this.noLine(stage, "failed");
      return undefined;
    }
  }

  /** Microphone and a new line; undefined, with the reason in `trouble`, when there is none. */
  private async open(stage: "connecting" | "cut" | "checking"): Promise<LinePort | undefined> {
    this.drop();
    const turn = this.turn;
    if (stage !== "cut") this.trouble = null;
    this.to(stage === "cut" ? "cut" : "asking");
    try {
      const line = await this.ports.line(
        this.voice?.ice_servers ?? [],
        () => this.up(line),
        () => line === this.line && this.lost(),
      );
      if (turn !== this.turn) return this.tooLate(line);
      this.line = line;
    } catch (error) {
      if (turn === this.turn) this.noLine(stage, (error as { code?: string }).code ?? "failed");
      return undefined;
    }
    this.line.mute(this.muted);
    if (stage !== "cut") this.to(stage);
    return this.line;
  }

  /** It was over before there was a line. */
  private tooLate(line: LinePort): undefined {
    line.close();
    if (SILENT.has(this.stage)) this.ports.release();
  }

  private noLine(stage: "connecting" | "cut" | "checking", code: string): void {
    this.drop();
    this.ports.release();
    this.trouble = { code, text: "", alternatives: [] };
    // A call that is under way waits for us: it is gone on with, or left, by a tap.
    if (this.fresh || stage === "checking") this.forget();
    else this.resumable = true;
    this.to("idle");
  }

  private up(line: LinePort): void {
    if (line !== this.line) return;
    if (this.stage === "checking") return this.checkIsUp();
    this.attempt = 0;
    this.fresh = false;
    this.trouble = null;
    this.cancel();
    if (this.stage === "connecting" || this.stage === "cut") this.to(this.next);
  }

  private checkIsUp(): void {
    this.connected = true;
    this.cancel();
    this.cancel = this.ports.later(() => this.endCheck(), CHECK_MS);
    this.ports.changed();
  }

  private lost(atOnce = false): void {
    if (this.stage === "checking") return this.endCheck();
    if (!this.kept || this.stage === "ended" || this.stage === "idle") return;
    if (this.stage !== "cut")
      this.next = this.live && this.stage !== "connecting" ? (this.stage as CallState) : this.next;
    this.to("cut");
    if (atOnce) this.attempt = 0;
    this.again();
  }

  private again(): void {
    this.cancel();
    const pause = AGAIN_MS[Math.min(this.attempt++, AGAIN_MS.length - 1)]!;
    this.cancel = this.ports.later(() => {
      if (this.stage === "cut" || this.stage === "connecting") void this.connect("cut");
    }, pause);
  }

  // -- ends -------------------------------------------------------------------------------------------------------------
  private begin(): void {
    Object.assign(this, { agent: "", caption: "", keys: [], place: null, recording: "", muted: false });
    Object.assign(this, {
      endedBy: "",
      endedWhy: "",
      rated: 0,
      since: 0,
      took: 0,
      number: "",
      next: "reception",
      attempt: 0,
    });
    this.checked = false;
  }

  private over(by: string, why = ""): void {
    this.took = this.since ? this.ports.now() - this.since : 0;
    this.endedBy = by;
    // Whose line was away, and who finds the call over, has lost it.
    this.endedWhy = why || (this.stage === "cut" && !by ? "customer_lost" : "");
    this.stopRinging();
    this.drop();
    this.ports.release();
    this.forget();
    this.to("ended");
  }

  private stopRinging(): void {
    this.quiet();
    this.quiet = () => undefined;
    this.ringing = false;
  }

  private drop(): void {
    this.turn++;
    this.cancel();
    this.line?.close();
    this.line = undefined;
  }

  private forget(): void {
    this.ports.keep(null);
    this.resumable = false;
  }

  private to(stage: Stage): void {
    if ((stage === "cut") !== (this.stage === "cut")) this.watchCut(stage === "cut");
    this.stage = stage;
    this.ports.changed();
  }

  private watchCut(on: boolean): void {
    this.cutLong = false;
    this.forgetCut();
    this.forgetCut = () => undefined;
    if (!on) return;
    this.forgetCut = this.ports.later(() => {
      this.cutLong = true;
      this.ports.changed();
    }, CUT_LONG_MS);
  }
}
