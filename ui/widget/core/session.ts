import { Book } from "./book";
import { Outbox, type Entry } from "./outbox";
import type { Refusal, SessionPorts } from "./ports";
import type { Notice } from "./timeline";
import type {
  Duty,
  FileInfo,
  Hello,
  Hours,
  ServerFrame,
  Site,
  Start,
  StateFrame,
  Welcome,
  WireContact,
  WireMessage,
} from "./wire";

/** How long a missing number may come late (an ack overtaken by a message) before everything is asked for again. */
export const GAP_MS = 1500;
/** An agent's "is typing" that nobody takes back. */
const TYPING_MS = 30_000;
/** Refusals that say "later", not "no". */
const TRANSIENT = new Set(["slow_down", "unavailable"]);

/**
 * The customer's end of the chat, without socket, clock, storage or view: frames in, frames out.
 *
 * What the customer does is written to the outbox first and sent until it is acked; ids are the customer's, so a repeat
 * changes nothing. Messages are numbered without gaps by the server; a number that stays missing makes the session ask
 * again. Nothing here trusts that a frame comes once, or that acks and messages come in order of each other.
 */
export class Session {
  readonly book = new Book();
  site: Site | null = null;
  hours: Hours | null = null;
  typing = false;
  degraded = false;
  refusal: Refusal | null = null;
  rateError = "";
  /** The server has welcomed this socket. */
  ready = false;

  private readonly outbox: Outbox;
  private gapSince: number | null = null;
  private typingSince = 0;
  private readSent = 0;
  private gotEarlier = false;
  private askAll = false;
  private strangerSeen = false;

  constructor(private readonly ports: SessionPorts) {
    this.outbox = new Outbox(ports.store);
  }

  // -- the socket ------------------------------------------------------------------------------------------------
  /** The socket is open: introduces itself. */
  opened(): void {
    this.reset();
    const { contact, timeline } = this.book;
    const after = this.askAll ? 0 : timeline.have;
    const asked = contact?.id ?? this.ports.lastContact();
    const hello: Hello = { t: "hello", v: 1, ...this.ports.identity(), after, contact: asked };
    if (!this.gotEarlier) hello.earlier = true;
    this.ports.send(hello);
  }

  closed(): void {
    this.reset();
    this.ports.changed();
  }

  receive(frame: ServerFrame): void {
    switch (frame.t) {
      case "welcome":
        this.welcome(frame);
        break;
      case "message":
        if (this.book.contact) this.take(frame, true);
        else this.stranger();
        break;
      case "ack":
        this.ack(frame.id, frame.number, frame.at);
        break;
      case "nack":
        this.nack(frame.id, frame.code, frame.text);
        break;
      case "state":
        this.state(frame);
        break;
      case "position":
        this.book.position = frame;
        break;
      case "typing":
        this.typing = frame.on;
        this.typingSince = this.ports.now();
        break;
      case "read":
        this.book.agentRead = Math.max(this.book.agentRead, frame.number);
        break;
      case "degraded":
        this.degraded = frame.on;
        break;
      default:
        return;
    }
    this.watchGap();
    this.pump();
    this.ports.changed();
  }

  // -- the customer ----------------------------------------------------------------------------------------------
  /** Asks for a person, with the first words. In an open contact it simply posts. */
  start(text: string, topic: string | null, name: string | null): void {
    if (this.book.open) return this.post(text);
    const { newId } = this.ports;
    const [id, contact, interaction, message] = [newId(), newId(), newId(), newId()];
    this.refusal = null;
    this.rateError = "";
    this.enqueue({ t: "start", id, contact, interaction, topic, name, text, message });
  }

  post(text: string): void {
    this.enqueue({ t: "post", id: this.ports.newId(), text });
  }

  /** Posts a file that is uploaded already; `id` is to be the message's. */
  postFile(id: string, file: FileInfo): void {
    this.enqueue({ t: "post", id, file: file.id }, file);
  }

  end(): void {
    if (this.book.open && !this.ending) this.enqueue({ t: "end", id: this.ports.newId() });
  }

  /** `score` 1 (worst) to 5 (best). */
  rate(score: number, comment: string): void {
    if (!this.book.contact || this.rating) return;
    this.rateError = "";
    this.enqueue({ t: "rate", id: this.ports.newId(), score, comment });
  }

