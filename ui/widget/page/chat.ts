import { newId } from "../core/ids";
import { Session } from "../core/session";
import type { Item } from "../core/timeline";
import type { FileInfo, Site } from "../core/wire";
import type { PanelWords } from "../view/words.zh";
import type { Files } from "./files";
import { Link } from "./link";
import { shownName } from "./names";
import { setWords, words as now } from "./now";
import { Keep, StoredOutbox } from "./storage";
import { Tabs } from "./tabs";
import { baseWords, fill, pickLocale, type Locale } from "./words";

export interface Options {
  /** The site's key. */
  site: string;
  /** Where Rexian is: `https://host`. */
  origin: string;
  lang?: string | undefined;
  theme?: string | undefined;
  /** `#rrggbb` before the server has told. */
  colour?: string | undefined;
  /** The customer's name, if the page knows it. */
  name?: string | undefined;
  /** A page of its own instead of a launcher. */
  page?: boolean;
}

/** A lost connection shows only after this long: most are back before anybody would notice. */
const GRACE_MS = 1500;
/** A closed panel without a contact lets its socket go. */
const IDLE_MS = 60_000;
const TYPING_AGAIN_MS = 3000;
const TYPING_IDLE_MS = 4000;

type Timer = ReturnType<typeof setTimeout> | undefined;

export type Trouble = "offline" | "reconnecting" | "connecting" | "degraded" | null;

/** Ties session, socket, storage and tabs together for the view. The view reads fields and calls methods. */
export class Chat {
  readonly session: Session;
  /** Comes with the panel. */
  files: Files | null = null;
  readonly local: Keep;
  private readonly tab: Keep;
  private readonly link: Link;
  private readonly tabs: Tabs;
  private readonly outbox: StoredOutbox;
  private readonly watchers = new Set<() => void>();

  locale: Locale;
  open: boolean;
  barred = false;
  draft: string;
  topic: string | null = null;
  /** What the screen reader is to say next. */
  said = "";
  /** The latest words that came while the panel was closed. */
  teaser: Item | null = null;

  private downSince = 0;
  private timer: Timer;
  private graceTimer: Timer;
  private idleTimer: Timer;
  private typingTimer: Timer;
  private typingAt = 0;
  private turn = 0;
  private welcomed: () => void = () => undefined;
  private told: string | null = null;

  constructor(
    readonly options: Options,
    private readonly read: (locale: Locale) => Promise<{ words: PanelWords }>,
  ) {
    const { site, origin } = options;
    this.local = new Keep(() => localStorage, `rexian.${site}.`);
    this.tab = new Keep(() => sessionStorage, `rexian.${site}.`);
    this.outbox = new StoredOutbox(this.local);
    const me = newId();
    this.locale = pickLocale(this.local.get("locale"), options.lang, navigator.language);
    setWords(baseWords[this.locale]);
    this.open = !!options.page || this.tab.get("open") === "1";
    this.draft = this.tab.get("draft") ?? "";
    this.session = new Session({
      now: () => Date.now(),
      newId,
      owner: me,
      store: this.outbox,
      identity: () => ({
        site,
        visitor: this.local.get("visitor"),
        locale: this.locale,
        page: { url: location.href.slice(0, 2000), title: document.title.slice(0, 200) },
      }),
      send: (frame) => this.link.send(frame),
      resync: () => this.link.restart(),
      changed: () => this.changed(),
      visitor: (token) => this.local.set("visitor", token),
      lastContact: () => /^[\da-f-]{36}$/.exec(this.local.get("last") ?? "")?.[0] ?? null,
      readBefore: (id) => this.readBefore(id),
      news: (item) => this.news(item),
    });
    this.link = new Link({
      url: `${origin.replace(/^http/, "ws")}/chat/ws`,
      opened: () => void this.introduce(),
      frame: (frame) => this.frame(frame),
      closed: () => this.closed(),
      barred: () => {
        this.barred = true;
        this.changed();
      },
      now: () => Date.now(),
      random: Math.random,
    });
    this.tabs = new Tabs(site, me, (word) => {
      if (word.k === "read") this.readElsewhere(word.contact, word.number);
      else if (word.id !== this.session.book.contact?.id) this.meet();
    });
    void this.wake();
  }

