import { attach, chatText } from "../../kit/icons/paths";
import {
  barred,
  changed,
  isOpen,
  options,
  say,
  session,
  setOpen,
  setTopic,
  site,
  touched,
  trouble,
  words,
} from "../page/chat";
import { choose, retryLost } from "../page/files";
import { startAnew, turn, ui } from "../page/ui";
import { Composer, fitBox } from "./Composer";
import { Confirm } from "./Confirm";
import { trap } from "./focus";
import { Header } from "./Header";
import { Home } from "./Home";
import { icon } from "./parts";
import { Queue } from "./Queue";
import { followStream, Stream } from "./Stream";
import { placeWords, waitWords } from "./words";

/** A phone: the panel fills its screen. */
const phone = matchMedia("(max-width: 480px), (max-height: 480px)");
const view = visualViewport!;
const page = document.documentElement.style;
let locked = false;
let overflow = "";
let shown = false;
let saidPlace: number | undefined;
let saidTrouble = "";
let wasReady: boolean | undefined;

phone.addEventListener("change", changed);
view.addEventListener("resize", changed);
view.addEventListener("scroll", changed);

const hasFiles = ({ dataTransfer }: DragEvent) => dataTransfer?.types.includes("Files");

/** Head, what goes on, and the box to write in. */
export function Panel() {
  const { contact } = session;
  const what = ui.history + (contact?.id ?? "");
  if (what !== ui.what) startAnew(ui.history, what);
  const state = contact?.state;
  const full = phone.matches;
  const keys = (event: KeyboardEvent & { currentTarget: HTMLElement }) => {
    if (event.key === "Escape" && !event.isComposing && !event.defaultPrevented && !options.page) {
      event.stopPropagation();
      setOpen(false);
    }
    if (full) trap(event, event.currentTarget);
  };
  const drag = (by: number) => (event: DragEvent) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    turn({ dragging: ui.dragging + by });
  };
  return (
    // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- a dialog: Escape, and files dropped
    <section
      class={full ? "panel full" : "panel"}
      role={options.page ? "main" : "dialog"}
      aria-label={site ? `${site.name} ${words.panel}` : words.panel}
      aria-modal={(full && !options.page) || undefined}
      tabIndex={-1}
      onKeyDown={keys}
      onDragEnter={drag(1)}
      onDragLeave={drag(-1)}
      onDragOver={drag(0)}
      onDrop={(event) => {
        drag(-ui.dragging)(event);
        if (hasFiles(event)) choose(event.dataTransfer!.files);
      }}
    >
      {Header()}
      {state === "waiting" && Queue()}
      {contact || ui.history ? Stream() : Home()}
      {!barred &&
        !ui.history &&
        (state === "ended" ? (
          // The way to the next contact.
          <footer class="foot">
            <button
              class="button soft wide"
              onClick={() => {
                setTopic(null);
                session.leave();
              }}
            >
              {icon(chatText, 18)}
              {words.again}
            </button>
          </footer>
        ) : (
          Composer()
        ))}
      {ui.dragging > 0 && (
        <div class="drop">
          {icon(attach, 28)}
          {words.drop}
        </div>
      )}
      {ui.confirming && session.open() && Confirm()}
    </section>
  );
}

/** After each drawing, of which `focused` had the focus. */
export function drawn(root: ShadowRoot, focused: Element | null): void {
  const panel = root.querySelector<HTMLElement>(".panel");
  const full = phone.matches;
  // On a phone the page behind does not scroll.
  if (locked !== (!!panel && full && !options.page)) {
    [page.overflow, overflow] = [locked ? overflow : "hidden", page.overflow];
    locked = !locked;
  }
  if (session.ready && !wasReady) retryLost();
  wasReady = session.ready;
  if (!panel) {
    if (!isOpen) startAnew();
    shown = false;
    return;
  }
  // Above the phone's keyboard.
  panel.style.height = full ? `${view.height}px` : "";
  panel.style.transform = full ? `translateY(${view.offsetTop}px)` : "";
  fitBox();
  followStream();
  announce();
  const focus = (element: HTMLElement | null) => (element ?? panel).focus({ preventScroll: true });
  // On a touch screen the box would pull the keyboard up over the greeting.
  if (!shown && touched)
    focus(matchMedia("(pointer: fine)").matches ? panel.querySelector("textarea") : null);
  // What had the focus may go, as the box at the end: then the panel has it, so that the keyboard goes on from here.
  else if (focused && !root.activeElement) focus(null);
  shown = true;
}

/** Says what only eyes would notice: the place in the queue moving, the connection going. */
function announce(): void {
  const { position } = session;
  const wrong = trouble();
  if (position && position.position !== saidPlace) {
    const wait = waitWords(words, position.wait_low_ms, position.wait_high_ms);
    say(`${placeWords(words, position.position)}, ${wait}`);
  }
  saidPlace = position?.position;
  if (wrong !== saidTrouble && wrong && wrong !== words.connecting) say(wrong);
  saidTrouble = wrong;
}
