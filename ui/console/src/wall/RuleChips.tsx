/** Rules that hold just now, as chips: shape, colour, name, who and when. Those who may switch them off here. */
import { useQueries, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "react-aria-components";
import { cx, StateIcon } from "@kit/ui";
import { api } from "../app/api.ts";
import { hasScope, useSession } from "../app/session.tsx";
import { policyQuery } from "../routing/data.ts";
import { type Asked, SwitchDialog, useSwitchedWords } from "../routing/Switches.tsx";
import { localName } from "../settings/parts/names.ts";
import type { PolicyView, Switched } from "../routing/wire.ts";
import type { WallRule } from "./model.ts";

interface Props {
  rules: readonly WallRule[];
  tenantNames: ReadonlyMap<string, string>;
  large?: boolean;
}

export function RuleChips({ rules, tenantNames, large = false }: Props) {
  const { t } = useTranslation("routing");
  const session = useSession();
  const [chosen, setChosen] = useState<WallRule | null>(null);
  const canSwitch = !large && hasScope(session, "routing.switch");
  const switched = useSwitched(rules);
  return (
    // Always there, so that a screen reader hears of the first one too.
    <div role="status" aria-label={t("rules.active")} className="flex flex-wrap items-center gap-2">
      {rules.map((rule) => {
        const chip = (
          <Chip
            rule={rule}
            switched={switched.get(rule.id)}
            tenant={tenantNames.size > 1 ? tenantNames.get(rule.tenant_id) : undefined}
            large={large}
          />
        );
        return canSwitch ? (
          <Button
            key={rule.id}
            onPress={() => setChosen(rule)}
            className="rounded-full outline-none data-focus-visible:outline-2 data-focus-visible:outline-offset-2 data-focus-visible:outline-focus data-hovered:opacity-90"
          >
            {chip}
          </Button>
        ) : (
          <span key={rule.id}>{chip}</span>
        );
      })}
      {chosen ? (
        <SwitchOff rule={chosen} tenant={tenantNames.get(chosen.tenant_id)} onClose={() => setChosen(null)} />
      ) : null}
    </div>
  );
}

/** Who switched each and when: asked again whenever other rules hold. */
function useSwitched(rules: readonly WallRule[]): ReadonlyMap<string, Switched> {
  const { i18n } = useTranslation("routing");
  const session = useSession();
  const tenants = [...new Set(rules.map(({ tenant_id }) => tenant_id))];
  const holding = rules.map(({ id }) => id).join();
  return useQueries({
    queries: tenants.map((tenant_id) => {
      const query = policyQuery(tenant_id, i18n.language);
      return {
        queryKey: [...query.queryKey, holding],
        queryFn: ({ signal }: { signal: AbortSignal }) =>
          api.get<PolicyView>("/api/routing/policy", { tenant_id }, { signal }),
        enabled: hasScope(session, "routing.read"),
        retry: false,
      };
    }),
    combine: (results) =>
      new Map(
        results.flatMap(({ data }) =>
          (data?.rules ?? []).flatMap((rule): [string, Switched][] =>
            data && rule.switched ? [[`${data.tenant_id}:${rule.id}`, rule.switched]] : [],
          ),
        ),
      ),
  });
}

interface ChipProps {
  rule: WallRule;
  switched: Switched | undefined;
  tenant: string | undefined;
  large: boolean;
}

function Chip({ rule, switched, tenant, large }: ChipProps) {
  const { t, i18n } = useTranslation("routing");
  const words = useSwitchedWords();
  const aside = [tenant, words(switched)].filter(Boolean).join(" · ");
  return (
    <span
      className={cx(
        "inline-flex items-center gap-1.5 rounded-full px-2.5 font-semibold whitespace-nowrap",
        large ? "h-9 text-lg" : "h-7 text-md",
        rule.emergency ? "bg-bad-soft text-bad-ink" : "bg-warn-soft text-warn-ink",
      )}
    >
      <StateIcon state={rule.emergency ? "bad" : "warn"} size={large ? 18 : 14} />
      <span className="foreign">{t("rules.chip", { name: localName(rule, i18n.language) })}</span>
      {aside ? <span className="foreign text-sm font-normal">{aside}</span> : null}
    </span>
  );
}

/** The sentences of the rule are read when somebody asks. */
function SwitchOff({
  rule,
  tenant,
  onClose,
}: {
  rule: WallRule;
  tenant: string | undefined;
  onClose: () => void;
}) {
  const { i18n } = useTranslation("routing");
  const policy = useQuery({ ...policyQuery(rule.tenant_id, i18n.language), retry: false });
  const lines = policy.data?.present?.words.rules.find(({ id }) => id === rule.rule_id)?.lines ?? [];
  const asked: Asked = {
    tenant_id: rule.tenant_id,
    tenant,
    rule: { ...rule, id: rule.rule_id },
    on: false,
    lines,
  };
  return <SwitchDialog asked={asked} onClose={onClose} />;
}
