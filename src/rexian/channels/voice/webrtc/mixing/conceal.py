"""Concealing what is missing, in the spirit of G.711 Appendix I: the last pitch period goes on, and fades.

Unlike the appendix nothing is delayed by 3.75 ms to smooth the joint. The period that is repeated is smoothed at its
own end, and what step remains at the joint is spread over the first 4 ms. After 10 ms it fades; from 60 ms on only
noise as loud as the leg's own background is left.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from rexian.channels.voice.webrtc.mixing.comfort import noise
from rexian.channels.voice.webrtc.mixing.g711 import Pcm

HISTORY = 480
"""Samples of the past that are looked at: 60 ms."""
_SHORTEST, _LONGEST = 40, 120  # samples of a pitch period: 200 Hz to 66 Hz
_COMPARED = 160
_FULL, _GONE = 80, 480  # samples after which it begins to fade, and is gone
_JOINT = 32

Real = npt.NDArray[np.float32]


def pitch(past: Real) -> int:
    """The period, in samples, at which the last 20 ms of `past` resemble what was before them most."""
    recent = past[-_COMPARED:]
    earlier = np.lib.stride_tricks.sliding_window_view(past[-_COMPARED - _LONGEST : -_SHORTEST], _COMPARED)
    energy = np.einsum("ij,ij->i", earlier, earlier)
    likeness = (earlier @ recent) / np.sqrt(energy + 1.0)
    return _LONGEST - int(np.argmax(likeness))


def _period(past: Real, period: int, count: int) -> Real:
    """The last `count` periods, their end bent so that they can be played in a circle."""
    length, bend = count * period, period // 4
    ring = past[-length:].copy()
    before = past[-length - bend : -length]
    up = np.linspace(0, 1, bend, endpoint=False, dtype=np.float32)
    ring[-bend:] = ring[-bend:] * (1 - up) + before * up
    return ring


class Concealer:
    """Of one leg. `active`: the last that it gave was made up, so that what comes next must be led in by `resume`."""

    def __init__(self) -> None:
        self.active = False
        self._made = self._beat = 0
        self._past: Real = np.zeros(HISTORY, np.float32)
        self._period = _LONGEST
        self._ring: Real = self._past[-_LONGEST:]
        self._step = np.float32(0)

    def fill(self, past: Pcm, count: int, floor: float) -> Pcm:
        """`count` samples to follow `past` (its last 480). `floor`: rms of the leg's background."""
        if not self.active:
            self._begin(past.astype(np.float32))
        made = self._go_on(count, floor)
        self._made += count
        return np.round(np.clip(made, -32_768, 32_767)).astype(np.int16)

    def resume(self, sound: Pcm, floor: float) -> Pcm:
        """Lead into `sound`, which is there again: longer after a longer gap."""
        length = min(80, _JOINT + self._made // 80 * 32, len(sound))
        made = self._go_on(length, floor)
        up = np.linspace(0, 1, length, endpoint=False, dtype=np.float32)
        joined = sound.copy()
        joined[:length] = np.round(np.clip(made * (1 - up) + sound[:length] * up, -32_768, 32_767))
        self.active = False
        return joined

    def _begin(self, past: Real) -> None:
        self.active, self._made, self._past = True, 0, past
        self._period = pitch(past)
        self._ring = _period(past, self._period, 1)
        self._step = past[-1] - self._ring[-1]

    def _go_on(self, count: int, floor: float) -> Real:
        """The next samples; they are not counted as made (`resume` needs them only to fade them out)."""
        self._beat += 1
        if self._made >= _GONE:
            return noise(floor, count, self._beat)
        where = np.arange(self._made, self._made + count)
        voice = self._voice(where)
        loud = np.clip((_GONE - where) / (_GONE - _FULL), 0, 1).astype(np.float32)
        return voice * loud + noise(floor, count, self._beat) * (1 - loud)

    def _voice(self, where: npt.NDArray[np.int64]) -> Real:
        """One period in a circle, then two, then three: a single one soon sounds like a machine."""
        periods = min(3, 1 + int(where[0]) // 160)
        if len(self._ring) < periods * self._period:
            self._ring = _period(self._past, self._period, periods)
        voice: Real = self._ring.take(where, mode="wrap")
        joint = np.clip(1 - (where + 1) / _JOINT, 0, 1).astype(np.float32)
        return voice + self._step * joint


def splice(first: Pcm, second: Pcm) -> Pcm:
    """Begin as `first`, end as `second` (both 160 samples), changing over within 5 ms where they are most alike."""
    width, apart = 40, (first.astype(np.float32) - second) ** 2
    total = np.concatenate([[0.0], np.cumsum(apart)])
    start = int(np.argmin(total[width:] - total[:-width]))
    up = np.linspace(0, 1, width, dtype=np.float32)
    joined = np.concatenate([first[:start], first[start : start + width], second[start + width :]])
    mixed = first[start : start + width] * (1 - up) + second[start : start + width] * up
    joined[start : start + width] = np.round(mixed)
    return joined
