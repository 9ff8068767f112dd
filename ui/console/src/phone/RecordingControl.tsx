/** Whether the call is recorded, and the pause while something is said that must not be kept. */
import { Button as AriaButton } from "react-aria-components";
import { useTranslation } from "react-i18next";
import type { HandlingView } from "@kit/feed";
import { Button, buttonClass, cx, Icon, Kbd, Menu, Spinner } from "@kit/ui";
import { usePhoneState } from "./store.tsx";
import { PAUSE_REASONS, useCallActs } from "./useCall.ts";

export function RecordingControl({ handling }: { handling: HandlingView }) {
  const { t } = useTranslation("phone");
  const acts = useCallActs(handling);
  const types = usePhoneState((phone) => phone.codes[handling.id]?.state === "asked");
  const state = handling.recording ?? "";
  if (state === "" || state === "off") {
    return <span className="text-sm whitespace-nowrap text-ink-3">{t("recording.off")}</span>;
  }
  if (state === "paused") {
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
          isDisabled={acts.isRecordingPending || types}
          className={cx(buttonClass("secondary", "md"), "min-w-0 max-md:max-w-28")}
        >
          {acts.isRecordingPending ? (
            <Spinner size={14} />
          ) : (
            <Icon name="record" size={16} className="text-bad-ink" />
          )}
          <span className="truncate">{t("recording.on")}</span>
          <Icon name="chevronDown" size={14} className="text-ink-3 max-md:hidden" />
        </AriaButton>
      }
    />
  );
}
