// @vitest-environment jsdom
/** Every listening is asked for, and so audited: also once more, and when the address has run out. */
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, renderHook, waitFor } from "@testing-library/react";
import type { ReactNode } from "react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { api } from "../app/api.ts";
import { usePlayer } from "./usePlayer.ts";
import type { RecordingDetail } from "./wire.ts";

class Sound {
  static made: Sound[] = [];
  currentTime = 0;
  ended = false;
  onplay?: () => void;
  onpause?: () => void;
  onended?: () => void;
  onerror?: () => void;
  constructor(readonly url: string) {
    Sound.made.push(this);
  }
  play() {
    this.ended = false;
    this.onplay?.();
    return Promise.resolve();
  }
  pause() {
    this.onpause?.();
  }
  finish() {
    this.ended = true;
    this.onended?.();
  }
}

const recording = { id: "r1", duration_ms: 60_000, picture: null } as unknown as RecordingDetail;
const wrapper = ({ children }: { children: ReactNode }) => (
  <QueryClientProvider client={new QueryClient()}>{children}</QueryClientProvider>
);
let now = 1_000_000;
const asked = vi.fn();

beforeEach(() => {
  Sound.made = [];
  vi.stubGlobal("Audio", Sound);
  vi.spyOn(Date, "now").mockImplementation(() => now);
  asked.mockImplementation(() => Promise.resolve({ url: "/sound", until: now + 600_000 }));
  vi.spyOn(api, "post").mockImplementation(asked);
});
afterEach(() => {
  vi.unstubAllGlobals();
  asked.mockReset();
});

async function playing() {
  const { result } = renderHook(() => usePlayer(recording), { wrapper });
  act(() => result.current.toggle());
  await waitFor(() => expect(result.current.playing).toBe(true));
  return result;
}
const last = () => Sound.made[Sound.made.length - 1] as Sound;

test("a pause is no listening of its own", async () => {
  const player = await playing();
  act(() => player.current.toggle());
  act(() => player.current.toggle());
  expect(asked).toHaveBeenCalledTimes(1);
});

test("once more from the end is asked for again", async () => {
  const player = await playing();
  act(() => last().finish());
  act(() => player.current.toggle());
  await waitFor(() => expect(player.current.playing).toBe(true));
  expect(asked).toHaveBeenCalledTimes(2);
  expect(last().currentTime).toBe(0);
});

test("what has run out is asked for again, and goes on where it was", async () => {
  const player = await playing();
  act(() => player.current.move(30_000));
  now += 700_000;
  act(() => last().onerror?.());
  await waitFor(() => expect(Sound.made.length).toBe(2));
  expect(last().currentTime).toBe(30);
  expect(player.current.broken).toBe(false);
  act(() => last().onerror?.());
  expect(player.current.broken).toBe(true);
});
