/** Canned answers: texts that agents insert by a shortcut or by pinyin initials. */
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { Badge, Select, TextField } from "@kit/ui";
import type { DataColumn } from "@kit/ui/DataTable.tsx";
import { hasScope, useSession } from "../app/session.tsx";
import { changes } from "./forms.ts";
import { errorOf, MaybeSelect, NONE, Pair, TenantField, useHome } from "./parts/fields.tsx";
import { FormDialog } from "./parts/FormDialog.tsx";
import { ListPage, OpenCell } from "./parts/ListPage.tsx";
import { useQueueNames, useTenantNames } from "./parts/names.ts";
import { RetireButton } from "./parts/RetireButton.tsx";
import { useForm } from "./parts/useForm.ts";
import { useKeep } from "./parts/useKeep.ts";
import type { CannedItem } from "./wire.ts";

export function CannedPage() {
  const { t } = useTranslation("settings");
  const session = useSession();
  return (
    <ListPage<CannedItem>
      title={t("canned.title")}
      explain={t("canned.explain")}
      icon="canned"
      path="/api/canned"
      columns={useColumns()}
      words={words}
      create={hasScope(session, "canned.write") ? t("canned.create") : null}
      empty={{ title: t("canned.empty"), text: t("canned.emptyText") }}
      editor={(item, close) => <CannedEditor item={item} onClose={close} />}
      initialSort={{ id: "title", desc: false }}
      rowHeight={48}
    />
  );
}

const words = (canned: CannedItem): string => `${canned.title} ${canned.text} ${canned.shortcut ?? ""}`;

function useColumns(): DataColumn<CannedItem>[] {
  const { t } = useTranslation("settings");
  const tenants = useTenantNames();
  const queues = useQueueNames();
  return useMemo(
    () => [
      {
        id: "title",
        header: t("canned.name"),
        isRowHeader: true,
        sort: (canned) => canned.title,
        cell: (canned) => <OpenCell id={canned.id} name={canned.title} note={canned.text} />,
      },
      {
        id: "shortcut",
        header: t("canned.shortcut"),
        width: "112px",
        sort: (canned) => canned.shortcut,
        cell: (canned) =>
          canned.shortcut ? (
            <code className="font-mono text-sm text-ink-2">/{canned.shortcut}</code>
          ) : (
            <span className="text-ink-3">—</span>
          ),
      },
      {
        id: "locale",
        header: t("canned.locale"),
        width: "96px",
        cell: (canned) => <Badge>{t(`language.${canned.locale ?? "any"}`)}</Badge>,
      },
      {
        id: "queue",
        header: t("canned.queue"),
        width: "16%",
        cell: (canned) => (
          <span className="text-ink-2">
            {canned.queue_id ? queues.of(canned.queue_id) : t("canned.anyQueue")}
          </span>
        ),
      },
      {
        id: "tenant",
        header: t("tenant"),
        width: "16%",
        sort: (canned) => tenants.of(canned.tenant_id),
        cell: (canned) => <span className="text-ink-2">{tenants.of(canned.tenant_id)}</span>,
      },
    ],
    [t, tenants, queues],
  );
}

interface CannedForm {
  tenant_id: string;
  title: string;
  text: string;
  shortcut: string;
  locale: string | null;
  queue_id: string | null;
}

function CannedEditor({ item, onClose }: { item: CannedItem | null; onClose: () => void }) {
  const { t } = useTranslation("settings");
  const home = useHome();
  const before: CannedForm = {
    tenant_id: item?.tenant_id ?? home,
    title: item?.title ?? "",
    text: item?.text ?? "",
    shortcut: item?.shortcut ?? "",
    locale: item ? item.locale : "zh-CN",
    queue_id: item?.queue_id ?? null,
  };
  const form = useForm(before);
  const { value, set, error } = form;
  const save = useKeep("/api/canned", form, onClose);
  const submit = () => {
    const faults: Record<string, string> = {};
    if (value.title.trim() === "") faults["title"] = t("fault.required");
    if (value.text.trim() === "") faults["text"] = t("fault.required");
    if (Object.keys(faults).length > 0) return form.refuse(faults);
    const wire = (given: CannedForm) => ({ ...given, shortcut: given.shortcut.replace(/^\//, "") || null });
    save.keep(item?.id ?? null, item ? changes(wire(before), wire(value)) : wire(value), value.title);
  };
  return (
    <FormDialog
      title={item ? t("canned.edit", { name: item.title }) : t("canned.create")}
      form={form}
      onClose={onClose}
      onSubmit={submit}
      isPending={save.isPending}
    >
      <TextField
        label={t("canned.name")}
        isRequired
        autoFocus
        value={value.title}
        onChange={(title) => set({ title })}
        error={error("title")}
        maxLength={80}
      />
      <TextField
        label={t("canned.text")}
        help={t("canned.textHelp")}
        isRequired
        rows={5}
        value={value.text}
        onChange={(text) => set({ text })}
        error={error("text")}
        maxLength={4000}
      />
      <Pair>
        <TextField
          label={t("canned.shortcut")}
          help={t("canned.shortcutHelp")}
          value={value.shortcut}
          onChange={(shortcut) => set({ shortcut })}
          error={error("shortcut")}
          maxLength={20}
        />
        <Select
          label={t("canned.locale")}
          value={value.locale ?? NONE}
          onChange={(key) => set({ locale: key === NONE ? null : key })}
          options={[
            { id: NONE, label: t("language.any") },
            { id: "zh-CN", label: t("language.zh-CN") },
            { id: "en", label: t("language.en") },
          ]}
          {...errorOf(form, "locale")}
        />
      </Pair>
      <MaybeSelect
        label={t("canned.queue")}
        names={useQueueNames()}
        none={t("canned.anyQueue")}
        value={value.queue_id}
        onChange={(queue_id) => set({ queue_id })}
        error={error("queue_id")}
      />
      <TenantField form={form} isNew={item === null} />
      {item ? (
        <div className="border-t border-line pt-3">
          <RetireButton
            path="/api/canned"
            id={item.id}
            name={item.title}
            text={t("canned.retireText")}
            onDone={onClose}
          />
        </div>
      ) : null}
    </FormDialog>
  );
}
