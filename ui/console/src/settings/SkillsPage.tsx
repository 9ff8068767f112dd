/** Skills: what people can and queues ask for. */
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { Badge, Select, Switch, TextField } from "@kit/ui";
import type { DataColumn } from "@kit/ui/DataTable.tsx";
import { hasScope, useSession } from "../app/session.tsx";
import { NameFields, Pair, TenantField, useHome } from "./parts/fields.tsx";
import { FormDialog } from "./parts/FormDialog.tsx";
import { ListPage, OpenCell } from "./parts/ListPage.tsx";
import { localName, useTenantNames } from "./parts/names.ts";
import { RetireButton } from "./parts/RetireButton.tsx";
import { useForm } from "./parts/useForm.ts";
import { useKeep } from "./parts/useKeep.ts";
import { SKILL_KINDS, type SkillItem, type SkillKind } from "./wire.ts";

export function SkillsPage() {
  const { t } = useTranslation("settings");
  const session = useSession();
  return (
    <ListPage<SkillItem>
      title={t("skill.title")}
      explain={t("skill.explain")}
      icon="skill"
      path="/api/skills"
      columns={useColumns()}
      words={words}
      create={hasScope(session, "queue.write") ? t("skill.create") : null}
      empty={{ title: t("skill.empty"), text: t("skill.emptyText") }}
      editor={(item, close) => <SkillEditor item={item} onClose={close} />}
      initialSort={{ id: "kind", desc: false }}
    />
  );
}

const words = (skill: SkillItem): string => `${skill.name} ${skill.name_en} ${skill.key}`;

function useColumns(): DataColumn<SkillItem>[] {
  const { t, i18n } = useTranslation("settings");
  const locale = i18n.language;
  const tenants = useTenantNames();
  return useMemo(
    () => [
      {
        id: "name",
        header: t("name"),
        isRowHeader: true,
        sort: (skill) => localName(skill, locale),
        cell: (skill) => <OpenCell id={skill.id} name={localName(skill, locale)} />,
      },
      {
        id: "kind",
        header: t("skill.kind"),
        width: "120px",
        sort: (skill) => SKILL_KINDS.indexOf(skill.kind),
        cell: (skill) => <Badge>{t(`skill.kinds.${skill.kind}`)}</Badge>,
      },
      {
        id: "key",
        header: t("skill.key"),
        width: "28%",
        sort: (skill) => skill.key,
        cell: (skill) => <code className="font-mono text-sm text-ink-2">{skill.key}</code>,
      },
      {
        id: "tenant",
        header: t("tenant"),
        width: "24%",
        sort: (skill) => (skill.tenant_id ? tenants.of(skill.tenant_id) : ""),
        cell: (skill) => (
          <span className="text-ink-2">
            {skill.tenant_id ? tenants.of(skill.tenant_id) : t("skill.common")}
          </span>
        ),
      },
    ],
    [t, locale, tenants],
  );
}

interface SkillForm {
  tenant_id: string | null;
  common: boolean;
  key: string;
  name: string;
  name_en: string;
  kind: SkillKind;
}

function SkillEditor({ item, onClose }: { item: SkillItem | null; onClose: () => void }) {
  const { t } = useTranslation("settings");
  const session = useSession();
  const home = useHome();
  const form = useForm<SkillForm>({
    tenant_id: item ? item.tenant_id : home,
    common: item ? item.tenant_id === null : false,
    key: item?.key ?? "product:",
    name: item?.name ?? "",
    name_en: item?.name_en ?? "",
    kind: item?.kind ?? "product",
  });
  const save = useKeep("/api/skills", form, onClose);
  const { value, set } = form;
  const submit = () => {
    if (value.name.trim() === "") return form.refuse({ name: t("fault.required") });
    const body = item ? { name: value.name, name_en: value.name_en } : value;
    save.keep(item?.id ?? null, body, value.name);
  };
  return (
    <FormDialog
      title={item ? t("skill.edit", { name: item.name }) : t("skill.create")}
      form={form}
      onClose={onClose}
      onSubmit={submit}
      isPending={save.isPending}
    >
      <NameFields form={form} />
      <Pair>
        <Select
          label={t("skill.kind")}
          value={value.kind}
          isDisabled={item !== null}
          onChange={(kind) => set({ kind })}
          options={SKILL_KINDS.map((kind) => ({ id: kind, label: t(`skill.kinds.${kind}`) }))}
        />
        <TextField
          label={t("skill.key")}
          help={item ? t("skill.keyFixed") : t("skill.keyHelp")}
          isDisabled={item !== null}
          isRequired
          value={value.key}
          onChange={(key) => set({ key })}
          error={form.error("key")}
        />
      </Pair>
      {value.common ? null : <TenantField form={form} isNew={item === null} />}
      {item === null && session.person.roles.includes("city_operator") ? (
        <Switch isSelected={value.common} onChange={(common) => set({ common })}>
          {t("skill.makeCommon")}
        </Switch>
      ) : null}
      {item ? (
        <div className="border-t border-line pt-3">
          <RetireButton
            path="/api/skills"
            id={item.id}
            name={item.name}
            text={t("skill.retireText")}
            onDone={onClose}
          />
        </div>
      ) : null}
    </FormDialog>
  );
}
