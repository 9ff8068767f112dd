/** What a drill, its queues, teams and skills are called. */
import { useQuery } from "@tanstack/react-query";
import { useCallback, useMemo } from "react";
import { useTranslation } from "react-i18next";
import { vocabularyQuery } from "../routing/data.ts";
import { localName, useTeamNames } from "../settings/parts/names.ts";
import { isNothing, signed } from "./model.ts";
import type { Run, Title } from "./wire.ts";

export interface Names {
  queue: (id: string, title: Title) => string;
  team: (id: string, title?: Title) => string;
  skills: (asked: Record<string, number>) => string;
}

export function useNames(tenant_id: string): Names {
  const { t, i18n } = useTranslation("drills");
  const locale = i18n.language;
  const teams = useTeamNames();
  const words = useQuery({ ...vocabularyQuery(tenant_id), retry: false }).data;
  return useMemo(() => {
    const own = (title: Title): string => (locale.startsWith("en") && title.en) || title.zh;
    const queues = new Map(words?.queues.map((queue) => [queue.id, localName(queue, locale)]));
    const skills = new Map(words?.skills.map((skill) => [skill.key, localName(skill, locale)]));
    return {
      queue: (id, title) => queues.get(id) ?? (own(title) || id),
      team: (id, title) => {
        if (id === "") return t("noTeam");
        const known = teams.of(id);
        return known === "—" ? (title ? own(title) : "") || id : known;
      },
      skills: (asked) =>
        Object.entries(asked)
          // Permission to serve the tenant is asked for by every queue.
          .filter(([key]) => !key.startsWith("tenant:"))
          .map(([key, level]) =>
            t("skillLevel", { skill: skills.get(key) ?? key.replace(/^\w+:/, ""), level }),
          )
          .join(t("separator")),
    };
  }, [words, teams, locale, t]);
}

/** `2025-11-11 · 云杉大厅`, `大促参考日 · 16,000`. */
export function useRunTitle(): (run: Run) => string {
  const { t, i18n } = useTranslation("drills");
  const locale = i18n.language;
  return useCallback(
    (run) => {
      if (run.source === "day") return t("title_day", { date: run.date ?? "" });
      if (run.source === "files") return t("title_files");
      return t("title_festival", { contacts: new Intl.NumberFormat(locale).format(run.contacts ?? 0) });
    },
    [t, locale],
  );
}

/** What was changed, shortly. */
export function useChangeWords(): (run: Run) => string {
  const { t } = useTranslation("drills");
  const teams = useTeamNames();
  return (run) => {
    const { change } = run;
    if (isNothing(change)) return t("change.nothing");
    const parts: string[] = [];
    if (change.policy === "draft") parts.push(t("change.draft"));
    if (change.agents) parts.push(t("change.agents", { by: signed(change.agents) }));
    for (const [id, by] of Object.entries(change.teams)) {
      if (by) parts.push(`${id === "" ? t("noTeam") : teams.of(id)} ${signed(by)}`);
    }
    if (change.rules_on.length > 0)
      parts.push(t("change.rules", { rules: change.rules_on.join(t("separator")) }));
    return parts.join(t("separator"));
  };
}
