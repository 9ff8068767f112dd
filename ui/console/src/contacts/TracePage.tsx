/** `/app/contacts/$id`: a contact as it happened. The words on the left, the journal's story on the right, one time for both. */
import { queryOptions, useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { Badge, Button, EmptyState, Icon, Skeleton } from "@kit/ui";
import { api, Problem } from "../app/api.ts";
import { hasScope, useSession } from "../app/session.tsx";
import { useTitle } from "../app/title.ts";
import { Recordings } from "../recordings/Recordings.tsx";
import { Facts } from "./Facts.tsx";
import { type ContactDetail, exportName, type TraceEntry, upTo } from "./model.ts";
import { ReplayBar } from "./ReplayBar.tsx";
import { Story } from "./Story.tsx";
import { Transcript } from "./Transcript.tsx";
import { useReplay } from "./useReplay.ts";

interface Trace {
  contact: unknown;
  entries: TraceEntry[];
  story?: string;
}

const NOTHING: TraceEntry[] = [];

function detailQuery(id: string) {
  return queryOptions({
    queryKey: ["contact", id],
    queryFn: ({ signal }) => api.get<ContactDetail>(`/api/contacts/${id}`, undefined, { signal }),
  });
}

function traceQuery(id: string, locale: string) {
  return queryOptions({
    queryKey: ["contact", id, "trace", locale],
    queryFn: ({ signal }) => api.get<Trace>(`/api/contacts/${id}/trace`, { locale }, { signal }),
    // An open contact goes on; its story follows.
    refetchInterval: 10_000,
  });
}

export function TracePage() {
  const { t, i18n } = useTranslation("contacts");
  const { id = "" } = useParams({ strict: false });
  const detail = useQuery(detailQuery(id));
  const mayTrace = hasScope(useSession(), "trace.read");
  const trace = useQuery({ ...traceQuery(id, i18n.language), enabled: mayTrace });
  useTitle(
    detail.data ? t("trace.title", { customer: detail.data.contact.customer_name }) : t("trace.plainTitle"),
  );

  const error = detail.error ?? trace.error;
  if (error && (!detail.data || (mayTrace && !trace.data))) return <Failed error={error} />;
  if (!detail.data || (mayTrace && !trace.data)) {
    return (
      <div className="p-6" role="status" aria-label={t("loading")}>
        <Skeleton lines={12} />
      </div>
    );
  }
  return <Replay key={id} detail={detail.data} entries={trace.data?.entries ?? null} />;
}

function Failed({ error }: { error: Error }) {
  const { t } = useTranslation("contacts");
  const missing = error instanceof Problem && error.status === 404;
  return (
    <EmptyState
      icon={missing ? "search" : "alert"}
      title={missing ? t("trace.missing") : t("failed")}
      action={
        <Link to="/app/contacts" className="text-accent-ink underline">
          {t("trace.back")}
        </Link>
      }
    >
      {missing ? t("trace.missingText") : error instanceof Problem ? error.title : ""}
    </EmptyState>
  );
}

/** `entries` is null for those who may not read the trace: they see what was said only. */
function Replay({ detail, entries }: { detail: ContactDetail; entries: TraceEntry[] | null }) {
  const { t } = useTranslation("contacts");
  const all = entries ?? NOTHING;
  const replay = useReplay(all, detail.messages);
  const [chosen, setChosen] = useState<string | null>(null);
  const shown = useMemo(() => {
    if (replay.at === null) return { entries: all, messages: detail.messages, notes: detail.notes };
    const { at } = replay;
    return {
      entries: upTo(all, at),
      messages: upTo(detail.messages, at),
      notes: upTo(detail.notes, at),
    };
  }, [all, detail, replay]);

  return (
    <div className="flex h-full flex-col">
      <Head detail={detail} entries={all} />
      <Recordings contact={detail.contact.id} />
      <div className="grid min-h-0 flex-1 grid-cols-[minmax(0,1fr)_minmax(0,1fr)] gap-3 px-4 pb-3 max-md:min-h-[36rem] max-md:flex-none max-md:grid-cols-1 max-md:grid-rows-2 xl:grid-cols-[minmax(0,1fr)_minmax(0,1fr)_280px]">
        <Transcript
          {...shown}
          interactions={detail.interactions}
          chosen={chosen}
          following={replay.at !== null}
        />
        {entries ? (
          <Story
            entries={shown.entries}
            chosen={chosen}
            onChoose={setChosen}
            following={replay.at !== null}
          />
        ) : (
          <EmptyState icon="lock" title={t("trace.noRight")} />
        )}
        <div className="hidden min-h-0 overflow-auto xl:block">
          <Facts detail={detail} />
        </div>
      </div>
      <ReplayBar replay={replay} label={t("replay.label")} />
    </div>
  );
}

function Head({ detail, entries }: { detail: ContactDetail; entries: TraceEntry[] }) {
  const { t, i18n } = useTranslation("contacts");
  const { contact } = detail;
  const when = new Intl.DateTimeFormat(i18n.language, { dateStyle: "medium", timeStyle: "medium" });
  return (
    <header className="flex flex-wrap items-center gap-x-3 gap-y-1 px-4 py-3">
      <Link
        to="/app/contacts"
        aria-label={t("trace.back")}
        className="flex size-8 items-center justify-center rounded-sm text-ink-2 hover:bg-sunken"
      >
        <Icon name="arrowLeft" />
      </Link>
      <h1 className="foreign text-xl font-semibold text-ink">{contact.customer_name || t("someCustomer")}</h1>
      <Badge tone="accent">
        {(i18n.language.startsWith("en") && contact.tenant_name_en) || contact.tenant_name}
      </Badge>
      {contact.simulated ? <Badge>{t("simulated")}</Badge> : null}
      {contact.closed_at === null ? <Badge tone="info">{t("trace.open")}</Badge> : null}
      <time dateTime={new Date(contact.started_at).toISOString()} className="tabular text-md text-ink-2">
        {when.format(contact.started_at)}
      </time>
      <span className="ml-auto">
        <Button icon="download" onPress={() => save(exportName(contact.id), { ...detail, trace: entries })}>
          {t("trace.export")}
        </Button>
      </span>
    </header>
  );
}

/** Gives a value to the person as a JSON file. */
function save(name: string, value: unknown): void {
  const address = URL.createObjectURL(
    new Blob([JSON.stringify(value, null, 2)], { type: "application/json" }),
  );
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 1000);
}
