/** Asks before unsaved work is left, inside of the console and by the browser itself. */
import { useBlocker } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { ConfirmDialog } from "@kit/ui";

export function LeaveGuard({ isOn }: { isOn: boolean }) {
  const blocker = useBlocker({
    // What is open on the page stands in the address too: that is no leaving.
    shouldBlockFn: ({ current, next }) => isOn && current.pathname !== next.pathname,
    enableBeforeUnload: isOn,
    withResolver: true,
  });
  return (
    <LeaveQuestion
      isOpen={blocker.status === "blocked"}
      onStay={() => blocker.reset?.()}
      onLeave={() => blocker.proceed?.()}
    />
  );
}

interface LeaveProps {
  isOpen: boolean;
  onStay: () => void;
  onLeave: () => void;
}

export function LeaveQuestion({ isOpen, onStay, onLeave }: LeaveProps) {
  const { t } = useTranslation("settings");
  return (
    <ConfirmDialog
      isOpen={isOpen}
      onClose={onStay}
      onConfirm={onLeave}
      title={t("leave.title")}
      confirm={t("leave.confirm")}
    >
      {t("leave.text")}
    </ConfirmDialog>
  );
}
