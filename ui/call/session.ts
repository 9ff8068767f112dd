import { Check } from "./check";
import { Cut } from "./cut";
import { Lines, NoLine } from "./lines";
import type { Kept, Ports } from "./ports";
import { Shown, type Stage } from "./shown";
import type { CallState, ClientFrame, OpenContact, ServerFrame } from "./wire";

/** What a line is for: a new call or one gone on with, one whose line was lost, or a check. */
type Purpose = "connecting" | "cut" | "checking";

/** A server that hasn't answered by then is said to be away; it goes on being looked for. */
const REACH_MS = 6_000;
/** Refusals of a call under way that another attempt may outlast. */
const PASSING = new Set(["voice_down", "all_busy", "unavailable", "slow_down"]);

/** Refusals after which there is nothing to be gone on with here. */
const GONE = new Set(["already_ended", "contact_open", "no_contact"]);

/** Stages in which no microphone is needed. */
const SILENT = new Set<Stage>(["idle", "ended", "call_back"]);

/** A customer's call: what the customer may do, and what becomes of it by what the server says and how the line fares. */
export class Session extends Shown {
  /** The call has never been on a line: refused, it is over. */
  private fresh = false;
  /** A call-back is being picked up: whatever is refused, it stays promised. */
  private promised = false;
  /** Asks that aren't the call itself: refused, the call goes on. */
  private asides = new Map<string, ClientFrame["t"]>();
  private lines: Lines;
  private probe: Check;
  private away: Cut;
  private quiet: () => void = () => undefined;
  /** Ends the look-out for the server, while there is one. */
  private lookout: (() => void) | undefined;

  /** `servedPhone`: the number to dial, known before the server is reached. */
  constructor(
    private ports: Ports,
    private kept: Kept | null,
    servedPhone = "",
  ) {
    super(servedPhone);
    this.lines = new Lines(ports, {
      up: () => this.up(),
      lost: () => this.lost(),
      late: () => SILENT.has(this.stage) && ports.release(),
    });
    this.probe = new Check(this, this.lines, ports, () => this.to("idle"));
    this.away = new Cut(this, this.lines, ports);
  }

  /** The contact that is open or was last. */
  get contact(): string | undefined {
    return this.kept?.contact;
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
    this.promised = this.ringing;
    this.resumable = false;
    this.stopRinging();
    await this.connect("connecting");
  }

  async check(): Promise<void> {
    this.fresh = false;
    await this.probe.start(() => this.offer("checking"));
  }

  endCheck(): void {
    this.probe.stop();
  }

  press(digit: string): void {
    // With the sound where that works: whoever listens hears it in its place among the words.
    if (!this.lines.press(digit)) this.ports.send({ t: "key", digit });
    this.ports.changed();
  }

  mute(on: boolean): void {
    this.muted = on;
    this.lines.mute(on);
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
        return this.lines.answered(frame.id, frame.sdp);
      case "state":
        return this.told(frame);
      case "ring":
        return this.rings();
      case "nack":
        return this.refused(frame);
      case "ack":
        this.asides.delete(frame.id);
        break;
      default:
        this.learn(frame);
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
    this.ports.visitor(frame.visitor);
    this.learn(frame);
    const open = frame.contact && frame.contact.state !== "ended" ? frame.contact : null;
    if (open) this.found(open);
    else if (this.kept && (this.live || this.stage === "call_back")) this.over("");
    else if (this.stage === "idle") this.forget();
    this.ports.changed();
  }

  /** The server knows an open call of ours. Without a line there was a reload: a tap goes on. */
  private found(contact: OpenContact): void {
    this.kept = { contact: contact.id, interaction: contact.interaction };
    this.ports.keep(this.kept);
    this.agent = contact.agent?.name ?? this.agent;
    this.recording = contact.recording ?? "";
    this.noteTalk(contact.state);
    if (contact.state === "call_back") return this.to("call_back");
    if (!this.lines.any || this.stage === "connecting" || this.stage === "cut") {
      if (contact.state !== "cut") this.next = contact.state;
      this.resumable ||= !this.lines.any && this.stage === "idle";
    } else this.stage = contact.state;
  }

