"""A heap from which anything may leave: the dead stay in it until they come to the top or become too many."""

from __future__ import annotations

from collections.abc import Callable
from heapq import heapify, heappop, heappush
from typing import Generic, TypeVar

NONE = 1 << 200  # greater than any entry: the head of an empty pile

V = TypeVar("V")


class Pile(Generic[V]):
    """Entries are integers, the smallest is the head. The head is kept in `heads[index]`, so that `min` can run over
    many piles at once without a call for each.
    """

    __slots__ = ("heads", "heap", "index", "live")

    def __init__(self, heads: list[int], index: int) -> None:
        self.heap: list[int] = []
        self.live: dict[int, V] = {}
        self.heads = heads
        self.index = index

    def add(self, entry: int, value: V) -> None:
        self.live[entry] = value
        heappush(self.heap, entry)
        if entry < self.heads[self.index]:
            self.heads[self.index] = entry

    def remove(self, entry: int) -> None:
        """O(log n) over time: every entry is popped at most once, and the heap is never more than twice too large."""
        del self.live[entry]
        heap = self.heap
        if entry == self.heads[self.index]:
            live = self.live
            heappop(heap)
            while heap and heap[0] not in live:
                heappop(heap)
            self.heads[self.index] = heap[0] if heap else NONE
        elif len(heap) > 2 * len(self.live) + 64:
            self.heap = list(self.live)
            heapify(self.heap)

    def head(self) -> V | None:
        entry = self.heads[self.index]
        return None if entry == NONE else self.live[entry]

    def second(self) -> int:
        """The entry after the head; NONE when there is none."""
        live = self.live
        if len(live) < 2:
            return NONE
        heap = self.heap
        head = heappop(heap)
        while heap[0] == head or heap[0] not in live:  # who left and came back lies there twice
            heappop(heap)
        second = heap[0]
        heappush(heap, head)
        return second


def best_few(piles: list[Pile[V]], choose: Callable[[], int], passes: Callable[[V], bool], most: int) -> list[V]:
    """The best `most` values that pass, in order; `choose` gives the index of the pile with the best head.

    All that are looked at are taken out and put back, so it costs O(k log n) for k of them.
    """
    aside: list[tuple[Pile[V], int, V]] = []
    found: list[V] = []
    while len(found) < most and (index := choose()) >= 0:
        pile = piles[index]
        entry = pile.heads[index]
        value = pile.live[entry]
        if passes(value):
            found.append(value)
            if len(found) == most:
                break
        pile.remove(entry)
        aside.append((pile, entry, value))
    for pile, entry, value in aside:
        pile.add(entry, value)
    return found
