/** What skills, teams, partners, sites, queues and attributes are called, in the reader's language. */
import { useCallback, useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { Option } from "@kit/ui";
import { localName } from "../settings/parts/names.ts";
import { split } from "./model.ts";
import type { Attribute, Vocabulary } from "./wire.ts";

export interface Words {
  /** A skill, team, partner or site by its key. */
  of: (key: string) => string;
  isPlain: (key: string) => boolean;
  needs: Option[];
  partners: Option[];
  queue: (id: string) => string | undefined;
  queues: Option[];
  attribute: (key: string) => string;
  attributes: Attribute[];
}

export function useWords(vocabulary: Vocabulary): Words {
  const { t, i18n } = useTranslation("routing");
  const locale = i18n.language;
  return useMemo(() => {
    const groups = (["skills", "teams", "partners", "sites"] as const).map((group) =>
      vocabulary[group].map((word) => ({
        id: word.key,
        label: localName(word, locale),
        detail: t(`word.${group}`, { count: word.people }),
      })),
    );
    const needs = groups.flat();
    const names = new Map(needs.map(({ id, label }) => [id, label]));
    const queues = vocabulary.queues.map((queue) => ({ id: queue.id, label: localName(queue, locale) }));
    const queueNames = new Map(queues.map(({ id, label }) => [id, label]));
    const attributes = new Map(vocabulary.attributes.map((one) => [one.key, localName(one, locale)]));
    const plain = new Set(vocabulary.skills.map(({ key }) => key));
    return {
      of: (key) => names.get(key) ?? key.replace(/^\w+:/, ""),
      isPlain: (key) => plain.has(key),
      needs,
      partners: groups[2] ?? [],
      queue: (id) => queueNames.get(id),
      queues,
      attribute: (key) => attributes.get(key) ?? key,
      attributes: vocabulary.attributes,
    };
  }, [vocabulary, locale, t]);
}

/** `30 秒`, `2 分钟`. */
export function useSpan(): (ms: number) => string {
  const { t } = useTranslation("routing");
  return useCallback(
    (ms) => {
      const { n, unit } = split(ms);
      return t(`span.${unit}`, { n });
    },
    [t],
  );
}

/** `14:20` today, `02-10 14:20` on other days. */
export function useMoment(): (at: number) => string {
  const { i18n } = useTranslation("routing");
  const locale = i18n.language;
  return useCallback(
    (at) => {
      const today = new Date(at).toDateString() === new Date().toDateString();
      return new Intl.DateTimeFormat(locale, {
        ...(today ? {} : { month: "2-digit", day: "2-digit" }),
        hour: "2-digit",
        minute: "2-digit",
        hour12: false,
      }).format(at);
    },
    [locale],
  );
}
