/** The desk's questions to the HTTP API. */
import { queryOptions } from "@tanstack/react-query";
import { api, type Page } from "../app/api.ts";

export interface Canned {
  id: string;
  title: string;
  text: string;
  shortcut?: string | null;
  locale?: string | null;
  queue_id?: string | null;
}

export interface Disposition {
  id: string;
  code: string;
  name: string;
  name_en?: string | null;
  group?: string | null;
  group_en?: string | null;
  retired?: boolean;
}

export interface CustomerCard {
  id: string;
  name: string;
  locale?: string | null;
  note?: string | null;
  identities: { id?: string; kind: string; value: string }[];
}

export interface EarlierContact {
  id: string;
  started_at: number;
  closed_at?: number | null;
  queue_name?: string | null;
  queue_name_en?: string | null;
  agent_names?: string[];
  disposition_name?: string | null;
  disposition?: string | null;
  wrap_up?: string | null;
  rating?: number | null;
}

export interface TransferQueue {
  id: string;
  name: string;
  name_en?: string | null;
  waiting: number;
  available_agents: number;
}

export interface TransferPerson {
  id: string;
  name: string;
  team?: string | null;
  state: "available" | "not_ready" | "after_contact_work";
  reason?: string | null;
  since_at: number;
  engaged: number;
  capacity: { chat?: number; voice?: number; social?: number; email?: number; sms?: number };
  level?: number;
  eligible?: boolean;
}

export interface TransferTargets {
  queues: TransferQueue[];
  people: TransferPerson[];
}

export const cannedQuery = (tenantId: string) =>
  queryOptions({
    queryKey: ["canned", tenantId],
    queryFn: async () =>
      (await api.get<Page<Canned>>("/api/canned", { tenant_id: tenantId, limit: 500 })).items,
    staleTime: 5 * 60_000,
  });

export const dispositionsQuery = (tenantId: string) =>
  queryOptions({
    queryKey: ["dispositions", tenantId],
    queryFn: async () =>
      (
        await api.get<Page<Disposition>>("/api/dispositions", { tenant_id: tenantId, limit: 500 })
      ).items.filter((disposition) => !disposition.retired),
    staleTime: 5 * 60_000,
  });

export const customerQuery = (id: string) =>
  queryOptions({
    queryKey: ["customer", id],
    queryFn: () => api.get<CustomerCard>(`/api/customers/${id}`),
    staleTime: 60_000,
  });

export const earlierContactsQuery = (customerId: string) =>
  queryOptions({
    queryKey: ["customer", customerId, "contacts"],
    queryFn: async () =>
      (await api.get<Page<EarlierContact>>(`/api/customers/${customerId}/contacts`, { limit: 20 })).items,
    // A customer who comes back at once has a contact more, and its wrap-up.
    staleTime: 0,
  });

export const transferTargetsQuery = (interactionId: string) =>
  queryOptions({
    queryKey: ["transfer-targets", interactionId],
    queryFn: () => api.get<TransferTargets>("/api/transfer-targets", { interaction_id: interactionId }),
    refetchInterval: 3_000,
    staleTime: 0,
    gcTime: 0,
  });
