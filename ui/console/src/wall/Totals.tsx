/** The floor in one line of figures, and how its agents are spread over states. */
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { cx, Icon, StateIcon } from "@kit/ui";
import { Since } from "./clock.tsx";
import { type FloorTotals, type Presence, PRESENCES } from "./model.ts";
import { LevelFigure, PRESENCE_SHAPES } from "./parts.tsx";

interface Props {
  totals: FloorTotals;
  /** Today's service level of the same queues, in percent. */
  level: number | null;
  rule: string;
  /** What the tiles of queues count when a filter narrows the agents only. */
  note: string | null;
}

export function Totals({ totals, level, rule, note }: Props) {
  return (
    <div className="flex shrink-0 flex-col gap-1.5">
      <Tiles totals={totals} level={level} rule={rule} />
      {note ? (
        <p role="status" className="flex items-center gap-1.5 px-1 text-sm text-ink-2">
          <Icon name="info" size={14} className="shrink-0" />
          {note}
        </p>
      ) : null}
    </div>
  );
}

function Tiles({ totals, level, rule }: Omit<Props, "note">) {
  const { t } = useTranslation("wall");
  return (
    <dl className="grid shrink-0 grid-cols-2 gap-px overflow-hidden rounded-lg border border-line bg-line sm:grid-cols-4 xl:grid-cols-[repeat(4,minmax(0,1fr))_minmax(0,1.7fr)]">
      <Item label={t("total.waiting")} note={<Longest at={totals.waiting ? totals.oldest_since_at : null} />}>
        {totals.waiting}
      </Item>
      <Item label={t("total.talking")} note={t("total.answered", { count: totals.answered })}>
        {totals.talking}
      </Item>
      <Item label={t("total.level")} note={level === null ? t("total.levelNoData") : t("total.levelNote")}>
        {level === null ? <NoData /> : <LevelFigure level={{ percent: level, rule }} />}
      </Item>
      <Item label={t("total.abandoned")} note={<AbandonRate totals={totals} />}>
        {totals.offered === 0 ? <NoData /> : totals.abandoned}
      </Item>
      <div className="col-span-2 bg-surface px-3 py-2 sm:col-span-4 xl:col-span-1">
        <dt className="text-sm text-ink-2">{t("total.presence")}</dt>
        <dd>
          <PresenceBar presence={totals.presence} />
        </dd>
      </div>
    </dl>
  );
}

interface ItemProps {
  label: string;
  note: ReactNode;
  children: ReactNode;
}

function Item({ label, note, children }: ItemProps) {
  return (
    <div className="bg-surface px-3 py-2">
      <dt className="text-sm text-ink-2">{label}</dt>
      <dd className="flex items-baseline gap-2">
        <span className="tabular text-3xl font-semibold text-ink">{children}</span>
        <span className="min-w-0 truncate text-sm text-ink-3">{note}</span>
      </dd>
    </div>
  );
}

function NoData() {
  const { t } = useTranslation("wall");
  return (
    <span className="text-ink-3" title={t("noData")}>
      <span aria-hidden="true">—</span>
      <span className="sr-only">{t("noData")}</span>
    </span>
  );
}

function Longest({ at }: { at: number | null }) {
  const { t } = useTranslation("wall");
  if (at === null) return <>{t("total.nobodyWaits")}</>;
  return (
    <>
      {t("total.longest")} <Since at={at} className="text-ink-2" />
    </>
  );
}

function AbandonRate({ totals }: { totals: FloorTotals }) {
  const { t } = useTranslation("wall");
  if (totals.offered === 0) return <>{t("total.nothingYet")}</>;
  const percent = Math.round((100 * totals.abandoned) / totals.offered);
  return <>{t("total.abandonRate", { percent, offered: totals.offered })}</>;
}

const FILL: Record<Presence, string> = {
  available: "bg-available",
  ringing: "bg-offered",
  engaged: "bg-engaged",
  full: "bg-engaged-ink",
  after_contact_work: "bg-acw",
  not_ready: "bg-not-ready",
  signed_out: "bg-line-2",
};
const INK: Record<Presence, string> = {
  available: "text-available",
  ringing: "text-offered",
  engaged: "text-engaged",
  full: "text-engaged-ink",
  after_contact_work: "text-acw",
  not_ready: "text-not-ready",
  signed_out: "text-ink-3",
};

export function PresenceBar({
  presence,
  big = false,
}: {
  presence: Record<Presence, number>;
  big?: boolean;
}) {
  const { t } = useTranslation("wall");
  const shown = PRESENCES.filter((state) => presence[state] > 0);
  const total = shown.reduce((sum, state) => sum + presence[state], 0);
  if (total === 0) return <p className="pt-1 text-sm text-ink-3">{t("total.nobodyHere")}</p>;
  return (
    <>
      <span
        className={cx("mt-1.5 flex gap-0.5 overflow-hidden rounded-full", big ? "h-3" : "h-2")}
        aria-hidden="true"
      >
        {shown.map((state) => (
          <span key={state} className={FILL[state]} style={{ flexGrow: presence[state] }} />
        ))}
      </span>
      {/* Two lines in any case: who rings comes and goes, and nothing below may jump with it. */}
      <ul
        className={cx(
          "mt-1.5 flex flex-wrap content-start gap-x-3 gap-y-0.5",
          big ? "text-lg" : "min-h-[2.625rem] text-sm",
        )}
      >
        {shown.map((state) => (
          <li key={state} className="flex items-center gap-1 whitespace-nowrap text-ink-2">
            <StateIcon state={PRESENCE_SHAPES[state]} size={big ? 16 : 12} className={INK[state]} />
            {t(`presence.${state}`)}
            <span className="tabular font-semibold text-ink">{presence[state]}</span>
          </li>
        ))}
      </ul>
    </>
  );
}
