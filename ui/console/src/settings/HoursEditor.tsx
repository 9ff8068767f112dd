/** One calendar of business hours: the week, exceptions, holidays, and a preview of what they come to. */
import { useQuery } from "@tanstack/react-query";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button, ComboBox, IconButton, Select, Switch, TextField } from "@kit/ui";
import { api } from "../app/api.ts";
import { DayField } from "../contacts/DayField.tsx";
import { spoken } from "../wall/spans.ts";
import { changes } from "./forms.ts";
import { HoursPreviewBox } from "./HoursPreview.tsx";
import { NameFields, Pair, TenantField, useHome } from "./parts/fields.tsx";
import { FormDialog } from "./parts/FormDialog.tsx";
import { Group } from "./parts/Page.tsx";
import { RetireButton } from "./parts/RetireButton.tsx";
import { StretchFields } from "./StretchFields.tsx";
import { useForm } from "./parts/useForm.ts";
import { useKeep } from "./parts/useKeep.ts";
import {
  DAYS,
  faultsOfDay,
  minutesOpen,
  preset,
  PRESETS,
  type Preset,
  spansOf,
  type Stretch,
  stretchesOf,
  type Week,
  weeklyOf,
  weekOf,
} from "./week.ts";
import type { HoursItem, HoursPreview, HoursRules, SpecialDay } from "./wire.ts";

interface Exception {
  /** Only for React. */
  key: number;
  date: string | undefined;
  name: string;
  day: Stretch[];
}

interface HoursForm {
  tenant_id: string;
  name: string;
  name_en: string;
  zone: string;
  week: Week;
  holidays: "none" | "CN";
  holiday_day: Stretch[];
  makeup_as: string;
  exceptions: Exception[];
}

function formOf(item: HoursItem | null, home: string): HoursForm {
  const rules = item?.rules;
  return {
    tenant_id: item?.tenant_id ?? home,
    name: item?.name ?? "",
    name_en: item?.name_en ?? "",
    zone: item?.zone ?? "Asia/Shanghai",
    week: rules ? weekOf(rules.weekly) : preset("office"),
    holidays: rules?.holidays ?? "CN",
    holiday_day: stretchesOf(rules?.holiday_spans),
    makeup_as: rules?.makeup_as ?? "mon",
    exceptions: (rules?.exceptions ?? []).map((special, key) => ({
      key,
      date: special.date,
      name: special.name,
      day: stretchesOf(special.spans),
    })),
  };
}

function rulesOf(value: HoursForm): HoursRules {
  return {
    weekly: weeklyOf(value.week),
    holidays: value.holidays,
    holiday_spans: spansOf(value.holiday_day),
    makeup_as: value.makeup_as,
    exceptions: value.exceptions.flatMap((exception): SpecialDay[] =>
      exception.date ? [{ date: exception.date, name: exception.name, spans: spansOf(exception.day) }] : [],
    ),
  };
}

/** Where the server's paths (`rules.weekly.mon.0`, `exceptions.2.date`) are shown in this form. */
const FIELDS = [
  ...DAYS.flatMap((day) => [`rules.weekly.${day}`, `weekly.${day}`]),
  "holiday_spans",
  "rules.holiday_spans",
  "rules.exceptions",
  ...Array.from({ length: 60 }, (_, index) => `exceptions.${index}`),
];

