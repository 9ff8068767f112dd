/** Times of day to the second, on the reader's own clock: transcript and story show the same. */
import { useMemo } from "react";
import { useTranslation } from "react-i18next";

export function useTime(): (at: number) => string {
  const { i18n } = useTranslation("contacts");
  const locale = i18n.language;
  return useMemo(() => {
    const format = new Intl.DateTimeFormat(locale, {
      hour: "2-digit",
      minute: "2-digit",
      second: "2-digit",
      hour12: false,
    });
    return (at) => format.format(at);
  }, [locale]);
}
