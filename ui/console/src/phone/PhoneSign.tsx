/** In the top bar: whether calls can ring here, and while there is a call, its time and its mute button, on every page. */
import { Link, useRouterState } from "@tanstack/react-router";
import { Button as AriaButton } from "react-aria-components";
import { useTranslation } from "react-i18next";
import { type HandlingView, useServerNow } from "@kit/feed";
import { cx, Icon, IconButton, Menu, StateIcon, type StateShape } from "@kit/ui";
import { stopwatch } from "@kit/time.ts";
import { hasScope, useSession } from "../app/session.tsx";
import { useShortcut } from "../app/shortcuts.ts";
import { customerName } from "../desk/model.ts";
import { useHandlings } from "../desk/useMe.ts";
import { isOnTelephone, isTrouble, keyedCall, type Readiness, readiness } from "./model.ts";
import { phoneDialog, usePhone, usePhoneState, useTakesCalls } from "./store.tsx";
import { useCallActs } from "./useCall.ts";
import { type CallCommand, useCallCommands } from "./useCallCommands.ts";

export function PhoneSign() {
  const takesCalls = useTakesCalls();
  const shown = useRouterState({ select: ({ location }) => (location.search as { on?: string }).on ?? null });
  const call = keyedCall(useHandlings(), shown);
  if (!takesCalls) return <DeviceSign />;
  return (
    <span className="flex items-center gap-1">
      {call ? <CallPill handling={call} /> : null}
      <PhoneMenu />
      <CallKeys handling={call} />
    </span>
  );
}

/** For those who take no calls but may listen and whisper in those of others: the way to their headset. */
export function DeviceSign() {
  return hasScope(useSession(), "calls.join") ? <DeviceButton /> : null;
}

function DeviceButton() {
  const { t } = useTranslation("phone");
  useCallCommands([CHECK]);
  return <IconButton icon="headset" label={t("sign.check")} onPress={CHECK.run} />;
}

const CHECK: CallCommand = { id: "check", icon: "microphone", run: () => phoneDialog.set("check") };

function shapeOf(why: Readiness): StateShape {
  if (why === "ok") return "available";
  return isTrouble(why) ? "bad" : "waiting";
}

function PhoneMenu() {
  const { t } = useTranslation("phone");
  const phone = usePhone();
  const why = usePhoneState(readiness);
  const holds = usePhoneState((state) => state.holds);
  const isTelephone = usePhoneState((state) => state.deskPhone !== "") && why === "ok";
  const words = t(isTelephone ? "ready.ok_telephone" : `ready.${why}`);
  const groups = [
    {
      id: "phone",
      title: words,
      entries: [
        {
          id: "check",
          label: t("sign.check"),
          icon: "microphone" as const,
          run: () => phoneDialog.set("check"),
        },
        { id: "take", label: t("sign.take"), icon: "key" as const, run: () => phoneDialog.set("take") },
        ...(holds
          ? []
          : [
              {
                id: "here",
                label: t("sign.here"),
                detail: t("sign.here_help"),
                icon: "headset" as const,
                run: () => phone.takeLine(),
              },
            ]),
        ...(isTrouble(why)
          ? [{ id: "retry", label: t("sign.retry"), icon: "retry" as const, run: phone.retry }]
          : []),
      ],
    },
  ];
  return (
    <Menu
      label={t("sign.menu")}
      placement="bottom end"
      groups={groups}
      trigger={
        <AriaButton
          data-phone={why}
          className={cx(
            "flex h-8 items-center gap-1 rounded-full px-2 text-sm data-hovered:bg-sunken data-pressed:bg-pressed",
            why === "ok" ? "text-available-ink" : isTrouble(why) ? "bg-bad-soft text-bad-ink" : "text-ink-3",
          )}
        >
          <Icon name={isTelephone ? "phone" : "headset"} size={16} />
          <StateIcon state={shapeOf(why)} size={10} />
          <span className="sr-only">{`${t("sign.label")}${words}${holds ? "" : t("sign.other_tab")}`}</span>
        </AriaButton>
      }
    />
  );
}

