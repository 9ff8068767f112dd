"""The beat of 20 ms, without drift, and how late it comes: what tells first that the machine has too much to do."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable

BEAT_S = 0.02
CATCH_UP = 3
"""Beats made up for at once: a browser's jitter buffer takes 60 ms of burst; what is older is better left out."""
_KEPT = 500  # ten seconds


class Schedule:
    """When the next beat is due and how many are to be made now. Pure: time is given, in seconds."""

    def __init__(self, now: float) -> None:
        self.next_at = now + BEAT_S
        self.late: deque[float] = deque(maxlen=_KEPT)
        self.left_out = 0

    def due(self, now: float) -> int:
        """Beats to make now, 0…CATCH_UP. After a long stop (SIGSTOP, a sleeping laptop) the rest is left out."""
        if now < self.next_at:
            return 0
        self.late.append(now - self.next_at)
        behind = int((now - self.next_at) / BEAT_S) + 1
        make = min(behind, CATCH_UP)
        self.left_out += behind - make
        self.next_at += behind * BEAT_S
        return make

    def late_ms(self, share: float = 0.99, newest: int = _KEPT) -> float:
        """Lateness in ms that `share` of the newest beats stayed below."""
        values = sorted(list(self.late)[-newest:])
        return values[min(len(values) - 1, int(len(values) * share))] * 1_000 if values else 0.0

    @property
    def recent_ms(self) -> float:
        """What nine beats in ten of the last two seconds stayed below; 0 in the first second."""
        return self.late_ms(0.9, 100) if len(self.late) >= 50 else 0.0


class Beat:
    """Calls `tick` by the schedule on the running event loop, until stopped."""

    def __init__(self, tick: Callable[[], None]) -> None:
        self._tick = tick
        self._loop = asyncio.get_running_loop()
        self._handle: asyncio.TimerHandle | None = None
        self.schedule = Schedule(time.monotonic())

    def start(self) -> None:
        # Not by the loop's own clock: uvloop's stands still within a turn, and would hide the lateness of a long one.
        wait = self.schedule.next_at - time.monotonic()
        self._handle = self._loop.call_later(max(0.0, wait), self._go)

    def stop(self) -> None:
        if self._handle is not None:
            self._handle.cancel()

    def _go(self) -> None:
        try:
            for _ in range(self.schedule.due(time.monotonic())):
                self._tick()
        finally:
            self.start()
