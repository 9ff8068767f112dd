/** `/app/drills`: days rehearsed before they happen. The runs at the left, a new one or the chosen one at the right. */
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import {
  Badge,
  type BadgeTone,
  Button,
  cx,
  EmptyState,
  Icon,
  type IconName,
  Notice,
  Select,
  Skeleton,
} from "@kit/ui";
import { useSession } from "../app/session.tsx";
import { useTitle } from "../app/title.ts";
import { listQuery } from "../settings/parts/data.ts";
import { useTenantNames } from "../settings/parts/names.ts";
import { LoadFailed } from "../settings/parts/Page.tsx";
import { useWhen } from "../settings/parts/when.ts";
import type { QueueItem } from "../settings/wire.ts";
import { choicesQuery, runQuery, runsQuery, useCancel } from "./data.ts";
import { DrillForm } from "./DrillForm.tsx";
import { isOpen } from "./model.ts";
import { useChangeWords, useNames, useRunTitle } from "./names.ts";
import { Result } from "./Result.tsx";
import type { Run, RunState } from "./wire.ts";

export function DrillsPage() {
  const { t } = useTranslation("drills");
  useTitle(t("title"));
  const session = useSession();
  const navigate = useNavigate();
  const search = useSearch({ strict: false });
  const tenants = useTenantNames();
  const queues = useQuery(listQuery<QueueItem>("/api/queues"));
  const home = session.person.tenant_id;
  const first =
    queues.data && !queues.data.some((queue) => queue.tenant_id === home) ? queues.data[0]?.tenant_id : home;
  const tenant = search.tenant ?? (queues.data ? (first ?? home) : undefined);
  const open = (id: string | undefined) =>
    void navigate({ to: "/app/drills", search: (before) => ({ ...before, tenant, id, draft: undefined }) });
  return (
    <div className="flex min-h-full flex-col gap-3 p-4">
      <div className="flex flex-wrap items-start gap-x-4 gap-y-2">
        <div className="min-w-0 flex-1">
          <h1 className="text-xl font-semibold text-ink">{t("title")}</h1>
          <p className="max-w-[60em] text-md text-ink-2">{t("explain")}</p>
        </div>
        {tenants.options.length > 1 ? (
          <Select
            hideLabel
            label={t("settings:tenant")}
            className="w-44"
            value={tenant ?? null}
            onChange={(id) => void navigate({ to: "/app/drills", search: { tenant: id } })}
            options={tenants.options}
          />
        ) : null}
      </div>
      {tenant ? (
        <div className="grid grid-cols-[260px_minmax(0,1fr)] items-start gap-4 xl:grid-cols-[320px_minmax(0,1fr)]">
          <Runs key={tenant} tenant_id={tenant} chosen={search.id} onOpen={open} />
          <div className="min-w-0 rounded-lg border border-line bg-surface p-5">
            {search.id ? (
              <Shown key={search.id} id={search.id} />
            ) : (
              <Form
                key={tenant}
                tenant_id={tenant}
                tryDraft={search.draft === "1"}
                onStarted={(run) => open(run.id)}
              />
            )}
          </div>
        </div>
      ) : (
        <Skeleton lines={6} />
      )}
    </div>
  );
}

const STATES: Record<RunState, { icon: IconName; tone: BadgeTone }> = {
  queued: { icon: "hourglass", tone: "plain" },
  running: { icon: "play", tone: "info" },
  done: { icon: "check", tone: "ok" },
  failed: { icon: "errorCircle", tone: "bad" },
  cancelled: { icon: "close", tone: "plain" },
};

function StateMark({ run }: { run: Run }) {
  const { t } = useTranslation("drills");
  const { icon, tone } = STATES[run.state];
  return (
    <Badge tone={tone}>
      <Icon name={icon} size={12} />
      {run.state === "running"
        ? t("state.runningAt", { percent: Math.floor(run.done / 100) })
        : run.state === "queued"
          ? t("state.queuedAt", { place: run.place })
          : t(`state.${run.state}`)}
    </Badge>
  );
}

interface RunsProps {
  tenant_id: string;
  chosen: string | undefined;
  onOpen: (id: string | undefined) => void;
}

