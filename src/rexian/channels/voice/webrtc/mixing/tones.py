"""Sounds that the engine makes itself: the tones of a telephone, and gentle music to wait by.

Tones are those that callers in China know (450 Hz, YD/T 5015): ringback 1 s on, 4 s off; busy 0.35 s on and off.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from rexian.channels.voice.webrtc.mixing.facts import RATE
from rexian.channels.voice.webrtc.mixing.g711 import Pcm

Real = npt.NDArray[np.float64]

_LOUD = 5_000  # -16 dB of full scale, as tones on a line are
MUSIC_HZ = (392.00, 493.88, 523.25, 587.33, 659.26, 783.99)
"""The notes of the hold music, G4 B4 C5 D5 E5 G5: four fifths of its power lie within 15 Hz of these."""
_G, _B, _C, _D, _E, _G2 = MUSIC_HZ
_BARS = (
    (_G, _B, _D, _G2, _D, _B), (_E, _B, _G2, _E, _B, _G), (_C, _E, _G2, _E, _C, _G), (_D, _G2, _B, _D, _G, _B),
    (_G, _D, _B, _G2, _B, _D), (_B, _E, _G, _E, _G2, _E), (_G, _C, _E, _G2, _E, _C), (_D, _G, _B, _D, _G2, _D),
)  # fmt: skip
_NOTE_S, _RINGS_S = 0.45, 1.8
_SOFT = 3_000


def tone(hz: float, seconds: float, loud: float = _LOUD) -> Pcm:
    """A sine that begins and ends softly, within 5 ms."""
    count = round(seconds * RATE)
    wave = loud * np.sin(2 * np.pi * hz * np.arange(count) / RATE)
    edge = np.minimum(1.0, np.minimum(np.arange(count), np.arange(count)[::-1]) / (0.005 * RATE))
    return np.round(wave * edge).astype(np.int16)


def _rest(seconds: float) -> Pcm:
    return np.zeros(round(seconds * RATE), np.int16)


@lru_cache(maxsize=64)
def named(name: str) -> tuple[Pcm, bool]:
    """The sound of `port.Tone`, and whether it goes on in a circle. Raises `ValueError` when there is none so named."""
    match name:
        case "ringback":
            return np.concatenate([tone(450, 1.0), _rest(4.0)]), True
        case "busy":
            return np.concatenate([tone(450, 0.35), _rest(0.35)]), True
        case "beep":
            return tone(1_000, 0.25), False
        case "connected":
            return np.concatenate([tone(587.33, 0.08), _rest(0.02), tone(783.99, 0.1)]), False
    hz = float(name) if name.replace(".", "", 1).isdecimal() and name.isascii() else 0.0
    if not 20 <= hz <= 3_900:
        raise ValueError(f"no tone is called {name[:40]!r}")
    return _endless(hz), True


def _endless(hz: float) -> Pcm:
    """A sine of any frequency that closes in a circle: as near to ten seconds as whole periods come out even."""
    periods = round(hz * 10)
    count = round(periods * RATE / hz)
    wave = _LOUD * np.sin(2 * np.pi * periods * np.arange(count) / count)
    return np.round(wave).astype(np.int16)


@lru_cache(maxsize=1)
def music() -> Pcm:
    """21.6 s of slow broken chords in G, in a circle: what rings on at the end sounds into the beginning."""
    notes = [hz for bar in _BARS for hz in bar]
    length = round(len(notes) * _NOTE_S * RATE)
    whole = np.zeros(length)
    for number, hz in enumerate(notes):
        note = _note(hz, accent=number % 6 == 0)
        start = round(number * _NOTE_S * RATE)
        np.add.at(whole, np.arange(start, start + len(note)) % length, note)
    loop: Pcm = np.round(whole * (_SOFT / np.sqrt(np.mean(whole**2)))).clip(-32_000, 32_000).astype(np.int16)
    return loop


def _note(hz: float, accent: bool) -> Real:
    """Struck softly, ringing out: mostly its fundamental, a little of the octave above."""
    t = np.arange(round(_RINGS_S * RATE)) / RATE
    body = np.sin(2 * np.pi * hz * t) * np.exp(-t / 0.5) + 0.15 * np.sin(4 * np.pi * hz * t) * np.exp(-t / 0.2)
    edges = np.minimum(1.0, t / 0.02) * np.minimum(1.0, (_RINGS_S - t) / 0.2)
    sound: Real = body * edges * (1.25 if accent else 1.0)
    return sound
