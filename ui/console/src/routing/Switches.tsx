/** Rules that people switch by hand (disaster, exam season, festival): large, with a question before anything happens. */
import { useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { ConfirmDialog, cx, Notice, StateSign, Switch, toast } from "@kit/ui";
import { localName } from "../settings/parts/names.ts";
import { useSayProblem } from "../versions/data.ts";
import { useSwitch } from "./data.ts";
import { useMoment } from "./names.ts";
import type { RuleNow, Switched } from "./wire.ts";

export interface Asked {
  tenant_id: string;
  tenant?: string | undefined;
  rule: Pick<RuleNow, "id" | "name" | "name_en" | "emergency">;
  on: boolean;
  /** What the rule does, in sentences. */
  lines: readonly string[];
}

/** Who switched it and when, if the server says. */
export function useSwitchedWords(): (switched: Switched | null | undefined) => string {
  const { t } = useTranslation("routing");
  const moment = useMoment();
  return (switched) => {
    if (!switched) return "";
    const at = moment(switched.at);
    return switched.by ? t("rules.byWhom", { name: switched.by.name, at }) : t("rules.byClock", { at });
  };
}

export function Switches({
  tenant_id,
  rules,
  linesOf,
  canSwitch,
}: {
  tenant_id: string;
  rules: readonly RuleNow[];
  linesOf: (id: string) => readonly string[];
  canSwitch: boolean;
}) {
  const { t } = useTranslation("routing");
  const [asked, setAsked] = useState<Asked | null>(null);
  if (rules.length === 0) return null;
  return (
    <section aria-label={t("rules.switches")} className="pb-4">
      <ul className="grid gap-3 sm:grid-cols-2 xl:grid-cols-3">
        {rules.map((rule) => (
          <li key={rule.id}>
            <BigSwitch
              rule={rule}
              lines={linesOf(rule.id)}
              isDisabled={!canSwitch}
              onAsk={(on) => setAsked({ tenant_id, rule, on, lines: linesOf(rule.id) })}
            />
          </li>
        ))}
      </ul>
      <SwitchDialog asked={asked} onClose={() => setAsked(null)} />
    </section>
  );
}

interface BigProps {
  rule: RuleNow;
  lines: readonly string[];
  isDisabled: boolean;
  onAsk: (on: boolean) => void;
}

function BigSwitch({ rule, lines, isDisabled, onAsk }: BigProps) {
  const { t, i18n } = useTranslation("routing");
  const words = useSwitchedWords();
  const name = localName(rule, i18n.language);
  const look = rule.active
    ? rule.emergency
      ? "border-bad bg-bad-soft"
      : "border-warn bg-warn-soft"
    : "border-line bg-surface data-hovered:bg-sunken";
  return (
    <Switch
      isSelected={rule.active}
      isDisabled={isDisabled}
      onChange={onAsk}
      aria-label={t("rules.switchName", { name })}
      className={cx("h-full min-h-20 flex-row-reverse items-start! gap-3! rounded-lg border-2 p-3", look)}
    >
      <span className="flex min-w-0 flex-1 flex-col gap-0.5">
        <span className="flex items-center gap-2">
          <StateSign state={signOf(rule)} size={16} />
          <span className="foreign font-semibold text-ink">{name}</span>
          <span className={cx("text-md font-semibold", rule.active ? inkOf(rule) : "text-ink-2")}>
            {t(rule.active ? "rules.isOn" : "rules.isOff")}
          </span>
        </span>
        <span className="foreign text-md text-ink-2">{lines[0] ?? ""}</span>
        {/* Always there, so that nothing moves when it is switched. */}
        <span className="min-h-[18px] text-sm text-ink-2">{words(rule.switched)}</span>
      </span>
    </Switch>
  );
}

export function signOf(rule: Pick<RuleNow, "active" | "emergency">): "bad" | "warn" | "offline" {
  if (!rule.active) return "offline";
  return rule.emergency ? "bad" : "warn";
}

function inkOf(rule: Pick<RuleNow, "emergency">): string {
  return rule.emergency ? "text-bad-ink" : "text-warn-ink";
}

/** Says what the switch does before it does it. */
export function SwitchDialog({ asked, onClose }: { asked: Asked | null; onClose: () => void }) {
  // One dialog per question: the failure of the last does not show in the next.
  const key = asked ? `${asked.rule.id}:${asked.on}` : "none";
  return asked ? <Question key={key} asked={asked} onClose={onClose} /> : null;
}

function Question({ asked, onClose }: { asked: Asked; onClose: () => void }) {
  const { t, i18n } = useTranslation("routing");
  const client = useQueryClient();
  const say = useSayProblem();
  const act = useSwitch();
  const name = localName(asked.rule, i18n.language);
  const key = asked.on ? "on" : "off";
  const confirm = () =>
    act.mutate(
      { tenant_id: asked.tenant_id, rule_id: asked.rule.id, on: asked.on },
      {
        onSuccess: () => {
          toast("ok", t(`rules.done_${key}`, { name }));
          void client.invalidateQueries({ queryKey: ["wall"] });
          onClose();
        },
      },
    );
  return (
    <ConfirmDialog
      isOpen
      onClose={onClose}
      onConfirm={confirm}
      isPending={act.isPending}
      variant={asked.on ? "danger" : "primary"}
      title={t(`rules.ask_${key}`, { name })}
      confirm={t(`rules.act_${key}`, { name })}
    >
      {asked.tenant ? <p className="pb-2 text-md text-ink-3">{asked.tenant}</p> : null}
      <Lines lines={asked.lines} />
      <p className="pt-2">{t(`rules.then_${key}`)}</p>
      {act.isError ? (
        <Notice tone="bad" live className="mt-3">
          {say(act.error)}
        </Notice>
      ) : null}
    </ConfirmDialog>
  );
}

export function Lines({ lines, empty }: { lines: readonly string[]; empty?: ReactNode }) {
  if (lines.length === 0) return empty ? <p className="text-md text-ink-3">{empty}</p> : null;
  return (
    <ul className="flex list-disc flex-col gap-0.5 pl-5 text-md text-ink">
      {lines.map((line) => (
        <li key={line} className="foreign">
          {line}
        </li>
      ))}
    </ul>
  );
}
