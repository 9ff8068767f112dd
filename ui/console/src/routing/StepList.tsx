/** The widening steps as an ordered list: when, what kind, what is asked for then, what is offered instead. */
import { useTranslation } from "react-i18next";
import { Button, Icon, IconButton, NumberField, Select, Switch } from "@kit/ui";
import { Pair, SecondsField } from "../settings/parts/fields.tsx";
import { Findings } from "../versions/Findings.tsx";
import { findingsAt } from "../versions/findings.ts";
import { movedStep, nextStep, ofKind, replaced, without } from "./model.ts";
import { useSpan } from "./names.ts";
import { NeedsMap } from "./NeedsMap.tsx";
import { AlternativeChecks, type PanelProps } from "./QueuePanel.tsx";
import { STEP_ICONS } from "./StepLine.tsx";
import { type Step, STEP_KINDS } from "./wire.ts";

export function StepList(props: PanelProps) {
  const { t } = useTranslation("routing");
  const { queue, onChange, mostSteps } = props;
  const { steps } = queue;
  const set = (list: Step[]) => onChange({ steps: list });
  return (
    <>
      {steps.length === 0 ? <p className="text-md text-ink-3">{t("step.none")}</p> : null}
      <ol className="flex flex-col gap-3" aria-label={t("step.title")}>
        {steps.map((step, index) => (
          <li key={index}>
            <StepCard
              {...props}
              step={step}
              index={index}
              count={steps.length}
              onStep={(next) => set(replaced(steps, index, next))}
              onMove={(by) => set(movedStep(steps, index, by))}
              onRemove={() => set(without(steps, index))}
            />
          </li>
        ))}
      </ol>
      <div>
        <Button
          size="sm"
          icon="plus"
          isDisabled={steps.length >= mostSteps}
          onPress={() => set([...steps, nextStep(steps)])}
        >
          {t("step.add")}
        </Button>
      </div>
    </>
  );
}

interface CardProps extends PanelProps {
  step: Step;
  index: number;
  count: number;
  onStep: (step: Step) => void;
  onMove: (by: -1 | 1) => void;
  onRemove: () => void;
}

function StepCard({ step, index, count, onStep, onMove, onRemove, ...props }: CardProps) {
  const { t } = useTranslation("routing");
  const span = useSpan();
  const n = index + 1;
  const path = `${props.path}.steps.${index}`;
  const change = (patch: Partial<Step>) => onStep({ ...step, ...patch });
  const widens = step.kind !== "alternatives";
  return (
    <fieldset className="min-w-0 rounded-md border border-line p-3">
      <legend className="sr-only">{t("step.nth", { n })}</legend>
      <div className="flex items-center gap-2 pb-2">
        <span className="flex size-6 shrink-0 items-center justify-center rounded-full bg-accent-soft text-accent-ink">
          <Icon name={STEP_ICONS[step.kind]} size={14} />
        </span>
        <span className="flex-1 text-md font-semibold text-ink">
          {t("step.head", { n, time: span(step.after_ms) })}
        </span>
        <IconButton
          size="sm"
          icon="arrowUp"
          label={t("step.up", { n })}
          isDisabled={index === 0}
          onPress={() => onMove(-1)}
        />
        <IconButton
          size="sm"
          icon="arrowDown"
          label={t("step.down", { n })}
          isDisabled={index === count - 1}
          onPress={() => onMove(1)}
        />
        <IconButton size="sm" icon="trash" label={t("step.remove", { n })} onPress={onRemove} />
      </div>
      <div className="flex flex-col gap-3">
        <Pair>
          <SecondsField
            label={t("step.after")}
            value_ms={step.after_ms}
            min={0}
            max={86_400}
            onChange={(after_ms) => change({ after_ms })}
            error={findingsAt(props.errors, `${path}.after_ms`)[0]?.message}
          />
          <Select
            label={t("step.kindLabel")}
            value={step.kind}
            onChange={(kind) => onStep(ofKind(step, kind))}
            options={STEP_KINDS.map((id) => ({ id, label: t(`step.kind.${id}`) }))}
          />
        </Pair>
        {widens ? (
          <>
            <NumberField
              label={t("step.lower")}
              help={t("step.lowerHelp")}
              className="max-w-52"
              value={step.lower}
              minValue={0}
              maxValue={5}
              onChange={(lower) => change({ lower: Number.isNaN(lower) ? 0 : Math.round(lower) })}
            />
            <Switch isSelected={step.needs !== null} onChange={(on) => change({ needs: on ? {} : null })}>
              <span className="text-md">{t("step.otherNeeds")}</span>
            </Switch>
            {step.needs ? (
              <NeedsMap
                label={t("step.needsOf", { n })}
                value={step.needs}
                onChange={(needs) => change({ needs })}
                words={props.words}
              />
            ) : null}
          </>
        ) : null}
        {!widens || step.alternatives.length > 0 ? (
          <AlternativeChecks
            label={t("step.alternatives")}
            value={step.alternatives}
            onChange={(alternatives) => change({ alternatives })}
          />
        ) : null}
        <Findings
          errors={findingsAt(props.errors, path).filter(({ field }) => field !== `${path}.after_ms`)}
          warnings={findingsAt(props.warnings, path)}
        />
      </div>
    </fieldset>
  );
}
