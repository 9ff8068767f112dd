/** Reading, saving, publishing and switching by the API. */
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import { useTranslation } from "react-i18next";
import { api, Problem } from "../app/api.ts";
import { leanBody } from "./model.ts";
import type {
  Body,
  Checked,
  Finding,
  PolicyView,
  Published,
  SavedDraft,
  Vocabulary,
  WireBody,
} from "./wire.ts";

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

const match = (etag: string) => ({ headers: { "If-Match": etag } });

/** All that is read of policies is renewed. */
export function useRenew(): () => Promise<void> {
  const client = useQueryClient();
  return useCallback(() => client.invalidateQueries({ queryKey: ["routing"] }), [client]);
}

export function useSaveDraft(tenant_id: string) {
  return useMutation({
    mutationFn: ({ body, note, etag }: { body: WireBody; note: string; etag: string }) =>
      api.put<SavedDraft>(`${PATH}/draft?tenant_id=${tenant_id}`, { body, note }, match(etag)),
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
      api.post<Published>(`${PATH}/draft/publish?tenant_id=${tenant_id}`, { version, etag }),
    onSettled: renew,
  });
}

export function useRestore(tenant_id: string) {
  const renew = useRenew();
  return useMutation({
    mutationFn: ({ version, etag }: { version: number; etag: string }) =>
      api.post<SavedDraft>(`${PATH}/versions/${version}/restore?tenant_id=${tenant_id}`, {}, match(etag)),
    onSettled: renew,
  });
}

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

export function isChanged(reason: unknown): boolean {
  return reason instanceof Problem && reason.status === 412;
}

/** The findings with which the server refused to publish. */
export function findingsOf(reason: unknown): Finding[] {
  if (!(reason instanceof Problem)) return [];
  return reason.errors.map((error) => {
    const finding = error as unknown as Finding;
    return { ...finding, message: finding.message ?? error.title ?? error.code };
  });
}

/** A refusal in the reader's language. */
export function useSayProblem(): (reason: unknown) => string {
  const { t } = useTranslation("settings");
  return useCallback(
    (reason) =>
      reason instanceof Problem && reason.status !== 0 && reason.title !== ""
        ? reason.title
        : t("fault.unreachable"),
    [t],
  );
}
