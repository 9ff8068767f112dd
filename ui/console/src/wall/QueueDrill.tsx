/** One queue opened: who waits in it and since when, who works on it, today's figures with their rules. */
import { Link, useNavigate } from "@tanstack/react-router";
import { type ReactNode, useMemo } from "react";
import { useTranslation } from "react-i18next";
import { useFeed, useTopicStatus } from "@kit/feed";
import { EmptyState, IconButton, Notice, Skeleton } from "@kit/ui";
import { Since } from "./clock.tsx";
import type { WallAgent, WallQueue } from "./model.ts";
import { presenceOf } from "./model.ts";
import { LevelFigure, PresenceBadge } from "./parts.tsx";
import { spoken } from "./spans.ts";
import { type Today, useQueueName } from "./useWall.ts";

interface Props {
  queue: WallQueue;
  tenant: string | undefined;
  agents: readonly WallAgent[];
  today: Today | undefined;
}

export function QueueDrill({ queue, tenant, agents, today }: Props) {
  const { t } = useTranslation("wall");
  const navigate = useNavigate();
  const name = useQueueName();
  const close = () =>
    void navigate({ to: "/app/wall", search: (before) => ({ ...before, queue: undefined }) });
  return (
    <section
      aria-labelledby="drill-heading"
      className="flex min-h-0 flex-1 flex-col overflow-hidden rounded-lg border border-accent bg-surface"
    >
      <header className="flex items-start gap-2 border-b border-line py-2 pr-2 pl-3">
        <div className="min-w-0 flex-1">
          <h2 id="drill-heading" className="truncate text-base font-semibold text-ink">
            {name(queue)}
          </h2>
          <p className="text-sm text-ink-3">{tenant}</p>
        </div>
        <IconButton icon="close" size="sm" label={t("drill.close")} onPress={close} />
      </header>
      <div
        role="group"
        aria-labelledby="drill-heading"
        // It scrolls by keyboard too.
        // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        tabIndex={0}
        className="min-h-0 flex-1 overflow-auto outline-none focus-visible:outline-2 focus-visible:-outline-offset-2 focus-visible:outline-focus"
      >
        <Waiting queue={queue} />
        <Working queue={queue} agents={agents} />
        <Figures queue={queue} today={today} />
      </div>
    </section>
  );
}

function Heading({ children, aside }: { children: string; aside?: string }) {
  return (
    <h3 className="flex items-baseline justify-between px-3 pt-3 pb-1 text-md font-semibold text-ink-2">
      {children}
      {aside ? <span className="tabular text-sm font-normal text-ink-3">{aside}</span> : null}
    </h3>
  );
}

function Waiting({ queue }: { queue: WallQueue }) {
  const { t } = useTranslation("wall");
  const topic = `queue:${queue.id}` as const;
  const waiting = useFeed(topic, (data) => data?.waiting);
  const status = useTopicStatus(topic);
  const rows = useMemo(
    () =>
      waiting
        ? Object.values(waiting).sort((a, b) => a.position - b.position || a.since_at - b.since_at)
        : null,
    [waiting],
  );
  return (
    <>
      <Heading aside={rows ? t("drill.waitingCount", { count: rows.length }) : ""}>
        {t("drill.waiting")}
      </Heading>
      {status.refused ? (
        <Notice tone="warn" className="mx-3">
          {t("drill.refused")}
        </Notice>
      ) : rows === null ? (
        <div className="px-3 py-2">
          <Skeleton lines={2} />
        </div>
      ) : rows.length === 0 ? (
        <p className="px-3 pb-2 text-md text-ink-2">{t("drill.nobodyWaits")}</p>
      ) : (
        <ol>
          {rows.map((row) => (
            <li key={row.id} className="relative flex h-9 items-center gap-2 px-3 hover:bg-sunken">
              <span className="tabular w-7 text-right text-sm text-ink-3">{row.position}</span>
              <Link
                to="/app/contacts/$id"
                params={{ id: row.contact_id }}
                className="foreign min-w-0 flex-1 truncate text-md text-ink after:absolute after:inset-0"
              >
                {row.customer_name}
              </Link>
              <Since at={row.since_at} className="text-md text-ink-2" />
            </li>
          ))}
        </ol>
      )}
    </>
  );
}

function Working({ queue, agents }: { queue: WallQueue; agents: readonly WallAgent[] }) {
  const { t } = useTranslation("wall");
  const busy = agents.flatMap((agent) =>
    agent.current.filter((work) => work.queue_id === queue.id).map((work) => ({ agent, work })),
  );
  busy.sort((a, b) => a.work.since_at - b.work.since_at);
  return (
    <>
      <Heading aside={t("drill.availableCount", { count: queue.available_agents })}>
        {t("drill.working")}
      </Heading>
      {busy.length === 0 ? (
        <p className="px-3 pb-2 text-md text-ink-2">{t("drill.nobodyWorks")}</p>
      ) : (
        <ul>
          {busy.map(({ agent, work }) => (
            <li key={work.interaction_id} className="flex h-9 items-center gap-2 px-3">
              <span className="foreign min-w-0 flex-1 truncate text-md text-ink">{agent.name}</span>
              <PresenceBadge presence={presenceOf(agent)} reason={agent.reason} />
              <Since at={work.since_at} className="w-14 text-right text-md text-ink-2" />
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

function Figures({ queue, today }: { queue: WallQueue; today: Today | undefined }) {
  const { t, i18n } = useTranslation("wall");
  const figures = today?.queues.find((row) => row.queue_id === queue.id);
  if (!figures) {
    return (
      <>
        <Heading>{t("drill.today")}</Heading>
        <EmptyState icon="chart" title={t("noData")}>
          {t("drill.noFigures")}
        </EmptyState>
      </>
    );
  }
  const span = (ms: number | null): string => (ms === null ? "—" : spoken(ms, i18n.language));
  const rules = today?.rules ?? {};
  return (
    <>
      <Heading>{t("drill.today")}</Heading>
      <dl className="grid gap-2 px-3 pb-3 text-md">
        <Fact label={t("drill.level")} rule={figures.service_level.rule}>
          <LevelFigure level={figures.service_level} />
        </Fact>
        <Fact label={t("drill.offered")} rule={rules["offered"]}>
          {figures.offered}
        </Fact>
        <Fact label={t("drill.answered")} rule={rules["answered"]}>
          {figures.answered}
        </Fact>
        <Fact label={t("drill.abandoned")} rule={rules["abandoned"]}>
          {figures.abandoned}
        </Fact>
        <Fact label={t("drill.asa")} rule={rules["asa"]}>
          {span(figures.asa_ms)}
        </Fact>
        <Fact label={t("drill.aht")} rule={rules["aht"]}>
          {span(figures.aht_ms)}
        </Fact>
        <Fact label={t("drill.csat", { count: figures.ratings })} rule={rules["csat"]}>
          {figures.csat === null ? "—" : `${figures.csat}%`}
        </Fact>
      </dl>
    </>
  );
}

function Fact({ label, rule, children }: { label: string; rule: string | undefined; children: ReactNode }) {
  return (
    <div className="grid grid-cols-[1fr_auto] gap-x-3 border-t border-line pt-2 first:border-t-0 first:pt-0">
      <dt className="text-ink-2">{label}</dt>
      <dd className="tabular font-medium text-ink">{children}</dd>
      {rule ? <dd className="col-span-2 text-sm text-ink-3">{rule}</dd> : null}
    </div>
  );
}
