/** Play, step and scrub through a contact. Silences are cut short, so that an hour's contact plays in a minute. */
import { Slider, SliderThumb, SliderTrack } from "react-aria-components";
import { useTranslation } from "react-i18next";
import { Button, IconButton, Select } from "@kit/ui";
import { clock } from "../wall/spans.ts";
import { type Rate, RATES, type Replay } from "./useReplay.ts";

export function ReplayBar({ replay, label }: { replay: Replay; label: string }) {
  const { t } = useTranslation("contacts");
  const at = replay.at ?? replay.to_at;
  // Whole seconds, so that the last step of the slider is its end.
  const length = Math.max(1000, Math.ceil((replay.to_at - replay.from_at) / 1000) * 1000);
  const position = t("replay.position", {
    at: clock(at - replay.from_at),
    of: clock(replay.to_at - replay.from_at),
  });
  return (
    <section
      aria-label={label}
      className="flex h-14 shrink-0 items-center gap-2 border-t border-line bg-surface px-4 text-md text-ink-2"
    >
      <IconButton
        icon={replay.playing ? "pause" : "play"}
        variant="primary"
        label={replay.playing ? t("replay.pause") : t("replay.play")}
        onPress={replay.playing ? replay.pause : replay.play}
      />
      <IconButton icon="chevronLeft" label={t("replay.back")} onPress={() => replay.step(-1)} />
      <IconButton icon="chevronRight" label={t("replay.forward")} onPress={() => replay.step(1)} />
      <Slider
        aria-label={t("replay.slider")}
        minValue={0}
        maxValue={length}
        step={1000}
        value={replay.at === null ? length : at - replay.from_at}
        onChange={(value) => replay.seek(replay.from_at + value)}
        className="flex min-w-0 flex-1 items-center px-2"
      >
        <SliderTrack className="relative h-6 w-full">
          {({ state }) => (
            <>
              <span className="absolute inset-x-0 top-1/2 h-1 -translate-y-1/2 rounded-full bg-edge" />
              <span
                className="absolute top-1/2 left-0 h-1 -translate-y-1/2 rounded-full bg-accent"
                style={{ width: `${state.getThumbPercent(0) * 100}%` }}
              />
              <SliderThumb className="top-1/2 size-4 rounded-full border-2 border-accent bg-surface outline-none data-focus-visible:outline-2 data-focus-visible:outline-offset-2 data-focus-visible:outline-focus" />
            </>
          )}
        </SliderTrack>
      </Slider>
      <span className="tabular w-32 text-right whitespace-nowrap">{position}</span>
      <Select
        hideLabel
        label={t("replay.rate")}
        className="w-24"
        value={String(replay.rate)}
        onChange={(key) => replay.setRate(Number(key) as Rate)}
        options={RATES.map((rate) => ({ id: String(rate), label: t("replay.times", { rate }) }))}
      />
      <Button isDisabled={replay.at === null} onPress={replay.toEnd}>
        {t("replay.all")}
      </Button>
    </section>
  );
}
