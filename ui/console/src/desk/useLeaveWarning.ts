import { useEffect, useSyncExternalStore } from "react";
import type { Outbox } from "./outbox.ts";

/** Lets the browser ask before the page goes while something would be lost: a file on its way, a message that failed. */
export function useLeaveWarning(outbox: Outbox): void {
  const items = useSyncExternalStore(outbox.items.watch, outbox.items.get);
  const isAtRisk = items.some((item) => item.state !== "sending" || (item.file && !item.file.id));
  useEffect(() => {
    if (!isAtRisk) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener("beforeunload", ask);
    return () => removeEventListener("beforeunload", ask);
  }, [isAtRisk]);
}
