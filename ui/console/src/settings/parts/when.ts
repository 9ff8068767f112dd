/** Dates and times of lists, short, on the reader's own clock. */
import { useCallback, useMemo } from "react";
import { useTranslation } from "react-i18next";

export function useWhen(): (at: number) => string {
  const { i18n } = useTranslation("settings");
  const locale = i18n.language;
  const format = useMemo(
    () =>
      new Intl.DateTimeFormat(locale, {
        year: "numeric",
        month: "2-digit",
        day: "2-digit",
        hour: "2-digit",
        minute: "2-digit",
        hour12: false,
      }),
    [locale],
  );
  return useCallback((at) => format.format(at), [format]);
}