  private noteTalk(state: CallState): void {
    if (state === "talking") this.since ||= this.ports.now();
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
        this.lines.end();
        return this.to("call_back");
      default:
        this.noteTalk(frame.state);
        if (frame.state !== "waiting") this.place = null;
        // The words of a code that is asked for stay, whatever else of the talk changes meanwhile.
        if ((frame.state === "talking" || frame.state === "held") && frame.state !== this.stage)
          [this.caption, this.keys] = ["", []];
        // Until the line is there, it is not as the server thinks.
        if (this.lines.any && this.stage !== "cut" && this.stage !== "connecting")
          return this.to(frame.state);
        this.next = frame.state;
        return this.ports.changed();
    }
  }

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
    if (this.stage === "checking" || this.fresh) return this.back();
    if (PASSING.has(frame.code)) {
      this.to("cut");
      return this.again();
    }
    if (this.promised && !GONE.has(frame.code)) return this.back(true);
    // Else it would wait for us in the line; another page's call isn't ours to end.
    if (frame.code !== "contact_open") this.ports.send({ t: "hangup", id: this.aside("hangup") });
    this.over("");
  }

  /** To the beginning; `keeps`: a tap goes on with what is open. */
  private back(keeps = false): void {
    this.lines.end();
    if (keeps) this.resumable = true;
    else this.forget();
    this.to("idle");
  }

  // -- the line ---------------------------------------------------------------------------------------------------------
  private async connect(purpose: "connecting" | "cut"): Promise<void> {
    const sdp = await this.offer(purpose);
    if (sdp === undefined) return;
    const kept = this.kept!;
    const id = this.lines.ask();
    const topic = this.topic ? { topic: this.topic } : {};
    this.ports.keep(kept);
    if (!this.ports.send({ t: "call", id, ...kept, sdp, ...topic })) this.again();
  }

  /** What a new line offers; undefined, with the reason in `trouble`, where none came about, or it has been dropped. */
  private async offer(purpose: Purpose): Promise<string | undefined> {
    if (purpose !== "cut") this.trouble = null;
    this.to(purpose === "cut" ? "cut" : "asking");
    try {
      return await this.lines.offer(this.voice?.ice_servers ?? [], () => this.opened(purpose));
    } catch (error) {
      if (!(error instanceof NoLine)) throw error;
      this.noLine(purpose, error.code);
      return undefined;
    }
  }

  private opened(purpose: Purpose): void {
    this.lines.mute(this.muted);
    if (purpose !== "cut") this.to(purpose);
  }

  private noLine(purpose: Purpose, code: string): void {
    this.trouble = { code, text: "", alternatives: [] };
    // A call that is under way waits for us: it is gone on with, or left, by a tap.
    this.back(!this.fresh && purpose !== "checking");
  }

  private up(): void {
    if (this.stage === "checking") return this.probe.up();
    this.away.afresh();
    this.fresh = this.promised = false;
    this.trouble = null;
    this.lines.stay();
    if (this.stage === "connecting" || this.stage === "cut") this.to(this.next);
  }

  private lost(atOnce = false): void {
    if (this.stage === "checking") return this.probe.end();
    if (!this.kept || this.stage === "ended" || this.stage === "idle") return;
    if (this.stage !== "cut")
      this.next = this.live && this.stage !== "connecting" ? (this.stage as CallState) : this.next;
    this.to("cut");
    if (atOnce) this.away.afresh();
    this.again();
  }

  private again(): void {
    this.away.again(() => {
      if (this.stage === "cut" || this.stage === "connecting") void this.connect("cut");
    });
  }

  // -- ends -------------------------------------------------------------------------------------------------------------
  private begin(): void {
    this.fresh = this.promised = false;
    this.renew();
    this.away.afresh();
  }

  private over(by: string, why = ""): void {
    this.took = this.since ? this.ports.now() - this.since : 0;
    this.endedBy = by;
    // Whose line was away, and who finds the call over, has lost it.
    this.endedWhy = why || (this.stage === "cut" && !by ? "customer_lost" : "");
    this.stopRinging();
    this.lines.end();
    this.forget();
    this.to("ended");
  }

  private stopRinging(): void {
    this.quiet();
    this.quiet = () => undefined;
    this.ringing = false;
  }

  private forget(): void {
    this.ports.keep(null);
    this.resumable = false;
  }

  private to(stage: Stage): void {
    if ((stage === "cut") !== (this.stage === "cut")) this.away.watch(stage === "cut");
    this.stage = stage;
    this.ports.changed();
  }
}
