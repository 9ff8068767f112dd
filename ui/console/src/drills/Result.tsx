/** What a drill found: whether the change helps, by half hour, by queue and team, and who waited longest and why. */
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Badge, cx, Icon, Notice, StateSign, type StateShape } from "@kit/ui";
import { Chart, Legend } from "./Chart.tsx";
import {
  type ChartName,
  CHARTS,
  clockText,
  PERCENTS,
  percentText,
  pointsOf,
  queueRows,
  signed,
} from "./model.ts";
import type { Names } from "./names.ts";
import type { Compared, DayResult, Found, Known, LongWait } from "./wire.ts";

export function Result({ found, names }: { found: Found; names: Names }) {
  const { i18n } = useTranslation("drills");
  const time = (at: number): string =>
    new Intl.DateTimeFormat(i18n.language, {
      hour: "2-digit",
      minute: "2-digit",
      hour12: false,
      timeZone: found.before.zone,
    }).format(at);
  return (
    <div className="flex flex-col gap-5">
      {found.comparison ? (
        <Verdicts figures={found.comparison.figures} replications={found.comparison.replications} />
      ) : null}
      <Totals found={found} />
      <Charts found={found} time={time} />
      <Queues found={found} names={names} />
      <Teams found={found} names={names} />
      <Longest day={found.after ?? found.before} isAfter={found.after !== null} names={names} time={time} />
    </div>
  );
}

export function Part({
  id,
  title,
  note,
  children,
}: {
  id: string;
  title: string;
  note?: string;
  children: ReactNode;
}) {
  return (
    <section aria-labelledby={id}>
      <h3 id={id} className="pb-1 text-base font-semibold text-ink">
        {title}
      </h3>
      {note ? <p className="pb-2 text-sm text-ink-3">{note}</p> : null}
      {children}
    </section>
  );
}

const SHAPES: Record<Compared["verdict"], StateShape> = {
  better: "ended",
  worse: "bad",
  cannot_tell: "offline",
  changed: "warn",
  same: "offline",
};
const INKS: Record<Compared["verdict"], string> = {
  better: "text-ok-ink",
  worse: "text-bad-ink",
  cannot_tell: "text-ink-2",
  changed: "text-warn-ink",
  same: "text-ink-2",
};
const WHOLE = new Set(["answered", "hours"]);

function Verdicts({ figures, replications }: { figures: readonly Compared[]; replications: number }) {
  const { t } = useTranslation("drills");
  const digits = (name: string): number => (WHOLE.has(name) ? 0 : name === "abandonment" ? 2 : 1);
  const label = (name: string): string =>
    t("verdict.withUnit", { figure: t(`figure.${name}`), unit: t(`unit.${name}`) });
  return (
    <Part id="drill-verdicts" title={t("verdict.title")} note={t("verdict.note", { count: replications })}>
      <Table
        label={t("verdict.title")}
        heads={["figure", "before", "after", "difference", "interval", "says"].map((id) =>
          t(`verdict.${id}`),
        )}
      >
        {figures.map((one) => (
          <tr key={one.name}>
            <Head>{label(one.name)}</Head>
            <Num>{one.a.toFixed(digits(one.name))}</Num>
            <Num>{one.b.toFixed(digits(one.name))}</Num>
            <Num>{signed(one.difference, digits(one.name))}</Num>
            <Num>{`${signed(one.low, digits(one.name))} … ${signed(one.high, digits(one.name))}`}</Num>
            <Cell>
              <span className={cx("inline-flex items-center gap-1.5 font-medium", INKS[one.verdict])}>
                <StateSign state={SHAPES[one.verdict]} size={12} />
                {t(`verdict.${one.verdict}`)}
              </span>
            </Cell>
          </tr>
        ))}
      </Table>
    </Part>
  );
}

