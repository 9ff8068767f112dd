/** What the checks say, at the place that it concerns: errors and warnings apart, each with shape, colour and word. */
import { useTranslation } from "react-i18next";
import { Icon } from "@kit/ui";
import type { Finding } from "./wire.ts";

interface Props {
  errors?: readonly Finding[];
  warnings?: readonly Finding[];
}

export function Findings({ errors = [], warnings = [] }: Props) {
  const { t } = useTranslation("routing");
  if (errors.length + warnings.length === 0) return null;
  return (
    <ul className="flex flex-col gap-1 text-sm" aria-live="polite">
      {errors.map((finding, index) => (
        <li key={`e${index}`} data-finding="error" className="flex items-start gap-1.5 text-bad-ink">
          <Icon name="errorCircle" size={14} className="mt-0.5 shrink-0" />
          <span className="foreign">
            <span className="sr-only">{t("finding.error")}</span>
            {finding.message}
          </span>
        </li>
      ))}
      {warnings.map((finding, index) => (
        <li key={`w${index}`} data-finding="warning" className="flex items-start gap-1.5 text-warn-ink">
          <Icon name="alert" size={14} className="mt-0.5 shrink-0" />
          <span className="foreign">
            <span className="sr-only">{t("finding.warning")}</span>
            {finding.message}
          </span>
        </li>
      ))}
    </ul>
  );
}

/** How many, beside a name in a list. */
export function FindingMarks({ errors, warnings }: { errors: number; warnings: number }) {
  const { t } = useTranslation("routing");
  return (
    <>
      {errors > 0 ? (
        <span className="inline-flex items-center gap-0.5 text-sm font-medium text-bad-ink">
          <Icon name="errorCircle" size={14} />
          <span aria-hidden="true">{errors}</span>
          <span className="sr-only">{t("finding.errors", { count: errors })}</span>
        </span>
      ) : null}
      {warnings > 0 ? (
        <span className="inline-flex items-center gap-0.5 text-sm font-medium text-warn-ink">
          <Icon name="alert" size={14} />
          <span aria-hidden="true">{warnings}</span>
          <span className="sr-only">{t("finding.warnings", { count: warnings })}</span>
        </span>
      ) : null}
    </>
  );
}
