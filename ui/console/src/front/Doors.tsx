/** The three doors. The customer's opens the demo shop in a new tab; the others sign in with a demo account. */
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
          <a className="front-door front-door-customer" href="/demo/shop" target="_blank" rel="noopener">
            <Door n={1} icon="chat" name={t("doors.customer.name")} what={t("doors.customer.what")}>
              {t("doors.customer.act")}
              <Icon name="external" size={16} label={t("doors.customer.note")} />
            </Door>
          </a>
        </li>
        <li className="contents">
          <button
            type="button"
            className="front-door front-door-agent"
            aria-disabled={enter.isPending}
            onClick={() => open("agent")}
          >
            <Door n={2} icon="headset" name={t("doors.agent.name")} what={t("doors.agent.what")}>
              {opening === "agent" ? t("doors.entering") : t("doors.agent.act")}
              <Icon name="arrowRight" size={16} />
            </Door>
          </button>
        </li>
        <li className="contents">
          <button
            type="button"
            className="front-door front-door-supervisor"
            aria-disabled={enter.isPending}
            onClick={() => open("supervisor")}
          >
            <Door n={3} icon="wall" name={t("doors.supervisor.name")} what={t("doors.supervisor.what")}>
              {opening === "supervisor" ? t("doors.entering") : t("doors.supervisor.act")}
              <Icon name="arrowRight" size={16} />
            </Door>
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

interface DoorProps {
  n: number;
  icon: IconName;
  name: string;
  what: string;
  children: ReactNode;
}

function Door({ n, icon, name, what, children }: DoorProps) {
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
        <span className="front-door-act mt-auto pt-4">{children}</span>
      </span>
    </>
  );
}
