import { session, words } from "../page/chat";
import { turn } from "../page/ui";
import { trap } from "./focus";
import { focusFirst } from "./parts";

const done = () => turn({ confirming: false });

function keys(event: KeyboardEvent & { currentTarget: HTMLElement }): void {
  if (event.key === "Escape") {
    event.stopPropagation();
    done();
  }
  trap(event, event.currentTarget);
}

/** Asks before a contact is ended: the careful answer has the focus. */
export function Confirm() {
  const waiting = session.contact!.state === "waiting";
  return (
    <div class="veil">
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- a dialog keeps the focus inside */}
      <div
        ref={focusFirst}
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
          <button
            class="button bad"
            onClick={() => {
              session.end();
              done();
            }}
          >
            {waiting ? words.leaveQueue : words.endChat}
          </button>
        </div>
      </div>
    </div>
  );
}
