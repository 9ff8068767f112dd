/** The floor as anybody may see it, renewed each second: figures, a lane per queue, and what just happened. */
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { StateIcon } from "@kit/icons/Icon";
import type { IconName } from "@kit/icons/Icon";
import { Icon } from "@kit/icons/Icon";
import { spoken } from "../wall/spans.ts";
import { summaryQuery } from "./demo.ts";
import type { FloorSummary, Happening, SummaryEvent, SummaryQueue, TenantLanes } from "./model.ts";
import { eventKey, lanesOf, marks, staleness } from "./model.ts";
import { useNow } from "./now.ts";

export function FloorAlive() {
  const { t } = useTranslation("front");
  const summary = useQuery(summaryQuery);
  const now = useNow();
  const stale = staleness(summary.dataUpdatedAt, now);
  return (
    <section aria-labelledby="floor-heading" className="mt-12">
      <div className="flex items-center gap-3">
        <h2 id="floor-heading" className="text-2xl font-semibold text-ink">
          {t("floor.heading")}
        </h2>
        {summary.data ? <LiveSign stale={stale} /> : null}
      </div>
      {summary.data ? (
        <Floor summary={summary.data} />
      ) : (
        <p className="mt-4 rounded-lg border border-line bg-surface p-8 text-center text-ink-2" role="status">
          {summary.isError ? t("floor.failed") : t("floor.loading")}
        </p>
      )}
    </section>
  );
}

function LiveSign({ stale }: { stale: number | null }) {
  const { t } = useTranslation("front");
  if (stale !== null) {
    return (
      <span role="status" className="flex items-center gap-1.5 text-sm font-medium text-warn-ink">
        <Icon name="wifiOff" size={14} />
        {t("floor.stale", { seconds: stale })}
      </span>
    );
  }
  return (
    <span className="flex items-center gap-1.5 text-sm font-medium text-ok-ink">
      <span className="pulse size-2 rounded-full bg-ok" aria-hidden="true" />
      {t("floor.live")}
    </span>
  );
}

function Floor({ summary }: { summary: FloorSummary }) {
  const { t } = useTranslation("front");
  const lanes = lanesOf(summary.queues);
  return (
    <>
      <dl className="mt-4 grid grid-cols-2 gap-px overflow-hidden rounded-xl border border-line bg-line md:grid-cols-4">
        <Figure label={t("floor.waiting")} value={summary.waiting} tone="waiting" />
        <Figure label={t("floor.talking")} value={summary.talking} tone="talking" />
        <Figure
          label={t("floor.available")}
          value={summary.agents_available}
          tone="available"
          aside={t("floor.signedIn", { count: summary.agents_signed_in })}
        />
        <Figure label={t("floor.answered")} value={summary.answered_today} tone="ended" />
      </dl>
      <div className="mt-4 grid gap-4 lg:grid-cols-[minmax(0,1fr)_340px]">
        <div className="rounded-xl border border-line bg-surface p-5">
          {lanes.length === 0 ? (
            <p className="py-8 text-center text-ink-2">{t("floor.empty")}</p>
          ) : (
            <div className="grid gap-x-10 gap-y-6 md:grid-cols-2 lg:grid-cols-1 xl:grid-cols-2">
              {lanes.map((lane) => (
                <Lanes key={lane.tenant} lane={lane} />
              ))}
            </div>
          )}
          <p className="mt-5 flex flex-wrap items-center gap-x-5 gap-y-1 border-t border-line pt-3 text-sm text-ink-3">
            <span className="flex items-center gap-1.5">
              <StateIcon state="waiting" className="text-waiting" />
              {t("floor.legendWaiting")}
            </span>
            <span className="flex items-center gap-1.5">
              <StateIcon state="talking" className="text-engaged" />
              {t("floor.legendTalking")}
            </span>
            <span className="ml-auto">{t("floor.note")}</span>
          </p>
        </div>
        <Recent events={summary.recent} queues={summary.queues} />
      </div>
    </>
  );
}

const TONES = {
  waiting: "text-waiting",
  talking: "text-engaged",
  available: "text-available",
  ended: "text-ended",
} as const;

interface FigureProps {
  label: string;
  value: number;
  tone: keyof typeof TONES;
  aside?: string;
}

function Figure({ label, value, tone, aside }: FigureProps) {
  const { i18n } = useTranslation("front");
  return (
    <div className="flex flex-col-reverse justify-end bg-surface px-5 py-4">
      <dt className="flex flex-wrap items-center gap-x-1.5 text-md text-ink-2">
        <StateIcon state={tone} className={TONES[tone]} />
        {label}
        {aside ? <span className="ml-auto text-sm text-ink-3">{aside}</span> : null}
      </dt>
      <dd className="tabular text-4xl font-semibold text-ink">{value.toLocaleString(i18n.language)}</dd>
    </div>
  );
}

