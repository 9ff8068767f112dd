/** The phone's refusals as toasts, each as long as what it tells of is so. */
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { toast } from "@kit/ui";
import { useHandlings } from "../desk/useMe.ts";
import { isCall } from "./model.ts";
import { usePhoneState } from "./store.tsx";

/** What ends a refusal: sound in that call, the end of that call, the way to the server; or it is said once. */
type Until = "up" | "over" | "online" | "said";

const UNTIL: Readonly<Record<string, Until>> = {
  not_connecting: "up",
  phone_not_reached: "up",
  no_phone: "up",
  needs_microphone: "up",
  dial_by_hand: "over",
  page_gone: "over",
  pick_up_failed: "over",
  calling_again: "over",
  no_answer: "over",
  not_recorded: "over",
  not_sent: "online",
  voice_down: "online",
};
/** The agent needs these after the call too: they stay until closed. */
const STAYS = ["back_in_queue", "cut_off", "emergency"];
const SAID_MS = 12_000;

interface Shown {
  until: Until;
  id: string;
  close: () => void;
}

export function useProblemToasts(): void {
  const { t } = useTranslation("phone");
  const problem = usePhoneState((state) => state.problem);
  const lines = usePhoneState((state) => state.lines);
  const calls = usePhoneState((state) => state.calls);
  const isOnline = usePhoneState((state) => state.link === "open" && !state.engineDown);
  const handlings = useHandlings();
  const told = useRef(0);
  const shown = useRef<Shown[]>([]);
  const talking = handlings
    .filter(isCall)
    .map(({ id }) => id)
    .join();
  const up = [
    ...Object.values(lines).flatMap(({ interaction, phase }) => (phase === "up" ? [interaction] : [])),
    ...Object.values(calls).flatMap(({ interaction, state, here }) =>
      state === "up" && !here ? [interaction] : [],
    ),
  ].join();

  // Before a new one is shown: what holds already does not end it, only what happens from now on.
  useEffect(() => close(shown, ({ until, id }) => until === "up" && up.split(",").includes(id)), [up]);
  useEffect(
    () =>
      close(
        shown,
        ({ until, id }) => (until === "over" || until === "up") && !talking.split(",").includes(id),
      ),
    [talking],
  );
  useEffect(() => {
    if (isOnline) close(shown, ({ until }) => until === "online");
  }, [isOnline]);
  useEffect(() => {
    if (!problem || problem.n === told.current) return;
    told.current = problem.n;
    const { id, code, text } = problem;
    const until = UNTIL[code] ?? "said";
    const lasts = until !== "said" || STAYS.includes(code);
    const gone = toast("bad", t("problem"), text || t("not_sent"), lasts ? undefined : SAID_MS);
    if (until !== "said") shown.current.push({ until, id: id ?? "", close: gone });
  }, [problem, t]);
}

function close(shown: { current: Shown[] }, isGone: (one: Shown) => boolean): void {
  for (const one of shown.current.filter(isGone)) one.close();
  shown.current = shown.current.filter((one) => !isGone(one));
}
