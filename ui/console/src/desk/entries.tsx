/** The rows of a conversation. */
import { memo, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useServerNow, type InteractionView, type MessageView, type NoteView } from "@kit/feed";
import { Avatar, Button, Icon, IconButton, Spinner } from "@kit/ui";
import { clockTime, dayName } from "@kit/time.ts";
import { Bubble, FileCard, Words } from "./Bubble.tsx";
import { customerName, endedWords, type OutMessage, queueName } from "./model.ts";
import type { Outbox } from "./outbox.ts";

export const DayLine = memo(function DayLine({ at }: { at: number }) {
  const { i18n } = useTranslation();
  return (
    <div className="my-3 flex items-center gap-3 text-sm text-ink-3" role="separator">
      <span className="h-px flex-1 bg-line" />
      {dayName(at, i18n.language)}
      <span className="h-px flex-1 bg-line" />
    </div>
  );
});

function Line({ children }: { children: ReactNode }) {
  return <p className="my-3 flex items-center justify-center gap-1.5 text-sm text-ink-3">{children}</p>;
}

interface Ended {
  at: number;
  by: string | null;
  why: string | null;
}

export const EndedLine = memo(function EndedLine({ at, by, why }: Ended) {
  const { t, i18n } = useTranslation("desk");
  return (
    <Line>
      <Icon name="end" size={14} />
      {endedWords(t, by, why)} · {clockTime(at, i18n.language)}
    </Line>
  );
});

export const HandedLine = memo(function HandedLine({
  at,
  interaction,
}: {
  at: number;
  interaction: InteractionView;
}) {
  const { t, i18n } = useTranslation("desk");
  return (
    <Line>
      <Icon name="transfer" size={14} />
      {t("conversation.handed", { queue: queueName(interaction, i18n.language) })} ·{" "}
      {clockTime(at, i18n.language)}
    </Line>
  );
});

export const MessageRow = memo(function MessageRow({
  message,
  first,
  isRead,
}: {
  message: MessageView;
  first: boolean;
  isRead: boolean | null;
}) {
  const { t } = useTranslation("desk");
  const { author } = message;
  if (author.kind === "system") return <Line>{message.text}</Line>;
  return (
    <Bubble
      side={author.kind === "customer" ? "in" : "out"}
      first={first}
      name={
        author.kind === "customer"
          ? customerName(author, t("customer.unnamed"))
          : author.name || t("conversation.agent")
      }
      authorId={author.id}
      at={message.at}
      bare={message.file?.image ?? false}
      foot={
        isRead === null ? null : (
          <>
            <Icon
              name={isRead ? "checkDouble" : "check"}
              size={13}
              className={isRead ? "text-accent-ink" : ""}
            />
            {t(isRead ? "conversation.read" : "conversation.delivered")}
          </>
        )
      }
    >
      {message.erased ? (
        <i>{t("conversation.erased")}</i>
      ) : message.file ? (
        <FileCard file={message.file} href={`/api/files/${message.file.id}`} />
      ) : (
        <Words text={message.text ?? ""} />
      )}
    </Bubble>
  );
});

/** Sent by this page and not yet on the floor. */
export const OutRow = memo(function OutRow({
  message,
  first,
  outbox,
}: {
  message: OutMessage;
  first: boolean;
  outbox: Outbox;
}) {
  const { t } = useTranslation("desk");
  const failed = message.state === "failed";
  return (
    <Bubble
      side="out"
      first={first}
      name={t("conversation.me")}
      authorId="me"
      at={message.at}
      bare={Boolean(message.file?.preview)}
      tone={failed ? "failed" : "plain"}
      foot={failed ? <Failed message={message} outbox={outbox} /> : <OnItsWay message={message} />}
    >
      <span className="opacity-85">
        {message.file ? (
          <FileCard
            file={{ ...message.file, image: Boolean(message.file.preview) }}
            href={null}
            src={message.file.preview ?? undefined}
          />
        ) : (
          <Words text={message.text ?? ""} />
        )}
      </span>
    </Bubble>
  );
});

function OnItsWay({ message }: { message: OutMessage }) {
  const { t } = useTranslation("desk");
  const now = useServerNow();
  if (message.state === "uploading") {
    return (
      <>
        <Spinner size={12} />
        {t("conversation.uploading", { percent: Math.round(message.progress * 100) })}
      </>
    );
  }
  const late = now - message.at > 5_000;
  return (
    <>
      {late ? <Icon name="clock" size={13} className="text-warn-ink" /> : <Spinner size={12} />}
      {t(late ? "conversation.sending_late" : "conversation.sending")}
    </>
  );
}

function Failed({ message, outbox }: { message: OutMessage; outbox: Outbox }) {
  const { t } = useTranslation("desk");
  return (
    <span role="alert" className="flex items-center gap-1 text-bad-ink">
      <Icon name="errorCircle" size={14} />
      {message.problem || t("conversation.failed")}
      <Button size="sm" variant="ghost" onPress={() => outbox.retry(message.id)}>
        {t("conversation.retry")}
      </Button>
      <IconButton
        size="sm"
        icon="close"
        label={t("conversation.discard")}
        onPress={() => outbox.discard(message.id)}
      />
    </span>
  );
}

/** An internal note: another ground, a line, a lock and the words that say so. */
export const NoteRow = memo(function NoteRow({ note }: { note: NoteView }) {
  const { t, i18n } = useTranslation("desk");
  return (
    <div className="my-3 rounded-sm border border-dashed border-note-line bg-note px-3 py-2 text-note-ink">
      <p className="flex items-center gap-1.5 text-sm">
        <Icon name="lock" size={13} />
        <span className="font-medium">{t("note.label")}</span>
        <span className="foreign">{note.author.name}</span>
        <time className="tabular" dateTime={new Date(note.at).toISOString()}>
          {clockTime(note.at, i18n.language)}
        </time>
      </p>
      <p className="mt-0.5 text-base">
        <Words text={note.text} />
      </p>
    </div>
  );
});

export function TypingRow({ customer }: { customer: { id: string; name: string } }) {
  const { t } = useTranslation("desk");
  return (
    <div className="mt-3 flex items-center gap-2.5 text-sm text-ink-3">
      <Avatar id={customer.id} name={customerName(customer, t("customer.unnamed"))} size={32} />
      <span
        className="inline-flex items-center gap-1 rounded-lg rounded-tl-xs bg-bubble-in px-3 py-2.5"
        aria-hidden
      >
        {[0, 1, 2].map((dot) => (
          <span
            key={dot}
            className="size-1.5 rounded-full bg-ink-3 pulse"
            style={{ animationDelay: `${dot * 200}ms` }}
          />
        ))}
      </span>
      {t("conversation.typing")}
    </div>
  );
}
