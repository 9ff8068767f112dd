import type { Entry, Item, SessionPorts, Shown } from "./ports";
import type {
  ContactState,
  Duty,
  FileInfo,
  Post,
  ServerFrame,
  Start,
  WireContact,
  WireMessage,
} from "./wire";

/** How long a missing number may come late (an ack overtaken by a message) before everything is asked for again. */
export const GAP_MS = 1500;
/** An agent's "is typing" that nobody takes back. */
const TYPING_MS = 30_000;
/** After `slow_down` or `unavailable`, which say "later", not "no". */
const PAUSE_MS = 2500;
/** An ack that does not come: the same frame goes again. */
export const ACK_MS = 12_000;
/** The server takes 20 messages in 10 s; a little less is sent. */
const WINDOW_MS = 10_000;
const WINDOW_FRAMES = 18;

/** Numbered ones by number; then those under way, by id (which ascends in time). */
const inOrder = (a: Item, b: Item): number => (a.number ?? 1e9) - (b.number ?? 1e9) || (a.id < b.id ? -1 : 1);

const plain = (state: ContactState) => (state === "offered" ? "waiting" : state);

/** A message as the server has it, laid over what was known of it. */
const told = (message: WireMessage, known = {} as Item): Item =>
  Object.assign(known, message, { mark: "sent", error: "" });

/** The message that an entry carries: a `post` by its own id, a `start` by its first message's. */
const messageOf = (frame: Duty): string => (frame as Start).message || frame.id;

export type Session = ReturnType<typeof newSession>;

/**
 * The customer's end of the chat, without socket, clock, storage or view: frames in, frames out.
 *
 * What the customer does is written to the outbox first and sent until it is acked; ids are the customer's, so a repeat
 * changes nothing. One frame at a time is on its way; the next goes when it is acked. People don't type faster than
 * that, and so the order holds whatever the server puts off. Messages are numbered without gaps by the server; a number
 * that stays missing makes the session ask again. Nothing here trusts that a frame comes once, or that acks and
 * messages come in order of each other.
 */
