import type { FileInfo, WireMessage } from "./wire";

export type Mark = "sending" | "sent" | "failed";

export interface Notice {
  kind: "joined" | "requeued" | "ended";
  /** The agent's name, where one matters. */
  name?: string;
  /** Who ended it: `customer`, `agent`, `system`. */
  by?: string;
}

/** One line of what is shown: a message, or a notice that the page itself puts between messages. */
export interface Item {
  id: string;
  /** Null until the server has numbered it; notices stand at halves, after the message before them. */
  number: number | null;
  at: number;
  author: "customer" | "agent" | "system";
  name: string;
  text: string;
  file: FileInfo | null;
  /** Of the customer's own messages only. */
  mark: Mark | null;
  error?: string;
  notice?: Notice;
}

const blank = (id: string, at: number, author: Item["author"]): Item => ({
  id,
  number: null,
  at,
  author,
  name: "",
  text: "",
  file: null,
  mark: null,
});

/** The messages of one contact in their order, and what is missing between them. */
export class Timeline {
  readonly items: Item[] = [];
  /** All of 1..have have been seen. */
  have = 0;
  private readonly seen = new Set<number>();
  private last = 0;

  /** Is a message missing between those that are here? */
  get gap(): boolean {
    return this.last > this.have;
  }

  get lastNumber(): number {
    return this.last;
  }

  find(id: string): Item | undefined {
    return this.items.find((item) => item.id === id);
  }

  /** A message as the server has it. Returns true when it was not known before. */
  take(message: WireMessage): boolean {
    const known = this.find(message.id);
    const item = known ?? blank(message.id, message.at, message.author);
    item.at = message.at;
    item.number = message.number || item.number;
    item.name = message.name ?? item.name;
    item.text = message.text ?? item.text;
    item.file = message.file ?? item.file;
    item.mark = message.author === "customer" ? "sent" : null;
    delete item.error;
    if (!known) this.items.push(item);
    this.count(message.number);
    return !known;
  }

  /** One of the customer's own, before the server has it. */
  pend(id: string, at: number, text: string, file: FileInfo | null): Item {
    const known = this.find(id);
    if (known) return known;
    const item: Item = { ...blank(id, at, "customer"), text, file, mark: "sending" };
    this.items.push(item);
    this.sort();
    return item;
  }

  acked(id: string, number: number | undefined, at: number | undefined): void {
    const item = this.find(id);
    if (!item) return;
    item.mark = "sent";
    delete item.error;
    if (at) item.at = at;
    if (number) item.number = number;
    this.count(number);
  }

  /** One under way: refused with these words, or being sent. */
  mark(id: string, failed: string | undefined): void {
    const item = this.find(id);
    if (!item) return;
    item.mark = failed ? "failed" : "sending";
    if (failed) item.error = failed;
    else delete item.error;
  }

  notice(id: string, at: number, notice: Notice): void {
    const number = this.last + 0.5;
    this.items.push({ ...blank(id, at, "system"), number, notice });
    this.sort();
  }

  drop(id: string): void {
    const index = this.items.findIndex((item) => item.id === id);
    if (index >= 0) this.items.splice(index, 1);
  }

  /** The server has told all that there is: numbers that are still missing are not for the customer. */
  trust(): void {
    this.have = this.last;
  }

  private count(number: number | undefined): void {
    if (number) {
      this.seen.add(number);
      this.last = Math.max(this.last, number);
      while (this.seen.has(this.have + 1)) this.have++;
    }
    this.sort();
  }

  /** Numbered ones by number; then those under way, by id (which ascends in time). */
  private sort(): void {
    this.items.sort((a, b) => {
      const x = a.number ?? Infinity;
      const y = b.number ?? Infinity;
      if (x !== y) return x - y;
      return a.id < b.id ? -1 : 1;
    });
  }
}
