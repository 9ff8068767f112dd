/** Languages of the console: one JSON file per area and language, one i18next namespace per area. */
import i18next from "i18next";
import { initReactI18next } from "react-i18next";
import { setApiLocale } from "./api.ts";

export const LOCALES = ["zh-CN", "en"] as const;
export type Locale = (typeof LOCALES)[number];

const STORED = "rexian.locale";
const files = import.meta.glob<Record<string, unknown>>("../locales/*/*.json", { import: "default" });
const loaded = new Set<Locale>();

export function isLocale(value: unknown): value is Locale {
  return LOCALES.includes(value as Locale);
}

/** What this browser chose before, if it did. */
export function chosenLocale(): Locale | null {
  try {
    const value = localStorage.getItem(STORED);
    return isLocale(value) ? value : null;
  } catch {
    return null;
  }
}

function firstLocale(): Locale {
  return chosenLocale() ?? (navigator.language.toLowerCase().startsWith("zh") ? "zh-CN" : "en");
}

/** Loads a language's files into i18next, once. */
export async function loadLocale(locale: Locale): Promise<void> {
  if (loaded.has(locale)) return;
  const mine = Object.entries(files).filter(([path]) => path.startsWith(`../locales/${locale}/`));
  await Promise.all(
    mine.map(async ([path, load]) => {
      const area = path.slice(path.lastIndexOf("/") + 1, -".json".length);
      i18next.addResourceBundle(locale, area, await load());
    }),
  );
  loaded.add(locale);
}

export async function setLocale(locale: Locale): Promise<void> {
  await loadLocale(locale);
  try {
    localStorage.setItem(STORED, locale);
  } catch {
    // Not kept then; the person's own setting comes back at the next sign-in.
  }
  await i18next.changeLanguage(locale);
}

export async function startI18n(): Promise<void> {
  const locale = firstLocale();
  i18next.on("languageChanged", (value) => {
    document.documentElement.lang = value;
    setApiLocale(value);
  });
  await i18next.use(initReactI18next).init({
    lng: locale,
    fallbackLng: false,
    resources: {},
    defaultNS: "shell",
    interpolation: { escapeValue: false }, // React escapes
    react: { useSuspense: false },
    returnNull: false,
    showSupportNotice: false,
  });
  await loadLocale(locale);
  await i18next.changeLanguage(locale);
}
