/** Reading, saving, publishing, trying and storing sounds by the API. */
import { queryOptions, useMutation } from "@tanstack/react-query";
import { api } from "../app/api.ts";
import { versionActs } from "../versions/data.ts";
import type { Found } from "../versions/wire.ts";
import type { Flow, Move, PromptFile, PromptList, ReceptionView, SavedDraft, Tried } from "./wire.ts";

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

export function tryFlow(
  tenant_id: string,
  flow: Flow,
  move: Move,
  state: Tried["state"] | null,
): Promise<Tried> {
  return api.post<Tried>(`${PATH}/try?tenant_id=${tenant_id}`, { flow, move, state });
}

export const { useRenew, useSaveDraft, useDropDraft, usePublish, useRestore } = versionActs<
  { flow: Flow; note: string },
  SavedDraft
>(PATH, "reception");

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
