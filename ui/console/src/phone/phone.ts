/**
 * The phone of a page: holds the line among the browser's pages, keeps the socket, makes a line for each call that the
 * server connects here, and says in one state what is going on. React reads it through `store.tsx`.
 */
import { Store } from "@kit/feed/store.ts";
import type { Devices, MicrophoneState } from "./devices.ts";
import { Exchange, type ExchangeState } from "./exchange.ts";
import { Hearing } from "./hearing.ts";
import { type Line, type LineState, type LineWorld, WebRtcLine } from "./line.ts";
import type { PhoneParts } from "./parts.ts";
import { SipLine } from "./sip.ts";
import { type LinkState, PhoneSocket } from "./socket.ts";
import { Sounds } from "./sounds.ts";
import { isOlder } from "./model.ts";
import { Tabs } from "./tabs.ts";
import type { CallRole, CallWord, CodeNow, CodeView, FromPhoneServer, ToPhoneServer } from "./wire.ts";

export interface PhoneState {
  /** This page holds the line; else another page of the browser does and what stands here is its word. */
  holds: boolean;
  link: LinkState;
  engine: "embedded" | "asterisk" | null;
  /** The server's words about an engine that is away; empty: it is there. */
  engineDown: string;
  microphone: MicrophoneState;
  /** This page's registration at the telephone exchange; `off`: none is needed. */
  exchange: ExchangeState;
  /** Name of the telephone on the person's desk that rings in place of this page; empty: none. */
  deskPhone: string;
  /** The engine is an exchange, at which the person has no telephone: nothing rings. */
  noPhone: boolean;
  /** The browser keeps sound back until the person touches the page. */
  blocked: boolean;
  /** By interaction. */
  calls: Readonly<Record<string, CallWord>>;
  lines: Readonly<Record<string, LineState>>;
  /** Emergencies that nobody takes, in words, by interaction. */
  alarms: Readonly<Record<string, string>>;
  /** What customers are typing, or have typed and is still to be read; by interaction. Kept nowhere else. */
  codes: Readonly<Record<string, CodeNow>>;
  /** What each customer may be asked to type; by interaction. */
  codesOffered: Readonly<Record<string, readonly CodeView[]>>;
  /** The last refusal: the server's, in the person's language; empty: the server wasn't reached. */
  problem: { id: string | null; code: string; text: string; n: number } | null;
}

export const SILENT: PhoneState = {
  holds: false,
  link: "off",
  engine: null,
  engineDown: "",
  microphone: "unknown",
  exchange: "off",
  deskPhone: "",
  noPhone: false,
  blocked: false,
  calls: {},
  lines: {},
  alarms: {},
  codes: {},
  codesOffered: {},
  problem: null,
};

/** The server connects a lost call again as soon as its page is ready: it gets this long. */
const TAKE_UP_MS = 400;

const ringsHere = (exchange: ExchangeState): boolean => exchange === "off" || exchange === "here";

function without<T>(all: Readonly<Record<string, T>>, id: string): Record<string, T> {
  return Object.fromEntries(Object.entries(all).filter(([other]) => other !== id));
}

export type Act =
  | { do: "mute"; interaction: string; on: boolean }
  | { do: "key"; interaction: string; digit: string; id: string }
  | { do: "take"; interaction: string; code?: string }
  | { do: "code"; frame: Extract<ToPhoneServer, { t: "codes" | "ask_code" | "cancel_code" }> }
  | { do: "forget"; interaction: string }
  | { do: "retry" };

export class Phone {
  readonly state = new Store<PhoneState>(SILENT);
  readonly devices: Devices;
  readonly sounds: Sounds;
  private readonly socket: PhoneSocket;
  private readonly tabs: Tabs<PhoneState, Act>;
  private readonly lines = new Map<string, Line>();
  private readonly hearing: Hearing;
  private readonly stops: (() => void)[] = [];
  private readonly asked = new Map<string, (sdp: string) => void>();
  private ice: RTCIceServer[] = [];
  private readonly exchange: Exchange;
  private users = 0;
  /** Interactions whose line has the microphone open. */
  private readonly speaking = new Set<string>();