export function HoursEditor({ item, onClose }: { item: HoursItem | null; onClose: () => void }) {
  const { t, i18n } = useTranslation("settings");
  const before = formOf(item, useHome());
  const form = useForm<HoursForm>(before, FIELDS);
  const save = useKeep("/api/hours", form, onClose);
  const { value, set, error } = form;

  const submit = () => {
    const faults = faultsOf(value, (code) => t(`fault.${code}`));
    if (Object.keys(faults).length > 0) return form.refuse(faults);
    const { name, name_en, zone } = value;
    const body = item
      ? {
          ...changes(
            { name: before.name, name_en: before.name_en, zone: before.zone },
            { name, name_en, zone },
          ),
          rules: rulesOf(value),
        }
      : { tenant_id: value.tenant_id, name, name_en, zone, rules: rulesOf(value) };
    save.keep(item?.id ?? null, body, name);
  };

  return (
    <FormDialog
      title={item ? t("hours.edit", { name: item.name }) : t("hours.create")}
      size="lg"
      form={form}
      onClose={onClose}
      onSubmit={submit}
      isPending={save.isPending}
    >
      <Group title={t("group.basics")}>
        <NameFields form={form} />
        <TenantField form={form} isNew={item === null} />
        <ZoneField value={value.zone} onChange={(zone) => set({ zone })} error={error("zone")} />
      </Group>
      <Group title={t("hours.week")}>
        <div className="flex flex-wrap items-center gap-2">
          <PresetButtons onChoose={(week) => set({ week })} />
          <span className="ml-auto text-md text-ink-2">
            {t("hours.sum", { time: spoken(minutesOpen(value.week) * 60_000, i18n.language) })}
          </span>
        </div>
        <div className="flex flex-col divide-y divide-line rounded-md border border-line">
          {DAYS.map((day, index) => (
            <StretchFields
              key={day}
              label={t(`weekday.${index}`)}
              value={value.week[index] ?? []}
              onChange={(stretches) =>
                set({ week: value.week.map((each, at) => (at === index ? stretches : each)) })
              }
              error={error(`weekly.${day}`) ?? error(`rules.weekly.${day}`)}
              {...(index > 0 && index < 5
                ? {
                    copy: {
                      label: t("hours.copyMonday"),
                      run: () =>
                        set({
                          week: value.week.map((each, at) => (at === index ? (value.week[0] ?? []) : each)),
                        }),
                    },
                  }
                : {})}
            />
          ))}
        </div>
      </Group>
      <Group title={t("hours.holidays")} explain={t("hours.holidaysExplain")}>
        <Switch isSelected={value.holidays === "CN"} onChange={(on) => set({ holidays: on ? "CN" : "none" })}>
          {t("hours.followCn")}
        </Switch>
        {value.holidays === "CN" ? (
          <>
            <div className="rounded-md border border-line">
              <StretchFields
                label={t("hours.onHolidays")}
                value={value.holiday_day}
                onChange={(holiday_day) => set({ holiday_day })}
                error={error("holiday_spans") ?? error("rules.holiday_spans")}
              />
            </div>
            <Select
              label={t("hours.makeupAs")}
              className="max-w-56"
              value={value.makeup_as}
              onChange={(makeup_as) => set({ makeup_as })}
              options={DAYS.map((day, index) => ({ id: day, label: t(`weekday.${index}`) }))}
            />
          </>
        ) : null}
      </Group>
      <Exceptions value={value.exceptions} onChange={(exceptions) => set({ exceptions })} error={error} />
      {item ? <Saved item={item} dirty={form.dirty} onClose={onClose} /> : null}
    </FormDialog>
  );
}

function faultsOf(value: HoursForm, say: (code: string) => string): Record<string, string> {
  const faults: Record<string, string> = {};
  if (value.name.trim() === "") faults["name"] = say("required");
  DAYS.forEach((day, index) => {
    const [first] = faultsOfDay(value.week[index] ?? []).values();
    if (first) faults[`weekly.${day}`] = say(first);
  });
  value.exceptions.forEach((exception, index) => {
    const [first] = faultsOfDay(exception.day).values();
    if (!exception.date) faults[`exceptions.${index}`] = say("date_missing");
    else if (exception.name.trim() === "") faults[`exceptions.${index}`] = say("name_missing");
    else if (first) faults[`exceptions.${index}`] = say(first);
  });
  return faults;
}

function PresetButtons({ onChoose }: { onChoose: (week: Week) => void }) {
  const { t } = useTranslation("settings");
  return (
    <>
      {PRESETS.map((kind: Preset) => (
        <Button key={kind} size="sm" onPress={() => onChoose(preset(kind))}>
          {t(`hours.preset.${kind}`)}
        </Button>
      ))}
    </>
  );
}

