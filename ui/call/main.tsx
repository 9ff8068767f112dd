/** The page `/v/{site_key}`: call, and a person answers. `?lang=`, `?theme=` and, from the widget, `#v=<visitor>`. */
import { render } from "preact";
import { newId } from "../widget/core/ids";
import { makeLink } from "../widget/page/link";
import { keeping, parsed } from "../widget/page/storage";
import { pickLocale, type Locale } from "../widget/page/words";
import "../kit/tokens.css";
import "./call.css";
import { digitOf, keepFocus, once } from "./keys";
import { Line, meter, microphone, ring } from "./media";
import type { Kept } from "./ports";
import { Session } from "./session";
import { nameOf, Page } from "./view";
import type { ClientFrame, ServerFrame } from "./wire";
import { words as en } from "./words.en";
import { words as zh } from "./words.zh";

const site = decodeURIComponent(location.pathname.split("/").filter(Boolean).pop() ?? "");
const query = new URLSearchParams(location.search);
const local = keeping(() => localStorage, `rexian.${site}.`);
const tab = keeping(() => sessionStorage, `rexian.${site}.`);
const given = new URLSearchParams(location.hash.slice(1)).get("v");
if (given) {
  local.set("visitor", given);
  history.replaceState(null, "", location.pathname + location.search); // it need not stand in the address
}
const theme = query.get("theme");
if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;

let locale: Locale = pickLocale(local.get("locale"), query.get("lang"), navigator.language);
let opened: MediaStream | undefined;
let level = 0;
let stopMeter: () => void = () => undefined;
let blocked = false;
const speaker = new Audio();
speaker.autoplay = true;

const body = document.createElement("div");
document.body.append(body);

function hear(stream: MediaStream): void {
  speaker.srcObject = stream;
  speaker.play().then(
    () => listenAgain(false),
    () => listenAgain(true),
  );
}

function listenAgain(on: boolean): void {
  blocked = on;
  draw();
}

const session = new Session(
  {
    send: (frame: ClientFrame) => link.send(frame as never),
    newId,
    now: Date.now,
    later(act, ms) {
      const timer = setTimeout(act, ms);
      return () => clearTimeout(timer);
    },
    async line(servers, up, lost) {
      if (!opened?.active) {
        opened = await microphone();
        stopMeter = meter(opened, (now) => {
          level = now;
          body.querySelector("meter")?.setAttribute("value", now.toFixed(2));
        });
      }
      return new Line(opened, servers, { up, lost, sound: hear });
    },
    release() {
      stopMeter();
      stopMeter = () => undefined; // an ended call may be released twice
      for (const track of opened?.getTracks() ?? []) track.stop();
      opened = undefined;
      speaker.srcObject = null;
    },
    ring,
    keep: (kept) => tab.set("call", kept && JSON.stringify(kept)),
    visitor: (token) => local.set("visitor", token),
    changed: () => draw(),
  },
  parsed<Kept>(tab.get("call")),
  document.querySelector<HTMLMetaElement>('meta[name="phone"]')?.content,
);

const link = makeLink({
  url: `${location.origin.replace(/^http/, "ws")}/voice/ws`,
  opened() {
    const contact = session.contact;
    link.send({
      t: "hello",
      site,
      v: 1,
      visitor: local.get("visitor"),
      locale,
      ...(contact ? { contact } : {}),
      page: { url: location.href.slice(0, 2000), title: document.title.slice(0, 200) },
    } as never);
  },
  frame(frame) {
    const told = frame as unknown as ServerFrame;
    if (told.t === "welcome") link.welcomed();
    session.frame(told);
  },
  closed: () => session.offline(),
  barred() {
    session.barred = true;
    draw();
  },
});

function speak(wanted: Locale): void {
  locale = wanted;
  local.set("locale", wanted);
  link.restart(); // the server speaks it too
  draw();
}

function draw(): void {
  const words = locale === "en" ? en : zh;
  document.documentElement.lang = locale;
  document.title = [words.title, nameOf(session.site)].filter(Boolean).join(" · ");
  render(
    <Page
      session={session}
      words={words}
      locale={locale}
      level={level}
      blocked={blocked}
      listen={() => void speaker.play().then(() => listenAgain(false))}
      speak={speak}
      chat={`/c/${encodeURIComponent(site)}?lang=${locale}`}
    />,
    body,
  );
}

addEventListener("keydown", (event) => {
  once(event);
  const digit = digitOf(event);
  if (digit && session.live) session.press(digit);
});
addEventListener("beforeunload", (event) => {
  if (session.live || session.stage === "call_back") event.preventDefault();
});
setInterval(() => session.since && session.stage !== "ended" && draw(), 1_000);

keepFocus(body, () => body.querySelector("[data-stage]"));
session.look();
draw();
link.start();
