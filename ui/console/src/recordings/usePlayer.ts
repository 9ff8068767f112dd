/**
 * The sound of one recording. Asking for it is put into the audit trail, so it is asked for with every listening: when
 * first played, when played once more from its end, and when the address, which is good for minutes, has run out. Times
 * are ms.
 */
import { useMutation } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { api } from "../app/api.ts";
import { nextTalk } from "./draw.ts";
import type { RecordingDetail } from "./wire.ts";

export function usePlayer(recording: RecordingDetail) {
  const audio = useRef<HTMLAudioElement | null>(null);
  const [at, setAt] = useState(0);
  const [playing, setPlaying] = useState(false);
  const [rate, setRate] = useState(1);
  const [skips, setSkips] = useState(false);
  const [broken, setBroken] = useState(false);
  const wish = useRef({ at: 0, rate: 1, skips: false });
  const until = useRef(0);
  const length = Math.max(1_000, recording.duration_ms);

  const go = (element: HTMLAudioElement) => element.play().catch(() => setPlaying(false));
  const move = (ms: number) => {
    const next = Math.min(length, Math.max(0, ms));
    wish.current.at = next;
    setAt(next);
    if (audio.current) audio.current.currentTime = next / 1_000;
  };
  const tell = (ms: number) => {
    const talk = wish.current.skips ? nextTalk(recording.picture, ms) : null;
    if (talk !== null) return move(talk);
    wish.current.at = ms;
    setAt(ms);
  };
  const listen = useMutation({
    mutationFn: () => api.post<{ url: string; until: number }>(`/api/recordings/${recording.id}/listenings`),
    onSuccess: (given) => {
      audio.current?.pause();
      const made = (audio.current = new Audio(given.url));
      until.current = given.until;
      // Speed changes leave the pitch as it is.
      made.preservesPitch = true;
      made.defaultPlaybackRate = made.playbackRate = wish.current.rate;
      made.currentTime = wish.current.at / 1_000;
      made.ontimeupdate = () => tell(made.currentTime * 1_000);
      made.onplay = () => setPlaying(true);
      made.onpause = made.onended = () => setPlaying(false);
      made.onerror = () => {
        if (audio.current !== made) return;
        audio.current = null;
        setPlaying(false);
        // The address has run out while it was playing: it goes on, and that is a listening of its own.
        if (Date.now() >= given.until) return listen.mutate();
        setBroken(true);
      };
      void go(made);
    },
  });
  useEffect(() => () => audio.current?.pause(), []);

  const toggle = () => {
    setBroken(false);
    if (!audio.current) return listen.mutate();
    if (playing) return audio.current.pause();
    const again = audio.current.ended;
    if (again) move(0);
    if (again || Date.now() >= until.current) return listen.mutate();
    void go(audio.current);
  };
  const faster = (value: number) => {
    wish.current.rate = value;
    setRate(value);
    if (audio.current) audio.current.playbackRate = value;
  };
  const skip = (on: boolean) => {
    wish.current.skips = on;
    setSkips(on);
  };
  return { at, length, playing, rate, skips, broken, listen, move, toggle, faster, skip };
}
