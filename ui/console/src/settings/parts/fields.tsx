/** Fields that several forms share. */
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Button, Checkbox, ComboBox, IconButton, NumberField, Select, TextField } from "@kit/ui";
import { useSession } from "../../app/session.tsx";
import type { Need } from "../wire.ts";
import { type Names, useHoursNames, useSkillNames, useTenantNames } from "./names.ts";
import type { Form } from "./useForm.ts";

export const NONE = "none";

/** Two fields side by side where there is room. */
export function Pair({ children }: { children: ReactNode }) {
  return <div className="grid items-start gap-3 sm:grid-cols-2">{children}</div>;
}

interface NamedForm {
  name: string;
  name_en: string;
}

export function NameFields<T extends NamedForm>({ form }: { form: Form<T> }) {
  const { t } = useTranslation("settings");
  return (
    <Pair>
      <TextField
        label={t("name")}
        isRequired
        autoFocus
        value={form.value.name}
        onChange={(name) => form.set({ name } as Partial<T>)}
        error={form.error("name")}
        maxLength={80}
      />
      <TextField
        label={t("nameEn")}
        help={t("nameEnHelp")}
        value={form.value.name_en}
        onChange={(name_en) => form.set({ name_en } as Partial<T>)}
        error={form.error("name_en")}
        maxLength={80}
      />
    </Pair>
  );
}

/** Whose it will be. Shown only to those who have a choice, and only while it is made. */
export function TenantField<T extends { tenant_id: string | null }>({
  form,
  isNew,
}: {
  form: Form<T>;
  isNew: boolean;
}) {
  const { t } = useTranslation("settings");
  const tenants = useTenantNames();
  if (!isNew || tenants.options.length < 2) return null;
  return (
    <Select
      label={t("tenant")}
      value={form.value.tenant_id}
      onChange={(tenant_id) => form.set({ tenant_id } as Partial<T>)}
      options={tenants.options}
      {...errorOf(form, "tenant_id")}
    />
  );
}

/** The tenant that a new thing belongs to at first: the employer. */
export function useHome(): string {
  return useSession().person.tenant_id;
}

/** Kit selects take no `undefined`; this leaves the property out instead. */
export function errorOf<T extends object>(form: Form<T>, field: string): { error?: string } {
  const error = form.error(field);
  return error ? { error } : {};
}

interface MaybeProps {
  label: string;
  names: Names;
  none: string;
  value: string | null;
  onChange: (id: string | null) => void;
  error?: string | undefined;
}

/** A choice of one or none. */
export function MaybeSelect({ label, names, none, value, onChange, error }: MaybeProps) {
  return (
    <Select
      label={label}
      value={value ?? NONE}
      onChange={(key) => onChange(key === NONE ? null : key)}
      options={[{ id: NONE, label: none }, ...names.options]}
      {...(error ? { error } : {})}
    />
  );
}

export function HoursField<T extends { hours_id: string | null }>({
  form,
  label,
  none,
}: {
  form: Form<T>;
  label: string;
  none: string;
}) {
  return (
    <MaybeSelect
      label={label}
      names={useHoursNames()}
      none={none}
      value={form.value.hours_id}
      onChange={(hours_id) => form.set({ hours_id } as Partial<T>)}
      error={form.error("hours_id")}
    />
  );
}

interface SecondsProps {
  label: string;
  help?: string;
  value_ms: number;
  onChange: (ms: number) => void;
  min: number;
  max: number;
  error?: string | undefined;
}

/** Whole seconds on the page, milliseconds in the form. */
export function SecondsField({ label, help, value_ms, onChange, min, max, error }: SecondsProps) {
  return (
    <NumberField
      label={label}
      help={help}
      value={value_ms / 1000}
      minValue={min}
      maxValue={max}
      step={1}
      onChange={(seconds) => onChange(Number.isNaN(seconds) ? min * 1000 : Math.round(seconds) * 1000)}
      error={error}
    />
  );
}