  /** A contact is begun here, and the server has not confirmed it. */
  get starting(): boolean {
    return this.outbox.has("start");
  }

  /** An end is under way. */
  get ending(): boolean {
    return this.outbox.has("end");
  }

  /** A rating is under way. */
  get rating(): boolean {
    return this.outbox.has("rate");
  }

  sendTyping(on: boolean): void {
    if (this.ready && this.book.open) this.ports.send({ t: "typing", on });
  }

  /** The customer has seen everything up to here. */
  read(number: number): void {
    const upTo = (this.book.customerRead = Math.max(this.book.customerRead, number));
    if (!this.ready || upTo <= this.readSent || !this.book.contact) return;
    if (this.ports.send({ t: "read", number: upTo })) this.readSent = upTo;
  }

  /** Sends a refused message again. False when no contact is open: then its words belong into a new one. */
  retry(messageId: string): boolean {
    const entry = this.outbox.ofMessage(messageId);
    if (!entry?.failed) return true;
    if (!this.book.open) return false;
    delete entry.failed;
    this.outbox.put(entry);
    this.show(entry);
    this.pump();
    this.ports.changed();
    return true;
  }

  discard(messageId: string): void {
    const entry = this.outbox.ofMessage(messageId);
    if (entry) this.outbox.remove(entry.id);
    this.book.timeline.drop(messageId);
    this.ports.changed();
  }

  /** Takes over what a tab that is gone has not delivered (after a reload: this page's own former self). */
  adopt(entries: readonly Entry[]): void {
    this.outbox.adopt(entries);
    for (const entry of this.outbox.all()) this.show(entry);
    this.pump();
    this.ports.changed();
  }

  /** Everything once more, with fresh addresses of files. */
  refetch(): void {
    this.askAll = true;
    this.ports.resync();
  }

  /** Leaves an ended contact for the start form. */
  leave(): void {
    if (!this.book.open) this.book.shelve();
    this.ports.changed();
  }

  // -- time ------------------------------------------------------------------------------------------------------
  /** When `tick` wants to be called, ms since 1970, or null. */
  due(): number | null {
    const times: number[] = [];
    if (this.gapSince !== null) times.push(this.gapSince + GAP_MS);
    if (this.typing) times.push(this.typingSince + TYPING_MS);
    const sending = this.ready ? this.outbox.due() : null;
    if (sending !== null) times.push(sending);
    return times.length ? Math.min(...times) : null;
  }

  tick(): void {
    const now = this.ports.now();
    if (this.typing && now >= this.typingSince + TYPING_MS) {
      this.typing = false;
      this.ports.changed();
    }
    if (this.gapSince !== null && now >= this.gapSince + GAP_MS) {
      this.gapSince = null;
      this.ports.resync();
      return;
    }
    this.pump();
  }

  // -- inside ----------------------------------------------------------------------------------------------------
  private reset(): void {
    this.ready = false;
    this.typing = false;
    this.gapSince = null;
    this.readSent = 0;
    this.outbox.grounded();
  }

  private enqueue(frame: Duty, file?: FileInfo): void {
    const entry: Entry = { id: frame.id, frame, at: this.ports.now(), owner: this.ports.owner };
    if (file) entry.file = file;
    this.outbox.put(entry);
    this.show(entry);
    this.pump();
    this.ports.changed();
  }

  /** Puts what is under way before the customer's eyes. */
  private show({ frame, at, file, failed }: Entry): void {
    const { book } = this;
    if (frame.t === "start") {
      book.begin(frame.contact, frame.interaction, at);
      book.timeline.pend(frame.message, at, frame.text, null);
    } else if (frame.t === "post") {
      book.timeline.pend(frame.id, at, frame.text ?? "", file ?? null);
      book.timeline.mark(frame.id, failed);
    }
  }

  private pump(): void {
    if (this.ready) this.outbox.pump(this.ports.now(), (frame) => this.ports.send(frame));
  }

