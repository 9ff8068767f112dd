"""Keys as telephone events (RFC 4733): each heard once however its packets come, and sent with the end told thrice."""

from __future__ import annotations

from collections import deque
from typing import NamedTuple

KEYS = "0123456789*#ABCD"
CLOCK_KHZ = 8
LOST_END_S = 0.5
"""An event whose updates stop without an end is over after so long."""
LONGEST_MS = 5_000
"""A key that never ends is told after this, once; its further packets are ignored."""
_STEP = 160  # 20 ms of timestamp
_END_COPIES = 3


class Key(NamedTuple):
    digit: str
    duration_ms: int


class _Event(NamedTuple):
    timestamp: int
    event: int
    duration: int  # in ticks
    at: float


class Receiver:
    """Hears keys. Feed `packet`, and `tick` now and then; both give the key that has just ended, or None."""

    def __init__(self) -> None:
        self._open: _Event | None = None
        self._told: int | None = None  # timestamp of the last event that was told

    def packet(self, timestamp: int, payload: bytes, now: float) -> list[Key]:
        """Take one telephone-event payload. Several keys can end at once: a lost end and the next one's."""
        if len(payload) < 4 or payload[0] >= len(KEYS) or self._is_old(timestamp):
            return []
        told = []
        if self._open is not None and self._open.timestamp != timestamp:
            told.append(self._tell(self._open))
        duration = int.from_bytes(payload[2:4], "big")
        if self._open is not None:
            duration = max(duration, self._open.duration)
        self._open = _Event(timestamp, payload[0], duration, now)
        if payload[1] & 0x80 or duration >= LONGEST_MS * CLOCK_KHZ:
            told.append(self._tell(self._open))
        return told

    def tick(self, now: float) -> list[Key]:
        """End an event whose packets have stopped coming."""
        if self._open is None or now - self._open.at < LOST_END_S:
            return []
        return [self._tell(self._open)]

    def _is_old(self, timestamp: int) -> bool:
        """An event that was told already, or one before it that was overtaken."""
        return self._told is not None and (self._told - timestamp) & 0xFFFFFFFF < 0x80000000

    def _tell(self, event: _Event) -> Key:
        self._told, self._open = event.timestamp, None
        return Key(KEYS[event.event], min(event.duration // CLOCK_KHZ, LONGEST_MS))


class Sender:
    """Gives one event payload per beat of 20 ms while there are keys to send, else None."""

    def __init__(self, key_ms: int = 100, gap_ms: int = 80) -> None:
        self._waiting: deque[str] = deque()
        self._beats = key_ms // 20
        self._gap = gap_ms // 20
        self._at = 0  # beats since the present key began

    def press(self, digits: str) -> None:
        """Queue keys; at most 64 wait. Raises ValueError for what is no key."""
        if any(digit not in KEYS for digit in digits):
            raise ValueError(f"not a key: {digits!r}")
        self._waiting.extend(digits[: max(0, 64 - len(self._waiting))])

    def next(self, timestamp: int) -> tuple[int, bool, bytes] | None:
        """(timestamp of the key's begin, marker, payload) for this beat; None: send sound."""
        if not self._waiting:
            return None
        beat, self._at = self._at, self._at + 1
        if beat >= self._beats + _END_COPIES:
            if beat + 1 >= self._beats + _END_COPIES + self._gap:
                self._waiting.popleft()
                self._at = 0
            return None
        ended = beat >= self._beats
        duration = _STEP * (self._beats if ended else beat + 1)
        payload = bytes([KEYS.index(self._waiting[0]), (0x80 if ended else 0) | 10]) + duration.to_bytes(2, "big")
        return (timestamp - _STEP * beat) & 0xFFFFFFFF, beat == 0, payload