function Totals({ found }: { found: Found }) {
  const { t } = useTranslation("drills");
  const { before, after, known } = found;
  const rows: [string, (day: DayResult) => string, string | null][] = [
    ["contacts", (day) => String(day.total.contacts), known ? String(known.contacts) : null],
    ["answered", (day) => String(day.total.answered), known ? String(known.answered) : null],
    ["abandoned", (day) => String(day.total.abandoned), known ? String(known.abandoned) : null],
    [
      "service_level",
      (day) => percentText(day.total.service_level),
      known ? percentText(known.service_level) : null,
    ],
    ["asa", (day) => clockText(day.total.asa_ms), known ? clockText(known.asa_ms) : null],
    ["wait_p95", (day) => clockText(day.total.wait_p95_ms), null],
    ["longest", (day) => clockText(day.total.longest_ms), null],
    ["occupancy", (day) => percentText(day.occupancy), null],
    ["agents", (day) => String(day.agents), known ? String(known.agents) : null],
  ];
  const heads = [
    t("verdict.figure"),
    ...(known ? [t("really")] : []),
    after ? t("before") : t("drilled"),
    ...(after ? [t("after")] : []),
  ];
  return (
    <Part id="drill-totals" title={t("totals.title")} note={t(after ? "totals.noteBoth" : "totals.note")}>
      <Table label={t("totals.title")} heads={heads}>
        {rows.map(([id, read, really]) => (
          <tr key={id}>
            <Head>{t(`figure.${id}`)}</Head>
            {known ? <Num>{really ?? "—"}</Num> : null}
            <Num>{read(before)}</Num>
            {after ? <Num>{read(after)}</Num> : null}
          </tr>
        ))}
      </Table>
      {known ? <How known={known} /> : null}
    </Part>
  );
}

/** How the day was made of the journal: what is estimated is said. */
function How({ known }: { known: Known }) {
  const { t } = useTranslation("drills");
  const { patience } = known;
  return (
    <Notice tone="info" className="mt-2">
      <p>
        {patience.mean_ms === null
          ? t("how.nobodyLeft")
          : t("how.patience", {
              mean: clockText(patience.mean_ms),
              left: patience.gave_up,
              answered: patience.answered,
            })}
      </p>
      <p>{t("how.people")}</p>
      {known.skipped + known.transferred > 0 ? (
        <p>{t("how.skipped", { skipped: known.skipped, transferred: known.transferred })}</p>
      ) : null}
    </Notice>
  );
}

function Charts({ found, time }: { found: Found; time: (at: number) => string }) {
  const { t } = useTranslation("drills");
  const all = CHARTS.map((name) => ({ name, points: pointsOf(name, found.before, found.after) }));
  return (
    <Part id="drill-charts" title={t("chart.title")}>
      {found.after ? <Legend /> : null}
      <div className="grid gap-3 pt-2 sm:grid-cols-2 2xl:grid-cols-3">
        {all.map(({ name, points }) => (
          <Chart key={name} name={name} points={points} hasAfter={found.after !== null} time={time} />
        ))}
      </div>
      <details className="pt-2">
        <summary className="w-fit cursor-pointer rounded-xs text-md text-accent-ink">
          {t("chart.table")}
        </summary>
        <div className="pt-2">
          <HalfHours all={all} hasAfter={found.after !== null} time={time} />
        </div>
      </details>
    </Part>
  );
}

interface HalfHourProps {
  all: { name: ChartName; points: ReturnType<typeof pointsOf> }[];
  hasAfter: boolean;
  time: (at: number) => string;
}

function HalfHours({ all, hasAfter, time }: HalfHourProps) {
  const { t } = useTranslation("drills");
  const say = (name: ChartName, value: number | null): string =>
    value === null ? "—" : PERCENTS.has(name) ? `${value.toFixed(1)}%` : String(Math.round(value * 10) / 10);
  return (
    <Table label={t("chart.title")} heads={[t("chart.time"), ...all.map(({ name }) => t(`chart.${name}`))]}>
      {(all[0]?.points ?? []).map(({ at }, index) => (
        <tr key={at}>
          <Head>{time(at)}</Head>
          {all.map(({ name, points }) => (
            <Num key={name}>
              {hasAfter
                ? `${say(name, points[index]?.before ?? null)} → ${say(name, points[index]?.after ?? null)}`
                : say(name, points[index]?.before ?? null)}
            </Num>
          ))}
        </tr>
      ))}
    </Table>
  );
}

function Queues({ found, names }: { found: Found; names: Names }) {
  const { t } = useTranslation("drills");
  const rows = queueRows(found.before, found.after);
  const both = (before: string, after: string | undefined): string =>
    found.after ? `${before} → ${after ?? "—"}` : before;
  return (
    <Part id="drill-queues" title={t("queues.title")}>
      <Table
        label={t("queues.title")}
        heads={["queue", "contacts", "service_level", "abandonment", "asa", "longest"].map((id) =>
          t(`figure.${id}`),
        )}
      >
        {rows.map(({ id, title, before, after }) => (
          <tr key={id}>
            <Head>{names.queue(id, title)}</Head>
            <Num>{before.contacts}</Num>
            <Num>
              {both(percentText(before.service_level), after ? percentText(after.service_level) : undefined)}
            </Num>
            <Num>
              {both(percentText(before.abandonment), after ? percentText(after.abandonment) : undefined)}
            </Num>
            <Num>{both(clockText(before.asa_ms), after ? clockText(after.asa_ms) : undefined)}</Num>
            <Num>{both(clockText(before.longest_ms), after ? clockText(after.longest_ms) : undefined)}</Num>
          </tr>
        ))}
      </Table>
    </Part>
  );
}

