/** A month as the calendar will have it: open, closed, holiday, worked instead, exception. Said in words too. */
import { useTranslation } from "react-i18next";
import { cx, IconButton, Notice, Skeleton } from "@kit/ui";
import type { HoursPreview, PreviewDay } from "./wire.ts";

interface Props {
  first: Date;
  preview: HoursPreview | undefined;
  failed: boolean;
  knownUntil: string;
  onTurn: (way: 1 | -1) => void;
}

const KIND: Record<PreviewDay["kind"], string> = {
  weekday: "",
  exception: "bg-info-soft text-info-ink",
  holiday: "bg-bad-soft text-bad-ink",
  makeup: "bg-warn-soft text-warn-ink",
};

export function HoursPreviewBox({ first, preview, failed, knownUntil, onTurn }: Props) {
  const { t, i18n } = useTranslation("settings");
  const month = new Intl.DateTimeFormat(i18n.language, { year: "numeric", month: "long" }).format(first);
  // Monday first.
  const lead = (first.getDay() + 6) % 7;
  return (
    <div className="max-w-xl">
      <div className="flex items-center gap-2 pb-2">
        <IconButton
          icon="chevronLeft"
          size="sm"
          label={t("hours.previousMonth")}
          onPress={() => onTurn(-1)}
        />
        <span className="min-w-28 text-center text-base font-semibold text-ink" aria-live="polite">
          {month}
        </span>
        <IconButton icon="chevronRight" size="sm" label={t("hours.nextMonth")} onPress={() => onTurn(1)} />
        <span className="ml-auto flex gap-3 text-sm text-ink-2">
          <Key className={KIND.holiday} text={t("hours.kind.holiday")} />
          <Key className={KIND.makeup} text={t("hours.kind.makeup")} />
          <Key className={KIND.exception} text={t("hours.kind.exception")} />
        </span>
      </div>
      {failed ? <Notice tone="warn">{t("hours.previewFailed")}</Notice> : null}
      {preview ? (
        <ol className="grid grid-cols-7 gap-1">
          {Array.from({ length: lead }, (_, index) => (
            <li key={`lead${index}`} aria-hidden="true" />
          ))}
          {preview.days.map((day) => (
            <DayBox key={day.date} day={day} zone={preview.zone} />
          ))}
        </ol>
      ) : failed ? null : (
        <Skeleton lines={5} />
      )}
      {preview?.days.some((day) => !day.known) ? (
        <Notice tone="info" className="mt-2">
          {t("hours.unknownHolidays", { until: knownUntil })}
        </Notice>
      ) : null}
    </div>
  );
}

function Key({ className, text }: { className: string; text: string }) {
  return <span className={cx("rounded-xs px-1.5", className)}>{text}</span>;
}

function DayBox({ day, zone }: { day: PreviewDay; zone: string }) {
  const { t, i18n } = useTranslation("settings");
  const clock = new Intl.DateTimeFormat(i18n.language, {
    hour: "2-digit",
    minute: "2-digit",
    hour12: false,
    timeZone: zone,
  });
  const name = (i18n.language.startsWith("en") && day.name_en) || day.name;
  const times = day.openings
    .map(({ opens_at, closes_at }) =>
      closes_at - opens_at >= 86_400_000
        ? t("hours.allDay")
        : `${clock.format(opens_at)}–${clock.format(closes_at)}`,
    )
    .join(" ");
  return (
    <li
      className={cx(
        "flex min-h-14 flex-col rounded-sm border border-line px-1.5 py-1 text-sm",
        KIND[day.kind],
        day.openings.length === 0 && day.kind === "weekday" && "bg-sunken text-ink-3",
      )}
    >
      <span className="flex justify-between gap-1">
        <time dateTime={day.date} className="tabular font-semibold">
          {Number(day.date.slice(8))}
        </time>
        <span className="truncate" title={name}>
          {name}
        </span>
      </span>
      <span className="tabular text-xs leading-tight">{times || t("hours.closed")}</span>
    </li>
  );
}
