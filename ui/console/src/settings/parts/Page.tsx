/** What every settings page has: a head, a list with its loading, failing and empty states, and small helpers. */
import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Button, EmptyState, type IconName, Notice, Skeleton } from "@kit/ui";
import { Problem } from "../../app/api.ts";

interface HeadProps {
  title: string;
  /** One sentence: what these are for. */
  explain: string;
  action?: ReactNode;
}

export function PageHead({ title, explain, action }: HeadProps) {
  return (
    <header className="flex flex-wrap items-start justify-between gap-x-6 gap-y-2 pb-4">
      <div className="min-w-0">
        <h1 className="text-xl font-semibold text-ink">{title}</h1>
        <p className="max-w-[60em] text-md text-ink-2">{explain}</p>
      </div>
      {action ? <div className="flex shrink-0 items-center gap-2">{action}</div> : null}
    </header>
  );
}

interface StateProps<T> {
  query: UseQueryResult<T[]>;
  empty: { icon: IconName; title: string; text: string; action?: ReactNode };
  children: (items: T[]) => ReactNode;
}

/** Shows a list, or honestly why it is not there. What was read before stays while it is renewed. */
export function ListState<T>({ query, empty, children }: StateProps<T>) {
  const { t } = useTranslation("settings");
  if (query.data === undefined) {
    if (query.isError) return <LoadFailed error={query.error} onRetry={() => void query.refetch()} />;
    return (
      <div role="status" aria-label={t("loading")} className="rounded-lg border border-line bg-surface p-5">
        <Skeleton lines={6} />
      </div>
    );
  }
  if (query.data.length === 0) {
    return (
      <div className="rounded-lg border border-line bg-surface">
        <EmptyState icon={empty.icon} title={empty.title} action={empty.action}>
          {empty.text}
        </EmptyState>
      </div>
    );
  }
  return (
    <>
      {query.isError ? (
        <Notice tone="warn" className="mb-3" live>
          {t("renewFailed")}
        </Notice>
      ) : null}
      {children(query.data)}
    </>
  );
}

export function LoadFailed({ what, error, onRetry }: { what?: string; error: Error; onRetry: () => void }) {
  const { t } = useTranslation("settings");
  const reason = error instanceof Problem && error.title !== "" ? error.title : t("fault.unreachable");
  return (
    <Notice
      tone="bad"
      live
      action={
        <Button size="sm" onPress={onRetry}>
          {t("retry")}
        </Button>
      }
    >
      {what ? t("loadFailedOf", { what, reason }) : t("loadFailed", { reason })}
    </Notice>
  );
}

/** The box that holds a list's table. */
export function Sheet({ children, className = "" }: { children: ReactNode; className?: string }) {
  return (
    <div className={`overflow-hidden rounded-lg border border-line bg-surface ${className}`}>{children}</div>
  );
}

/** A heading and its fields inside of a form. */
export function Group({
  title,
  explain,
  children,
}: {
  title: string;
  explain?: string;
  children: ReactNode;
}) {
  return (
    <fieldset className="min-w-0 border-t border-line pt-4 first:border-t-0 first:pt-0">
      <legend className="float-left mb-1 w-full text-base font-semibold text-ink">{title}</legend>
      <div className="clear-both flex flex-col gap-3">
        {explain ? <p className="text-sm text-ink-3">{explain}</p> : null}
        {children}
      </div>
    </fieldset>
  );
}
