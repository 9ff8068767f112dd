/** On the desk: why calls can't ring here, and what helps. */
import { useTranslation } from "react-i18next";
import { Button, Notice } from "@kit/ui";
import { isTrouble, type Readiness, readiness } from "./model.ts";
import { phoneDialog, usePhone, usePhoneState, useTakesCalls } from "./store.tsx";

type Help = "allow" | "retry" | "check" | "none";
/** The rest: a look at the devices. */
const HELP: Partial<Record<Readiness, Help>> = {
  ask: "allow",
  lost: "retry",
  engine: "retry",
  exchange: "retry",
  no_phone: "none",
};

/** What only a person can mend: the floor is told, and offers other work only. As the server's `devices.LASTING`. */
const NO_CALLS: Readiness[] = ["ask", "refused", "none", "insecure", "no_phone"];

export function PhoneNotice() {
  const { t } = useTranslation("phone");
  const phone = usePhone();
  const takesCalls = useTakesCalls();
  const why = usePhoneState(readiness);
  const detail = usePhoneState((state) => state.engineDown);
  const isBlocked = usePhoneState((state) => state.blocked && state.holds);
  if (!takesCalls) return null;
  if (isTrouble(why)) {
    const help = HELP[why] ?? "check";
    const run = {
      allow: () => void phone.devices.prove(),
      retry: phone.retry,
      check: () => phoneDialog.set("check"),
      none: null,
    }[help];
    return (
      <Notice
        tone={why === "ask" ? "info" : "warn"}
        live
        className="m-3 mb-0 items-center"
        action={
          run && (
            <Button size="sm" onPress={run}>
              {t(`notice.${help}`)}
            </Button>
          )
        }
      >
        {t(`ready.${why}`)} {t(`ready_help.${why}`)}
        {NO_CALLS.includes(why) ? ` ${t("no_calls")}` : ""}
        {why === "engine" && detail !== "…" ? ` ${detail}` : ""}
      </Notice>
    );
  }
  if (!isBlocked) return null;
  return (
    <Notice
      tone="warn"
      live
      className="m-3 mb-0 items-center"
      action={
        <Button size="sm" icon="sound" onPress={phone.unblock}>
          {t("notice.unblock")}
        </Button>
      }
    >
      {t("notice.blocked")}
    </Notice>
  );
}
