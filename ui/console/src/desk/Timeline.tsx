/** What was said, oldest first. Sticks to the end while the reader is there; older entries come in as one scrolls up. */
import { type RefObject, useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useTyping, type ContactData, type HandlingView } from "@kit/feed";
import { Button, Skeleton } from "@kit/ui";
import { announce } from "../app/announce.tsx";
import { DayLine, EndedLine, HandedLine, MessageRow, NoteRow, OutRow, TypingRow } from "./entries.tsx";
import { customerName, type Entry, type OutMessage, timeline } from "./model.ts";
import type { Outbox } from "./outbox.ts";
import { playMessage } from "./ring.ts";

interface Props {
  handling: HandlingView;
  out: readonly OutMessage[];
  outbox: Outbox;
  onAtEnd: (atEnd: boolean) => void;
}

/** Entries rendered at first and added each time: 2,000 messages cost what is looked at. */
const PAGE = 120;
const NEAR_PX = 60;

export function Timeline({ data, ...rest }: Props & { data: Partial<ContactData> | undefined }) {
  return data ? <Log data={data} {...rest} /> : <Skeleton lines={8} className="flex-1 p-6" />;
}

function Log({ handling, data, out, outbox, onAtEnd }: Props & { data: Partial<ContactData> }) {
  const { t } = useTranslation("desk");
  const entries = useMemo(() => timeline(data, out), [data, out]);
  const typing = useTyping(handling.id);
  const box = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const { atEnd, toEnd, fresh } = useSticky(box, content, entries, onAtEnd);
  const { shown, more } = useWindow(entries, box);
  useSayNew(data, handling);

  return (
    <div className="relative min-h-0 flex-1">
      {/* Focusable, so that it scrolls by keyboard. */}
      <div
        ref={box}
        role="log"
        aria-live="off"
        aria-label={t("conversation.log")}
        tabIndex={0}
        className="h-full overflow-y-auto px-5 py-4 focus-visible:-outline-offset-2"
      >
        <div ref={content} className="mx-auto flex max-w-3xl flex-col">
          {more}
          {shown.map((entry) => (
            <EntryRow key={entry.key} entry={entry} handling={handling} outbox={outbox} />
          ))}
          {typing && handling.state === "talking" ? <TypingRow customer={handling.customer} /> : null}
        </div>
      </div>
      {atEnd ? null : (
        <Button
          size="sm"
          icon="arrowDown"
          onPress={toEnd}
          className="absolute bottom-3 left-1/2 -translate-x-1/2 rounded-full! shadow-3!"
        >
          {fresh > 0 ? t("conversation.fresh", { count: fresh }) : t("conversation.to_end")}
        </Button>
      )}
    </div>
  );
}

function EntryRow({ entry, handling, outbox }: { entry: Entry; handling: HandlingView; outbox: Outbox }) {
  switch (entry.kind) {
    case "day":
      return <DayLine at={entry.at} />;
    case "message": {
      const { message } = entry;
      const mine = message.author.kind === "agent" && message.interaction_id === handling.id;
      return (
        <MessageRow
          message={message}
          first={entry.first}
          isRead={mine ? message.number <= handling.read_by_customer : null}
        />
      );
    }
    case "out":
      return <OutRow message={entry.message} first={entry.first} outbox={outbox} />;
    case "note":
      return <NoteRow note={entry.note} />;
    case "ended":
      return <EndedLine at={entry.at} by={entry.by} why={entry.why} />;
    case "handed":
      return <HandedLine at={entry.at} interaction={entry.interaction} />;
  }
}

function useSticky(
  boxRef: RefObject<HTMLDivElement | null>,
  contentRef: RefObject<HTMLDivElement | null>,
  entries: readonly Entry[],
  onAtEnd: (atEnd: boolean) => void,
) {
  const [atEnd, setAtEnd] = useState(true);
  const stuck = useRef(true);
  const [seen, setSeen] = useState(entries.length);
  const lastOut = entries.at(-1)?.kind === "out" ? entries.at(-1)?.key : undefined;

  const toEnd = useCallback(() => {
    stuck.current = true;
    if (boxRef.current) boxRef.current.scrollTop = boxRef.current.scrollHeight;
  }, [boxRef]);

  // Follows what comes and what grows (pictures), as long as the reader is at the end.
  useLayoutEffect(() => {
    if (stuck.current) toEnd();
  }, [entries, toEnd]);
  useEffect(() => {
    if (!contentRef.current || !boxRef.current) return;
    const observer = new ResizeObserver(() => {
      if (stuck.current) toEnd();
    });
    observer.observe(contentRef.current);
    observer.observe(boxRef.current);
    return () => observer.disconnect();
  }, [boxRef, contentRef, toEnd]);
  // One's own words bring one to the end.
  useEffect(() => {
    if (lastOut) toEnd();
  }, [lastOut, toEnd]);

  useEffect(() => {
    const element = boxRef.current;
    if (!element) return;
    const listen = () => {
      stuck.current = element.scrollHeight - element.scrollTop - element.clientHeight < NEAR_PX;
      setAtEnd(stuck.current);
    };
    element.addEventListener("scroll", listen, { passive: true });
    return () => element.removeEventListener("scroll", listen);
  }, [boxRef]);
  useEffect(() => onAtEnd(atEnd), [atEnd, onAtEnd]);
  if (atEnd && seen !== entries.length) setSeen(entries.length);
  return { atEnd, toEnd, fresh: Math.max(0, entries.length - seen) };
}

/** The last entries, and a mark above them that brings more when it comes near. */
function useWindow(entries: readonly Entry[], boxRef: RefObject<HTMLDivElement | null>) {
  const { t } = useTranslation("desk");
  const [count, setCount] = useState(PAGE);
  const mark = useRef<HTMLDivElement>(null);
  const hasMore = entries.length > count;
  useEffect(() => {
    if (!hasMore || !mark.current) return;
    const observer = new IntersectionObserver(
      ([entry]) => {
        if (entry?.isIntersecting) setCount((before) => before + PAGE);
      },
      { root: boxRef.current, rootMargin: "400px 0px 0px" },
    );
    observer.observe(mark.current);
    return () => observer.disconnect();
  }, [hasMore, count, boxRef]);
  const shown = hasMore ? entries.slice(-count) : entries;
  const more = hasMore ? (
    <div ref={mark} className="flex justify-center py-2">
      <Button size="sm" variant="ghost" onPress={() => setCount((before) => before + PAGE)}>
        {t("conversation.earlier")}
      </Button>
    </div>
  ) : null;
  return { shown, more };
}

/** Says the customer's new words to screen readers, and sounds once for them. */
function useSayNew(data: Partial<ContactData>, handling: HandlingView): void {
  const { t } = useTranslation("desk");
  const known = useRef<Set<string> | null>(null);
  useEffect(() => {
    const { messages } = data;
    if (!messages) return;
    const before = known.current;
    known.current = new Set(Object.keys(messages));
    if (!before) return;
    for (const message of Object.values(messages)) {
      if (before.has(message.id) || message.author.kind !== "customer") continue;
      const words = message.file
        ? t("conversation.file_named", { name: message.file.name })
        : (message.text ?? "");
      announce(
        t("conversation.said", { name: customerName(handling.customer, t("customer.unnamed")), words }),
      );
      playMessage();
    }
  }, [data, handling.customer, t]);
}
