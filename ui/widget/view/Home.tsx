import { check, clock, errorCircle } from "../../kit/icons/paths";
import { barred, options, session, setTopic, site, topic, visitor, words } from "../page/chat";
import { turn } from "../page/ui";
import { Bubble } from "./Bubble";
import { headset, icon } from "./parts";

/** Before a contact: the greeting, whether somebody is there, and what it is about. */
export function Home() {
  const { hours, refusal, items, earlier } = session;
  return (
    <div class="home" key="home">
      <div class="hero">
        <p class="greeting" dir="auto">
          {site?.greeting}
        </p>
        {hours && (
          <p class="hours">
            {icon(hours.open ? check : clock, 16)}
            <b>{hours.open ? words.serving : words.resting}</b>
            <span dir="auto">{hours.text}</span>
          </p>
        )}
      </div>
      {barred ? (
        Alert(words.barred)
      ) : (
        <div class="home-body">
          {refusal && Alert(refusal.text, words.wordsBack)}
          {!!site?.topics.length && Topics()}
          {!!items.length && (
            <ol aria-label={words.pending}>{items.map((item) => Bubble(item, true, true, true))}</ol>
          )}
          {!!earlier.length && (
            <button class="quiet" onClick={() => turn({ history: true })}>
              {icon(clock, 16)}
              {words.history}
            </button>
          )}
          {site?.voice && (
            <a class="quiet line" target="_blank" href={`${options.origin}/v/${options.site}#v=${visitor()}`}>
              {icon(headset, 16)}
              {words.call}
            </a>
          )}
          <p class="human">
            {icon(headset, 18)}
            {words.human}
          </p>
        </div>
      )}
    </div>
  );
}

function Topics() {
  return (
    <fieldset>
      <legend>{words.topics}</legend>
      {site!.topics.map(({ key, label }) => (
        <label key={key} class="topic">
          <input type="radio" name="topic" checked={topic === key} onChange={() => setTopic(key)} />
          <span>
            <bdi>{label}</bdi>
            {icon(check, 16)}
          </span>
        </label>
      ))}
    </fieldset>
  );
}

const Alert = (text: string, more?: string) => (
  <div class="alert" role="alert">
    {icon(errorCircle, 18)}
    <p>
      {text}
      {more && <small>{more}</small>}
    </p>
  </div>
);
