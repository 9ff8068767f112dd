"""Who hears whom, and how it is added up.

A bridge is a matrix of gains 0 and 1: rows hear, columns are heard. Most bridges have two legs, so that the matrices of
all of them together are kept as *rounds*: in round k every leg that hears more than k others adds the k-th of them.
A beat is as many additions of whole arrays as the fullest bridge has legs less one, however many bridges there are.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt
from msgspec import Struct

from rexian.channels.voice.port import Role, Side, is_whispered_to
from rexian.kit.g711 import Pcm, Wide

Index = npt.NDArray[np.intp]
_LINEAR = 24_576  # three quarters of the range stay as they are
_WIDEST = 8 * 32_768


class Place(Struct):
    """A leg as the bridges see it. `slot`: its row in the arrays."""

    slot: int
    side: Side
    bridge_id: str = ""
    role: Role = "talk"
    held: bool = False
    muted: bool = False

    @property
    def speaks(self) -> bool:
        return not (self.held or self.muted or self.role == "listen")


def hears(one: Place, other: Place) -> bool:
    """Does `one` hear `other`, both in the same bridge? Nobody hears themselves, nor anybody while held."""
    if one is other or one.held or not other.speaks:
        return False
    return other.role != "whisper" or is_whispered_to(one.side, one.role)


class Rounds:
    """Sums of rows, for all bridges at once."""

    def __init__(self, sources: Iterable[tuple[int, Sequence[int]]] = ()) -> None:
        """`sources`: for a row of the outcome the rows to be added up."""
        lists: list[tuple[list[int], list[int]]] = []
        for row, others in sources:
            for number, other in enumerate(others):
                if number == len(lists):
                    lists.append(([], []))
                lists[number][0].append(row)
                lists[number][1].append(other)
        self._rounds: list[tuple[Index, Index]] = [
            (np.array(rows, np.intp), np.array(others, np.intp)) for rows, others in lists
        ]
        self.fed = set(lists[0][0]) if lists else set[int]()
        self.summed = set(lists[1][0]) if len(lists) > 1 else set[int]()

    def add_to(self, out: Wide, sound: Pcm) -> None:
        """`out` must be zero in the rows that are written."""
        for number, (rows, others) in enumerate(self._rounds):
            if number:
                out[rows] += sound[others]
            else:
                out[rows] = sound[others]


def _softened() -> Pcm:
    """Straight up to three quarters, then ever flatter towards full scale, which it never passes."""
    loud = np.arange(-_WIDEST, _WIDEST, dtype=np.float64)
    room = 32_767 - _LINEAR
    bent = np.sign(loud) * (_LINEAR + room * np.tanh((np.abs(loud) - _LINEAR) / room))
    return np.round(np.where(np.abs(loud) <= _LINEAR, loud, bent)).astype(np.int16)


_SOFT = _softened()


def soften(sums: Wide, rows: set[int]) -> Pcm:
    """Sums within 16 bits: in `rows`, where several voices were added, bent instead of cut off, without crackling.

    All other rows must lie within 16 bits; they stay as they are, to the bit.
    """
    if rows:
        several = np.fromiter(rows, np.intp, len(rows))
        sums[several] = _SOFT.take(sums[several] + _WIDEST, mode="clip")
    return sums.astype(np.int16)
