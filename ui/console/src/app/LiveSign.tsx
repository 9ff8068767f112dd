/** Says honestly whether what the page shows is the floor as it is now: live, behind by so many seconds, or offline. Pressed, it tries at once. */
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "react-aria-components";
import { useFeedClient, useLine } from "@kit/feed";
import { cx, Icon, WithTooltip } from "@kit/ui";

function useSilentSeconds(wordAt: number | null, counting: boolean): number | null {
  const [now, setNow] = useState(() => performance.now());
  useEffect(() => {
    if (!counting) return;
    const timer = setInterval(() => setNow(performance.now()), 1_000);
    return () => clearInterval(timer);
  }, [counting]);
  return wordAt === null ? null : Math.max(0, Math.round((now - wordAt) / 1_000));
}

export function LiveSign() {
  const { t } = useTranslation("shell");
  const client = useFeedClient();
  const line = useLine();
  const seconds = useSilentSeconds(line.wordAt, line.state !== "live");
  const state = line.degraded ? "degraded" : line.state;
  const text =
    line.state === "live" || line.state === "connecting" || line.degraded || seconds === null
      ? t(`live.${state}`)
      : t(`live.${line.state}_for`, { seconds });
  const look = {
    live: "text-ok-ink",
    connecting: "text-ink-3",
    behind: "bg-warn-soft text-warn-ink",
    degraded: "bg-warn-soft text-warn-ink",
    offline: "bg-bad-soft text-bad-ink",
  }[state];
  return (
    <>
      <WithTooltip text={t(`live.${state}_help`)}>
        <Button
          onPress={() => client.retry()}
          data-line={state}
          className={cx(
            "inline-flex h-7 items-center gap-1.5 rounded-full px-2.5 text-sm font-medium whitespace-nowrap tabular",
            look,
          )}
        >
          <Icon name={state === "offline" ? "wifiOff" : state === "live" ? "live" : "retry"} size={16} />
          <span className={cx(state === "live" && "max-md:sr-only")}>{text}</span>
        </Button>
      </WithTooltip>
      {/* Said once per change, without the counting seconds. */}
      <span className="sr-only" role="status">
        {line.state === "live" || line.state === "connecting" ? "" : t(`live.${state}`)}
      </span>
    </>
  );
}
