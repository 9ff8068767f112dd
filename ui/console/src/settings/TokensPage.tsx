/** API tokens: keys for programs with a part of the own rights. A secret is shown once and stored nowhere. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Badge, Button, Dialog, Notice, Select, TextField } from "@kit/ui";
import { type DataColumn, DataTable } from "@kit/ui/DataTable.tsx";
import { api } from "../app/api.ts";
import { useSession } from "../app/session.tsx";
import { CopyBox } from "./parts/CopyBox.tsx";
import { listQuery } from "./parts/data.ts";
import { Checks } from "./parts/fields.tsx";
import { FormDialog } from "./parts/FormDialog.tsx";
import { ListState, PageHead, Sheet } from "./parts/Page.tsx";
import { RetireButton } from "./parts/RetireButton.tsx";
import { useForm } from "./parts/useForm.ts";
import { useWhen } from "./parts/when.ts";
import type { TokenItem } from "./wire.ts";

const PATH = "/api/tokens";

export function TokensPage() {
  const { t } = useTranslation("settings");
  const query = useQuery(listQuery<TokenItem>(PATH));
  const [making, setMaking] = useState(false);
  const [secret, setSecret] = useState<string | null>(null);
  const create = (
    <Button variant="primary" icon="plus" onPress={() => setMaking(true)}>
      {t("token.create")}
    </Button>
  );
  return (
    <>
      <PageHead title={t("token.title")} explain={t("token.explain")} action={create} />
      <ListState
        query={query}
        empty={{ icon: "key", title: t("token.empty"), text: t("token.emptyText"), action: create }}
      >
        {(items) => <TokenTable items={items} />}
      </ListState>
      {making ? (
        <NewToken
          onClose={() => setMaking(false)}
          onMade={(made) => {
            setMaking(false);
            setSecret(made);
          }}
        />
      ) : null}
      <Dialog
        isOpen={secret !== null}
        onClose={() => setSecret(null)}
        title={t("token.made")}
        isDismissable={false}
        footer={
          <Button variant="primary" onPress={() => setSecret(null)}>
            {t("token.kept")}
          </Button>
        }
      >
        <Notice tone="warn" className="mb-3">
          {t("token.onlyOnce")}
        </Notice>
        <CopyBox label={t("token.secret")} text={secret ?? ""} />
      </Dialog>
    </>
  );
}

function TokenTable({ items }: { items: TokenItem[] }) {
  const { t } = useTranslation("settings");
  const when = useWhen();
  const never = <span className="text-ink-3">{t("token.never")}</span>;
  const columns: DataColumn<TokenItem>[] = [
    {
      id: "name",
      header: t("name"),
      isRowHeader: true,
      sort: (token) => token.name,
      cell: (token) => (
        <span className="flex items-baseline gap-2">
          <span className="foreign min-w-0 font-medium text-ink">{token.name}</span>
          <code className="font-mono text-sm text-ink-3">…{token.hint}</code>
        </span>
      ),
    },
    {
      id: "scopes",
      header: t("token.scopes"),
      width: "26%",
      cell: (token) => (
        <span className="flex flex-wrap gap-1" title={token.scopes.join(" ")}>
          {token.scopes
            .filter((scope) => scope !== "self")
            .map((scope) => (
              <Badge key={scope}>{scope}</Badge>
            ))}
        </span>
      ),
    },
    {
      id: "created",
      header: t("token.created"),
      width: "14%",
      sort: (token) => token.created_at,
      cell: (token) => when(token.created_at),
    },
    {
      id: "used",
      header: t("token.used"),
      width: "14%",
      sort: (token) => token.used_at,
      cell: (token) => (token.used_at ? when(token.used_at) : never),
    },
    {
      id: "expires",
      header: t("token.expires"),
      width: "14%",
      sort: (token) => token.expires_at,
      cell: (token) => (token.expires_at ? when(token.expires_at) : never),
    },
    {
      id: "revoke",
      header: t("acts"),
      width: "112px",
      cell: (token) => (
        <RetireButton
          path={PATH}
          id={token.id}
          name={token.name}
          act={t("token.revoke")}
          text={t("token.revokeText")}
          onDone={() => undefined}
        />
      ),
    },
  ];
  return (
    <Sheet>
      <DataTable
        label={t("token.title")}
        columns={columns}
        rows={items}
        rowId={(token) => token.id}
        minWidth={660}
        wraps
        empty={null}
        className="max-h-[60vh]"
      />
    </Sheet>
  );
}

const DAYS = ["30", "90", "365", "none"] as const;

function NewToken({ onClose, onMade }: { onClose: () => void; onMade: (secret: string) => void }) {
  const { t } = useTranslation("settings");
  const session = useSession();
  const client = useQueryClient();
  const form = useForm({ name: "", scopes: [] as string[], days: "90" });
  const { value, set, error } = form;
  const make = useMutation({
    mutationFn: () =>
      api.post<{ id: string; secret: string }>(PATH, {
        name: value.name,
        scopes: value.scopes,
        days: value.days === "none" ? null : Number(value.days),
      }),
    onSuccess: async (made) => {
      await client.invalidateQueries({ queryKey: ["settings", PATH] });
      onMade(made.secret);
    },
    onError: form.fail,
  });
  const submit = () => {
    const faults: Record<string, string> = {};
    if (value.name.trim() === "") faults["name"] = t("fault.required");
    if (value.scopes.length === 0) faults["scopes"] = t("token.scopesMissing");
    if (Object.keys(faults).length > 0) return form.refuse(faults);
    make.mutate();
  };
  return (
    <FormDialog
      title={t("token.create")}
      form={form}
      onClose={onClose}
      onSubmit={submit}
      isPending={make.isPending}
      submit={t("token.make")}
    >
      <TextField
        label={t("name")}
        help={t("token.nameHelp")}
        isRequired
        autoFocus
        value={value.name}
        onChange={(name) => set({ name })}
        error={error("name")}
        maxLength={80}
      />
      <Select
        label={t("token.days")}
        value={value.days}
        onChange={(days) => set({ days })}
        options={DAYS.map((days) => ({ id: days, label: t(`token.for.${days}`) }))}
      />
      <Checks
        label={t("token.scopes")}
        help={t("token.scopesHelp")}
        options={session.scopes
          .filter((scope) => scope !== "self")
          .map((scope) => ({ id: scope, label: scope }))}
        value={value.scopes}
        onChange={(scopes) => set({ scopes })}
        error={error("scopes")}
      />
    </FormDialog>
  );
}
