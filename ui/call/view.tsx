/** What a caller sees: one card, one thing to do at a time. */
import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { dialable } from "../kit/phone";
import { fill, type Locale } from "../widget/page/words";
import type { Session, Stage } from "./session";
import type { words as zh } from "./words.zh";

export type Words = { [name in keyof typeof zh]: string };

interface Props {
  session: Session;
  words: Words;
  locale: Locale;
  level: number;
  blocked: boolean;
  listen: () => void;
  speak: (locale: Locale) => void;
  /** Where one may write instead. */
  chat: string;
}

const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"];
/** Shapes of the states, so that colour never speaks alone. */
const SHAPES: Partial<Record<Stage, string>> = {
  talking: "M5 4h4l2 5-3 2a11 11 0 0 0 5 5l2-3 5 2v4a2 2 0 0 1-2 2A16 16 0 0 1 3 6a2 2 0 0 1 2-2",
  held: "M9 5v14M15 5v14",
  waiting: "M12 7v5l3 2M12 3a9 9 0 1 0 0 18a9 9 0 1 0 0-18",
  cut: "M12 8v5M12 16h.01M10.3 4l-8 14a2 2 0 0 0 1.7 3h16a2 2 0 0 0 1.7-3l-8-14a2 2 0 0 0-3.4 0",
};

/** Who is called: the company. The site's own name speaks of chats. */
export const nameOf = (site: Session["site"]): string => site?.company || site?.name || "";

export function Page(props: Props) {
  const { session, words, speak, locale } = props;
  return (
    <main class="page">
      <header>
        <h1>
          <bdi>{nameOf(session.site) || words.title}</bdi>
        </h1>
        <button
          class="quiet"
          lang={locale === "en" ? "zh-CN" : "en"}
          onClick={() => speak(locale === "en" ? "zh-CN" : "en")}
        >
          {words.other}
        </button>
      </header>
      <p class="hours">
        {session.hours && `${session.hours.open ? words.open : words.closed} · ${session.hours.text}`}
      </p>
      <p class="state" role="status" aria-live="polite" tabIndex={-1} data-stage={session.stage}>
        {shape(session.stage)}
        {stateText(props)}
      </p>
      {!session.online && session.site && !session.barred && (
        <p class="warn">
          {words.offline}
          {session.unreached && !saysNumber(session) && session.phone && (
            <> {fill(words.insteadPhone, session.phone)}</>
          )}
        </p>
      )}
      {session.degraded && <p class="warn">{words.degraded}</p>}
      {props.blocked && (
        <button class="main" onClick={props.listen}>
          {words.soundBlocked}
        </button>
      )}
      {Body(props)}
    </main>
  );
}

function Body(props: Props) {
  const { session, words } = props;
  if (session.barred)
    return (
      <section>
        <p class="bad">{words.barred}</p>
        <Dial {...props} />
      </section>
    );
  if (!session.site && session.stage === "idle") return <Away {...props} />;
  if (session.ringing)
    return (
      <button class="main" onClick={() => void session.resume()}>
        {words.answer}
      </button>
    );
  switch (session.stage) {
    case "idle":
      return session.resumable ? Resumable(props) : Idle(props);
    case "asking":
      return null;
    case "checking":
      return (
        <section class="controls">
          {Level(props)}
          <button onClick={() => session.endCheck()}>{words.checkEnd}</button>
        </section>
      );
    case "call_back":
      return (
        <section>
          <p>{session.number ? fill(words.callBackPhone, session.number) : words.callBackText}</p>
          <button class="quiet bad" onClick={() => session.hangUp()}>
            {words.leave}
          </button>
        </section>
      );
    case "ended":
      return <Ended {...props} />;
    default:
      return <Live {...props} />;
  }
}

/** Whether what is shown anyway names the number, or nobody wants it: they talk. */
const saysNumber = (session: Session): boolean =>
  session.live || !!session.trouble || session.insteadOfCallBack || session.voice?.available === false;