  constructor(
    person: string,
    private readonly parts: PhoneParts,
  ) {
    this.devices = parts.devices;
    const choice = () => this.devices.choice.get();
    const blocked = (is: boolean) => this.set({ blocked: is });
    this.sounds = new Sounds(choice, blocked);
    this.hearing = new Hearing(choice, blocked);
    this.exchange = new Exchange(parts.sip);
    this.socket = new PhoneSocket(
      parts.world,
      () => ({ t: "hello", v: 1, device: parts.device, label: parts.label }),
      (frame) => this.hear(frame),
    );
    this.tabs = new Tabs(person, parts.tabs, {
      held: () => this.held(),
      lost: () => this.letGo(),
      state: (state) => this.state.set({ ...state, holds: false }),
      act: (act) => this.perform(act),
      tell: () => this.state.get(),
    });
  }

  /** Puts the phone on its hook: ready to ring. Counted; each caller calls the returned way to stop. */
  use(): () => void {
    if (this.users++ === 0) this.start();
    let over = false;
    return () => {
      if (over) return;
      over = true;
      // Strict mode and quick navigation leave and come back at once.
      setTimeout(() => {
        if (--this.users === 0) this.stop();
      }, 50);
    };
  }

  private start(): void {
    this.stops.push(
      this.socket.state.watch(() => this.set({ link: this.socket.state.get() })),
      this.devices.microphone.watch(() => this.microphoneMoved()),
      this.devices.choice.watch(() => this.hearing.apply()),
      this.exchange.state.watch(() => this.exchangeMoved()),
    );
    const online = () => this.socket.nudge();
    addEventListener("online", online);
    this.stops.push(() => removeEventListener("online", online));
    this.tabs.start();
  }

  private stop(): void {
    this.letGo();
    this.tabs.stop();
    for (const stop of this.stops.splice(0)) stop();
    this.state.set(SILENT);
  }

  // -- what people do --------------------------------------------------------------------------------------------------
  mute = (interaction: string, on: boolean): void => this.tabs.ask({ do: "mute", interaction, on });
  /** Presses a key for those outside; returns its id, by which a refusal of it is known. */
  key = (interaction: string, digit: string): string => {
    const id = crypto.randomUUID();
    this.tabs.ask({ do: "key", interaction, digit, id });
    return id;
  };
  /** Which codes may this customer be asked for? The answer stands in `codesOffered`. */
  lookUpCodes = (interaction: string): void => this.code({ t: "codes", interaction });
  askCode = (interaction: string, code: string): void =>
    this.code({ t: "ask_code", id: crypto.randomUUID(), interaction, code });
  cancelCode = (interaction: string): void => this.code({ t: "cancel_code", interaction });
  /** It has been read: nothing of it stays on this page. */
  forgetCode = (interaction: string): void => this.tabs.ask({ do: "forget", interaction });
  private code(frame: Extract<Act, { do: "code" }>["frame"]): void {
    this.tabs.ask({ do: "code", frame });
  }
  retry = (): void => this.tabs.ask({ do: "retry" });

  /** Brings a call to this page: from another page of this browser first, then from wherever it is. */
  take(interaction: string, code?: string): void {
    const act: Act = { do: "take", interaction, ...(code ? { code } : {}) };
    if (this.state.get().holds) return this.perform(act);
    this.whenOpen(() => this.perform(act));
    this.tabs.steal();
  }

  /** Takes the line from the browser's other page. A call that it has comes along. */
  takeLine(): void {
    const live = Object.keys(this.state.get().lines);
    this.whenOpen(() => {
      for (const interaction of live) this.perform({ do: "take", interaction });
    });
    this.tabs.steal();
  }

  /** In a gesture of the person's: from now on the page may sound. */
  unblock = (): void => {
    if (!this.state.get().blocked) return;
    this.sounds.unblock();
    this.hearing.play();
  };

  /**
   * Opens the microphone while a call rings: proof that it could be taken here now, and no wait after "accept". Returns
   * the way to give it back; null: a call can't be taken here, `readiness` says why.
   */
  async prove(): Promise<(() => void) | null> {
    const { holds, link, engineDown, deskPhone, noPhone, exchange } = this.state.get();
    if (!holds || link !== "open" || engineDown || noPhone || !ringsHere(exchange)) return null;
    if (deskPhone) return () => {};
    try {
      await this.devices.open();
    } catch {
      return null;
    }
    return () => this.devices.release();
  }

  /** How loud this call comes in and goes out, 0…1. */
  levels(interaction: string): { heard: number; said: number } {
    return this.hearing.levels(this.lines.get(interaction)?.state.get().leg ?? "");
  }

