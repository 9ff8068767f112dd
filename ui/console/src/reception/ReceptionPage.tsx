/** How callers are received: what they hear, which keys there are, where those lead; tried in text, then published. */
import { useNavigate } from "@tanstack/react-router";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { Badge, Skeleton, Tabs } from "@kit/ui";
import { hasScope, useSession } from "../app/session.tsx";
import { LoadFailed, PageHead } from "../settings/parts/Page.tsx";
import { useWhen } from "../settings/parts/when.ts";
import { TenantChoice, useTenantShown } from "../settings/parts/TenantChoice.tsx";
import { History } from "../versions/History.tsx";
import { LeaveGuard, LeaveQuestion } from "../versions/Leave.tsx";
import { Bar } from "./Bar.tsx";
import { promptsQuery, receptionQuery, useRestore } from "./data.ts";
import { type Editor, useNames, useUsual } from "./editor.ts";
import { FlowForm } from "./FlowForm.tsx";
import { SoundsPanel } from "./Panels.tsx";
import { TryOut } from "./TryOut.tsx";
import { useDraft } from "./useDraft.ts";
import type { ReceptionView } from "./wire.ts";

export function ReceptionPage() {
  const { t } = useTranslation("reception");
  const navigate = useNavigate();
  const tenant = useTenantShown();
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
        action={<TenantChoice tenant={tenant} onChoose={(id) => (dirty ? setNext(id) : choose(id))} />}
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
            label: t("versions:history.title"),
            content: (
              <History
                view={view}
                useRestore={useRestore}
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
