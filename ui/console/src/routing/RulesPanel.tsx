/** The rules of the draft: whom they fit, how far ahead they put them, and when they hold. */
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button, IconButton, NumberField, Select, Switch, TextField } from "@kit/ui";
import { Checks, Pair } from "../settings/parts/fields.tsx";
import { Findings } from "../versions/Findings.tsx";
import { exactlyAt, findingsAt } from "../versions/findings.ts";
import type { Finding } from "../versions/wire.ts";
import {
  instantOf,
  localText,
  newRule,
  replaced,
  type Timing,
  timingOf,
  valuesOf,
  without,
} from "./model.ts";
import type { Words } from "./names.ts";
import type { Rule } from "./wire.ts";

interface Props {
  rules: readonly Rule[];
  onChange: (rules: Rule[]) => void;
  errors: readonly Finding[];
  warnings: readonly Finding[];
  words: Words;
  mostRules: number;
  mostBoost_ms: number;
}

const MINUTE = 60_000;

export function RulesPanel({ rules, onChange, mostRules, ...props }: Props) {
  const { t } = useTranslation("routing");
  return (
    <div className="flex flex-col gap-4">
      <div>
        <h3 className="text-lg font-semibold text-ink">{t("rules.title")}</h3>
        <p className="text-sm text-ink-3">{t("rules.explain")}</p>
      </div>
      {rules.length === 0 ? <p className="text-md text-ink-3">{t("rules.none")}</p> : null}
      <ol className="flex flex-col gap-4">
        {rules.map((rule, index) => (
          <li key={index}>
            <RuleCard
              {...props}
              rule={rule}
              index={index}
              onRule={(patch) => onChange(replaced(rules, index, patch))}
              onRemove={() => onChange(without(rules, index))}
            />
          </li>
        ))}
      </ol>
      <div>
        <Button
          size="sm"
          icon="plus"
          isDisabled={rules.length >= mostRules}
          onPress={() => onChange([...rules, newRule(rules)])}
        >
          {t("rules.add")}
        </Button>
      </div>
      <Findings errors={exactlyAt(props.errors, "rules")} warnings={exactlyAt(props.warnings, "rules")} />
    </div>
  );
}

interface CardProps extends Omit<Props, "rules" | "onChange" | "mostRules"> {
  rule: Rule;
  index: number;
  onRule: (patch: Partial<Rule>) => void;
  onRemove: () => void;
}

const TIMINGS: readonly Timing[] = ["by_hand", "always", "window"];

function RuleCard({ rule, index, onRule, onRemove, errors, warnings, words, mostBoost_ms }: CardProps) {
  const { t } = useTranslation("routing");
  const path = `rules.${index}`;
  // Beside what the rule itself says: somebody may just have chosen "for a time" and not yet said which.
  const [timing, setTiming] = useState<Timing>(timingOf(rule));
  const choose = (next: Timing) => {
    setTiming(next);
    onRule({ on: next !== "by_hand", ...(next === "window" ? {} : { from_at: 0, until_at: 0 }) });
  };
  const name = rule.name || t("rules.nameless", { n: index + 1 });
  return (
    <fieldset className="min-w-0 rounded-md border border-line p-3">
      <legend className="sr-only">{name}</legend>
      <div className="flex items-center gap-2 pb-2">
        <span className="foreign flex-1 text-base font-semibold text-ink">{name}</span>
        <IconButton size="sm" icon="trash" label={t("rules.remove", { name })} onPress={onRemove} />
      </div>
      <div className="flex flex-col gap-3">
        <Pair>
          <TextField
            label={t("rules.name")}
            isRequired
            value={rule.name}
            maxLength={80}
            onChange={(value) => onRule({ name: value })}
            error={findingsAt(errors, `${path}.name`)[0]?.message}
          />
          <TextField
            label={t("rules.nameEn")}
            value={rule.name_en}
            maxLength={80}
            onChange={(name_en) => onRule({ name_en })}
          />
          <TextField
            label={t("rules.id")}
            help={t("rules.idHelp")}
            value={rule.id}
            maxLength={40}
            onChange={(id) => onRule({ id })}
            error={findingsAt(errors, `${path}.id`)[0]?.message}
          />
          <Select
            label={t("rules.when")}
            value={timing}
            onChange={choose}
            options={TIMINGS.map((id) => ({ id, label: t(`rules.timing.${id}`) }))}
          />
        </Pair>
        {timing === "window" ? (
          <Pair>
            <TextField
              label={t("rules.from")}
              type="datetime-local"
              value={localText(rule.from_at)}
              onChange={(text) => onRule({ from_at: instantOf(text) })}
            />
            <TextField
              label={t("rules.until")}
              type="datetime-local"
              value={localText(rule.until_at)}
              onChange={(text) => onRule({ until_at: instantOf(text) })}
            />
          </Pair>
        ) : null}
        <Conditions when={rule.when} onChange={(when) => onRule({ when })} words={words} />
        <Pair>
          <NumberField
            label={t("rules.boost")}
            help={t("rules.boostHelp")}
            value={rule.boost_ms / MINUTE}
            minValue={0}
            maxValue={mostBoost_ms / MINUTE}
            onChange={(minutes) =>
              onRule({ boost_ms: Number.isNaN(minutes) ? 0 : Math.round(minutes * MINUTE) })
            }
          />
          <div className="flex flex-col gap-1 pt-6">
            <Switch isSelected={rule.emergency} onChange={(emergency) => onRule({ emergency })}>
              <span className="text-md">{t("rules.emergency")}</span>
            </Switch>
            <p className="text-sm text-ink-3">{t("rules.emergencyHelp")}</p>
          </div>
        </Pair>
        <Findings
          errors={findingsAt(errors, path).filter(({ field }) => !/\.(name|id)$/.test(field))}
          warnings={findingsAt(warnings, path)}
        />
      </div>
    </fieldset>
  );
}

