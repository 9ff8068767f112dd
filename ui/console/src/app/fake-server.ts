/** A server in memory for tests of whole pages: HTTP by a table of answers, the feed by its real frames. */
import { vi } from "vitest";
import type { AnyData, ClientFrame, HandlingView, MessageView, OfferView, Op } from "@kit/feed";
import { applyOps } from "@kit/feed/reducer.ts";
import type { CallWord, FromPhoneServer, ToPhoneServer, SipAccess } from "../phone/wire.ts";
import type { Session } from "./session.tsx";

/** What a path answers: a body, a `Refusal`, or a function of the request's body that makes either. */
type Answer = unknown;

/** An answer with another status than 200. */
export class Refusal {
  constructor(
    readonly status: number,
    readonly body: unknown = {},
    readonly headers: Record<string, string> = {},
  ) {}
}

export const LI: Session = {
  person: { id: "agent-li", name: "李晓雯", locale: "zh-CN", tenant_id: "t1", roles: ["agent"] },
  tenants: [{ id: "t1", name: "云杉智能", colour: "#0b7a70" }],
  scopes: ["desk.use", "contact.read"],
  agent: true,
  floor_id: "f",
  csrf: "csrf",
  demo: false,
};

export function offer(over: Partial<OfferView> = {}): OfferView {
  return {
    id: "offer-1",
    contact_id: "contact-1",
    interaction_id: "interaction-1",
    queue_id: "q",
    queue_name: "手机售后",
    tenant_id: "t1",
    tenant_name: "云杉智能",
    customer: { id: "customer-1", name: "陈立群" },
    medium: "chat",
    offered_at: Date.now(),
    proof_due_at: Date.now() + 2_000,
    ring_due_at: Date.now() + 20_000,
    waited_ms: 12_000,
    preview: "手机发热",
    ...over,
  };
}

export function handling(over: Partial<HandlingView> = {}): HandlingView {
  return {
    id: "interaction-1",
    contact_id: "contact-1",
    queue_id: "q",
    queue_name: "手机售后",
    tenant_id: "t1",
    tenant_name: "云杉智能",
    customer: { id: "customer-1", name: "陈立群" },
    medium: "chat",
    state: "talking",
    accepted_at: Date.now() - 60_000,
    unread: 0,
    last: null,
    customer_away: false,
    read_by_customer: 0,
    ...over,
  };
}

export function message(over: Partial<MessageView> = {}): MessageView {
  return {
    id: "message-1",
    interaction_id: "interaction-1",
    number: 1,
    at: Date.now(),
    author: { kind: "customer", id: "customer-1", name: "陈立群" },
    kind: "text",
    text: "您好",
    ...over,
  };
}

export class FakeServer {
  readonly http = new Map<string, Answer>();
  readonly calls: { method: string; path: string; body: unknown }[] = [];
  readonly commands: { id: string; name: string; args: Record<string, unknown> }[] = [];
  readonly views = new Map<string, AnyData>();
  /** What pages said over the phone's socket. */
  readonly phoneFrames: ToPhoneServer[] = [];
  /** Calls that the phone's welcome names. */
  phoneCalls: CallWord[] = [];
  /** Set: the engine is an exchange, at which pages register so. */
  phoneSip: SipAccess | null = null;
  /** Commands are acked at once; a test that wants to see them pending turns this off. */
  acks = true;
  private seqs = new Map<string, number>();
  private sockets = new Set<FakeSocket>();
  private phones = new Set<FakePhoneSocket>();

  constructor(session: Session | null = LI) {
    this.http.set(
      "GET /api/session",
      session ?? new Refusal(401, { code: "not_signed_in", title: "未登录" }),
    );
    this.http.set("POST /api/feed-ticket", { ticket: "t" });
    this.http.set("GET /api/contacts/contact-1/draft", { text: "", rev: 0 });
    this.http.set("PUT /api/contacts/contact-1/draft", { rev: 1 });
    this.views.set("me", { agent: { [LI.person.id]: this.agent() }, offers: {}, handlings: {} });
    this.views.set("contact:contact-1", { contact: {}, interactions: {}, messages: {}, notes: {} });
    // eslint-disable-next-line @typescript-eslint/no-this-alias
    const server = this;
    vi.stubGlobal("fetch", (path: string, init: RequestInit = {}) => Promise.resolve(this.fetch(path, init)));
    vi.stubGlobal(
      "WebSocket",
      class {
        constructor(address: string | URL) {
          if (String(address).includes("/voice/desk")) return server.openPhone();
          return server.openFeed();
        }
      },
    );
  }

