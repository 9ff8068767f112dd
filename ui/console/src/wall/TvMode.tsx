/** The wall for a screen across the room: large figures, no controls but one, pages that turn by themselves. */
import { type ReactNode, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { cx, IconButton, StateSign } from "@kit/ui";
import { LiveSign } from "../app/LiveSign.tsx";
import { useAlertWords } from "./Alerts.tsx";
import { Since, useWallNow } from "./clock.tsx";
import { pageOf, sortAlerts, totals, waitUrgency, type WallQueue } from "./model.ts";
import { LevelFigure } from "./parts.tsx";
import { Longest } from "./QueueTable.tsx";
import { PresenceBar } from "./Totals.tsx";
import { RuleChips } from "./RuleChips.tsx";
import { useQueueName, useToday, type Wall } from "./useWall.ts";

interface Props {
  wall: Wall;
  queues: readonly WallQueue[];
  onClose: () => void;
}

const TURN_MS = 12_000;
const CARD_PX = 146;
const NOBODY: ReadonlySet<string> = new Set();

export function TvMode({ wall, queues, onClose }: Props) {
  const { t } = useTranslation("wall");
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = box.current;
    element?.focus();
    // A browser may refuse; the page fills its window then, which is nearly as good.
    void element?.requestFullscreen?.().catch(() => undefined);
    const onChange = () => {
      if (!document.fullscreenElement) onClose();
    };
    const onKey = (event: KeyboardEvent) => {
      if (event.key === "Escape") onClose();
    };
    document.addEventListener("fullscreenchange", onChange);
    document.addEventListener("keydown", onKey);
    return () => {
      document.removeEventListener("fullscreenchange", onChange);
      document.removeEventListener("keydown", onKey);
      if (document.fullscreenElement) void document.exitFullscreen();
    };
  }, [onClose]);
  return (
    <div
      ref={box}
      role="dialog"
      aria-label={t("tv.label")}
      tabIndex={-1}
      className="fixed inset-0 z-[var(--rx-z-dialog)] flex flex-col gap-5 overflow-hidden bg-canvas p-6 outline-none"
    >
      <TvHead wall={wall} onClose={onClose} />
      <TvTotals wall={wall} queues={queues} />
      <TvQueues queues={queues} tenantNames={wall.tenantNames} />
      <TvFoot wall={wall} />
    </div>
  );
}

function TvHead({ wall, onClose }: { wall: Wall; onClose: () => void }) {
  const { t, i18n } = useTranslation("wall");
  const now = useWallNow();
  return (
    <header className="flex shrink-0 items-center gap-6">
      <h1 className="text-3xl font-semibold text-ink">{t("title")}</h1>
      <LiveSign />
      <RuleChips rules={wall.rules} tenantNames={wall.tenantNames} large />
      <time
        dateTime={new Date(now).toISOString()}
        className="tabular ml-auto text-3xl font-semibold text-ink"
      >
        {new Intl.DateTimeFormat(i18n.language, {
          hour: "2-digit",
          minute: "2-digit",
          second: "2-digit",
          hour12: false,
        }).format(now)}
      </time>
      <IconButton icon="close" size="lg" label={t("tv.close")} onPress={onClose} />
    </header>
  );
}

function TvTotals({ wall, queues }: { wall: Wall; queues: readonly WallQueue[] }) {
  const { t } = useTranslation("wall");
  const today = useToday();
  const sum = totals(queues, wall.agents);
  const percent = today.data?.total.service_level ?? null;
  return (
    <dl className="grid shrink-0 grid-cols-[repeat(4,minmax(0,1fr))_minmax(0,2fr)] gap-px overflow-hidden rounded-xl border border-line bg-line">
      <Big label={t("total.waiting")}>{sum.waiting}</Big>
      <Big label={t("total.longestWait")}>
        {sum.oldest_since_at === null ? (
          <span className="text-ink-3">—</span>
        ) : (
          <Since at={sum.oldest_since_at} />
        )}
      </Big>
      <Big label={t("total.talking")}>{sum.talking}</Big>
      <Big label={t("total.level")}>
        {percent === null ? (
          <span className="text-ink-3">—</span>
        ) : (
          <LevelFigure level={{ percent, rule: today.data?.rules["service_level"] ?? "" }} />
        )}
      </Big>
      <div className="bg-surface px-5 py-4">
        <dt className="text-lg text-ink-2">{t("total.presence")}</dt>
        <dd>
          <PresenceBar presence={sum.presence} big />
        </dd>
      </div>
    </dl>
  );
}

