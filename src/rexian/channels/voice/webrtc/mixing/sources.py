"""What is played: files, tones, music, silence. A source becomes samples at 8,000 Hz once, and is then only read.

Files are read aside, on a thread: a slow disk delays a prompt, never a beat. They are kept in memory, up to a bound,
for as long as the file on the disk is the same.
"""

from __future__ import annotations

import os
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt

from rexian.channels.voice.port import File, Music, Silence, Source, Tone
from rexian.channels.voice.webrtc.mixing import tones
from rexian.channels.voice.webrtc.mixing.facts import FRAME, RATE
from rexian.channels.voice.webrtc.mixing.g711 import Pcm, decode
from rexian.kit.wav import BadWav, Wav, parse

MOST_FILE = 64 << 20
"""Bytes of a file: an hour at 8,000 Hz."""
MOST_CACHE = 128 << 20
"""Bytes of samples kept; the least recently used go first."""
MOST_SILENCE_MS = 3_600_000

Aside = Callable[[Callable[[], None]], object]
"""Runs something on another thread, one after the other."""


class Playable:
    """Samples, and where we are in them."""

    def __init__(self, samples: Pcm, endless: bool) -> None:
        self._samples, self._endless, self._at = samples, endless and len(samples) > 0, 0

    @property
    def over(self) -> bool:
        return not self._endless and self._at >= len(self._samples)

    def next(self) -> Pcm:
        """The next 20 ms; what goes beyond the end is silent."""
        samples, at = self._samples, self._at
        self._at += FRAME
        piece = samples[at : at + FRAME]
        if len(piece) == FRAME:
            return piece
        if self._endless:
            self._at %= len(samples)
            return samples.take(np.arange(at, at + FRAME), mode="wrap")
        return np.concatenate([piece, np.zeros(FRAME - len(piece), np.int16)])


class Library:
    """Turns sources into playables."""

    def __init__(self, aside: Aside) -> None:
        self._aside = aside
        self._kept: OrderedDict[tuple[str, int, int], Pcm] = OrderedDict()
        self._size = 0

    def open(self, source: Source, done: Callable[[Playable | str], None]) -> None:
        """Call `done` with the playable, or with why there is none: at once, or from the thread aside for files."""
        match source:
            case Silence(ms):
                done(Playable(np.zeros(max(0, min(ms, MOST_SILENCE_MS)) * RATE // 1000, np.int16), False))
            case Tone(name):
                done(_tone(name))
            case Music(""):
                done(Playable(tones.music(), True))
            case Music(path) | File(path):
                self._aside(lambda: done(self._file(path, isinstance(source, Music))))

    def _file(self, path: str, endless: bool) -> Playable | str:
        try:
            samples = self._read(path)
        except (OSError, BadWav, ValueError) as wrong:
            return f"{path}: {wrong}"
        return Playable(samples, endless) if len(samples) else f"{path}: it is empty"

    def _read(self, path: str) -> Pcm:
        """Only ever called aside, hence by one thread."""
        state = os.stat(path)
        if state.st_size > MOST_FILE:
            raise BadWav("it is too long")
        key = (path, state.st_mtime_ns, state.st_size)
        if (kept := self._kept.get(key)) is not None:
            self._kept.move_to_end(key)
            return kept
        samples = samples_of(parse(Path(path).read_bytes()))
        self._keep(key, samples)
        return samples

    def _keep(self, key: tuple[str, int, int], samples: Pcm) -> None:
        self._kept[key] = samples
        self._size += samples.nbytes
        while self._size > MOST_CACHE and len(self._kept) > 1:
            _, old = self._kept.popitem(last=False)
            self._size -= old.nbytes


def _tone(name: str) -> Playable | str:
    try:
        return Playable(*tones.named(name))
    except ValueError as wrong:
        return str(wrong)


def samples_of(wav: Wav) -> Pcm:
    """Mono samples at 8,000 Hz. Raises `BadWav` for what the port doesn't promise."""
    if wav.channels != 1 or wav.rate not in (RATE, 2 * RATE):
        raise BadWav(f"{wav.channels} channels at {wav.rate} Hz: one channel at 8000 or 16000 Hz is read")
    if wav.coding == "pcm16":
        samples = np.frombuffer(wav.data[: len(wav.data) // 2 * 2], "<i2").astype(np.int16)
    else:
        samples = decode(wav.data, "u" if wav.coding == "ulaw" else "a")
    return samples if wav.rate == RATE else halved(samples)


def _low_pass() -> npt.NDArray[np.float64]:
    """63 taps, a sinc in a Blackman window: flat to 3.4 kHz, 60 dB down from 4.3 kHz on."""
    n = np.arange(-31, 32)
    taps = np.sinc(n * 0.475) * np.blackman(63)
    flat: npt.NDArray[np.float64] = taps / taps.sum()
    return flat


def halved(samples: Pcm) -> Pcm:
    """From 16,000 to 8,000 Hz."""
    if not len(samples):
        return samples
    smooth = np.convolve(samples.astype(np.float64), _low_pass())[31 : 31 + len(samples)]
    return np.round(smooth[::2]).clip(-32_768, 32_767).astype(np.int16)
