import { Fragment } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { arrowDown } from "../../kit/icons/paths";
import type { Item } from "../core/timeline";
import { filesOf } from "../page/files";
import { fill } from "../page/words";
import { day } from "./words";
import { Bubble } from "./Bubble";
import { Icon } from "./parts";
import { Rating } from "./Rating";
import { Uploading } from "./Uploading";
import { chat, words } from "../page/now";

/** So many messages are drawn at first, and added for each "earlier". */
const PAGE = 60;
/** Words of one person closer together than this stand as one run. */
const RUN_MS = 3 * 60_000;
/** This near to the end counts as at the end, px. */
const NEAR = 56;

interface Props {
  /** Only earlier contacts, to look at. */
  history: boolean;
}

/** The messages, newest at the bottom, which stays in view unless the customer scrolls up to read. */
export function Stream({ history }: Props) {
  const { session, locale } = chat;
  const files = filesOf();
  const { book } = session;
  const box = useRef<HTMLDivElement>(null);
  const stuck = useRef(true);
  const top = useRef(0);
  const height = useRef(0);
  const [shown, setShown] = useState(PAGE);
  const [fresh, setFresh] = useState(false);
  const items = history ? [] : book.timeline.items;
  const cut = Math.max(0, items.length - shown);
  const newest = items.at(-1);
  const count = items.length + files.uploads.length;

  useLayoutEffect(() => {
    const element = box.current!;
    const own = newest?.author === "customer" && newest.mark === "sending";
    if (stuck.current || own) element.scrollTop = element.scrollHeight;
    else if (newest?.author === "agent") setFresh(true);
  }, [count, newest?.id]);
  useLayoutEffect(() => {
    // Older messages come in above: what was in view stays where it was.
    const element = box.current!;
    if (height.current) element.scrollTop += element.scrollHeight - height.current;
    height.current = 0;
  }, [shown]);
  useEffect(() => {
    const element = box.current!;
    const resized = new ResizeObserver(() => {
      if (stuck.current) element.scrollTop = element.scrollHeight;
    });
    resized.observe(element);
    if (element.firstElementChild) resized.observe(element.firstElementChild);
    return () => resized.disconnect();
  }, []);
  const look = () => {
    if (stuck.current && !history && document.visibilityState === "visible") chat.seen();
  };
  useEffect(look);
  useEffect(() => {
    document.addEventListener("visibilitychange", look);
    return () => document.removeEventListener("visibilitychange", look);
  });
  const scrolled = () => {
    if (!box.current) return; // the browser tells of a scroll a frame late, when the panel may be shut
    const { scrollTop, scrollHeight, clientHeight } = box.current;
    // Only a move upwards is somebody's will; content that grows leaves scrollTop alone.
    if (scrollHeight - scrollTop - clientHeight < NEAR) stuck.current = true;
    else if (scrollTop < top.current) stuck.current = false;
    top.current = scrollTop;
    if (stuck.current) {
      setFresh(false);
      look();
    }
  };
  const down = () => {
    box.current!.scrollTop = box.current!.scrollHeight;
    scrolled();
  };
  const more = () => {
    height.current = box.current!.scrollHeight;
    setShown(shown + PAGE);
  };
  return (
    <div class="stream-box">
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls, so the keyboard must reach it */}
      <div class="stream" ref={box} onScroll={scrolled} tabIndex={0} role="region" aria-label={words.log}>
        <div class="stream-in">
          {history
            ? book.earlier.map((contact) => (
                <Fragment key={contact.id}>
                  <p class="day">
                    {fill(words.contactOf, { date: day(locale, words, contact.startedAt, Date.now()) })}
                  </p>
                  <Run items={contact.items} />
                </Fragment>
              ))
            : null}
          {cut ? (
            <button class="quiet" onClick={more}>
              {words.earlier}
            </button>
          ) : null}
          <Run items={items.slice(cut)} />
          {history || !files.uploads.length ? null : (
            <ol class="run">
              {files.uploads.map((upload) => (
                <Uploading key={upload.id} upload={upload} />
              ))}
            </ol>
          )}
          {!history && book.contact?.state === "ended" ? <Rating /> : null}
        </div>
      </div>
      {fresh ? (
        <button class="fresh" onClick={down}>
          <Icon d={arrowDown} size={16} />
          {words.fresh}
        </button>
      ) : null}
    </div>
  );
}

function Run({ items }: { items: Item[] }) {
  const { locale } = chat;
  const lastOwn = [...items].reverse().find((item) => item.author === "customer");
  if (!items.length) return null;
  return (
    <ol class="run">
      {items.map((item, i) => {
        const before = items[i - 1];
        const spoken = items
          .slice(0, i)
          .reverse()
          .find((one) => !one.notice);
        const newDay = !item.notice && (!spoken || !sameDay(spoken.at, item.at));
        const line = newDay ? (
          <li class="day" key={`day-${item.id}`}>
            {day(locale, words, item.at, Date.now())}
          </li>
        ) : null;
        if (item.notice || item.author === "system") {
          return (
            <Fragment key={item.id}>
              {line}
              <li class="notice" dir="auto">
                {noticeText(item)}
              </li>
            </Fragment>
          );
        }
        return (
          <Fragment key={item.id}>
            {line}
            <Bubble
              item={item}
              first={newDay || !together(before, item)}
              last={!together(item, items[i + 1])}
              lastOwn={item === lastOwn}
            />
          </Fragment>
        );
      })}
    </ol>
  );
}

const sameDay = (a: number, b: number): boolean => new Date(a).toDateString() === new Date(b).toDateString();

function together(a: Item | undefined, b: Item | undefined): boolean {
  if (!a || !b || a.notice || b.notice) return false;
  return a.author === b.author && a.name === b.name && b.at - a.at < RUN_MS;
}

function noticeText(item: Item): string {
  const { notice } = item;
  if (!notice) return item.text;
  if (notice.kind === "joined") return fill(words.joined, { name: notice.name ?? words.agent });
  if (notice.kind === "requeued") return words.requeued;
  if (notice.by === "customer") return words.endedByYou;
  return notice.by === "agent" ? words.endedByAgent : words.ended;
}
