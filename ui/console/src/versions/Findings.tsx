/** What the checks say, at the place that it concerns: errors and warnings apart, each with shape, colour and word. */
import { useTranslation } from "react-i18next";
import { Icon } from "@kit/ui";
import type { Finding } from "./wire.ts";

type Kind = "error" | "warning";

const LOOKS = {
  error: { ink: "text-bad-ink", icon: "errorCircle", word: "finding.error", count: "finding.errors" },
  warning: { ink: "text-warn-ink", icon: "alert", word: "finding.warning", count: "finding.warnings" },
} as const;

interface Props {
  errors?: readonly Finding[];
  warnings?: readonly Finding[];
}

export function Findings({ errors = [], warnings = [] }: Props) {
  if (errors.length + warnings.length === 0) return null;
  return (
    <ul className="flex flex-col gap-1 text-sm" aria-live="polite">
      {errors.map((finding, index) => (
        <Row key={`e${index}`} kind="error" finding={finding} />
      ))}
      {warnings.map((finding, index) => (
        <Row key={`w${index}`} kind="warning" finding={finding} />
      ))}
    </ul>
  );
}

function Row({ kind, finding }: { kind: Kind; finding: Finding }) {
  const { t } = useTranslation("versions");
  const looks = LOOKS[kind];
  return (
    <li data-finding={kind} className={`flex items-start gap-1.5 ${looks.ink}`}>
      <Icon name={looks.icon} size={14} className="mt-0.5 shrink-0" />
      <span className="foreign">
        <span className="sr-only">{t(looks.word)}</span>
        {finding.message}
      </span>
    </li>
  );
}

/** How many, beside a name in a list. */
export function FindingMarks({ errors, warnings }: { errors: number; warnings: number }) {
  return (
    <>
      <Count kind="error" count={errors} />
      <Count kind="warning" count={warnings} />
    </>
  );
}

function Count({ kind, count }: { kind: Kind; count: number }) {
  const { t } = useTranslation("versions");
  if (count === 0) return null;
  const looks = LOOKS[kind];
  return (
    <span className={`inline-flex items-center gap-0.5 text-sm font-medium ${looks.ink}`}>
      <Icon name={looks.icon} size={14} />
      <span aria-hidden="true">{count}</span>
      <span className="sr-only">{t(looks.count, { count })}</span>
    </span>
  );
}
