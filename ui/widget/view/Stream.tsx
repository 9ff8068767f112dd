import { arrowDown } from "../../kit/icons/paths";
import type { Item } from "../core/ports";
import { isOpen, locale, noticeText, seen, session, words } from "../page/chat";
import { uploads } from "../page/files";
import { PAGE, turn, ui } from "../page/ui";
import { fill } from "../page/words";
import { Bubble, Uploading } from "./Bubble";
import { icon } from "./parts";
import { Rating } from "./Rating";
import { day } from "./words";

/** Words of one person closer together than this stand as one run. */
const RUN_MS = 3 * 60_000;
/** This near to the end counts as at the end, px. */
const NEAR = 56;

let box: HTMLElement | undefined;
const toEnd = () => {
  if (ui.stuck) box!.scrollTop = box!.scrollHeight;
};
const resized = new ResizeObserver(toEnd);

function hold(element: HTMLElement | null): void {
  box = element!;
  resized.disconnect();
  resized.observe(box);
  resized.observe(box.firstElementChild!);
}

function look(): void {
  if (box?.isConnected && isOpen && ui.stuck && !ui.history && !document.hidden) seen();
}
document.addEventListener("visibilitychange", look);

function scrolled(): void {
  if (!box!.isConnected) return; // the browser tells of a scroll a frame late, when the panel may be shut
  const { scrollTop, scrollHeight, clientHeight } = box!;
  // Only a move upwards is somebody's will; content that grows leaves scrollTop alone.
  if (scrollHeight - scrollTop - clientHeight < NEAR) ui.stuck = true;
  else if (scrollTop < ui.scrolled) ui.stuck = false;
  ui.scrolled = scrollTop;
  if (ui.stuck && ui.fresh) turn({ fresh: false });
  look();
}

/** After each drawing: the newest stays in view, or is told of; what was in view stays where it was. */
export function followStream(): void {
  if (!box?.isConnected) return;
  const newest = session.items.at(-1);
  if (newest !== ui.newest) {
    ui.newest = newest;
    if (newest?.mark === "sending") ui.stuck = true;
    else if (!ui.stuck && newest?.author === "agent") turn({ fresh: true });
  }
  if (ui.heightBefore) box.scrollTop += box.scrollHeight - ui.heightBefore;
  ui.heightBefore = 0;
  toEnd();
  look();
}

/** The messages, newest at the bottom, which stays in view unless the customer scrolls up to read. */
export function Stream() {
  const { history, many } = ui;
  const { contact, earlier, items } = session;
  const cut = items.length - many;
  return (
    <div class="stream-box" key={ui.what}>
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls, so the keyboard must reach it */}
      <div class="stream" ref={hold} onScroll={scrolled} tabIndex={0} role="region" aria-label={words.log}>
        <div class="stream-in">
          {history
            ? earlier.map((one) => [
                <p class="day">{fill(words.contactOf, day(locale, words, one.startedAt, Date.now()))}</p>,
                Run(one.items),
              ])
            : [
                cut > 0 && (
                  <button
                    class="quiet"
                    onClick={() => turn({ heightBefore: box!.scrollHeight, many: many + PAGE })}
                  >
                    {words.earlier}
                  </button>
                ),
                Run(cut > 0 ? items.slice(cut) : items),
                !!uploads.length && <ol>{uploads.map(Uploading)}</ol>,
                contact!.state === "ended" && Rating(),
              ]}
        </div>
      </div>
      {ui.fresh && (
        <button class="fresh" onClick={() => turn({ stuck: true, fresh: false })}>
          {icon(arrowDown, 16)}
          {words.fresh}
        </button>
      )}
    </div>
  );
}

function Run(items: Item[]) {
  const lastOwn = items.findLast(({ author }) => author === "customer");
  let dayBefore = "";
  return (
    !!items.length && (
      <ol>
        {items.flatMap((item, i) => {
          const today = new Date(item.at).toDateString();
          const newDay = !item.notice && today !== dayBefore;
          if (!item.notice) dayBefore = today;
          return [
            newDay && (
              <li class="day" key={`day${item.id}`}>
                {day(locale, words, item.at, Date.now())}
              </li>
            ),
            item.notice || item.author === "system" ? (
              <li class="notice" key={item.id} dir="auto">
                {item.by === "customer"
                  ? words.endedByYou
                  : item.by === "agent"
                    ? words.endedByAgent
                    : noticeText(item)}
              </li>
            ) : (
              Bubble(
                item,
                newDay || !together(items[i - 1], item),
                !together(item, items[i + 1]),
                item === lastOwn,
              )
            ),
          ];
        })}
      </ol>
    )
  );
}

function together(a: Item | undefined, b: Item | undefined): boolean {
  const who = (item: Item) => !item.notice && item.author + (item.name ?? "");
  return !!a && !!b && !!who(a) && who(a) === who(b) && b.at - a.at < RUN_MS;
}