interface ConditionProps {
  when: Record<string, string[]>;
  onChange: (when: Record<string, string[]>) => void;
  words: Words;
}

const OTHER = "\u0000other";

function Conditions({ when, onChange, words }: ConditionProps) {
  const { t } = useTranslation("routing");
  const [typing, setTyping] = useState<string | null>(null);
  const free = words.attributes.filter(({ key }) => !(key in when));
  const add = (key: string) => {
    if (key === OTHER) setTyping("");
    else onChange({ ...when, [key]: [] });
  };
  const take = () => {
    const key = typing?.trim();
    if (key && !(key in when)) onChange({ ...when, [key]: [] });
    setTyping(null);
  };
  return (
    <fieldset className="min-w-0">
      <legend className="pb-1 text-md font-medium text-ink-2">{t("rules.conditions")}</legend>
      <div className="flex flex-col gap-2">
        {Object.keys(when).length === 0 ? (
          <p className="text-md text-ink-3">{t("rules.fitsAll")}</p>
        ) : (
          Object.entries(when).map(([key, values]) => (
            <div key={key} className="flex items-start gap-2">
              <div className="min-w-0 flex-1">
                <Values
                  name={key}
                  values={values}
                  words={words}
                  onChange={(next) => onChange({ ...when, [key]: next })}
                />
              </div>
              <IconButton
                icon="trash"
                label={t("rules.removeCondition", { name: words.attribute(key) })}
                onPress={() =>
                  onChange(Object.fromEntries(Object.entries(when).filter(([other]) => other !== key)))
                }
              />
            </div>
          ))
        )}
        {typing === null ? (
          <Select
            hideLabel
            label={t("rules.addCondition")}
            placeholder={t("rules.addCondition")}
            className="w-56"
            value={null}
            onChange={add}
            options={[
              ...free.map(({ key }) => ({ id: key, label: words.attribute(key) })),
              { id: OTHER, label: t("rules.otherAttribute") },
            ]}
          />
        ) : (
          <div className="flex items-end gap-2">
            <TextField
              label={t("rules.attribute")}
              autoFocus
              value={typing}
              maxLength={60}
              onChange={setTyping}
              className="w-56"
            />
            <Button onPress={take}>{t("rules.take")}</Button>
          </div>
        )}
      </div>
    </fieldset>
  );
}

interface ValueProps {
  name: string;
  values: readonly string[];
  words: Words;
  onChange: (values: string[]) => void;
}

function Values({ name, values, words, onChange }: ValueProps) {
  const { t } = useTranslation("routing");
  const attribute = words.attributes.find(({ key }) => key === name);
  const known = attribute?.values ?? [];
  const label = words.attribute(name);
  const [typed, setTyped] = useState(values.join(t("separator")));
  const say = (value: string): string => {
    if (name === "queue") return words.queue(value) ?? value;
    return name === "medium" ? t(`settings:medium.${value}`, { defaultValue: value }) : value;
  };
  if (attribute && !attribute.free) {
    return (
      <Checks
        label={label}
        options={[...new Set([...known, ...values])].map((id) => ({ id, label: say(id) }))}
        value={values}
        onChange={onChange}
      />
    );
  }
  return (
    <TextField
      label={label}
      help={
        known.length > 0
          ? t("rules.known", { values: known.slice(0, 8).join(t("separator")) })
          : t("rules.valuesHelp")
      }
      value={typed}
      onChange={(text) => {
        setTyped(text);
        onChange(valuesOf(text));
      }}
    />
  );
}
