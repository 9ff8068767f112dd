import { useQuery } from "@tanstack/react-query";
import {
  type ClipboardEvent,
  type KeyboardEvent,
  useEffect,
  useMemo,
  useRef,
  useState,
  useSyncExternalStore,
} from "react";
import { FileTrigger } from "react-aria-components";
import { useTranslation } from "react-i18next";
import { useFeedClient, type HandlingView } from "@kit/feed";
import { Button, cx, IconButton, Notice } from "@kit/ui";
import { search, usePinyin } from "@kit/search.ts";
import { useSession } from "../app/session.tsx";
import { isComposing } from "../app/shortcuts.ts";
import { CannedList } from "./CannedList.tsx";
import { type Canned, cannedQuery } from "./data.ts";
import { useDraft } from "./draft.ts";
import { customerName, fillPlaceholders, slashAt } from "./model.ts";
import type { Outbox } from "./outbox.ts";
import { useTypingSign } from "./useTypingSign.ts";

export const MAX_TEXT = 4_000;
const WARN_TEXT = 3_600;
const SHOWN = 8;

interface Props {
  handling: HandlingView;
  outbox: Outbox;
  onFiles: (files: Iterable<File>) => void;
}

export function ReplyField({ handling, outbox, onFiles }: Props) {
  const { t } = useTranslation("desk");
  const client = useFeedClient();
  const draft = useDraft(handling.contact_id);
  const { text, conflict } = useSyncExternalStore(draft.view.watch, draft.view.get);
  const field = useRef<HTMLTextAreaElement>(null);
  const canned = useCanned(handling, text, field);
  const typing = useTypingSign((on) => client.sendTyping(handling.id, on));
  useGrowing(field, text);

  const change = (value: string) => {
    draft.write(value);
    typing(value.trim() !== "");
  };
  const send = () => {
    const words = text.trim();
    if (!words || words.length > MAX_TEXT) return;
    outbox.text(handling.id, words);
    draft.clear();
    typing(false);
    field.current?.focus();
  };
  const insert = (answer: Canned) => {
    const filled = canned.insert(answer);
    change(filled.text);
    requestAnimationFrame(() => field.current?.setSelectionRange(filled.caret, filled.caret));
  };
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    if (isComposing(event)) return; // the input method's Enter chooses a word
    if (canned.take(event, insert)) return;
    if (event.key === "Enter" && !event.shiftKey && !event.ctrlKey && !event.altKey && !event.metaKey) {
      event.preventDefault();
      send();
    }
  };
  const onPaste = (event: ClipboardEvent) => {
    if (event.clipboardData.files.length === 0) return;
    event.preventDefault();
    onFiles(event.clipboardData.files);
  };
  const over = text.length > MAX_TEXT;

  return (
    <div className="relative">
      {conflict ? (
        <Notice
          tone="warn"
          live
          className="mx-2 mt-1"
          action={
            <span className="flex gap-1">
              <Button size="sm" onPress={() => draft.takeTheirs()}>
                {t("composer.take_theirs")}
              </Button>
              <Button size="sm" onPress={() => draft.keepMine()}>
                {t("composer.keep_mine")}
              </Button>
            </span>
          }
        >
          {t("composer.conflict")}
          <span className="foreign mt-0.5 line-clamp-2 block opacity-80">{conflict.text}</span>
        </Notice>
      ) : null}
      {canned.isOpen ? (
        <CannedList
          list={canned.list}
          active={canned.active}
          words={canned.words}
          onChoose={insert}
          onPoint={canned.point}
        />
      ) : null}
      <textarea
        ref={field}
        id="composer-reply"
        rows={2}
        value={text}
        onChange={(event) => change(event.target.value)}
        onKeyDown={onKeyDown}
        onPaste={onPaste}
        onSelect={canned.look}
        onBlur={() => {
          draft.flush();
          typing(false);
        }}
        placeholder={t("composer.reply_placeholder")}
        aria-label={t("composer.reply_label", {
          customer: customerName(handling.customer, t("customer.unnamed")),
        })}
        aria-describedby="composer-help"
        aria-controls={canned.isOpen ? "canned" : undefined}
        aria-activedescendant={
          canned.isOpen && canned.list[canned.active] ? `canned-${canned.list[canned.active]?.id}` : undefined
        }
        aria-invalid={over || undefined}
        className="block max-h-60 min-h-14 w-full resize-none bg-transparent px-3 py-1.5 text-base leading-[1.55] text-ink outline-none placeholder:text-ink-3"
      />
      <div className="flex items-center gap-1 px-2 pb-1.5">
        <FileTrigger allowsMultiple onSelect={(files) => files && onFiles(files)}>
          <IconButton icon="attach" size="sm" label={t("composer.attach")} />
        </FileTrigger>
        <IconButton
          icon="canned"
          size="sm"
          label={t("composer.canned")}
          shortcut="/"
          onPress={() => canned.open(field.current, change)}
        />
        <span
          id="composer-help"
          className={cx("ml-1 flex-1 truncate text-sm", over ? "font-medium text-bad-ink" : "text-ink-3")}
        >
          {text.length > WARN_TEXT
            ? t("composer.length", { length: text.length, most: MAX_TEXT })
            : t("composer.help")}
        </span>
        <Button size="sm" variant="primary" icon="send" onPress={send} isDisabled={!text.trim() || over}>
          {t("composer.send")}
        </Button>
      </div>
    </div>
  );
}

