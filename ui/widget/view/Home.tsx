import { check, clock, errorCircle, headset } from "../../kit/icons/paths";
import { Icon } from "./parts";
import { Bubble } from "./Bubble";
import { chat, words } from "../page/now";

/** Before a contact: the greeting, whether somebody is there, and what it is about. */
export function Home({ showHistory }: { showHistory: () => void }) {
  const { session, site } = chat;
  const { hours, refusal, book } = session;
  const unsent = book.timeline.items;
  return (
    <div class="home">
      <div class="hero">
        <p class="greeting" dir="auto">
          {site?.greeting}
        </p>
        {hours ? (
          <p class="hours">
            <Icon d={hours.open ? check : clock} size={16} />
            <b>{hours.open ? words.serving : words.resting}</b>
            <span dir="auto">{hours.text}</span>
          </p>
        ) : null}
      </div>
      {chat.barred ? (
        <Alert text={words.barred} />
      ) : (
        <div class="home-body">
          {refusal ? <Alert text={refusal.text} more={words.wordsBack} /> : null}
          {site?.topics.length ? <Topics /> : null}
          {unsent.length ? (
            <ol class="unsent" aria-label={words.pending}>
              {unsent.map((item) => (
                <Bubble key={item.id} item={item} first last lastOwn />
              ))}
            </ol>
          ) : null}
          {book.earlier.length ? (
            <button class="quiet" onClick={showHistory}>
              <Icon d={clock} size={16} />
              {words.history}
            </button>
          ) : null}
          <p class="human">
            <Icon d={headset} size={18} />
            {words.human}
          </p>
        </div>
      )}
    </div>
  );
}

function Topics() {
  const { site } = chat;
  return (
    <fieldset class="topics">
      <legend>{words.topics}</legend>
      {site!.topics.map(({ key, label }) => (
        <label key={key} class="topic">
          <input
            type="radio"
            name="topic"
            checked={chat.topic === key}
            onChange={() => {
              chat.topic = key;
              chat.session.refusal = null;
              chat.say("");
            }}
          />
          <span>
            <bdi>{label}</bdi>
            <Icon d={check} size={16} />
          </span>
        </label>
      ))}
    </fieldset>
  );
}

function Alert({ text, more }: { text: string; more?: string }) {
  return (
    <div class="alert" role="alert">
      <Icon d={errorCircle} size={18} />
      <p>
        {text}
        {more ? <small>{more}</small> : null}
      </p>
    </div>
  );
}
