/** Small things that several parts of the wall show: an agent's state, a service level, a box with a heading. */
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { cx, StateBadge, StateIcon, type StateShape } from "@kit/ui";
import { type LevelGrade, levelGrade, type Presence } from "./model.ts";

export const PRESENCE_SHAPES: Record<Presence, StateShape> = {
  available: "available",
  ringing: "offered",
  engaged: "engaged",
  full: "engaged",
  after_contact_work: "after_contact_work",
  not_ready: "not_ready",
  signed_out: "offline",
};

/** A word for each reason that the house knows; another house's own code is shown as it is. */
export function useReason(): (reason: string | null) => string {
  const { t } = useTranslation("wall");
  return (reason) => (reason ? t(`reason.${reason}`, { defaultValue: reason }) : "");
}

export function PresenceBadge({ presence, reason }: { presence: Presence; reason: string | null }) {
  const { t } = useTranslation("wall");
  const word = useReason();
  return (
    <StateBadge state={PRESENCE_SHAPES[presence]}>
      {presence === "not_ready" && reason ? word(reason) : t(`presence.${presence}`)}
    </StateBadge>
  );
}

const GRADE_CLASS: Record<LevelGrade, string> = {
  none: "text-ink-3",
  met: "text-ok-ink",
  near: "text-warn-ink",
  missed: "text-bad-ink",
};
const GRADE_SHAPE: Record<Exclude<LevelGrade, "none">, StateShape> = {
  met: "ended",
  near: "warn",
  missed: "bad",
};
const USUAL_GOAL = 80;

interface Level {
  percent: number | null;
  rule: string;
  goal?: number | null;
}

/** A service level as percent, with a shape for met, near or missed; the rule is under the pointer and read out. */
export function LevelFigure({ level, className }: { level: Level; className?: string }) {
  const { t } = useTranslation("wall");
  const goal = level.goal ?? USUAL_GOAL;
  const grade = levelGrade(level.percent, goal);
  const words = t(`grade.${grade}`, { goal });
  return (
    <span
      className={cx("tabular inline-flex items-center gap-1 font-medium", GRADE_CLASS[grade], className)}
      title={level.rule ? `${words}\n${level.rule}` : words}
    >
      {grade === "none" ? (
        <span aria-hidden="true">—</span>
      ) : (
        <>
          <StateIcon state={GRADE_SHAPE[grade]} size={12} />
          {`${level.percent}%`}
        </>
      )}
      <span className="sr-only">{words}</span>
    </span>
  );
}

interface PanelProps {
  title: string;
  id: string;
  aside?: ReactNode;
  children: ReactNode;
  className?: string;
}

export function Panel({ title, id, aside, children, className }: PanelProps) {
  return (
    <section
      aria-labelledby={id}
      className={cx(
        "flex min-h-0 flex-col overflow-hidden rounded-lg border border-line bg-surface",
        className,
      )}
    >
      <header className="flex h-10 shrink-0 items-center gap-2 border-b border-line px-3">
        <h2 id={id} className="text-base font-semibold text-ink">
          {title}
        </h2>
        {aside}
      </header>
      {children}
    </section>
  );
}
