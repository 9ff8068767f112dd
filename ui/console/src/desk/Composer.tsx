/**
 * Where the agent writes: a reply to the customer, or an internal note. The two look nothing alike, keep their own words,
 * and go different ways: a note's words are never in the field whose button sends to the customer.
 */
import { type KeyboardEvent, useEffect, useMemo, useState } from "react";
import { DropZone, isFileDropItem } from "react-aria-components";
import { useTranslation } from "react-i18next";
import type { HandlingView } from "@kit/feed";
import { cx, Icon } from "@kit/ui";
import { type AppCommand, useCommands } from "../app/commands.ts";
import { useShortcut } from "../app/shortcuts.ts";
import { isCall } from "../phone/model.ts";
import { notes } from "./kept.ts";
import { NoteField } from "./NoteField.tsx";
import type { Outbox } from "./outbox.ts";
import { ReplyField } from "./ReplyField.tsx";
import { useHandlings } from "./useMe.ts";

type Mode = "reply" | "note";

/** A call is answered by voice: only the note is left. */
function NoteOnly({ handling }: { handling: HandlingView }) {
  const [note, setNote] = useState(() => notes.get(handling.id));
  useEffect(() => notes.set(handling.id, note), [handling.id, note]);
  const focusField = () => document.querySelector<HTMLTextAreaElement>("#composer-note")?.focus();
  useShortcut({ keys: "Alt+KeyN" }, focusField);
  return (
    <div className="shrink-0 border-t border-line p-3">
      <div className="mx-auto max-w-3xl rounded-md border border-note-line bg-note pt-1 text-note-ink focus-within:outline-2 focus-within:-outline-offset-1 focus-within:outline-note-line">
        <NoteField handling={handling} text={note} onChange={setNote} />
      </div>
    </div>
  );
}

export function Composer(props: { handling: HandlingView; outbox: Outbox }) {
  return props.handling.medium === "voice" ? <NoteOnly handling={props.handling} /> : <Writing {...props} />;
}

function Writing({ handling, outbox }: { handling: HandlingView; outbox: Outbox }) {
  const { t } = useTranslation("desk");
  const [mode, setMode] = useState<Mode>("reply");
  const [note, setNote] = useState(() => notes.get(handling.id));
  useEffect(() => notes.set(handling.id, note), [handling.id, note]);
  const isNote = mode === "note";
  const focusField = (next: Mode) => {
    setMode(next);
    requestAnimationFrame(() => document.querySelector<HTMLTextAreaElement>(`#composer-${next}`)?.focus());
  };
  useShortcut({ keys: "Alt+KeyN" }, () => focusField(isNote ? "reply" : "note"));
  // While there is a call, that key is its mute button, whatever is shown; Alt+N goes both ways.
  const hasCall = useHandlings().some(isCall);
  useShortcut({ keys: "Alt+KeyM" }, hasCall ? undefined : () => focusField("reply"));
  const commands = useMemo<AppCommand[]>(
    () => [
      {
        id: "note",
        title: "desk:commands.note",
        group: "act",
        icon: "note",
        shortcut: "Alt+N",
        run: () => focusField("note"),
      },
    ],
    [],
  );
  useCommands(commands);

  const sendFiles = (files: Iterable<File>) => {
    for (const file of files) outbox.file(handling.id, file);
  };

  return (
    <DropZone
      aria-label={t("composer.drop")}
      isDisabled={isNote}
      getDropOperation={(types) => (types.has("text/plain") ? "cancel" : "copy")}
      onDrop={(event) => {
        void Promise.all(event.items.filter(isFileDropItem).map((item) => item.getFile())).then(sendFiles);
      }}
      className="group relative shrink-0 border-t border-line p-3"
    >
      <div className="mx-auto max-w-3xl">
        <div
          className={cx(
            "rounded-md border focus-within:outline-2 focus-within:-outline-offset-1",
            isNote
              ? "border-note-line bg-note text-note-ink focus-within:outline-note-line"
              : "border-edge bg-surface focus-within:outline-focus",
          )}
        >
          <div role="tablist" aria-label={t("composer.mode")} className="flex gap-1 px-2 pt-1.5">
            <ModeTab mode="reply" current={mode} onChoose={focusField} />
            <ModeTab mode="note" current={mode} onChoose={focusField} />
          </div>
          <div role="tabpanel" id="composer-panel" aria-labelledby={`composer-tab-${mode}`}>
            {isNote ? (
              <NoteField handling={handling} text={note} onChange={setNote} />
            ) : (
              <ReplyField handling={handling} outbox={outbox} onFiles={sendFiles} />
            )}
          </div>
        </div>
      </div>
      <div className="pointer-events-none absolute inset-2 hidden items-center justify-center gap-2 rounded-md border-2 border-dashed border-accent bg-accent-soft text-base font-medium text-accent-ink group-data-drop-target:flex">
        <Icon name="upload" />
        {t("composer.drop")}
      </div>
    </DropZone>
  );
}

/** A tab of the WAI-ARIA pattern: one stop, the arrows change it. */
function ModeTab({ mode, current, onChoose }: { mode: Mode; current: Mode; onChoose: (mode: Mode) => void }) {
  const { t } = useTranslation("desk");
  const isCurrent = mode === current;
  const other = mode === "note" ? "reply" : "note";
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
    event.preventDefault();
    onChoose(other);
  };
  return (
    <button
      type="button"
      role="tab"
      id={`composer-tab-${mode}`}
      aria-selected={isCurrent}
      aria-controls="composer-panel"
      aria-keyshortcuts={mode === "note" ? "Alt+N" : "Alt+M"}
      tabIndex={isCurrent ? 0 : -1}
      onClick={() => onChoose(mode)}
      onKeyDown={onKeyDown}
      className={cx(
        "flex h-7 items-center gap-1.5 rounded-xs px-2 text-md hover:bg-pressed/60",
        isCurrent ? "font-semibold" : current === "note" ? "text-note-ink" : "text-ink-3",
        isCurrent && mode === "reply" && "text-accent-ink",
      )}
    >
      <Icon name={mode === "note" ? "lock" : "chatText"} size={14} />
      {t(mode === "note" ? "composer.note" : "composer.reply")}
    </button>
  );
}
