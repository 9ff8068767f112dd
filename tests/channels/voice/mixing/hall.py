"""A mixer without a network: legs that send tones and listen, and ears that tell tones by their spectrum."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from rexian.channels.voice.port import Side
from rexian.channels.voice.webrtc.mixing.facts import FRAME, RATE, Fact, Law
from rexian.channels.voice.webrtc.mixing.g711 import Pcm, decode, encode
from rexian.channels.voice.webrtc.mixing.mixer import Mixer
from rexian.channels.voice.webrtc.mixing.threads import Inline, Threads

Signal = Callable[[int], Pcm]


def sine(hz: float, loud: float = 6_000) -> Signal:
    def at(sample: int) -> Pcm:
        return np.round(loud * np.sin(2 * np.pi * hz * np.arange(sample, sample + FRAME) / RATE)).astype(np.int16)

    return at


def power(sound: Pcm, hz: float, width: float = 12) -> float:
    """Share of the power of `sound` within `width` Hz of `hz`, 0…1."""
    spectrum = np.abs(np.fft.rfft(sound * np.hanning(len(sound)))) ** 2
    bins = np.fft.rfftfreq(len(sound), 1 / RATE)
    return float(spectrum[np.abs(bins - hz) <= width].sum() / max(1e-9, spectrum.sum()))


def loudness(sound: Pcm, hz: float, width: float = 12) -> float:
    """Amplitude of the sine at `hz` within `sound`."""
    return float(np.sqrt(2 * power(sound, hz, width) * np.mean(sound.astype(np.float64) ** 2)))


def rms(sound: npt.NDArray[np.generic]) -> float:
    return float(np.sqrt(np.mean(sound.astype(np.float64) ** 2)))


class Hall:
    """Time is 20 ms a beat; every leg with a tone sends a packet before each of them."""

    def __init__(self, threads: Threads | Inline | None = None) -> None:
        self.now = 100.0
        self.facts: list[Fact] = []
        self.sent: dict[str, list[bytes]] = defaultdict(list)
        self.laws: dict[str, Law] = {}
        self.signals: dict[str, Signal] = {}
        self.samples: dict[str, int] = defaultdict(int)
        self.lost: set[tuple[str, int]] = set()
        self.mixer = Mixer(
            lambda leg, payload: self.sent[leg].append(payload), self.facts.append, lambda: self.now,
            threads or Inline(),
        )  # fmt: skip

    def leg(self, id: str, side: Side = "customer", hz: float = 0, law: Law = "u", loud: float = 6_000) -> str:
        self.mixer.add(id, side, law)
        self.laws[id] = law
        if hz:
            self.signals[id] = sine(hz, loud)
        return id

    def beats(self, count: int = 1) -> None:
        for _ in range(count):
            self.now += 0.02
            for leg, signal in self.signals.items():
                at = self.samples[leg]
                self.samples[leg] += FRAME
                number = at // FRAME
                if (leg, number) not in self.lost:
                    payload = encode(signal(at), self.laws[leg])
                    self.mixer.packet(leg, number & 0xFFFF, at, payload, self.now - 0.005)
            self.mixer.tick()

    def heard(self, leg: str, seconds: float = 1.0) -> Pcm:
        """What `leg` was sent in the last seconds."""
        return decode(b"".join(self.sent[leg][-round(seconds * 50) :]), self.laws[leg])

    def hears(self, leg: str, hz: float) -> bool:
        return loudness(self.heard(leg), hz) > 500

    def facts_of(self, kind: type) -> list[Fact]:
        return [fact for fact in self.facts if isinstance(fact, kind)]
