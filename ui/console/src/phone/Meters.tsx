/** How loud a call is both ways, and how good: as shape, colour and word. */
import { useTranslation } from "react-i18next";
import { cx, Icon, type IconName, StateIcon } from "@kit/ui";
import { GRADE_SHAPE, qualityGrade } from "./model.ts";
import { useLevels } from "./store.tsx";
import type { QualityWord } from "./wire.ts";

const BARS = 5;

/** Five bars. `label` names it for screen readers, which get a number instead of the movement. */
export function LevelBars({ level, label, icon }: { level: number; label: string; icon: IconName }) {
  const lit = Math.round(level * BARS);
  return (
    <span
      role="meter"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(level * 100)}
      title={label}
      className="inline-flex items-center gap-1 text-ink-3"
    >
      <Icon name={icon} size={14} />
      <span aria-hidden className="flex h-3.5 items-end gap-[2px]">
        {Array.from({ length: BARS }, (_, bar) => (
          <span
            key={bar}
            className={cx("w-[3px] rounded-[1px]", bar < lit ? "bg-ok" : "bg-line-2")}
            style={{ height: 4 + bar * 2.5 }}
          />
        ))}
      </span>
    </span>
  );
}

export function CallMeters({ interaction, isMuted }: { interaction: string; isMuted: boolean }) {
  const { t } = useTranslation("phone");
  const { heard, said } = useLevels(interaction);
  return (
    <span className="flex items-center gap-3">
      <LevelBars level={heard} label={t("meter.heard")} icon="sound" />
      <LevelBars
        level={isMuted ? 0 : said}
        label={t("meter.said")}
        icon={isMuted ? "microphoneOff" : "microphone"}
      />
    </span>
  );
}

const TONES = { good: "text-ok-ink", fair: "text-warn-ink", poor: "text-bad-ink" } as const;

export function Quality({ quality }: { quality: QualityWord | null }) {
  const { t } = useTranslation("phone");
  if (!quality) return null;
  const grade = qualityGrade(quality);
  const figures = t("quality.figures", {
    mos: quality.mos.toFixed(1),
    loss: (quality.loss * 100).toFixed(1),
    jitter: Math.round(quality.jitter_ms),
  });
  return (
    <span
      title={figures}
      data-quality={grade}
      className={cx("inline-flex items-center gap-1 text-sm whitespace-nowrap", TONES[grade])}
    >
      <StateIcon state={GRADE_SHAPE[grade]} size={12} />
      <span className="@max-2xl:sr-only">{t(`quality.${grade}`)}</span>
    </span>
  );
}
