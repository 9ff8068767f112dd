import type { Entry, Item, SessionPorts } from "../core/ports";
import { newSession, type Session } from "../core/session";
import type { ClientFrame, ServerFrame, WireContact, WireMessage } from "../core/wire";

/** Small seeded generator (mulberry32): a failing run can be run again by its seed. */
export function seeded(seed: number): () => number {
  let a = seed >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

export interface World {
  now: number;
  random: () => number;
  ids: number;
}

export function makeWorld(seed: number): World {
  return { now: 1_700_000_000_000, random: seeded(seed), ids: 0 };
}

export const nextId = (world: World): string => `id-${String(++world.ids).padStart(6, "0")}`;

/** One visitor's contact as the contract's server keeps it: idempotent by id, numbered without gaps. */
export class SimServer {
  contact: WireContact | null = null;
  log: WireMessage[] = [];
  readonly sockets = new Set<Socket>();
  /** Chance that a post is told to come later. */
  busy = 0;
  starts = 0;
  private readonly done = new Map<string, ServerFrame>();

  constructor(readonly world: World) {}

  handle(socket: Socket, frame: ClientFrame): void {
    if (frame.t === "hello") return this.hello(socket, frame);
    if (!socket.welcomed) return;
    if (frame.t === "start" || frame.t === "post") {
      const before = this.done.get(frame.id);
      if (before) return socket.push(before);
      if (this.world.random() < this.busy) {
        return socket.push({ t: "nack", id: frame.id, code: "slow_down", text: "慢一点" });
      }
    }
    if (frame.t === "start") this.start(socket, frame);
    else if (frame.t === "post") this.post(socket, frame.id, frame.text ?? "");
    else if (frame.t === "end") this.end(socket, frame.id);
    else if (frame.t === "rate") this.rate(socket, frame.id, frame.score);
  }

  agentSays(text: string): void {
    if (this.contact && this.contact.state !== "ended") this.append(nextId(this.world), "agent", text);
  }

  agentJoins(name: string): void {
    if (!this.contact || this.contact.state === "ended") return;
    this.contact.state = "talking";
    this.contact.agent = { name };
    this.tell({ t: "state", state: "talking", agent: { name } });
  }

  agentEnds(): void {
    if (!this.contact || this.contact.state === "ended") return;
    this.contact.state = "ended";
    this.tell({ t: "state", state: "ended", agent: null, ended_by: "agent" });
  }

  private hello(socket: Socket, frame: Extract<ClientFrame, { t: "hello" }>): void {
    socket.welcomed = true;
    const after = frame.contact === this.contact?.id ? frame.after : 0;
    socket.push({
      t: "welcome",
      visitor: "visitor-token",
      site: { name: "云杉智能", greeting: "您好", colour: "", topics: [], locale: "zh-CN" },
      hours: { open: true, text: "全天服务" },
      contact: this.contact && { ...this.contact },
      messages: this.log.filter((m) => m.number > after),
      now: this.world.now,
    });
  }

  private start(socket: Socket, frame: Extract<ClientFrame, { t: "start" }>): void {
    if (this.contact && this.contact.state !== "ended") {
      return socket.push({ t: "nack", id: frame.id, code: "contact_open", text: "" });
    }
    this.starts++;
    this.log = [];
    const { contact: id, interaction } = frame;
    this.contact = {
      id,
      interaction,
      state: "waiting",
      started_at: this.world.now,
      rating: null,
      agent: null,
    };
    this.tell({ t: "state", state: "waiting", agent: null });
    const { number, at } = this.append(frame.message, "customer", frame.text);
    this.settle(socket, { t: "ack", id: frame.id, number, at });
  }

  private post(socket: Socket, id: string, text: string): void {
    if (!this.contact || this.contact.state === "ended") {
      return socket.push({ t: "nack", id, code: "already_ended", text: "本次咨询已结束" });
    }
    const known = this.log.find((m) => m.id === id);
    const { number, at } = known ?? this.append(id, "customer", text);
    this.settle(socket, { t: "ack", id, number, at });
  }

  private end(socket: Socket, id: string): void {
    if (this.contact && this.contact.state !== "ended") {
      this.contact.state = "ended";
      this.tell({ t: "state", state: "ended", agent: null, ended_by: "customer" });
    }
    socket.push({ t: "ack", id });
  }

  private rate(socket: Socket, id: string, score: number): void {
    if (this.contact) this.contact.rating = score;
    socket.push({ t: "ack", id });
  }

  private append(id: string, author: "customer" | "agent", text: string): WireMessage {
    const message: WireMessage = { id, number: this.log.length + 1, at: this.world.now, author, text };
    this.log.push(message);
    this.tell({ t: "message", ...message });
    return message;
  }

  private settle(socket: Socket, ack: Extract<ServerFrame, { t: "ack" }>): void {
    this.done.set(ack.id, ack);
    socket.push(ack);
  }

  private tell(frame: ServerFrame): void {
    for (const socket of this.sockets) if (socket.welcomed) socket.push(frame);
  }
}

/** A stream that may be cut at any moment; frames of one direction keep their order, but acks may be overtaken. */
export class Socket {
  readonly up: ClientFrame[] = [];
  readonly down: ServerFrame[] = [];
  welcomed = false;

  constructor(readonly server: SimServer) {
    server.sockets.add(this);
  }

  push(frame: ServerFrame): void {
    const before = this.down.at(-1);
    const overtakes = before && before.t !== "welcome" && before.t !== "state" && frame.t !== "state";
    if (overtakes && this.server.world.random() < 0.2) this.down.splice(this.down.length - 1, 0, frame);
    else this.down.push(frame);
  }
}

/** What a browser keeps when the page goes. */
export class SimStorage {
  readonly entries = new Map<string, Entry>();
  visitor: string | null = null;
}

/** A page with its session. `reload` makes a new one over the same storage. */
export class SimTab {
  session: Session;
  socket: Socket | null = null;
  news: Item[] = [];
  resyncs = 0;
  private readonly name: string;

  constructor(
    readonly world: World,
    readonly server: SimServer,
    readonly storage: SimStorage,
  ) {
    this.name = nextId(world);
    this.session = newSession(this.ports());
    this.session.adopt([...storage.entries.values()].map((entry) => structuredClone(entry)));
  }

  connect(): void {
    if (this.socket) return;
    this.socket = new Socket(this.server);
    this.session.opened();
  }

  cut(): void {
    if (!this.socket) return;
    this.server.sockets.delete(this.socket);
    this.socket = null;
    this.session.closed();
  }

  /** One frame up, one frame down, as the dice say. */
  step(): void {
    const { socket } = this;
    if (!socket) return;
    if (this.world.random() < 0.5) {
      const frame = socket.up.shift();
      if (frame) this.server.handle(socket, structuredClone(frame));
    } else {
      const frame = socket.down.shift();
      if (frame) this.session.receive(structuredClone(frame));
    }
  }

  get quiet(): boolean {
    return !!this.socket && !this.socket.up.length && !this.socket.down.length;
  }

  private ports(): SessionPorts {
    const { world, storage } = this;
    return {
      now: () => world.now,
      newId: () => nextId(world),
      owner: this.name,
      keep: (entry) => void storage.entries.set(entry.id, structuredClone(entry)),
      forget: (id) => void storage.entries.delete(id),
      identity: () => ({
        site: "s",
        visitor: storage.visitor,
        locale: "zh-CN",
        page: { url: "", title: "" },
      }),
      send: (frame) => {
        this.socket?.up.push(structuredClone(frame));
        return this.socket !== null;
      },
      resync: () => {
        this.resyncs++;
        this.cut();
        this.connect();
      },
      changed: () => undefined,
      visitor: (token) => (storage.visitor = token),
      lastContact: () => null,
      readBefore: () => 0,
      news: (item) => void this.news.push(item),
    };
  }
}

/** Lets everything that is under way arrive, with time passing. */
export function settle(world: World, tabs: SimTab[]): void {
  for (let round = 0; round < 20_000; round++) {
    for (const tab of tabs) {
      tab.connect();
      tab.step();
    }
    if (round % 20 === 0) {
      world.now += 100;
      for (const tab of tabs) if (tab.session.due() <= world.now) tab.session.tick();
    }
    if (tabs.every((tab) => tab.quiet && tab.session.ready && tab.session.due() === Infinity)) return;
  }
  throw new Error("never came to rest");
}