export function newSession(ports: SessionPorts) {
  const { now, newId, send, changed, resync } = ports;
  const shown: Shown = { items: [], earlier: [], agentRead: 0, customerRead: 0, typing: 0 };
  /** What this tab owes the server, in the order of the ids (ascending in time). */
  const outbox: Entry[] = [];
  let inflight: Entry | undefined;
  let sentAt = 0;
  let sendTimes: number[] = [];
  let pausedUntil = 0;
  /** All messages of 1..have have been seen. */
  let have = 0;
  /** When a gap has lasted long enough, or 0. */
  let gapUntil = 0;
  let readSent = 0;
  let knowsEarlier = false;
  let askAll = false;
  let strangerSeen = false;

  const open = () => !!shown.contact && shown.contact.state !== "ended";
  const find = (id: string) => shown.items.find((item) => item.id === id);
  const owed = (kind: Duty["t"]) => outbox.find(({ frame }) => frame.t === kind);
  const carrier = (id: string) => outbox.find(({ frame }) => messageOf(frame) === id);
  /** The number of the latest message. */
  const last = () => Math.floor(Math.max(0, ...shown.items.map((item) => item.number ?? 0)));

  // -- the outbox ------------------------------------------------------------------------------------------------
  function keep(entry: Entry): void {
    forget(outbox.find(({ id }) => id === entry.id));
    outbox.push(entry);
    outbox.sort((a, b) => (a.id < b.id ? -1 : 1));
    ports.keep(entry);
  }

  function forget(entry: Entry | undefined): void {
    if (!entry) return;
    if (inflight === entry) inflight = undefined;
    outbox.splice(outbox.indexOf(entry), 1);
    ports.forget(entry.id);
  }

  const next = () => outbox.find((entry) => !entry.failed);

  /** When the next frame may go (again). */
  function sendDue(): number {
    const entry = next();
    if (!entry || !shown.ready) return Infinity;
    if (entry === inflight) return sentAt + ACK_MS;
    return Math.max(pausedUntil, (sendTimes.at(-WINDOW_FRAMES) ?? 0) + WINDOW_MS);
  }

  function pump(): void {
    if (now() < sendDue() || !send(next()!.frame)) return;
    inflight = next();
    sentAt = now();
    sendTimes = [...sendTimes.slice(-WINDOW_FRAMES), sentAt];
  }

  /** Puts what is under way before the customer's eyes. */
  function show({ frame, at, file, failed }: Entry): void {
    if (frame.t === "start" && !open() && shown.contact?.id !== frame.contact) {
      shelve();
      shown.contact = { id: frame.contact, state: "waiting", startedAt: at };
    }
    if (frame.t !== "start" && frame.t !== "post") return;
    const id = messageOf(frame);
    if (!find(id)) shown.items.push({ id, at, author: "customer", text: frame.text, file });
    Object.assign(find(id)!, { mark: failed ? "failed" : "sending", error: failed });
  }

  function enqueue(frame: Duty, file?: FileInfo): void {
    const entry = { id: frame.id, frame, at: now(), owner: ports.owner, file };
    keep(entry);
    show(entry);
    settle();
  }

  // -- the contact -----------------------------------------------------------------------------------------------
  /** Puts the finished contact aside; what is still under way stays. */
  function shelve(): void {
    const { contact, items, earlier } = shown;
    const done = items.filter((item) => item.number);
    if (contact && done.length)
      shown.earlier = [...earlier.filter(({ id }) => id !== contact.id), { ...contact, items: done }];
    shown.items = items.filter((item) => !item.number);
    shown.contact = undefined;
    have = shown.agentRead = shown.customerRead = 0;
  }

  /** Makes the server's contact the one that is shown, without losing what is under way. */
  function follow(wire: WireContact | null): void {
    const entry = owed("start");
    const start = entry?.frame as Start | undefined;
    if (!wire) {
      if (shown.contact?.id !== start?.contact) shelve();
      return;
    }
    if (entry && start && start.contact !== wire.id) {
      if (wire.state === "ended") return;
      // Another tab has a contact open: the first words of this one go there.
      const { message: id, text } = start;
      forget(entry);
      keep({ ...entry, id, frame: { t: "post", id, text } });
      if (shown.contact?.id === start.contact) shown.contact = undefined;
    }
    const { id, rating, agent, started_at: startedAt } = wire;
    const was = shown.contact;
    if (was?.id !== id) {
      shelve();
      shown.customerRead = ports.readBefore(id);
    }
    shown.contact = { id, rating, startedAt, state: plain(wire.state), agent: agent?.name };
    // Somebody came while the socket was away.
    if (was?.id === id && was.state === "waiting" && wire.state === "talking") notice("joined", agent?.name);
  }

  function take(message: WireMessage, tell: boolean): void {
    const known = find(message.id);
    const item = told(message, known);
    if (item.author === "agent") shown.typing = 0;
    forget(carrier(item.id));
    if (known) return;
    shown.items.push(item);
    if (tell && item.author !== "customer") ports.news(item);
  }

  /** News of a contact that this page doesn't know (another tab's): asks what there is, once. */
  function stranger(): void {
    if (!strangerSeen) resync();
    strangerSeen = true;
  }

  function notice(kind: Item["notice"], name?: string, by?: string): void {
    const number = last() + 0.5;
    const item: Item = { id: newId(), number, at: now(), author: "system", notice: kind!, name, by };
    shown.items.push(item);
    ports.news(item);
  }

  // -- frames ----------------------------------------------------------------------------------------------------
  const handlers: { [T in ServerFrame["t"]]?: (frame: Extract<ServerFrame, { t: T }>) => void } = {
    welcome({ visitor, site, hours, contact, messages, earlier }) {
      const first = !have;
      ports.visitor(visitor);
      shown.site = site;
      shown.hours = hours;
      follow(contact);
      if (earlier && !knowsEarlier)
        shown.earlier = earlier.map(({ id, started_at: startedAt, messages }) => ({
          id,
          startedAt,
          items: messages.map((message) => told(message)).sort(inOrder),
        }));
      knowsEarlier = true;
      askAll = false;
      if (contact) {
        strangerSeen = false;
        if (contact.id === shown.contact?.id) {
          for (const message of messages) take(message, !first);
          // The server has told all that there is: numbers that are still missing are not for the customer.
          have = last();
        }
      }
      shown.ready = true;
      read(shown.customerRead);
    },
    message(frame) {
      if (shown.contact) take(frame, true);
      else stranger();
    },
    ack({ id, number, at }) {
      const entry = outbox.find((one) => one.id === id);
      if (!entry) return;
      const { frame } = entry;
      const item = find(messageOf(frame));
      forget(entry);
      if (item) Object.assign(item, { mark: "sent", error: "" }, number && { number }, at && { at });
      if (frame.t === "rate" && shown.contact) shown.contact.rating = frame.score;
    },
    nack({ id, code, text }) {
      const entry = outbox.find((one) => one.id === id);
      if (!entry) return;
      const { frame } = entry;
      inflight = undefined;
      if (code === "slow_down" || code === "unavailable") pausedUntil = now() + PAUSE_MS;
      else if (frame.t === "post") {
        entry.failed = text || code;
        ports.keep(entry);
        show(entry);
      } else if (frame.t === "start") {
        if (code === "contact_open") return resync();
        // No contact came about: its words go back to the customer.
        const texts = outbox.map((one) => (one.frame as Post).text).filter(Boolean);
        shown.refusal = { text: text || code, draft: texts.join("\n") };
        [...outbox].forEach(forget);
        shown.items = shown.items.filter((item) => item.number);
        if (shown.contact?.id === frame.contact) shown.contact = undefined;
      } else {
        forget(entry);
        if (frame.t === "rate") shown.rateError = text || code;
      }
    },
    state({ state, agent, rating, ended_by: by }) {
      const { contact } = shown;
      if (!contact) {
        if (state !== "ended") stranger();
        return;
      }
      const { state: was, agent: before } = contact;
      const name = agent?.name;
      contact.state = plain(state);
      contact.agent = name ?? (state === "ended" ? before : undefined);
      contact.rating = rating ?? contact.rating;
      if (state === "ended") {
        shown.typing = 0;
        if (was !== state) notice(state, "", by);
      } else if (state === "talking") {
        if (name && (was !== state || name !== before)) notice("joined", name);
      } else if (was === "talking") notice("requeued");
    },
    position(frame) {
      shown.position = frame;
    },
    typing({ on }) {
      shown.typing = on ? now() + TYPING_MS : 0;
    },
    read({ number }) {
      shown.agentRead = Math.max(shown.agentRead, number);
    },
    degraded({ on }) {
      shown.degraded = on;
    },
  };

  /** After anything: puts it in order, sends what is due, and has it drawn. */
  function settle(): void {
    const { contact, items } = shown;
    items.sort(inOrder);
    while (items.some((item) => item.number === have + 1)) have++;
    gapUntil = shown.ready && last() > have ? gapUntil || now() + GAP_MS : 0;
    if (contact?.state !== "waiting") shown.position = undefined;
    if (contact?.state === "ended") forget(owed("end"));
    pump();
    changed();
  }

  function reset(): void {
    shown.ready = false;
    shown.typing = gapUntil = readSent = 0;
    inflight = undefined;
  }

  /** The customer has seen everything up to here. */
  function read(number: number): void {
    const upTo = (shown.customerRead = Math.max(shown.customerRead, number));
    if (shown.ready && upTo > readSent && shown.contact && send({ t: "read", number: upTo })) readSent = upTo;
  }

  function post(text: string): void {
    enqueue({ t: "post", id: newId(), text });
  }

  return Object.assign(shown, {
    open,
    owed,
    last,
    read,
    post,

    unread: () =>
      shown.items.filter(({ author, number }) => author === "agent" && number! > shown.customerRead).length,

    /** The socket is open: introduces itself. */
    opened(): void {
      reset();
      const contact = shown.contact?.id ?? ports.lastContact();
      const after = askAll ? 0 : have;
      const earlier = !knowsEarlier;
      send({ t: "hello", v: 1, ...ports.identity(), after, contact, ...(earlier && { earlier }) });
    },

    closed(): void {
      reset();
      changed();
    },

    receive(frame: ServerFrame): void {
      const handle = handlers[frame.t] as ((frame: ServerFrame) => void) | undefined;
      if (!handle) return;
      handle(frame);
      settle();
    },

    /** Asks for a person, with the first words. In an open contact it simply posts. */
    start(text: string, topic: string | null, name: string | null): void {
      if (open()) return post(text);
      const [id, contact, interaction, message] = [newId(), newId(), newId(), newId()] as const;
      shown.refusal = undefined;
      shown.rateError = "";
      enqueue({ t: "start", id, contact, interaction, topic, name, text, message });
    },

    /** Posts a file that is uploaded already; `id` is to be the message's. */
    postFile(id: string, file: FileInfo): void {
      enqueue({ t: "post", id, file: file.id }, file);
    },

    end(): void {
      if (open() && !owed("end")) enqueue({ t: "end", id: newId() });
    },

    /** `score` 1 (worst) to 5 (best). */
    rate(score: number, comment: string): void {
      if (!shown.contact || owed("rate")) return;
      shown.rateError = "";
      enqueue({ t: "rate", id: newId(), score, comment });
    },

    sendTyping(on: boolean): void {
      if (shown.ready && open()) send({ t: "typing", on });
    },

    /** Sends a refused message again. False when no contact is open: then its words belong into a new one. */
    retry(message: string): boolean {
      const entry = carrier(message);
      if (!entry?.failed) return true;
      if (!open()) return false;
      entry.failed = undefined;
      ports.keep(entry);
      show(entry);
      settle();
      return true;
    },

    discard(message: string): void {
      forget(carrier(message));
      shown.items = shown.items.filter(({ id }) => id !== message);
      changed();
    },

    /** Takes over what a tab that is gone has not delivered (after a reload: this page's own former self). */
    adopt(entries: readonly Entry[]): void {
      entries.forEach(keep);
      outbox.forEach(show);
      settle();
    },

    /** Everything once more, with fresh addresses of files. */
    refetch: (): void => {
      askAll = true;
      resync();
    },

    /** Leaves an ended contact for the start form. */
    leave(): void {
      if (!open()) shelve();
      changed();
    },

    /** When `tick` wants to be called, ms since 1970; `Infinity` for never. */
    due(): number {
      return Math.min(gapUntil || Infinity, shown.typing || Infinity, sendDue());
    },

    tick: (): void => {
      if (shown.typing && now() >= shown.typing) {
        shown.typing = 0;
        changed();
      }
      if (gapUntil && now() >= gapUntil) {
        gapUntil = 0;
        resync();
      } else pump();
    },
  });
}
