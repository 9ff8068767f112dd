"""What comes in: packets of all legs become 20 ms of samples for each, in one array."""

from __future__ import annotations

import heapq
from collections import deque

import numpy as np

from rexian.channels.voice.webrtc.mixing.conceal import HISTORY, Concealer, splice
from rexian.channels.voice.webrtc.mixing.facts import FRAME, Law, LegSound
from rexian.channels.voice.webrtc.mixing.g711 import DECODE, LAW_OUT, Pcm, decode
from rexian.channels.voice.webrtc.mixing.jitter import JitterBuffer, Kind
from rexian.channels.voice.webrtc.mixing.quality import mos

_PAST = HISTORY // FRAME
_HALF = FRAME // 2
_WHOLE = Kind.WHOLE


class Ear:
    """One leg's way in. `slot`: its row in the arrays."""

    def __init__(self, intake: Intake, slot: int, law: Law, now_s: float) -> None:
        self._intake, self.slot, self.law = intake, slot, law
        self.jitter = JitterBuffer(self.quiet)
        self.concealer = Concealer()
        self.heard_s = now_s
        self._marks: deque[tuple[int, int]] = deque([(0, 0)], maxlen=6)

    def packet(self, seq: int, timestamp: int, payload: bytes, arrived_s: float) -> None:
        self.heard_s = max(self.heard_s, arrived_s)
        self.jitter.put(seq, timestamp, payload, arrived_s * 1000)

    def quiet(self) -> bool:
        return self._intake.quiet(self.slot)

    def mark(self) -> None:
        """Called once a second: from these the loss of the last five is told."""
        self._marks.append(self._counts())

    def sound(self, now_s: float, sent: int) -> LegSound:
        jitter, depth = self.jitter, max(0.0, self.jitter.depth_ms(now_s * 1000))
        (expected, missing), (before, missed) = self._counts(), self._marks[0]
        loss = min(1.0, max(0, missing - missed) / max(1, expected - before))
        return LegSound(
            jitter_ms=round(jitter.jitter_ms, 2), loss=round(loss, 4), mos=round(mos(loss, 40 + depth), 2),
            received=jitter.received, sent=sent, lost=jitter.lost, late=jitter.late, duplicates=jitter.duplicates,
            refused=jitter.refused, depth_ms=round(depth, 1), target_ms=round(jitter.target_ms, 1),
            silent_ms=max(0, int((now_s - self.heard_s) * 1000)),
        )  # fmt: skip

    def _counts(self) -> tuple[int, int]:
        return self.jitter.received + self.jitter.lost, self.jitter.lost + self.jitter.late


class Intake:
    """All ears. Arrays have a row for every slot; slots of legs that are gone are used again, lowest first."""

    def __init__(self) -> None:
        self.rows = 0
        self._free: list[int] = []
        self._laws = np.zeros((0, 1), np.int16)
        self._past: list[Pcm] = [np.zeros((0, FRAME), np.int16)] * _PAST
        self._floor = np.zeros(0, np.float32)
        self._beat = 0

    def open(self, law: Law, now_s: float) -> Ear:
        if not self._free:
            self._grow(max(8, 2 * self.rows))
        ear = Ear(self, heapq.heappop(self._free), law, now_s)
        self._laws[ear.slot] = LAW_OUT[law]
        for past in self._past:
            past[ear.slot] = 0
        self._floor[ear.slot] = 10
        return ear

    def close(self, ear: Ear) -> None:
        heapq.heappush(self._free, ear.slot)

    def quiet(self, slot: int) -> bool:
        """Was what came last about as soft as this leg's background?"""
        last = self._past[-1][slot].astype(np.float32)
        return bool(np.sqrt(np.mean(last**2)) < max(60.0, 3 * self._floor[slot]))

    def beat(self, ears: list[Ear], now_s: float) -> Pcm:
        """20 ms of every leg; rows of slots without one are of no meaning."""
        now_ms, coded = now_s * 1000, bytearray(self.rows * FRAME)
        special: list[tuple[Ear, Kind, bytes]] = []
        for ear in ears:
            kind, data = ear.jitter.take(now_ms)
            if kind is _WHOLE:
                at = ear.slot * FRAME
                coded[at : at + FRAME] = data
                if not ear.concealer.active:
                    continue
            special.append((ear, kind, data))
        sound: Pcm = DECODE.take(np.frombuffer(coded, np.uint8).reshape(-1, FRAME) + self._laws)
        for ear, kind, data in special:
            sound[ear.slot] = self._mended(ear, kind, data)
        self._remember(sound)
        return sound

    def _mended(self, ear: Ear, kind: Kind, data: bytes) -> Pcm:
        """20 ms of a leg for which not all is as it should be."""
        if kind is Kind.NEVER:
            return np.zeros(FRAME, np.int16)
        floor, concealer = float(self._floor[ear.slot]), ear.concealer
        past = np.concatenate([past[ear.slot] for past in self._past])
        if kind is Kind.NOTHING:
            return concealer.fill(past, FRAME, floor)
        sound = decode(data, ear.law)
        if kind is Kind.SECOND:
            made = concealer.fill(past, _HALF, floor)
            return np.concatenate([made, concealer.resume(sound[_HALF:], floor)])
        if kind is Kind.SHORT:
            sound = splice(sound[:FRAME], sound[_HALF:])
        elif kind is Kind.LONG:
            sound = splice(sound, np.concatenate([past[-_HALF:], sound[:_HALF]]))
        if concealer.active:
            sound = concealer.resume(sound, floor)
        if kind is Kind.FIRST:
            past = np.concatenate([past[_HALF:], sound[:_HALF]])
            sound = np.concatenate([sound[:_HALF], concealer.fill(past, _HALF, floor)])
        return sound

    def _remember(self, sound: Pcm) -> None:
        self._past = [*self._past[1:], sound]
        self._beat += 1
        if self._beat % 5 == 0:  # the background is the softest of late: down at once, up by 30 % a second
            loud = np.sqrt(np.mean(sound.astype(np.float32) ** 2, axis=1))
            self._floor = np.maximum(1.0, np.minimum(loud, self._floor * np.float32(1.03)))

    def _grow(self, rows: int) -> None:
        more = rows - self.rows
        self._free = list(range(self.rows, rows))
        self._laws = np.concatenate([self._laws, np.zeros((more, 1), np.int16)])
        self._past = [np.concatenate([past, np.zeros((more, FRAME), np.int16)]) for past in self._past]
        self._floor = np.concatenate([self._floor, np.full(more, 10, np.float32)])
        self.rows = rows
