import { useState } from "preact/hooks";
import { star } from "../../kit/icons/paths";
import { fill } from "../page/words";
import { Icon } from "./parts";
import { chat, words } from "../page/now";

const LOW = 2;

/** How it was, asked at once. Radio buttons drawn as stars; each has its words. */
export function Rating() {
  const { session } = chat;
  const { contact } = session.book;
  const [score, setScore] = useState(0);
  const [over, setOver] = useState(0);
  const [comment, setComment] = useState("");
  const given = contact?.rating ?? null;
  if (given !== null) return <Thanks score={given} />;
  // Nobody was there to be rated. (After a reload the server names no agent of a contact that is over.)
  if (!contact?.agent && !session.book.timeline.items.some((item) => item.author === "agent")) return null;
  const lit = over || score;
  const submit = (event: Event) => {
    event.preventDefault();
    if (score) session.rate(score, comment.trim());
  };
  return (
    <form class="rating" onSubmit={submit}>
      <fieldset class="stars" onPointerLeave={() => setOver(0)}>
        <legend>{words.rateAsk}</legend>
        {words.rates.map((label, i) => (
          <label key={i} class={i < lit ? "lit" : ""} onPointerEnter={() => setOver(i + 1)}>
            <input
              type="radio"
              name="score"
              checked={score === i + 1}
              aria-label={fill(words.star, { n: i + 1, label })}
              onChange={() => setScore(i + 1)}
            />
            <Icon d={star} size={32} />
          </label>
        ))}
      </fieldset>
      <p class="rate-label" aria-hidden="true">
        {lit ? (
          words.rates[lit - 1]
        ) : (
          <>
            <span>{words.rates[0]}</span>
            <span>{words.rates[4]}</span>
          </>
        )}
      </p>
      {score ? (
        <>
          <textarea
            class="comment"
            rows={2}
            maxLength={1000}
            aria-label={score <= LOW ? words.commentLow : words.comment}
            placeholder={score <= LOW ? words.commentLow : words.comment}
            value={comment}
            onInput={(event) => setComment(event.currentTarget.value)}
          />
          {session.rateError ? (
            <p role="alert" class="wrong">
              {session.rateError}
            </p>
          ) : null}
          <button type="submit" class="button solid" disabled={session.rating}>
            {session.rating ? words.sending : words.rate}
          </button>
        </>
      ) : null}
    </form>
  );
}

function Thanks({ score }: { score: number }) {
  return (
    <div class="rating thanks" role="status">
      <p class="stars" aria-hidden="true">
        {words.rates.map((_, i) => (
          <span key={i} class={i < score ? "lit" : ""}>
            <Icon d={star} size={20} />
          </span>
        ))}
      </p>
      <p>{score <= LOW ? words.thanksLow : words.thanks}</p>
    </div>
  );
}
