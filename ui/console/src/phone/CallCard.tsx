/** A call in the agent's hands: how it stands, who is in it, what can be done. Its height never changes while it lives. */
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { HandlingView } from "@kit/feed";
import { Badge, Button, cx, Icon, Kbd, type StateShape, StateSign, WithTooltip } from "@kit/ui";
import { stopwatch } from "@kit/time.ts";
import { useShortcut } from "../app/shortcuts.ts";
import { customerName } from "../desk/model.ts";
import { AddDialog } from "./AddDialog.tsx";
import { CodeControl } from "./CodeControl.tsx";
import { Keypad } from "./Keypad.tsx";
import { CallMeters, Quality } from "./Meters.tsx";
import { askedName, type CallStatus, canTake, consultPhase } from "./model.ts";
import { PassDialog } from "./PassDialog.tsx";
import { People } from "./People.tsx";
import { RecordingControl } from "./RecordingControl.tsx";
import { usePhone, usePhoneState } from "./store.tsx";
import { type Call, useCall, useCallActs, useCallAnnouncements } from "./useCall.ts";
import { useCallCommands } from "./useCallCommands.ts";

export function CallCard({ handling }: { handling: HandlingView }) {
  const { t } = useTranslation("phone");
  const call = useCall(handling);
  const customer = customerName(handling.customer, t("desk:customer.unnamed"));
  useCallAnnouncements(handling, call, customer);
  return (
    <section
      aria-label={t("card.label", { customer })}
      data-call={call.status}
      className="@container shrink-0 border-b border-line bg-canvas px-4 py-2.5 max-md:px-3"
    >
      <div className="flex min-h-7 items-center gap-3 max-md:flex-wrap max-md:gap-y-1">
        <Standing handling={handling} call={call} customer={customer} />
        <span className="ml-auto flex items-center gap-3">
          {call.onTelephone ? (
            <OnTelephone />
          ) : (
            <>
              <Quality quality={call.line?.quality ?? null} />
              <CallMeters interaction={handling.id} isMuted={call.line?.muted ?? false} />
            </>
          )}
        </span>
      </div>
      <People handling={handling} customer={customer} />
      <Controls handling={handling} call={call} />
    </section>
  );
}

/** Where the sound is: this page has no part in it. */
function OnTelephone() {
  const { t } = useTranslation("phone");
  return (
    <Badge tone="info" className="shrink-0">
      <Icon name="phone" size={14} />
      {t("card.on_telephone")}
    </Badge>
  );
}

const SHAPES: Record<CallStatus, StateShape> = {
  connecting: "waiting",
  late: "warn",
  up: "calling",
  reconnecting: "warn",
  failed: "bad",
  elsewhere: "offline",
  lost: "bad",
};

function Standing({ handling, call, customer }: { handling: HandlingView; call: Call; customer: string }) {
  const { t, i18n } = useTranslation("phone");
  const { status } = call;
  const phase = consultPhase(handling);
  const who = askedName(handling.consult, i18n.language) || t("people.colleague");
  const types = usePhoneState((state) => state.codes[handling.id]?.state === "asked");
  const words =
    status === "connecting" && call.onTelephone
      ? t("status.telephone_rings", { customer })
      : status === "up" && types
        ? t("status.types", { customer })
        : status !== "up"
          ? t(`status.${status}`, { customer, device: call.word?.device_label ?? "" })
          : handling.consult_of
            ? t("status.asked", { who: handling.consult_by?.name ?? t("people.colleague"), customer })
            : phase === "private" || phase === "together"
              ? t(`status.${phase}`, { who, customer })
              : t(handling.held_at ? "status.held" : "status.up", { customer });
  const shape = status === "up" && handling.held_at && phase !== "private" ? "waiting" : SHAPES[status];
  return (
    <>
      <p className="flex min-w-0 items-center gap-2 text-base font-semibold text-ink max-md:basis-full">
        <StateSign state={shape} size={14} />
        <span className="foreign truncate max-md:whitespace-normal" title={words}>
          {words}
        </span>
      </p>
      {call.heldFor > 0 ? (
        <span
          className={cx("shrink-0 text-md tabular", handling.held_at ? "text-waiting-ink" : "text-ink-3")}
          title={t("card.held_help")}
        >
          {t("card.held_for", { time: stopwatch(call.heldFor) })}
        </span>
      ) : null}
    </>
  );
}

