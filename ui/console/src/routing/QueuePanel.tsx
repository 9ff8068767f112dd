/** One queue of the draft: how agents are chosen, what widens when, who is kept or lent, what happens when it is too much. */
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Button, NumberField, Select, Switch } from "@kit/ui";
import { Checks, Pair, SecondsField } from "../settings/parts/fields.tsx";
import { Group } from "../settings/parts/Page.tsx";
import { Findings } from "../versions/Findings.tsx";
import { exactlyAt, findingsAt, homeless } from "../versions/findings.ts";
import { type Finding } from "../versions/wire.ts";
import type { Words } from "./names.ts";
import { Shares } from "./Shares.tsx";
import { StepList } from "./StepList.tsx";
import { Lines } from "./Switches.tsx";
import { ALTERNATIVES, type Alternative, type QueuePolicy, STRATEGIES } from "./wire.ts";

export interface PanelProps {
  queue: QueuePolicy;
  onChange: (patch: Partial<QueuePolicy>) => void;
  /** `queues.<id>` */
  path: string;
  errors: readonly Finding[];
  warnings: readonly Finding[];
  words: Words;
  mostSteps: number;
}

const number = (value: number): number => (Number.isNaN(value) ? 0 : Math.round(value));

export function QueuePanel({
  title,
  lines,
  ...props
}: PanelProps & { title: string; lines: readonly string[] }) {
  const { t } = useTranslation("routing");
  const { queue, onChange, path, errors, warnings, words } = props;
  const known = Object.keys(queue).map((field) => `${path}.${field}`);
  return (
    <div className="flex flex-col gap-4">
      <h3 className="foreign text-lg font-semibold text-ink">{title}</h3>
      <Findings
        errors={homeless(findingsAt(errors, path), known)}
        warnings={homeless(findingsAt(warnings, path), known)}
      />
      <Group title={t("part.strategy")}>
        <Select
          hideLabel
          label={t("part.strategy")}
          className="max-w-96"
          value={queue.strategy}
          onChange={(strategy) => onChange({ strategy })}
          options={STRATEGIES.map((id) => ({
            id,
            label: t(`strategy.${id}`),
            detail: t(`strategyDetail.${id}`),
          }))}
        />
        <p className="text-sm text-ink-3">{t(`strategyDetail.${queue.strategy}`)}</p>
        <At {...props} fields={["strategy"]} />
      </Group>
      <Group title={t("step.title")} explain={t("step.explain")}>
        <StepList {...props} />
        <Findings
          errors={exactlyAt(errors, `${path}.steps`)}
          warnings={exactlyAt(warnings, `${path}.steps`)}
        />
      </Group>
      <Group title={t("part.preferences")} explain={t("preference.explain")}>
        <Pair>
          <SecondsField
            label={t("preference.last")}
            help={t("preference.lastHelp")}
            value_ms={queue.last_agent_ms}
            min={0}
            max={86_400}
            onChange={(last_agent_ms) => onChange({ last_agent_ms })}
          />
          <SecondsField
            label={t("preference.named")}
            help={t("preference.namedHelp")}
            value_ms={queue.named_agent_ms}
            min={0}
            max={86_400}
            onChange={(named_agent_ms) => onChange({ named_agent_ms })}
          />
        </Pair>
        <At {...props} fields={["last_agent_ms", "named_agent_ms"]} />
      </Group>
      {queue.strategy === "weighted_shares" || queue.shares.length > 0 ? (
        <Group title={t("part.shares")} explain={t("share.explain")}>
          <Shares {...props} />
        </Group>
      ) : null}
      <Lending {...props} />
      <Reserving {...props} />
      <Group title={t("part.overload")}>
        <Pair>
          <SecondsField
            label={t("overload.maxWait")}
            help={t("overload.maxWaitHelp")}
            value_ms={queue.max_wait_ms}
            min={0}
            max={86_400}
            onChange={(max_wait_ms) => onChange({ max_wait_ms })}
          />
          <SecondsField
            label={t("overload.lead")}
            help={t("overload.leadHelp")}
            value_ms={queue.call_back_lead_ms}
            min={0}
            max={86_400}
            onChange={(call_back_lead_ms) => onChange({ call_back_lead_ms })}
          />
        </Pair>
        <AlternativeChecks
          label={t("overload.alternatives")}
          value={queue.alternatives}
          onChange={(alternatives) => onChange({ alternatives })}
        />
        <Switch isSelected={queue.interruptible} onChange={(interruptible) => onChange({ interruptible })}>
          <span className="text-md">{t("overload.interruptible")}</span>
        </Switch>
        <At {...props} fields={["max_wait_ms", "call_back_lead_ms", "alternatives", "interruptible"]} />
      </Group>
      <section aria-label={t("draft.inWords")} className="rounded-md bg-sunken p-3">
        <p className="pb-1 text-sm font-medium text-ink-2">{t("draft.inWords")}</p>
        <Lines lines={lines} empty={t("present.plain")} />
      </section>
      {words.queue(path.slice("queues.".length)) === undefined ? (
        <p className="text-md text-ink-2">{t("draft.unknownQueue")}</p>
      ) : null}
    </div>
  );
}