function Runs({ tenant_id, chosen, onOpen }: RunsProps) {
  const { t } = useTranslation("drills");
  const when = useWhen();
  const title = useRunTitle();
  const words = useChangeWords();
  const runs = useQuery(runsQuery(tenant_id));
  return (
    <nav aria-label={t("list")} className="flex flex-col gap-2">
      <Button variant={chosen ? "secondary" : "primary"} icon="plus" onPress={() => onOpen(undefined)}>
        {t("new")}
      </Button>
      {runs.isError ? <LoadFailed error={runs.error} onRetry={() => void runs.refetch()} /> : null}
      {runs.data?.length === 0 ? <p className="px-1 text-md text-ink-3">{t("none")}</p> : null}
      <ul className="flex flex-col gap-1">
        {runs.data?.map((run) => (
          <li key={run.id}>
            <button
              type="button"
              aria-current={run.id === chosen ? "true" : undefined}
              onClick={() => onOpen(run.id)}
              className={cx(
                "flex w-full flex-col gap-0.5 rounded-md border px-3 py-2 text-left",
                run.id === chosen ? "border-accent bg-accent-soft" : "border-line bg-surface hover:bg-sunken",
              )}
            >
              <span className="flex items-start justify-between gap-2">
                <span className="foreign min-w-0 text-md font-medium text-ink">{title(run)}</span>
                <StateMark run={run} />
              </span>
              <span className="foreign text-sm text-ink-2">{words(run)}</span>
              <span className="foreign text-sm text-ink-2">
                {t("started", { name: run.created_by.name, at: when(run.created_at) })}
              </span>
            </button>
          </li>
        ))}
      </ul>
    </nav>
  );
}

interface FormProps {
  tenant_id: string;
  tryDraft: boolean;
  onStarted: (run: Run) => void;
}

function Form({ tenant_id, tryDraft, onStarted }: FormProps) {
  const choices = useQuery(choicesQuery(tenant_id));
  if (choices.isError) return <LoadFailed error={choices.error} onRetry={() => void choices.refetch()} />;
  if (!choices.data) return <Skeleton lines={8} />;
  return <DrillForm tenant_id={tenant_id} choices={choices.data} tryDraft={tryDraft} onStarted={onStarted} />;
}

function Shown({ id }: { id: string }) {
  const view = useQuery(runQuery(id));
  if (view.data) return <One run={view.data.run} view={view.data} />;
  if (view.isError) return <LoadFailed error={view.error} onRetry={() => void view.refetch()} />;
  return <Skeleton lines={8} />;
}

function One({ run, view }: { run: Run; view: { result: Parameters<typeof Result>[0]["found"] | null } }) {
  const { t } = useTranslation("drills");
  const title = useRunTitle();
  const words = useChangeWords();
  const names = useNames(run.tenant_id);
  return (
    <div className="flex flex-col gap-4">
      <div className="flex flex-wrap items-center gap-2">
        <h2 className="foreign text-lg font-semibold text-ink">{title(run)}</h2>
        <StateMark run={run} />
        <span className="foreign text-md text-ink-2">{words(run)}</span>
      </div>
      {isOpen(run) ? <Progress run={run} /> : null}
      {run.state === "failed" ? (
        <Notice tone="bad" live>
          <p>{t(`fault.${run.fault?.code ?? "stopped"}`, { defaultValue: t("fault.stopped") })}</p>
          {run.fault && run.fault.lines.length > 0 ? (
            <ul className="list-disc pt-1 pl-5">
              {run.fault.lines.map((line) => (
                <li key={line} className="foreign">
                  {line}
                </li>
              ))}
            </ul>
          ) : null}
        </Notice>
      ) : null}
      {run.state === "cancelled" ? (
        <EmptyState icon="close" title={t("state.cancelled")}>
          {t("cancelledText")}
        </EmptyState>
      ) : null}
      {view.result ? <Result found={view.result} names={names} /> : null}
    </div>
  );
}

function Progress({ run }: { run: Run }) {
  const { t } = useTranslation("drills");
  const cancel = useCancel();
  const percent = Math.floor(run.done / 100);
  const text =
    run.state === "queued" ? t("state.queuedAt", { place: run.place }) : t("state.runningAt", { percent });
  return (
    <div className="flex flex-col gap-2">
      <div className="flex items-center gap-3">
        <div
          role="progressbar"
          aria-label={t("progress")}
          aria-valuemin={0}
          aria-valuemax={100}
          aria-valuenow={percent}
          aria-valuetext={text}
          className="h-2 flex-1 overflow-hidden rounded-full bg-sunken"
        >
          <div
            className="h-full rounded-full bg-accent transition-[width]"
            style={{ width: `${percent}%` }}
          />
        </div>
        <span className="tabular min-w-24 text-right text-md text-ink-2">{text}</span>
        <Button icon="close" isPending={cancel.isPending} onPress={() => cancel.mutate(run.id)}>
          {t("cancel")}
        </Button>
      </div>
      <p className="text-sm text-ink-3">{t("progressText")}</p>
    </div>
  );
}
