import { arrowLeft, check, chevronDown, clock } from "../../kit/icons/paths";
import { locale, options, session, setLocale, setOpen, site, words } from "../page/chat";
import { turn, ui } from "../page/ui";
import { avatar, focusFirst, headset, icon, iconButton } from "./parts";

/** Three dots, of round ends alone. */
const MORE = "M5.5 12h.01M12 12h.01M18.5 12h.01";

/** Who is talking, in which state, and the two things that one may do about it. */
export function Header() {
  const { history } = ui;
  const contact = history ? undefined : session.contact;
  const bare = !contact && !history;
  const name = (history ? words.history : contact?.agent) ?? site?.name ?? words.panel;
  const state = contact?.state;
  const [line, shape] =
    state === "talking"
      ? [words.talking, headset]
      : state === "waiting"
        ? [words.waiting, clock]
        : [words.over, check];
  const Title = options.page ? "h1" : "h2";
  return (
    <header class={bare ? "head bare" : "head"}>
      {history && iconButton(arrowLeft, words.back, () => turn({ history: false }))}
      {contact && avatar(name, "large", !contact.agent)}
      <div class="grow">
        <Title class="title">
          <bdi>{name}</bdi>
        </Title>
        {state && (
          <p class={`state ${state}`}>
            {icon(shape, 14)}
            <span>{line}</span>
          </p>
        )}
      </div>
      {Menu()}
      {!options.page && iconButton(chevronDown, words.minimise, () => setOpen(false))}
    </header>
  );
}

let box: HTMLElement;
const hold = (element: HTMLElement | null) => void (box = element!);

const items = () => [...box.querySelectorAll<HTMLElement>("[role]")].slice(1);

function shut(): void {
  turn({ menuOpen: false });
  box.querySelector("button")!.focus();
}

addEventListener("pointerdown", (event) => {
  if (ui.menuOpen && !event.composedPath().includes(box)) turn({ menuOpen: false });
});

function keys(event: KeyboardEvent): void {
  if (!ui.menuOpen) return;
  const { key } = event;
  const step = key === "ArrowDown" ? 1 : key === "ArrowUp" ? -1 : 0;
  if (step) {
    const all = items();
    all[(all.indexOf(event.target as HTMLElement) + step + all.length) % all.length]!.focus();
  } else if (key === "Escape" || key === "Tab") {
    event.stopPropagation();
    shut();
  } else return;
  event.preventDefault();
}

function Menu() {
  const { menuOpen } = ui;
  const other = locale === "en" ? "zh-CN" : "en";
  const item = (text: string, act: () => void, more: object = {}) => (
    <button
      role="menuitem"
      {...more}
      onClick={() => {
        shut();
        act();
      }}
    >
      {text}
    </button>
  );
  return (
    // eslint-disable-next-line jsx-a11y/no-static-element-interactions -- keys of the menu, heard on their way up
    <div class="menu-box" ref={hold} onKeyDown={keys}>
      {iconButton(MORE, words.menu, () => turn({ menuOpen: !menuOpen }), "", menuOpen)}
      {menuOpen && (
        <div class="menu" role="menu" aria-label={words.menu} ref={focusFirst}>
          {item(words.otherLanguage, () => void setLocale(other).catch(() => undefined), { lang: other })}
          {session.open() &&
            item(
              session.contact!.state === "waiting" ? words.leaveQueue : words.endChat,
              () => turn({ confirming: true }),
              { class: "bad" },
            )}
        </div>
      )}
    </div>
  );
}
