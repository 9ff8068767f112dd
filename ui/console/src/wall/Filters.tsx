/** What the wall shows: by tenant, team, state and words. The choice stands in the address, so that it can be shared and kept. */
import { useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { Button, SearchField, Select } from "@kit/ui";
import { type Presence, PRESENCES, type WallFilter } from "./model.ts";

interface Props {
  filter: WallFilter;
  tenants: ReadonlyMap<string, string>;
  teams: ReadonlyMap<string, string>;
}

const ALL = "all";

export function Filters({ filter, tenants, teams }: Props) {
  const { t } = useTranslation("wall");
  const navigate = useNavigate();
  const set = (patch: Partial<WallFilter>) =>
    void navigate({ to: "/app/wall", search: (before) => ({ ...before, ...patch }), replace: true });
  const choice = (key: string): string | undefined => (key === ALL ? undefined : key);
  const any = Boolean(filter.tenant ?? filter.team ?? filter.state ?? filter.q);
  return (
    <div role="search" aria-label={t("filter.label")} className="flex flex-wrap items-center gap-2">
      {tenants.size > 1 ? (
        <Select
          hideLabel
          label={t("filter.tenant")}
          className="w-40"
          value={filter.tenant ?? ALL}
          onChange={(key) => set({ tenant: choice(key) })}
          options={[
            { id: ALL, label: t("filter.allTenants") },
            ...[...tenants].map(([id, label]) => ({ id, label })),
          ]}
        />
      ) : null}
      {teams.size > 1 ? (
        <Select
          hideLabel
          label={t("filter.team")}
          className="w-36"
          value={filter.team ?? ALL}
          onChange={(key) => set({ team: choice(key) })}
          options={[
            { id: ALL, label: t("filter.allTeams") },
            ...[...teams].map(([id, label]) => ({ id, label })),
          ]}
        />
      ) : null}
      <Select
        hideLabel
        label={t("filter.state")}
        className="w-36"
        value={filter.state ?? ALL}
        onChange={(key) => set({ state: choice(key) as Presence | undefined })}
        options={[
          { id: ALL, label: t("filter.allStates") },
          ...PRESENCES.map((presence) => ({ id: presence, label: t(`presence.${presence}`) })),
        ]}
      />
      <SearchField
        label={t("filter.search")}
        clearLabel={t("filter.clear")}
        className="w-44"
        value={filter.q ?? ""}
        onChange={(q) => set({ q: q === "" ? undefined : q })}
      />
      {any ? (
        <Button
          variant="ghost"
          size="sm"
          icon="close"
          onPress={() => set({ tenant: undefined, team: undefined, state: undefined, q: undefined })}
        >
          {t("filter.reset")}
        </Button>
      ) : null}
    </div>
  );
}
