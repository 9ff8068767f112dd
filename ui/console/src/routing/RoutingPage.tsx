/** How a tenant's contacts find their agents: rules to switch on top, the present policy, its draft, its history. */
import { useNavigate } from "@tanstack/react-router";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { Badge, Button, EmptyState, Skeleton, Tabs } from "@kit/ui";
import { hasScope, useSession } from "../app/session.tsx";
import { LoadFailed, PageHead } from "../settings/parts/Page.tsx";
import { useWhen } from "../settings/parts/when.ts";
import { TenantChoice, useTenantShown } from "../settings/parts/TenantChoice.tsx";
import { History } from "../versions/History.tsx";
import { LeaveGuard, LeaveQuestion } from "../versions/Leave.tsx";
import { policyQuery, useRestore, vocabularyQuery } from "./data.ts";
import { DraftEditor } from "./DraftEditor.tsx";
import { byHand } from "./model.ts";
import { Present } from "./Present.tsx";
import { Switches } from "./Switches.tsx";
import { useDraft } from "./useDraft.ts";
import type { PolicyView, Vocabulary } from "./wire.ts";

export function RoutingPage() {
  const { t } = useTranslation("routing");
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
      {tenant ? <Policy key={tenant} tenant_id={tenant} onDirty={setDirty} /> : <Pending />}
      <LeaveQuestion isOpen={next !== null} onStay={() => setNext(null)} onLeave={() => choose(next)} />
    </>
  );
}

function Pending() {
  const { t } = useTranslation("routing");
  return (
    <div role="status" aria-label={t("loading")} className="rounded-lg border border-line bg-surface p-5">
      <Skeleton lines={8} />
    </div>
  );
}

const RENEW_MS = 10_000;

interface PolicyProps {
  tenant_id: string;
  /** Whether something here is not saved. */
  onDirty: (dirty: boolean) => void;
}

function Policy({ tenant_id, onDirty }: PolicyProps) {
  const { i18n } = useTranslation("routing");
  const policy = useQuery({ ...policyQuery(tenant_id, i18n.language), refetchInterval: RENEW_MS });
  const vocabulary = useQuery(vocabularyQuery(tenant_id));
  const failed = policy.data ? vocabulary : policy;
  if (policy.data && vocabulary.data) {
    return <Shown tenant_id={tenant_id} view={policy.data} vocabulary={vocabulary.data} onDirty={onDirty} />;
  }
  if (failed.isError) return <LoadFailed error={failed.error} onRetry={() => void failed.refetch()} />;
  return <Pending />;
}

type Tab = "present" | "draft" | "history";

interface ShownProps extends PolicyProps {
  view: PolicyView;
  vocabulary: Vocabulary;
}

function Shown({ tenant_id, view, vocabulary, onDirty }: ShownProps) {
  const { t } = useTranslation("routing");
  const session = useSession();
  const mayEdit = hasScope(session, "routing.edit");
  const [tab, setTab] = useState<Tab>("present");
  const draft = useDraft(tenant_id, view);
  const { dirty } = draft;
  useEffect(() => onDirty(dirty), [dirty, onDirty]);
  const lines = new Map(view.present?.words.rules.map((rule) => [rule.id, rule.lines]));
  const edit = () => {
    if (!draft.editing) draft.begin();
    setTab("draft");
  };
  return (
    <>
      <LeaveGuard isOn={draft.dirty} />
      <Switches
        tenant_id={tenant_id}
        rules={byHand(view.rules)}
        linesOf={(id) => lines.get(id) ?? []}
        canSwitch={hasScope(session, "routing.switch")}
      />
      <Tabs<Tab>
        label={t("tabs")}
        value={tab}
        onChange={setTab}
        panelClassName="pt-4"
        tabs={[
          {
            id: "present",
            label: t("present.title"),
            content: (
              <>
                <Head view={view} mayEdit={mayEdit} hasDraft={draft.editing !== null} onEdit={edit} />
                <Present view={view} vocabulary={vocabulary} />
              </>
            ),
          },
          ...(mayEdit
            ? [
                {
                  id: "draft" as const,
                  label: (
                    <>
                      {t("draft.title")}
                      {draft.editing ? (
                        <Badge tone={draft.dirty ? "warn" : "accent"}>
                          {t(draft.dirty ? "draft.dirty" : "draft.exists")}
                        </Badge>
                      ) : null}
                    </>
                  ),
                  content: draft.editing ? (
                    <DraftEditor
                      tenant_id={tenant_id}
                      view={view}
                      vocabulary={vocabulary}
                      draft={draft}
                      editing={draft.editing}
                    />
                  ) : (
                    <EmptyState
                      icon="edit"
                      title={t("draft.none")}
                      action={
                        <Button variant="primary" onPress={edit}>
                          {t("draft.begin")}
                        </Button>
                      }
                    >
                      {t("draft.noneText")}
                    </EmptyState>
                  ),
                },
              ]
            : []),
          {
            id: "history",
            label: t("versions:history.title"),
            content: (
              <History
                view={view}
                useRestore={useRestore}
                hasDraft={draft.editing !== null}
                mayEdit={mayEdit}
                onRestored={() => {
                  void draft.takeTheirs().then(() => setTab("draft"));
                }}
              />
            ),
          },
        ]}
      />
    </>
  );
}

interface HeadProps {
  view: PolicyView;
  mayEdit: boolean;
  hasDraft: boolean;
  onEdit: () => void;
}

function Head({ view, mayEdit, hasDraft, onEdit }: HeadProps) {
  const { t } = useTranslation("routing");
  const when = useWhen();
  const { present } = view;
  const behind = present ? view.floors.filter(({ version }) => version < present.version).length : 0;
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-2 pb-3">
      <p className="text-md text-ink-2">
        {present ? (
          <>
            <span className="font-semibold text-ink">{t("version", { version: present.version })}</span>
            {" · "}
            {t("present.published", {
              name: present.published_by?.name ?? t("bySystem"),
              at: present.published_at ? when(present.published_at) : "—",
            })}
            {present.note ? <span className="foreign text-ink-3">{` · ${present.note}`}</span> : null}
          </>
        ) : (
          t("present.none")
        )}
      </p>
      {behind > 0 ? <Badge tone="warn">{t("present.behind", { count: behind })}</Badge> : null}
      {mayEdit ? (
        <Button icon="edit" className="ml-auto" onPress={onEdit}>
          {t(hasDraft ? "draft.goOn" : "draft.begin")}
        </Button>
      ) : null}
    </div>
  );
}
