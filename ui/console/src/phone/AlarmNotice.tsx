/** An emergency that nobody takes, over whatever page is open, until somebody does. */
import { useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { Button, Notice } from "@kit/ui";
import { usePhoneState } from "./store.tsx";

export function AlarmNotice() {
  const { t } = useTranslation("phone");
  const navigate = useNavigate();
  const words = usePhoneState((state) => Object.values(state.alarms)[0]);
  if (!words) return null;
  return (
    <Notice
      tone="bad"
      live
      className="m-3 mb-0 items-center"
      action={
        <Button size="sm" variant="primary" onPress={() => void navigate({ to: "/app/desk" })}>
          {t("alarm.to_desk")}
        </Button>
      }
    >
      {words}
    </Notice>
  );
}