  private openFeed(): FakeSocket {
    const socket = new FakeSocket(this);
    this.sockets.add(socket);
    setTimeout(() => socket.say({ t: "hello", epoch: 1, now: Date.now(), heartbeat_ms: 5_000 }));
    return socket;
  }

  private openPhone(): FakePhoneSocket {
    const socket = new FakePhoneSocket(this);
    this.phones.add(socket);
    setTimeout(() => socket.onopen?.());
    return socket;
  }

  /** Says something to all phones. */
  ring(...frames: FromPhoneServer[]): void {
    for (const frame of frames) for (const phone of this.phones) phone.say(frame);
  }

  /** Closes every phone's socket. */
  cutPhones(): void {
    for (const phone of [...this.phones]) {
      this.phones.delete(phone);
      phone.onclose?.();
    }
  }

  phoned<T extends ToPhoneServer["t"]>(t: T): Extract<ToPhoneServer, { t: T }>[] {
    return this.phoneFrames.filter((frame): frame is Extract<ToPhoneServer, { t: T }> => frame.t === t);
  }

  hearPhone(socket: FakePhoneSocket, frame: ToPhoneServer): void {
    this.phoneFrames.push(frame);
    if (frame.t === "ping") socket.say({ t: "pong", n: frame.n, now: Date.now() });
    if (frame.t === "hello")
      socket.say({
        t: "welcome",
        person: LI.person.id,
        engine: this.phoneSip ? "asterisk" : "embedded",
        sip: this.phoneSip,
        ice_servers: [],
        calls: this.phoneCalls,
        now: Date.now(),
      });
  }

  agent(over: object = {}): object {
    return {
      id: LI.person.id,
      state: "available",
      reason: null,
      since_at: Date.now(),
      engaged: 0,
      capacity: { chat: 3 },
      by_system: false,
      ...over,
    };
  }

  /** Changes a topic's view and tells the page. */
  push(topic: string, ...ops: Op[]): void {
    const from = this.seqs.get(topic) ?? 1;
    this.seqs.set(topic, from + 1);
    this.views.set(topic, applyOps(this.views.get(topic) ?? {}, ops));
    for (const socket of this.sockets) socket.say({ t: "delta", topic, from_seq: from, seq: from + 1, ops });
  }

  say(frame: object): void {
    for (const socket of this.sockets) socket.say(frame);
  }

  sent(name: string): Record<string, unknown>[] {
    return this.commands.filter((command) => command.name === name).map((command) => command.args);
  }

  hear(socket: FakeSocket, frame: ClientFrame): void {
    if (frame.t === "sub") {
      const data = this.views.get(frame.topic);
      if (data)
        socket.say({ t: "snap", topic: frame.topic, epoch: 1, seq: this.seqs.get(frame.topic) ?? 1, data });
      else socket.say({ t: "fault", code: "topic_refused", topic: frame.topic });
    } else if (frame.t === "ping") socket.say({ t: "pong", n: frame.n, now: Date.now() });
    else if (frame.t === "cmd") {
      this.commands.push({ id: frame.id, name: frame.name, args: frame.args as Record<string, unknown> });
      if (this.acks) socket.say({ t: "ack", id: frame.id, seq: 2 });
    }
  }

  private fetch(path: string, init: RequestInit): Response {
    const method = init.method ?? "GET";
    const body: unknown = typeof init.body === "string" ? JSON.parse(init.body) : undefined;
    const [plain = ""] = path.split("?");
    this.calls.push({ method, path: plain, body });
    const key = `${method} ${plain}`;
    let answer = this.http.get(key);
    if (!this.http.has(key))
      answer =
        plain.startsWith("/api/") && method === "GET" ? { items: [], next_cursor: null, identities: [] } : {};
    if (typeof answer === "function") answer = (answer as (body: unknown) => unknown)(body);
    if (answer instanceof Refusal)
      return new Response(JSON.stringify(answer.body), { status: answer.status, headers: answer.headers });
    return new Response(JSON.stringify(answer));
  }
}

class FakeSocket {
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: (() => void) | null = null;
  constructor(private readonly server: FakeServer) {}
  send(text: string): void {
    this.server.hear(this, JSON.parse(text) as ClientFrame);
  }
  close(): void {}
  say(frame: object): void {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }
}

class FakePhoneSocket {
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: (() => void) | null = null;
  constructor(private readonly server: FakeServer) {}
  send(text: string): void {
    this.server.hearPhone(this, JSON.parse(text) as ToPhoneServer);
  }
  close(): void {}
  say(frame: FromPhoneServer): void {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }
}