export const LEVEL_OPTIONS = ["1", "2", "3", "4", "5"] as const;

export function LevelSelect({
  label,
  value,
  onChange,
  hideLabel = true,
}: {
  label: string;
  value: number;
  onChange: (level: number) => void;
  hideLabel?: boolean;
}) {
  const { t } = useTranslation("settings");
  return (
    <Select
      hideLabel={hideLabel}
      label={label}
      className="w-32"
      value={String(value)}
      onChange={(key) => onChange(Number(key))}
      options={LEVEL_OPTIONS.map((level) => ({ id: level, label: t(`level.${level}`) }))}
    />
  );
}

interface NeedsProps {
  value: Need[];
  onChange: (needs: Need[]) => void;
  errorAt: (index: number) => string | undefined;
}

/** Skills with the least level that each asks for. */
export function NeedsField({ value, onChange, errorAt }: NeedsProps) {
  const { t } = useTranslation("settings");
  const skills = useSkillNames();
  const change = (index: number, patch: Partial<Need>) =>
    onChange(value.map((need, at) => (at === index ? { ...need, ...patch } : need)));
  const free = skills.options.find((option) => !value.some((need) => need.skill_id === option.id));
  return (
    <div className="flex flex-col gap-2">
      {value.length === 0 ? <p className="text-md text-ink-3">{t("queue.noNeeds")}</p> : null}
      {value.map((need, index) => (
        <div key={need.skill_id} className="flex flex-wrap items-start gap-2">
          <ComboBox
            hideLabel
            label={t("queue.needSkill", { n: index + 1 })}
            emptyText={t("nothingFound")}
            className="min-w-44 flex-1"
            value={need.skill_id}
            onChange={(skill_id) => {
              if (skill_id) change(index, { skill_id });
            }}
            options={skills.options}
            {...(errorAt(index) ? { error: errorAt(index) ?? "" } : {})}
          />
          <LevelSelect
            label={t("queue.needLevel", { skill: skills.of(need.skill_id) })}
            value={need.level}
            onChange={(level) => change(index, { level })}
          />
          <IconButton
            icon="trash"
            label={t("queue.removeNeed", { skill: skills.of(need.skill_id) })}
            onPress={() => onChange(value.filter((_, at) => at !== index))}
          />
        </div>
      ))}
      <div>
        <Button
          size="sm"
          icon="plus"
          isDisabled={!free}
          onPress={() => {
            if (free) onChange([...value, { skill_id: free.id, level: 1 }]);
          }}
        >
          {t("queue.addNeed")}
        </Button>
      </div>
    </div>
  );
}

interface ChecksProps {
  label: string;
  help?: string | undefined;
  options: { id: string; label: string; isDisabled?: boolean }[];
  value: readonly string[];
  onChange: (ids: string[]) => void;
  error?: string | undefined;
  columns?: 1 | 2 | 3;
}

/** Any of several. */
export function Checks({ label, help, options, value, onChange, error, columns = 2 }: ChecksProps) {
  const width = { 1: "", 2: "sm:grid-cols-2", 3: "sm:grid-cols-3" }[columns];
  return (
    <fieldset className="min-w-0">
      <legend className="pb-1 text-md font-medium text-ink-2">{label}</legend>
      <div className={`grid gap-x-4 gap-y-1.5 ${width}`}>
        {options.map((option) => (
          <Checkbox
            key={option.id}
            isSelected={value.includes(option.id)}
            isDisabled={option.isDisabled ?? false}
            onChange={(on) => onChange(on ? [...value, option.id] : value.filter((id) => id !== option.id))}
          >
            <span className="foreign">{option.label}</span>
          </Checkbox>
        ))}
      </div>
      {help ? <p className="pt-1 text-sm text-ink-3">{help}</p> : null}
      {error ? (
        <p role="alert" className="pt-1 text-sm text-bad-ink">
          {error}
        </p>
      ) : null}
    </fieldset>
  );
}
