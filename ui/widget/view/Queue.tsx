import { headset, user } from "../../kit/icons/paths";
import { placeWords, waitWords } from "./words";
import { Icon } from "./parts";
import { chat, words } from "../page/now";

/** So many people before the customer are drawn one by one; the rest is a number. */
const DRAWN = 5;

/** The place in the queue as a picture and in words. The picture is decoration, the words say it all. */
export function Queue() {
  const { position } = chat.session.book;
  const ahead = position ? position.position - 1 : 0;
  const drawn = Math.min(ahead, DRAWN);
  return (
    <div class="queue">
      <div class="line" aria-hidden="true">
        <span class="desk">
          <Icon d={headset} size={18} />
        </span>
        <span class="track" />
        {Array.from({ length: drawn }, (_, i) => (
          <span key={drawn - i} class="person">
            <Icon d={user} size={14} />
          </span>
        ))}
        {ahead > DRAWN ? <span class="rest">+{ahead - DRAWN}</span> : null}
        <span class="person self">
          <Icon d={user} size={14} />
          <i>{words.you}</i>
        </span>
      </div>
      <p class="place">
        <b>{position ? placeWords(words, position.position) : words.finding}</b>
        {position ? <span>{waitWords(words, position.wait_low_ms, position.wait_high_ms)}</span> : null}
      </p>
      <p class="keep">{words.keepPlace}</p>
    </div>
  );
}
