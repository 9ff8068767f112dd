/** The replay's clock: stands at the end (everything shown) until somebody moves it. */
import { useEffect, useMemo, useState } from "react";
import { advance, nextInstant, previousInstant, spanOf } from "./model.ts";

export const RATES = [1, 4, 16] as const;
export type Rate = (typeof RATES)[number];

export interface Replay {
  /** ms since 1970 UTC; null: the end, new things included. */
  at: number | null;
  from_at: number;
  to_at: number;
  playing: boolean;
  rate: Rate;
  play: () => void;
  pause: () => void;
  seek: (at: number) => void;
  step: (way: 1 | -1) => void;
  toEnd: () => void;
  setRate: (rate: Rate) => void;
}

const FRAME_MS = 100;

export function useReplay(entries: readonly { at: number }[], messages: readonly { at: number }[]): Replay {
  const span = useMemo(() => spanOf(entries, messages) ?? { from_at: 0, to_at: 0 }, [entries, messages]);
  const instants = useMemo(() => [...entries, ...messages].map((item) => item.at), [entries, messages]);
  const [at, setAt] = useState<number | null>(null);
  const [playing, setPlaying] = useState(false);
  const [rate, setRate] = useState<Rate>(4);

  useEffect(() => {
    if (!playing) return;
    const timer = setInterval(() => {
      setAt((now) => {
        const here = now ?? span.from_at;
        const next = advance(here, FRAME_MS, rate, instants);
        if (next === here) setPlaying(false);
        return next;
      });
    }, FRAME_MS);
    return () => clearInterval(timer);
  }, [playing, rate, instants, span.from_at]);

  const seek = (to: number) => {
    setPlaying(false);
    setAt(to >= span.to_at ? null : Math.max(span.from_at, to));
  };
  return {
    at,
    ...span,
    playing,
    rate,
    setRate,
    play: () => {
      if (at === null || at >= span.to_at) setAt(span.from_at);
      setPlaying(true);
    },
    pause: () => setPlaying(false),
    seek,
    step: (way) => {
      const here = at ?? span.to_at;
      const to = way === 1 ? nextInstant(instants, here) : previousInstant(instants, here);
      if (to !== null) seek(to);
    },
    toEnd: () => {
      setPlaying(false);
      setAt(null);
    },
  };
}
