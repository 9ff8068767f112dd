/** Reading, saving, publishing, trying and storing sounds by the API. */
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import { api } from "../app/api.ts";
import type { Flow, Found, Move, PromptFile, PromptList, ReceptionView, SavedDraft, Tried } from "./wire.ts";

const PATH = "/api/reception";

export function receptionQuery(tenant_id: string) {
  return queryOptions({
    queryKey: ["reception", tenant_id],
    queryFn: ({ signal }) => api.get<ReceptionView>(PATH, { tenant_id }, { signal }),
  });
}

export const promptsQuery = queryOptions({
  queryKey: ["reception", "prompts"],
  queryFn: ({ signal }) => api.get<PromptList>(`${PATH}/prompts`, {}, { signal }),
  staleTime: Number.POSITIVE_INFINITY,
});

export function checkFlow(tenant_id: string, flow: Flow, signal: AbortSignal): Promise<Found> {
  return api.post<Found>(`${PATH}/draft/check?tenant_id=${tenant_id}`, { flow }, { signal });
}

export function tryFlow(flow: Flow, move: Move, state: Tried["state"] | null): Promise<Tried> {
  return api.post<Tried>(`${PATH}/try`, { flow, move, state });
}

const match = (etag: string) => ({ headers: { "If-Match": etag } });

export function useRenew(): () => Promise<void> {
  const client = useQueryClient();
  return useCallback(() => client.invalidateQueries({ queryKey: ["reception"] }), [client]);
}

export function useSaveDraft(tenant_id: string) {
  return useMutation({
    mutationFn: ({ flow, note, etag }: { flow: Flow; note: string; etag: string }) =>
      api.put<SavedDraft>(`${PATH}/draft?tenant_id=${tenant_id}`, { flow, note }, match(etag)),
  });
}

export function useDropDraft(tenant_id: string) {
  const renew = useRenew();
  return useMutation({
    mutationFn: (etag: string) => api.delete(`${PATH}/draft?tenant_id=${tenant_id}`, undefined, match(etag)),
    onSettled: renew,
  });
}

export function usePublish(tenant_id: string) {
  const renew = useRenew();
  return useMutation({
    mutationFn: ({ version, etag }: { version: number; etag: string }) =>
      api.post(`${PATH}/draft/publish?tenant_id=${tenant_id}`, { version, etag }),
    onSettled: renew,
  });
}

export function useRestore(tenant_id: string) {
  const renew = useRenew();
  return useMutation({
    mutationFn: ({ version, etag }: { version: number; etag: string }) =>
      api.post(`${PATH}/versions/${version}/restore?tenant_id=${tenant_id}`, {}, match(etag)),
    onSettled: renew,
  });
}

export function usePutFile(tenant_id: string) {
  const renew = useRenew();
  return useMutation({
    mutationFn: ({ locale, key, file }: { locale: string; key: string; file: File }) =>
      api.put<PromptFile>(`${PATH}/files/${locale}/${key}?tenant_id=${tenant_id}`, file, {
        headers: { "X-File-Name": encodeURIComponent(file.name) },
      }),
    onSettled: renew,
  });
}

export function useDropFile(tenant_id: string) {
  const renew = useRenew();
  return useMutation({
    mutationFn: ({ locale, key }: { locale: string; key: string }) =>
      api.delete(`${PATH}/files/${locale}/${key}?tenant_id=${tenant_id}`),
    onSettled: renew,
  });
}
