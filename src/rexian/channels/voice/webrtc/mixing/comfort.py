"""Comfort noise: what a line sounds like when nobody speaks, so that nobody thinks it is dead."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from rexian.channels.voice.webrtc.mixing.facts import FRAME
from rexian.channels.voice.webrtc.mixing.g711 import Pcm

LONE_RMS = 12.0
"""Of 32,768 (-69 dBFS): heard where there is nothing else to hear."""
MOST_RMS = 100.0
"""The loudest that a leg's own noise is imitated: -50 dBFS."""

_LENGTH = 50 * FRAME


def _hiss() -> npt.NDArray[np.float32]:
    """A second of noise, rms 1, softer towards the high: brighter noise is taken for a fault."""
    white = np.random.default_rng(1876).standard_normal(_LENGTH + 2)
    soft = white[:-2] + white[1:-1] + 0.5 * white[2:]
    even: npt.NDArray[np.float32] = (soft / np.sqrt(np.mean(soft**2))).astype(np.float32)
    return even


_HISS = _hiss()
_LONE: list[Pcm] = [
    np.round(_HISS[at : at + FRAME] * LONE_RMS).astype(np.int16) for at in range(0, _LENGTH, FRAME)
]  # fmt: skip


def noise(rms: float, count: int, at: int) -> npt.NDArray[np.float32]:
    """`count` samples (at most 160) of noise; `at`: a count of beats or blocks, so that neighbours differ."""
    start = at * 1_237 % (_LENGTH - FRAME)
    return _HISS[start : start + count] * np.float32(min(rms, MOST_RMS))


def lone(beat: int) -> Pcm:
    """20 ms for a leg that hears nobody."""
    return _LONE[beat % len(_LONE)]