function Lanes({ lane }: { lane: TenantLanes }) {
  const { t, i18n } = useTranslation("front");
  return (
    <div>
      <h3 className="flex items-baseline gap-2 border-b border-line pb-1.5">
        <span className="text-base font-semibold text-ink">
          {(i18n.language === "en" && lane.tenant_en) || lane.tenant}
        </span>
        <span className="tabular ml-auto text-sm font-normal text-ink-3">
          {t("floor.tenantSum", { waiting: lane.waiting, talking: lane.talking })}
        </span>
      </h3>
      <ul className="mt-2 grid gap-1">
        {lane.queues.map((queue) => (
          <Lane key={queue.id} queue={queue} />
        ))}
      </ul>
    </div>
  );
}

const ROOM = 5;

function Lane({ queue }: { queue: SummaryQueue }) {
  const { t, i18n } = useTranslation("front");
  const name = (i18n.language === "en" && queue.name_en) || queue.name;
  const quiet = queue.waiting === 0 && queue.talking === 0;
  return (
    <li className="flex h-7 items-center gap-3 text-md">
      <span className="w-28 shrink-0 truncate text-ink-2" title={name}>
        {name}
      </span>
      <span className="sr-only">
        {t("floor.laneLabel", { queue: name, waiting: queue.waiting, talking: queue.talking })}
      </span>
      <span className="flex min-w-0 flex-1 items-center gap-1" aria-hidden="true">
        {quiet ? <span className="text-sm text-ink-3">{t("floor.laneQuiet")}</span> : null}
        <Marks count={queue.waiting} kind="waiting" />
        {queue.waiting > 0 && queue.talking > 0 ? <span className="mx-0.5 h-4 w-px bg-line-2" /> : null}
        <Marks count={queue.talking} kind="talking" />
      </span>
    </li>
  );
}

function Marks({ count, kind }: { count: number; kind: "waiting" | "talking" }) {
  const { shown, more } = marks(count, ROOM);
  const colour = kind === "waiting" ? "text-waiting" : "text-engaged";
  return (
    <>
      {Array.from({ length: shown }, (_, i) => (
        <StateIcon key={i} state={kind} size={14} className={`front-pop shrink-0 ${colour}`} />
      ))}
      {more > 0 ? <span className="tabular text-sm font-semibold text-ink-2">+{more}</span> : null}
    </>
  );
}

const HAPPENING_ICONS: Record<Happening, IconName> = {
  queued: "inbox",
  offered: "bell",
  answered: "headset",
  rated: "star",
  ended: "check",
};

function Recent({ events, queues }: { events: readonly SummaryEvent[]; queues: readonly SummaryQueue[] }) {
  const { t, i18n } = useTranslation("front");
  const english = new Map(queues.map((queue) => [queue.name, queue.name_en]));
  return (
    <div className="min-h-[432px] rounded-xl border border-line bg-surface p-5">
      <h3 className="border-b border-line pb-1.5 text-base font-semibold text-ink">{t("floor.recent")}</h3>
      {events.length === 0 ? <p className="mt-3 text-md text-ink-2">{t("floor.recentEmpty")}</p> : null}
      <ol className="mt-2">
        {events.slice(0, 9).map((event) => (
          <RecentLine
            key={eventKey(event)}
            event={event}
            queue={(i18n.language === "en" && english.get(event.queue_name)) || event.queue_name}
          />
        ))}
      </ol>
    </div>
  );
}

function RecentLine({ event, queue }: { event: SummaryEvent; queue: string }) {
  const now = useNow();
  const { t } = useTranslation("front");
  return (
    <li className="enter flex h-10 items-center gap-2.5 text-md">
      <span className="flex size-6 shrink-0 items-center justify-center rounded-full bg-sunken text-ink-2">
        <Icon name={HAPPENING_ICONS[event.kind] ?? "info"} size={14} />
      </span>
      <span className="min-w-0 flex-1 leading-tight">
        <span className="block truncate text-ink">{useHappening(event)}</span>
        <span className="block truncate text-sm text-ink-3">{queue}</span>
      </span>
      <time dateTime={new Date(event.at).toISOString()} className="tabular shrink-0 text-sm text-ink-3">
        {ago(Math.max(0, now - event.at), t)}
      </time>
    </li>
  );
}

type Say = (key: string, values?: Record<string, unknown>) => string;

function ago(ms: number, t: Say): string {
  const seconds = Math.floor(ms / 1000);
  if (seconds < 3) return t("ago.now");
  return seconds < 60
    ? t("ago.seconds", { count: seconds })
    : t("ago.minutes", { count: Math.floor(seconds / 60) });
}

/** What happened, in short; where and for whom stands in the line beneath. */
function useHappening(event: SummaryEvent): string {
  const { t, i18n } = useTranslation("front");
  switch (event.kind) {
    case "offered":
      return event.agent_name
        ? t("happening.offered", { agent: event.agent_name })
        : t("happening.offeredNobody");
    case "answered":
      return event.agent_name
        ? t("happening.answered", {
            agent: event.agent_name,
            waited: spoken(event.waited_ms ?? 0, i18n.language),
          })
        : t("happening.answeredNobody");
    case "rated":
      return t("happening.rated", { score: event.score ?? 0 });
    case "queued":
      return t("happening.queued");
    case "ended":
      return t("happening.ended");
    default:
      return (i18n.language === "en" ? event.text_en : event.text_zh) ?? "";
  }
}
