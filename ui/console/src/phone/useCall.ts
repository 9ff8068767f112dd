/** One handling's call as its card shows it, and what can be done about it. */
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { useCommand, useServerNow, type CommandRefused, type HandlingView } from "@kit/feed";
import { toast } from "@kit/ui";
import { announce } from "../app/announce.tsx";
import { askedName, callStatus, type CallStatus, heldFor, isOnTelephone } from "./model.ts";
import type { LineState } from "./line.ts";
import { usePhone, usePhoneState } from "./store.tsx";
import type { CallWord } from "./wire.ts";

const tell = (error: CommandRefused) => toast("bad", error.title);

export interface Call {
  status: CallStatus;
  line: LineState | undefined;
  word: CallWord | undefined;
  /** ms */
  talkedFor: number;
  heldFor: number;
  /** It is on the telephone on the person's desk. */
  onTelephone: boolean;
  /** The line is in another page of this browser. */
  inOtherTab: boolean;
}

export function useCall(handling: HandlingView): Call {
  const now = useServerNow();
  const line = usePhoneState((state) => state.lines[handling.id]);
  const word = usePhoneState((state) => state.calls[handling.id]);
  const holds = usePhoneState((state) => state.holds);
  return {
    status: callStatus(line, word, handling.accepted_at, now),
    line,
    word,
    talkedFor: now - handling.accepted_at,
    heldFor: heldFor(handling, now),
    onTelephone: isOnTelephone(line, word),
    inOtherTab: line !== undefined && !holds,
  };
}

export const PAUSE_REASONS = ["card", "code", "personal", "other"] as const;
export type PauseReason = (typeof PAUSE_REASONS)[number];

export function useCallActs(handling: HandlingView | undefined) {
  const phone = usePhone();
  const hold = useCommand("SetHold", tell);
  const recording = useCommand("SetRecording", tell);
  const isMuted = usePhoneState((state) => (handling ? state.lines[handling.id]?.muted : false) ?? false);
  const hasLine = usePhoneState((state) => (handling ? state.lines[handling.id] !== undefined : false));
  const interaction_id = handling?.id ?? "";
  return {
    isMuted,
    hasLine,
    toggleMute: () => phone.mute(interaction_id, !isMuted),
    toggleHold: () => {
      if (!hold.isPending) void hold.run({ interaction_id, on: !handling?.held_at });
    },
    isHolding: hold.isPending,
    pauseRecording: (why: PauseReason) => void recording.run({ interaction_id, state: "paused", why }),
    resumeRecording: () => void recording.run({ interaction_id, state: "on" }),
    isRecordingPending: recording.isPending,
    take: () => phone.take(interaction_id),
  };
}

/** Says each change of a call to screen readers, once. */
export function useCallAnnouncements(handling: HandlingView, call: Call, customer: string): void {
  const { t, i18n } = useTranslation("phone");
  const isHeld = Boolean(handling.held_at);
  const consult = handling.consult;
  const who = askedName(consult, i18n.language);
  const said = {
    status: t(`announce.${call.status}`, { customer, device: call.word?.device_label ?? "" }),
    held: t(isHeld ? "announce.held" : "announce.resumed", { customer }),
    muted: t(call.line?.muted ? "announce.muted" : "announce.unmuted"),
    recording: handling.recording ? t(`recording.${handling.recording}`) : "",
    consult: consult ? t(`announce.consult_${consult.state}`, { who }) : t("announce.consult_over"),
  };
  useOnChange(call.status, said.status, true);
  useOnChange(isHeld, said.held);
  useOnChange(call.line?.muted ?? false, said.muted);
  useOnChange(handling.recording ?? "", said.recording);
  useOnChange(consult?.state ?? "", said.consult);
}

function useOnChange(value: unknown, words: string, alsoFirst = false): void {
  const before = useRef<unknown>(alsoFirst ? Symbol("none") : value);
  useEffect(() => {
    if (Object.is(before.current, value)) return;
    before.current = value;
    if (words) announce(words);
  }, [value, words]);
}
