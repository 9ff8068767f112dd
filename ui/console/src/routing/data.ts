/** Reading, saving, publishing and switching by the API. */
import { queryOptions, useMutation } from "@tanstack/react-query";
import { api } from "../app/api.ts";
import { versionActs } from "../versions/data.ts";
import { leanBody } from "./model.ts";
import type { Body, Checked, PolicyView, SavedDraft, Vocabulary, WireBody } from "./wire.ts";

const PATH = "/api/routing";

/** Words come in the reader's language, so it is part of the key. */
export function policyQuery(tenant_id: string, locale: string) {
  return queryOptions({
    queryKey: ["routing", "policy", tenant_id, locale],
    queryFn: ({ signal }) => api.get<PolicyView>(`${PATH}/policy`, { tenant_id }, { signal }),
  });
}

export function vocabularyQuery(tenant_id: string) {
  return queryOptions({
    queryKey: ["routing", "vocabulary", tenant_id],
    queryFn: ({ signal }) => api.get<Vocabulary>(`${PATH}/vocabulary`, { tenant_id }, { signal }),
    staleTime: 60_000,
  });
}

export interface Scope {
  tenant_id: string;
}

export function checkBody(tenant_id: string, body: Body, signal?: AbortSignal): Promise<Checked> {
  return api.post<Checked>(
    `${PATH}/draft/check?tenant_id=${tenant_id}`,
    { body: leanBody(body) },
    signal ? { signal } : {},
  );
}

export const { useRenew, useSaveDraft, useDropDraft, usePublish, useRestore } = versionActs<
  { body: WireBody; note: string },
  SavedDraft
>(PATH, "routing");

export interface SwitchAct {
  tenant_id: string;
  rule_id: string;
  on: boolean;
}

export function useSwitch() {
  const renew = useRenew();
  return useMutation({
    mutationFn: ({ tenant_id, rule_id, on }: SwitchAct) =>
      api.post(`${PATH}/rules/${encodeURIComponent(rule_id)}/switch?tenant_id=${tenant_id}`, { on }),
    onSettled: renew,
  });
}
