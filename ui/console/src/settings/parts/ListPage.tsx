/** A page that lists one kind of thing, finds in it, and opens one for editing. */
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useCallback, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button, EmptyState, type IconName, SearchField, Select, Switch } from "@kit/ui";
import { type DataColumn, DataTable } from "@kit/ui/DataTable.tsx";
import { listQuery } from "./data.ts";
import { useTenantNames } from "./names.ts";
import { ListState, PageHead, Sheet } from "./Page.tsx";
import { NEW, useOpened } from "./useOpened.ts";

interface Listed {
  id: string;
  /** Absent: of no tenant, or one itself. */
  tenant_id?: string | null;
  retired?: boolean;
}

interface Props<T extends Listed> {
  title: string;
  explain: string;
  icon: IconName;
  /** Where the list is read. */
  path: string;
  /** What else the list is asked for; keep it outside of the component. */
  query?: Record<string, string | boolean>;
  /** Makes a row of what the API sends, where that has no id of its own; keep it outside of the component. */
  asRow?: (read: T) => T;
  columns: readonly DataColumn<T>[];
  /** Words of a row by which it is found. */
  words: (row: T) => string;
  /** Label of the button that makes a new one; absent: this person may not. */
  create: string | null;
  empty: { title: string; text: string };
  /** The editor of the opened item; `null` item: a new one. */
  editor: (item: T | null, close: () => void) => ReactNode;
  initialSort?: { id: string; desc: boolean };
  /** Retired ones can be shown by a switch. */
  hasRetired?: boolean;
  minWidth?: number;
  aside?: ReactNode;
  rowHeight?: number;
}

const ALL = "all";

const folded = (text: string): string => text.normalize("NFKC").toLowerCase();

export function ListPage<T extends Listed>(props: Props<T>) {
  const { t } = useTranslation("settings");
  const [retired, setRetired] = useState(false);
  const [words, setWords] = useState("");
  const [tenant, setTenant] = useState(ALL);
  const tenants = useTenantNames();
  const opened = useOpened();
  const { words: wordsOf, asRow } = props;
  const query = useQuery({
    ...listQuery<T>(props.path, { ...props.query, ...(retired ? { retired } : {}) }),
    select: useCallback((read: T[]) => (asRow ? read.map(asRow) : read), [asRow]),
  });
  const rows = useMemo(() => {
    const sought = folded(words.trim());
    return (query.data ?? []).filter(
      (row) =>
        (tenant === ALL || row.tenant_id === tenant || (row.tenant_id ?? null) === null) &&
        (sought === "" || folded(wordsOf(row)).includes(sought)),
    );
  }, [query.data, tenant, words, wordsOf]);
  const item = opened.id === NEW ? null : query.data?.find((row) => row.id === opened.id);
  const create = props.create ? (
    <Button variant="primary" icon="plus" onPress={() => opened.open(NEW)}>
      {props.create}
    </Button>
  ) : null;

  return (
    <>
      <PageHead title={props.title} explain={props.explain} action={create} />
      <div role="search" aria-label={props.title} className="flex flex-wrap items-center gap-2 pb-3">
        <SearchField
          label={t("find")}
          clearLabel={t("clear")}
          className="w-56"
          value={words}
          onChange={setWords}
        />
        {tenants.options.length > 1 ? (
          <Select
            hideLabel
            label={t("tenant")}
            className="w-44"
            value={tenant}
            onChange={setTenant}
            options={[{ id: ALL, label: t("allTenants") }, ...tenants.options]}
          />
        ) : null}
        {props.hasRetired ? (
          <Switch isSelected={retired} onChange={setRetired} className="text-md!">
            {t("showRetired")}
          </Switch>
        ) : null}
        {props.aside}
      </div>
      <ListState
        query={query}
        empty={{ icon: props.icon, ...props.empty, ...(create ? { action: create } : {}) }}
      >
        {() => (
          <Sheet className="flex min-h-0 flex-1 flex-col">
            <DataTable
              label={props.title}
              columns={props.columns}
              rows={rows}
              rowId={(row) => row.id}
              minWidth={props.minWidth ?? 640}
              rowHeight={props.rowHeight ?? 40}
              wraps
              {...(props.initialSort ? { initialSort: props.initialSort } : {})}
              isSelected={(row) => row.id === opened.id}
              className="flex-1"
              empty={
                <EmptyState icon="search" title={t("nothingFound")}>
                  {t("nothingFoundText")}
                </EmptyState>
              }
            />
          </Sheet>
        )}
      </ListState>
      {item !== undefined && (item !== null || props.create) ? (
        // One form per item: what was typed into another never shows here.
        <div key={opened.id}>{props.editor(item, opened.close)}</div>
      ) : null}
    </>
  );
}

/** The cell that opens a row. The whole row reacts to the pointer. */
export function OpenCell({
  id,
  name,
  note,
  retired,
}: {
  id: string;
  name: string;
  note?: string | undefined;
  retired?: boolean;
}) {
  const { t } = useTranslation("settings");
  const opened = useOpened();
  return (
    <button
      type="button"
      onClick={() => opened.open(id)}
      className="block w-full text-left leading-tight after:absolute after:inset-0"
    >
      <span className="flex items-center gap-2">
        <span className={`foreign min-w-0 font-medium ${retired ? "text-ink-3" : "text-ink"}`}>{name}</span>
        {retired ? <span className="text-sm text-ink-3">{t("retired")}</span> : null}
      </span>
      {note ? <span className="foreign block truncate text-sm text-ink-3">{note}</span> : null}
    </button>
  );
}
