/** What the page works out about a flow: free keys, new menus, what a menu says by itself. No server, no React. */
import type { Locale } from "../app/i18n.ts";
import type { Code, Flow, Menu, MenuWords, Option, Speech, Target, TargetKind } from "./wire.ts";

export const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "#"] as const;
export const MOST_OPTIONS = 12;

export const NO_SPEECH: Speech = { text: "", text_en: "", prompt: "" };

export function targetOf(kind: TargetKind, patch: Partial<Target> = {}): Target {
  return { kind, queue_id: "", needs: {}, attributes: {}, menu: "", locale: "", ...patch };
}

/** The first key that no option of the menu has; empty when all are taken. */
export function freeKey(menu: Menu): string {
  return KEYS.find((key) => !menu.options.some((option) => option.key === key)) ?? "";
}

export function withOption(menu: Menu, queue_id: string): Menu {
  const option: Option = { key: freeKey(menu), label: "", label_en: "", to: targetOf("queue", { queue_id }) };
  return { ...menu, options: [...menu.options, option] };
}

export function changeAt<T>(items: readonly T[], index: number, patch: Partial<T>): T[] {
  return items.map((item, at) => (at === index ? { ...item, ...patch } : item));
}

export function moved<T>(items: readonly T[], index: number, by: -1 | 1): T[] {
  const next = [...items];
  const [item] = next.splice(index, 1);
  if (item !== undefined) next.splice(index + by, 0, item);
  return next;
}

/** A menu that is not there yet, with a lasting id of its own; the first one is what callers hear after the greeting. */
export function withMenu(flow: Flow, name: string): { flow: Flow; id: string } {
  let number = flow.menus.length + 1;
  while (flow.menus.some(({ id }) => id === `menu-${number}`)) number += 1;
  const id = flow.menus.length === 0 ? "main" : `menu-${number}`;
  const menu: Menu = { id, name, speech: NO_SPEECH, options: [], timeout_s: 6, timeout_to: null };
  return { id, flow: { ...flow, menus: [...flow.menus, menu], first: flow.first || id } };
}

/** Without a menu; keys that led there lead to a person. */
export function withoutMenu(flow: Flow, id: string): Flow {
  const person = (to: Target): Target => (to.kind === "menu" && to.menu === id ? targetOf("person") : to);
  const menus = flow.menus
    .filter((menu) => menu.id !== id)
    .map((menu) => ({
      ...menu,
      options: menu.options.map((option) => ({ ...option, to: person(option.to) })),
      timeout_to: menu.timeout_to && person(menu.timeout_to),
    }));
  return { ...flow, menus, first: flow.first === id ? (menus[0]?.id ?? "") : flow.first };
}

export const MOST_CODES = 20;

/** One more code, with a lasting id of its own: never one of before, whose recording it would bring along. */
export function withCode(codes: readonly Code[]): Code[] {
  const code: Code = {
    id: `code-${crypto.randomUUID().slice(0, 8)}`,
    title: "",
    title_en: "",
    speech: NO_SPEECH,
    least: 6,
    most: 6,
    end_key: "#",
    timeout_s: 10,
    secret: true,
    shown: "last4",
  };
  return [...codes, code];
}

export interface Branch {
  menu: Menu;
  index: number;
  depth: number;
  /** The key that leads there; empty for the first menu and for one that nothing leads to. */
  key: string;
}

/** Menus as a tree, each where it is reached first; those that nothing leads to come last. */
export function treeOf(flow: Flow): Branch[] {
  const seen = new Set<string>();
  const found: Branch[] = [];
  const visit = (id: string, depth: number, key: string) => {
    const index = flow.menus.findIndex((menu) => menu.id === id);
    const menu = flow.menus[index];
    if (!menu || seen.has(id)) return;
    seen.add(id);
    found.push({ menu, index, depth, key });
    for (const option of menu.options)
      if (option.to.kind === "menu") visit(option.to.menu, depth + 1, option.key);
  };
  visit(flow.first, 0, "");
  for (const menu of flow.menus) visit(menu.id, 0, "");
  return found;
}

export function sameFlow(one: Flow, other: Flow): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** Where callers are heard: the address of a prompt's sound. */
export function listenPath(tenant_id: string, locale: string, prompt: string, text: string): string {
  const query = new URLSearchParams({ tenant_id, ...(text ? { text } : {}) });
  return `/api/reception/listen/${locale}/${prompt}?${query.toString()}`;
}

/** What a menu says by itself, in the sentences of the house: its options, then the person, then the repeat. */
export function readOut(menu: Menu, locale: Locale, words: Record<Locale, MenuWords> | null): string {
  const mine = words?.[locale];
  if (!mine) return "";
  const names: Record<string, string> = { "*": mine.star, "#": mine.hash };
  const labels = new Map(
    menu.options
      .filter(({ to }) => to.kind !== "language" || to.locale !== locale)
      .map(({ key, label, label_en }) => [key, (locale === "en" && label_en) || label]),
  );
  if (!labels.has("0")) labels.set("0", mine.person);
  if (!labels.has("*")) labels.set("*", mine.repeat);
  return [...labels]
    .map(([key, label]) => mine.option.replace("{label}", label).replace("{digit}", names[key] ?? key))
    .join("")
    .trim();
}
