/** Queues as they are now; a row's name opens what waits in it. */
import { Link } from "@tanstack/react-router";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { cx, EmptyState, Icon } from "@kit/ui";
import { type DataColumn, DataTable } from "@kit/ui/DataTable.tsx";
import { Since, useWallNow } from "./clock.tsx";
import { type Urgency, type WallQueue, waitUrgency } from "./model.ts";
import { LevelFigure } from "./parts.tsx";
import { useQueueName } from "./useWall.ts";

interface Props {
  queues: readonly WallQueue[];
  tenantNames: ReadonlyMap<string, string>;
  selected: string | undefined;
}

export function QueueTable({ queues, tenantNames, selected }: Props) {
  const { t } = useTranslation("wall");
  const name = useQueueName();
  const columns = useMemo<DataColumn<WallQueue>[]>(
    () => [
      {
        id: "name",
        header: t("queue.name"),
        isRowHeader: true,
        sort: name,
        cell: (queue) => <QueueCell queue={queue} name={name(queue)} />,
      },
      {
        id: "tenant",
        header: t("queue.tenant"),
        width: "16%",
        sort: (queue) => tenantNames.get(queue.tenant_id) ?? null,
        cell: (queue) => <span className="text-ink-2">{tenantNames.get(queue.tenant_id) ?? "—"}</span>,
      },
      {
        id: "waiting",
        header: t("queue.waiting"),
        align: "end",
        width: "76px",
        sort: (queue) => queue.waiting,
        cell: (queue) => <Waiting queue={queue} />,
      },
      {
        id: "longest",
        header: t("queue.longest"),
        explain: t("queue.longestExplain"),
        align: "end",
        width: "100px",
        // Longer waits began earlier: the age sorts, not the instant.
        sort: (queue) => (queue.oldest_since_at === null ? null : -queue.oldest_since_at),
        cell: (queue) => <Longest queue={queue} />,
      },
      {
        id: "talking",
        header: t("queue.talking"),
        align: "end",
        width: "84px",
        sort: (queue) => queue.talking,
        cell: (queue) => <Figure value={queue.talking} />,
      },
      {
        id: "available",
        header: t("queue.available"),
        explain: t("queue.availableExplain"),
        align: "end",
        width: "88px",
        sort: (queue) => queue.available_agents,
        cell: (queue) => <Available queue={queue} />,
      },
      {
        id: "level",
        header: t("queue.level"),
        explain: t("queue.levelExplain"),
        align: "end",
        width: "92px",
        sort: (queue) => queue.service_level.percent,
        cell: (queue) => <LevelFigure level={queue.service_level} />,
      },
      {
        id: "answered",
        header: t("queue.answered"),
        align: "end",
        width: "92px",
        sort: (queue) => queue.today.answered,
        cell: (queue) => <Figure value={queue.today.answered} />,
      },
      {
        id: "abandoned",
        header: t("queue.abandoned"),
        explain: t("queue.abandonedExplain"),
        align: "end",
        width: "96px",
        sort: (queue) => queue.today.abandoned,
        cell: (queue) => <Figure value={queue.today.abandoned} />,
      },
    ],
    [t, name, tenantNames],
  );
  return (
    <DataTable
      label={t("queue.table")}
      columns={columns}
      rows={queues}
      rowId={(queue) => queue.id}
      isSelected={(queue) => queue.id === selected}
      rowHeight={36}
      minWidth={900}
      empty={
        <EmptyState icon="queue" title={t("queue.none")}>
          {t("queue.noneText")}
        </EmptyState>
      }
    />
  );
}

function QueueCell({ queue, name }: { queue: WallQueue; name: string }) {
  return (
    <Link
      to="/app/wall"
      search={(before) => ({ ...before, queue: queue.id })}
      className="block truncate font-medium text-ink after:absolute after:inset-0"
    >
      {name}
    </Link>
  );
}

/** A plain number; nothing at all is quieter than something. */
export function Figure({ value }: { value: number }) {
  return <span className={value === 0 ? "text-ink-3" : "text-ink"}>{value}</span>;
}

const URGENCY: Record<Urgency, string> = {
  calm: "text-ink",
  watch: "text-warn-ink font-semibold",
  late: "text-bad-ink font-semibold",
};

function Waiting({ queue }: { queue: WallQueue }) {
  if (queue.waiting === 0) return <span className="text-ink-3">0</span>;
  return <span className="text-base font-semibold text-ink">{queue.waiting}</span>;
}

export function Longest({ queue }: { queue: WallQueue }) {
  const { t } = useTranslation("wall");
  const urgency = waitUrgency(queue, useWallNow());
  if (queue.oldest_since_at === null || queue.waiting === 0) return <span className="text-ink-3">—</span>;
  return (
    <span className={cx("inline-flex items-center gap-1", URGENCY[urgency])} title={t(`urgency.${urgency}`)}>
      {urgency === "calm" ? null : <Icon name={urgency === "late" ? "alert" : "hourglass"} size={14} />}
      <Since at={queue.oldest_since_at} />
      {urgency === "calm" ? null : <span className="sr-only">{t(`urgency.${urgency}`)}</span>}
    </span>
  );
}

function Available({ queue }: { queue: WallQueue }) {
  const { t } = useTranslation("wall");
  if (queue.available_agents > 0) return <span className="text-ink">{queue.available_agents}</span>;
  if (queue.waiting === 0) return <span className="text-ink-3">0</span>;
  return (
    <span className="inline-flex items-center gap-1 font-semibold text-bad-ink" title={t("queue.nobody")}>
      <Icon name="alert" size={14} />0<span className="sr-only">{t("queue.nobody")}</span>
    </span>
  );
}
