"""When simulated customers come and how long they wait: the shape of a day, and people's patience."""

from __future__ import annotations

import math
import random

# Share of the busiest hour, by hour of the day: a morning peak, a dip at noon, an evening shoulder, a quiet night.
DAY = (
    0.30, 0.24, 0.20, 0.18, 0.18, 0.22, 0.34, 0.52, 0.78, 0.96, 1.00, 0.94,
    0.74, 0.72, 0.88, 0.94, 0.92, 0.84, 0.74, 0.78, 0.82, 0.72, 0.54, 0.40,
)  # fmt: skip
LEAST = 0.45
"""A demo at night is livelier than a real night: nobody waits for it."""

PEAK_PER_MINUTE = 14.0
"""Contacts a minute at the busiest hour and 1×: keeps some forty agents about three quarters busy."""


def share(hour: float) -> float:
    """How busy it is at `hour` (0 to 24, fractions count), as a share of the busiest hour."""
    start = int(hour) % 24
    part = hour - int(hour)
    value = DAY[start] * (1 - part) + DAY[(start + 1) % 24] * part
    return LEAST + (1 - LEAST) * value


def next_gap_s(hour: float, rng: random.Random, *, waiting: int = 0) -> float:
    """Simulated seconds until the next customer comes (a Poisson process); a long queue keeps some from coming."""
    discouraged = 1 + max(0, waiting - 12) / 12
    return rng.expovariate(PEAK_PER_MINUTE / 60 * share(hour)) * discouraged


def patience_s(mood: str, rng: random.Random) -> float:
    """How long somebody waits before leaving, seconds: log-normal, around three minutes, less when in a hurry."""
    middle = {"hurry": 75.0, "upset": 120.0, "worried": 180.0}.get(mood, 200.0)
    return min(1_200.0, max(12.0, rng.lognormvariate(math.log(middle), 0.8)))


def typing_s(text: str, rng: random.Random) -> float:
    """How long writing takes, seconds: by length, with a moment to think, never more than half a minute."""
    return min(30.0, 1.5 + len(text) * rng.uniform(0.12, 0.28) + rng.uniform(0.5, 3.0))


def reading_s(text: str, rng: random.Random) -> float:
    """How long reading takes, seconds."""
    return min(12.0, 1.0 + len(text) * rng.uniform(0.03, 0.08))
