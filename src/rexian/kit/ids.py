"""Ids: UUID version 7 (RFC 9562) as lower-case strings, so that they sort by the time at which they were made."""

from __future__ import annotations

import os
import re
import threading
import time

_SHAPE = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_COUNTER_BITS = 12


class _Generator:
    """Makes ids that rise strictly within a process: `rand_a` is a counter (RFC 9562, method 1 of section 6.2)."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last_ms = 0
        self._counter = 0

    def make(self, now_ms: int) -> str:
        random = int.from_bytes(os.urandom(8), "big")
        with self._lock:
            if now_ms > self._last_ms:
                self._last_ms = now_ms
                self._counter = random >> 53  # starts in the lower half, so that the millisecond has room to count
            else:
                self._counter += 1
                if self._counter >> _COUNTER_BITS:  # full, or the clock went back: borrow the next millisecond
                    self._last_ms += 1
                    self._counter = 0
            stamp, counter = self._last_ms, self._counter
        number = (stamp & (1 << 48) - 1) << 80 | 7 << 76 | counter << 64 | 2 << 62 | random & (1 << 62) - 1
        text = f"{number:032x}"
        return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


_generator = _Generator()


def new_id() -> str:
    """Return a fresh UUIDv7, e.g. `019ab3c2-7d1e-7a40-9c8f-5b0e6d2f4a11`."""
    return _generator.make(time.time_ns() // 1_000_000)


def is_id(text: object) -> bool:
    """Say whether `text` is a UUID in the one form that the house writes: 36 characters, lower case, any version."""
    return isinstance(text, str) and _SHAPE.fullmatch(text) is not None
