"""The mixer: all legs of the engine, beat by beat."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from rexian.channels.voice.port import Music, RecordingOrder, Role, Side, Source
from rexian.channels.voice.webrtc.mixing.facts import Fact, Law, LegSound


class Mixer:
    """Takes G.711 packets of all legs, and on every beat gives each leg what it is to hear.

    `send(leg_id, payload)`: 160 bytes in the leg's law, for every leg on every beat. `emit(fact)`: told within `tick`, or
    within the call that ends something. `now()`: seconds of a clock that never goes back, the same as `arrived_s`.
    All methods are for one thread. Asked again, a method changes nothing. What needs a leg, bridge or recording that
    isn't there raises `port.Gone`; what ends something (`remove`, `leave`, `destroy_bridge`, `stop_…`, `close_tap`)
    does nothing then.
    """

    def __init__(
        self, send: Callable[[str, bytes], None], emit: Callable[[Fact], None], now: Callable[[], float]
    ) -> None: ...

    # legs
    def add(self, leg_id: str, side: Side, law: Law) -> None:
        """A leg begins, alone. Again: goes on with another law, as after a reconnection (its buffer starts afresh)."""
        raise NotImplementedError

    def remove(self, leg_id: str) -> None:
        """The leg is gone: out of its bridge, its playback `stopped`, its taps done."""
        raise NotImplementedError

    def packet(self, leg_id: str, seq: int, timestamp: int, payload: bytes, arrived_s: float) -> None:
        """One RTP packet's sound: 10 ms to 120 ms in steps of 10. An unknown leg's is dropped; nothing raises."""
        raise NotImplementedError

    def tick(self) -> None:
        """One beat of 20 ms for all legs. Beats that were missed are not made up: call it once per beat due."""
        raise NotImplementedError

    def hold(self, leg_id: str, on: bool, music: Music | None = None) -> None:
        raise NotImplementedError

    def mute(self, leg_id: str, on: bool) -> None:
        raise NotImplementedError

    def statistics(self, leg_id: str) -> LegSound:
        raise NotImplementedError

    # bridges
    def create_bridge(self, bridge_id: str) -> None:
        raise NotImplementedError

    def destroy_bridge(self, bridge_id: str) -> None:
        """Its legs stay, alone; its recording ends."""
        raise NotImplementedError

    def join(self, bridge_id: str, leg_id: str, role: Role = "talk") -> None:
        """Put a leg into a bridge (out of the one where it was), or change its role there."""
        raise NotImplementedError

    def leave(self, leg_id: str) -> None:
        raise NotImplementedError

    # playing
    def play(self, leg_id: str, playback_id: str, source: Source) -> None:
        """Play at once, in place of what it played before (that is `stopped`)."""
        raise NotImplementedError

    def stop_playback(self, leg_id: str, playback_id: str) -> None:
        raise NotImplementedError

    # recording
    def record(self, bridge_id: str, order: RecordingOrder) -> None:
        """Record a bridge; what was recorded of it under another id before is `stopped`."""
        raise NotImplementedError

    def pause_recording(self, recording_id: str, on: bool) -> None:
        raise NotImplementedError

    def stop_recording(self, recording_id: str) -> None:
        """`RecordingDone` follows when the file is on the disk."""
        raise NotImplementedError

    # taps
    def open_tap(
        self, tap_id: str, leg_id: str, what: Literal["in", "out", "both"], sink: Callable[[bytes], None]
    ) -> None:
        """Give `sink` 320 bytes (16-bit little-endian PCM) on every beat; it must not block."""
        raise NotImplementedError

    def inject(self, leg_id: str, pcm: bytes) -> None:
        """Add to what the leg is to hear; of what waits, the newest two seconds are kept."""
        raise NotImplementedError

    def close_tap(self, tap_id: str) -> None:
        raise NotImplementedError

    def close(self, wait_s: float = 5.0) -> None:
        """End all recordings (`stopped`), tell it, and let go of the threads. Call it when the process ends."""
        raise NotImplementedError
