import type { ReactNode } from "react";
import { StateIcon } from "../icons/Icon";
import type { StateShape } from "../icons/states";
import { cx } from "./cx.ts";

export type BadgeTone = "plain" | "accent" | "ok" | "info" | "warn" | "bad";

const tones: Record<BadgeTone, string> = {
  plain: "bg-sunken text-ink-2",
  accent: "bg-accent-soft text-accent-ink",
  ok: "bg-ok-soft text-ok-ink",
  info: "bg-info-soft text-info-ink",
  warn: "bg-warn-soft text-warn-ink",
  bad: "bg-bad-soft text-bad-ink",
};

export function Badge({
  tone = "plain",
  children,
  className,
}: {
  tone?: BadgeTone;
  children: ReactNode;
  className?: string;
}) {
  return (
    <span
      className={cx(
        "inline-flex h-5 items-center gap-1 rounded-xs px-1.5 text-sm font-medium whitespace-nowrap",
        tones[tone],
        className,
      )}
    >
      {children}
    </span>
  );
}

const stateTones: Record<StateShape, string> = {
  available: "bg-available-soft text-available-ink",
  offered: "bg-offered-soft text-offered-ink",
  engaged: "bg-engaged-soft text-engaged-ink",
  talking: "bg-engaged-soft text-engaged-ink",
  calling: "bg-engaged-soft text-engaged-ink",
  after_contact_work: "bg-acw-soft text-acw-ink",
  not_ready: "bg-not-ready-soft text-not-ready-ink",
  offline: "bg-sunken text-ink-3",
  waiting: "bg-waiting-soft text-waiting-ink",
  ended: "bg-ended-soft text-ended-ink",
  warn: "bg-warn-soft text-warn-ink",
  bad: "bg-bad-soft text-bad-ink",
};

const stateColours: Record<StateShape, string> = {
  available: "text-available",
  offered: "text-offered",
  engaged: "text-engaged",
  talking: "text-engaged",
  calling: "text-engaged",
  after_contact_work: "text-acw",
  not_ready: "text-not-ready",
  offline: "text-ink-3",
  waiting: "text-waiting",
  ended: "text-ended",
  warn: "text-warn",
  bad: "text-bad",
};

/** A state as shape, colour and word. */
export function StateBadge({
  state,
  children,
  className,
}: {
  state: StateShape;
  children: ReactNode;
  className?: string;
}) {
  return (
    <span
      className={cx(
        "inline-flex h-6 items-center gap-1.5 rounded-full px-2 text-sm font-medium whitespace-nowrap",
        stateTones[state],
        className,
      )}
    >
      <StateIcon state={state} size={12} />
      {children}
    </span>
  );
}

/** Only the coloured shape; the word stands elsewhere, or is given as `label`. */
export function StateSign({ state, label, size = 12 }: { state: StateShape; label?: string; size?: number }) {
  return (
    <StateIcon
      state={state}
      size={size}
      className={cx("shrink-0", stateColours[state])}
      {...(label ? { label } : {})}
    />
  );
}
