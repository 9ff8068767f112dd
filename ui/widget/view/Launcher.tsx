import { chatText, chevronDown, close } from "../../kit/icons/paths";
import { dismissTeaser, isOpen, session, setOpen, summary, teaser, words } from "../page/chat";
import { fill } from "../page/words";
import { avatar, icon, iconButton } from "./parts";

/**
 * The button at the page's corner, with the number of unread messages and the latest of them. `hint`: the pointer or
 * the focus comes near.
 */
export function Launcher(press: () => void, hint: () => void) {
  const count = isOpen ? 0 : session.unread();
  const label = isOpen ? words.minimise : words.openChat;
  return (
    <div class="corner">
      {teaser && Teaser()}
      <button
        class={isOpen ? "launcher opened" : "launcher"}
        aria-expanded={isOpen}
        aria-label={count ? `${label}（${fill(words.unread, count)}）` : label}
        onPointerEnter={hint}
        onFocus={hint}
        onClick={press}
      >
        {icon(isOpen ? chevronDown : chatText, 24)}
        {!isOpen && <span class="launcher-text">{words.launch}</span>}
        {!!count && <span class="badge">{count > 99 ? "99+" : count}</span>}
      </button>
    </div>
  );
}

function Teaser() {
  const name = teaser!.name || words.agent;
  return (
    <div class="teaser">
      <button class="teaser-open" onClick={() => setOpen(true)}>
        {avatar(name)}
        <span class="grow">
          <b>
            <bdi>{name}</bdi>
          </b>
          <span class="teaser-text" dir="auto">
            {summary(teaser!)}
          </span>
        </span>
      </button>
      {iconButton(close, words.dismiss, dismissTeaser, "small")}
    </div>
  );
}