  /** From now on in this language. The panel comes with its first words. */
  async speak(locale: Locale): Promise<void> {
    const { words } = await this.read(locale);
    this.locale = locale;
    setWords({ ...baseWords[locale], ...words });
  }

  /** The site as the server told it, now or at an earlier visit. */
  get site(): Site | null {
    if (this.session.site) return this.session.site;
    try {
      return JSON.parse(this.local.get("site") ?? "null") as Site | null;
    } catch {
      return null;
    }
  }

  get colour(): string {
    return this.site?.colour || this.options.colour || "";
  }

  get trouble(): Trouble {
    if (this.session.ready) return this.session.degraded ? "degraded" : null;
    if (!this.link.wanted || !this.downSince || Date.now() - this.downSince < GRACE_MS) return null;
    if (!navigator.onLine) return "offline";
    return this.session.site ? "reconnecting" : "connecting";
  }

  watch(changed: () => void): () => void {
    this.watchers.add(changed);
    return () => this.watchers.delete(changed);
  }

  // -- the customer ----------------------------------------------------------------------------------------------
  setOpen(open: boolean): void {
    this.open = open;
    this.teaser = null;
    this.tab.set("open", open ? "1" : null);
    clearTimeout(this.idleTimer);
    if (open) this.connect();
    else {
      this.idleTimer = setTimeout(() => {
        if (!this.session.book.open) this.link.stop();
      }, IDLE_MS);
    }
    this.changed();
  }

  async setLocale(locale: Locale): Promise<void> {
    await this.speak(locale);
    this.local.set("locale", locale);
    // The server's own words (greeting, topics, hours) come in the new language with the next welcome.
    this.link.restart();
    this.changed();
  }

  setDraft(text: string): void {
    this.draft = text;
    this.tab.set("draft", text || null);
    const typing = text.trim() !== "";
    clearTimeout(this.typingTimer);
    if (typing) this.typingTimer = setTimeout(() => this.typing(false), TYPING_IDLE_MS);
    this.typing(typing);
    this.changed();
  }

  /** Sends the draft and the files beside it; a first message starts the contact. */
  send(): void {
    const text = this.draft.trim();
    const { session } = this;
    if (text) {
      if (session.book.open) session.post(text);
      else session.start(text, this.topic, this.options.name ?? null);
    }
    if (!text && !session.book.open) return;
    this.files?.sendChosen();
    this.setDraft("");
  }

  retry(item: Item): void {
    if (this.session.retry(item.id)) return;
    // Its contact is over: the words go back into the box, for a new one.
    this.setDraft([this.draft, item.text].filter(Boolean).join("\n"));
    this.session.discard(item.id);
  }

  /** From an ended contact back to the start form. */
  leave(): void {
    this.topic = null;
    this.session.leave();
  }

  /** Everything that is here has been looked at. */
  seen(): void {
    const { book } = this.session;
    const number = book.timeline.lastNumber;
    if (!book.contact || number <= book.customerRead) return;
    this.session.read(number);
    this.local.set("read", JSON.stringify([book.contact.id, number]));
    this.tabs.tell({ k: "read", contact: book.contact.id, number });
    this.changed();
  }

  say(text: string): void {
    this.said = text;
    this.changed();
  }

  /** A picture that is still in this page's memory, or where the server has it. */
  address(file: FileInfo): string | null {
    if (!file.url) return (file.image && this.files?.preview(file.id)) || null;
    try {
      const url = new URL(file.url, this.options.origin);
      return url.protocol === "https:" || url.protocol === "http:" ? url.href : null;
    } catch {
      return null;
    }
  }

  dismissTeaser(): void {
    this.teaser = null;
    this.changed();
  }

  /** The visitor's token, which uploads carry. */
  get visitor(): string {
    return this.local.get("visitor") ?? "";
  }

  /** Something that is shown has changed. */
  changed(): void {
    this.settle();
    for (const watcher of this.watchers) watcher();
  }

