"""Is B better than A? Many days like this one, the same people and the same luck for both, and an honest answer."""

from __future__ import annotations

import gc
import math
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Literal

from msgspec import Struct

from rexian.drill.rehearsal.festival.day import festival
from rexian.drill.rehearsal.files.build import another_day
from rexian.drill.rehearsal.files.plans import FestivalSize, Plan
from rexian.drill.rehearsal.play import Cancelled, play, quiet
from rexian.drill.rehearsal.result import DayResult
from rexian.drill.rehearsal.scenario import Scenario
from rexian.drill.rehearsal.student import interval

Verdict = Literal["better", "worse", "cannot_tell", "changed", "same"]
MINIMUM = 2


class Compared(Struct, frozen=True, kw_only=True):
    """One figure: means over the replications, the mean paired difference B - A and its 95 % confidence interval.

    `pairs`: replications in which both had the figure. `changed`, `same`: figures that are neither good nor bad.
    """

    name: str
    a: float
    b: float
    difference: float
    low: float
    high: float
    pairs: int
    verdict: Verdict


class Comparison(Struct, frozen=True, kw_only=True):
    """What `compare` found."""

    a: str
    b: str
    replications: int
    seed: int
    figures: list[Compared]


@dataclass(frozen=True, slots=True)
class Figure:
    """How a figure is read from a day, and which way is better: 1 more, -1 less, 0 neither."""

    name: str
    of: Callable[[DayResult], float | None]
    better: int


def _percent(per_10k: int | None) -> float | None:
    return None if per_10k is None else per_10k / 100


def _seconds(ms: int | None) -> float | None:
    return None if ms is None else ms / 1_000


FIGURES = (
    Figure("service_level", lambda day: _percent(day.total.service_level), 1),
    Figure("abandonment", lambda day: _percent(day.total.abandonment), -1),
    Figure("asa", lambda day: _seconds(day.total.asa_ms), -1),
    Figure("wait_p95", lambda day: _seconds(day.total.wait_p95_ms), -1),
    Figure("answered", lambda day: float(day.total.answered), 1),
    Figure("occupancy", lambda day: _percent(day.occupancy), 0),
    Figure("hours", lambda day: sum(team.present_ms for team in day.teams) / 3_600_000, 0),
)
Side = Plan | FestivalSize


def drawn(side: Side, seed: int) -> Scenario:
    """One day of it. The same seed brings the same people to either side."""
    if isinstance(side, FestivalSize):
        return festival(seed, side.contacts, side.agents)
    return another_day(side, seed)


def name_of(side: Side) -> str:
    return "festival" if isinstance(side, FestivalSize) else side.name


def compare(
    a: Side,
    b: Side,
    *,
    replications: int = 20,
    seed: int = 1,
    jobs: int = 1,
    progress: Callable[[float], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Comparison:
    """Play `replications` days of each. Raises `Cancelled`; asked and told after each day."""
    if replications < MINIMUM:
        raise ValueError("a confidence interval needs two replications at least")
    values: list[tuple[float | None, ...]] = []
    for found in _played(a, b, [seed + number for number in range(replications)], jobs):
        values.append(found)
        if progress is not None:
            progress(len(values) / (2 * replications))
        if cancelled is not None and cancelled():
            raise Cancelled
    figures = [
        judged(figure, [one[number] for one in values[::2]], [one[number] for one in values[1::2]])
        for number, figure in enumerate(FIGURES)
    ]
    return Comparison(a=name_of(a), b=name_of(b), replications=replications, seed=seed,
                      figures=[figure for figure in figures if figure is not None])  # fmt: skip


def judged(figure: Figure, a: Sequence[float | None], b: Sequence[float | None]) -> Compared | None:
    """None when hardly any day had this figure."""
    pairs = [(x, y) for x, y in zip(a, b, strict=True) if x is not None and y is not None]
    if len(pairs) < MINIMUM:
        return None
    mean_a, mean_b = (math.fsum(pair[side] for pair in pairs) / len(pairs) for side in (0, 1))
    low, high = interval([y - x for x, y in pairs])
    return Compared(
        name=figure.name, a=mean_a, b=mean_b, difference=mean_b - mean_a, low=low, high=high, pairs=len(pairs),
        verdict=_verdict(figure.better, low, high),
    )  # fmt: skip


def _verdict(better: int, low: float, high: float) -> Verdict:
    """Only an interval that leaves zero out says anything."""
    if low <= 0 <= high:
        return "cannot_tell" if better else "same"
    if not better:
        return "changed"
    return "better" if (low > 0) == (better > 0) else "worse"


# -- playing -----------------------------------------------------------------------------------------------------------
def _one(side: Side, seed: int) -> tuple[float | None, ...]:
    day = play(drawn(side, seed))
    gc.collect()  # driver and audience know each other; held off otherwise
    return tuple(figure.of(day) for figure in FIGURES)


_sides: list[Side] = []


def _remember(a: Side, b: Side) -> None:
    """In a process of its own, which does nothing else."""
    _sides[:] = [a, b]
    gc.freeze()
    gc.disable()


def _remembered(task: tuple[int, int]) -> tuple[float | None, ...]:
    return _one(_sides[task[0]], task[1])


def _played(a: Side, b: Side, seeds: list[int], jobs: int) -> Iterator[tuple[float | None, ...]]:
    """A and B in turn, in the order of the seeds, however many processes there are."""
    tasks = [(side, seed) for seed in seeds for side in (0, 1)]
    if jobs <= 1:
        with quiet():
            yield from (_one((a, b)[side], seed) for side, seed in tasks)
        return
    pool = ProcessPoolExecutor(jobs, mp_context=get_context("spawn"), initializer=_remember, initargs=(a, b))
    try:
        yield from pool.map(_remembered, tasks)
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
