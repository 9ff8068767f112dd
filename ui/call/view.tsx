/** What a caller sees: one card, one thing to do at a time. */
import { useState } from "preact/hooks";
import { fill } from "../widget/page/words";
import { CallBack } from "./callback";
import { Dial, Level, mark, Trouble, type Props, type Words } from "./parts";
import type { Session } from "./session";
import type { Shown, Stage } from "./shown";
import { clock, stateText } from "./texts";

const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"];
/** Shapes of the states, so that colour never speaks alone. */
const SHAPES: Partial<Record<Stage, string>> = {
  talking: "M5 4h4l2 5-3 2a11 11 0 0 0 5 5l2-3 5 2v4a2 2 0 0 1-2 2A16 16 0 0 1 3 6a2 2 0 0 1 2-2",
  held: "M9 5v14M15 5v14",
  waiting: "M12 7v5l3 2M12 3a9 9 0 1 0 0 18a9 9 0 1 0 0-18",
  cut: "M12 8v5M12 16h.01M10.3 4l-8 14a2 2 0 0 0 1.7 3h16a2 2 0 0 0 1.7-3l-8-14a2 2 0 0 0-3.4 0",
};

/** Who is called: the company. The site's own name speaks of chats. */
export const nameOf = (site: Shown["site"]): string => site?.company || site?.name || "";

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
const saysNumber = (session: Shown): boolean =>
  session.live || !!session.trouble || session.insteadOfCallBack || session.voice?.available === false;

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

const shape = (stage: Stage) => (SHAPES[stage] ? mark(SHAPES[stage]) : null);
