/** Business hours: calendars by week, with exceptions and public holidays, and what they mean day by day. */
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { Badge } from "@kit/ui";
import type { DataColumn } from "@kit/ui/DataTable.tsx";
import { hasScope, useSession } from "../app/session.tsx";
import { HoursEditor } from "./HoursEditor.tsx";
import { ListPage, OpenCell } from "./parts/ListPage.tsx";
import { localName, useTenantNames } from "./parts/names.ts";
import { runsOf, timeText, type Week, weekOf } from "./week.ts";
import type { HoursItem } from "./wire.ts";

export function HoursPage() {
  const { t } = useTranslation("settings");
  const session = useSession();
  return (
    <ListPage<HoursItem>
      title={t("hours.title")}
      explain={t("hours.explain")}
      icon="clock"
      path="/api/hours"
      columns={useColumns()}
      words={words}
      create={hasScope(session, "hours.write") ? t("hours.create") : null}
      empty={{ title: t("hours.empty"), text: t("hours.emptyText") }}
      editor={(item, close) => <HoursEditor item={item} onClose={close} />}
      initialSort={{ id: "name", desc: false }}
      minWidth={660}
    />
  );
}

const words = (hours: HoursItem): string => `${hours.name} ${hours.name_en} ${hours.zone}`;

/** `周一至周五 09:00–18:00；周六、日休息` */
export function useWeekWords(): (week: Week) => string {
  const { t } = useTranslation("settings");
  return (week) => {
    const day = (index: number): string => t(`weekday.${index}`);
    return runsOf(week)
      .map(({ first, last, day: stretches }) => {
        const days = first === last ? day(first) : t("hours.run", { first: day(first), last: day(last) });
        const times = stretches.map(({ from, to }) => `${timeText(from)}–${timeText(to)}`).join(" ");
        return `${days} ${times || t("hours.closed")}`;
      })
      .join(t("hours.separator"));
  };
}

function useColumns(): DataColumn<HoursItem>[] {
  const { t, i18n } = useTranslation("settings");
  const locale = i18n.language;
  const tenants = useTenantNames();
  const say = useWeekWords();
  return useMemo(
    () => [
      {
        id: "name",
        header: t("name"),
        isRowHeader: true,
        width: "22%",
        sort: (hours) => localName(hours, locale),
        cell: (hours) => <OpenCell id={hours.id} name={localName(hours, locale)} />,
      },
      {
        id: "now",
        header: t("hours.now"),
        width: "96px",
        cell: (hours) =>
          hours.open_now ? <Badge tone="ok">{t("hours.open")}</Badge> : <Badge>{t("hours.shut")}</Badge>,
      },
      {
        id: "week",
        header: t("hours.week"),
        cell: (hours) => {
          const text = say(weekOf(hours.rules.weekly));
          return (
            <span className="tabular text-ink-2" title={text}>
              {text}
            </span>
          );
        },
      },
      {
        id: "holidays",
        header: t("hours.holidays"),
        width: "112px",
        cell: (hours) => (
          <span className="text-ink-2">
            {hours.rules.holidays === "CN" ? t("hours.holidaysCn") : t("hours.holidaysNone")}
          </span>
        ),
      },
      {
        id: "tenant",
        header: t("tenant"),
        width: "16%",
        sort: (hours) => tenants.of(hours.tenant_id),
        cell: (hours) => <span className="text-ink-2">{tenants.of(hours.tenant_id)}</span>,
      },
    ],
    [t, locale, tenants, say],
  );
}
