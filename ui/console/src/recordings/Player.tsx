/** One recording: its waveform, and playing it. Asking for the sound is put into the audit trail, so nothing loads before. */
import { useMutation } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { Slider, SliderThumb, SliderTrack } from "react-aria-components";
import { useTranslation } from "react-i18next";
import { Button, IconButton, Notice, Select } from "@kit/ui";
import { api, Problem } from "../app/api.ts";
import { clock } from "../wall/spans.ts";
import { draw } from "./draw.ts";
import type { Picture, RecordingDetail } from "./wire.ts";

const RATES = [0.5, 0.75, 1, 1.25, 1.5, 2];
const SKIP_MS = 5_000;

export function Player({ recording }: { recording: RecordingDetail }) {
  const { t } = useTranslation("recordings");
  const audio = useRef<HTMLAudioElement | null>(null);
  const [at, setAt] = useState(0);
  const [playing, setPlaying] = useState(false);
  const [rate, setRate] = useState(1);
  const listen = useMutation({
    mutationFn: () => api.post<{ url: string }>(`/api/recordings/${recording.id}/listenings`),
    onSuccess: ({ url }) => {
      audio.current = player(url, rate, setAt, setPlaying);
      void audio.current.play();
    },
  });
  useEffect(() => () => audio.current?.pause(), []);

  const length = Math.max(1_000, recording.duration_ms);
  const seek = (ms: number) => {
    setAt(ms);
    if (audio.current) audio.current.currentTime = ms / 1_000;
  };
  const toggle = () => {
    if (!audio.current) listen.mutate();
    else if (playing) audio.current.pause();
    else void audio.current.play();
  };
  const faster = (value: number) => {
    setRate(value);
    if (audio.current) audio.current.playbackRate = value;
  };
  return (
    <div className="flex flex-col gap-2">
      <Wave picture={recording.picture} duration={length} at={at} />
      <div className="flex items-center gap-2">
        <IconButton
          icon={playing ? "pause" : "play"}
          variant="primary"
          label={playing ? t("pause") : t("play")}
          isDisabled={listen.isPending}
          onPress={toggle}
        />
        <IconButton icon="chevronLeft" label={t("back")} onPress={() => seek(Math.max(0, at - SKIP_MS))} />
        <IconButton
          icon="chevronRight"
          label={t("forward")}
          onPress={() => seek(Math.min(length, at + SKIP_MS))}
        />
        <Place at={at} length={length} onChange={seek} />
        <Select
          hideLabel
          label={t("rate")}
          className="w-24"
          value={String(rate)}
          onChange={(key) => faster(Number(key))}
          options={RATES.map((one) => ({ id: String(one), label: t("times", { rate: one }) }))}
        />
        <Button
          isDisabled={!nextTalk(recording.picture, at)}
          onPress={() => seek(nextTalk(recording.picture, at)!)}
        >
          {t("skipSilence")}
        </Button>
      </div>
      {listen.error ? (
        <Notice tone="bad">{listen.error instanceof Problem ? listen.error.title : t("failed")}</Notice>
      ) : null}
    </div>
  );
}

/** An audio element that tells its place; speed changes leave the pitch as it is. */
function player(
  url: string,
  rate: number,
  tell: (ms: number) => void,
  playing: (on: boolean) => void,
): HTMLAudioElement {
  const audio = new Audio(url);
  audio.preservesPitch = true;
  audio.playbackRate = rate;
  audio.ontimeupdate = () => tell(audio.currentTime * 1_000);
  audio.onplay = () => playing(true);
  audio.onpause = audio.onended = () => playing(false);
  return audio;
}

/** The end of the silence at `at`, ms; null when somebody speaks. */
function nextTalk(picture: Picture | null, at: number): number | null {
  const silence = picture?.silences.find(([from, to]) => from <= at && at < to - 200);
  return silence ? silence[1] : null;
}

function Place({ at, length, onChange }: { at: number; length: number; onChange: (ms: number) => void }) {
  const { t } = useTranslation("recordings");
  return (
    <>
      <Slider
        aria-label={t("place")}
        minValue={0}
        maxValue={Math.ceil(length / 1_000) * 1_000}
        step={1_000}
        value={Math.round(at / 1_000) * 1_000}
        onChange={onChange}
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
