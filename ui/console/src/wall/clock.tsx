/** One ticking server clock for a whole page: only what shows a running time renders again each second. */
import { createContext, type ReactNode, useContext } from "react";
import { useTranslation } from "react-i18next";
import { useServerNow } from "@kit/feed";
import { clock, isoSpan, spoken } from "./spans.ts";

const Now = createContext<number | null>(null);

export function NowProvider({ children }: { children: ReactNode }) {
  return <Now value={useServerNow()}>{children}</Now>;
}

/** The server's time in ms since 1970 UTC. */
export function useWallNow(): number {
  const now = useContext(Now);
  if (now === null) throw new Error("no NowProvider above");
  return now;
}

/** A running time since an instant; machines and screen readers get whole words. */
export function Since({ at, className }: { at: number; className?: string }) {
  const { i18n } = useTranslation("wall");
  const ms = useWallNow() - at;
  return (
    <time
      dateTime={isoSpan(ms)}
      aria-label={spoken(ms, i18n.language)}
      className={`tabular ${className ?? ""}`}
    >
      {clock(ms)}
    </time>
  );
}