interface ZoneProps {
  value: string;
  onChange: (zone: string) => void;
  error: string | undefined;
}

function ZoneField({ value, onChange, error }: ZoneProps) {
  const { t } = useTranslation("settings");
  const known = Intl.supportedValuesOf("timeZone");
  const zones = known.includes(value) ? known : [value, ...known];
  return (
    <ComboBox
      label={t("hours.zone")}
      emptyText={t("nothingFound")}
      className="max-w-80"
      value={value}
      onChange={(zone) => {
        if (zone) onChange(zone);
      }}
      options={zones.map((zone) => ({ id: zone, label: zone }))}
      {...(error ? { error } : {})}
    />
  );
}

interface ExceptionsProps {
  value: Exception[];
  onChange: (exceptions: Exception[]) => void;
  error: (field: string) => string | undefined;
}

function Exceptions({ value, onChange, error }: ExceptionsProps) {
  const { t } = useTranslation("settings");
  const id = useId();
  const [next, setNext] = useState(value.length);
  const change = (index: number, patch: Partial<Exception>) =>
    onChange(value.map((each, at) => (at === index ? { ...each, ...patch } : each)));
  return (
    <Group title={t("hours.exceptions")} explain={t("hours.exceptionsExplain")}>
      {value.map((exception, index) => (
        <div key={`${id}${exception.key}`} className="flex flex-col gap-2 rounded-md border border-line p-3">
          <div className="flex flex-wrap items-end gap-3">
            <DayField
              above
              label={t("hours.date")}
              value={exception.date}
              onChange={(date) => change(index, { date })}
            />
            <TextField
              label={t("hours.exceptionName")}
              className="min-w-40 flex-1"
              value={exception.name}
              onChange={(name) => change(index, { name })}
              maxLength={80}
            />
            <IconButton
              icon="trash"
              label={t("hours.removeException", { name: exception.name })}
              onPress={() => onChange(value.filter((_, at) => at !== index))}
            />
          </div>
          <StretchFields
            label={t("hours.thatDay")}
            value={exception.day}
            onChange={(day) => change(index, { day })}
            error={error(`exceptions.${index}`)}
          />
        </div>
      ))}
      <div>
        <Button
          size="sm"
          icon="plus"
          onPress={() => {
            onChange([...value, { key: next, date: undefined, name: "", day: [] }]);
            setNext(next + 1);
          }}
        >
          {t("hours.addException")}
        </Button>
      </div>
    </Group>
  );
}

/** What the stored rules come to; changes show after saving. */
function Saved({ item, dirty, onClose }: { item: HoursItem; dirty: boolean; onClose: () => void }) {
  const { t } = useTranslation("settings");
  const [month, setMonth] = useState(0);
  const today = new Date();
  const first = new Date(today.getFullYear(), today.getMonth() + month, 1);
  const last = new Date(today.getFullYear(), today.getMonth() + month + 1, 0);
  const from = isoDay(first);
  const to = isoDay(last);
  const preview = useQuery({
    queryKey: ["settings", "/api/hours", item.id, "preview", from],
    queryFn: ({ signal }) => api.get<HoursPreview>(`/api/hours/${item.id}/preview`, { from, to }, { signal }),
  });
  return (
    <>
      <Group title={t("hours.preview")} explain={dirty ? t("hours.previewStale") : t("hours.previewExplain")}>
        <HoursPreviewBox
          first={first}
          preview={preview.data}
          failed={preview.isError}
          knownUntil={item.holidays_known_until}
          onTurn={(way) => setMonth(month + way)}
        />
      </Group>
      <Pair>
        <RetireButton
          path="/api/hours"
          id={item.id}
          name={item.name}
          text={t("hours.retireText")}
          onDone={onClose}
        />
      </Pair>
    </>
  );
}

function isoDay(date: Date): string {
  const two = (n: number): string => String(n).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}