/** The findings at some of the queue's fields. */
function At({ path, errors, warnings, fields }: PanelProps & { fields: readonly (keyof QueuePolicy)[] }) {
  const paths = fields.map((field) => `${path}.${field}`);
  return <Findings errors={findingsAt(errors, ...paths)} warnings={findingsAt(warnings, ...paths)} />;
}

export function AlternativeChecks({
  label,
  value,
  onChange,
}: {
  label: string;
  value: readonly Alternative[];
  onChange: (value: Alternative[]) => void;
}) {
  const { t } = useTranslation("routing");
  return (
    <Checks
      label={label}
      options={ALTERNATIVES.map((id) => ({ id, label: t(`alternative.${id}`) }))}
      value={value}
      onChange={(ids) => onChange(ALTERNATIVES.filter((one) => ids.includes(one)))}
    />
  );
}

/** A part of the policy that is there or not. */
function Optional({
  title,
  explain,
  label,
  isOn,
  onSwitch,
  children,
}: {
  title: string;
  explain: string;
  label: string;
  isOn: boolean;
  onSwitch: (on: boolean) => void;
  children: ReactNode;
}) {
  return (
    <Group title={title} explain={explain}>
      <Switch isSelected={isOn} onChange={onSwitch}>
        <span className="text-md">{label}</span>
      </Switch>
      {isOn ? children : null}
    </Group>
  );
}

function Lending(props: PanelProps) {
  const { t } = useTranslation("routing");
  const { queue, onChange } = props;
  const { lend } = queue;
  const set = (patch: Partial<NonNullable<typeof lend>>) => {
    if (lend) onChange({ lend: { ...lend, ...patch } });
  };
  return (
    <Optional
      title={t("part.lend")}
      explain={t("lend.explain")}
      label={t("lend.on")}
      isOn={lend !== null}
      onSwitch={(on) => onChange({ lend: on ? { waiting: 5, waited_ms: 60_000, until_waiting: 1 } : null })}
    >
      <div className="grid items-start gap-3 sm:grid-cols-3">
        <NumberField
          label={t("lend.waiting")}
          help={t("lend.zero")}
          value={lend?.waiting ?? 0}
          minValue={0}
          maxValue={100_000}
          onChange={(value) => set({ waiting: number(value) })}
        />
        <SecondsField
          label={t("lend.waited")}
          help={t("lend.zero")}
          value_ms={lend?.waited_ms ?? 0}
          min={0}
          max={86_400}
          onChange={(waited_ms) => set({ waited_ms })}
        />
        <NumberField
          label={t("lend.until")}
          value={lend?.until_waiting ?? 0}
          minValue={0}
          maxValue={100_000}
          onChange={(value) => set({ until_waiting: number(value) })}
        />
      </div>
      <At {...props} fields={["lend"]} />
    </Optional>
  );
}

function Reserving(props: PanelProps) {
  const { t } = useTranslation("routing");
  const { queue, onChange, words } = props;
  const { reserve } = queue;
  const first = words.needs[0];
  return (
    <Optional
      title={t("part.reserve")}
      explain={t("reserve.explain")}
      label={t("reserve.on")}
      isOn={reserve !== null}
      onSwitch={(on) => onChange({ reserve: on && first ? { skill: first.id, keep: 1 } : null })}
    >
      <Pair>
        <Select
          label={t("reserve.skill")}
          value={reserve?.skill ?? null}
          onChange={(skill) => onChange({ reserve: { skill, keep: reserve?.keep ?? 1 } })}
          options={
            reserve && !words.needs.some(({ id }) => id === reserve.skill)
              ? [...words.needs, { id: reserve.skill, label: words.of(reserve.skill) }]
              : words.needs
          }
        />
        <NumberField
          label={t("reserve.keep")}
          value={reserve?.keep ?? 1}
          minValue={0}
          maxValue={1000}
          onChange={(keep) => {
            if (reserve) onChange({ reserve: { ...reserve, keep: number(keep) } });
          }}
        />
      </Pair>
      <At {...props} fields={["reserve"]} />
    </Optional>
  );
}

export function RemoveButton({ label, onPress }: { label: string; onPress: () => void }) {
  return (
    <Button size="sm" variant="ghost" icon="trash" className="text-bad-ink!" onPress={onPress}>
      {label}
    </Button>
  );
}
