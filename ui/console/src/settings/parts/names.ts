/** Names of things by id, in the reader's language. */
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { Option } from "@kit/ui";
import { hasScope, useSession } from "../../app/session.tsx";
import type { QueueItem, SkillItem, TeamItem, TenantItem } from "../wire.ts";
import { listQuery } from "./data.ts";

interface Named {
  name: string;
  name_en?: string | null;
}

/** English where the reader wants it and there is one; Chinese otherwise. */
export function localName(item: Named, locale: string): string {
  return (locale.startsWith("en") && item.name_en) || item.name;
}

export interface Names {
  of: (id: string | null | undefined) => string;
  options: Option[];
}

function useNames(items: readonly (Named & { id: string })[] | undefined): Names {
  const { i18n } = useTranslation("settings");
  const locale = i18n.language;
  return useMemo(() => {
    const map = new Map((items ?? []).map((item) => [item.id, localName(item, locale)]));
    return {
      of: (id) => (id ? (map.get(id) ?? "—") : "—"),
      options: [...map].map(([id, label]) => ({ id, label })),
    };
  }, [items, locale]);
}

/** The tenants that this person works for; a city operator sees them all. */
export function useTenantNames(): Names {
  const session = useSession();
  const all = useQuery({
    ...listQuery<TenantItem>("/api/tenants"),
    enabled: hasScope(session, "settings.read"),
    retry: false,
  });
  const items = useMemo<TenantItem[]>(() => {
    const known = new Map<string, TenantItem>(session.tenants.map((tenant) => [tenant.id, tenant]));
    for (const tenant of all.data ?? []) known.set(tenant.id, tenant);
    return [...known.values()];
  }, [session.tenants, all.data]);
  return useNames(items);
}

export function useSkillNames(): Names {
  return useNames(useQuery(listQuery<SkillItem>("/api/skills")).data);
}

export function useTeamNames(): Names {
  return useNames(useQuery(listQuery<TeamItem>("/api/teams")).data);
}

export function useQueueNames(): Names {
  return useNames(useQuery(listQuery<QueueItem>("/api/queues")).data);
}

export function useHoursNames(): Names {
  return useNames(useQuery(listQuery<Named & { id: string }>("/api/hours")).data);
}