  /** The echo test: offers a connection of its own and gives back the server's answer. */
  async check(id: string, sdp: string, waitMs = 8_000): Promise<string> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.asked.delete(id);
        reject(new Error("no answer"));
      }, waitMs);
      this.asked.set(id, (answer) => {
        clearTimeout(timer);
        resolve(answer);
      });
      if (!this.socket.send({ t: "check", id, sdp })) reject(new Error("no connection"));
    });
  }

  checkPeer = (): RTCPeerConnection => this.parts.peer({ iceServers: this.ice });

  private perform(act: Act): void {
    if (act.do === "retry") {
      this.socket.nudge();
      this.exchange.retry();
      void this.devices.look();
      for (const line of this.lines.values()) if (line.state.get().phase === "failed") line.renew();
    } else if (act.do === "take") {
      const { interaction, code } = act;
      this.ringHere(() => this.socket.send({ t: "take", interaction, ...(code ? { code } : {}) }));
    } else if (act.do === "code") {
      if (!this.socket.send(act.frame)) this.refused(null, "", "not_sent");
    } else if (act.do === "forget") this.set({ codes: without(this.state.get().codes, act.interaction) });
    else if (act.do === "mute") this.lines.get(act.interaction)?.setMuted(act.on);
    else this.press(act.interaction, act.digit, act.id);
  }

  /** By the server, whatever carries the sound: it knows who is outside, and says why where nobody would hear it. */
  private press(interaction: string, digit: string, id: string): void {
    const leg = this.lines.get(interaction)?.state.get().leg ?? this.state.get().calls[interaction]?.leg;
    if (!leg || !this.socket.send({ t: "key", leg, digit, id })) this.refused(id, "", "not_sent");
  }

  private whenOpen(run: () => void): void {
    const stop = this.socket.state.watch(() => {
      if (this.socket.state.get() !== "open") return;
      stop();
      clearTimeout(timer);
      // The welcome is being taken in just now; after it.
      queueMicrotask(run);
    });
    const timer = setTimeout(stop, 20_000);
  }

  // -- holding the line ------------------------------------------------------------------------------------------------
  private held(): void {
    this.set({ ...SILENT, holds: true, microphone: this.devices.microphone.get() });
    void this.devices.look();
    this.socket.start();
  }

  private letGo(): void {
    this.socket.stop();
    for (const interaction of [...this.lines.keys()]) this.closeLine(interaction);
    this.exchange.stop();
    this.sounds.stopRinging();
    this.sounds.stopAlarm();
    this.set({ holds: false, alarms: {} });
  }

  private set(change: Partial<PhoneState>): void {
    this.state.set({ ...this.state.get(), ...change });
    this.tabs.tell(this.state.get());
  }

  private microphoneMoved(): void {
    const microphone = this.devices.microphone.get();
    if (!this.state.get().holds) return;
    this.set({ microphone });
    this.tellReady();
  }

  private exchangeMoved(): void {
    const exchange = this.exchange.state.get();
    this.set({ exchange });
    this.tellReady();
    // What this page had before it was loaded anew can be rung only now.
    if (exchange !== "here") return;
    setTimeout(() => this.takeUp(), TAKE_UP_MS);
    for (const line of this.lines.values()) if (line.state.get().phase === "reconnecting") line.renew();
  }

  /** A page that is a phone of the exchange must be the one that rings, before the server rings it. */
  private ringHere(run: () => void): void {
    if (this.exchange.state.get() === "off") run();
    else void this.exchange.ringHere().then(run);
  }

  private tellReady(): void {
    const microphone = this.devices.microphone.get();
    const { exchange, noPhone } = this.state.get();
    if (microphone === "unknown" || exchange === "joining") return;
    const why = noPhone ? "no_phone" : ringsHere(exchange) ? microphone : "exchange";
    const isOk = why === "ok";
    this.socket.send({ t: "ready", microphone: isOk, ...(isOk ? {} : { why }) });
  }

  /** Another microphone is to be used, also in the calls that go on. */
  async chooseMicrophone(id: string): Promise<void> {
    this.devices.choose({ microphone: id });
    const stream = await this.devices.reopen();
    const track = stream?.getAudioTracks()[0];
    if (!track) return;
    await Promise.all([...this.lines.values()].map((line) => line.replaceTrack(track.clone())));
    this.hearing.say(stream);
  }

  // -- frames ----------------------------------------------------------------------------------------------------------
  private hear(frame: FromPhoneServer): void {
    switch (frame.t) {
      case "welcome":
        return this.welcome(frame);
      case "connect":
        return this.connect(frame.leg, frame.interaction, frame.role);
      case "answer":
        return this.answered(frame.leg ?? frame.id ?? "", frame.sdp);
      case "drop":
        return this.dropped(frame.leg, frame.cause);
      case "call":
        return this.call(frame);
      case "quality":
        return this.lineOf(frame.leg)?.setQuality(frame);
      case "codes":
        return this.set({
          codesOffered: { ...this.state.get().codesOffered, [frame.interaction]: frame.codes },
        });
      case "code":
        return this.set({ codes: { ...this.state.get().codes, [frame.interaction]: frame } });
      case "engine":
        return this.set({ engineDown: frame.up ? "" : frame.text || "…" });
      case "ice":
        this.ice = this.exchange.ice = frame.ice_servers;
        return;
      case "sip":
        return this.exchange.use(frame.sip, this.exchange.ice);
      case "alarm":
        return this.alarm(frame);
      case "nack":
        return this.refused(frame.id ?? null, frame.text || frame.code, frame.code);
    }
  }

  private welcome(frame: Extract<FromPhoneServer, { t: "welcome" }>): void {
    this.ice = frame.ice_servers;
    const calls = Object.fromEntries(frame.calls.map((call) => [call.interaction, call]));
    this.set({
      engine: frame.engine,
      calls,
      engineDown: frame.up === false ? "…" : "",
      deskPhone: frame.sip ? "" : (frame.phone ?? ""),
      noPhone: frame.engine === "asterisk" && !frame.sip && !frame.phone,
    });
    if (frame.sip) this.exchange.use(frame.sip, frame.ice_servers);
    else this.exchange.stop();
    this.tellReady();
    this.tellMuted();
    for (const interaction of [...this.lines.keys()]) {
      if (!calls[interaction]) this.closeLine(interaction);
      else if (
        this.lines.get(interaction)?.state.get().phase !== "up" &&
        ringsHere(this.exchange.state.get())
      )
        this.lines.get(interaction)?.renew();
    }
    setTimeout(() => this.takeUp(), TAKE_UP_MS);
    const { codes } = this.state.get();
    setTimeout(() => this.loseCodes(codes), TAKE_UP_MS);
  }

  /** The server says at once which codes are still typed. Of the others nobody knows what came; no call, no word. */
  private loseCodes(before: PhoneState["codes"]): void {
    const { codes, calls } = this.state.get();
    const kept = Object.entries(codes).flatMap(([id, code]): [string, CodeNow][] => {
      if (code.state !== "asked" || code !== before[id]) return [[id, code]];
      return calls[id] ? [[id, { ...code, state: "lost" }]] : [];
    });
    this.set({ codes: Object.fromEntries(kept) });
  }

  /** What was pressed while the server was away: as it shows here, so it is. */
  private tellMuted(): void {
    for (const [interaction, line] of this.lines) {
      const { leg, muted } = line.state.get();
      const word = this.state.get().calls[interaction];
      if (word?.leg === leg && (word.muted ?? false) !== muted)
        this.socket.send({ t: "mute", leg, on: muted });
    }
  }

  /** This page had calls before it was loaded anew, and the server has not connected them again by itself. */
  private takeUp(): void {
    if (!ringsHere(this.state.get().exchange)) return;
    for (const { interaction, here } of Object.values(this.state.get().calls)) {
      if (here && !this.lines.has(interaction)) this.socket.send({ t: "take", interaction });
    }
  }

  private connect(leg: string, interaction: string, role: CallRole): void {
    const before = this.lines.get(interaction);
    if (before?.state.get().leg === leg) {
      before.setRole(role);
      if (before.state.get().phase !== "up") before.renew();
      return;
    }
    if (before) this.closeLine(interaction);
    const line = this.newLine(leg, interaction, role);
    this.lines.set(interaction, line);
    let was: LineState["phase"] = "opening";
    line.state.watch(() => {
      const now = line.state.get();
      if (now.phase === "up" && was !== "up" && was !== "reconnecting") this.sounds.connected();
      if (now.phase === "reconnecting" && was === "up") this.sounds.lost();
      was = now.phase;
      this.showLines();
    });
    // The server keeps the person muted from leg to leg.
    if (before ? before.state.get().muted : this.state.get().calls[interaction]?.muted) line.setMuted(true);
    this.showLines();
    line.start();
  }

  private newLine(leg: string, interaction: string, role: CallRole): Line {
    const world = this.lineWorld(interaction);
    if (this.exchange.state.get() === "off") return new WebRtcLine(leg, interaction, role, world);
    const retake = () => void this.socket.send({ t: "take", interaction });
    return new SipLine(leg, interaction, role, { ...world, exchange: this.exchange, retake });
  }

  private lineWorld(interaction: string): LineWorld {
    return {
      offer: (leg, sdp) => this.socket.send({ t: "offer", leg, sdp }),
      mute: (leg, on) => void this.socket.send({ t: "mute", leg, on }),
      track: (role) => this.track(interaction, role),
      peer: () => this.parts.peer({ iceServers: this.ice }),
      hear: (leg, stream) => this.hearing.hear(leg, stream),
      now: this.parts.now,
    };
  }

  private async track(interaction: string, role: CallRole): Promise<MediaStreamTrack | null> {
    try {
      const stream = await this.devices.open();
      if (!this.lines.has(interaction) || this.speaking.has(interaction)) this.devices.release();
      else this.speaking.add(interaction);
      this.hearing.say(stream);
      return stream.getAudioTracks()[0]?.clone() ?? null;
    } catch (error) {
      if (role !== "talk") return null; // a supervisor at least hears; why there is no voice stands in `microphone`
      throw error;
    }
  }

  private lineOf(leg: string): Line | undefined {
    return [...this.lines.values()].find((line) => line.state.get().leg === leg);
  }

  private answered(id: string, sdp: string): void {
    const asked = this.asked.get(id);
    this.asked.delete(id);
    if (asked) asked(sdp);
    else this.lineOf(id)?.answer(sdp);
  }

  private dropped(leg: string, cause: string): void {
    const line = this.lineOf(leg);
    if (!line) return;
    if (cause === "normal") this.sounds.ended();
    else this.sounds.lost();
    this.closeLine(line.state.get().interaction);
  }

  private call(word: CallWord): void {
    const { [word.interaction]: before, ...others } = this.state.get().calls;
    const line = this.lines.get(word.interaction)?.state.get().leg;
    // A call that moves has two legs for a moment: what is said of the old one no longer counts.
    if (isOlder(word.leg, line) || isOlder(word.leg, before?.leg)) return;
    if (word.state === "ended") {
      if (line === word.leg) {
        this.sounds.ended();
        this.closeLine(word.interaction);
      }
      return before?.leg === word.leg
        ? this.set({ calls: others, codes: without(this.state.get().codes, word.interaction) })
        : undefined;
    }
    // While another device only begins to connect, one talks on here; over the exchange the end would be told as a loss.
    const isMoving = line !== word.leg && word.state !== "up" && this.exchange.state.get() !== "off";
    if (!word.here && !isMoving) this.closeLine(word.interaction);
    else if (word.here) this.lines.get(word.interaction)?.setRole(word.role);
    this.set({ calls: { ...others, [word.interaction]: word } });
  }

  private alarm({ interaction, on, text }: Extract<FromPhoneServer, { t: "alarm" }>): void {
    const others = Object.fromEntries(
      Object.entries(this.state.get().alarms).filter(([id]) => id !== interaction),
    );
    this.set({ alarms: on ? { ...others, [interaction]: text } : others });
    if (Object.keys(this.state.get().alarms).length > 0) this.sounds.startAlarm();
    else this.sounds.stopAlarm();
  }

  private refused(id: string | null, text: string, code: string): void {
    this.set({ problem: { id, code, text, n: (this.state.get().problem?.n ?? 0) + 1 } });
  }

  private closeLine(interaction: string): void {
    const line = this.lines.get(interaction);
    if (!line) return;
    this.lines.delete(interaction);
    line.close();
    if (this.speaking.delete(interaction)) this.devices.release();
    if (this.lines.size === 0) this.hearing.say(null);
    this.showLines();
  }

  private showLines(): void {
    const lines = [...this.lines].map(([interaction, line]) => [interaction, line.state.get()] as const);
    this.set({ lines: Object.fromEntries(lines) });
  }
}
