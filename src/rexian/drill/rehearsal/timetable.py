"""Everything known beforehand, in order: one sorted column of integers, `at << 28 | kind << 24 | number`.

What the day itself brings (answers, ends, people giving up) goes as the same integers into a heap beside it, so the
next thing to happen is always the smaller of two numbers.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import IntEnum

import numpy as np

from rexian.drill.rehearsal.ledger import Ledger
from rexian.drill.rehearsal.scenario import Column, Scenario

AT_BITS = 28
KIND_BITS = 24
NUMBER = (1 << KIND_BITS) - 1
MINUTE_MS = 60_000
_CHUNK = 8_192
MOST = NUMBER  # contacts of one rehearsal


class Happens(IntEnum):
    """Kinds, in the order in which they come at the same instant."""

    DUTY = 0
    BACK = 1
    ACCEPT = 2
    REJECT = 3
    END = 4
    WRAP_UP = 5
    LEAVE = 6
    ASK_CALL_BACK = 7
    START = 8
    SELF_SERVED = 9
    MARK = 10


def entry(at: int, kind: Happens, number: int) -> int:
    return at << AT_BITS | kind << KIND_BITS | number


class TooMuch(ValueError):
    """More contacts than a rehearsal can number."""


def timetable(scenario: Scenario, ledger: Ledger, machine_at: Column) -> Column:
    """The whole day; `machine_at` is sorted. Marks come every minute and at the end, where it stops."""
    if len(ledger) + len(machine_at) > MOST // 2:
        raise TooMuch(f"{len(ledger) + len(machine_at):,} contacts; at most {MOST // 2:,}")
    duty = np.array([one.at for one in scenario.duty], dtype=np.int64)
    marks = np.append(np.arange(0, scenario.until, MINUTE_MS, dtype=np.int64), scenario.until)
    at = np.frombuffer(ledger.at.tobytes(), dtype="<i8")
    rows = np.concatenate(
        [
            _rows(duty, Happens.DUTY),
            _rows(at, Happens.START),
            _rows(machine_at, Happens.SELF_SERVED),
            _rows(marks, Happens.MARK),
        ]
    )
    rows = rows[rows >> AT_BITS <= scenario.until]
    rows.sort()
    return rows


def _rows(at: Column, kind: Happens) -> Column:
    return at << AT_BITS | int(kind) << KIND_BITS | np.arange(len(at), dtype=np.int64)


def entries(rows: Column) -> Iterator[int]:
    """One by one as plain integers, without ever holding them all as objects."""
    for first in range(0, len(rows), _CHUNK):
        yield from rows[first : first + _CHUNK].tolist()
