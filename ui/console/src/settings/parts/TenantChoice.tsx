/** Whose settings a page shows, where it shows one tenant's at a time. */
import { useQuery } from "@tanstack/react-query";
import { useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { Select } from "@kit/ui";
import { useSession } from "../../app/session.tsx";
import type { QueueItem } from "../wire.ts";
import { listQuery } from "./data.ts";
import { useTenantNames } from "./names.ts";

/** The one in the address, else the employer, unless that has no queues of its own (a house that serves others).
 *  Undefined until that is known. */
export function useTenantShown(): string | undefined {
  const search = useSearch({ strict: false });
  const home = useSession().person.tenant_id;
  const queues = useQuery(listQuery<QueueItem>("/api/queues"));
  if (search.tenant) return search.tenant;
  if (!queues.data) return undefined;
  const owners = queues.data.map(({ tenant_id }) => tenant_id);
  return owners.includes(home) ? home : (owners[0] ?? home);
}

interface Props {
  tenant: string | undefined;
  onChoose: (id: string) => void;
}

/** Nothing, where there is nothing to choose. */
export function TenantChoice({ tenant, onChoose }: Props) {
  const { t } = useTranslation("settings");
  const tenants = useTenantNames();
  if (tenants.options.length < 2) return null;
  return (
    <Select
      hideLabel
      label={t("tenant")}
      className="w-44"
      value={tenant ?? null}
      onChange={onChoose}
      options={tenants.options}
    />
  );
}
