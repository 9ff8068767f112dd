import { user } from "../../kit/icons/paths";
import { session, words } from "../page/chat";
import { headset, icon } from "./parts";
import { placeWords, waitWords } from "./words";

/** So many people before the customer are drawn one by one; the rest is a number. */
const DRAWN = 5;

/** The place in the queue as a picture and in words. The picture is decoration, the words say it all. */
export function Queue() {
  const { position } = session;
  const ahead = position ? position.position - 1 : 0;
  return (
    <div class="queue">
      <div class="line" aria-hidden="true">
        <span class="desk">{icon(headset, 18)}</span>
        <span class="track" />
        {Array.from({ length: Math.min(ahead, DRAWN) }, () => (
          <span class="person">{icon(user, 14)}</span>
        ))}
        {ahead > DRAWN && <span class="rest">+{ahead - DRAWN}</span>}
        <span class="person self">
          {icon(user, 14)}
          <i>{words.you}</i>
        </span>
      </div>
      <p class="place">
        <b>{position ? placeWords(words, position.position) : words.finding}</b>
        {position && <span>{waitWords(words, position.wait_low_ms, position.wait_high_ms)}</span>}
      </p>
      <p class="keep">{words.keepPlace}</p>
    </div>
  );
}
