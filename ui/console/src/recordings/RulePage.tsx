/** Settings → Recordings: whether calls are recorded, what callers hear of it, and for how long recordings are kept. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button, Notice, NumberField, Select, Skeleton, toast } from "@kit/ui";
import { api, Problem } from "../app/api.ts";
import { hasScope, useSession } from "../app/session.tsx";
import { PageHead } from "../settings/parts/Page.tsx";
import { TenantChoice, useTenantShown } from "../settings/parts/TenantChoice.tsx";
import { RULE_PATH, ruleQuery } from "./data.ts";
import type { Rule } from "./wire.ts";

const CONSENTS = ["always", "prompt", "never"] as const;

export function RulePage() {
  const { t } = useTranslation("recordings");
  const navigate = useNavigate();
  const tenant = useTenantShown();
  return (
    <>
      <PageHead
        title={t("rule.title")}
        explain={t("rule.explain")}
        action={
          <TenantChoice
            tenant={tenant}
            onChoose={(id) => void navigate({ to: ".", search: (before) => ({ ...before, tenant: id }) })}
          />
        }
      />
      {tenant ? <RuleOf key={tenant} tenant={tenant} /> : <Skeleton lines={4} />}
    </>
  );
}

function RuleOf({ tenant }: { tenant: string }) {
  const { t } = useTranslation("recordings");
  const query = useQuery(ruleQuery(tenant));
  if (query.error) return <Notice tone="bad">{query.error.message || t("rule.failed")}</Notice>;
  if (!query.data) return <Skeleton lines={4} />;
  return <RuleForm key={JSON.stringify(query.data)} tenant={tenant} stored={query.data} />;
}

function RuleForm({ tenant, stored }: { tenant: string; stored: Rule }) {
  const { t } = useTranslation("recordings");
  const may = hasScope(useSession(), "recording.keep");
  const [rule, setRule] = useState(stored);
  const client = useQueryClient();
  const save = useMutation({
    mutationFn: () => api.put<Rule>(`${RULE_PATH}?tenant_id=${tenant}`, rule),
    onSuccess: (now) => {
      client.setQueryData(ruleQuery(tenant).queryKey, now);
      toast("ok", t("rule.saved"));
    },
  });
  const shorter = rule.keep_days < stored.keep_days;
  return (
    <form
      className="flex max-w-lg flex-col gap-4 rounded-lg border border-line bg-surface p-5"
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      <Select
        label={t("rule.consent")}
        value={rule.consent}
        isDisabled={!may}
        onChange={(key) => setRule({ ...rule, consent: key })}
        options={CONSENTS.map((one) => ({ id: one, label: t(`rule.consents.${one}`) }))}
      />
      <NumberField
        label={t("rule.keepDays")}
        value={rule.keep_days}
        minValue={1}
        maxValue={3650}
        isDisabled={!may}
        onChange={(days) => setRule({ ...rule, keep_days: days })}
      />
      {shorter ? <Notice tone="warn">{t("rule.shorter")}</Notice> : null}
      {save.error instanceof Problem ? <Notice tone="bad">{save.error.title}</Notice> : null}
      {may ? (
        <div>
          <Button type="submit" variant="primary" isPending={save.isPending}>
            {t("rule.save")}
          </Button>
        </div>
      ) : null}
    </form>
  );
}
