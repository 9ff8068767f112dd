"""How many legs this machine carries: by order, or measured from the process's own load."""

from __future__ import annotations

from rexian.channels.voice.port import Side
from rexian.channels.voice.room import has_place, is_full

UNMEASURED = 80
"""Legs admitted before anything was measured: 40 calls on one core, as the first measurements gave."""
LEAST, MOST = 8, 2_000
FULL = 0.7
"""Share of one core at which we stop: handshakes and keys come in bursts."""
MEASURED_FROM = 10
"""With fewer legs the load is mostly what runs anyhow, and says nothing of one leg."""


class Admission:
    """Decides who comes in. `most` legs by order; 0: measured.

    `late_ms`: when one beat in ten comes later than this, the next leg would be heard by all, and is refused.
    """

    def __init__(self, most: int = 0, late_ms: float = 20.0) -> None:
        self.most = most
        self._late_ms = late_ms
        self.cpu = 0.0
        self._per_leg: float | None = None
        self._before: tuple[float, float] | None = None

    def measure(self, now: float, cpu_s: float, legs: int) -> None:
        """Note the process's CPU seconds so far; call it about once a second."""
        if self._before is not None and now > self._before[0]:
            share = (cpu_s - self._before[1]) / (now - self._before[0])
            self.cpu += 0.3 * (share - self.cpu)
            if legs >= MEASURED_FROM:
                self._per_leg = self.cpu / legs
        self._before = (now, cpu_s)

    @property
    def capacity(self) -> int:
        """Legs that are admitted."""
        if self.most:
            return self.most
        if not self._per_leg:
            return UNMEASURED
        return max(LEAST, min(MOST, int(FULL / self._per_leg)))

    def admits(self, side: Side, customers: int, others: int, late_ms: float) -> bool:
        """Say whether one more leg may come. `late_ms`: what nine beats in ten of the last two seconds stayed below.

        Each customer who is in has a place for whoever answers them: it is kept, however late and full it is.
        """
        late = late_ms >= self._late_ms and (side == "customer" or others >= customers)
        return not late and has_place(self.capacity, side, customers, others)

    def is_full(self, customers: int, others: int) -> bool:
        """Whether another call can't be taken: those who wait will need a line each for their agent."""
        return is_full(self.capacity, customers, others)
