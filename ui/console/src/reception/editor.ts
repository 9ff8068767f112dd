/** What all parts of the form are given. */
import { useQuery } from "@tanstack/react-query";
import { useCallback, useMemo } from "react";
import { useTranslation } from "react-i18next";
import { listQuery } from "../settings/parts/data.ts";
import type { QueueItem } from "../settings/wire.ts";
import type { Finding } from "../versions/wire.ts";
import { promptsQuery } from "./data.ts";
import type { Locale } from "../app/i18n.ts";
import type { Flow, MenuWords, PromptFile } from "./wire.ts";

export interface Named {
  id: string;
  label: string;
}

export interface Editor {
  tenant_id: string;
  flow: Flow;
  change: (patch: Partial<Flow>) => void;
  errors: readonly Finding[];
  warnings: readonly Finding[];
  files: readonly PromptFile[];
  mayEdit: boolean;
  queues: Named[];
  hours: Named[];
  /** The house's own words for a prompt. */
  usual: (key: string) => { text: string; text_en: string };
  /** Of which menus without words of their own are made; null until they are read. */
  words: Record<Locale, MenuWords> | null;
}

interface Calendar {
  id: string;
  name: string;
  name_en: string;
}

/** Live queues and calendars of one tenant, named in the reader's language. */
export function useNames(tenant_id: string): { queues: Named[]; hours: Named[] } {
  const { i18n } = useTranslation("reception");
  const queues = useQuery(listQuery<QueueItem>("/api/queues", { tenant_id }));
  const hours = useQuery(listQuery<Calendar>("/api/hours", { tenant_id }));
  const english = i18n.language === "en";
  return useMemo(() => {
    const named = (items: readonly Calendar[] | undefined) =>
      (items ?? []).map(({ id, name, name_en }) => ({ id, label: (english && name_en) || name }));
    return { queues: named(queues.data), hours: named(hours.data) };
  }, [queues.data, hours.data, english]);
}

export function useUsual(): Editor["usual"] {
  const prompts = useQuery(promptsQuery);
  const items = prompts.data?.items;
  return useCallback((key) => items?.find((one) => one.key === key) ?? { text: "", text_en: "" }, [items]);
}
