/** `/app/settings/$section`: the list of sections this person may see at the left, the section at the right. */
import { Link, Navigate, useNavigate, useParams } from "@tanstack/react-router";
import { Suspense, useMemo } from "react";
import { useTranslation } from "react-i18next";
import { cx, EmptyState, Icon, Skeleton } from "@kit/ui";
import { type AppCommand, useCommands } from "../app/commands.ts";
import { useSession } from "../app/session.tsx";
import { useTitle } from "../app/title.ts";
import { type Section, sectionsFor } from "./sections.ts";

export function SettingsPage() {
  const { t } = useTranslation("settings");
  const { section: wanted } = useParams({ strict: false });
  const session = useSession();
  const sections = useMemo(() => sectionsFor(session), [session]);
  const section = sections.find(({ id }) => id === wanted);
  useSectionCommands(sections);
  useTitle(section ? t(`section.${section.id}`) : t("title"));

  if (!wanted && sections[0]) {
    return <Navigate to="/app/settings/$section" params={{ section: sections[0].id }} replace />;
  }
  return (
    <div className="flex h-full">
      <Sections sections={sections} />
      <div className="flex min-w-0 flex-1 flex-col overflow-auto p-6">
        {section ? (
          <Suspense fallback={<Pending />}>
            <section.page key={section.id} />
          </Suspense>
        ) : (
          <EmptyState icon="lock" title={t("noSection")}>
            {t("noSectionText")}
          </EmptyState>
        )}
      </div>
    </div>
  );
}

/** Every section by its name in the command bar. */
function useSectionCommands(sections: Section[]): void {
  const navigate = useNavigate();
  const list = useMemo(
    () =>
      sections.map((section): AppCommand => ({
        id: `settings-${section.id}`,
        title: `settings:section.${section.id}`,
        group: "go",
        icon: section.icon,
        run: () => void navigate({ to: "/app/settings/$section", params: { section: section.id } }),
      })),
    [sections, navigate],
  );
  useCommands(list);
}

function Pending() {
  const { t } = useTranslation("settings");
  return (
    <div role="status" aria-label={t("loading")}>
      <Skeleton lines={8} />
    </div>
  );
}

const GROUPS = ["service", "people", "words", "links", "own"] as const;

function Sections({ sections }: { sections: Section[] }) {
  const { t } = useTranslation("settings");
  return (
    <nav
      aria-label={t("title")}
      className="w-48 shrink-0 overflow-auto border-r border-line bg-surface px-2 py-4"
    >
      {GROUPS.map((group) => {
        const mine = sections.filter((section) => section.group === group);
        if (mine.length === 0) return null;
        return (
          <div key={group} className="pb-3">
            <p className="px-2 pb-1 text-sm text-ink-3">{t(`group.${group}`)}</p>
            <ul>
              {mine.map((section) => (
                <li key={section.id}>
                  <Link
                    to="/app/settings/$section"
                    params={{ section: section.id }}
                    search={{}}
                    className={cx(
                      "flex h-8 items-center gap-2 rounded-sm px-2 text-md text-ink-2 hover:bg-sunken hover:text-ink",
                      "aria-[current=page]:bg-accent-soft aria-[current=page]:font-medium aria-[current=page]:text-accent-ink",
                    )}
                  >
                    <Icon name={section.icon} size={16} />
                    {t(`section.${section.id}`)}
                  </Link>
                </li>
              ))}
            </ul>
          </div>
        );
      })}
    </nav>
  );
}
