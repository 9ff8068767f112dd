"""The line of each queue: who stands where. An index only, it holds no facts."""

from __future__ import annotations

from bisect import bisect_left, insort

from rexian.engine.classes import NUMBER as _NUMBER
from rexian.engine.classes import entry_of


class Lines:
    """One sorted list of integers per queue: a place is found in O(log n), and moving 100,000 integers is a memmove."""

    def __init__(self) -> None:
        self._lines: dict[str, list[int]] = {}
        self._where: dict[str, tuple[str, int]] = {}
        self._who: dict[int, str] = {}
        self.touched: dict[str, None] = {}  # queues in which somebody came, went or rang since lending was looked at

    def join(self, queue_id: str, interaction_id: str, key: int, number: int) -> None:
        """Stand in line; a second time moves it to where the key says now."""
        self.leave(interaction_id)
        self.touched[queue_id] = None
        entry = entry_of(key, number)
        insort(self._lines.setdefault(queue_id, []), entry)
        self._where[interaction_id] = (queue_id, entry)
        self._who[number] = interaction_id

    def leave(self, interaction_id: str) -> None:
        """No harm when it did not stand in one."""
        where = self._where.pop(interaction_id, None)
        if where is not None:
            self.touched[where[0]] = None
            line = self._lines[where[0]]
            del line[bisect_left(line, where[1])]
            del self._who[where[1] & _NUMBER]

    def length(self, queue_id: str) -> int:
        return len(self._lines.get(queue_id, ()))

    def place(self, interaction_id: str) -> tuple[int, int] | None:
        """(place from 1, how many in that line)."""
        where = self._where.get(interaction_id)
        if where is None:
            return None
        line = self._lines[where[0]]
        return bisect_left(line, where[1]) + 1, len(line)

    def place_for(self, queue_id: str, key: int, number: int) -> int:
        """The place, from 1, that one with this key would have."""
        return bisect_left(self._lines.get(queue_id, ()), entry_of(key, number)) + 1

    def members(self, queue_id: str, most: int | None = None) -> list[str]:
        """Interaction ids in the order of their places; only the first `most` when given."""
        return [self._who[entry & _NUMBER] for entry in self._lines.get(queue_id, [])[:most]]
