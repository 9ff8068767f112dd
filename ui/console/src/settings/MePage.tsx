/** The own page: language, look, password, second factor. */
import { useMutation } from "@tanstack/react-query";
import { type FormEvent, type ReactNode, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button, ConfirmDialog, Notice, Select, TextField, toast } from "@kit/ui";
import { api, Problem } from "../app/api.ts";
import { isLocale, setLocale } from "../app/i18n.ts";
import { queryClient, sessionQuery, useSession } from "../app/session.tsx";
import { setTheme, type Theme, useTheme } from "../app/theme.ts";
import { CopyBox } from "./parts/CopyBox.tsx";
import { FormBody } from "./parts/FormDialog.tsx";
import { PageHead } from "./parts/Page.tsx";
import { useForm } from "./parts/useForm.ts";

export function MePage() {
  const { t } = useTranslation("settings");
  const session = useSession();
  return (
    <div className="max-w-2xl">
      <PageHead title={t("me.title")} explain={t("me.explain", { name: session.person.name })} />
      <div className="flex flex-col gap-4">
        <Looks />
        <Password />
        <SecondFactor />
      </div>
    </div>
  );
}

function Card({ title, explain, children }: { title: string; explain?: string; children: ReactNode }) {
  const id = useId();
  return (
    <section aria-labelledby={id} className="rounded-lg border border-line bg-surface p-5">
      <h2 id={id} className="text-base font-semibold text-ink">
        {title}
      </h2>
      {explain ? <p className="pt-0.5 text-md text-ink-2">{explain}</p> : null}
      <div className="pt-3">{children}</div>
    </section>
  );
}

const THEMES: Theme[] = ["system", "light", "dark"];

function isTheme(value: string): value is Theme {
  return THEMES.includes(value as Theme);
}

function Looks() {
  const { t, i18n } = useTranslation("settings");
  const theme = useTheme();
  // The page changes at once; that the server keeps it for other browsers may fail without harm here.
  const keep = useMutation({
    mutationFn: (wish: { locale?: string; theme?: Theme }) => api.patch("/api/me", wish),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: sessionQuery.queryKey }),
    onError: () => toast("warn", t("me.notKept")),
  });
  return (
    <Card title={t("me.looks")}>
      <div className="grid gap-3 sm:grid-cols-2">
        <Select
          label={t("me.locale")}
          value={i18n.language}
          onChange={(locale) => {
            if (!isLocale(locale)) return;
            void setLocale(locale);
            keep.mutate({ locale });
          }}
          options={[
            { id: "zh-CN", label: "简体中文" },
            { id: "en", label: "English" },
          ]}
        />
        <Select
          label={t("me.theme")}
          value={theme}
          onChange={(wish) => {
            if (!isTheme(wish)) return;
            setTheme(wish);
            keep.mutate({ theme: wish });
          }}
          options={THEMES.map((each) => ({ id: each, label: t(`me.themes.${each}`) }))}
        />
      </div>
    </Card>
  );
}

function Password() {
  const { t } = useTranslation("settings");
  const id = useId();
  const [round, setRound] = useState(0);
  return (
    <Card title={t("me.password")} explain={t("me.passwordExplain")}>
      <PasswordForm key={round} id={id} onDone={() => setRound(round + 1)} />
    </Card>
  );
}

function PasswordForm({ id, onDone }: { id: string; onDone: () => void }) {
  const { t } = useTranslation("settings");
  const form = useForm({ old: "", new: "", again: "" });
  const { value, set, error } = form;
  const change = useMutation({
    mutationFn: () => api.post("/api/me/password", { old: value.old, new: value.new }),
    onSuccess: () => {
      toast("ok", t("me.passwordChanged"));
      onDone();
    },
    onError: form.fail,
  });
  const submit = () => {
    const faults: Record<string, string> = {};
    if (value.old === "") faults["old"] = t("fault.required");
    if (value.new === "") faults["new"] = t("fault.required");
    if (value.new !== value.again) faults["again"] = t("me.passwordDiffers");
    if (Object.keys(faults).length > 0) return form.refuse(faults);
    change.mutate();
  };
  return (
    <FormBody id={id} form={form} onSubmit={submit}>
      <TextField
        label={t("me.passwordOld")}
        type="password"
        value={value.old}
        onChange={(old) => set({ old })}
        error={error("old")}
        inputProps={{ autoComplete: "current-password" }}
      />
      <div className="grid items-start gap-3 sm:grid-cols-2">
        <TextField
          label={t("me.passwordNew")}
          help={t("me.passwordHelp")}
          type="password"
          value={value.new}
          onChange={(next) => set({ new: next })}
          error={error("new")}
          inputProps={{ autoComplete: "new-password" }}
        />
        <TextField
          label={t("me.passwordAgain")}
          type="password"
          value={value.again}
          onChange={(again) => set({ again })}
          error={error("again")}
          inputProps={{ autoComplete: "new-password" }}
        />
      </div>
      <div>
        <Button type="submit" isPending={change.isPending}>
          {t("me.passwordChange")}
        </Button>
      </div>
    </FormBody>
  );
}

