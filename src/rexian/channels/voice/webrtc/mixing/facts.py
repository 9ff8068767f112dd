"""What the mixer tells: what has ended, and how a leg sounds."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from rexian.kit.g711 import Law as Law

RATE = 8_000
"""Samples a second, everywhere."""
FRAME = 160
"""Samples of a beat: 20 ms."""
BEATS_A_SECOND = RATE // FRAME


class PlaybackDone(Struct, frozen=True, kw_only=True):
    """`failed`: the file can't be read, or there is no such tone."""

    leg_id: str
    playback_id: str
    why: Literal["finished", "stopped", "failed"] = "finished"


class RecordingDone(Struct, frozen=True, kw_only=True):
    """The file is closed. `sha256` (hex) and `size` (bytes) are of the sealed file; empty when there is none.

    `duration_ms` is what can be played of it. `trouble`: what the system said, for the log.
    """

    recording_id: str
    bridge_id: str
    duration_ms: int
    size: int
    sha256: str
    why: Literal["stopped", "leg_ended", "disk_full", "failed"] = "stopped"
    trouble: str = ""
    path: str = ""


class TapDone(Struct, frozen=True, kw_only=True):
    """The leg is gone, the tap was closed, or its sink raised."""

    tap_id: str


Fact = PlaybackDone | RecordingDone | TapDone


class LegSound(Struct, frozen=True, kw_only=True):
    """How a leg's sound comes in. Counts are packets since `add`; `loss` is of the last five seconds, 0…1.

    `loss` counts what never came or came too late to be played. `jitter_ms` as RFC 3550 section 6.4.1 has it;
    `depth_ms` is how far behind the quickest packet we play, `target_ms` where that wants to be. `silent_ms`: since
    when no packet came, from `add` on. `mos`: 1…4.5 by the E-model (ITU-T G.107), from loss and our own delay.
    """

    jitter_ms: float = 0.0
    loss: float = 0.0
    mos: float = 4.4
    received: int = 0
    sent: int = 0
    lost: int = 0
    late: int = 0
    duplicates: int = 0
    refused: int = 0
    depth_ms: float = 0.0
    target_ms: float = 0.0
    silent_ms: int = 0
