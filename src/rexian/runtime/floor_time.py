"""The floor's own time: the clock's, but never before what its journal already says (FAULTS 33)."""

from __future__ import annotations

from rexian.kit.clock import Clock

_CATCH_UP = 10  # a floor that is ahead runs a tenth slower until the clock has caught up


class FloorTime:
    """After a restart the clock may be behind the journal (somebody had set it). The floor's time then goes on from the
    journal's last instant, slightly slower than the clock, instead of standing still or jumping back.
    """

    def __init__(self, clock: Clock, last_at: int) -> None:
        self._clock = clock
        self._started = clock.now_ms()
        self._ahead = max(0, last_at - self._started)
        self._last = last_at

    def now_ms(self) -> int:
        """Return the instant to stamp now, in ms since 1970 UTC."""
        now = self._clock.now_ms()
        ahead = max(0, self._ahead - max(0, now - self._started) // _CATCH_UP)
        self._last = max(self._last, now + ahead)
        return self._last
