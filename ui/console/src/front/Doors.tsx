/** The three doors. The customer's opens the demo shop or its call page in a new tab; the others sign in with a demo account. */
import { useNavigate } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Icon } from "@kit/icons/Icon";
import type { IconName } from "@kit/icons/Icon";
import { isLocale, setLocale } from "../app/i18n.ts";
import { reasonOf } from "./DemoRibbon.tsx";
import { type DemoRole, useEnter } from "./demo.ts";

export function Doors() {
  const { t, i18n } = useTranslation("front");
  const navigate = useNavigate();
  const enter = useEnter();

  const open = (role: DemoRole) => {
    if (enter.isPending) return;
    // A demo account's own language must not take away the one in which the newcomer is reading.
    if (isLocale(i18n.language)) void setLocale(i18n.language);
    enter.mutate(role, {
      onSuccess: () => {
        if (role === "admin") void navigate({ to: "/app/settings" });
        else void navigate({ to: role === "agent" ? "/app/desk" : "/app/wall" });
      },
    });
  };
  const opening = enter.isPending ? enter.variables : null;
  const reason = reasonOf(enter.error, t("doors.unreachable"));

  return (
    <section id="doors" aria-labelledby="doors-heading" tabIndex={-1} className="outline-none">
      <h2 id="doors-heading" className="sr-only">
        {t("doors.heading")}
      </h2>
      <ol className="grid gap-5 md:grid-cols-3">
        <li className="contents">
          <div className="front-door front-door-customer">
            <Door
              n={1}
              icon="chat"
              name={t("doors.customer.name")}
              what={t("doors.customer.what")}
              acts={<CustomerActs />}
            />
          </div>
        </li>
        <li className="contents">
          <button
            type="button"
            className="front-door front-door-agent"
            aria-disabled={enter.isPending}
            onClick={() => open("agent")}
          >
            <Door
              n={2}
              icon="headset"
              name={t("doors.agent.name")}
              what={t("doors.agent.what")}
              acts={
                <span className="front-door-act">
                  {opening === "agent" ? t("doors.entering") : t("doors.agent.act")}
                  <Icon name="arrowRight" size={16} />
                </span>
              }
            />
          </button>
        </li>
        <li className="contents">
          <button
            type="button"
            className="front-door front-door-supervisor"
            aria-disabled={enter.isPending}
            onClick={() => open("supervisor")}
          >
            <Door
              n={3}
              icon="wall"
              name={t("doors.supervisor.name")}
              what={t("doors.supervisor.what")}
              acts={
                <span className="front-door-act">
                  {opening === "supervisor" ? t("doors.entering") : t("doors.supervisor.act")}
                  <Icon name="arrowRight" size={16} />
                </span>
              }
            />
          </button>
        </li>
      </ol>
      <div className="mt-4 flex min-h-8 flex-wrap items-center justify-center gap-x-6 gap-y-1 text-md text-ink-2">
        {enter.isError ? (
          <p role="alert" className="flex items-center gap-2 text-bad-ink">
            <Icon name="errorCircle" size={16} />
            {t("doors.failed", { reason })}
          </p>
        ) : (
          <p>{t("walk")}</p>
        )}
        <button
          type="button"
          className="front-link"
          aria-disabled={enter.isPending}
          onClick={() => open("admin")}
        >
          {opening === "admin" ? t("doors.entering") : t("doors.admin")}
        </button>
      </div>
    </section>
  );
}

/** Write or call. The first link lies over the whole door; the second one above it. */
function CustomerActs() {
  const { t } = useTranslation("front");
  const act = t("doors.customer.act");
  return (
    <>
      <a
        className="front-door-act front-door-whole"
        href="/demo/shop"
        target="_blank"
        rel="noopener"
        aria-label={`${t("doors.customer.name")} · ${act} (${t("doors.customer.note")})`}
      >
        {act}
        <Icon name="external" size={16} />
      </a>
      <a
        className="front-door-act front-door-second"
        href="/v/yunshan"
        target="_blank"
        rel="noopener"
        aria-label={`${t("doors.customer.call")} (${t("doors.customer.note")})`}
      >
        <Icon name="phone" size={16} />
        {t("doors.customer.call")}
      </a>
    </>
  );
}

interface DoorProps {
  n: number;
  icon: IconName;
  name: string;
  what: string;
  acts: ReactNode;
}

function Door({ n, icon, name, what, acts }: DoorProps) {
  const { t } = useTranslation("front");
  return (
    <>
      <span className="front-arch" aria-hidden="true">
        <span className="front-arch-light">
          <Icon name={icon} size={32} />
        </span>
        <span className="front-arch-leaf">
          <span className="front-arch-knob" />
        </span>
      </span>
      <span className="flex min-w-0 flex-1 flex-col items-start text-left">
        <span className="text-sm font-semibold text-ink-3">{t("doors.step", { n })}</span>
        <span className="mt-1 text-2xl font-semibold text-ink">{name}</span>
        <span className="mt-2 text-base text-ink-2">{what}</span>
        <span className="mt-auto flex flex-wrap items-center gap-x-5 gap-y-1 pt-4">{acts}</span>
      </span>
    </>
  );
}
