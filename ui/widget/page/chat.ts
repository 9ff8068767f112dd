import { newId } from "../core/ids";
import type { Item } from "../core/ports";
import { newSession, type Session } from "../core/session";
import type { ServerFrame, Site } from "../core/wire";
import { makeLink } from "./link";
import { shownName } from "./names";
import { forgetEntry, keepEntry, keeping, parsed, type Keep } from "./storage";
import { joinTabs } from "./tabs";
import { fill, pickLocale, type Locale, type Words } from "./words";

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

/** Fetches the words of a language. */
export type ReadWords = (locale: Locale) => Promise<{ words: Words }>;

/** A lost connection shows only after this long: most are back before anybody would notice. */
const GRACE_MS = 1500;
/** A closed panel without a contact lets its socket go. */
const IDLE_MS = 60_000;
const TYPING_AGAIN_MS = 3000;
const TYPING_IDLE_MS = 4000;

type Timer = ReturnType<typeof setTimeout> | undefined;

// There is one chat on a page: its state is this module's. The views read it and call the functions below.
export let options: Options;
export let session: Session;
export let locale: Locale;
export let words: Words;
/** The site as the server told it, now or at an earlier visit. */
export let site: Site | null;
export let isOpen: boolean;
/** It was opened by somebody, not by a reload. */
export let touched = false;
export let barred = false;
export let draft: string;
export let topic: string | null = null;
/** What the screen reader is to say next. */
export let said = "";
/** The latest words that came while the panel was closed. */
export let teaser: Item | undefined;

let local: Keep;
let tab: Keep;
let link: ReturnType<typeof makeLink>;
let tabs: ReturnType<typeof joinTabs>;
let readWords: ReadWords;
let draw: () => void;

let drawing = false;
let downSince = 0;
let timer: Timer;
let graceTimer: Timer;
let idleTimer: Timer;
let typingTimer: Timer;
let typingAt = 0;
let turn = 0;
let welcomed: () => void = () => undefined;
let told: string | undefined;

/** Ties session, socket, storage and tabs together for the view. `drawNow` is called after every change. */
export async function startChat(given: Options, read: ReadWords, drawNow: () => void): Promise<void> {
  options = given;
  readWords = read;
  draw = drawNow;
  const prefix = `rexian.${options.site}.`;
  const me = newId();
  local = keeping(() => localStorage, prefix);
  tab = keeping(() => sessionStorage, prefix);
  await speak(pickLocale(local.get("locale"), options.lang, navigator.language));
  site = parsed(local.get("site"));
  isOpen = !!options.page || !!tab.get("open");
  draft = tab.get("draft") ?? "";
  session = newSession({
    now: Date.now,
    newId,
    owner: me,
    keep: (entry) => keepEntry(local, entry),
    forget: (id) => forgetEntry(local, id),
    identity: () => ({
      site: options.site,
      visitor: local.get("visitor"),
      locale,
      page: { url: location.href.slice(0, 2000), title: document.title.slice(0, 200) },
    }),
    send: (frame) => link.send(frame),
    resync: () => link.restart(),
    changed,
    visitor: (token) => local.set("visitor", token),
    lastContact: () => /^[\da-f-]{36}$/.exec(local.get("last")!)?.[0] ?? null,
    readBefore(contact) {
      const [id, number] = parsed<[string, number]>(local.get("read")) ?? [];
      return id === contact ? number! : 0;
    },
    news,
  });
  link = makeLink({
    url: `${options.origin.replace(/^http/, "ws")}/chat/ws`,
    opened: () => void introduce(),
    frame,
    closed() {
      welcomed();
      downSince ||= Date.now();
      lookLater();
      session.closed();
    },
    barred() {
      barred = true;
      changed();
    },
  });
  tabs = joinTabs(options.site, me, (word) => {
    const id = session.contact?.id;
    if (word.k === "read") {
      if (id !== word.contact) return;
      session.customerRead = Math.max(session.customerRead, word.number);
      dismissTeaser();
    } else if (id !== word.id) {
      // Another tab has started a contact.
      if (link.wanted()) link.restart();
      else connect();
    }
  });
}

/** A new page: whatever was left undone goes on, without anybody asking for it. */
export async function wake(): Promise<void> {
  const left = await tabs.inherit(local, Date.now());
  session.adopt(left);
  if (isOpen || left.length || local.get("contact")) connect();
}

/** From now on in this language. */
async function speak(wanted: Locale): Promise<void> {
  ({ words } = await readWords(wanted));
  locale = wanted;
}

/** What is wrong with the connection, in words, or nothing. */
export function trouble(): string {
  if (session.ready) return session.degraded ? words.degraded : "";
  if (!link.wanted() || !downSince || Date.now() - downSince < GRACE_MS) return "";
  if (!navigator.onLine) return words.offline;
  return session.site ? words.reconnecting : words.connecting;
}