function CallPill({ handling }: { handling: HandlingView }) {
  const { t } = useTranslation("phone");
  const now = useServerNow();
  const acts = useCallActs(handling);
  const name = customerName(handling.customer, t("desk:customer.unnamed"));
  const isHeld = Boolean(handling.held_at);
  const onTelephone = usePhoneState(({ lines, calls }) =>
    isOnTelephone(lines[handling.id], calls[handling.id]),
  );
  return (
    <span
      className={cx(
        "flex h-8 items-center rounded-full pl-1",
        isHeld ? "bg-waiting-soft text-waiting-ink" : "bg-engaged-soft text-engaged-ink",
      )}
    >
      <Link
        to="/app/desk"
        search={{ on: handling.id }}
        className="flex h-7 items-center gap-1.5 rounded-full px-2 text-sm font-medium"
        title={t("sign.to_call", { customer: name })}
      >
        <StateIcon state={isHeld ? "waiting" : "calling"} size={12} />
        <span className="foreign max-w-20 truncate max-xl:sr-only">{name}</span>
        <span className="sr-only">{t(isHeld ? "sign.held" : "sign.talking")}</span>
        <span className="tabular">{stopwatch(now - handling.accepted_at)}</span>
      </Link>
      {onTelephone ? (
        <Icon name="phone" size={16} className="mr-2.5 shrink-0" label={t("card.on_telephone")} />
      ) : null}
      <IconButton
        icon={acts.isMuted ? "microphoneOff" : "microphone"}
        size="sm"
        label={t(acts.isMuted ? "act.unmute" : "act.mute")}
        shortcut="Alt+M"
        isDisabled={!acts.hasLine}
        onPress={acts.toggleMute}
        className={cx("rounded-full!", acts.isMuted && "bg-bad-soft text-bad-ink!", onTelephone && "hidden")}
      />
    </span>
  );
}

/** The keys that must work wherever one is: mute, hold, recording. */
function CallKeys({ handling }: { handling: HandlingView | undefined }) {
  const acts = useCallActs(handling);
  const recording = handling?.recording;
  const canRecord = recording === "on" || recording === "paused";
  const mute = handling && acts.hasLine ? acts.toggleMute : undefined;
  const hold = handling ? acts.toggleHold : undefined;
  // Something secret is about to be said: the key pauses at once and asks for no reason.
  const record = canRecord
    ? () => (recording === "on" ? acts.pauseRecording("other") : acts.resumeRecording())
    : undefined;
  useShortcut({ keys: "Alt+KeyM" }, mute);
  useShortcut({ keys: "Alt+KeyH" }, hold);
  useShortcut({ keys: "Alt+KeyP" }, record);
  const isHeld = Boolean(handling?.held_at);
  useCallCommands([
    ...(mute ? [muteCommand(acts.isMuted, mute)] : []),
    ...(hold ? [holdCommand(isHeld, hold)] : []),
    ...(record ? [recordCommand(recording === "paused", record)] : []),
    CHECK,
    { id: "take_code", icon: "key", run: () => phoneDialog.set("take") },
  ]);
  return null;
}

const muteCommand = (isMuted: boolean, run: () => void): CallCommand => ({
  id: isMuted ? "unmute" : "mute",
  icon: isMuted ? "microphone" : "microphoneOff",
  shortcut: "Alt+M",
  run,
});
const holdCommand = (isHeld: boolean, run: () => void): CallCommand => ({
  id: isHeld ? "resume" : "hold",
  icon: isHeld ? "play" : "pause",
  shortcut: "Alt+H",
  run,
});
const recordCommand = (isPaused: boolean, run: () => void): CallCommand => ({
  id: isPaused ? "record" : "pause",
  icon: "record",
  shortcut: "Alt+P",
  run,
});
