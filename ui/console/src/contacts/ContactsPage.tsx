/** `/app/contacts`: all contacts that this person may see, newest first, by filter, a page at a time. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { Button, EmptyState, Icon, LinkButton, Notice, Skeleton, StateBadge } from "@kit/ui";
import { type DataColumn, DataTable } from "@kit/ui/DataTable.tsx";
import { api, type Page, url } from "../app/api.ts";
import { hasScope, useSession } from "../app/session.tsx";
import { useTitle } from "../app/title.ts";
import { clock } from "../wall/spans.ts";
import { ContactFilters } from "./ContactFilters.tsx";
import { type ContactFilter, type ContactItem, contactQuery, parseContactFilter } from "./model.ts";

const PAGE = 50;

function useContacts(filter: ContactFilter) {
  return useInfiniteQuery({
    queryKey: ["contacts", filter],
    queryFn: ({ pageParam, signal }) =>
      api.get<Page<ContactItem>>(
        "/api/contacts",
        { ...contactQuery(filter), cursor: pageParam, limit: PAGE },
        { signal },
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
  });
}

export function ContactsPage() {
  const { t } = useTranslation("contacts");
  useTitle(t("title"));
  const session = useSession();
  const navigate = useNavigate();
  const search = useSearch({ strict: false });
  const filter = useMemo(() => parseContactFilter(search), [search]);
  const contacts = useContacts(filter);
  const items = useMemo(() => contacts.data?.pages.flatMap((page) => page.items) ?? [], [contacts.data]);
  const columns = useColumns();
  const filtered = Object.values(filter).some(Boolean);

  return (
    <div className="flex h-full flex-col gap-3 p-4">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <h1 className="text-xl font-semibold text-ink">{t("title")}</h1>
        <div className="ml-auto flex flex-wrap items-center gap-2">
          <ContactFilters
            filter={filter}
            onChange={(patch) =>
              void navigate({
                to: "/app/contacts",
                search: (before) => ({ ...before, ...patch }),
                replace: true,
              })
            }
          />
          {hasScope(session, "contact.read_all") ? (
            <LinkButton
              icon="download"
              href={url("/api/contacts/export", contactQuery(filter))}
              download="contacts.csv"
            >
              {t("csv")}
            </LinkButton>
          ) : null}
        </div>
      </div>
      {contacts.isError ? (
        <Notice
          tone="bad"
          live
          action={
            <Button size="sm" onPress={() => void contacts.refetch()}>
              {t("retry")}
            </Button>
          }
        >
          {t("failed")}
        </Notice>
      ) : null}
      <div className="flex min-h-0 flex-1 flex-col overflow-hidden rounded-lg border border-line bg-surface">
        {contacts.isPending ? (
          <div className="p-5" role="status" aria-label={t("loading")}>
            <Skeleton lines={9} />
          </div>
        ) : (
          <DataTable
            label={t("table")}
            columns={columns}
            rows={items}
            rowId={(item) => item.id}
            minWidth={900}
            rowHeight={48}
            className="flex-1"
            empty={
              <EmptyState icon="history" title={filtered ? t("noneFound") : t("none")}>
                {filtered ? t("noneFoundText") : t("noneText")}
              </EmptyState>
            }
          />
        )}
        <footer className="flex h-11 shrink-0 items-center justify-between border-t border-line px-3 text-md text-ink-2">
          <span className="tabular" role="status">
            {t(contacts.hasNextPage ? "shownMore" : "shownAll", { count: items.length })}
          </span>
          {contacts.hasNextPage ? (
            <Button
              size="sm"
              isPending={contacts.isFetchingNextPage}
              onPress={() => void contacts.fetchNextPage()}
            >
              {t("more")}
            </Button>
          ) : null}
        </footer>
      </div>
    </div>
  );
}

/** English where the reader wants it and there is one. */
export function local(zh: string | null, en: string | null | undefined, locale: string): string {
  return (locale.startsWith("en") && en) || zh || "—";
}

