"""How long it may still take: an honest range from how the queue has moved lately."""

from __future__ import annotations

from collections.abc import Sequence
from math import isqrt

ENOUGH = 5  # answers under load; before that nothing is said


def wait_range(place: int, gaps_ms: Sequence[int], since_last_ms: int = 0) -> tuple[int, int] | None:
    """(low, high) ms for the one at `place` (from 1), about four in five fall between; None when too little is known.

    `gaps_ms` are the times between successive answers while others were left waiting. The one at place p waits for p of
    them: mean p·m, and if they are independent a spread of √p·s. s is 5/4 of the mean absolute deviation, ±1.3 s are
    80 % of a normal distribution. Integers throughout.

    `since_last_ms` is how long the present gap is already: once it is longer than the mean it takes the place of the
    oldest one, so that a queue that has come to a halt does not go on promising what it did an hour ago.
    """
    if len(gaps_ms) < ENOUGH:
        return None
    gaps = list(gaps_ms)
    if since_last_ms * len(gaps) > sum(gaps):
        gaps[0] = since_last_ms
    total, count = sum(gaps), len(gaps)
    deviation = sum([abs(count * gap - total) for gap in gaps]) // (count * count)
    middle = place * total // count
    spread = isqrt(place * 1_000_000) * deviation * 13 // 8_000
    return max(0, middle - spread), middle + spread
