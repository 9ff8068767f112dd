"""Microphones that play a tone, and ears in a page that tell by spectrum whose tones arrive.

The product has no hooks for this: a script that runs before the page's own follows each RTCPeerConnection and hangs an
analyser beside what the page plays. It also asks for the microphone without the browser's own cleaning, which takes a
steady tone for noise.
"""

from __future__ import annotations

import asyncio
import wave
from pathlib import Path
from typing import Protocol

import numpy as np
from playwright.async_api import Page

from tests.patience import PATIENCE_S

CUSTOMER, LI, WANG, SUPERVISOR = 1300, 1700, 2100, 2500  # Hz; away from the hold music, 450 Hz and 1000 Hz
NAMES = {CUSTOMER: "customer", LI: "Li", WANG: "Wang", SUPERVISOR: "supervisor"}
MUSIC = "music"
MUSIC_HZ = (392, 494, 523, 587, 659, 784)
LOUD_DB = -55  # of a bin of 6 Hz; a microphone's tone arrives at about -20
STANDS_OUT_DB = 15  # over what lies 40 to 90 Hz beside it
STEADY_S = 0.6  # so long each must hear what they should, and nothing else

Spectrum = tuple[float, np.ndarray]
"""Width of a bin in Hz, and the level of each in dB."""


class Ear(Protocol):
    """Something else than a page that hears, such as a telephone."""

    async def spectrum(self) -> Spectrum | None:
        """What arrives now, as a page's analyser tells it; None: no line is up."""


EARS = """
(() => {
  const lines = window.__lines = [];
  const Native = window.RTCPeerConnection;
  window.RTCPeerConnection = class extends Native {
    constructor(...how) {
      super(...how);
      const line = { peer: this, since: performance.now(), up: 0 };
      lines.push(line);
      this.addEventListener('connectionstatechange', () => {
        if (this.connectionState === 'connected' && !line.up) line.up = performance.now();
      });
      this.addEventListener('track', ({ track, streams }) => {
        const context = new AudioContext();
        line.analyser = new AnalyserNode(context, { fftSize: 8192, smoothingTimeConstant: 0 });
        line.rate = context.sampleRate;
        context.createMediaStreamSource(streams[0] ?? new MediaStream([track])).connect(line.analyser);
      });
    }
  };
  const media = navigator.mediaDevices;
  const ask = media?.getUserMedia.bind(media);
  if (ask) media.getUserMedia = async (wish) => {
    const raw = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };
    window.__asked = (window.__asked ?? 0) + 1;
    return ask({ ...wish, audio: { ...(wish.audio === true ? {} : wish.audio), ...raw } });
  };
  window.__spectrum = () => {
    const line = lines.findLast((one) => one.analyser && one.peer.connectionState === 'connected');
    if (!line) return null;
    const bins = new Float32Array(line.analyser.frequencyBinCount);
    line.analyser.getFloatFrequencyData(bins);
    const width = line.rate / 8192;
    return { width, bins: [...bins.slice(0, Math.ceil(3000 / width))].map((one) => Math.max(one, -200)) };
  };
})();
"""


def write_tone(path: Path, hz: int) -> Path:
    """A microphone's file: it is played over and over, so it holds whole periods."""
    samples = 0.3 * 32_767 * np.sin(2 * np.pi * hz * np.arange(48_000) / 48_000)
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 48_000, 0, "NONE", ""))
        file.writeframes(samples.astype("<i2").tobytes())
    return path


def flags_of(microphone: Path) -> list[str]:
    return [
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-audio-capture={microphone}",
        "--allow-loopback-in-peer-connection",
        "--disable-features=WebRtcHideLocalIpsWithMdns",
        "--autoplay-policy=no-user-gesture-required",
    ]


async def spectrum(page: Page | Ear) -> Spectrum | None:
    """What arrives now; None: no line is up."""
    if not isinstance(page, Page):
        return await page.spectrum()
    got = await page.evaluate("window.__spectrum?.() ?? null")
    return (got["width"], np.array(got["bins"])) if got else None


def _stands_out(width: float, levels: np.ndarray, hz: int) -> bool:
    def loudest(low: float, high: float) -> float:
        return float(levels[int(low / width) : int(high / width) + 1].max())

    peak = loudest(hz - 12, hz + 12)
    beside = max(loudest(hz - 90, hz - 40), loudest(hz + 40, hz + 90))
    return peak > LOUD_DB and peak > beside + STANDS_OUT_DB


async def heard(page: Page | Ear) -> frozenset[str] | None:
    """Who arrives at this page's ear just now, and `music`; None: no line is up."""
    got = await spectrum(page)
    if got is None:
        return None
    width, levels = got
    found = {name for hz, name in NAMES.items() if _stands_out(width, levels, hz)}
    band = levels[int(380 / width) : int(800 / width)]
    return frozenset(found | ({MUSIC} if band.max() > LOUD_DB else set()))


async def is_silent(page: Page | Ear) -> bool:
    """Whether nothing at all arrives just now, keys' tones among it."""
    got = await spectrum(page)
    return got is None or not (got[1][int(150 / got[0]) :] > LOUD_DB).any()


async def hears(page: Page | Ear, *who: str, within_s: float = PATIENCE_S) -> None:
    """Waits until exactly these are heard, and stay so for a while. `music` comes and goes with its notes."""
    wanted, seen, steady = frozenset(who), [], 0.0
    loop = asyncio.get_running_loop()
    until, since = loop.time() + within_s, loop.time()
    while loop.time() < until:
        got = await heard(page)
        seen.append(got)
        fits = got == wanted or (MUSIC in wanted and got is not None and got | {MUSIC} == wanted)
        if not fits:
            since = loop.time()
        steady = loop.time() - since
        if steady >= STEADY_S and (MUSIC not in wanted or any(one and MUSIC in one for one in seen[-8:])):
            return
        await asyncio.sleep(0.08)
    raise AssertionError(f"should hear {sorted(wanted)}, heard {[sorted(one) if one else one for one in seen[-8:]]}")


async def hears_speech(page: Page | Ear, within_s: float = PATIENCE_S) -> None:
    """Waits until somebody who is no tone speaks: the reception."""
    loop = asyncio.get_running_loop()
    until = loop.time() + within_s
    while loop.time() < until:
        got = await spectrum(page)
        if got and (got[1][int(150 / got[0]) :] > LOUD_DB).sum() > 20:  # not one narrow tone
            return
        await asyncio.sleep(0.05)
    raise AssertionError("nobody speaks")
