"""What the driver keeps of each contact: typed columns, some fifty bytes a row, that grow when customers call again."""

from __future__ import annotations

from array import array
from enum import IntEnum

import numpy as np

from rexian.drill.rehearsal.scenario import FOREVER_MS, Column, Demand


class Fate(IntEnum):
    """What became of a contact."""

    TO_COME = 0
    WAITING = 1
    RINGING = 2
    TALKING = 3  # answered, from here on
    WRAPPING = 4
    DONE = 5
    ABANDONED = 6
    TURNED_AWAY = 7


class Ledger:
    """One row per contact for people; the number of the row is the number in its ids."""

    __slots__ = ("acw", "agent", "answer", "at", "away", "base", "fate", "first", "form", "patience", "rings_till",
                 "rule", "step", "talk", "tries", "waited", "watched")  # fmt: skip

    def __init__(self, demand: Demand) -> None:
        order = np.argsort(demand.at, kind="stable")
        self.base = len(order)
        self.at = typed("q", demand.at, order)
        self.form = typed("i", demand.form, order)
        self.talk = typed("i", demand.talk, order)
        self.patience = typed("i", demand.patience, order)
        self.acw = typed("i", demand.acw, order)
        self.answer = typed("i", demand.answer, order)
        self.first = array("i", range(self.base))  # the row of the same customer's first try
        self.tries = array("b", b"\1" * self.base)
        self.fate = _zeros("b", self.base)
        self.away = _zeros("b", self.base)  # asked for a call-back: waits without holding the line
        self.watched = _zeros("b", self.base)  # that it may give up stands in the heap
        self.step = _zeros("b", self.base)
        self.rule = _zeros("b", self.base)
        self.waited = _zeros("i", self.base)
        self.agent = _zeros("i", self.base)
        self.rings_till = _zeros("q", self.base)

    def __len__(self) -> int:
        return len(self.at)

    def again(self, number: int, at: int, patience: int) -> int:
        """The same customer with the same matter comes again: the number of the new row."""
        new = len(self.at)
        for column in (self.form, self.talk, self.acw, self.answer, self.first):
            column.append(column[number])
        self.at.append(at)
        self.patience.append(patience)
        self.tries.append(self.tries[number] + 1)
        for column in (
            self.fate,
            self.away,
            self.watched,
            self.step,
            self.rule,
            self.waited,
            self.agent,
            self.rings_till,
        ):
            column.append(0)
        return new


def typed(code: str, column: Column, order: Column) -> array[int]:
    """The column in that order, in as few bytes as its values need; what does not fit is as long as it gets."""
    made = array(code)
    column = column[order] if code == "q" else np.minimum(column[order], FOREVER_MS)
    made.frombytes(np.ascontiguousarray(column.astype(f"<{_WIDTH[code]}")).tobytes())
    return made


_WIDTH = {"q": "i8", "i": "i4", "b": "i1"}


def _zeros(code: str, count: int) -> array[int]:
    return array(code, bytes(array(code).itemsize * count))


def column_of(values: array[int]) -> Column:
    """A typed column as a NumPy array of its own."""
    return np.frombuffer(values.tobytes(), dtype=f"<{_WIDTH[values.typecode]}").astype(np.int64)
