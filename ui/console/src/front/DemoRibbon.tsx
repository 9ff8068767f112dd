/** The strip that runs the demo's simulated people: on or off, how fast, and away with all they left. Nothing outside of a demo. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Slider, SliderOutput, SliderThumb, SliderTrack } from "react-aria-components";
import { useTranslation } from "react-i18next";
import { Badge, Button, ConfirmDialog, Icon, Switch, toast } from "@kit/ui";
import { Problem } from "../app/api.ts";
import { demoQuery, usePopulation, usePurge } from "./demo.ts";
import type { DemoInfo } from "./model.ts";

export function DemoRibbon() {
  const demo = useQuery(demoQuery);
  return demo.data ? <Ribbon info={demo.data} /> : null;
}

const MAX_SPEED = 20;

function Ribbon({ info }: { info: DemoInfo }) {
  const { t } = useTranslation("front");
  const population = usePopulation();
  const say = (error: unknown) =>
    toast("bad", t("ribbon.failed", { reason: reasonOf(error, t("doors.unreachable")) }));
  const wish = (next: Partial<{ on: boolean; speed: number }>) =>
    population.mutate({ on: info.on, speed: info.speed, ...next }, { onError: say });

  return (
    <section
      aria-label={t("ribbon.label")}
      className="flex min-h-10 flex-wrap items-center gap-x-5 gap-y-1 border-b border-line bg-accent-soft px-4 py-1 text-md text-ink"
    >
      <span className="flex items-center gap-2" title={t("ribbon.explain")}>
        <Badge tone="accent" className="bg-surface">
          <Icon name="robot" size={14} />
          {t("ribbon.title")}
        </Badge>
      </span>
      <Switch isSelected={info.on} onChange={(on) => wish({ on })}>
        {t("ribbon.population")}
        <span className="text-ink-2">{info.on ? t("ribbon.on") : t("ribbon.off")}</span>
      </Switch>
      <span className="max-md:hidden">
        <Speed
          key={info.speed}
          speed={info.speed}
          isDisabled={!info.on}
          onChange={(speed) => wish({ speed })}
        />
      </span>
      <span className="tabular hidden gap-4 text-sm text-ink-2 xl:flex">
        <span>{t("ribbon.customers", { count: info.simulated_customers })}</span>
        <span>{t("ribbon.agents", { count: info.simulated_agents })}</span>
      </span>
      <span className="ml-auto max-md:hidden">
        <Purge onFailed={say} />
      </span>
    </section>
  );
}

interface SpeedProps {
  speed: number;
  isDisabled: boolean;
  onChange: (speed: number) => void;
}

/** Follows the thumb by itself and asks the server only when the thumb rests. */
function Speed({ speed, isDisabled, onChange }: SpeedProps) {
  const { t } = useTranslation("front");
  const [held, setHeld] = useState(speed);
  const text = held === 0 ? t("ribbon.paused") : t("ribbon.speedValue", { speed: held });
  return (
    <Slider
      aria-label={t("ribbon.speed")}
      minValue={0}
      maxValue={MAX_SPEED}
      step={1}
      value={held}
      isDisabled={isDisabled}
      onChange={(value) => setHeld(value)}
      onChangeEnd={(value) => {
        if (value !== speed) onChange(value);
      }}
      className="flex items-center gap-3 data-disabled:opacity-60"
    >
      <span aria-hidden="true" className="text-ink-2">
        {t("ribbon.speed")}
      </span>
      <SliderTrack className="relative h-6 w-40">
        {({ state }) => (
          <>
            <span className="absolute inset-x-0 top-1/2 h-1 -translate-y-1/2 rounded-full bg-edge" />
            <span
              className="absolute top-1/2 left-0 h-1 -translate-y-1/2 rounded-full bg-accent"
              style={{ width: `${state.getThumbPercent(0) * 100}%` }}
            />
            <SliderThumb className="top-1/2 size-4 rounded-full border-2 border-accent bg-surface shadow-1 outline-none data-dragging:bg-accent-soft data-focus-visible:outline-2 data-focus-visible:outline-offset-2 data-focus-visible:outline-focus" />
          </>
        )}
      </SliderTrack>
      <SliderOutput className="tabular w-16 text-sm font-semibold whitespace-nowrap">
        {() => text}
      </SliderOutput>
    </Slider>
  );
}

function Purge({ onFailed }: { onFailed: (error: unknown) => void }) {
  const { t } = useTranslation("front");
  const [asking, setAsking] = useState(false);
  const purge = usePurge();
  const run = () =>
    purge.mutate(undefined, {
      onSuccess: () => toast("ok", t("ribbon.purged")),
      onError: onFailed,
      onSettled: () => setAsking(false),
    });
  return (
    <>
      <Button variant="ghost" size="sm" icon="trash" className="text-ink!" onPress={() => setAsking(true)}>
        {t("ribbon.purge")}
      </Button>
      <ConfirmDialog
        isOpen={asking}
        onClose={() => setAsking(false)}
        onConfirm={run}
        isPending={purge.isPending}
        title={t("ribbon.purgeTitle")}
        confirm={t("ribbon.purgeAct")}
      >
        {t("ribbon.purgeText")}
      </ConfirmDialog>
    </>
  );
}

export function reasonOf(error: unknown, otherwise: string): string {
  return error instanceof Problem && error.title !== "" ? error.title : otherwise;
}
