/** Companies: what they are called, and whether their agents see who listens to their calls. */
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { Switch } from "@kit/ui";
import type { DataColumn } from "@kit/ui/DataTable.tsx";
import { changes } from "./forms.ts";
import { NameFields } from "./parts/fields.tsx";
import { FormDialog } from "./parts/FormDialog.tsx";
import { ListPage, OpenCell } from "./parts/ListPage.tsx";
import { localName } from "./parts/names.ts";
import { useForm } from "./parts/useForm.ts";
import { useKeep } from "./parts/useKeep.ts";
import type { TenantItem } from "./wire.ts";

/** A company as its own settings show it. */
interface Company extends TenantItem {
  zone: string;
  supervision_shown: boolean;
}

export function TenantsPage() {
  const { t } = useTranslation("settings");
  return (
    <ListPage<Company>
      title={t("company.title")}
      explain={t("company.explain")}
      icon="home"
      path="/api/tenants"
      columns={useColumns()}
      words={words}
      create={null}
      empty={{ title: t("company.empty"), text: t("company.emptyText") }}
      editor={(item, close) => (item ? <CompanyEditor item={item} onClose={close} /> : null)}
      initialSort={{ id: "name", desc: false }}
    />
  );
}

const words = (company: Company): string => `${company.name} ${company.name_en ?? ""}`;

function useColumns(): DataColumn<Company>[] {
  const { t, i18n } = useTranslation("settings");
  const locale = i18n.language;
  return useMemo(
    () => [
      {
        id: "name",
        header: t("name"),
        isRowHeader: true,
        sort: (company) => localName(company, locale),
        cell: (company) => <OpenCell id={company.id} name={localName(company, locale)} />,
      },
      {
        id: "zone",
        header: t("company.zone"),
        width: "26%",
        cell: (company) => <span className="text-ink-2">{company.zone}</span>,
      },
      {
        id: "supervision",
        header: t("company.supervision"),
        width: "30%",
        cell: (company) => (
          <span className="text-ink-2">
            {company.supervision_shown ? t("company.shown") : t("company.hidden")}
          </span>
        ),
      },
    ],
    [t, locale],
  );
}

function CompanyEditor({ item, onClose }: { item: Company; onClose: () => void }) {
  const { t } = useTranslation("settings");
  const before = {
    name: item.name,
    name_en: item.name_en ?? "",
    supervision_shown: item.supervision_shown,
  };
  const form = useForm(before);
  const save = useKeep("/api/tenants", form, onClose);
  const submit = () => {
    if (form.value.name.trim() === "") return form.refuse({ name: t("fault.required") });
    save.keep(item.id, changes(before, form.value), form.value.name);
  };
  return (
    <FormDialog
      title={t("company.edit", { name: item.name })}
      form={form}
      onClose={onClose}
      onSubmit={submit}
      isPending={save.isPending}
    >
      <NameFields form={form} />
      <Switch
        isSelected={form.value.supervision_shown}
        onChange={(supervision_shown) => form.set({ supervision_shown })}
      >
        {t("company.supervisionShown")}
      </Switch>
      <p className="text-sm text-ink-3">{t("company.supervisionHelp")}</p>
    </FormDialog>
  );
}
