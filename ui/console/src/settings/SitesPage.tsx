/** Chat sites: where the widget stands, what it says first, and to which queue each topic leads. */
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { DataColumn } from "@kit/ui/DataTable.tsx";
import { hasScope, useSession } from "../app/session.tsx";
import { ListPage, OpenCell } from "./parts/ListPage.tsx";
import { localName, useTenantNames } from "./parts/names.ts";
import { SiteEditor } from "./SiteEditor.tsx";
import type { SiteItem } from "./wire.ts";

export function SitesPage() {
  const { t } = useTranslation("settings");
  const session = useSession();
  return (
    <ListPage<SiteItem>
      title={t("site.title")}
      explain={t("site.explain")}
      icon="globe"
      path="/api/sites"
      columns={useColumns()}
      words={words}
      create={hasScope(session, "settings.write") ? t("site.create") : null}
      empty={{ title: t("site.empty"), text: t("site.emptyText") }}
      editor={(item, close) => <SiteEditor item={item} onClose={close} />}
      initialSort={{ id: "name", desc: false }}
    />
  );
}

const words = (site: SiteItem): string =>
  `${site.name} ${site.name_en} ${site.key} ${site.origins.join(" ")}`;

function useColumns(): DataColumn<SiteItem>[] {
  const { t, i18n } = useTranslation("settings");
  const locale = i18n.language;
  const tenants = useTenantNames();
  return useMemo(
    () => [
      {
        id: "name",
        header: t("name"),
        isRowHeader: true,
        sort: (site) => localName(site, locale),
        cell: (site) => <OpenCell id={site.id} name={localName(site, locale)} />,
      },
      {
        id: "colour",
        header: t("site.colour"),
        width: "72px",
        cell: (site) => (
          <span
            className="block size-5 rounded-full border border-line-2"
            style={{ backgroundColor: site.colour }}
            title={site.colour}
          />
        ),
      },
      {
        id: "topics",
        header: t("site.topics"),
        width: "26%",
        cell: (site) => (
          <span className="text-ink-2">{site.topics.map(({ label }) => label).join("、")}</span>
        ),
      },
      {
        id: "origins",
        header: t("site.origins"),
        width: "24%",
        cell: (site) => (
          <span className="text-ink-2">
            {site.origins.includes("*") ? t("site.anyOrigin") : site.origins.join("、") || t("site.ownOnly")}
          </span>
        ),
      },
      {
        id: "tenant",
        header: t("tenant"),
        width: "16%",
        sort: (site) => tenants.of(site.tenant_id),
        cell: (site) => <span className="text-ink-2">{tenants.of(site.tenant_id)}</span>,
      },
    ],
    [t, locale, tenants],
  );
}
