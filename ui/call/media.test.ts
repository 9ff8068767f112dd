import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Line } from "./media";

/** As a browser has it: what is inserted replaces what has not been sounded yet. */
const dtmf = {
  canInsertDTMF: true,
  toneBuffer: "",
  insertDTMF(tones: string) {
    this.toneBuffer = tones;
  },
};

beforeEach(() => {
  Object.assign(dtmf, { canInsertDTMF: true, toneBuffer: "" });
  vi.stubGlobal(
    "RTCPeerConnection",
    class {
      addTransceiver = () => ({});
      getSenders = () => [{ dtmf }];
    },
  );
  vi.stubGlobal("RTCRtpReceiver", { getCapabilities: () => null });
});
afterEach(() => vi.unstubAllGlobals());

const line = () =>
  new Line({ getAudioTracks: () => [{}] } as unknown as MediaStream, [], {
    up: () => undefined,
    lost: () => undefined,
    sound: () => undefined,
  });

test("keys in quick succession are all sounded", () => {
  const one = line();
  for (const digit of "123#") expect(one.press(digit)).toBe(true);
  expect(dtmf.toneBuffer).toBe("123#");
});

test("says when the browser can't send keys", () => {
  dtmf.canInsertDTMF = false;
  expect(line().press("1")).toBe(false);
});
