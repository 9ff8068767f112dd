import { useLayoutEffect, useRef } from "preact/hooks";
import { trap } from "./parts";
import { chat, words } from "../page/now";

/** Asks before a contact is ended: the careful answer has the focus. */
export function Confirm({ done }: { done: () => void }) {
  const box = useRef<HTMLDivElement>(null);
  const waiting = chat.session.book.contact?.state === "waiting";
  useLayoutEffect(() => box.current?.querySelector("button")?.focus(), []);
  const keys = (event: KeyboardEvent) => {
    if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      done();
    }
    trap(event, box.current!);
  };
  const finish = () => {
    chat.session.end();
    done();
  };
  return (
    <div class="veil">
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- a dialog keeps the focus inside */}
      <div
        ref={box}
        class="confirm"
        role="alertdialog"
        aria-modal
        aria-labelledby="ask"
        aria-describedby="say"
        onKeyDown={keys}
      >
        <h3 id="ask">{waiting ? words.leaveAsk : words.endAsk}</h3>
        <p id="say">{waiting ? words.leaveSay : words.endSay}</p>
        <div class="answers">
          <button class="button" onClick={done}>
            {waiting ? words.keepWaiting : words.stay}
          </button>
          <button class="button bad" onClick={finish}>
            {waiting ? words.leaveQueue : words.endChat}
          </button>
        </div>
      </div>
    </div>
  );
}
