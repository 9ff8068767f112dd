/** What the wall's pages read: the feed's topics as lists, names of tenants, today's figures. */
import { queryOptions, useQuery } from "@tanstack/react-query";
import { useCallback, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { useFeed } from "@kit/feed";
import { api } from "../app/api.ts";
import { useSession } from "../app/session.tsx";
import { localName } from "../settings/parts/names.ts";
import {
  alertKey,
  inHouseOrder,
  rulesOf,
  type TodayInterval,
  type WallAgent,
  type WallAlert,
  type WallQueue,
  type WallRule,
} from "./model.ts";

export interface Wall {
  /** `null`: no snapshot yet. */
  queues: WallQueue[] | null;
  agents: WallAgent[];
  alerts: WallAlert[];
  /** Rules that hold just now. */
  rules: WallRule[];
  tenantNames: ReadonlyMap<string, string>;
  tenantOfQueue: ReadonlyMap<string, string>;
}

export function useWall(): Wall {
  const { i18n } = useTranslation("wall");
  const session = useSession();
  const queues = useFeed("wall", (data) => data?.queues);
  const agents = useFeed("wall", (data) => data?.agents);
  const alerts = useFeed("wall", (data) => data?.alerts);
  const tenantNames = useMemo(
    () => new Map(session.tenants.map((tenant) => [tenant.id, localName(tenant, i18n.language)])),
    [session.tenants, i18n.language],
  );
  const queueList = useMemo(
    () => (queues ? inHouseOrder(Object.values(queues), tenantNames) : null),
    [queues, tenantNames],
  );
  return {
    queues: queueList,
    agents: useMemo(() => Object.values(agents ?? {}), [agents]),
    alerts: useMemo(() => Object.values(alerts ?? {}), [alerts]),
    rules: useMemo(() => rulesOf(queueList ?? []), [queueList]),
    tenantNames,
    tenantOfQueue: useMemo(
      () => new Map(queueList?.map((queue) => [queue.id, queue.tenant_id])),
      [queueList],
    ),
  };
}

export function queueName(queue: WallQueue, locale: string): string {
  return (locale.startsWith("en") && queue.name_en) || queue.name;
}

export function useQueueName(): (queue: WallQueue) => string {
  const { i18n } = useTranslation("wall");
  const locale = i18n.language;
  return useCallback((queue) => queueName(queue, locale), [locale]);
}

export interface TodayQueue {
  queue_id: string;
  tenant_id: string;
  name: string;
  name_en?: string | null;
  offered: number;
  answered: number;
  answered_in_time: number;
  abandoned: number;
  abandoned_in_time: number;
  waiting: number;
  service_level: { percent: number | null; threshold_ms: number; goal: number | null; rule: string };
  asa_ms: number | null;
  aht_ms: number | null;
  csat: number | null;
  ratings: number;
  simulated?: { offered: number; answered: number; abandoned: number };
}

export interface Today {
  from_at: number;
  to_at: number;
  zone: string;
  simulated: "both" | "exclude" | "only";
  rules: Record<string, string>;
  queues: TodayQueue[];
  /** Over all queues: each judged by its own threshold, so there is none to name here. */
  total: {
    offered: number;
    answered: number;
    abandoned: number;
    service_level: number | null;
    asa_ms: number | null;
    aht_ms: number | null;
    csat: number | null;
  };
  intervals: TodayInterval[];
}

export function todayQuery(locale: string) {
  return queryOptions({
    // Rules come in the reader's language.
    queryKey: ["wall", "today", locale],
    queryFn: ({ signal }) => api.get<Today>("/api/wall/today", undefined, { signal }),
    refetchInterval: 15_000,
  });
}

export function useToday() {
  const { i18n } = useTranslation("wall");
  return useQuery(todayQuery(i18n.language));
}

const STORED = "rexian.wall.acknowledged";

function stored(): Set<string> {
  try {
    const list: unknown = JSON.parse(localStorage.getItem(STORED) ?? "[]");
    return new Set(Array.isArray(list) ? list.filter((key): key is string => typeof key === "string") : []);
  } catch {
    return new Set();
  }
}

/** Which alerts this person has seen, kept in this browser. Alerts that are over are forgotten. */
export function useAcknowledged(alerts: readonly WallAlert[]): {
  has: ReadonlySet<string>;
  toggle: (alert: WallAlert) => void;
} {
  const [has, setHas] = useState(stored);
  const toggle = useCallback(
    (alert: WallAlert) => {
      const live = new Set(alerts.map(alertKey));
      const next = new Set([...has].filter((key) => live.has(key)));
      const key = alertKey(alert);
      if (!next.delete(key)) next.add(key);
      setHas(next);
      try {
        localStorage.setItem(STORED, JSON.stringify([...next]));
      } catch {
        // Kept for this page only then.
      }
    },
    [alerts, has],
  );
  return { has, toggle };
}