function Teams({ found, names }: { found: Found; names: Names }) {
  const { t } = useTranslation("drills");
  const others = new Map(found.after?.teams.map((team) => [team.team, team]));
  const both = (before: string, after: string | undefined): string =>
    found.after ? `${before} → ${after ?? "—"}` : before;
  return (
    <Part id="drill-teams" title={t("teams.title")}>
      <Table label={t("teams.title")} heads={["team", "agents", "occupancy"].map((id) => t(`figure.${id}`))}>
        {found.before.teams.map((team) => {
          const other = others.get(team.team);
          return (
            <tr key={team.team}>
              <Head>{names.team(team.team, team.title)}</Head>
              <Num>{both(String(team.agents), other ? String(other.agents) : undefined)}</Num>
              <Num>{both(percentText(team.occupancy), other ? percentText(other.occupancy) : undefined)}</Num>
            </tr>
          );
        })}
      </Table>
    </Part>
  );
}

const SHOWN = 10;

interface LongestProps {
  day: DayResult;
  isAfter: boolean;
  names: Names;
  time: (at: number) => string;
}

function Longest({ day, isAfter, names, time }: LongestProps) {
  const { t } = useTranslation("drills");
  const rows = day.longest.slice(0, SHOWN);
  if (rows.length === 0) return null;
  return (
    <Part id="drill-longest" title={t("longest.title")} note={isAfter ? t("longest.noteAfter") : ""}>
      <ol className="flex flex-col gap-2">
        {rows.map((wait) => (
          <li key={wait.contact} className="rounded-md border border-line p-3">
            <p className="flex flex-wrap items-center gap-x-3 gap-y-1 text-md">
              <span className="tabular font-semibold text-ink">{clockText(wait.waited_ms)}</span>
              <span className="foreign text-ink">{names.queue(wait.queue_id, wait.title)}</span>
              <span className="text-ink-3">{t("longest.came", { at: time(wait.came_at) })}</span>
              <Badge tone={wait.answered ? "ok" : "bad"}>
                <Icon name={wait.answered ? "check" : "close"} size={12} />
                {t(wait.answered ? "longest.answered" : "longest.left")}
              </Badge>
            </p>
            <Why wait={wait} names={names} />
          </li>
        ))}
      </ol>
    </Part>
  );
}

function Why({ wait, names }: { wait: LongWait; names: Names }) {
  const { t } = useTranslation("drills");
  const asked = names.skills(wait.asked);
  const parts = [
    t("why.line", { count: wait.in_line }),
    t("why.could", { count: wait.could_on_duty }),
    ...(asked ? [t("why.asked", { asked })] : []),
    ...(wait.steps.length > 0
      ? [t("why.widened", { count: wait.steps.length, could: wait.could_widened })]
      : []),
    ...Object.entries(wait.blocked).map(([cause, count]) =>
      t("why.blocked", { count, cause: t(`cause.${cause}`, { defaultValue: cause }) }),
    ),
  ];
  return <p className="foreign pt-1 text-sm text-ink-2">{parts.join(t("stop"))}</p>;
}

// -- tables -----------------------------------------------------------------------------------------------------------
function Table({ label, heads, children }: { label: string; heads: readonly string[]; children: ReactNode }) {
  return (
    <div
      role="region"
      aria-label={label}
      // The box scrolls by keyboard too.
      // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
      tabIndex={0}
      className="max-h-[420px] overflow-auto rounded-md border border-line"
    >
      <table className="w-full text-left text-md" aria-label={label}>
        <thead>
          <tr>
            {heads.map((head, index) => (
              <th
                key={head}
                scope="col"
                className={cx(
                  "sticky top-0 border-b border-line bg-surface px-3 py-2 text-sm font-medium text-ink-2",
                  index > 0 && "text-right last:text-right",
                )}
              >
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}

function Head({ children }: { children: ReactNode }) {
  return (
    <th scope="row" className="foreign border-b border-line px-3 py-1.5 font-normal text-ink">
      {children}
    </th>
  );
}

function Num({ children }: { children: ReactNode }) {
  return (
    <td className="tabular border-b border-line px-3 py-1.5 text-right whitespace-nowrap text-ink">
      {children}
    </td>
  );
}

function Cell({ children }: { children: ReactNode }) {
  return <td className="border-b border-line px-3 py-1.5 text-right">{children}</td>;
}
