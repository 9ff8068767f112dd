/** Whoever is to be heard needs a microphone: asked for in the click, so that the browser asks the person now. */
import { useTranslation } from "react-i18next";
import { toast } from "@kit/ui";
import { usePhone } from "./store.tsx";

/** Returns whether there is one; says in words why not. */
export function useVoice(): () => Promise<boolean> {
  const { t } = useTranslation("phone");
  const phone = usePhone();
  return async () => {
    if (await phone.devices.prove()) return true;
    toast("bad", t(`ready.${phone.devices.microphone.get()}`), t("join.no_microphone"));
    return false;
  };
}
