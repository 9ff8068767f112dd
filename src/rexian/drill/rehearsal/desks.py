"""Who is at work and who is busy, minute by minute and over the day: what occupancy is made from."""

from __future__ import annotations

from array import array


class Desks:
    """An agent is present while available, and until the last handling is over; engaged with at least one handling."""

    def __init__(self, agents: int) -> None:
        self.present = 0
        self.engaged = 0
        self.most_present = 0
        self.present_ms = array("q", bytes(8 * agents))
        self.engaged_ms = array("q", bytes(8 * agents))
        self._load = array("h", bytes(2 * agents))
        self._available = bytearray(agents)
        self._present_since = array("q", [-1] * agents)
        self._engaged_since = array("q", bytes(8 * agents))

    def take(self, agent: int, at: int) -> None:
        """One more handling."""
        self._load[agent] += 1
        if self._load[agent] == 1:
            self.engaged += 1
            self._engaged_since[agent] = at

    def give(self, agent: int, at: int) -> None:
        """One handling less."""
        self._load[agent] -= 1
        if not self._load[agent]:
            self.engaged -= 1
            self.engaged_ms[agent] += at - self._engaged_since[agent]
            self._perhaps_gone(agent, at)

    def state(self, agent: int, at: int, *, available: bool) -> None:
        """Available, or not ready."""
        self._available[agent] = available
        if not available:
            self._perhaps_gone(agent, at)
        elif self._present_since[agent] < 0:
            self._present_since[agent] = at
            self.present += 1
            self.most_present = max(self.most_present, self.present)

    def _perhaps_gone(self, agent: int, at: int) -> None:
        if self._present_since[agent] >= 0 and not self._available[agent] and not self._load[agent]:
            self.present -= 1
            self.present_ms[agent] += at - self._present_since[agent]
            self._present_since[agent] = -1

    def finish(self, at: int) -> None:
        """Count what is still going on, up to `at`."""
        for agent in range(len(self._load)):
            if self._load[agent]:
                self.engaged_ms[agent] += at - self._engaged_since[agent]
            if self._present_since[agent] >= 0:
                self.present_ms[agent] += at - self._present_since[agent]