// -- the customer ----------------------------------------------------------------------------------------------------
export function setOpen(open: boolean): void {
  touched ||= open !== isOpen;
  isOpen = open;
  tab.set("open", open ? "1" : null);
  clearTimeout(idleTimer);
  if (open) connect();
  else
    idleTimer = setTimeout(() => {
      if (!session.open()) link.stop();
    }, IDLE_MS);
  dismissTeaser();
}

export async function setLocale(wanted: Locale): Promise<void> {
  await speak(wanted);
  local.set("locale", wanted);
  // The server's own words (greeting, topics, hours) come in the new language with the next welcome.
  link.restart();
  changed();
}

export function setDraft(text: string): void {
  draft = text;
  tab.set("draft", text || null);
  const typing = !!text.trim();
  clearTimeout(typingTimer);
  if (typing) typingTimer = setTimeout(tellTyping, TYPING_IDLE_MS);
  tellTyping(typing);
  changed();
}

/** Sends the draft; a first message starts the contact. */
export function send(): void {
  const text = draft.trim();
  if (text) session.start(text, topic, options.name ?? null);
  setDraft("");
}

export function setTopic(key: string | null): void {
  topic = key;
  session.refusal = undefined;
  say("");
}

export function retry({ id, text }: Item): void {
  if (session.retry(id)) return;
  // Its contact is over: the words go back into the box, for a new one.
  setDraft(joined(draft, text));
  session.discard(id);
}

/** Everything that is here has been looked at. */
export function seen(): void {
  const number = session.last();
  const contact = session.contact?.id;
  if (!contact || number <= session.customerRead) return;
  session.read(number);
  local.set("read", JSON.stringify([contact, number]));
  tabs.tell({ k: "read", contact, number });
  changed();
}

export function say(text: string): void {
  said = text;
  changed();
}

export function dismissTeaser(): void {
  teaser = undefined;
  changed();
}

/** The visitor's token, which uploads carry. */
export const visitor = (): string => local.get("visitor") ?? "";

/** Something that is shown has changed: it is drawn when all that belongs to it is done. */
export function changed(): void {
  if (drawing || !session) return;
  drawing = true;
  queueMicrotask(() => {
    drawing = false;
    settle();
    draw();
  });
}

// -- inside ----------------------------------------------------------------------------------------------------------
const joined = (...texts: (string | null | undefined)[]): string => texts.filter(Boolean).join("\n");

function connect(): void {
  if (barred || link.wanted()) return;
  downSince = Date.now();
  lookLater();
  link.start();
}

async function introduce(): Promise<void> {
  if (visitor()) return session.opened();
  // Two tabs that meet the server for the first time must not become two visitors.
  const mine = ++turn;
  await tabs.alone("hello", async () => {
    if (mine !== turn) return;
    const done = new Promise<void>((resolve) => (welcomed = resolve));
    session.opened();
    await done;
  });
}

function frame(frame: ServerFrame): void {
  session.receive(frame);
  if (frame.t !== "welcome") return;
  welcomed();
  link.welcomed();
  downSince = 0;
  site = frame.site;
  local.set("site", JSON.stringify(site));
}

/** Looks again when the grace of a lost connection is over. */
function lookLater(): void {
  clearTimeout(graceTimer);
  graceTimer = setTimeout(changed, downSince + GRACE_MS + 50 - Date.now());
}

/** After any change: what other tabs, a later page and the clock must know. */
function settle(): void {
  const { contact, refusal } = session;
  const id = contact?.id ?? null;
  const active = session.open() ? id : null;
  // A new page finds here whether to connect by itself, and which contact to ask for, even one that is over; only
  // the server's word takes it away.
  remember("contact", active);
  remember("last", id);
  // Other tabs may ask for it as soon as the server knows it, not before.
  const known = (!session.owed("start") && active) || undefined;
  if (known && known !== told) tabs.tell({ k: "contact", id: known });
  told = known;
  if (refusal?.draft) {
    draft = joined(refusal.draft, draft);
    refusal.draft = "";
    tab.set("draft", draft);
  }
  clearTimeout(timer);
  const due = session.due();
  if (due < Infinity) timer = setTimeout(session.tick, Math.max(50, due - Date.now()));
}

function remember(key: string, value: string | null): void {
  if ((value || session.ready) && value !== local.get(key)) local.set(key, value);
}

function tellTyping(on?: boolean): void {
  const now = Date.now();
  if (on ? now - typingAt < TYPING_AGAIN_MS : !typingAt) return;
  typingAt = on ? now : 0;
  session.sendTyping(!!on);
}

/** What happened, as the page says it. */
export function noticeText({ notice, name, text }: Item): string {
  if (notice === "joined") return fill(words.joined, name || words.agent);
  if (notice === "requeued") return words.requeued;
  return notice ? words.ended : text!;
}

/** What a message says in one line. */
export const summary = ({ file, text }: Item): string => (file ? shownName(file.name) : (text ?? ""));

function news(item: Item): void {
  said = item.notice ? noticeText(item) : `${item.name || words.agent}: ${summary(item)}`;
  if (!isOpen && !item.notice) teaser = item;
}
