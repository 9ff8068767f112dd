/** Today by quarter-hours as columns: answered in time, answered late, abandoned. The numbers stand in a table for all who can't see them. */
import { useId } from "react";
import { useTranslation } from "react-i18next";
import { lastIntervals, type TodayInterval } from "./model.ts";

interface Props {
  intervals: readonly TodayInterval[];
  from_at: number;
  to_at: number;
  zone: string;
}

/** Columns shown: the last six hours. */
const SHOWN = 24;

export function Intervals({ intervals, from_at, to_at, zone }: Props) {
  const { t, i18n } = useTranslation("wall");
  const id = useId();
  const last = lastIntervals(intervals, from_at, to_at, SHOWN);
  const most = Math.max(1, ...last.map((interval) => interval.answered + interval.abandoned));
  const clockText = new Intl.DateTimeFormat(i18n.language, {
    hour: "2-digit",
    minute: "2-digit",
    hour12: false,
    timeZone: zone,
  });
  if (last.every((interval) => interval.offered === 0)) {
    return <p className="px-3 py-4 text-md text-ink-2">{t("interval.none")}</p>;
  }
  const height = (n: number): string => `${(100 * n) / most}%`;
  return (
    <figure aria-labelledby={id} className="flex min-h-0 flex-col px-3 py-2">
      <div className="flex h-24 items-end gap-[3px]" aria-hidden="true">
        {last.map((interval) => (
          <span
            key={interval.at}
            className="flex h-full min-w-0 flex-1 flex-col justify-end gap-px"
            title={t("interval.words", {
              time: clockText.format(interval.at),
              answered: interval.answered,
              intime: interval.answered_in_time,
              abandoned: interval.abandoned,
            })}
          >
            <span className="rounded-t-[2px] bg-bad" style={{ height: height(interval.abandoned) }} />
            <span
              className="bg-warn"
              style={{ height: height(Math.max(0, interval.answered - interval.answered_in_time)) }}
            />
            <span className="bg-accent" style={{ height: height(interval.answered_in_time) }} />
          </span>
        ))}
      </div>
      <div
        className="tabular flex justify-between border-t border-line pt-1 text-xs text-ink-3"
        aria-hidden="true"
      >
        <span>{last[0] ? clockText.format(last[0].at) : ""}</span>
        <span>{last.at(-1) ? clockText.format(last.at(-1)?.at) : ""}</span>
      </div>
      <figcaption id={id} className="flex flex-wrap gap-x-3 pt-1 text-sm text-ink-2">
        <span className="sr-only">{t("interval.title")}</span>
        <Key className="bg-accent" text={t("interval.inTime")} />
        <Key className="bg-warn" text={t("interval.late")} />
        <Key className="bg-bad" text={t("interval.abandoned")} />
      </figcaption>
      <table className="sr-only">
        <caption>{t("interval.title")}</caption>
        <thead>
          <tr>
            <th scope="col">{t("interval.time")}</th>
            <th scope="col">{t("interval.inTime")}</th>
            <th scope="col">{t("interval.late")}</th>
            <th scope="col">{t("interval.abandoned")}</th>
          </tr>
        </thead>
        <tbody>
          {last.map((interval) => (
            <tr key={interval.at}>
              <th scope="row">{clockText.format(interval.at)}</th>
              <td>{interval.answered_in_time}</td>
              <td>{Math.max(0, interval.answered - interval.answered_in_time)}</td>
              <td>{interval.abandoned}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </figure>
  );
}

function Key({ className, text }: { className: string; text: string }) {
  return (
    <span className="flex items-center gap-1">
      <span className={`size-2 rounded-[2px] ${className}`} aria-hidden="true" />
      {text}
    </span>
  );
}
