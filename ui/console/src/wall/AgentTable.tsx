/** Agents as they are now. Hundreds of rows: only those in sight are drawn. */
import { useMemo, useRef } from "react";
import { useTranslation } from "react-i18next";
import { Avatar, EmptyState } from "@kit/ui";
import { type DataColumn, DataTable } from "@kit/ui/DataTable.tsx";
import { CallMenu, useMayJoin } from "./CallMenu.tsx";
import { Since } from "./clock.tsx";
import { capacityOf, presenceOf, teamOf, type WallAgent, type WallQueue } from "./model.ts";
import { useCalmOrder } from "./order.ts";
import { PresenceBadge } from "./parts.tsx";
import { useQueueName } from "./useWall.ts";

interface Props {
  agents: readonly WallAgent[];
  queues: readonly WallQueue[];
  tenantNames: ReadonlyMap<string, string>;
  filtered: boolean;
}

export function AgentTable({ agents, queues, tenantNames, filtered }: Props) {
  const { t, i18n } = useTranslation("wall");
  const name = useQueueName();
  const box = useRef<HTMLDivElement>(null);
  const place = useCalmOrder(agents, box);
  const language = i18n.language;
  const queueNames = useMemo(() => new Map(queues.map((queue) => [queue.id, name(queue)])), [queues, name]);
  const columns = useMemo<DataColumn<WallAgent>[]>(
    () => [
      {
        id: "name",
        header: t("agent.name"),
        isRowHeader: true,
        width: "22%",
        sort: (agent) => agent.name,
        cell: (agent) => (
          <span className="flex items-center gap-2">
            <Avatar id={agent.id} name={agent.name} size={24} />
            <span className="foreign truncate font-medium text-ink">{agent.name}</span>
            <span className="shrink-0 text-sm text-ink-3">{t("agent.level", { level: agent.level })}</span>
          </span>
        ),
      },
      {
        id: "state",
        header: t("agent.state"),
        explain: t("agent.stateExplain"),
        width: "148px",
        sort: (agent) => place.get(agent.id) ?? null,
        cell: (agent) => <PresenceBadge presence={presenceOf(agent)} reason={agent.reason} />,
      },
      {
        id: "since",
        header: t("agent.since"),
        explain: t("agent.sinceExplain"),
        align: "end",
        width: "96px",
        sort: (agent) => -agent.since_at,
        cell: (agent) => <Since at={agent.since_at} className="text-ink-2" />,
      },
      {
        id: "load",
        header: t("agent.load"),
        explain: t("agent.loadExplain"),
        width: "112px",
        sort: (agent) => agent.engaged,
        cell: (agent) => <Load agent={agent} />,
      },
      {
        id: "work",
        header: t("agent.work"),
        cell: (agent) => <Work agent={agent} queueNames={queueNames} />,
      },
      {
        id: "team",
        header: t("agent.team"),
        width: "16%",
        sort: (agent) => teamOf(agent, language),
        cell: (agent) => (
          <span className="text-ink-2" title={tenantNames.get(agent.tenant_id)}>
            {teamOf(agent, language) ?? tenantNames.get(agent.tenant_id) ?? "—"}
          </span>
        ),
      },
    ],
    [t, queueNames, tenantNames, place, language],
  );
  return (
    <div ref={box} className="flex min-h-0 flex-1 flex-col">
      <DataTable
        label={t("agent.table")}
        columns={columns}
        rows={agents}
        rowId={(agent) => agent.id}
        initialSort={{ id: "state", desc: false }}
        minWidth={760}
        className="flex-1"
        empty={
          <EmptyState icon="users" title={filtered ? t("agent.noneFound") : t("agent.none")}>
            {filtered ? t("agent.noneFoundText") : t("agent.noneText")}
          </EmptyState>
        }
      />
    </div>
  );
}

/** How many handlings of how many: a box for each. */
function Load({ agent }: { agent: WallAgent }) {
  const { t } = useTranslation("wall");
  const capacity = Math.max(capacityOf(agent), agent.engaged);
  return (
    <span className="flex items-center gap-2">
      <span className="flex gap-0.5" aria-hidden="true">
        {Array.from({ length: Math.min(capacity, 8) }, (_, i) => (
          <span
            key={i}
            className={`h-3 w-2 rounded-[2px] border ${i < agent.engaged ? "border-engaged bg-engaged" : "border-edge"}`}
          />
        ))}
      </span>
      <span className="tabular text-sm text-ink-2">
        {agent.engaged}/{capacity}
      </span>
      <span className="sr-only">{t("agent.loadWords", { engaged: agent.engaged, capacity })}</span>
    </span>
  );
}

/** The oldest in words, the others as a number. */
function Work({ agent, queueNames }: { agent: WallAgent; queueNames: ReadonlyMap<string, string> }) {
  const { t } = useTranslation("wall");
  const mayJoin = useMayJoin();
  const [first, ...others] = [...agent.current].sort((a, b) => a.since_at - b.since_at);
  if (!first) return <span className="text-ink-3">—</span>;
  const name = (id: string): string => queueNames.get(id) ?? "—";
  const words = t("agent.more", {
    count: others.length,
    names: others.map((work) => name(work.queue_id)).join("、"),
  });
  return (
    <span className="flex min-w-0 items-center gap-2 text-ink-2">
      {mayJoin
        ? agent.calls
            ?.filter(({ medium }) => medium === "voice")
            .map((call) => <CallMenu key={call.interaction_id} agent={agent} call={call} />)
        : null}
      <span className="truncate">{name(first.queue_id)}</span>
      <Since at={first.since_at} className="text-sm text-ink-3" />
      {others.length > 0 ? (
        <span className="tabular shrink-0 text-sm text-ink-3" title={words}>
          <span aria-hidden="true">+{others.length}</span>
          <span className="sr-only">{words}</span>
        </span>
      ) : null}
    </span>
  );
}
