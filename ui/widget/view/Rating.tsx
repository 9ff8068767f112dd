import { star } from "../../kit/icons/paths";
import { session, words } from "../page/chat";
import { turn, ui } from "../page/ui";
import { fill } from "../page/words";
import { icon } from "./parts";

const LOW = 2;

/** How it was, asked at once. Radio buttons drawn as stars; each has its words. */
export function Rating() {
  const { contact, items, rateError } = session;
  const { score, comment } = ui;
  const rates = words.rates.split("/");
  const given = contact!.rating;
  if (given) return Thanks(given, rates);
  // Nobody was there to be rated. (After a reload the server names no agent of a contact that is over.)
  if (!contact!.agent && !items.some(({ author }) => author === "agent")) return null;
  const lit = ui.starOver || score;
  const sending = session.owed("rate");
  const ask = score > LOW ? words.comment : words.commentLow;
  return (
    <form
      class="rating"
      onSubmit={(event) => {
        event.preventDefault();
        session.rate(score, comment.trim());
      }}
    >
      <fieldset class="stars" onPointerLeave={() => turn({ starOver: 0 })}>
        <legend>{words.rateAsk}</legend>
        {rates.map((label, i) => (
          <label class={i < lit ? "lit" : ""} onPointerEnter={() => turn({ starOver: i + 1 })}>
            <input
              type="radio"
              name="score"
              checked={score === i + 1}
              aria-label={fill(words.star, i + 1, label)}
              onChange={() => turn({ score: i + 1 })}
            />
            {icon(star, 32)}
          </label>
        ))}
      </fieldset>
      <p class="rate-label" aria-hidden="true">
        {lit ? rates[lit - 1] : [<span>{rates[0]}</span>, <span>{rates[4]}</span>]}
      </p>
      {!!score && [
        <textarea
          class="comment"
          rows={2}
          maxLength={1000}
          aria-label={ask}
          placeholder={ask}
          value={comment}
          onInput={({ currentTarget }) => turn({ comment: currentTarget.value })}
        />,
        rateError && (
          <p role="alert" class="wrong">
            {rateError}
          </p>
        ),
        <button class="button solid wide" aria-disabled={!!sending}>
          {sending ? words.sending : words.rate}
        </button>,
      ]}
    </form>
  );
}

const Thanks = (score: number, rates: string[]) => (
  <div class="rating" role="status">
    <p class="stars" aria-hidden="true">
      {rates.map((_, i) => (
        <span class={i < score ? "lit" : ""}>{icon(star)}</span>
      ))}
    </p>
    <p>{score > LOW ? words.thanks : words.thanksLow}</p>
  </div>
);
