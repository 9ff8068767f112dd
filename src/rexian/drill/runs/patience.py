"""How long people would have waited, when most were answered before they gave up.

Those who left show their patience; those who were answered show only that it was longer (right-censored). Taken as
exponential, the mean is all waiting of both divided by the number who left, and somebody who had waited w would have
gone on for an exponential time more, whatever w was.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.random import PCG64, Generator

from rexian.drill.rehearsal.scenario import FOREVER_MS


def mean_patience(left_after: Sequence[int], answered_after: Sequence[int]) -> float | None:
    """The estimate in ms; None when nobody left."""
    if not left_after:
        return None
    return max(1.0, (sum(left_after) + sum(answered_after)) / len(left_after))


def patience_of(waited: Sequence[int], left: Sequence[bool], mean_ms: float | None, seed: int) -> list[int]:
    """Everybody's patience: as it was for those who left, drawn beyond their wait for the others."""
    more = Generator(PCG64([seed, 3])).standard_exponential(len(waited))
    if mean_ms is None:
        return [FOREVER_MS] * len(waited)
    drawn = np.asarray(waited, dtype=np.float64) + more * mean_ms
    whole = np.minimum(drawn, FOREVER_MS).astype(np.int64).tolist()
    return [max(1, own if gone else beyond) for own, gone, beyond in zip(waited, left, whole, strict=True)]
