import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useCommand, type HandlingView } from "@kit/feed";
import { Button, Icon, toast } from "@kit/ui";
import { isComposing } from "../app/shortcuts.ts";
import { MAX_TEXT, useGrowing } from "./ReplyField.tsx";

/** The field for an internal note. Its only way out is `AddNote`, which customers never see. */
export function NoteField({
  handling,
  text,
  onChange,
}: {
  handling: HandlingView;
  text: string;
  onChange: (text: string) => void;
}) {
  const { t } = useTranslation("desk");
  const field = useRef<HTMLTextAreaElement>(null);
  const add = useCommand("AddNote", (error) => toast("bad", error.title));
  // The id stays over repeated tries with the same words: a note whose ack was lost is not written twice.
  const [noteId, setNoteId] = useState(() => crypto.randomUUID());
  const alive = useRef(true);
  useEffect(() => {
    alive.current = true;
    return () => {
      alive.current = false;
    };
  }, []);
  useGrowing(field, text);
  const words = text.trim();
  const save = async () => {
    if (!words || words.length > MAX_TEXT || add.isPending) return;
    const ack = await add.run({ contact_id: handling.contact_id, note_id: noteId, text: words });
    if (!ack) return;
    onChange("");
    if (alive.current) setNoteId(crypto.randomUUID());
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (isComposing(event) || event.key !== "Enter" || event.shiftKey || event.altKey) return;
    event.preventDefault();
    void save();
  };
  return (
    <div>
      <p className="flex items-center gap-1.5 px-3 pt-1 text-sm font-medium" id="note-help">
        <Icon name="eyeOff" size={14} />
        {t("note.help")}
      </p>
      <textarea
        ref={field}
        id="composer-note"
        rows={2}
        maxLength={MAX_TEXT}
        value={text}
        onChange={(event) => onChange(event.target.value)}
        onKeyDown={onKeyDown}
        placeholder={t("note.placeholder")}
        aria-label={t("note.label")}
        aria-describedby="note-help"
        className="block max-h-60 min-h-14 w-full resize-none bg-transparent px-3 py-1.5 text-base leading-[1.55] outline-none placeholder:text-note-ink/80"
      />
      <div className="flex items-center gap-1 px-2 pb-1.5">
        <span className="ml-1 flex-1 truncate text-sm">{t("note.keys")}</span>
        <Button
          size="sm"
          icon="lock"
          onPress={() => void save()}
          isPending={add.isPending}
          isDisabled={!words}
        >
          {t("note.save")}
        </Button>
      </div>
    </div>
  );
}
