/** Dispositions: the codes with which agents close a handling, under headings. */
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { NumberField, Switch, TextField } from "@kit/ui";
import type { DataColumn } from "@kit/ui/DataTable.tsx";
import { hasScope, useSession } from "../app/session.tsx";
import { changes } from "./forms.ts";
import { listQuery } from "./parts/data.ts";
import { MaybeSelect, NameFields, Pair, TenantField, useHome } from "./parts/fields.tsx";
import { FormDialog } from "./parts/FormDialog.tsx";
import { ListPage, OpenCell } from "./parts/ListPage.tsx";
import { localName, useTenantNames } from "./parts/names.ts";
import { RetireButton } from "./parts/RetireButton.tsx";
import { useForm } from "./parts/useForm.ts";
import { useKeep } from "./parts/useKeep.ts";
import type { DispositionItem } from "./wire.ts";

const WITH_HEADINGS = { groups: true };

export function DispositionsPage() {
  const { t } = useTranslation("settings");
  const session = useSession();
  return (
    <ListPage<DispositionItem>
      title={t("disposition.title")}
      explain={t("disposition.explain")}
      icon="disposition"
      path="/api/dispositions"
      query={WITH_HEADINGS}
      columns={useColumns()}
      words={words}
      create={hasScope(session, "settings.write") ? t("disposition.create") : null}
      empty={{ title: t("disposition.empty"), text: t("disposition.emptyText") }}
      editor={(item, close) => <DispositionEditor item={item} onClose={close} />}
      hasRetired
    />
  );
}

const words = (item: DispositionItem): string =>
  `${item.name} ${item.name_en} ${item.code} ${item.group ?? ""}`;

function useColumns(): DataColumn<DispositionItem>[] {
  const { t, i18n } = useTranslation("settings");
  const locale = i18n.language;
  const tenants = useTenantNames();
  return useMemo(
    () => [
      {
        id: "name",
        header: t("name"),
        isRowHeader: true,
        sort: (item) => localName(item, locale),
        cell: (item) => <OpenCell id={item.id} name={localName(item, locale)} retired={item.retired} />,
      },
      {
        id: "group",
        header: t("disposition.group"),
        width: "20%",
        sort: (item) => item.group ?? (item.is_group ? "" : null),
        cell: (item) => (
          <span className="text-ink-2">{item.is_group ? t("disposition.heading") : (item.group ?? "—")}</span>
        ),
      },
      {
        id: "code",
        header: t("disposition.code"),
        width: "22%",
        sort: (item) => item.code,
        cell: (item) => <code className="font-mono text-sm text-ink-2">{item.code}</code>,
      },
      {
        id: "tenant",
        header: t("tenant"),
        width: "20%",
        sort: (item) => tenants.of(item.tenant_id),
        cell: (item) => <span className="text-ink-2">{tenants.of(item.tenant_id)}</span>,
      },
    ],
    [t, locale, tenants],
  );
}

interface DispositionForm {
  tenant_id: string;
  code: string;
  name: string;
  name_en: string;
  parent_id: string | null;
  is_group: boolean;
  position: number;
}

function DispositionEditor({ item, onClose }: { item: DispositionItem | null; onClose: () => void }) {
  const { t, i18n } = useTranslation("settings");
  const home = useHome();
  const before: DispositionForm = {
    tenant_id: item?.tenant_id ?? home,
    code: item?.code ?? "",
    name: item?.name ?? "",
    name_en: item?.name_en ?? "",
    parent_id: item?.parent_id ?? null,
    is_group: item?.is_group ?? false,
    position: item?.position ?? 0,
  };
  const form = useForm(before);
  const { value, set, error } = form;
  const all = useQuery(listQuery<DispositionItem>("/api/dispositions", WITH_HEADINGS));
  const headings = (all.data ?? []).filter((each) => each.is_group && each.tenant_id === value.tenant_id);
  const names = {
    of: () => "",
    options: headings.map((each) => ({ id: each.id, label: localName(each, i18n.language) })),
  };
  const save = useKeep("/api/dispositions", form, onClose);
  const submit = () => {
    const faults: Record<string, string> = {};
    if (value.name.trim() === "") faults["name"] = t("fault.required");
    if (value.code.trim() === "") faults["code"] = t("fault.required");
    if (Object.keys(faults).length > 0) return form.refuse(faults);
    const body = item ? { ...changes(before, value), ...(item.retired ? { retired: false } : {}) } : value;
    save.keep(item?.id ?? null, body, value.name);
  };
  return (
    <FormDialog
      title={item ? t("disposition.edit", { name: item.name }) : t("disposition.create")}
      form={form}
      onClose={onClose}
      onSubmit={submit}
      isPending={save.isPending}
      {...(item?.retired ? { submit: t("restore") } : {})}
    >
      <NameFields form={form} />
      <Pair>
        <TextField
          label={t("disposition.code")}
          help={item ? t("disposition.codeFixed") : t("disposition.codeHelp")}
          isRequired
          isDisabled={item !== null}
          value={value.code}
          onChange={(code) => set({ code })}
          error={error("code")}
          maxLength={40}
        />
        <NumberField
          label={t("disposition.position")}
          help={t("disposition.positionHelp")}
          minValue={0}
          maxValue={10_000}
          value={value.position}
          onChange={(position) => set({ position: Number.isNaN(position) ? 0 : position })}
          error={error("position")}
        />
      </Pair>
      <TenantField form={form} isNew={item === null} />
      {item === null ? (
        <Switch isSelected={value.is_group} onChange={(is_group) => set({ is_group, parent_id: null })}>
          {t("disposition.isHeading")}
        </Switch>
      ) : null}
      {value.is_group ? null : (
        <MaybeSelect
          label={t("disposition.group")}
          names={names}
          none={t("disposition.noGroup")}
          value={value.parent_id}
          onChange={(parent_id) => set({ parent_id })}
          error={error("parent_id")}
        />
      )}
      {item && !item.retired ? (
        <div className="border-t border-line pt-3">
          <RetireButton
            path="/api/dispositions"
            id={item.id}
            name={item.name}
            text={t("disposition.retireText")}
            onDone={onClose}
          />
        </div>
      ) : null}
    </FormDialog>
  );
}