function Big({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className="bg-surface px-5 py-4">
      <dt className="text-lg text-ink-2">{label}</dt>
      <dd className="tabular text-[56px] leading-[1.15] font-semibold text-ink">{children}</dd>
    </div>
  );
}

function TvQueues({
  queues,
  tenantNames,
}: {
  queues: readonly WallQueue[];
  tenantNames: ReadonlyMap<string, string>;
}) {
  const { t } = useTranslation("wall");
  const box = useRef<HTMLDivElement>(null);
  const [room, setRoom] = useState(12);
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const watcher = new ResizeObserver(([entry]) => {
      if (!entry) return;
      const columns = Math.max(1, Math.floor(entry.contentRect.width / 340));
      setRoom(columns * Math.max(1, Math.floor((entry.contentRect.height + 16) / CARD_PX)));
    });
    watcher.observe(element);
    const timer = setInterval(() => setTurn((n) => n + 1), TURN_MS);
    return () => {
      watcher.disconnect();
      clearInterval(timer);
    };
  }, []);
  const { items, page, pages } = pageOf(queues, room, turn);
  return (
    <div ref={box} className="min-h-0 flex-1 overflow-hidden">
      <ul className="grid grid-cols-[repeat(auto-fill,minmax(324px,1fr))] gap-4">
        {items.map((queue) => (
          <TvQueue key={queue.id} queue={queue} tenant={tenantNames.get(queue.tenant_id)} />
        ))}
      </ul>
      {pages > 1 ? (
        <p className="tabular pt-3 text-center text-lg text-ink-3">
          {t("tv.page", { page: page + 1, pages })}
        </p>
      ) : null}
    </div>
  );
}

const EDGES = { calm: "border-line", watch: "border-warn", late: "border-bad" } as const;

function TvQueue({ queue, tenant }: { queue: WallQueue; tenant: string | undefined }) {
  const { t } = useTranslation("wall");
  const name = useQueueName();
  const urgency = waitUrgency(queue, useWallNow());
  return (
    <li className={cx("rounded-xl border-2 bg-surface px-5 py-3", EDGES[urgency])}>
      <p className="flex items-baseline gap-2">
        <span className="truncate text-xl font-semibold text-ink">{name(queue)}</span>
        <span className="ml-auto shrink-0 text-base text-ink-3">{tenant}</span>
      </p>
      <div className="mt-1 flex items-end gap-5">
        <p>
          <span className="block text-base text-ink-2">{t("queue.waiting")}</span>
          <span className="tabular text-4xl font-semibold text-ink">{queue.waiting}</span>
        </p>
        <p>
          <span className="block text-base text-ink-2">{t("queue.longest")}</span>
          <span className="tabular text-3xl leading-[48px]">
            <Longest queue={queue} />
          </span>
        </p>
        <p className="ml-auto text-right">
          <span className="block text-base text-ink-2">{t("tv.talkingAvailable")}</span>
          <span className="tabular text-2xl leading-[48px] text-ink">
            {queue.talking} / {queue.available_agents}
          </span>
        </p>
        <p className="text-right">
          <span className="block text-base text-ink-2">{t("queue.level")}</span>
          <LevelFigure level={queue.service_level} className="text-2xl leading-[48px]" />
        </p>
      </div>
    </li>
  );
}

/** The worst alerts along the bottom; acknowledging is for desks, not for a wall. */
function TvFoot({ wall }: { wall: Wall }) {
  const { t } = useTranslation("wall");
  const say = useAlertWords(wall.queues ?? [], wall.agents);
  const worst = sortAlerts(wall.alerts, NOBODY).slice(0, 3);
  return (
    <footer className="flex min-h-12 shrink-0 items-center gap-6 overflow-hidden rounded-xl border border-line bg-surface px-5 text-lg">
      {worst.length === 0 ? <span className="text-ink-2">{t("alert.none")}</span> : null}
      {worst.map((alert) => (
        <span key={alert.id} className="flex min-w-0 items-center gap-2 text-ink">
          <StateSign state={alert.severity === "bad" ? "bad" : "warn"} size={18} />
          <span className="truncate">{say(alert)}</span>
        </span>
      ))}
    </footer>
  );
}