  // -- inside ----------------------------------------------------------------------------------------------------
  /** A new page: whatever was left undone goes on, without anybody asking for it. */
  private async wake(): Promise<void> {
    const left = await this.tabs.inherit(this.outbox, Date.now());
    if (left.length) this.session.adopt(left);
    if (this.open || left.length || this.local.get("contact")) this.connect();
  }

  private connect(): void {
    if (this.barred || this.link.wanted) return;
    this.downSince = Date.now();
    this.later();
    this.link.start();
  }

  private async introduce(): Promise<void> {
    if (this.visitor) return this.session.opened();
    // Two tabs that meet the server for the first time must not become two visitors.
    const turn = ++this.turn;
    await this.tabs.alone("hello", () => {
      if (turn !== this.turn) return Promise.resolve();
      const done = new Promise<void>((resolve) => (this.welcomed = resolve));
      this.session.opened();
      return done;
    });
  }

  private frame(frame: Parameters<Session["receive"]>[0]): void {
    this.session.receive(frame);
    if (frame.t !== "welcome") return;
    this.welcomed();
    this.link.welcomed();
    this.downSince = 0;
    this.local.set("site", JSON.stringify(frame.site));
    this.files?.retryLost();
    this.changed();
  }

  private closed(): void {
    this.welcomed();
    this.downSince ||= Date.now();
    this.later();
    this.session.closed();
  }

  /** Looks again when the grace of a lost connection is over. */
  private later(): void {
    clearTimeout(this.graceTimer);
    const left = this.downSince + GRACE_MS - Date.now();
    if (left > 0) this.graceTimer = setTimeout(() => this.changed(), left + 50);
  }

  /** Another tab has started a contact. */
  private meet(): void {
    if (this.link.wanted) this.link.restart();
    else this.connect();
  }

  /** After any change: what other tabs and the clock must know. */
  private settle(): void {
    const { book } = this.session;
    const active = book.open ? book.contact!.id : null;
    // A new page finds here whether to connect by itself, and which contact to ask for, even one that is over; only
    // the server's word takes it away.
    this.remember("contact", active);
    this.remember("last", book.contact?.id ?? null);
    // Other tabs may ask for it as soon as the server knows it, not before.
    const known = this.session.starting ? null : active;
    if (known && known !== this.told) this.tabs.tell({ k: "contact", id: known });
    this.told = known;
    const { refusal } = this.session;
    if (refusal?.draft) {
      this.draft = [refusal.draft, this.draft].filter(Boolean).join("\n");
      refusal.draft = "";
      this.tab.set("draft", this.draft);
    }
    clearTimeout(this.timer);
    const due = this.session.due();
    if (due !== null) this.timer = setTimeout(() => this.session.tick(), Math.max(50, due - Date.now()));
  }

  private remember(key: string, value: string | null): void {
    if ((value || this.session.ready) && value !== this.local.get(key)) this.local.set(key, value);
  }

  private typing(on: boolean): void {
    const now = Date.now();
    if (on ? now - this.typingAt < TYPING_AGAIN_MS : !this.typingAt) return;
    this.typingAt = on ? now : 0;
    this.session.sendTyping(on);
  }

  private readBefore(contact: string): number {
    try {
      const [id, number] = JSON.parse(this.local.get("read") ?? "[]") as [string?, number?];
      return id === contact ? (number ?? 0) : 0;
    } catch {
      return 0;
    }
  }

  private readElsewhere(contact: string, number: number): void {
    const { book } = this.session;
    if (book.contact?.id !== contact) return;
    book.customerRead = Math.max(book.customerRead, number);
    this.teaser = null;
    this.changed();
  }

  private news(item: Item): void {
    const words = now;
    if (item.notice) {
      const { kind, name = "" } = item.notice;
      this.said = kind === "joined" ? fill(words.joined, { name }) : words[kind];
      return;
    }
    const text = item.file ? shownName(item.file.name) : item.text;
    this.said = `${item.name || words.agent}: ${text}`;
    if (!this.open) this.teaser = item;
  }
}
