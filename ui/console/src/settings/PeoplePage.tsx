/** People: who works here, what they may do and what they can. As a list, and as a matrix of skills. */
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { Avatar, Badge, Tabs } from "@kit/ui";
import type { DataColumn } from "@kit/ui/DataTable.tsx";
import { hasScope, useSession } from "../app/session.tsx";
import { ListPage } from "./parts/ListPage.tsx";
import { useTeamNames, useTenantNames } from "./parts/names.ts";
import { useOpened } from "./parts/useOpened.ts";
import { PersonEditor } from "./PersonEditor.tsx";
import { SkillMatrix } from "./SkillMatrix.tsx";
import type { PersonItem } from "./wire.ts";

type View = "list" | "matrix";

export function PeoplePage() {
  const { t } = useTranslation("settings");
  const [view, setView] = useState<View>("list");
  return (
    <Tabs<View>
      label={t("person.views")}
      value={view}
      onChange={setView}
      className="flex-1"
      panelClassName="flex flex-col pt-4"
      tabs={[
        { id: "list", label: t("person.list"), content: <PeopleList /> },
        { id: "matrix", label: t("person.matrix"), content: <SkillMatrix /> },
      ]}
    />
  );
}

function PeopleList() {
  const { t } = useTranslation("settings");
  const session = useSession();
  return (
    <ListPage<PersonItem>
      title={t("person.title")}
      explain={t("person.explain")}
      icon="users"
      path="/api/people"
      columns={useColumns()}
      words={words}
      create={hasScope(session, "people.write") ? t("person.create") : null}
      empty={{ title: t("person.empty"), text: t("person.emptyText") }}
      editor={(item, close) => <PersonEditor item={item} onClose={close} />}
      initialSort={{ id: "name", desc: false }}
      minWidth={660}
      rowHeight={48}
    />
  );
}

const words = (person: PersonItem): string => `${person.name} ${person.email ?? ""}`;

function useColumns(): DataColumn<PersonItem>[] {
  const { t } = useTranslation("settings");
  const tenants = useTenantNames();
  const teams = useTeamNames();
  return useMemo(
    () => [
      {
        id: "name",
        header: t("name"),
        isRowHeader: true,
        sort: (person) => person.name,
        cell: (person) => <PersonCell person={person} />,
      },
      {
        id: "roles",
        header: t("person.roles"),
        width: "22%",
        sort: (person) => person.roles.join(),
        cell: (person) => (
          <span className="flex flex-wrap gap-1">
            {person.roles.map((role) => (
              <Badge key={role} tone={role === "agent" ? "plain" : "accent"}>
                {t(`role.${role}`)}
              </Badge>
            ))}
          </span>
        ),
      },
      {
        id: "tenant",
        header: t("person.employer"),
        width: "17%",
        sort: (person) => tenants.of(person.tenant_id),
        cell: (person) => <span className="text-ink-2">{tenants.of(person.tenant_id)}</span>,
      },
      {
        id: "team",
        header: t("person.team"),
        width: "13%",
        sort: (person) => teams.of(person.team_id),
        cell: (person) => <span className="text-ink-2">{teams.of(person.team_id)}</span>,
      },
      {
        id: "level",
        header: t("person.level"),
        align: "end",
        width: "72px",
        sort: (person) => person.level,
        cell: (person) => t(`level.${person.level}`),
      },
      {
        id: "skills",
        header: t("person.skillCount"),
        align: "end",
        width: "72px",
        sort: (person) => person.skills.length,
        cell: (person) => person.skills.length,
      },
    ],
    [t, tenants, teams],
  );
}

function PersonCell({ person }: { person: PersonItem }) {
  const { t } = useTranslation("settings");
  const opened = useOpened();
  return (
    <button
      type="button"
      onClick={() => opened.open(person.id)}
      className="flex w-full items-center gap-2 text-left leading-tight after:absolute after:inset-0"
    >
      <Avatar id={person.id} name={person.name} size={24} />
      <span className="min-w-0">
        <span className="flex items-center gap-2">
          <span className={`foreign font-medium ${person.active ? "text-ink" : "text-ink-3"}`}>
            {person.name}
          </span>
          {person.active ? null : <Badge>{t("person.inactive")}</Badge>}
        </span>
        <span className="foreign block text-sm break-all text-ink-3">
          {person.email ?? t("person.emailHidden")}
        </span>
      </span>
    </button>
  );
}
