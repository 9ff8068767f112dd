/** The widening steps of a queue as a small timeline: when, and what changes then. */
import { useTranslation } from "react-i18next";
import { Icon, type IconName } from "@kit/ui";
import { type Words, useSpan } from "./names.ts";
import type { Step, StepKind } from "./wire.ts";

export const STEP_ICONS: Record<StepKind, IconName> = {
  lower_level: "arrowDown",
  other_team: "team",
  partner: "building",
  other_site: "globe",
  anyone: "users",
  alternatives: "phone",
};

/** What a step does beside its kind, shortly: `−1 级`, `维修组`. */
export function useStepDetail(words: Words): (step: Step) => string {
  const { t } = useTranslation("routing");
  return (step) => {
    const parts = Object.keys(step.needs ?? {}).map(words.of);
    if (step.lower > 0) parts.push(t("step.lowerShort", { n: step.lower }));
    parts.push(...step.alternatives.map((one) => t(`alternative.${one}`)));
    return parts.join(t("separator"));
  };
}

export function StepLine({ steps, words }: { steps: readonly Step[]; words: Words }) {
  const { t } = useTranslation("routing");
  const span = useSpan();
  const detail = useStepDetail(words);
  if (steps.length === 0) return <p className="text-md text-ink-3">{t("step.none")}</p>;
  return (
    <ol aria-label={t("step.title")} className="flex flex-wrap gap-y-3">
      {steps.map((step, index) => (
        <li key={index} className="min-w-28 flex-1 pr-2">
          <span aria-hidden="true" className="flex items-center">
            <span className="flex size-6 shrink-0 items-center justify-center rounded-full bg-accent-soft text-accent-ink">
              <Icon name={STEP_ICONS[step.kind]} size={14} />
            </span>
            <span className="ml-1 h-px flex-1 bg-line-2" />
          </span>
          <span className="tabular block pt-1 text-sm font-semibold text-ink">{span(step.after_ms)}</span>
          <span className="block text-sm text-ink-2">{t(`step.kind.${step.kind}`)}</span>
          <span className="foreign block text-sm text-ink-3">{detail(step)}</span>
        </li>
      ))}
    </ol>
  );
}