function useColumns(): DataColumn<ContactItem>[] {
  const { t, i18n } = useTranslation("contacts");
  const locale = i18n.language;
  return useMemo(() => {
    const when = new Intl.DateTimeFormat(locale, {
      month: "2-digit",
      day: "2-digit",
      hour: "2-digit",
      minute: "2-digit",
      hour12: false,
    });
    const span = (ms: number | null) =>
      ms === null ? <span className="text-ink-3">—</span> : <span className="text-ink-2">{clock(ms)}</span>;
    return [
      {
        id: "started",
        header: t("column.started"),
        width: "118px",
        cell: (item) => (
          <time dateTime={new Date(item.started_at).toISOString()}>{when.format(item.started_at)}</time>
        ),
      },
      {
        id: "customer",
        header: t("column.customer"),
        isRowHeader: true,
        cell: (item) => <CustomerCell item={item} />,
      },
      {
        id: "queue",
        header: t("column.queue"),
        width: "16%",
        cell: (item) => (
          <span className="block leading-tight">
            <span className="block truncate text-ink">
              {local(item.queue_name, item.queue_name_en, locale)}
            </span>
            <span className="block truncate text-sm text-ink-3">
              {local(item.tenant_name, item.tenant_name_en, locale)}
            </span>
          </span>
        ),
      },
      {
        id: "agents",
        header: t("column.agents"),
        width: "11%",
        cell: (item) =>
          item.agents.length > 0 ? (
            <span className="text-ink-2">{item.agents.map((agent) => agent.name).join("、")}</span>
          ) : (
            <span className="text-ink-3">—</span>
          ),
      },
      { id: "state", header: t("column.state"), width: "118px", cell: (item) => <StateCell item={item} /> },
      {
        id: "disposition",
        header: t("column.disposition"),
        width: "96px",
        cell: (item) => (
          <span className={item.disposition ? "text-ink-2" : "text-ink-3"}>
            {local(item.disposition_name ?? item.disposition, item.disposition_name_en, locale)}
          </span>
        ),
      },
      {
        id: "waited",
        header: t("column.waited"),
        align: "end",
        width: "64px",
        cell: (item) => span(item.waited_ms),
      },
      {
        id: "talk",
        header: t("column.talk"),
        align: "end",
        width: "64px",
        cell: (item) => span(item.talk_ms),
      },
      {
        id: "rating",
        header: t("column.rating"),
        align: "end",
        width: "64px",
        cell: (item) => <Rating score={item.rating} />,
      },
    ];
  }, [t, locale]);
}

function CustomerCell({ item }: { item: ContactItem }) {
  const { t } = useTranslation("contacts");
  return (
    <Link
      to="/app/contacts/$id"
      params={{ id: item.id }}
      className="block leading-tight after:absolute after:inset-0"
    >
      <span className="flex items-center gap-1.5">
        <span className="foreign truncate font-medium text-ink">
          {item.customer.name || t("someCustomer")}
        </span>
        {item.medium === "voice" ? (
          <Icon name="phone" size={14} className="shrink-0 text-ink-3" label={t("medium.voice")} />
        ) : null}
        {item.simulated ? (
          <Icon name="robot" size={14} className="shrink-0 text-ink-3" label={t("simulated")} />
        ) : null}
      </span>
      <span className="foreign block truncate text-sm text-ink-3">{item.preview}</span>
    </Link>
  );
}

export function StateCell({ item }: { item: Pick<ContactItem, "state" | "outcome"> }) {
  const { t } = useTranslation("contacts");
  if (item.state === "closed" || item.state === "ended") {
    return item.outcome === "abandoned" ? (
      <StateBadge state="bad">{t("state.abandoned")}</StateBadge>
    ) : (
      <StateBadge state="ended">{t("state.closed")}</StateBadge>
    );
  }
  if (item.state === "talking") return <StateBadge state="talking">{t("state.talking")}</StateBadge>;
  if (item.state === "after_contact_work") {
    return <StateBadge state="after_contact_work">{t("state.after_contact_work")}</StateBadge>;
  }
  if (item.state === "reception") return <StateBadge state="waiting">{t("state.reception")}</StateBadge>;
  return <StateBadge state="waiting">{t("state.queued")}</StateBadge>;
}

export function Rating({ score }: { score: number | null }) {
  const { t } = useTranslation("contacts");
  if (score === null) return <span className="text-ink-3">—</span>;
  return (
    <span
      className={`inline-flex items-center gap-1 ${score <= 2 ? "font-semibold text-bad-ink" : "text-ink"}`}
    >
      <Icon name="star" size={14} />
      <span aria-hidden="true">{score}</span>
      <span className="sr-only">{t("ratingWords", { score })}</span>
    </span>
  );
}