/** The number to dial instead, where there is one. */
function Dial({ session: { phone }, words }: Props) {
  return phone ? <p>{fill(words.insteadPhone, phone)}</p> : null;
}

/** The server hasn't answered yet: there is nothing to press. */
function Away(props: Props) {
  if (!props.session.unreached) return null;
  return (
    <div class="alert" role="alert">
      <p>{props.words.unreached}</p>
      <Dial {...props} />
    </div>
  );
}

/** What went wrong last, in words, and what there is instead. */
function Trouble(props: Props) {
  const { trouble } = props.session;
  const { words } = props;
  if (!trouble) return null;
  return (
    <div class="alert" role="alert">
      <p>{trouble.text || words[trouble.code as keyof Words] || words.failed}</p>
      <Dial {...props} />
    </div>
  );
}

function Resumable(props: Props) {
  const { session, words } = props;
  return (
    <section>
      <Trouble {...props} />
      <button class="main" onClick={() => void session.resume()}>
        {words.tapResume}
      </button>
      {session.trouble && (
        <button class="quiet bad" onClick={() => session.hangUp()}>
          {words.hangUp}
        </button>
      )}
    </section>
  );
}

function Idle(props: Props) {
  const { session, words, chat } = props;
  const { voice, site, trouble } = session;
  const away = voice && !voice.available;
  return (
    <section>
      {site?.greeting && (
        <p class="greeting" dir="auto">
          {site.greeting}
        </p>
      )}
      <Trouble {...props} />
      {away && !trouble && (
        <div class="alert" role="alert">
          <p>{voice.why || words.unavailable}</p>
          <Dial {...props} />
        </div>
      )}
      <CallBack {...props} />
      {!!site?.topics.length && !away && Topics(session, words)}
      {!away && (
        <>
          <button class="main" disabled={!session.online} onClick={() => void session.call()}>
            {trouble && trouble.code !== "checkFailed" ? words.retry : words.call}
          </button>
          <p class="why">{words.why}</p>
          <button class="quiet" disabled={!session.online} onClick={() => void session.check()}>
            {words.check}
          </button>
          {session.checked && <p role="status">{words.checkDone}</p>}
        </>
      )}
      {!session.insteadOfCallBack && (
        <a class="quiet" href={chat}>
          {words.chat}
        </a>
      )}
    </section>
  );
}

function Topics(session: Session, words: Words) {
  return (
    <fieldset>
      <legend>{words.topics}</legend>
      {session.site!.topics.map(({ key, label }) => (
        <label key={key}>
          <input
            type="radio"
            name="topic"
            checked={session.topic === key}
            onChange={() => (session.topic = key)}
          />
          <bdi>{label}</bdi>
        </label>
      ))}
    </fieldset>
  );
}

function Live(props: Props) {
  const { session, words } = props;
  const offered = session.keys;
  return (
    <section>
      {session.caption && (
        <p class="caption" dir="auto">
          {session.caption}
        </p>
      )}
      {!!offered.length && (
        <div class="choices">
          {offered.map(({ digit, label }) => (
            <button key={digit} onClick={() => session.press(digit)}>
              <kbd>{digit}</kbd> <bdi>{label}</bdi>
            </button>
          ))}
        </div>
      )}
      <Trouble {...props} />
      {session.cutLong && <p class="warn">{words.cutLong}</p>}
      <CallBack {...props} />
      <Panel {...props} />
    </section>
  );
}

