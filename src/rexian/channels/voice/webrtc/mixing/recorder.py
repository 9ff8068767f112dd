"""Recordings: two tracks of G.711 in a sealed WAV file, written aside so that a slow disk never delays a beat.

A beat only appends 320 bytes; once a second they go to the thread aside. What that thread has to tell it leaves in a
basket that the mixer empties on its beats. If the disk stays away for half a minute the recording ends (`failed`); if
it is full, it ends (`disk_full`) with what is there; the call goes on either way.
"""

from __future__ import annotations

import errno
from collections import deque
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Literal

import numpy as np

from rexian.channels.voice.port import RecordingOrder
from rexian.channels.voice.webrtc.mixing.bridge import Place, Rounds, soften
from rexian.channels.voice.webrtc.mixing.facts import FRAME, RATE, RecordingDone
from rexian.channels.voice.webrtc.mixing.sources import Aside
from rexian.channels.voice.webrtc.mixing.wav import HEADER, header
from rexian.kit.g711 import ENCODE, SILENCE, Pcm
from rexian.kit.sealed import Sealed, SealedWriter

_BEATS = 50  # a second
_MOST_WAITING = 30  # seconds that the disk may be behind
_SILENT = bytes([SILENCE["u"]]) * (2 * FRAME)
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


Why = Literal["stopped", "leg_ended", "disk_full", "failed"]


class Recording:
    """One of them. `add` and `stop` are called on the beat's thread, what begins with `_aside` on the other."""

    def __init__(self, bridge_id: str, order: RecordingOrder, aside: Aside, basket: deque[RecordingDone]) -> None:
        self.id, self.bridge_id, self.paused = order.id, bridge_id, False
        self._order, self._run, self._basket = order, aside, basket
        self._buffer = bytearray()
        self._given = self._written = 0  # pieces; each is counted by one thread only
        self._over = False
        self._writer: SealedWriter | None = None
        aside(self._aside_open)

    def add(self, both: bytes) -> None:
        """A beat: 160 samples left and right in turns. Does nothing once it is over."""
        if self._over:
            return
        self._buffer += both
        if len(self._buffer) >= _BEATS * 2 * FRAME:
            self._flush()
            if self._given - self._written > _MOST_WAITING:
                self.stop("failed", "the disk is too slow")

    def stop(self, why: Why = "stopped", trouble: str = "") -> None:
        if not self._over:
            self._flush()
            self._over = True
            self._run(lambda: self._aside_close(why, trouble))

    def _flush(self) -> None:
        piece = bytes(self._buffer)
        self._buffer.clear()
        self._given += 1
        self._run(lambda: self._aside_write(piece))

    def _aside_open(self) -> None:
        try:
            self._writer = SealedWriter(Path(self._order.path), self._order.key)
            self._writer.write(header("ulaw", 2, RATE))
        except (OSError, ValueError) as wrong:
            self._aside_fail(wrong)

    def _aside_write(self, piece: bytes) -> None:
        self._written += 1
        if self._writer:
            try:
                self._writer.write(piece)
            except OSError as wrong:
                self._aside_fail(wrong)

    def _aside_close(self, why: Why, trouble: str) -> None:
        if self._writer:
            try:
                self._tell(self._writer.close(), why, trouble)
            except OSError as wrong:
                self._aside_fail(wrong)

    def _aside_fail(self, wrong: Exception) -> None:
        """No more can be written: end with what is there."""
        full = isinstance(wrong, OSError) and wrong.errno in _FULL
        there = self._writer.close() if self._writer else None
        self._tell(there, "disk_full" if full else "failed", str(wrong))

    def _tell(self, there: Sealed | None, why: Why, trouble: str) -> None:
        self._over, self._writer = True, None
        sound = max(0, there.plain_size - HEADER) if there else 0
        done = RecordingDone(
            recording_id=self.id,
            bridge_id=self.bridge_id,
            duration_ms=sound // 2 * 1000 // RATE,
            size=there.size if there else 0,
            sha256=there.sha256 if there else "",
            why=why,
            trouble=trouble,
            path=self._order.path,
        )
        self._basket.append(done)


class Recorder:
    """All recordings that run. `done` is the basket."""

    def __init__(self, aside: Aside) -> None:
        self._aside = aside
        self.done: deque[RecordingDone] = deque()
        self.running: dict[str, Recording] = {}
        self._order: list[Recording] = []
        self._rounds = Rounds()

    def begin(self, bridge_id: str, order: RecordingOrder) -> None:
        self.running[order.id] = Recording(bridge_id, order, self._aside, self.done)

    def of_bridge(self, bridge_id: str) -> Recording | None:
        return next((one for one in self.running.values() if one.bridge_id == bridge_id), None)

    def end(self, recording_id: str, why: Why = "stopped") -> None:
        if one := self.running.pop(recording_id, None):
            one.stop(why)

    def arrange(self, places: Callable[[str], Iterable[Place]]) -> None:
        """Who is on which track from now on. Whispers are for the agent's ear, not for the record."""
        self._order = list(self.running.values())
        tracks: list[tuple[int, list[int]]] = []
        for number, one in enumerate(self._order):
            heard = [place for place in places(one.bridge_id) if place.speaks and place.role != "whisper"]
            tracks.append((2 * number, [place.slot for place in heard if place.side == "customer"]))
            tracks.append((2 * number + 1, [place.slot for place in heard if place.side != "customer"]))
        self._rounds = Rounds(tracks)

    def beat(self, sound: Pcm) -> None:
        if not self._order:
            return
        sums = np.zeros((2 * len(self._order), FRAME), np.int32)
        self._rounds.add_to(sums, sound)
        coded = ENCODE.take(soften(sums, self._rounds.summed).astype(np.int32) + 32_768)
        both = coded.reshape(-1, 2, FRAME).transpose(0, 2, 1).tobytes()
        for number, one in enumerate(self._order):
            one.add(_SILENT if one.paused else both[number * 2 * FRAME : (number + 1) * 2 * FRAME])
