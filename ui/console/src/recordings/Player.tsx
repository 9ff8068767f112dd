/** One recording: its waveform, and playing it. */
import { useEffect, useLayoutEffect, useRef } from "react";
import { Slider, SliderThumb, SliderTrack } from "react-aria-components";
import { useTranslation } from "react-i18next";
import { IconButton, Notice, Select, Switch } from "@kit/ui";
import { Problem } from "../app/api.ts";
import { clock, spoken } from "../wall/spans.ts";
import { draw } from "./draw.ts";
import { usePlayer } from "./usePlayer.ts";
import type { Picture, RecordingDetail } from "./wire.ts";

const RATES = [0.5, 0.75, 1, 1.25, 1.5, 2];
const SKIP_MS = 5_000;

export function Player({ recording }: { recording: RecordingDetail }) {
  const { t } = useTranslation("recordings");
  const { at, length, playing, rate, skips, broken, listen, ...sound } = usePlayer(recording);
  const reason = listen.error instanceof Problem ? listen.error.title : null;
  return (
    <div className="flex flex-col gap-2">
      <Wave picture={recording.picture} duration={length} at={at} />
      <div className="flex flex-wrap items-center gap-2">
        <IconButton
          icon={playing ? "pause" : "play"}
          variant="primary"
          label={playing ? t("pause") : t("play")}
          isDisabled={listen.isPending}
          onPress={sound.toggle}
        />
        <IconButton icon="chevronLeft" label={t("back")} onPress={() => sound.move(at - SKIP_MS)} />
        <IconButton icon="chevronRight" label={t("forward")} onPress={() => sound.move(at + SKIP_MS)} />
        <Place at={at} length={length} onChange={sound.move} />
        <Select
          hideLabel
          label={t("rate")}
          className="w-24"
          value={String(rate)}
          onChange={(key) => sound.faster(Number(key))}
          options={RATES.map((one) => ({ id: String(one), label: t("times", { rate: one }) }))}
        />
        <Switch
          isSelected={skips}
          isDisabled={!recording.picture?.silences.length}
          onChange={sound.skip}
          className="text-md"
        >
          {t("skipSilence")}
        </Switch>
      </div>
      {broken || listen.error ? <Notice tone="bad">{reason ?? t("failed")}</Notice> : null}
    </div>
  );
}

function Place({ at, length, onChange }: { at: number; length: number; onChange: (ms: number) => void }) {
  const { t, i18n } = useTranslation("recordings");
  const input = useRef<HTMLInputElement>(null);
  const second = Math.round(at / 1_000);
  const words = spoken(second * 1_000, i18n.language);
  // The slider says its value as a number only; minutes and seconds are what a place in a recording is.
  useLayoutEffect(() => input.current?.setAttribute("aria-valuetext", words));
  return (
    <>
      <Slider
        aria-label={t("place")}
        minValue={0}
        maxValue={Math.ceil(length / 1_000)}
        value={second}
        onChange={(value) => onChange(value * 1_000)}
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
              <SliderThumb
                inputRef={input}
                className="top-1/2 size-4 rounded-full border-2 border-accent bg-surface outline-none data-focus-visible:outline-2 data-focus-visible:outline-offset-2 data-focus-visible:outline-focus"
              />
            </>
          )}
        </SliderTrack>
      </Slider>
      <span className="tabular w-28 text-right text-md whitespace-nowrap text-ink-2">
        {t("position", { at: clock(at), of: clock(length) })}
      </span>
    </>
  );
}

function Wave({ picture, duration, at }: { picture: Picture | null; duration: number; at: number }) {
  const { t } = useTranslation("recordings");
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const drawn = canvas.current;
    if (!drawn || !picture) return;
    const paint = () => draw(drawn, picture, duration, inksOf(drawn));
    const watch = new ResizeObserver(paint);
    watch.observe(drawn);
    return () => watch.disconnect();
  }, [picture, duration]);
  if (!picture) return <p className="flex h-20 items-center text-md text-ink-3">{t("drawing")}</p>;
  const words = t("waveWords", { silences: picture.silences.length, overlaps: picture.overlaps.length });
  return (
    <div className="flex flex-col gap-1">
      <div role="img" aria-label={words} className="relative h-20 rounded-md border border-line bg-surface">
        <canvas ref={canvas} className="size-full" />
        <span
          aria-hidden="true"
          className="absolute inset-y-0 w-0.5 bg-accent"
          style={{ left: `${Math.min(100, (at / duration) * 100)}%` }}
        />
      </div>
      <p className="flex flex-wrap gap-x-4 text-sm text-ink-2">
        <span>{t("above")}</span>
        <span>{t("below")}</span>
        <span>{words}</span>
      </p>
    </div>
  );
}

function inksOf(element: Element) {
  const style = getComputedStyle(element);
  const ink = (name: string) => style.getPropertyValue(name).trim();
  return {
    customer: ink("--rx-cat-2"),
    agent: ink("--rx-accent"),
    line: ink("--rx-edge"),
    silence: ink("--rx-line-2"),
    overlap: ink("--rx-warn"),
  };
}
