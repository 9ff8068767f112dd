/** The canned answers that fit what stands after the slash. The field keeps the focus; the arrows move here. */
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { cx, Kbd } from "@kit/ui";
import type { Canned } from "./data.ts";

interface Props {
  list: readonly Canned[];
  active: number;
  words: string;
  onChoose: (answer: Canned) => void;
  onPoint: (place: number) => void;
}

export function CannedList({ list, active, words, onChoose, onPoint }: Props) {
  const { t } = useTranslation("desk");
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    box.current?.children[active]?.scrollIntoView({ block: "nearest" });
  }, [active]);
  return (
    <div className="absolute bottom-full left-0 z-[var(--rx-z-menu)] mb-10 w-full max-w-xl overflow-hidden rounded-md border border-line bg-raised shadow-3">
      <p
        className="flex items-center justify-between border-b border-line px-3 py-1.5 text-sm text-ink-3"
        role="status"
      >
        {words ? t("canned.found", { count: list.length, words }) : t("canned.title")}
        <span className="flex gap-1">
          <Kbd keys="↑" />
          <Kbd keys="↓" />
          <Kbd keys="Enter" />
        </span>
      </p>
      <div
        ref={box}
        id="canned"
        role="listbox"
        aria-label={t("canned.title")}
        // It scrolls, so the keyboard reaches it.
        tabIndex={0}
        className="max-h-72 overflow-y-auto p-1"
      >
        {list.map((answer, place) => (
          // The field has the keyboard; the mouse only helps. The press must not take the focus away.
          // eslint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus
          <div
            key={answer.id}
            id={`canned-${answer.id}`}
            role="option"
            aria-selected={place === active}
            onMouseDown={(event) => event.preventDefault()}
            onMouseMove={() => onPoint(place)}
            onClick={() => onChoose(answer)}
            className={cx("cursor-default rounded-xs px-2 py-1.5", place === active && "bg-accent-soft")}
          >
            <p className="flex items-center gap-2 text-md font-medium text-ink">
              <span className="truncate">{answer.title}</span>
              {answer.shortcut ? (
                <span className="text-sm font-normal text-ink-3">/{answer.shortcut}</span>
              ) : null}
            </p>
            <p className="line-clamp-2 text-sm text-ink-2">{answer.text}</p>
          </div>
        ))}
      </div>
    </div>
  );
}
