/**
 * The agent's state: what it is, since when, and the menu to change it. Shown as changed only once the floor says so.
 * While an available agent has customers, the sign says that; `data-state` stays what was chosen.
 */
import { useMemo } from "react";
import { Button as AriaButton } from "react-aria-components";
import { useTranslation } from "react-i18next";
import { useCommand, useServerNow } from "@kit/feed";
import { cx, Icon, Menu, type MenuGroup, Spinner, StateIcon, type StateShape, toast } from "@kit/ui";
import { stopwatch } from "@kit/time.ts";
import { type AppCommand, useCommands } from "../app/commands.ts";
import { useShortcut } from "../app/shortcuts.ts";
import { type Doing, doingOf, reasonKey, REASONS } from "./model.ts";
import { useAgent, useHandlings, useOffers } from "./useMe.ts";

const looks: Record<Doing, string> = {
  available: "bg-available-soft text-available-ink",
  ringing: "bg-offered-soft text-offered-ink",
  on_call: "bg-engaged-soft text-engaged-ink",
  engaged: "bg-engaged-soft text-engaged-ink",
  not_ready: "bg-not-ready-soft text-not-ready-ink",
  after_contact_work: "bg-acw-soft text-acw-ink",
  offline: "bg-sunken text-ink-3",
};

const SHAPES: Record<Doing, StateShape> = {
  available: "available",
  ringing: "offered",
  on_call: "calling",
  engaged: "engaged",
  not_ready: "not_ready",
  after_contact_work: "after_contact_work",
  offline: "offline",
};

export function StateSwitch() {
  const { t } = useTranslation("desk");
  const agent = useAgent();
  const setState = useCommand("SetAgentState", (error) => toast("bad", t("state.refused"), error.title));
  const { run } = setState;
  const available = () => void run({ state: "available", reason: null });

  const commands = useMemo<AppCommand[]>(
    () => [
      {
        id: "state-available",
        title: "desk:commands.available",
        group: "state",
        icon: "check",
        run: () => void run({ state: "available", reason: null }),
      },
      ...REASONS.map((reason): AppCommand => ({
        id: `state-${reason}`,
        title: `desk:commands.not_ready_${reason}`,
        group: "state",
        icon: reason === "break" || reason === "lunch" ? "coffee" : "clock",
        run: () => void run({ state: "not_ready", reason }),
      })),
    ],
    [run],
  );
  useCommands(commands);
  useShortcut({ keys: "Alt+KeyS" }, () => document.getElementById("state-switch")?.click());

  const state = agent?.state ?? "offline";
  const own = doingOf(agent, useOffers(), useHandlings());
  const label = stateLabel(t, own.doing, agent?.reason ?? null);
  const more = own.places ? t(`state.places_${own.places}`) : "";
  const groups: MenuGroup[] = [
    {
      id: "ready",
      entries: [
        {
          id: "available",
          label: t("state.available"),
          detail: more || t("state.available_help"),
          sign: <StateIcon state="available" className="text-available" />,
          isSelected: state === "available" || state === "after_contact_work",
          run: available,
        },
      ],
    },
    {
      id: "not-ready",
      title: t("state.not_ready"),
      entries: REASONS.map((reason) => ({
        id: reason,
        label: t(`reason.${reason}`),
        sign: <StateIcon state="not_ready" className="text-not-ready" />,
        isSelected: state === "not_ready" && agent?.reason === reason,
        run: () => void run({ state: "not_ready", reason }),
      })),
    },
  ];

  return (
    <Menu
      label={t("state.menu")}
      groups={groups}
      trigger={
        <AriaButton
          id="state-switch"
          isDisabled={!agent}
          aria-keyshortcuts="Alt+S"
          data-state={state}
          data-pending={setState.isPending || undefined}
          className={cx(
            "flex h-8 min-w-40 items-center gap-2 rounded-full pr-2 pl-3 text-md font-medium max-md:max-w-32 max-md:min-w-0 max-md:gap-1.5 data-hovered:brightness-97 data-pressed:brightness-95",
            looks[own.doing],
          )}
        >
          {setState.isPending ? <Spinner size={12} /> : <StateIcon state={SHAPES[own.doing]} />}
          <span className="sr-only">{t("state.label")}</span>
          <span className="truncate" title={more || undefined}>
            {setState.isPending ? t("state.changing") : label}
          </span>
          {more && !setState.isPending ? <span className="sr-only">{more}</span> : null}
          {own.since && !setState.isPending ? <Since at={own.since} /> : null}
          <Icon name="chevronDown" size={14} className="ml-auto shrink-0" />
        </AriaButton>
      }
    />
  );
}

function Since({ at }: { at: number }) {
  const now = useServerNow();
  return <span className="font-normal tabular max-md:hidden">{stopwatch(now - at)}</span>;
}

function stateLabel(t: (key: string) => string, state: Doing, reason: string | null): string {
  if (state === "not_ready") return `${t("desk:state.not_ready")} · ${t(`desk:reason.${reasonKey(reason)}`)}`;
  return t(`desk:state.${state}`);
}

/** How many contacts the agent has of how many possible. */
export function Load() {
  const { t } = useTranslation("desk");
  const agent = useAgent();
  if (!agent) return null;
  const most = Object.values(agent.capacity).reduce((sum, places) => sum + places, 0);
  return (
    <span className="flex items-center gap-1 text-sm text-ink-3 tabular" title={t("state.load_help")}>
      <Icon name="chat" size={14} />
      <span aria-hidden>
        {agent.engaged}/{most}
      </span>
      <span className="sr-only">{t("state.load", { engaged: agent.engaged, most })}</span>
    </span>
  );
}
