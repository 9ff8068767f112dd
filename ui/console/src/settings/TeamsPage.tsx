/** Teams: who works together, and in which shift. */
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import {} from "@kit/ui";
import type { DataColumn } from "@kit/ui/DataTable.tsx";
import { hasScope, useSession } from "../app/session.tsx";
import { changes } from "./forms.ts";
import { listQuery } from "./parts/data.ts";
import { HoursField, NameFields, TenantField, useHome } from "./parts/fields.tsx";
import { FormDialog } from "./parts/FormDialog.tsx";
import { ListPage, OpenCell } from "./parts/ListPage.tsx";
import { localName, useHoursNames, useTenantNames } from "./parts/names.ts";
import { RetireButton } from "./parts/RetireButton.tsx";
import { useForm } from "./parts/useForm.ts";
import { useKeep } from "./parts/useKeep.ts";
import type { PersonItem, TeamItem } from "./wire.ts";

export function TeamsPage() {
  const { t } = useTranslation("settings");
  const session = useSession();
  return (
    <ListPage<TeamItem>
      title={t("team.title")}
      explain={t("team.explain")}
      icon="team"
      path="/api/teams"
      columns={useColumns()}
      words={words}
      create={hasScope(session, "people.write") ? t("team.create") : null}
      empty={{ title: t("team.empty"), text: t("team.emptyText") }}
      editor={(item, close) => <TeamEditor item={item} onClose={close} />}
      initialSort={{ id: "name", desc: false }}
    />
  );
}

const words = (team: TeamItem): string => `${team.name} ${team.name_en}`;

function useColumns(): DataColumn<TeamItem>[] {
  const { t, i18n } = useTranslation("settings");
  const locale = i18n.language;
  const tenants = useTenantNames();
  const hours = useHoursNames();
  const people = useQuery(listQuery<PersonItem>("/api/people")).data;
  return useMemo(() => {
    const sizes = new Map<string, number>();
    for (const person of people ?? []) {
      if (person.team_id && person.active) sizes.set(person.team_id, (sizes.get(person.team_id) ?? 0) + 1);
    }
    return [
      {
        id: "name",
        header: t("name"),
        isRowHeader: true,
        sort: (team) => localName(team, locale),
        cell: (team) => <OpenCell id={team.id} name={localName(team, locale)} />,
      },
      {
        id: "tenant",
        header: t("tenant"),
        width: "26%",
        sort: (team) => tenants.of(team.tenant_id),
        cell: (team) => <span className="text-ink-2">{tenants.of(team.tenant_id)}</span>,
      },
      {
        id: "hours",
        header: t("team.shift"),
        width: "26%",
        cell: (team) => (
          <span className={team.hours_id ? "text-ink-2" : "text-ink-3"}>
            {team.hours_id ? hours.of(team.hours_id) : t("team.noShift")}
          </span>
        ),
      },
      {
        id: "size",
        header: t("team.size"),
        align: "end",
        width: "88px",
        sort: (team) => sizes.get(team.id) ?? 0,
        cell: (team) => sizes.get(team.id) ?? 0,
      },
    ];
  }, [t, locale, tenants, hours, people]);
}

interface TeamForm {
  tenant_id: string;
  name: string;
  name_en: string;
  hours_id: string | null;
}

function TeamEditor({ item, onClose }: { item: TeamItem | null; onClose: () => void }) {
  const { t } = useTranslation("settings");
  const home = useHome();
  const before: TeamForm = {
    tenant_id: item?.tenant_id ?? home,
    name: item?.name ?? "",
    name_en: item?.name_en ?? "",
    hours_id: item?.hours_id ?? null,
  };
  const form = useForm(before);
  const save = useKeep("/api/teams", form, onClose);
  const submit = () => {
    if (form.value.name.trim() === "") return form.refuse({ name: t("fault.required") });
    save.keep(item?.id ?? null, item ? changes(before, form.value) : form.value, form.value.name);
  };
  return (
    <FormDialog
      title={item ? t("team.edit", { name: item.name }) : t("team.create")}
      form={form}
      onClose={onClose}
      onSubmit={submit}
      isPending={save.isPending}
    >
      <NameFields form={form} />
      <TenantField form={form} isNew={item === null} />
      <HoursField form={form} label={t("team.shift")} none={t("team.noShift")} />
      {item ? (
        <div className="border-t border-line pt-3">
          <RetireButton
            path="/api/teams"
            id={item.id}
            name={item.name}
            act={t("team.dissolve")}
            text={t("team.dissolveText")}
            onDone={onClose}
          />
        </div>
      ) : null}
    </FormDialog>
  );
}
