/** `/app/wall`: the supervisor's view of the floor, live. */
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback, useMemo } from "react";
import { useTranslation } from "react-i18next";
import { useLine, useTopicStatus } from "@kit/feed";
import { Badge, Button, EmptyState, Notice, Skeleton } from "@kit/ui";
import { useTitle } from "../app/title.ts";
import { useReadyPhone } from "../phone/store.tsx";
import { AgentTable } from "./AgentTable.tsx";
import { Alerts } from "./Alerts.tsx";
import { useMayJoin } from "./CallMenu.tsx";
import { NowProvider } from "./clock.tsx";
import { Filters } from "./Filters.tsx";
import { Intervals } from "./Intervals.tsx";
import {
  filterAgents,
  filterQueues,
  levelOf,
  narrowsAgentsOnly,
  parseFilter,
  teamsOf,
  tiledQueues,
  totals,
  type WallFilter,
} from "./model.ts";
import { Panel } from "./parts.tsx";
import { QueueDrill } from "./QueueDrill.tsx";
import { RuleChips } from "./RuleChips.tsx";
import { QueueTable } from "./QueueTable.tsx";
import { Totals } from "./Totals.tsx";
import { TvMode } from "./TvMode.tsx";
import { useQueueName, useToday, useWall, type Wall } from "./useWall.ts";

export function WallPage() {
  const { t } = useTranslation("wall");
  useTitle(t("title"));
  const status = useTopicStatus("wall");
  if (status.refused) {
    return (
      <EmptyState icon="lock" title={t("refused")}>
        {t("refusedText")}
      </EmptyState>
    );
  }
  return (
    <NowProvider>
      <Board />
    </NowProvider>
  );
}

function Board() {
  const { t, i18n } = useTranslation("wall");
  const navigate = useNavigate();
  const search = useSearch({ strict: false });
  const filter = useMemo(() => parseFilter(search), [search]);
  const wall = useWall();
  const shown = useShown(wall, filter);
  const tv = search.tv === "1";
  const mayJoin = useMayJoin();
  // There is somebody to listen to: then the phone is at hand before it is wanted.
  useReadyPhone(mayJoin && wall.agents.some(({ calls }) => calls?.some(({ medium }) => medium === "voice")));
  const closeTv = useCallback(
    () =>
      void navigate({ to: "/app/wall", search: (before) => ({ ...before, tv: undefined }), replace: true }),
    [navigate],
  );
  if (wall.queues === null) {
    return (
      <div className="p-4" role="status" aria-label={t("loading")}>
        <Skeleton lines={9} />
      </div>
    );
  }
  return (
    <div className="flex min-h-full flex-col gap-3 p-4 xl:h-full">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <h1 className="text-xl font-semibold text-ink">{t("title")}</h1>
        <Behind />
        <RuleChips rules={wall.rules} tenantNames={wall.tenantNames} />
        <div className="ml-auto flex flex-wrap items-center gap-2">
          <Filters filter={filter} tenants={wall.tenantNames} teams={teamsOf(wall.agents, i18n.language)} />
          <Button
            icon="expand"
            onPress={() => void navigate({ to: "/app/wall", search: (before) => ({ ...before, tv: "1" }) })}
          >
            {t("tv.open")}
          </Button>
        </div>
      </div>
      <Body wall={wall} filter={filter} shown={shown} />
      {tv ? <TvMode wall={wall} queues={shown.queues} onClose={closeTv} /> : null}
    </div>
  );
}

type Shown = ReturnType<typeof useShown>;

function useShown(wall: Wall, filter: WallFilter) {
  const { queues, agents, tenantOfQueue } = wall;
  return useMemo(
    () => ({
      queues: filterQueues(queues ?? [], filter),
      tiled: tiledQueues(queues ?? [], filter),
      agents: filterAgents(agents, filter, tenantOfQueue),
    }),
    [queues, agents, tenantOfQueue, filter],
  );
}

function Body({ wall, filter, shown }: { wall: Wall; filter: WallFilter; shown: Shown }) {
  const { t } = useTranslation("wall");
  const today = useToday();
  const filtered = Boolean(filter.tenant ?? filter.team ?? filter.state ?? filter.q ?? filter.queue);
  const sums = useMemo(() => totals(shown.tiled, shown.agents), [shown]);
  const level = useMemo(() => levelOf(today.data?.queues ?? [], shown.tiled), [today.data, shown]);
  const name = useQueueName();
  const open = wall.queues?.find((queue) => queue.id === filter.queue);
  const scope = open ? name(open) : (wall.tenantNames.get(filter.tenant ?? "") ?? t("total.everything"));
  return (
    <>
      <Totals
        totals={sums}
        level={level}
        rule={today.data?.rules["service_level"] ?? ""}
        note={narrowsAgentsOnly(filter) ? t("total.agentsOnly", { scope }) : null}
      />
      <div className="grid min-h-0 flex-1 grid-cols-[minmax(0,1fr)] gap-3 xl:grid-cols-[minmax(0,1fr)_360px]">
        <div className="flex min-h-0 flex-col gap-3">
          <Panel
            id="wall-queues"
            title={t("queue.title")}
            aside={<Badge>{shown.queues.length}</Badge>}
            className="max-h-[52%] min-h-44 shrink-0"
          >
            <QueueTable queues={shown.queues} tenantNames={wall.tenantNames} selected={filter.queue} />
          </Panel>
          <Panel
            id="wall-agents"
            title={t("agent.title")}
            aside={<Badge>{shown.agents.length}</Badge>}
            className="h-[420px] xl:h-auto xl:flex-1"
          >
            <AgentTable
              agents={shown.agents}
              queues={wall.queues ?? []}
              tenantNames={wall.tenantNames}
              filtered={filtered}
            />
          </Panel>
        </div>
        <div className="flex min-h-0 flex-col gap-3">
          {open ? (
            <QueueDrill
              queue={open}
              tenant={wall.tenantNames.get(open.tenant_id)}
              agents={wall.agents}
              today={today.data}
            />
          ) : null}
          <Panel
            id="wall-alerts"
            title={t("alert.title")}
            aside={<Badge tone={wall.alerts.length > 0 ? "warn" : "plain"}>{wall.alerts.length}</Badge>}
            className={open ? "max-h-64 shrink-0" : "min-h-32 xl:max-h-[58%]"}
          >
            <Alerts alerts={wall.alerts} queues={wall.queues ?? []} agents={wall.agents} />
          </Panel>
          {open ? null : (
            <Panel id="wall-today" title={t("interval.title")} className="shrink-0">
              {today.data ? (
                <Intervals {...today.data} />
              ) : today.isError ? (
                <Notice tone="warn" className="m-3">
                  {t("interval.failed")}
                </Notice>
              ) : (
                <div className="p-3">
                  <Skeleton lines={3} />
                </div>
              )}
            </Panel>
          )}
        </div>
      </div>
    </>
  );
}

/** Beside the sign in the top bar: on a wall old figures must not be taken for present ones. */
function Behind() {
  const { t } = useTranslation("wall");
  const line = useLine();
  if (line.degraded) {
    return (
      <Notice tone="bad" live className="py-1">
        {t("behind.degraded")}
      </Notice>
    );
  }
  if (line.state === "live" || line.state === "connecting") return null;
  return (
    <Notice tone="warn" live className="py-1">
      {t(`behind.${line.state}`)}
    </Notice>
  );
}
