/** The journal told as a story: each step with its time and reason, opening to the event as it was recorded. */
import { useEffect, useId, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { cx, EmptyState, Icon, type IconName, Switch } from "@kit/ui";
import {
  type Beat,
  beatKey,
  beatsOf,
  entryKey,
  messageIdOf,
  type Topic,
  topicOf,
  type TraceEntry,
} from "./model.ts";
import { useTime } from "./time.ts";

interface Props {
  entries: readonly TraceEntry[];
  /** The message chosen on either side. */
  chosen: string | null;
  onChoose: (messageId: string | null) => void;
  /** The replay runs: the last step stays in sight. */
  following: boolean;
}

const ICONS: Record<Topic, IconName> = {
  arrive: "user",
  wait: "hourglass",
  queue: "queue",
  offer: "bell",
  accept: "headset",
  miss: "alert",
  message: "chatText",
  note: "note",
  transfer: "transfer",
  end: "end",
  work: "wrapUp",
  rating: "star",
  other: "info",
};

const TONES: Record<TraceEntry["tone"], string> = {
  plain: "bg-sunken text-ink-2",
  good: "bg-ok-soft text-ok-ink",
  warn: "bg-warn-soft text-warn-ink",
  bad: "bg-bad-soft text-bad-ink",
};

export function Story({ entries, chosen, onChoose, following }: Props) {
  const { t } = useTranslation("contacts");
  const [everything, setEverything] = useState(false);
  const beats = useMemo(() => beatsOf(entries, !everything), [entries, everything]);
  const end = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (following) end.current?.scrollIntoView({ block: "nearest" });
  }, [following, beats.length]);
  return (
    <section
      aria-labelledby="story-heading"
      className="flex min-h-0 flex-col overflow-hidden rounded-lg border border-line bg-surface"
    >
      <header className="flex h-10 shrink-0 items-center justify-between gap-3 border-b border-line px-3">
        <h2 id="story-heading" className="text-base font-semibold text-ink">
          {t("story.title")}
        </h2>
        <Switch isSelected={everything} onChange={setEverything} className="text-md!">
          {t("story.everything")}
        </Switch>
      </header>
      {beats.length === 0 ? (
        <EmptyState icon="trace" title={t("story.none")} />
      ) : (
        // A scrolling list is reached by its buttons.
        <ol className="min-h-0 flex-1 overflow-auto py-2">
          {beats.map((beat, index) => (
            <li key={beatKey(beat)} ref={index === beats.length - 1 ? end : undefined}>
              {beat.type === "step" ? (
                <Step
                  entry={beat.entry}
                  last={index === beats.length - 1}
                  chosen={chosen}
                  onChoose={onChoose}
                />
              ) : (
                <Talk beat={beat} last={index === beats.length - 1} />
              )}
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}

function Rail({ topic, tone, last }: { topic: Topic; tone: TraceEntry["tone"]; last: boolean }) {
  return (
    <span className="relative flex w-7 shrink-0 justify-center self-stretch" aria-hidden="true">
      {last ? null : <span className="absolute top-7 bottom-0 w-px bg-line-2" />}
      <span className={cx("mt-0.5 flex size-6 items-center justify-center rounded-full", TONES[tone])}>
        <Icon name={ICONS[topic]} size={14} />
      </span>
    </span>
  );
}

interface StepProps {
  entry: TraceEntry;
  last: boolean;
  chosen: string | null;
  onChoose: (messageId: string | null) => void;
}

function Step({ entry, last, chosen, onChoose }: StepProps) {
  const { t } = useTranslation("contacts");
  const [open, setOpen] = useState(false);
  const id = useId();
  const time = useTime();
  const message = messageIdOf(entry);
  const topic = topicOf(entry.kind);
  const press = () => {
    setOpen(!open);
    if (message) onChoose(open ? null : message);
  };
  return (
    <div className={cx("flex gap-2 px-3", message !== null && message === chosen && "bg-accent-soft")}>
      <Rail topic={topic} tone={entry.tone} last={last} />
      <div className="min-w-0 flex-1 pb-2">
        <button
          type="button"
          aria-expanded={open}
          aria-controls={id}
          onClick={press}
          className="group flex w-full items-start gap-2 rounded-xs py-1 text-left hover:bg-sunken"
        >
          <time
            dateTime={new Date(entry.at).toISOString()}
            className="tabular shrink-0 pt-px text-sm text-ink-3"
          >
            {time(entry.at)}
          </time>
          <span
            className={cx("foreign min-w-0 flex-1 text-md", topic === "wait" ? "text-ink-2" : "text-ink")}
          >
            {entry.text}
          </span>
          <Icon
            name={open ? "chevronUp" : "chevronDown"}
            size={14}
            className="mt-1 shrink-0 text-ink-3"
            label={t("story.detail")}
          />
        </button>
        <div id={id} hidden={!open}>
          {open ? <Detail entry={entry} /> : null}
        </div>
      </div>
    </div>
  );
}

/** The event as the journal has it: for those who ask "why exactly", and for bug reports. */
function Detail({ entry }: { entry: TraceEntry }) {
  const { t } = useTranslation("contacts");
  return (
    <dl className="mt-1 grid grid-cols-[auto_minmax(0,1fr)] gap-x-3 gap-y-0.5 rounded-sm bg-sunken px-3 py-2 text-sm">
      <dt className="text-ink-2">{t("story.seq")}</dt>
      <dd className="font-mono text-ink">{entry.seq}</dd>
      <dt className="text-ink-2">{t("story.kind")}</dt>
      <dd className="font-mono text-ink">{entry.kind}</dd>
      <dt className="text-ink-2">{t("story.instant")}</dt>
      <dd className="font-mono text-ink">{new Date(entry.at).toISOString()}</dd>
      {Object.entries(entry.detail).map(([key, value]) => (
        <div key={key} className="contents">
          <dt className="font-mono text-ink-2">{key}</dt>
          <dd className="font-mono break-all whitespace-pre-wrap text-ink">
            {typeof value === "string" ? value : JSON.stringify(value, null, 1)}
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Talk({ beat, last }: { beat: Extract<Beat, { type: "talk" }>; last: boolean }) {
  const { t } = useTranslation("contacts");
  const time = useTime();
  const first = beat.entries[0];
  const final = beat.entries.at(-1);
  if (!first || !final) return null;
  return (
    <div className="flex gap-2 px-3" data-entry={entryKey(first)}>
      <Rail topic="message" tone="plain" last={last} />
      <p className="flex flex-1 items-start gap-2 pt-1 pb-3 text-md text-ink-2">
        <span className="tabular shrink-0 pt-px text-sm text-ink-3">{time(first.at)}</span>
        <span>{t("story.talk", { count: beat.posted, until: time(final.at) })}</span>
      </p>
    </div>
  );
}
