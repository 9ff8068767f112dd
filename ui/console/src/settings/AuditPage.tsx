/** The audit trail: who did what to whose thing, newest first, and whether it is still as it was written. */
import { useInfiniteQuery, useMutation } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button, Dialog, EmptyState, Notice, SearchField, Select, Skeleton } from "@kit/ui";
import { type DataColumn, DataTable } from "@kit/ui/DataTable.tsx";
import { api, type Page } from "../app/api.ts";
import { useHome } from "./parts/fields.tsx";
import { useTenantNames } from "./parts/names.ts";
import { LoadFailed, PageHead, Sheet } from "./parts/Page.tsx";
import { useWhen } from "./parts/when.ts";
import type { AuditItem } from "./wire.ts";

const PAGE = 100;

interface AuditState {
  intact: boolean;
  broken_seq: number | null;
  why: string | null;
}

function useAudit(tenant: string, action: string) {
  return useInfiniteQuery({
    queryKey: ["settings", "/api/audit", tenant, action],
    queryFn: ({ pageParam, signal }) =>
      api.get<Page<AuditItem>>(
        "/api/audit",
        { tenant_id: tenant, action, cursor: pageParam, limit: PAGE },
        { signal },
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
  });
}

export function AuditPage() {
  const { t } = useTranslation("settings");
  const tenants = useTenantNames();
  const home = useHome();
  const [tenant, setTenant] = useState(home);
  const [action, setAction] = useState("");
  const [open, setOpen] = useState<AuditItem | null>(null);
  const audit = useAudit(tenant, action.trim());
  const rows = useMemo(() => audit.data?.pages.flatMap((page) => page.items) ?? [], [audit.data]);
  const columns = useColumns(setOpen);
  return (
    <>
      <PageHead title={t("audit.title")} explain={t("audit.explain")} action={<Verify tenant={tenant} />} />
      <div role="search" aria-label={t("audit.title")} className="flex flex-wrap items-center gap-2 pb-3">
        <SearchField
          label={t("audit.action")}
          clearLabel={t("clear")}
          className="w-56"
          value={action}
          onChange={setAction}
          placeholder={t("audit.actionPlaceholder")}
        />
        {tenants.options.length > 1 ? (
          <Select
            hideLabel
            label={t("tenant")}
            className="w-44"
            value={tenant}
            onChange={setTenant}
            options={tenants.options}
          />
        ) : null}
      </div>
      {audit.isError ? <LoadFailed error={audit.error} onRetry={() => void audit.refetch()} /> : null}
      <Sheet className="flex min-h-0 flex-1 flex-col">
        {audit.isPending ? (
          <div role="status" aria-label={t("loading")} className="p-5">
            <Skeleton lines={8} />
          </div>
        ) : (
          <DataTable
            label={t("audit.title")}
            columns={columns}
            rows={rows}
            rowId={(row) => String(row.seq)}
            minWidth={660}
            wraps
            className="flex-1"
            empty={
              <EmptyState icon="audit" title={t("audit.empty")}>
                {t("audit.emptyText")}
              </EmptyState>
            }
          />
        )}
        {audit.hasNextPage ? (
          <footer className="flex h-11 shrink-0 items-center justify-end border-t border-line px-3">
            <Button size="sm" isPending={audit.isFetchingNextPage} onPress={() => void audit.fetchNextPage()}>
              {t("more")}
            </Button>
          </footer>
        ) : null}
      </Sheet>
      <Entry entry={open} onClose={() => setOpen(null)} />
    </>
  );
}

function useColumns(onOpen: (row: AuditItem) => void): DataColumn<AuditItem>[] {
  const { t } = useTranslation("settings");
  const when = useWhen();
  return useMemo(
    () => [
      { id: "seq", header: t("audit.seq"), align: "end", width: "72px", cell: (row) => row.seq },
      {
        id: "at",
        header: t("audit.at"),
        width: "15%",
        cell: (row) => <span className="tabular">{when(row.at)}</span>,
      },
      {
        id: "actor",
        header: t("audit.actor"),
        width: "18%",
        cell: (row) => (
          <span className="foreign text-ink">
            {row.actor_name || t(`audit.kind.${row.actor_kind}`, { defaultValue: row.actor_kind })}
          </span>
        ),
      },
      {
        id: "action",
        header: t("audit.action"),
        isRowHeader: true,
        cell: (row) => (
          <button
            type="button"
            onClick={() => onOpen(row)}
            className="text-left font-medium text-ink after:absolute after:inset-0"
          >
            {t(`audit.act.${row.action.replace(".", "_")}`, { defaultValue: row.action })}
          </button>
        ),
      },
      {
        id: "object",
        header: t("audit.object"),
        width: "26%",
        cell: (row) => (
          <span className="text-ink-2">
            {t(`audit.kind.${row.object_kind}`, { defaultValue: row.object_kind })}{" "}
            <code className="font-mono text-sm text-ink-3">{row.object_id.slice(-8)}</code>
          </span>
        ),
      },
      {
        id: "address",
        header: t("audit.address"),
        width: "14%",
        cell: (row) => <code className="font-mono text-sm text-ink-2">{row.address || "—"}</code>,
      },
    ],
    [t, when, onOpen],
  );
}

function Entry({ entry, onClose }: { entry: AuditItem | null; onClose: () => void }) {
  const { t } = useTranslation("settings");
  const facts: [string, string][] = entry
    ? [
        ["seq", String(entry.seq)],
        ["at", new Date(entry.at).toISOString()],
        ["actor", `${entry.actor_kind} ${entry.actor_id}`],
        ["action", entry.action],
        ["object", `${entry.object_kind} ${entry.object_id}`],
        ["address", entry.address],
        ...(entry.hash ? ([["hash", entry.hash]] as [string, string][]) : []),
      ]
    : [];
  return (
    <Dialog isOpen={entry !== null} onClose={onClose} title={t("audit.entry")}>
      <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-1 text-md">
        {facts.map(([name, value]) => (
          <div key={name} className="contents">
            <dt className="text-ink-3">{t(`audit.${name}`)}</dt>
            <dd className="font-mono break-all text-ink">{value}</dd>
          </div>
        ))}
      </dl>
      <h3 className="pt-3 pb-1 text-md font-semibold text-ink-2">{t("audit.detail")}</h3>
      <pre className="foreign max-h-72 overflow-auto rounded-sm bg-sunken p-3 font-mono text-sm whitespace-pre-wrap text-ink">
        {JSON.stringify(entry?.detail ?? {}, null, 2)}
      </pre>
    </Dialog>
  );
}

/** Recomputes the chain of hashes and says what it found. */
function Verify({ tenant }: { tenant: string }) {
  const { t } = useTranslation("settings");
  const check = useMutation({
    mutationFn: () => api.get<AuditState>("/api/audit/verify", { tenant_id: tenant }),
  });
  const state = check.data;
  return (
    <>
      {state ? (
        <Notice tone={state.intact ? "ok" : "bad"} live className="py-1">
          {state.intact
            ? t("audit.intact")
            : t("audit.broken", {
                seq: state.broken_seq ?? 0,
                why: t(`audit.why.${state.why ?? "changed"}`, { defaultValue: state.why ?? "" }),
              })}
        </Notice>
      ) : check.isError ? (
        <Notice tone="bad" live className="py-1">
          {t("audit.verifyFailed")}
        </Notice>
      ) : null}
      <Button icon="shield" isPending={check.isPending} onPress={() => check.mutate()}>
        {t("audit.verify")}
      </Button>
    </>
  );
}
