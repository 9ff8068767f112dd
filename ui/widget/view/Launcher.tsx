import { chatText, chevronDown, close } from "../../kit/icons/paths";
import { shownName } from "../page/names";
import { fill } from "../page/words";
import { Avatar, Icon, IconButton } from "./parts";
import { chat, words } from "../page/now";

interface Props {
  press: () => void;
  /** The pointer or the focus comes near. */
  hint: () => void;
  hold: (button: HTMLButtonElement | null) => void;
}

/** The button at the page's corner, with the number of unread messages and the latest of them. */
export function Launcher({ press, hint, hold }: Props) {
  const { open } = chat;
  const { unread } = chat.session.book;
  const count = open ? 0 : unread;
  const label = open ? words.minimise : words.openChat;
  return (
    <div class="corner">
      {!open && chat.teaser ? <Teaser /> : null}
      <button
        ref={hold}

        class={`launcher${open ? " opened" : ""}`}
        aria-expanded={open}
        aria-label={count ? `${label}（${fill(words.unread, { n: count })}）` : label}
        onPointerEnter={hint}
        onFocus={hint}
        onClick={press}
      >
        <Icon d={open ? chevronDown : chatText} size={24} />
        {open ? null : <span class="launcher-text">{words.launch}</span>}
        {count ? <span class="badge">{count > 99 ? "99+" : count}</span> : null}
      </button>
    </div>
  );
}

function Teaser() {
  const { teaser } = chat;
  if (!teaser) return null;
  const name = teaser.name || words.agent;
  return (
    <div class="teaser">
      <button class="teaser-open" onClick={() => chat.setOpen(true)}>
        <Avatar name={name} />
        <span class="teaser-words">
          <b>
            <bdi>{name}</bdi>
          </b>
          <span class="teaser-text" dir="auto">
            {teaser.file ? shownName(teaser.file.name) : teaser.text}
          </span>
        </span>
      </button>
      <IconButton d={close} label={words.dismiss} onClick={() => chat.dismissTeaser()} class="small" />
    </div>
  );
}
