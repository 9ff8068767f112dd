import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { arrowLeft, check, chevronDown, clock, headset } from "../../kit/icons/paths";
import { Avatar, Icon, IconButton } from "./parts";
import { chat, words } from "../page/now";

/** Three dots, of round ends alone. */
const MORE = "M5.5 12h.01M12 12h.01M18.5 12h.01";

interface Props {
  history: boolean;
  leaveHistory: () => void;
  end: () => void;
}

/** Who is talking, in which state, and the two things that one may do about it. */
export function Header({ history, leaveHistory, end }: Props) {
  const { session, site } = chat;
  const { contact } = session.book;
  const bare = !contact && !history;
  const name = (history ? words.history : contact?.agent) ?? site?.name ?? words.panel;
  const state = history || !contact ? null : contact.state;
  const [line, shape] =
    state === "talking"
      ? [words.talking, headset]
      : state === "waiting"
        ? [words.waiting, clock]
        : [words.over, check];
  const Title = chat.options.page ? "h1" : "h2";
  return (
    <header class={bare ? "head bare" : "head"}>
      {history ? <IconButton d={arrowLeft} label={words.back} onClick={leaveHistory} /> : null}
      {history || bare ? null : <Avatar name={name} large site={!contact?.agent} />}
      <div class="who">
        <Title class="title">
          <bdi>{name}</bdi>
        </Title>
        {state ? (
          <p class={`state ${state}`}>
            <Icon d={shape} size={14} />
            <span>{line}</span>
          </p>
        ) : null}
      </div>
      <Menu end={end} />
      {chat.options.page ? null : (
        <IconButton d={chevronDown} label={words.minimise} onClick={() => chat.setOpen(false)} />
      )}
    </header>
  );
}

function Menu({ end }: { end: () => void }) {
  const [open, setOpen] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  const { session } = chat;
  useLayoutEffect(() => {
    if (open) box.current?.querySelector<HTMLElement>("[role=menuitem]")?.focus();
  }, [open]);
  useEffect(() => {
    if (!open) return;
    const away = (event: Event) => {
      if (!event.composedPath().includes(box.current!)) setOpen(false);
    };
    addEventListener("pointerdown", away);
    return () => removeEventListener("pointerdown", away);
  }, [open]);
  const shut = () => {
    setOpen(false);
    box.current?.querySelector("button")?.focus();
  };
  const keys = (event: KeyboardEvent) => {
    if (!open) return;
    const items = [...box.current!.querySelectorAll<HTMLElement>("[role=menuitem]")];
    const at = items.indexOf(event.target as HTMLElement);
    if (event.key === "Escape" || event.key === "Tab") {
      event.preventDefault();
      event.stopPropagation();
      shut();
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      items[(at + (event.key === "ArrowDown" ? 1 : -1) + items.length) % items.length]?.focus();
    }
  };
  const choose = (act: () => void) => () => {
    shut();
    act();
  };
  const other = chat.locale === "en" ? "zh-CN" : "en";
  return (
    // eslint-disable-next-line jsx-a11y/no-static-element-interactions -- keys of the menu, heard on their way up
    <div class="menu-box" ref={box} onKeyDown={keys}>
      <IconButton d={MORE} label={words.menu} expanded={open} onClick={() => setOpen(!open)} />
      {open ? (
        <div class="menu" role="menu" aria-label={words.menu}>
          <button
            role="menuitem"
            lang={other}
            onClick={choose(() => void chat.setLocale(other).catch(() => undefined))}
          >
            {words.otherLanguage}
          </button>
          {session.book.open ? (
            <button role="menuitem" class="bad" onClick={choose(end)}>
              {session.book.contact?.state === "waiting" ? words.leaveQueue : words.endChat}
            </button>
          ) : null}
        </div>
      ) : null}
    </div>
  );
}
