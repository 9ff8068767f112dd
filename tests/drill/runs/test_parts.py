"""What stands between a day in the journal and a rehearsal: patience, shifts, more or fewer people."""

from __future__ import annotations

from pathlib import Path

import pytest

from rexian.drill.rehearsal.files.staff import Shift, Staff
from rexian.drill.rehearsal.scenario import FOREVER_MS
from rexian.drill.runs.model import Change
from rexian.drill.runs.past import bounds, shifts_of
from rexian.drill.runs.patience import mean_patience, patience_of
from rexian.drill.runs.staffing import restaffed
from rexian.engine.specs import AgentSpec

HOUR = 3_600_000


def test_the_answered_count_as_people_who_would_have_waited_longer() -> None:
    """Of exponential patience with censoring the estimate is all waiting over those who left."""
    assert mean_patience([60_000, 120_000], [30_000] * 6) == 180_000
    assert mean_patience([], [30_000]) is None


def test_who_left_is_as_patient_as_they_were_and_the_others_more() -> None:
    waited, left = [60_000, 10_000, 10_000], [True, False, False]
    drawn = patience_of(waited, left, 180_000, seed=1)
    assert drawn[0] == 60_000
    assert all(one > 10_000 for one in drawn[1:])
    assert drawn == patience_of(waited, left, 180_000, seed=1)
    assert patience_of(waited, [False] * 3, None, seed=1) == [FOREVER_MS] * 3


def test_the_estimate_finds_the_mean_again() -> None:
    """Simulated people with a mean patience of 90 s, all answered after 60 s."""
    true = patience_of([0] * 20_000, [False] * 20_000, 90_000, seed=7)
    left = [one for one in true if one < 60_000]
    found = mean_patience(left, [60_000] * (len(true) - len(left)))
    assert found == pytest.approx(90_000, rel=0.03)


def test_marks_become_shifts_with_breaks_within_the_day() -> None:
    marks = [
        (-HOUR, "available"), (2 * HOUR, "break"), (3 * HOUR, "available"), (5 * HOUR, "signed_out"),
        (20 * HOUR, "break"), (21 * HOUR, "available"), (23 * HOUR, "break"), (30 * HOUR, "available"),
    ]  # fmt: skip
    assert shifts_of(marks, 0, 24 * HOUR) == [
        (0, 5 * HOUR, ((2 * HOUR, HOUR),)),
        (21 * HOUR, 24 * HOUR, ((2 * HOUR, HOUR),)),
    ]


def test_who_was_away_all_day_has_no_shift() -> None:
    assert shifts_of([(-2 * HOUR, "available"), (-HOUR, "signed_out")], 0, 24 * HOUR) == []
    assert shifts_of([], 0, 24 * HOUR) == []


def test_a_day_is_as_long_as_its_clock_says() -> None:
    start, end = bounds("2025-11-11", "Asia/Shanghai")
    assert (start, end - start) == (1_762_790_400_000, 24 * HOUR)
    assert bounds("2025-10-26", "Europe/Berlin")[1] - bounds("2025-10-26", "Europe/Berlin")[0] == 25 * HOUR


def roster() -> Staff:
    staff = Staff(Path("staff.csv"))
    for number, team in enumerate(["a", "a", "a", "a", "b"]):
        staff.agents.append(AgentSpec(id=f"p{number}", skills={"phone": 1}))
        staff.teams.append(team)
        staff.shifts.append(Shift(number, number * HOUR, 8 * HOUR, (), 0))
    return staff


def test_a_team_grows_by_people_like_its_own() -> None:
    made = restaffed(roster(), {"b": 2})
    assert [one.id for one in made.agents] == ["p0", "p1", "p2", "p3", "p4", "p4+1", "p4+2"]
    assert made.teams[-2:] == ["b", "b"]
    assert [(one.agent, one.begins) for one in made.shifts][-2:] == [(5, 4 * HOUR), (6, 4 * HOUR)]


def test_a_team_shrinks_evenly_and_never_below_nobody() -> None:
    assert [one.id for one in restaffed(roster(), {"a": -2}).agents] == ["p1", "p3", "p4"]
    assert [one.id for one in restaffed(roster(), {"a": -9}).agents] == ["p4"]
    assert restaffed(roster(), {}, -9).shifts == []


def test_teams_that_nobody_is_in_change_nothing() -> None:
    assert [one.id for one in restaffed(roster(), {"c": 3}).agents] == ["p0", "p1", "p2", "p3", "p4"]


def test_a_change_of_nothing_is_none() -> None:
    assert Change(teams={"a": 0}).nothing
    assert not Change(teams={"a": 1}).nothing
    assert not Change(rules_on=["typhoon"]).nothing
