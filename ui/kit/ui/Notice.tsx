import type { ReactNode } from "react";
import { Icon, type IconName } from "../icons/Icon";
import { cx } from "./cx.ts";

const tones = {
  info: { icon: "info", className: "bg-info-soft text-info-ink" },
  ok: { icon: "check", className: "bg-ok-soft text-ok-ink" },
  warn: { icon: "alert", className: "bg-warn-soft text-warn-ink" },
  bad: { icon: "errorCircle", className: "bg-bad-soft text-bad-ink" },
} as const satisfies Record<string, { icon: IconName; className: string }>;

/** A message that stays in its place, with an act beside it. `live` has screen readers say it when it appears. */
export function Notice({
  tone = "info",
  children,
  action,
  live = false,
  className,
}: {
  tone?: keyof typeof tones;
  children: ReactNode;
  action?: ReactNode;
  live?: boolean;
  className?: string;
}) {
  return (
    <div
      role={live ? (tone === "bad" ? "alert" : "status") : undefined}
      className={cx("flex items-start gap-2 rounded-sm px-3 py-2 text-md", tones[tone].className, className)}
    >
      <Icon name={tones[tone].icon} size={16} className="mt-0.5 shrink-0" />
      <div className="min-w-0 flex-1">{children}</div>
      {action}
    </div>
  );
}

/** What stands where there is nothing yet, and what to do about it. */
export function EmptyState({
  icon,
  title,
  children,
  action,
}: {
  icon: IconName;
  title: string;
  children?: ReactNode;
  action?: ReactNode;
}) {
  return (
    <div className="flex flex-col items-center justify-center gap-1 px-6 py-12 text-center">
      <span className="mb-2 flex size-12 items-center justify-center rounded-full bg-sunken text-ink-3">
        <Icon name={icon} size={24} />
      </span>
      <p className="text-base font-medium text-ink">{title}</p>
      {children ? <p className="max-w-sm text-md text-ink-3">{children}</p> : null}
      {action ? <div className="mt-3">{action}</div> : null}
    </div>
  );
}

/** Grey lines in the place of what is coming. */
export function Skeleton({ lines = 3, className }: { lines?: number; className?: string }) {
  return (
    <div aria-hidden className={cx("flex flex-col gap-2", className)}>
      {Array.from({ length: lines }, (_, line) => (
        <span
          key={line}
          className={cx(
            "h-4 rounded-xs bg-sunken pulse",
            line % 3 === 2 ? "w-1/2" : line % 2 ? "w-4/5" : "w-full",
          )}
        />
      ))}
    </div>
  );
}
