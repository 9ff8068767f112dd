/** Rules that may be switched, in the command bar of every page; the question comes wherever one is. */
import { useQueries } from "@tanstack/react-query";
import { useMemo, useState, useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";
import { type AppCommand, commandBarOpen, useCommands } from "../app/commands.ts";
import { hasScope, useSession } from "../app/session.tsx";
import { localName } from "../settings/parts/names.ts";
import { policyQuery } from "./data.ts";
import { byHand } from "./model.ts";
import { type Asked, SwitchDialog } from "./Switches.tsx";
import type { PolicyView } from "./wire.ts";

export function RuleCommands() {
  const session = useSession();
  return hasScope(session, "routing.switch") ? <Commands /> : null;
}

function Commands() {
  const { i18n } = useTranslation("routing");
  const session = useSession();
  const isOpen = useSyncExternalStore(commandBarOpen.watch, commandBarOpen.get);
  const [asked, setAsked] = useState<Asked | null>(null);
  const locale = i18n.language;
  // Asked for when somebody opens the bar, and not again and again where a tenant refuses.
  const policies = useQueries({
    queries: session.tenants.map((tenant) => ({
      ...policyQuery(tenant.id, locale),
      enabled: isOpen,
      retry: false,
      staleTime: 5_000,
    })),
    combine: (results) => results.map(({ data }) => data),
  });
  const list = useMemo(
    () =>
      policies.flatMap((view: PolicyView | undefined, index) => {
        const tenant = session.tenants[index];
        if (!view || !tenant) return [];
        const lines = new Map(view.present?.words.rules.map((rule) => [rule.id, rule.lines]));
        return byHand(view.rules).map((rule): AppCommand => {
          const on = !rule.active;
          const names = { name: localName(rule, locale), tenant: localName(tenant, locale) };
          return {
            id: `rule-${tenant.id}-${rule.id}`,
            title: on ? "routing:rules.command_on" : "routing:rules.command_off",
            params: names,
            group: "act",
            icon: "route",
            run: () =>
              setAsked({
                tenant_id: tenant.id,
                tenant: names.tenant,
                rule,
                on,
                lines: lines.get(rule.id) ?? [],
              }),
          };
        });
      }),
    [policies, session.tenants, locale],
  );
  useCommands(list);
  return <SwitchDialog asked={asked} onClose={() => setAsked(null)} />;
}