interface TotpOffer {
  secret: string;
  url: string;
  svg: string;
}

/** On, off, or being set up. The server says which by its refusal when the session does not carry it. */
function SecondFactor() {
  const { t } = useTranslation("settings");
  const session = useSession();
  const known = (session.person as { totp?: boolean }).totp;
  const [on, setOn] = useState<boolean | undefined>(known);
  const begin = useMutation({
    mutationFn: () => api.post<TotpOffer>("/api/me/totp"),
    onError: (error) => {
      if (error instanceof Problem && error.code === "totp_on") setOn(true);
      else toast("bad", t("me.totpFailed"));
    },
  });
  if (on) return <TotpOn onEnded={() => setOn(false)} />;
  return (
    <Card title={t("me.totp")} explain={t("me.totpExplain")}>
      {begin.data ? (
        <TotpSetUp
          offer={begin.data}
          onDone={() => {
            begin.reset();
            setOn(true);
          }}
        />
      ) : (
        <Button icon="shield" isPending={begin.isPending} onPress={() => begin.mutate()}>
          {t("me.totpBegin")}
        </Button>
      )}
    </Card>
  );
}

function TotpSetUp({ offer, onDone }: { offer: TotpOffer; onDone: () => void }) {
  const { t } = useTranslation("settings");
  return (
    <div className="flex flex-wrap gap-6">
      <img
        // The server's own SVG, shown as an image: whatever it held could not run.
        src={`data:image/svg+xml;utf8,${encodeURIComponent(offer.svg)}`}
        alt={t("me.totpQr")}
        className="size-44 rounded-md border border-line bg-[#fff] p-2"
      />
      <div className="flex min-w-64 flex-1 flex-col gap-3">
        <ol className="list-decimal space-y-1 pl-5 text-md text-ink-2">
          <li>{t("me.totpStep1")}</li>
          <li>{t("me.totpStep2")}</li>
          <li>{t("me.totpStep3")}</li>
        </ol>
        <CopyBox label={t("me.totpSecret")} text={offer.secret} />
        <CodeForm
          label={t("me.totpCode")}
          act={t("me.totpConfirm")}
          send={(code) => api.post("/api/me/totp/confirm", { code })}
          onDone={() => {
            toast("ok", t("me.totpIsOn"));
            onDone();
          }}
        />
      </div>
    </div>
  );
}

function TotpOn({ onEnded }: { onEnded: () => void }) {
  const { t } = useTranslation("settings");
  const [ending, setEnding] = useState(false);
  const [sure, setSure] = useState(false);
  return (
    <Card title={t("me.totp")} explain={t("me.totpExplain")}>
      <Notice tone="ok">{t("me.totpIsOn")}</Notice>
      <div className="pt-3">
        {sure ? (
          <CodeForm
            label={t("me.totpLastCode")}
            act={t("me.totpEnd")}
            send={(code) => api.delete("/api/me/totp", { code })}
            onDone={() => {
              toast("ok", t("me.totpEnded"));
              onEnded();
            }}
          />
        ) : (
          <Button variant="ghost" className="text-bad-ink!" onPress={() => setEnding(true)}>
            {`${t("me.totpEnd")}…`}
          </Button>
        )}
      </div>
      <ConfirmDialog
        isOpen={ending}
        onClose={() => setEnding(false)}
        onConfirm={() => {
          setEnding(false);
          setSure(true);
        }}
        title={t("me.totpEndTitle")}
        confirm={t("me.totpEnd")}
      >
        {t("me.totpEndText")}
      </ConfirmDialog>
    </Card>
  );
}

interface CodeProps {
  label: string;
  act: string;
  send: (code: string) => Promise<unknown>;
  onDone: () => void;
}

function CodeForm({ label, act, send, onDone }: CodeProps) {
  const { t } = useTranslation("settings");
  const [code, setCode] = useState("");
  const check = useMutation({ mutationFn: () => send(code.replace(/\s/g, "")), onSuccess: onDone });
  const error =
    check.error instanceof Problem
      ? check.error.title || t("fault.unreachable")
      : check.error
        ? t("fault.unreachable")
        : undefined;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    check.mutate();
  };
  return (
    <form onSubmit={submit} noValidate className="flex items-start gap-2">
      <TextField
        label={label}
        className="w-40"
        value={code}
        onChange={(next) => {
          setCode(next.normalize("NFKC"));
          check.reset();
        }}
        error={error}
        inputProps={{ inputMode: "numeric", autoComplete: "one-time-code" }}
        maxLength={8}
      />
      <Button type="submit" className="mt-6" isPending={check.isPending} isDisabled={code.trim().length < 6}>
        {act}
      </Button>
    </form>
  );
}
