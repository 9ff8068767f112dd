"""Taps: live sound of a leg for somebody else's ears (speech to text, an assistant), and sound put in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np

from rexian.channels.voice.webrtc.mixing.bridge import soften
from rexian.channels.voice.webrtc.mixing.facts import FRAME, RATE
from rexian.channels.voice.webrtc.mixing.g711 import Pcm

What = Literal["in", "out", "both"]
_FRAME_BYTES = 2 * FRAME
_MOST = 2 * 2 * RATE
"""Two seconds, in bytes."""


class Tap:
    """`sink` takes 320 bytes on every beat. Whatever it raises ends the tap."""

    def __init__(self, id: str, leg_id: str, what: What, sink: Callable[[bytes], None]) -> None:
        self.id, self.leg_id, self._what, self._sink = id, leg_id, what, sink

    def give(self, comes: Pcm, goes: Pcm) -> bool:
        """False when the sink is broken."""
        sound = comes if self._what == "in" else goes
        if self._what == "both":
            sound = soften(comes.astype(np.int32)[None] + goes, {0})[0]
        try:
            self._sink(sound.astype("<i2").tobytes())
        except Exception:  # whatever it was, it must not stop the beat of all others
            return False
        return True


class Injected:
    """Sound that a leg is to hear besides. Of what waits, the newest two seconds stay."""

    def __init__(self) -> None:
        self._waiting = bytearray()

    def __bool__(self) -> bool:
        return bool(self._waiting)

    def put(self, pcm: bytes) -> None:
        self._waiting += pcm[: len(pcm) // 2 * 2]
        del self._waiting[: max(0, len(self._waiting) - _MOST)]

    def next(self) -> Pcm | None:
        """20 ms (the last ones filled up with silence), or None when nothing waits."""
        if not self._waiting:
            return None
        piece = bytes(self._waiting[:_FRAME_BYTES]).ljust(_FRAME_BYTES, b"\0")
        del self._waiting[:_FRAME_BYTES]
        return np.frombuffer(piece, "<i2").astype(np.int16)
