import { useCallback, useEffect, useRef } from "react";

/** Repeated while one types, so that a lost end does not leave the sign standing. */
const REPEAT_MS = 3_000;
const IDLE_MS = 4_000;

/** Tells the other side that somebody types: on at the first key, again while it goes on, off when it stops. */
export function useTypingSign(send: (on: boolean) => void): (typing: boolean) => void {
  const held = useRef(send);
  useEffect(() => {
    held.current = send;
  });
  const toldAt = useRef(0);
  const idle = useRef<ReturnType<typeof setTimeout> | null>(null);
  const stop = useCallback(() => {
    if (idle.current) clearTimeout(idle.current);
    idle.current = null;
    if (toldAt.current) held.current(false);
    toldAt.current = 0;
  }, []);
  useEffect(() => stop, [stop]);
  return useCallback(
    (typing) => {
      if (!typing) return stop();
      if (idle.current) clearTimeout(idle.current);
      idle.current = setTimeout(stop, IDLE_MS);
      const now = performance.now();
      if (now - toldAt.current < REPEAT_MS && toldAt.current) return;
      toldAt.current = now;
      held.current(true);
    },
    [stop],
  );
}
