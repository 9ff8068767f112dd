/** How callers are received: what they hear, which keys there are, where those lead; tried in text, then published. */
import { useBlocker, useNavigate, useSearch } from "@tanstack/react-router";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { Badge, ConfirmDialog, Select, Skeleton, Tabs } from "@kit/ui";
import { hasScope, useSession } from "../app/session.tsx";
import { listQuery } from "../settings/parts/data.ts";
import { useTenantNames } from "../settings/parts/names.ts";
import { LoadFailed, PageHead } from "../settings/parts/Page.tsx";
import { useWhen } from "../settings/parts/when.ts";
import type { QueueItem } from "../settings/wire.ts";
import { Bar } from "./Bar.tsx";
import { promptsQuery, receptionQuery } from "./data.ts";
import { type Editor, useNames, useUsual } from "./editor.ts";
import { FlowForm } from "./FlowForm.tsx";
import { History } from "./History.tsx";
import { SoundsPanel } from "./Panels.tsx";
import { TryOut } from "./TryOut.tsx";
import { useDraft } from "./useDraft.ts";
import type { ReceptionView } from "./wire.ts";

export function ReceptionPage() {
  const { t } = useTranslation("reception");
  const session = useSession();
  const tenants = useTenantNames();
  const navigate = useNavigate();
  const search = useSearch({ strict: false });
  const queues = useQuery(listQuery<QueueItem>("/api/queues"));
  const home = session.person.tenant_id;
  const first = queues.data?.some(({ tenant_id }) => tenant_id === home) ? home : queues.data?.[0]?.tenant_id;
  const tenant = search.tenant ?? (queues.data ? (first ?? home) : undefined);
  const [dirty, setDirty] = useState(false);
  const [next, setNext] = useState<string | null>(null);
  const choose = (id: string | null) => {
    setNext(null);
    setDirty(false);
    if (id) void navigate({ to: ".", search: (before) => ({ ...before, tenant: id, id: undefined }) });
  };
  return (
    <>
      <PageHead
        title={t("title")}
        explain={t("explain")}
        action={
          tenants.options.length > 1 ? (
            <Select
              hideLabel
              label={t("settings:tenant")}
              className="w-44"
              value={tenant ?? null}
              onChange={(id) => (dirty ? setNext(id) : choose(id))}
              options={tenants.options}
            />
          ) : null
        }
      />
      {tenant ? <Read key={tenant} tenant_id={tenant} onDirty={setDirty} /> : <Pending />}
      <LeaveQuestion isOpen={next !== null} onStay={() => setNext(null)} onLeave={() => choose(next)} />
    </>
  );
}

function Pending() {
  const { t } = useTranslation("reception");
  return (
    <div role="status" aria-label={t("loading")} className="rounded-lg border border-line bg-surface p-5">
      <Skeleton lines={8} />
    </div>
  );
}

interface ReadProps {
  tenant_id: string;
  onDirty: (dirty: boolean) => void;
}

function Read({ tenant_id, onDirty }: ReadProps) {
  const view = useQuery({ ...receptionQuery(tenant_id), refetchInterval: 15_000 });
  if (view.data) return <Shown view={view.data} onDirty={onDirty} />;
  if (view.isError) return <LoadFailed error={view.error} onRetry={() => void view.refetch()} />;
  return <Pending />;
}

type Tab = "flow" | "try" | "sounds" | "history";

function Shown({ view, onDirty }: { view: ReceptionView; onDirty: (dirty: boolean) => void }) {
  const { t } = useTranslation("reception");
  const mayEdit = hasScope(useSession(), "settings.write");
  const draft = useDraft(view);
  const prompts = useQuery(promptsQuery);
  const usual = useUsual();
  const names = useNames(view.tenant_id);
  const [tab, setTab] = useState<Tab>("flow");
  const { dirty, flow } = draft;
  useEffect(() => onDirty(dirty), [dirty, onDirty]);
  const editor: Editor = {
    tenant_id: view.tenant_id,
    flow,
    change: (patch) => draft.change({ ...flow, ...patch }),
    errors: draft.found.errors,
    warnings: draft.found.warnings,
    files: view.files,
    mayEdit,
    usual,
    words: prompts.data?.menu ?? null,
    ...names,
  };
  const bar = mayEdit ? <Bar view={view} draft={draft} /> : null;
  return (
    <>
      <LeaveGuard isOn={dirty} />
      <State view={view} />
      <Tabs<Tab>
        label={t("tabs")}
        value={tab}
        onChange={setTab}
        panelClassName="pt-4"
        tabs={[
          {
            id: "flow",
            label: (
              <>
                {t("tab.flow")}
                {dirty ? <Badge tone="warn">{t("draft.dirty")}</Badge> : null}
              </>
            ),
            content: (
              <>
                <FlowForm editor={editor} />
                {bar}
              </>
            ),
          },
          {
            id: "try",
            label: t("tab.try"),
            content: (
              <>
                <TryOut editor={editor} />
                {bar}
              </>
            ),
          },
          {
            id: "sounds",
            label: t("tab.sounds"),
            content: (
              <div className="rounded-lg border border-line bg-surface p-4">
                <SoundsPanel
                  editor={editor}
                  prompts={prompts.data?.items ?? []}
                  tts={prompts.data?.tts ?? false}
                />
              </div>
            ),
          },
          {
            id: "history",
            label: t("tab.history"),
            content: (
              <History
                view={view}
                hasDraft={dirty || view.draft !== null}
                mayEdit={mayEdit}
                onRestored={() => void draft.takeTheirs().then(() => setTab("flow"))}
              />
            ),
          },
        ]}
      />
    </>
  );
}

function State({ view }: { view: ReceptionView }) {
  const { t } = useTranslation("reception");
  const when = useWhen();
  const { present, draft } = view;
  return (
    <p className="flex flex-wrap items-center gap-2 pb-3 text-md text-ink-2">
      {present
        ? t("state.present", {
            version: present.version,
            name: present.published_by?.name ?? t("bySystem"),
            at: present.published_at ? when(present.published_at) : "—",
          })
        : t("state.none")}
      {draft ? <Badge tone="accent">{t("state.draft", { version: draft.version })}</Badge> : null}
    </p>
  );
}

/** Asks before unsaved work is left, inside of the console and by the browser itself. */
function LeaveGuard({ isOn }: { isOn: boolean }) {
  const blocker = useBlocker({
    shouldBlockFn: ({ current, next }) => isOn && current.pathname !== next.pathname,
    enableBeforeUnload: isOn,
    withResolver: true,
  });
  return (
    <LeaveQuestion
      isOpen={blocker.status === "blocked"}
      onStay={() => blocker.reset?.()}
      onLeave={() => blocker.proceed?.()}
    />
  );
}

interface LeaveProps {
  isOpen: boolean;
  onStay: () => void;
  onLeave: () => void;
}

function LeaveQuestion({ isOpen, onStay, onLeave }: LeaveProps) {
  const { t } = useTranslation("settings");
  return (
    <ConfirmDialog
      isOpen={isOpen}
      onClose={onStay}
      onConfirm={onLeave}
      title={t("leave.title")}
      confirm={t("leave.confirm")}
    >
      {t("leave.text")}
    </ConfirmDialog>
  );
}
