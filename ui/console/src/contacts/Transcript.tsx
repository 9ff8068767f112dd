/** What was said, with internal notes where they were written. Words of strangers are text, never markup. */
import { useEffect, useMemo, useRef } from "react";
import { useTranslation } from "react-i18next";
import { cx, EmptyState, Icon } from "@kit/ui";
import { useTime } from "./time.ts";
import type { ReplayInteraction, ReplayMessage, ReplayNote } from "./model.ts";

interface Props {
  messages: readonly ReplayMessage[];
  notes: readonly ReplayNote[];
  interactions: readonly ReplayInteraction[];
  chosen: string | null;
  following: boolean;
}

type Line =
  | { type: "message"; at: number; message: ReplayMessage }
  | { type: "note"; at: number; note: ReplayNote }
  | { type: "interaction"; at: number; interaction: ReplayInteraction };

export function Transcript({ messages, notes, interactions, chosen, following }: Props) {
  const { t } = useTranslation("contacts");
  const lines = useMemo(() => linesOf(messages, notes, interactions), [messages, notes, interactions]);
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (following) box.current?.lastElementChild?.scrollIntoView({ block: "nearest" });
  }, [following, lines.length]);
  useEffect(() => {
    if (chosen)
      box.current
        ?.querySelector(`[data-message="${CSS.escape(chosen)}"]`)
        ?.scrollIntoView({ block: "center" });
  }, [chosen]);
  return (
    <section
      aria-labelledby="transcript-heading"
      className="flex min-h-0 flex-col overflow-hidden rounded-lg border border-line bg-surface"
    >
      <h2
        id="transcript-heading"
        className="flex h-10 shrink-0 items-center border-b border-line px-3 text-base font-semibold text-ink"
      >
        {t("transcript.title")}
      </h2>
      {/* Reached and scrolled by keyboard though it holds nothing to press. */}
      <div
        ref={box}
        role="log"
        aria-labelledby="transcript-heading"

        tabIndex={0}
        className="flex min-h-0 flex-1 flex-col gap-3 overflow-auto p-4 outline-none focus-visible:outline-2 focus-visible:-outline-offset-2 focus-visible:outline-focus"
      >
        {lines.length === 0 ? <EmptyState icon="chat" title={t("transcript.none")} /> : null}
        {lines.map((line) => {
          if (line.type === "message") {
            return (
              <Message key={line.message.id} message={line.message} chosen={line.message.id === chosen} />
            );
          }
          if (line.type === "note") return <Note key={line.note.id} note={line.note} />;
          return <Divider key={line.interaction.id} interaction={line.interaction} />;
        })}
      </div>
    </section>
  );
}

/** In order of time; a heading only where a contact has more than one interaction. */
function linesOf(
  messages: readonly ReplayMessage[],
  notes: readonly ReplayNote[],
  interactions: readonly ReplayInteraction[],
): Line[] {
  const lines: Line[] = [
    ...messages.map((message): Line => ({ type: "message", at: message.at, message })),
    ...notes.map((note): Line => ({ type: "note", at: note.at, note })),
    ...(interactions.length > 1
      ? interactions.map((interaction): Line => ({
          type: "interaction",
          at: interaction.queued_at,
          interaction,
        }))
      : []),
  ];
  const rank = (line: Line): number => (line.type === "interaction" ? 0 : 1);
  return lines.sort((a, b) => a.at - b.at || rank(a) - rank(b));
}

function Message({ message, chosen }: { message: ReplayMessage; chosen: boolean }) {
  const { t } = useTranslation("contacts");
  const time = useTime();
  const { author } = message;
  if (author.kind === "system") {
    return (
      <p data-message={message.id} className="foreign self-center text-center text-sm text-ink-3">
        {message.text}
      </p>
    );
  }
  const agent = author.kind === "agent";
  return (
    <article
      data-message={message.id}
      aria-label={t("transcript.by", { name: author.name ?? "", time: time(message.at) })}
      className={cx(
        "flex max-w-[82%] flex-col gap-0.5",
        agent ? "items-end self-end" : "items-start self-start",
      )}
    >
      <span className="flex gap-2 px-1 text-sm text-ink-3">
        <span className="foreign">{author.name}</span>
        <time dateTime={new Date(message.at).toISOString()} className="tabular">
          {time(message.at)}
        </time>
      </span>
      <div
        className={cx(
          "rounded-lg px-3 py-2 text-base",
          agent
            ? "rounded-tr-xs bg-bubble-out text-bubble-out-ink"
            : "rounded-tl-xs bg-bubble-in text-bubble-in-ink",
          chosen && "outline-2 outline-offset-2 outline-focus",
        )}
      >
        <Words message={message} />
      </div>
    </article>
  );
}

function Words({ message }: { message: ReplayMessage }) {
  const { t } = useTranslation("contacts");
  if (message.erased) return <i>{t("transcript.erased")}</i>;
  if (message.kind === "file" && message.file) {
    return (
      <a href={`/api/files/${message.file.id}`} className="flex items-center gap-2 underline" download>
        <Icon name={message.file.image ? "image" : "file"} size={16} />
        <span className="foreign">{message.file.name}</span>
      </a>
    );
  }
  return <span className="foreign whitespace-pre-wrap">{message.text}</span>;
}

function Note({ note }: { note: ReplayNote }) {
  const { t } = useTranslation("contacts");
  const time = useTime();
  return (
    <article className="rounded-md border border-note-line bg-note px-3 py-2 text-note-ink">
      <p className="flex items-center gap-2 text-sm font-medium">
        <Icon name="note" size={14} />
        {t("transcript.note")}
        <span className="foreign">{note.author.name}</span>
        <time dateTime={new Date(note.at).toISOString()} className="tabular">
          {time(note.at)}
        </time>
      </p>
      <p className="foreign text-base whitespace-pre-wrap">{note.text}</p>
    </article>
  );
}

function Divider({ interaction }: { interaction: ReplayInteraction }) {
  const { t, i18n } = useTranslation("contacts");
  const queue = (i18n.language.startsWith("en") && interaction.queue_name_en) || interaction.queue_name;
  return (
    <p className="flex items-center gap-3 text-sm text-ink-3 before:h-px before:flex-1 before:bg-line after:h-px after:flex-1 after:bg-line">
      {t("transcript.interaction", { queue })}
    </p>
  );
}
