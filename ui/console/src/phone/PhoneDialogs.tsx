import { useSyncExternalStore } from "react";
import { DeviceCheck } from "./DeviceCheck.tsx";
import { TakeDialog } from "./PassDialog.tsx";
import { phoneDialog } from "./store.tsx";

/** The phone's dialogs, over whichever page. */
export function PhoneDialogs() {
  const open = useSyncExternalStore(phoneDialog.watch, phoneDialog.get);
  const close = () => phoneDialog.set(null);
  if (open === "check") return <DeviceCheck onClose={close} />;
  return open === "take" ? <TakeDialog onClose={close} /> : null;
}