  private welcome(frame: Welcome): void {
    this.ports.visitor(frame.visitor);
    this.site = frame.site;
    this.hours = frame.hours;
    const { book } = this;
    const first = book.timeline.have === 0;
    this.askAll = false;
    this.follow(frame.contact);
    if (frame.earlier && !this.gotEarlier) book.takeEarlier(frame.earlier);
    this.gotEarlier = true;
    if (frame.contact && frame.contact.id === book.contact?.id) {
      for (const message of frame.messages) this.take(message, !first);
      book.timeline.trust();
    }
    this.ready = true;
    if (frame.contact) this.strangerSeen = false;
    this.read(book.customerRead);
  }

  /** Makes the server's contact the one that is shown, without losing what is under way. */
  private follow(wire: WireContact | null): void {
    const start = this.outbox.starting;
    if (!wire) {
      if (this.book.contact && this.book.contact.id !== start?.contact) this.book.shelve();
      return;
    }
    if (start && start.contact !== wire.id) {
      if (wire.state === "ended") return;
      this.turnIntoPost(start);
    }
    this.book.follow(wire, (id) => this.ports.readBefore(id));
    if (wire.state === "ended") this.outbox.removeAll("end");
  }

  /** Another tab has a contact open: the first words of this one go there. */
  private turnIntoPost(start: Start): void {
    const { message: id, text } = start;
    const at = this.outbox.get(start.id)!.at;
    this.outbox.remove(start.id);
    this.outbox.put({ id, frame: { t: "post", id, text }, at, owner: this.ports.owner });
    if (this.book.contact?.id === start.contact) this.book.contact = null;
  }

  private take(message: WireMessage, tell: boolean): void {
    if (message.author === "agent") this.typing = false;
    const { timeline } = this.book;
    const fresh = timeline.take(message);
    const entry = this.outbox.ofMessage(message.id);
    if (entry) this.outbox.remove(entry.id);
    if (fresh && tell && message.author !== "customer") this.ports.news(timeline.find(message.id)!);
  }

  /** News of a contact that this page doesn't know (another tab's): asks what there is, once. */
  private stranger(): void {
    if (this.strangerSeen) return;
    this.strangerSeen = true;
    this.ports.resync();
  }

  private ack(id: string, number?: number, at?: number): void {
    const entry = this.outbox.get(id);
    if (!entry) return;
    const { frame } = entry;
    const { timeline, contact } = this.book;
    this.outbox.remove(id);
    if (frame.t === "start") timeline.acked(frame.message, number, at);
    else if (frame.t === "post") timeline.acked(id, number, at);
    else if (frame.t === "rate" && contact) contact.rating = frame.score;
  }

  private nack(id: string, code: string, text: string): void {
    const entry = this.outbox.get(id);
    if (!entry) return;
    if (TRANSIENT.has(code)) return this.outbox.pause(this.ports.now());
    const { frame } = entry;
    if (frame.t === "post") {
      this.outbox.fail(entry, text || code);
      this.book.timeline.mark(id, entry.failed);
    } else if (frame.t === "start") {
      if (code === "contact_open") this.ports.resync();
      else this.refused(frame, code, text);
    } else {
      this.outbox.remove(id);
      if (frame.t === "rate") this.rateError = text || code;
    }
  }

  /** No contact came about: its words go back to the customer. */
  private refused(start: Start, code: string, text: string): void {
    const { book, outbox } = this;
    const words: string[] = [start.text];
    book.timeline.drop(start.message);
    for (const { id, frame } of outbox.all()) {
      if (frame.t === "post") {
        if (frame.text) words.push(frame.text);
        book.timeline.drop(id);
      }
      outbox.remove(id);
    }
    if (book.contact?.id === start.contact) book.contact = null;
    this.refusal = { code, text: text || code, draft: words.join("\n") };
  }

  private state(frame: StateFrame): void {
    const { contact } = this.book;
    if (!contact) {
      if (frame.state !== "ended") this.stranger();
      return;
    }
    const notice = this.book.change(contact, frame);
    if (notice) this.notice(notice);
    if (contact.state === "ended") {
      this.typing = false;
      this.outbox.removeAll("end");
    }
  }

  private notice(notice: Notice): void {
    const id = this.ports.newId();
    const { timeline } = this.book;
    timeline.notice(id, this.ports.now(), notice);
    this.ports.news(timeline.find(id)!);
  }

  private watchGap(): void {
    if (!this.book.timeline.gap) this.gapSince = null;
    else this.gapSince ??= this.ports.now();
  }
}
