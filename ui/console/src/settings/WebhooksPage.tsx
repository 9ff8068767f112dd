/** Webhooks: contact events for other systems, with a test, the log of deliveries and a secret that is shown once. */
import { useMutation } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { Badge, Button, ConfirmDialog, Dialog, Notice, Switch, TextField, toast } from "@kit/ui";
import type { DataColumn } from "@kit/ui/DataTable.tsx";
import { api } from "../app/api.ts";
import { reasonOf } from "../front/DemoRibbon.tsx";
import { Deliveries } from "./Deliveries.tsx";
import { changes } from "./forms.ts";
import { CopyBox } from "./parts/CopyBox.tsx";
import { useSave } from "./parts/data.ts";
import { Checks, TenantField, useHome } from "./parts/fields.tsx";
import { FormDialog } from "./parts/FormDialog.tsx";
import { ListPage, OpenCell } from "./parts/ListPage.tsx";
import { useTenantNames } from "./parts/names.ts";
import { Group } from "./parts/Page.tsx";
import { RetireButton } from "./parts/RetireButton.tsx";
import { useForm } from "./parts/useForm.ts";
import { useWhen } from "./parts/when.ts";
import { EVENT_NAMES, type WebhookItem } from "./wire.ts";

const PATH = "/api/webhooks";

export function WebhooksPage() {
  const { t } = useTranslation("settings");
  const [secret, setSecret] = useState<string | null>(null);
  return (
    <>
      <ListPage<WebhookItem>
        title={t("webhook.title")}
        explain={t("webhook.explain")}
        icon="webhook"
        path={PATH}
        columns={useColumns()}
        words={words}
        create={t("webhook.create")}
        empty={{ title: t("webhook.empty"), text: t("webhook.emptyText") }}
        editor={(item, close) => <WebhookEditor item={item} onClose={close} onSecret={setSecret} />}
        minWidth={660}
      />
      <Dialog
        isOpen={secret !== null}
        onClose={() => setSecret(null)}
        title={t("webhook.secret")}
        isDismissable={false}
        footer={
          <Button variant="primary" onPress={() => setSecret(null)}>
            {t("token.kept")}
          </Button>
        }
      >
        <Notice tone="warn" className="mb-3">
          {t("webhook.secretOnce")}
        </Notice>
        <CopyBox label={t("webhook.secret")} text={secret ?? ""} />
      </Dialog>
    </>
  );
}

const words = (hook: WebhookItem): string => hook.url;

function useColumns(): DataColumn<WebhookItem>[] {
  const { t } = useTranslation("settings");
  const tenants = useTenantNames();
  const when = useWhen();
  return useMemo(
    () => [
      {
        id: "url",
        header: t("webhook.url"),
        isRowHeader: true,
        sort: (hook) => hook.url,
        cell: (hook) => <OpenCell id={hook.id} name={hook.url} />,
      },
      {
        id: "state",
        header: t("webhook.state"),
        width: "128px",
        cell: (hook) => <StateSign hook={hook} />,
      },
      {
        id: "success",
        header: t("webhook.lastSuccess"),
        width: "148px",
        sort: (hook) => hook.last_success_at,
        cell: (hook) => (
          <span className={hook.last_success_at ? "text-ink-2" : "text-ink-3"}>
            {hook.last_success_at ? when(hook.last_success_at) : t("token.never")}
          </span>
        ),
      },
      {
        id: "tenant",
        header: t("tenant"),
        width: "20%",
        sort: (hook) => tenants.of(hook.tenant_id),
        cell: (hook) => <span className="text-ink-2">{tenants.of(hook.tenant_id)}</span>,
      },
    ],
    [t, tenants, when],
  );
}

function StateSign({ hook }: { hook: WebhookItem }) {
  const { t } = useTranslation("settings");
  if (!hook.active) {
    return (
      <Badge tone={hook.off_reason === "by_hand" ? "plain" : "bad"}>
        {t(`webhook.off.${hook.off_reason ?? "by_hand"}`)}
      </Badge>
    );
  }
  if (hook.failing_since !== null) return <Badge tone="warn">{t("webhook.failing")}</Badge>;
  return <Badge tone="ok">{t("webhook.on")}</Badge>;
}

