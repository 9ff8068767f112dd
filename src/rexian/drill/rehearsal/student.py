"""Student's t: the 95 % confidence interval of a mean of few values."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import NormalDist

# 97.5 % quantiles for 1 … 30 degrees of freedom
_TABLE = (
    12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.3060, 2.2622, 2.2281,
    2.2010, 2.1788, 2.1604, 2.1448, 2.1314, 2.1199, 2.1098, 2.1009, 2.0930, 2.0860,
    2.0796, 2.0739, 2.0687, 2.0639, 2.0595, 2.0555, 2.0518, 2.0484, 2.0452, 2.0423,
)  # fmt: skip


def quantile(freedom: int) -> float:
    """97.5 % quantile; beyond the table by the Cornish-Fisher expansion, good to four places there."""
    if freedom <= len(_TABLE):
        return _TABLE[freedom - 1]
    z = NormalDist().inv_cdf(0.975)
    return (
        z
        + (z**3 + z) / (4 * freedom)
        + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * freedom**2)
        + (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * freedom**3)
    )


def interval(values: Sequence[float]) -> tuple[float, float]:
    """(low, high) within which the mean lies, 95 times in 100. Two values at least."""
    count = len(values)
    mean = math.fsum(values) / count
    variance = math.fsum((value - mean) ** 2 for value in values) / (count - 1)
    half = quantile(count - 1) * math.sqrt(variance / count)
    return mean - half, mean + half
