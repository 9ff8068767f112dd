/** Small charts by half hour: before as a dashed line, after as a solid one. The numbers stand in the table below. */
import { useTranslation } from "react-i18next";
import { type ChartName, pathOf, PERCENTS, type Point, topOf } from "./model.ts";

const WIDTH = 320;
const HEIGHT = 96;

interface Props {
  name: ChartName;
  points: readonly Point[];
  hasAfter: boolean;
  time: (at: number) => string;
}

export function Chart({ name, points, hasAfter, time }: Props) {
  const { t } = useTranslation("drills");
  const isPercent = PERCENTS.has(name);
  const top = topOf(points, isPercent);
  const unit = isPercent ? "%" : "";
  const most = (side: "before" | "after"): string => {
    const values = points.map((point) => point[side]).filter((value) => value !== null);
    return values.length === 0 ? "—" : `${Math.round(Math.max(...values) * 10) / 10}${unit}`;
  };
  const title = t(`chart.${name}`);
  const said = hasAfter
    ? t("chart.said", { title, before: most("before"), after: most("after") })
    : t("chart.saidOne", { title, before: most("before") });
  const middle = points[Math.floor(points.length / 2)];
  return (
    <figure className="min-w-0 rounded-md border border-line p-3">
      <figcaption className="flex items-baseline justify-between gap-2 pb-1">
        <span className="text-md font-semibold text-ink">{title}</span>
        <span className="tabular text-sm text-ink-3">{`0–${top}${unit}`}</span>
      </figcaption>
      <svg
        role="img"
        aria-label={said}
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        className="h-24 w-full overflow-visible"
      >
        {[0, HEIGHT / 2, HEIGHT].map((y) => (
          <line
            key={y}
            x1="0"
            x2={WIDTH}
            y1={y}
            y2={y}
            className="stroke-line"
            vectorEffect="non-scaling-stroke"
          />
        ))}
        <path
          d={pathOf(
            points.map(({ before }) => before),
            top,
            WIDTH,
            HEIGHT,
          )}
          fill="none"
          strokeWidth="2"
          strokeDasharray={hasAfter ? "4 3" : undefined}
          className={hasAfter ? "stroke-ink-3" : "stroke-accent"}
          vectorEffect="non-scaling-stroke"
        />
        {hasAfter ? (
          <path
            d={pathOf(
              points.map(({ after }) => after),
              top,
              WIDTH,
              HEIGHT,
            )}
            fill="none"
            strokeWidth="2"
            className="stroke-accent"
            vectorEffect="non-scaling-stroke"
          />
        ) : null}
      </svg>
      <div className="tabular flex justify-between pt-1 text-xs text-ink-3" aria-hidden="true">
        <span>{points[0] ? time(points[0].at) : ""}</span>
        <span>{middle ? time(middle.at) : ""}</span>
        <span>{points.at(-1) ? time(points.at(-1)?.at ?? 0) : ""}</span>
      </div>
    </figure>
  );
}

export function Legend() {
  const { t } = useTranslation("drills");
  return (
    <div className="flex flex-wrap gap-x-4 gap-y-1 text-md text-ink-2">
      <span className="inline-flex items-center gap-1.5">
        <span aria-hidden="true" className="w-6 border-t-2 border-dashed border-ink-3" />
        {t("before")}
      </span>
      <span className="inline-flex items-center gap-1.5">
        <span aria-hidden="true" className="w-6 border-t-2 border-accent" />
        {t("after")}
      </span>
    </div>
  );
}