/** Lets the field grow with its words up to its greatest height. */
export function useGrowing(fieldRef: React.RefObject<HTMLTextAreaElement | null>, text: string): void {
  useEffect(() => {
    const element = fieldRef.current;
    if (!element) return;
    element.style.height = "auto";
    element.style.height = `${element.scrollHeight}px`;
  }, [fieldRef, text]);
}

/** Answers in the desk's language first; within a language as the server has them. */
function byLanguage(list: readonly Canned[], locale: string): Canned[] {
  const mine = (answer: Canned) => !answer.locale || answer.locale === locale;
  return [...list.filter(mine), ...list.filter((answer) => !mine(answer))];
}

/** The search for a canned answer that stands at the caret, and its list. */
function useCanned(
  handling: HandlingView,
  text: string,
  fieldRef: React.RefObject<HTMLTextAreaElement | null>,
) {
  const { person } = useSession();
  const { i18n } = useTranslation();
  const [caret, setCaret] = useState(0);
  const [closed, setClosed] = useState<number | null>(null);
  const [active, setActive] = useState(0);
  const slash = slashAt(text, Math.min(caret, text.length));
  const from = slash?.from ?? null;
  const words = slash?.words ?? "";
  const query = useQuery({ ...cannedQuery(handling.tenant_id), enabled: slash !== null });
  const pinyin = usePinyin(slash !== null);
  const list = useMemo(
    () =>
      from === null
        ? []
        : search(byLanguage(query.data ?? [], i18n.language), words, (item) => [
            item.title,
            item.shortcut ?? "",
            item.text,
          ]).slice(0, SHOWN),
    // `pinyin`: search again once its table is there.
    // eslint-disable-next-line react-hooks/exhaustive-deps
    [from, words, query.data, pinyin, i18n.language],
  );
  const isOpen = from !== null && closed !== from && list.length > 0;

  const look = () => {
    setCaret(fieldRef.current?.selectionStart ?? 0);
    setActive(0);
  };
  const insert = (answer: Canned) => {
    const filled = fillPlaceholders(answer.text, {
      customer: handling.customer.name || (i18n.language === "en" ? "there" : "您"),
      agent: person.name,
    });
    const start = from ?? caret;
    return { text: text.slice(0, start) + filled + text.slice(caret), caret: start + filled.length };
  };
  /** True when the key belonged to the list. */
  const take = (event: KeyboardEvent, choose: (answer: Canned) => void): boolean => {
    if (!isOpen) return false;
    const answer = list[active];
    if (event.key === "ArrowDown") setActive((active + 1) % list.length);
    else if (event.key === "ArrowUp") setActive((active + list.length - 1) % list.length);
    else if ((event.key === "Enter" || event.key === "Tab") && !event.shiftKey && answer) choose(answer);
    else if (event.key === "Escape") setClosed(from);
    else return false;
    event.preventDefault();
    return true;
  };
  const open = (element: HTMLTextAreaElement | null, write: (value: string) => void) => {
    if (!element) return;
    const at = element.selectionStart;
    const blank = at > 0 && !/\s/.test(text[at - 1] ?? "") ? " /" : "/";
    setClosed(null);
    write(text.slice(0, at) + blank + text.slice(at));
    requestAnimationFrame(() => {
      element.focus();
      element.setSelectionRange(at + blank.length, at + blank.length);
      setCaret(at + blank.length);
    });
  };
  return { isOpen, list, active, words, look, insert, take, open, point: setActive };
}
