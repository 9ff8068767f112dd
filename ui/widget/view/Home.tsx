import { alert, check, headset, history as historyIcon } from "../../kit/icons/paths";
import { stateShapes } from "../../kit/icons/states";
import type { Chat } from "../page/chat";
import { wordsOf } from "./words";
import { Icon, Shape } from "./parts";
import { Bubble } from "./Bubble";

/** Before a contact: the greeting, whether somebody is there, and what it is about. */
export function Home({ chat, showHistory }: { chat: Chat; showHistory: () => void }) {
  const { session, site } = chat;
  const words = wordsOf(chat);
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
            <Shape d={hours.open ? stateShapes.available : stateShapes.not_ready} />
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
          {site?.topics.length ? <Topics chat={chat} /> : null}
          {unsent.length ? (
            <ol class="unsent" aria-label={words.pending}>
              {unsent.map((item) => (
                <Bubble key={item.id} chat={chat} item={item} first last lastOwn />
              ))}
            </ol>
          ) : null}
          {book.earlier.length ? (
            <button type="button" class="quiet" onClick={showHistory}>
              <Icon d={historyIcon} size={16} />
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

function Topics({ chat }: { chat: Chat }) {
  const { site } = chat;
  const words = wordsOf(chat);
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
      <Icon d={alert} size={18} />
      <p>
        {text}
        {more ? <small>{more}</small> : null}
      </p>
    </div>
  );
}
