"""Comparisons find a difference that is there, and none where there is none."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from rexian.drill.rehearsal.compare import FIGURES, compare, judged
from rexian.drill.rehearsal.files.build import another_day
from rexian.drill.rehearsal.files.plans import FestivalSize, Plan, read_plan
from rexian.drill.rehearsal.play import Cancelled
from rexian.drill.rehearsal.student import interval, quantile
from tests.drill.rehearsal import days


def roster(folder: Path, agents: int) -> Plan:
    return read_plan(days.arrivals(folder), days.staff(folder, agents, f"staff{agents}.csv"), name=f"{agents} agents")


def test_the_better_roster_is_found(tmp_path: Path) -> None:
    found = compare(roster(tmp_path, 5), roster(tmp_path, 7), replications=8)
    said = {one.name: one.verdict for one in found.figures}
    assert said["service_level"] == said["abandonment"] == said["asa"] == said["answered"] == "better"
    assert said["hours"] == "changed"
    back = compare(roster(tmp_path, 7), roster(tmp_path, 5), replications=8)
    assert {one.name: one.verdict for one in back.figures}["service_level"] == "worse"
    assert (found.a, found.b) == ("5 agents", "7 agents")


def test_a_plan_against_itself_cannot_be_told_apart(tmp_path: Path) -> None:
    found = compare(roster(tmp_path, 5), roster(tmp_path, 5), replications=4)
    assert {one.verdict for one in found.figures} == {"cannot_tell", "same"}
    assert all(one.difference == 0 for one in found.figures)


def test_the_same_seed_brings_the_same_people_to_both(tmp_path: Path) -> None:
    five, seven = (another_day(roster(tmp_path, agents), 3) for agents in (5, 7))
    for name in ("at", "form", "talk", "patience", "acw", "answer"):
        assert (getattr(five.demand, name) == getattr(seven.demand, name)).all()
    assert (another_day(roster(tmp_path, 5), 4).demand.at[:50] != five.demand.at[:50]).any()
    assert 140 < len(five.demand) < 260, "as often as the log, give or take chance"


def test_several_processes_find_the_same(tmp_path: Path) -> None:
    sides = roster(tmp_path, 5), roster(tmp_path, 6)
    assert compare(*sides, replications=2, jobs=2) == compare(*sides, replications=2)


def test_two_festivals_can_be_compared_and_comparing_can_be_cancelled() -> None:
    few, more = FestivalSize(contacts=2_000, agents=60), FestivalSize(contacts=2_000, agents=120)
    told: list[float] = []
    found = compare(few, more, replications=2, progress=told.append)
    assert told[-1] == 1.0
    assert found.figures[0].b > found.figures[0].a
    with pytest.raises(Cancelled):
        compare(few, more, replications=2, cancelled=lambda: True)


def test_an_interval_holds_the_truth_nineteen_times_in_twenty() -> None:
    rng, held = Random(2), 0
    for _ in range(2_000):
        low, high = interval([rng.gauss(1, 3) for _ in range(8)])
        held += low <= 1 <= high
    assert 0.935 < held / 2_000 < 0.965


@pytest.mark.parametrize(("freedom", "value"), [(1, 12.7062), (10, 2.2281), (30, 2.0423), (31, 2.0395), (60, 2.0003),
                                                (120, 1.9799), (1_000, 1.9623)])  # fmt: skip
def test_quantiles_of_t(freedom: int, value: float) -> None:
    assert quantile(freedom) == pytest.approx(value, abs=2e-4)


def test_days_without_a_figure_are_left_out() -> None:
    assert judged(FIGURES[0], [None, 80.0, None], [None, 90.0, 91.0]) is None
    found = judged(FIGURES[0], [None, 80.0, 82.0], [70.0, 90.0, 91.0])
    assert found is not None
    assert found.pairs == 2
