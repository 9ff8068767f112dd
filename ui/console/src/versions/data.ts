/** Saving, dropping, publishing and restoring by the API, and what its refusals mean. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import { useTranslation } from "react-i18next";
import { api, Problem } from "../app/api.ts";
import type { Finding } from "./wire.ts";

const match = (etag: string) => ({ headers: { "If-Match": etag } });

/** The acts on what is kept in versions at `path`. `key`: with what the keys of all its queries begin. */
export function versionActs<Body extends object, Saved>(path: string, key: string) {
  const at = (tail: string, tenant_id: string) => `${path}/${tail}?tenant_id=${tenant_id}`;

  /** All that is read of it is renewed. */
  function useRenew(): () => Promise<void> {
    const client = useQueryClient();
    return useCallback(() => client.invalidateQueries({ queryKey: [key] }), [client]);
  }

  function useSaveDraft(tenant_id: string) {
    return useMutation({
      mutationFn: ({ body, etag }: { body: Body; etag: string }) =>
        api.put<Saved>(at("draft", tenant_id), body, match(etag)),
    });
  }

  function useDropDraft(tenant_id: string) {
    const renew = useRenew();
    return useMutation({
      mutationFn: (etag: string) => api.delete(at("draft", tenant_id), undefined, match(etag)),
      onSettled: renew,
    });
  }

  function usePublish(tenant_id: string) {
    const renew = useRenew();
    return useMutation({
      mutationFn: ({ version, etag }: { version: number; etag: string }) =>
        api.post(at("draft/publish", tenant_id), { version, etag }),
      onSettled: renew,
    });
  }

  function useRestore(tenant_id: string) {
    const renew = useRenew();
    return useMutation({
      mutationFn: ({ version, etag }: { version: number; etag: string }) =>
        api.post(at(`versions/${version}/restore`, tenant_id), {}, match(etag)),
      onSettled: renew,
    });
  }

  return { useRenew, useSaveDraft, useDropDraft, usePublish, useRestore };
}

export type Restore = ReturnType<typeof versionActs>["useRestore"];

/** Somebody else has saved since this was read. */
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
