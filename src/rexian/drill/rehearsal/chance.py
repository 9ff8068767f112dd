"""Chance that depends only on the seed and on whom it concerns: two rehearsals draw the same for the same person."""

from __future__ import annotations

from enum import IntEnum

_MASK = (1 << 64) - 1


class About(IntEnum):
    """What is drawn. Another matter of the same person is another number."""

    CALLS_AGAIN = 1
    AFTER = 2
    PATIENCE = 3
    TAKES_CALL_BACK = 4


def draw(seed: int, number: int, about: About) -> int:
    """64 bits, evenly spread (SplitMix64)."""
    mixed = (seed * 0x9E3779B97F4A7C15 + (number << 8 | about) * 0xD1342543DE82EF95 + 0x632BE59BD9B4E019) & _MASK
    mixed = ((mixed ^ mixed >> 30) * 0xBF58476D1CE4E5B9) & _MASK
    mixed = ((mixed ^ mixed >> 27) * 0x94D049BB133111EB) & _MASK
    return mixed ^ mixed >> 31


def happens(seed: int, number: int, about: About, per_10k: int) -> bool:
    """True for `per_10k` of 10,000 numbers."""
    return draw(seed, number, about) % 10_000 < per_10k
