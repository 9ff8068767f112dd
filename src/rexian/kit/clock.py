"""Time comes from outside: production has `SystemClock`, tests and drills a `FakeClock`.

All instants are integer milliseconds since 1970 UTC.
"""

from __future__ import annotations

import time
from typing import Protocol, runtime_checkable


@runtime_checkable
class Clock(Protocol):
    """Whatever tells the time."""

    def now_ms(self) -> int:
        """Return the instant in ms since 1970 UTC. Never less than what it returned before."""
        ...


def _steady_ns() -> int:
    """A clock that no one can set. On Linux it goes on while the machine sleeps: a laptop wakes in the present."""
    if hasattr(time, "CLOCK_BOOTTIME"):
        return time.clock_gettime_ns(time.CLOCK_BOOTTIME)
    return time.monotonic_ns()


class SystemClock:
    """The wall clock as it was at the start, carried on by a steady clock: setting the wall clock moves no timer."""

    def __init__(self) -> None:
        self._zero_ns = time.time_ns() - _steady_ns()

    def now_ms(self) -> int:
        return (self._zero_ns + _steady_ns()) // 1_000_000

    def now_s(self) -> float:
        """The same in seconds, as finely as the machine counts."""
        return (self._zero_ns + _steady_ns()) / 1_000_000_000

    def offset_ms(self) -> int:
        """How far the wall clock has been moved since the start (positive: it was set forward). For health pages."""
        return time.time_ns() // 1_000_000 - self.now_ms()


class FakeClock:
    """A clock that stands still until told otherwise."""

    def __init__(self, now_ms: int = 1_760_000_000_000) -> None:
        self._now_ms = now_ms

    def now_ms(self) -> int:
        return self._now_ms

    def advance(self, ms: int) -> int:
        """Move forward by `ms` (at least 0) and return the new instant."""
        if ms < 0:
            raise ValueError("a clock goes forward only")
        self._now_ms += ms
        return self._now_ms

    def set(self, now_ms: int) -> None:
        """Jump to an instant, backwards too: for tests of clock faults."""
        self._now_ms = now_ms