/** What stays in its place at the foot, whatever comes and goes above it. */
function Panel(props: Props) {
  const { session, words } = props;
  const [pad, setPad] = useState(false);
  return (
    <div class="foot">
      {session.muted && <p class="warn">{words.muted}</p>}
      {session.recorded && (
        <p class="record">
          {mark(session.recorded === "paused" ? "M9 5v14M15 5v14" : "M12 8a4 4 0 1 0 0 8a4 4 0 1 0 0-8")}
          {session.recorded === "paused" ? words.paused : words.recording}
        </p>
      )}
      {Level(props)}
      <div class="controls">
        <button aria-pressed={session.muted} onClick={() => session.mute(!session.muted)}>
          {session.muted ? words.unmute : words.mute}
        </button>
        <button aria-expanded={pad} onClick={() => setPad(!pad)}>
          {pad ? words.hideKeypad : words.keypad}
        </button>
        <button class="end" onClick={() => session.hangUp()}>
          {session.stage === "waiting" ? words.leave : words.hangUp}
        </button>
      </div>
      {pad && (
        <div class="pad" role="group" aria-label={words.keypad}>
          {KEYS.map((key) => (
            <button key={key} aria-label={fill(words.keyOf, key)} onClick={() => session.press(key)}>
              {key}
            </button>
          ))}
        </div>
      )}
    </div>
  );
}

/** Nobody's own number is shorter; one's extension can't be called. */
const FEWEST_DIGITS = 5;

/** Where the company calls nobody back: its telephone number, and words that it answers. */
function Instead(props: Props) {
  const { session, words, chat } = props;
  // The alert above has said it.
  const isSaid = session.trouble || (session.stage === "idle" && session.voice?.available === false);
  return (
    <>
      {!isSaid && <Dial {...props} />}
      <a class="quiet" href={chat} target={session.live ? "_blank" : undefined} rel="noopener">
        {words.message}
      </a>
    </>
  );
}

/** The first thing to press has the focus each time that `open` has changed by a press. */
function useFirst(open: boolean): (element: HTMLElement | null) => void {
  const first = useRef<HTMLElement | null>(null);
  const was = useRef(open);
  useLayoutEffect(() => {
    if (open !== was.current) first.current?.focus();
    was.current = open;
  }, [open]);
  return (element) => {
    if (element) first.current = element;
  };
}

/** Where no line is to be had, or one would rather not wait: the number, or this page once it has a call. */
function CallBack(props: Props) {
  const { session, words } = props;
  const [asked, setAsked] = useState(false);
  const [number, setNumber] = useState("");
  const [wrong, setWrong] = useState(false);
  const begins = session.stage === "idle" || session.stage === "ended";
  const first = useFirst(asked);
  // Neither needs our line.
  if (session.insteadOfCallBack) return <Instead {...props} />;
  if (!session.online || !session.mayBeCalled) return null;
  if (!asked)
    return (
      <button ref={first} class="quiet" onClick={() => setAsked(true)}>
        {begins ? words.callMe : words.callMeBack}
      </button>
    );
  const byPhone = (event: Event) => {
    event.preventDefault();
    const plain = dialable(number);
    const good = !!plain && plain.length >= FEWEST_DIGITS;
    setWrong(!good);
    if (good) session.callBack(plain);
  };
  return (
    <form class="box" onSubmit={byPhone}>
      {!begins && (
        <button ref={first} type="button" onClick={() => session.callBack("")}>
          {words.callBackHere}
        </button>
      )}
      <label>
        {words.number}
        <input
          ref={begins ? first : undefined}
          type="tel"
          autocomplete="tel"
          value={number}
          aria-invalid={wrong}
          aria-describedby={wrong ? "wrong" : undefined}
          onInput={(event) => setNumber((event.target as HTMLInputElement).value)}
        />
      </label>
      {wrong && (
        <p id="wrong" class="bad" role="alert">
          {words.numberBad}
        </p>
      )}
      <div class="controls">
        <button type="submit">{words.callBackNumber}</button>
        <button type="button" onClick={() => setAsked(false)}>
          {words.cancel}
        </button>
      </div>
    </form>
  );
}

