/** Which contacts: tenant, queue, agent, days, outcome. The choice stands in the address. */
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Button, ComboBox, Select } from "@kit/ui";
import { hasScope, useSession } from "../app/session.tsx";
import { listQuery } from "../settings/parts/data.ts";
import { localName } from "../settings/parts/names.ts";
import type { PersonItem, QueueItem } from "../settings/wire.ts";
import { DayField } from "./DayField.tsx";
import type { ContactFilter } from "./model.ts";

interface Props {
  filter: ContactFilter;
  onChange: (patch: Partial<ContactFilter>) => void;
}

const ALL = "all";
const NOTHING: ContactFilter = {
  tenant: undefined,
  queue: undefined,
  agent: undefined,
  from: undefined,
  to: undefined,
  outcome: undefined,
};

export function ContactFilters({ filter, onChange }: Props) {
  const { t, i18n } = useTranslation("contacts");
  const session = useSession();
  const queues = useQuery({
    ...listQuery<QueueItem>("/api/queues"),
    enabled: hasScope(session, "queue.read"),
  });
  const people = useQuery({
    ...listQuery<PersonItem>("/api/people"),
    // Without the right to see everybody's contacts there is nothing to choose.
    enabled: hasScope(session, "contact.read_all"),
  });
  const choice = (key: string): string | undefined => (key === ALL ? undefined : key);
  const inTenant = (item: { tenant_id: string }) => !filter.tenant || item.tenant_id === filter.tenant;
  return (
    <div
      role="search"
      aria-label={t("filter.label")}
      className="flex flex-wrap items-center justify-end gap-2"
    >
      {session.tenants.length > 1 ? (
        <Select
          hideLabel
          label={t("filter.tenant")}
          className="w-36"
          value={filter.tenant ?? ALL}
          onChange={(key) => onChange({ tenant: choice(key), queue: undefined })}
          options={[
            { id: ALL, label: t("filter.allTenants") },
            ...session.tenants.map(({ id, name }) => ({ id, label: name })),
          ]}
        />
      ) : null}
      <Select
        hideLabel
        label={t("filter.queue")}
        className="w-36"
        value={filter.queue ?? ALL}
        onChange={(key) => onChange({ queue: choice(key) })}
        options={[
          { id: ALL, label: t("filter.allQueues") },
          ...(queues.data ?? [])
            .filter(inTenant)
            .map((queue) => ({ id: queue.id, label: localName(queue, i18n.language) })),
        ]}
      />
      {people.data ? (
        <ComboBox
          hideLabel
          label={t("filter.agent")}
          placeholder={t("filter.allAgents")}
          emptyText={t("filter.noAgent")}
          className="w-36"
          value={filter.agent ?? null}
          onChange={(key) => onChange({ agent: key ?? undefined })}
          options={people.data
            .filter((person) => person.roles.includes("agent"))
            .map(({ id, name }) => ({ id, label: name }))}
        />
      ) : null}
      <Select
        hideLabel
        label={t("filter.outcome")}
        className="w-28"
        value={filter.outcome ?? ALL}
        onChange={(key) => onChange({ outcome: choice(key) })}
        options={[
          { id: ALL, label: t("filter.allOutcomes") },
          { id: "open", label: t("filter.open") },
          { id: "handled", label: t("filter.handled") },
          { id: "abandoned", label: t("filter.abandoned") },
        ]}
      />
      <DayField label={t("filter.from")} value={filter.from} onChange={(from) => onChange({ from })} />
      <DayField label={t("filter.to")} value={filter.to} onChange={(to) => onChange({ to })} />
      {Object.values(filter).some(Boolean) ? (
        <Button variant="ghost" size="sm" icon="close" onPress={() => onChange(NOTHING)}>
          {t("filter.reset")}
        </Button>
      ) : null}
    </div>
  );
}
