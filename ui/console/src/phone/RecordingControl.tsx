/** Whether the call is recorded, and the pause while something is said that must not be kept. */
import { type FocusEvent, type RefObject, useEffect, useRef } from "react";
import { Button as AriaButton } from "react-aria-components";
import { useTranslation } from "react-i18next";
import type { HandlingView } from "@kit/feed";
import { Button, buttonClass, cx, Icon, Kbd, Menu, Spinner } from "@kit/ui";
import { usePhoneState } from "./store.tsx";
import { PAUSE_REASONS, useCallActs } from "./useCall.ts";

export function RecordingControl({ handling }: { handling: HandlingView }) {
  const { t } = useTranslation("phone");
  const state = handling.recording ?? "";
  const { box, ...watch } = useKeptFocus(state);
  if (state === "" || state === "off") {
    return <span className="text-sm whitespace-nowrap text-ink-3">{t("recording.off")}</span>;
  }
  return (
    <span ref={box} {...watch} className="flex min-w-0">
      <Change handling={handling} isPaused={state === "paused"} />
    </span>
  );
}

/**
 * Pausing and resuming are two controls, one in the other's place. Whoever pressed one by keyboard stands on the other
 * afterwards, unless they have gone on: a focus that goes with what had it is nowhere.
 */
function useKeptFocus(shown: string): {
  box: RefObject<HTMLSpanElement | null>;
  onFocus: () => void;
  onBlur: (event: FocusEvent) => void;
} {
  const box = useRef<HTMLSpanElement>(null);
  const isHere = useRef(false);
  useEffect(() => {
    const at = document.activeElement;
    if (isHere.current && (at === null || at === document.body))
      box.current?.querySelector("button")?.focus();
  }, [shown]);
  return {
    box,
    // The menu's items count too: React has them inside, wherever the page draws them.
    onFocus: () => void (isHere.current = true),
    onBlur: ({ relatedTarget }) => {
      if (relatedTarget !== null) isHere.current = false;
    },
  };
}

function Change({ handling, isPaused }: { handling: HandlingView; isPaused: boolean }) {
  const { t } = useTranslation("phone");
  const acts = useCallActs(handling);
  const types = usePhoneState((phone) => phone.codes[handling.id]?.state === "asked");
  if (isPaused) {
    return (
      <Button
        icon="record"
        isDisabled={types}
        isPending={acts.isRecordingPending}
        onPress={acts.resumeRecording}
        aria-keyshortcuts="Alt+P"
        className="min-w-0 bg-warn-soft! text-warn-ink! max-md:max-w-28"
      >
        <span className="truncate">{t("recording.paused_resume")}</span>
        <span className="hidden @4xl:inline">
          <Kbd keys="Alt+P" />
        </span>
      </Button>
    );
  }
  return (
    <Menu
      label={t("recording.why")}
      groups={[
        {
          id: "why",
          title: t("recording.why"),
          entries: PAUSE_REASONS.map((why) => ({
            id: why,
            label: t(`recording.why_${why}`),
            run: () => acts.pauseRecording(why),
          })),
        },
      ]}
      trigger={
        <AriaButton
          aria-keyshortcuts="Alt+P"
          // Not disabled meanwhile: that would take the focus away.
          isPending={acts.isRecordingPending}
          isDisabled={types}
          className={cx(buttonClass("secondary", "md"), "min-w-0 max-md:max-w-28")}
        >
          {acts.isRecordingPending ? (
            <Spinner size={14} />
          ) : (
            <Icon name="record" size={16} className="text-bad-ink" />
          )}
          <span className="truncate">{t("recording.on")}</span>
          <Icon name="chevronDown" size={14} className="text-ink-3 @max-2xl:hidden" />
        </AriaButton>
      }
    />
  );
}
