import { useServerNow } from "@kit/feed";
import { cx } from "@kit/ui";

const RADIUS = 15;
const LENGTH = 2 * Math.PI * RADIUS;

/** A ring that empties towards an instant of the server's clock, with the seconds left in it. */
export function Countdown({
  from,
  until,
  label,
  tone = "text-offered",
}: {
  from: number;
  until: number;
  label: string;
  tone?: string;
}) {
  const now = useServerNow(200);
  const left = Math.max(0, until - now);
  const part = until > from ? Math.min(1, left / (until - from)) : 0;
  return (
    <span
      role="timer"
      aria-live="off"
      aria-label={label}
      className={cx(
        "relative inline-flex size-10 shrink-0 items-center justify-center",
        left < 5_000 ? "text-bad" : tone,
      )}
    >
      <svg width="40" height="40" viewBox="0 0 40 40" aria-hidden className="-rotate-90">
        <circle cx="20" cy="20" r={RADIUS} fill="none" stroke="currentColor" strokeWidth="3" opacity="0.18" />
        <circle
          cx="20"
          cy="20"
          r={RADIUS}
          fill="none"
          stroke="currentColor"
          strokeWidth="3"
          strokeLinecap="round"
          strokeDasharray={LENGTH}
          strokeDashoffset={LENGTH * (1 - part)}
        />
      </svg>
      <span className="absolute text-sm font-semibold text-ink tabular">{Math.ceil(left / 1_000)}</span>
    </span>
  );
}