function Controls({ handling, call }: { handling: HandlingView; call: Call }) {
  const { t } = useTranslation("phone");
  const phone = usePhone();
  const acts = useCallActs(handling);
  const [dialog, setDialog] = useState<"add" | "pass" | null>(null);
  const [hasKeys, setKeys] = useState(false);
  const refused = usePhoneState((state) => state.problem?.id ?? null);
  const keysButton = useRef<HTMLButtonElement>(null);
  const closeKeys = () => {
    setKeys(false);
    keysButton.current?.focus();
  };
  const isUp = (call.line !== undefined || call.onTelephone) && call.status === "up";
  // Back from a lost line it must not open by itself: it would take the focus, and what is being typed as its keys.
  if (hasKeys && !isUp) setKeys(false);
  const mayTake = canTake(call.status) || call.inOtherTab;
  const takeHere = () => phone.take(handling.id);
  useShortcut({ keys: "Alt+KeyK" }, isUp ? () => (hasKeys ? closeKeys() : setKeys(true)) : undefined);
  useShortcut({ keys: "Alt+KeyJ" }, isUp ? () => setDialog("add") : undefined);
  useShortcut({ keys: "Alt+KeyL" }, mayTake ? takeHere : undefined);
  useCallCommands([
    ...(isUp
      ? ([
          { id: "keys", icon: "keypad", shortcut: "Alt+K", run: () => setKeys(true) },
          { id: "add", icon: "userPlus", shortcut: "Alt+J", run: () => setDialog("add") },
          { id: "pass", icon: "transfer", run: () => setDialog("pass") },
        ] as const)
      : []),
    ...(mayTake ? ([{ id: "take", icon: "headset", shortcut: "Alt+L", run: takeHere }] as const) : []),
  ]);
  return (
    <div className="relative flex min-h-9 items-center gap-2 @max-2xl:gap-1.5 max-md:flex-wrap [&_svg]:shrink-0">
      <Toggle
        isOn={acts.isMuted}
        isDisabled={!acts.hasLine}
        icon={acts.isMuted ? "microphoneOff" : "microphone"}
        keys="Alt+M"
        onPress={acts.toggleMute}
        tone="bad"
      >
        {t(call.onTelephone ? "act.mute_there" : acts.isMuted ? "act.unmute" : "act.mute")}
      </Toggle>
      <Toggle
        isOn={Boolean(handling.held_at)}
        isPending={acts.isHolding}
        icon={handling.held_at ? "play" : "pause"}
        keys="Alt+H"
        onPress={acts.toggleHold}
        tone="waiting"
      >
        {t(handling.held_at ? "act.resume" : "act.hold")}
      </Toggle>
      <span className="relative">
        <Toggle
          ref={keysButton}
          isOn={hasKeys}
          isDisabled={!isUp}
          icon="keypad"
          keys="Alt+K"
          onPress={() => setKeys(!hasKeys)}
        >
          {t("act.keypad")}
        </Toggle>
        {hasKeys ? (
          <Keypad onKey={(digit) => phone.key(handling.id, digit)} onClose={closeKeys} refused={refused} />
        ) : null}
      </span>
      <WithTooltip text={t("act.add")} shortcut="Alt+J">
        <Button icon="userPlus" isDisabled={!isUp} onPress={() => setDialog("add")} aria-keyshortcuts="Alt+J">
          <span className="@max-2xl:sr-only">{t("act.add")}</span>
        </Button>
      </WithTooltip>
      <CodeControl handling={handling} isUp={isUp} />
      <RecordingControl handling={handling} />
      <span className="ml-auto flex gap-2">
        {mayTake ? (
          <Button variant="primary" icon="headset" onPress={takeHere} aria-keyshortcuts="Alt+L">
            {t(call.status === "late" || call.status === "failed" ? "act.connect_again" : "act.take_here")}
            <span className="hidden @4xl:inline">
              <Kbd keys="Alt+L" onDark />
            </span>
          </Button>
        ) : (
          <WithTooltip text={t("act.pass")}>
            <Button icon="external" isDisabled={!call.word?.code} onPress={() => setDialog("pass")}>
              <span className="@max-2xl:sr-only">{t("act.pass")}</span>
            </Button>
          </WithTooltip>
        )}
      </span>
      {dialog === "add" ? <AddDialog handling={handling} onClose={() => setDialog(null)} /> : null}
      {dialog === "pass" && call.word ? (
        <PassDialog code={call.word.code} onClose={() => setDialog(null)} />
      ) : null}
    </div>
  );
}

interface ToggleProps extends Omit<React.ComponentProps<typeof Button>, "children"> {
  children: string;
  isOn: boolean;
  keys: string;
  tone?: "bad" | "waiting";
}

/**
 * Words and sign say what pressing does; the colour says that it is on. The words may change, the width hardly does.
 * Where there is little room the sign stays, and the words are in the tooltip.
 */
function Toggle({ isOn, keys, tone, children, ...rest }: ToggleProps) {
  const lit =
    tone === "bad"
      ? "bg-bad-soft! text-bad-ink!"
      : tone === "waiting"
        ? "bg-waiting-soft! text-waiting-ink!"
        : "bg-pressed!";
  return (
    <WithTooltip text={children} shortcut={keys}>
      <Button
        {...rest}
        aria-keyshortcuts={keys}
        aria-pressed={isOn}
        className={cx("shrink-0 @2xl:min-w-20", isOn && lit)}
      >
        <span className="@max-2xl:sr-only">{children}</span>
        <span className="hidden @4xl:inline">
          <Kbd keys={keys} />
        </span>
      </Button>
    </WithTooltip>
  );
}
