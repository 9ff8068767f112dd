/** An utterance's looks: words, files, who and when. Strangers' words are text and nothing else; links open apart and tell nothing of us. */
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { FileView } from "@kit/feed";
import { Avatar, cx, Icon } from "@kit/ui";
import { clockTime, dateTime, fileSize } from "@kit/time.ts";

// Only http and https become links; `javascript:` and the like stay words.
const LINK = /https?:\/\/[^\s<>"'，。；！？、）】》]+/giu;

export function Words({ text }: { text: string }) {
  const parts: ReactNode[] = [];
  let at = 0;
  for (const match of text.matchAll(LINK)) {
    parts.push(text.slice(at, match.index));
    parts.push(
      <a
        key={match.index}
        href={match[0]}
        target="_blank"
        rel="noopener noreferrer nofollow"
        className="underline underline-offset-2"
      >
        {match[0]}
      </a>,
    );
    at = match.index + match[0].length;
  }
  parts.push(text.slice(at));
  return <span className="foreign whitespace-pre-wrap">{parts}</span>;
}

interface BubbleProps {
  side: "in" | "out";
  first: boolean;
  name: string;
  authorId: string;
  at: number;
  foot?: ReactNode;
  tone?: "plain" | "failed";
  /** A picture stands by itself, without a ground. */
  bare?: boolean;
  children: ReactNode;
}

/** One utterance: the customer's at the left, the house's at the right. */
export function Bubble({
  side,
  first,
  name,
  authorId,
  at,
  foot,
  tone = "plain",
  bare = false,
  children,
}: BubbleProps) {
  const { i18n } = useTranslation();
  const out = side === "out";
  return (
    <div
      className={cx(
        "flex gap-2.5 [contain-intrinsic-size:auto_44px] [content-visibility:auto]",
        out && "flex-row-reverse",
        first ? "mt-3" : "mt-1",
      )}
    >
      <div className="w-8 shrink-0">{first ? <Avatar id={authorId} name={name} size={32} /> : null}</div>
      <div className={cx("flex max-w-[76%] min-w-0 flex-col gap-0.5", out && "items-end")}>
        {first ? (
          <div className={cx("flex items-baseline gap-2 text-sm text-ink-3", out && "flex-row-reverse")}>
            <span className="foreign font-medium text-ink-2">{name}</span>
            <time
              dateTime={new Date(at).toISOString()}
              title={dateTime(at, i18n.language)}
              className="tabular"
            >
              {clockTime(at, i18n.language)}
            </time>
          </div>
        ) : (
          <span className="sr-only">{name}</span>
        )}
        <div
          title={dateTime(at, i18n.language)}
          className={cx(
            "max-w-full overflow-hidden rounded-lg text-base leading-[1.55]",
            out ? "rounded-tr-xs" : "rounded-tl-xs",
            bare ? "border border-line" : "px-3 py-1.5",
            !bare && (out ? "bg-bubble-out text-bubble-out-ink" : "bg-bubble-in text-bubble-in-ink"),
            tone === "failed" && "ring-1 ring-bad",
          )}
        >
          {children}
        </div>
        {foot ? <div className="flex items-center gap-1 text-xs text-ink-3">{foot}</div> : null}
      </div>
    </div>
  );
}

export function FileCard({
  file,
  href,
  src,
}: {
  file: Pick<FileView, "name" | "size" | "image">;
  href: string | null;
  src?: string | undefined;
}) {
  const { t } = useTranslation("desk");
  const picture = src ?? (file.image ? href : null);
  if (picture) {
    const image = (
      <img
        src={picture}
        alt={t("conversation.picture", { name: file.name })}
        className="max-h-64 min-h-16 max-w-full object-contain"
      />
    );
    return href ? (
      <a href={href} target="_blank" rel="noopener" className="block">
        {image}
      </a>
    ) : (
      <span className="block">{image}</span>
    );
  }
  const card = (
    <span className="flex items-center gap-2.5 py-1">
      <Icon name="file" size={28} className="shrink-0 opacity-80" />
      <span className="min-w-0">
        <span className="foreign block font-medium">{file.name}</span>
        <span className="text-sm opacity-80">{fileSize(file.size)}</span>
      </span>
      {href ? <Icon name="download" size={16} className="shrink-0 opacity-80" /> : null}
    </span>
  );
  return href ? (
    <a href={href} download={file.name} aria-label={t("conversation.download", { name: file.name })}>
      {card}
    </a>
  ) : (
    card
  );
}
