/** What somebody should act on: said in words with its limit, and put aside by one press once seen. */
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { cx, IconButton, StateSign } from "@kit/ui";
import { Since, useWallNow } from "./clock.tsx";
import { alertKey, sortAlerts, type WallAgent, type WallAlert, type WallQueue } from "./model.ts";
import { useReason } from "./parts.tsx";
import { spoken } from "./spans.ts";
import { useAcknowledged, useQueueName } from "./useWall.ts";

interface Props {
  alerts: readonly WallAlert[];
  queues: readonly WallQueue[];
  agents: readonly WallAgent[];
}

export function Alerts({ alerts, queues, agents }: Props) {
  const { t } = useTranslation("wall");
  const acknowledged = useAcknowledged(alerts);
  const say = useAlertWords(queues, agents);
  if (alerts.length === 0) {
    return (
      <p className="flex items-center gap-2 px-3 py-4 text-md text-ink-2">
        <StateSign state="ended" />
        {t("alert.none")}
      </p>
    );
  }
  return (
    <ol className="min-h-0 flex-1 overflow-auto" aria-label={t("alert.title")}>
      {sortAlerts(alerts, acknowledged.has).map((alert) => {
        const seen = acknowledged.has.has(alertKey(alert));
        return (
          <li
            key={alertKey(alert)}
            className={cx(
              "flex items-start gap-2 border-b border-line px-3 py-2 last:border-b-0",
              seen && "bg-sunken",
            )}
          >
            <span className="pt-1">
              <StateSign
                state={alert.severity === "bad" ? "bad" : "warn"}
                size={14}
                label={t(alert.severity === "bad" ? "alert.bad" : "alert.warn")}
              />
            </span>
            <div className="min-w-0 flex-1">
              <p className={cx("text-md", seen ? "text-ink-2" : "text-ink")}>{say(alert)}</p>
              <p className="flex gap-2 text-sm text-ink-3">
                <span>
                  {t("alert.lasts")} <Since at={alert.at} />
                </span>
                {seen ? <span>{t("alert.seen")}</span> : null}
                {alert.queue_id ? (
                  <Link
                    to="/app/wall"
                    search={(before) => ({ ...before, queue: alert.queue_id ?? undefined })}
                    className="text-accent-ink underline"
                  >
                    {t("alert.openQueue")}
                  </Link>
                ) : null}
              </p>
            </div>
            <IconButton
              icon={seen ? "eye" : "check"}
              size="sm"
              label={seen ? t("alert.unsee") : t("alert.see")}
              onPress={() => acknowledged.toggle(alert)}
            />
          </li>
        );
      })}
    </ol>
  );
}

const asWords = (given: unknown): Record<string, unknown> =>
  typeof given === "object" && given !== null ? { ...given } : {};

/** Words an alert in the reader's language; its running time is counted here, so that it ticks. */
export function useAlertWords(
  queues: readonly WallQueue[],
  agents: readonly WallAgent[],
): (alert: WallAlert) => string {
  const { t, i18n } = useTranslation("wall");
  const now = useWallNow();
  const name = useQueueName();
  const reason = useReason();
  return (alert) => {
    const number = (key: string): number => {
      const value = alert.params[key];
      return typeof value === "number" ? value : 0;
    };
    const text = (key: string): string => {
      const value = alert.params[key];
      return typeof value === "string" ? value : "";
    };
    const trouble = ({ params: { trouble: code, given } }: WallAlert, english: string): string =>
      typeof code === "string"
        ? t(`alert.trouble.${code}`, { ...asWords(given), defaultValue: english })
        : english;
    const queue = queues.find(({ id }) => id === alert.queue_id);
    const agent = agents.find(({ id }) => id === alert.agent_id);
    const state = text("state");
    return t(`alert.kind.${alert.kind}`, {
      queue: queue ? name(queue) : t("alert.someQueue"),
      agent: agent?.name ?? t("alert.someAgent"),
      waiting: number("waiting"),
      limit:
        alert.params["limit_ms"] === undefined ? number("limit") : spoken(number("limit_ms"), i18n.language),
      for: spoken(now - number("since_at"), i18n.language),
      percent: number("percent"),
      goal: number("goal"),
      seconds: number("threshold_ms") / 1000,
      state: text("reason") ? reason(text("reason")) : t(`presence.${state}`, { defaultValue: state }),
      reader: text("reader"),
      node: text("node"),
      server: text("server"),
      why: trouble(alert, text("why") || text("error")),
      messages: number("messages"),
      defaultValue: t("alert.other", { kind: alert.kind }),
    });
  };
}
