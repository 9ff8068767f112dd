/** The order of agents on the wall: what a supervisor looks for first, and no row that moves while it is looked at. */
import { type RefObject, useEffect, useMemo, useRef, useState } from "react";
import { type Presence, presenceOf, type WallAgent } from "./model.ts";

const collator = new Intl.Collator("zh-CN");

/** Calls come before other talks: only they can be listened to. */
const RANK: Record<Presence, number> = {
  full: 1,
  engaged: 1,
  ringing: 2,
  available: 3,
  after_contact_work: 4,
  not_ready: 5,
  signed_out: 6,
};

export const rankOf = (agent: WallAgent): number =>
  agent.calls?.some(({ medium }) => medium === "voice") ? 0 : RANK[presenceOf(agent)];

/** Ids, talking first and offline last, by name among equals. */
export function floorOrder(agents: readonly WallAgent[]): string[] {
  const sorted = [...agents].sort(
    (a, b) => rankOf(a) - rankOf(b) || collator.compare(a.name, b.name) || (a.id < b.id ? -1 : 1),
  );
  return sorted.map(({ id }) => id);
}

/** As before; who is new stands at the end, who is gone is left out. */
export function keptOrder(before: readonly string[], agents: readonly WallAgent[]): string[] {
  const here = new Set(agents.map(({ id }) => id));
  const known = before.filter((id) => here.has(id));
  const seen = new Set(known);
  return [...known, ...floorOrder(agents.filter(({ id }) => !seen.has(id)))];
}

/** Rows move at most so often, ms. */
const SETTLE_MS = 3_000;
/** So long after the last sign of somebody's eyes on the table (pointer, keys, scrolling) nothing moves, ms. */
const LOOKED_AT_MS = 10_000;
const SIGNS = ["pointermove", "pointerdown", "keydown", "wheel", "scroll"] as const;

/** The place of each agent; it holds still while somebody is at the table or has a menu of it open. */
export function useCalmOrder(
  agents: readonly WallAgent[],
  table: RefObject<HTMLElement | null>,
): ReadonlyMap<string, number> {
  const [order, setOrder] = useState<readonly string[]>(() => floorOrder(agents));
  const latest = useRef(agents);
  const lookedAt = useRef(0);
  useEffect(() => {
    latest.current = agents;
  }, [agents]);
  useEffect(() => {
    const box = table.current;
    const look = () => void (lookedAt.current = Date.now());
    // Scrolling doesn't bubble: on the way down it is seen all the same.
    for (const sign of SIGNS) box?.addEventListener(sign, look, { capture: true, passive: true });
    const timer = setInterval(() => {
      const isOpen = box?.querySelector('[aria-expanded="true"]');
      if (isOpen || Date.now() - lookedAt.current < LOOKED_AT_MS) return;
      const next = floorOrder(latest.current);
      setOrder((now) => (next.join() === now.join() ? now : next));
    }, SETTLE_MS);
    return () => {
      clearInterval(timer);
      for (const sign of SIGNS) box?.removeEventListener(sign, look, { capture: true });
    };
  }, [table]);
  const shown = keptOrder(order, agents).join();
  return useMemo(() => new Map(shown.split(",").map((id, place) => [id, place])), [shown]);
}