function Ended(props: Props) {
  const { session, words, chat } = props;
  const [comment, setComment] = useState("");
  const [score, setScore] = useState(0);
  return (
    <section>
      <Trouble {...props} />
      {session.took > 0 && <p>{fill(words.duration, clock(session.took))}</p>}
      {session.took > 0 && !session.rated && (
        <form
          class="box"
          onSubmit={(event) => {
            event.preventDefault();
            if (score) session.rate(score, comment.trim());
          }}
        >
          <fieldset class="stars">
            <legend>{words.rate}</legend>
            {[1, 2, 3, 4, 5].map((one) => (
              <label key={one} class={one <= score ? "on" : ""}>
                <input type="radio" name="score" checked={score === one} onChange={() => setScore(one)} />
                <span aria-hidden="true">{one <= score ? "★" : "☆"}</span>
                <span class="only-read">{fill(words.star, one)}</span>
              </label>
            ))}
          </fieldset>
          <label>
            {words.comment}
            <textarea
              maxLength={2000}
              value={comment}
              onInput={(event) => setComment((event.target as HTMLTextAreaElement).value)}
            />
          </label>
          <button type="submit" disabled={!score}>
            {words.send}
          </button>
        </form>
      )}
      {!!session.rated && <p role="status">{words.thanks}</p>}
      <CallBack {...props} />
      <button class="main" disabled={!session.online} onClick={() => void session.call()}>
        {words.callAgain}
      </button>
      {!session.insteadOfCallBack && (
        <a class="quiet" href={chat}>
          {words.chat}
        </a>
      )}
    </section>
  );
}

const Level = ({ words, level }: Props) => (
  <label class="level">
    {words.level}
    <meter min={0} max={1} value={level} />
  </label>
);

/** The state in words; the time of the talk is for eyes only, or a screen reader would count seconds. */
function stateText({ session, words }: Props): ComponentChildren {
  const { stage } = session;
  if (session.ringing) return words.ringing;
  if (stage === "idle") return idleText(session, words);
  if (stage === "waiting") return [words.waiting, placeText(session, words)].filter(Boolean).join(" · ");
  if (stage === "ended") return endText(session, words);
  if (stage === "call_back") return words.callBack;
  if (stage === "checking" && !session.connected) return words.connecting;
  if (stage !== "talking") return words[stage];
  const who = session.agent ? fill(words.withAgent, session.agent) : words.talking;
  return [who, <span aria-hidden="true"> {clock(Date.now() - session.since)}</span>];
}

/** The line is never empty: nothing jumps when it gets words, and whoever is led to it hears some. */
function idleText(session: Session, words: Words): string {
  if (session.barred) return words.unavailable;
  if (!session.site) return session.unreached ? words.offline : words.reaching;
  if (session.resumable) return words.tapResume;
  if (session.trouble) return session.trouble.code === "checkFailed" ? words.notHeard : words.notConnected;
  return session.voice?.available === false ? words.unavailable : words.ready;
}

/** What happened where nobody hung up, by the journal's codes. */
const ENDS: Record<string, keyof Words> = {
  customer_lost: "endedLost",
  line_lost: "endedLost",
  engine_lost: "endedEngine",
  closed: "endedClosed",
  given_up: "endedNoChoice",
};

function endText(session: Session, words: Words): string {
  if (session.endedBy === "agent") return words.endedByAgent;
  if (session.endedBy === "customer") return words.endedByYou;
  return words[ENDS[session.endedWhy] ?? "endedOther"];
}

function placeText({ place }: Session, words: Words): string {
  if (!place) return "";
  const where = place.position <= 1 ? words.next : fill(words.position, place.position);
  if (place.wait_low_ms === null || place.wait_high_ms === null) return where;
  const high = Math.ceil(place.wait_high_ms / 60_000);
  const low = Math.max(1, Math.min(high, Math.floor(place.wait_low_ms / 60_000)));
  if (high <= 1) return `${where} · ${words.waitShort}`;
  return `${where} · ${low === high ? fill(words.waitAbout, high) : fill(words.waitRange, low, high)}`;
}

export function clock(ms: number): string {
  const s = Math.max(0, Math.floor(ms / 1000));
  return `${Math.floor(s / 60)}:${String(s % 60).padStart(2, "0")}`;
}

const shape = (stage: Stage) => (SHAPES[stage] ? mark(SHAPES[stage]) : null);

const mark = (path: string) => (
  <svg viewBox="0 0 24 24" width="20" height="20" aria-hidden="true">
    <path d={path} />
  </svg>
);
