/** Being called back, or what there is in place of it. */
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { dialable } from "../kit/phone";
import { Dial, type Props } from "./parts";

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
export function CallBack(props: Props) {
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
      {session.voice?.recorded && <p>{words.recordedThen}</p>}
      <div class="controls">
        <button type="submit">{words.callBackNumber}</button>
        <button type="button" onClick={() => setAsked(false)}>
          {words.cancel}
        </button>
      </div>
    </form>
  );
}
