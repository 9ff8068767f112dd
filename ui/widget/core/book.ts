import type { Contact, Earlier } from "./ports";
import { Timeline, type Notice } from "./timeline";
import type { EarlierContact, PositionFrame, StateFrame, WireContact } from "./wire";

/** What is shown: the contact, its messages, the place in the queue, and the contacts before it. */
export class Book {
  contact: Contact | null = null;
  timeline = new Timeline();
  earlier: Earlier[] = [];
  position: PositionFrame | null = null;
  /** The agents have read up to this number. */
  agentRead = 0;
  /** The customer has read up to this number. */
  customerRead = 0;

  get open(): boolean {
    return this.contact !== null && this.contact.state !== "ended";
  }

  get unread(): number {
    return this.timeline.items.filter((i) => i.author === "agent" && (i.number ?? 0) > this.customerRead)
      .length;
  }

  /** Begins a contact that the server has not confirmed yet. */
  begin(id: string, interaction: string, startedAt: number): void {
    if (this.open || this.contact?.id === id) return;
    this.shelve();
    this.contact = { id, interaction, state: "waiting", startedAt, rating: null, agent: null };
  }

  /** Makes the server's contact the one that is shown. */
  follow(wire: WireContact, readBefore: (id: string) => number): void {
    if (this.contact?.id !== wire.id) {
      this.shelve();
      this.customerRead = readBefore(wire.id);
    }
    const contact: Contact = {
      id: wire.id,
      interaction: wire.interaction,
      state: wire.state === "offered" ? "waiting" : wire.state,
      startedAt: wire.started_at,
      rating: wire.rating,
      agent: wire.agent?.name ?? null,
    };
    if (this.contact?.endedBy) contact.endedBy = this.contact.endedBy;
    this.contact = contact;
    if (contact.state !== "waiting") this.position = null;
  }

  /** Puts the finished contact aside; what is still under way stays. */
  shelve(): void {
    const { items } = this.timeline;
    const done = items.filter((item) => item.number !== null);
    if (this.contact && done.length) {
      const { id, startedAt } = this.contact;
      this.earlier = [...this.earlier.filter((e) => e.id !== id), { id, startedAt, items: done }];
    }
    this.timeline = new Timeline();
    this.timeline.items.push(...items.filter((item) => item.number === null));
    this.contact = null;
    this.position = null;
    this.agentRead = 0;
    this.customerRead = 0;
  }

  /** The server's list of contacts that were closed before this page was opened. */
  takeEarlier(list: readonly EarlierContact[]): void {
    this.earlier = list.map(({ id, started_at, messages }) => {
      const timeline = new Timeline();
      for (const message of messages) timeline.take(message);
      return { id, startedAt: started_at, items: timeline.items };
    });
  }

  /** Applies a change of state; returns what the customer should be told of it. */
  change(contact: Contact, frame: StateFrame): Notice | null {
    const state = frame.state === "offered" ? "waiting" : frame.state;
    const agent = frame.agent?.name ?? null;
    const { state: was, agent: before } = contact;
    contact.state = state;
    contact.agent = agent ?? (state === "ended" ? before : null);
    if (frame.ended_by) contact.endedBy = frame.ended_by;
    if (frame.rating != null) contact.rating = frame.rating;
    if (state !== "waiting") this.position = null;
    if (state === "talking" && agent && (was !== "talking" || agent !== before))
      return { kind: "joined", name: agent };
    if (state === "waiting" && was === "talking") return { kind: "requeued" };
    if (state === "ended" && was !== "ended") return { kind: "ended", by: frame.ended_by ?? "system" };
    return null;
  }
}
