/** Sign-in: e-mail and password, then the six digits when the person has a second factor. */
import { Link, useRouter, useSearch } from "@tanstack/react-router";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { Button as AriaButton } from "react-aria-components";
import { useTranslation } from "react-i18next";
import { Button, Icon, Notice, TextField } from "@kit/ui";
import { Problem } from "./api.ts";
import { LOCALES, setLocale } from "./i18n.ts";
import { Mark } from "./Mark.tsx";
import { signIn } from "./session.tsx";
import { useTitle } from "./title.ts";

/** Codes that this page has its own words for; anything else is said in the server's. */
const KNOWN = ["sign_in_failed", "totp_wrong", "throttled", "unreachable"];

/** Only a page of the console: the address bar is everybody's. */
function safeNext(next: unknown): string {
  return typeof next === "string" && /^\/app(?:[/?#]|$)/.test(next) ? next : "/app";
}

function useCountdown(): [number, (ms: number) => void] {
  const [until, setUntil] = useState(0);
  const [left, setLeft] = useState(0);
  useEffect(() => {
    if (!until) return;
    const count = () => setLeft(Math.max(0, Math.ceil((until - performance.now()) / 1_000)));
    count();
    const timer = setInterval(count, 250);
    return () => clearInterval(timer);
  }, [until]);
  return [left, (ms) => setUntil(performance.now() + ms)];
}

export function SignInPage() {
  const { t } = useTranslation("shell");
  useTitle(t("sign_in.title"));
  return (
    <div className="grid min-h-full bg-surface lg:grid-cols-[minmax(0,5fr)_minmax(0,7fr)]">
      <aside className="flex flex-col justify-between bg-accent-soft p-10 max-lg:hidden">
        <div className="flex items-center gap-3">
          <Mark size={36} />
          <span className="text-lg font-semibold text-accent-ink">{t("product")}</span>
        </div>
        <div>
          <p className="text-3xl font-semibold text-balance text-ink">{t("sign_in.promise")}</p>
          <p className="mt-3 max-w-md text-lg text-pretty text-ink-2">{t("sign_in.promise_help")}</p>
        </div>
        <p className="text-sm text-ink-2">{t("sign_in.licence")}</p>
      </aside>
      <main className="flex flex-col px-6 py-4">
        <LanguageSwitch />
        <div className="flex flex-1 items-center justify-center pb-16">
          <div className="w-full max-w-sm">
            <div className="mb-6 lg:hidden">
              <Mark size={36} />
            </div>
            <SignInForm />
          </div>
        </div>
      </main>
    </div>
  );
}

function LanguageSwitch() {
  const { t, i18n } = useTranslation("shell");
  return (
    <div className="flex justify-end gap-1" role="group" aria-label={t("person.language")}>
      {LOCALES.map((locale) => (
        <AriaButton
          key={locale}
          lang={locale}
          aria-pressed={i18n.language === locale}
          onPress={() => void setLocale(locale)}
          className="rounded-xs px-2 py-1 text-md text-ink-2 aria-pressed:font-medium aria-pressed:text-accent-ink data-hovered:bg-sunken"
        >
          {locale === "en" ? "English" : "简体中文"}
        </AriaButton>
      ))}
    </div>
  );
}

function SignInForm() {
  const { t } = useTranslation("shell");
  const search = useSearch({ from: "/sign-in" });
  const { history } = useRouter();
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const [step, setStep] = useState<"password" | "totp">("password");
  const [problem, setProblem] = useState<Problem | null>(null);
  const [isPending, setPending] = useState(false);
  const [throttled, throttle] = useCountdown();
  const codeField = useRef<HTMLInputElement>(null);

  useEffect(() => {
    if (step === "totp") codeField.current?.focus();
  }, [step]);

  const fail = (error: unknown) => {
    const refused = error instanceof Problem ? error : new Problem(0, "unreachable", "");
    if (refused.code === "totp_required") {
      setStep("totp");
      setProblem(null);
      return;
    }
    if (refused.retryAfterMs) throttle(refused.retryAfterMs);
    if (refused.code === "totp_wrong") setCode("");
    setProblem(refused);
  };

  const submit = async (event?: FormEvent) => {
    event?.preventDefault();
    if (isPending || throttled > 0) return;
    setPending(true);
    setProblem(null);
    try {
      await signIn(email.trim(), password, step === "totp" ? code.replace(/\s/g, "") : undefined);
      history.push(safeNext(search.next));
    } catch (error) {
      fail(error);
    } finally {
      setPending(false);
    }
  };

  return (
    <form onSubmit={(event) => void submit(event)} className="flex flex-col gap-4" noValidate>
      <h1 className="text-2xl font-semibold text-ink">
        {t(step === "totp" ? "sign_in.totp_title" : "sign_in.heading")}
      </h1>
      {step === "password" ? (
        <>
          <TextField
            label={t("sign_in.email")}
            type="email"
            autoComplete="username"
            value={email}
            onChange={setEmail}
            isRequired
            autoFocus
          />
          <TextField
            label={t("sign_in.password")}
            type="password"
            autoComplete="current-password"
            value={password}
            onChange={setPassword}
            isRequired
          />
        </>
      ) : (
        <>
          <p className="text-base text-ink-2">{t("sign_in.totp_help")}</p>
          <TextField
            label={t("sign_in.totp")}
            value={code}
            onChange={setCode}
            inputMode="numeric"
            autoComplete="one-time-code"
            maxLength={7}
            inputProps={{ ref: codeField }}
          />
        </>
      )}
      {problem ? (
        <Notice tone="bad" live>
          {throttled > 0
            ? t("sign_in.errors.throttled")
            : KNOWN.includes(problem.code) && problem.code !== "throttled"
              ? t(`sign_in.errors.${problem.code}`)
              : problem.title || t("sign_in.errors.other")}
        </Notice>
      ) : null}
      <Button type="submit" variant="primary" size="lg" isPending={isPending} isDisabled={throttled > 0}>
        {throttled > 0
          ? t("sign_in.wait", { seconds: throttled })
          : t(step === "totp" ? "sign_in.confirm" : "sign_in.submit")}
      </Button>
      {step === "totp" ? (
        <Button
          variant="ghost"
          onPress={() => {
            setStep("password");
            setProblem(null);
            setCode("");
          }}
        >
          {t("sign_in.back")}
        </Button>
      ) : (
        <Link
          to="/"
          className="inline-flex items-center justify-center gap-1 text-md text-accent-ink hover:underline"
        >
          {t("sign_in.front")}
          <Icon name="arrowRight" size={14} />
        </Link>
      )}
    </form>
  );
}
