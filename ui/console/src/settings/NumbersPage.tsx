/** Telephone numbers: which company's reception answers when one of them is dialled. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { TextField, toast } from "@kit/ui";
import type { DataColumn } from "@kit/ui/DataTable.tsx";
import { api } from "../app/api.ts";
import { hasScope, useSession } from "../app/session.tsx";
import { asRow, digitsOf, faultOf, idOf, isEntry } from "./numbers.ts";
import { listQuery } from "./parts/data.ts";
import { TenantField, useHome } from "./parts/fields.tsx";
import { FormDialog } from "./parts/FormDialog.tsx";
import { ListPage, OpenCell } from "./parts/ListPage.tsx";
import { useTenantNames } from "./parts/names.ts";
import { RetireButton } from "./parts/RetireButton.tsx";
import { useForm } from "./parts/useForm.ts";
import type { NumberItem } from "./wire.ts";

const PATH = "/api/numbers";

export function NumbersPage() {
  const { t } = useTranslation("settings");
  const mayWrite = hasScope(useSession(), "settings.write");
  return (
    <ListPage<NumberItem>
      title={t("number.title")}
      explain={t("number.explain")}
      icon="phone"
      path={PATH}
      asRow={asRow}
      columns={useColumns(mayWrite)}
      words={words}
      create={mayWrite ? t("number.create") : null}
      empty={{ title: t("number.empty"), text: t(mayWrite ? "number.emptyText" : "number.emptyRead") }}
      editor={(item, close) => (mayWrite ? <NumberEditor item={item} onClose={close} /> : null)}
      initialSort={{ id: "number", desc: false }}
    />
  );
}

const words = (line: NumberItem): string => `${line.id} ${line.entry}`;

function useColumns(mayWrite: boolean): DataColumn<NumberItem>[] {
  const { t } = useTranslation("settings");
  const tenants = useTenantNames();
  return useMemo(
    () => [
      {
        id: "number",
        header: t("number.number"),
        isRowHeader: true,
        sort: (line) => line.number,
        cell: (line) =>
          mayWrite ? (
            <OpenCell id={line.id} name={line.number} />
          ) : (
            <span className="font-medium text-ink tabular">{line.number}</span>
          ),
      },
      {
        id: "tenant",
        header: t("tenant"),
        width: "34%",
        sort: (line) => tenants.of(line.tenant_id),
        cell: (line) => <span className="foreign text-ink-2">{tenants.of(line.tenant_id)}</span>,
      },
      {
        id: "entry",
        header: t("number.entry"),
        width: "26%",
        sort: (line) => line.entry,
        cell: (line) =>
          line.entry ? (
            <span className="text-ink-2">{line.entry}</span>
          ) : (
            <span className="text-ink-3">{t("number.noEntry")}</span>
          ),
      },
    ],
    [t, tenants, mayWrite],
  );
}

interface NumberForm {
  number: string;
  tenant_id: string | null;
  entry: string;
}

/** Gives a number to a company, or changes what its calls are marked with. */
function useGive() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ number, tenant_id, entry }: NumberForm) =>
      api.put<NumberItem>(`${PATH}/${idOf(digitsOf(number))}`, { tenant_id, entry }),
    onSuccess: () => client.invalidateQueries({ queryKey: ["settings"] }),
  });
}

function NumberEditor({ item, onClose }: { item: NumberItem | null; onClose: () => void }) {
  const { t } = useTranslation("settings");
  const home = useHome();
  const tenants = useTenantNames();
  const known = useQuery(listQuery<NumberItem>(PATH)).data ?? [];
  const form = useForm<NumberForm>({
    number: item?.number ?? "",
    // With several companies the choice is a person's: a call at the wrong one is noticed too late.
    tenant_id: item?.tenant_id ?? (tenants.options.length > 1 ? null : home),
    entry: item?.entry ?? "",
  });
  const give = useGive();
  const { value, set, error } = form;
  const submit = () => {
    const fault = item ? null : faultOf(value.number, known);
    const faults: Record<string, string> = {};
    if (fault) faults["number"] = t(`fault.${fault}`, { company: holderOf(value.number, known, tenants.of) });
    if (value.tenant_id === null) faults["tenant_id"] = t("fault.required");
    if (!isEntry(value.entry)) faults["entry"] = t("fault.entry_form");
    if (Object.keys(faults).length > 0) return form.refuse(faults);
    give.mutate(value, {
      onSuccess: ({ number }) => {
        toast("ok", t("saved", { name: number }));
        onClose();
      },
      onError: form.fail,
    });
  };
  return (
    <FormDialog
      title={item ? t("number.edit", { number: item.number }) : t("number.create")}
      form={form}
      onClose={onClose}
      onSubmit={submit}
      isPending={give.isPending}
    >
      {item ? (
        <p className="text-md text-ink-2">{t("number.leads", { company: tenants.of(item.tenant_id) })}</p>
      ) : (
        <TextField
          label={t("number.number")}
          help={t("number.numberHelp")}
          isRequired
          autoFocus
          value={value.number}
          onChange={(number) => set({ number })}
          error={error("number")}
          maxLength={40}
          inputProps={{ inputMode: "tel", autoComplete: "off" }}
        />
      )}
      <TenantField form={form} isNew={item === null} />
      <TextField
        label={t("number.entry")}
        help={t("number.entryHelp")}
        autoFocus={item !== null}
        value={value.entry}
        onChange={(entry) => set({ entry: entry.trim().toLowerCase() })}
        error={error("entry")}
        maxLength={40}
        inputProps={{ spellCheck: false, autoComplete: "off" }}
      />
      {item ? (
        <div className="border-t border-line pt-3">
          <RetireButton
            path={PATH}
            id={item.id}
            query={{ tenant_id: item.tenant_id }}
            name={item.number}
            act={t("number.remove")}
            text={t("number.removeText")}
            onDone={onClose}
          />
        </div>
      ) : null}
    </FormDialog>
  );
}

/** Whose the number is that somebody wants to add a second time. */
function holderOf(number: string, known: readonly NumberItem[], nameOf: (id: string) => string): string {
  return nameOf(known.find((line) => line.number === digitsOf(number))?.tenant_id ?? "");
}