interface WebhookForm {
  tenant_id: string;
  url: string;
  events: string[];
  active: boolean;
}

interface EditorProps {
  item: WebhookItem | null;
  onClose: () => void;
  onSecret: (secret: string) => void;
}

function WebhookEditor({ item, onClose, onSecret }: EditorProps) {
  const { t } = useTranslation("settings");
  const home = useHome();
  const before: WebhookForm = {
    tenant_id: item?.tenant_id ?? home,
    url: item?.url ?? "https://",
    events: item?.events ?? ["contact.closed"],
    active: item?.active ?? true,
  };
  const form = useForm(before);
  const { value, set, error } = form;
  const save = useSave<WebhookItem & { secret?: string }>(PATH);
  const submit = () => {
    if (value.events.length === 0) return form.refuse({ events: t("webhook.eventsMissing") });
    const { tenant_id, url, events } = value;
    save.mutate(
      { id: item?.id ?? null, body: item ? changes(before, value) : { tenant_id, url, events } },
      {
        onSuccess: (made) => {
          toast("ok", t("saved", { name: made.url }));
          onClose();
          if (made.secret) onSecret(made.secret);
        },
        onError: form.fail,
      },
    );
  };
  return (
    <FormDialog
      title={item ? t("webhook.edit") : t("webhook.create")}
      size="lg"
      form={form}
      onClose={onClose}
      onSubmit={submit}
      isPending={save.isPending}
    >
      {item?.off_reason && item.off_reason !== "by_hand" ? (
        <Notice tone="bad">{t(`webhook.offWhy.${item.off_reason}`)}</Notice>
      ) : null}
      <TextField
        label={t("webhook.url")}
        help={t("webhook.urlHelp")}
        isRequired
        autoFocus
        value={value.url}
        onChange={(url) => set({ url: url.trim() })}
        error={error("url")}
        inputProps={{ inputMode: "url", spellCheck: false }}
      />
      <TenantField form={form} isNew={item === null} />
      <Checks
        label={t("webhook.events")}
        options={EVENT_NAMES.map((name) => ({
          id: name,
          label: t(`webhook.event.${name.replace(".", "_")}`),
        }))}
        value={value.events}
        onChange={(events) => set({ events })}
        error={error("events")}
      />
      {item ? (
        <>
          <Switch isSelected={value.active} onChange={(active) => set({ active })}>
            {t("webhook.active")}
          </Switch>
          <Group title={t("webhook.log")} explain={t("webhook.logExplain")}>
            <Deliveries hookId={item.id} />
          </Group>
          <div className="flex flex-wrap gap-2 border-t border-line pt-3">
            <Renew id={item.id} onSecret={onSecret} />
            <RetireButton
              path={PATH}
              id={item.id}
              name={item.url}
              act={t("webhook.delete")}
              text={t("webhook.deleteText")}
              onDone={onClose}
            />
          </div>
        </>
      ) : null}
    </FormDialog>
  );
}

function Renew({ id, onSecret }: { id: string; onSecret: (secret: string) => void }) {
  const { t } = useTranslation("settings");
  const [asking, setAsking] = useState(false);
  const renew = useMutation({
    mutationFn: () => api.post<{ secret: string }>(`${PATH}/${id}/secret`),
    onSuccess: ({ secret }) => onSecret(secret),
    onError: (error) => toast("bad", reasonOf(error, t("fault.unreachable"))),
    onSettled: () => setAsking(false),
  });
  return (
    <>
      <Button variant="ghost" icon="key" onPress={() => setAsking(true)}>
        {`${t("webhook.renew")}…`}
      </Button>
      <ConfirmDialog
        isOpen={asking}
        onClose={() => setAsking(false)}
        onConfirm={() => renew.mutate()}
        isPending={renew.isPending}
        variant="primary"
        title={t("webhook.renewTitle")}
        confirm={t("webhook.renew")}
      >
        {t("webhook.renewText")}
      </ConfirmDialog>
    </>
  );
}
