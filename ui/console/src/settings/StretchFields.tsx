/** The opening times of one day: a bar to see, fields to type in. */
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button, cx, IconButton } from "@kit/ui";
import {
  DAY_MINUTES,
  isOvernight,
  lengthOf,
  nextStretch,
  parseTime,
  type Stretch,
  timeText,
} from "./week.ts";

interface Props {
  label: string;
  value: readonly Stretch[];
  onChange: (day: Stretch[]) => void;
  error: string | undefined;
  copy?: { label: string; run: () => void };
}

export function StretchFields({ label, value, onChange, error, copy }: Props) {
  const { t } = useTranslation("settings");
  const change = (index: number, patch: Partial<Stretch>) =>
    onChange(value.map((stretch, at) => (at === index ? { ...stretch, ...patch } : stretch)));
  return (
    <div
      role="group"
      aria-label={label}
      data-invalid={error ? true : undefined}
      className="flex flex-col gap-1 px-3 py-2"
    >
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1.5">
        <span className="w-16 shrink-0 text-md font-medium text-ink">{label}</span>
        {value.length === 0 ? <span className="text-md text-ink-3">{t("hours.closed")}</span> : null}
        {value.map((stretch, index) => (
          <span key={index} className="flex items-center gap-1">
            <TimeField
              label={t("hours.fromOf", { day: label, n: index + 1 })}
              value={stretch.from}
              onChange={(from) => change(index, { from })}
              invalid={Boolean(error)}
            />
            <span aria-hidden="true">–</span>
            <TimeField
              label={t("hours.toOf", { day: label, n: index + 1 })}
              value={stretch.to}
              onChange={(to) => change(index, { to })}
              invalid={Boolean(error)}
            />
            {isOvernight(stretch) ? <span className="text-sm text-ink-3">{t("hours.nextDay")}</span> : null}
            <IconButton
              icon="close"
              size="sm"
              label={t("hours.removeStretch", {
                day: label,
                time: `${timeText(stretch.from)}–${timeText(stretch.to)}`,
              })}
              onPress={() => onChange(value.filter((_, at) => at !== index))}
            />
          </span>
        ))}
        <span className="ml-auto flex gap-1">
          {copy ? (
            <Button size="sm" variant="ghost" onPress={copy.run}>
              {copy.label}
            </Button>
          ) : null}
          <IconButton
            icon="plus"
            size="sm"
            label={t("hours.addStretch", { day: label })}
            isDisabled={value.length >= 12}
            onPress={() => onChange([...value, nextStretch(value)])}
          />
        </span>
      </div>
      <Bar value={value} />
      {error ? (
        <p role="alert" className="text-sm text-bad-ink">
          {error}
        </p>
      ) : null}
    </div>
  );
}

interface TimeProps {
  label: string;
  value: number;
  onChange: (minutes: number) => void;
  invalid: boolean;
}

/** Takes what people type (`8`, `0830`, `8:30`, `8点半` won't do) and puts it right when they leave the field. */
function TimeField({ label, value, onChange, invalid }: TimeProps) {
  const [typed, setTyped] = useState<string | null>(null);
  const wrong = typed !== null && parseTime(typed) === null;
  const leave = () => {
    const minutes = typed === null ? null : parseTime(typed);
    if (minutes !== null) onChange(minutes);
    if (!wrong) setTyped(null);
  };
  return (
    <input
      aria-label={label}
      aria-invalid={wrong || invalid}
      inputMode="numeric"
      value={typed ?? timeText(value)}
      onChange={(event) => {
        setTyped(event.target.value);
        const minutes = parseTime(event.target.value);
        if (minutes !== null && /^\d{1,2}[:：]\d{2}$/.test(event.target.value)) onChange(minutes);
      }}
      onBlur={leave}
      onFocus={(event) => event.target.select()}
      className={cx(
        "tabular h-7 w-14 rounded-sm border bg-surface text-center text-md text-ink outline-none focus:outline-2 focus:outline-focus",
        wrong || invalid ? "border-bad" : "border-edge",
      )}
    />
  );
}

/** The day from midnight to midnight. What runs on into the next day is drawn to the edge. */
function Bar({ value }: { value: readonly Stretch[] }) {
  const percent = (minutes: number): string => `${(100 * minutes) / DAY_MINUTES}%`;
  return (
    <span
      className="relative ml-[76px] block h-1.5 overflow-hidden rounded-full bg-pressed"
      aria-hidden="true"
    >
      {value.map((stretch, index) => (
        <span
          key={index}
          className="absolute inset-y-0 bg-accent"
          style={{
            left: percent(stretch.from),
            width: percent(Math.min(lengthOf(stretch), DAY_MINUTES - stretch.from)),
          }}
        />
      ))}
    </span>
  );
}
