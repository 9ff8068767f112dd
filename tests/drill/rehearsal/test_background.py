"""A rehearsal beside a server: told, cancelled, and never in its way."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path

from rexian.drill.rehearsal.background import Background
from rexian.drill.rehearsal.festival.day import festival
from rexian.drill.rehearsal.files.build import as_it_was
from rexian.drill.rehearsal.files.plans import read_plan
from rexian.drill.rehearsal.play import play
from rexian.drill.rehearsal.scenario import Scenario

LONG_S = 120.0


def from_files(arrivals: Path, staff: Path) -> Scenario:
    return as_it_was(read_plan(arrivals, staff), 1)


def died() -> Scenario:
    os._exit(3)


def test_it_finds_what_the_same_day_here_finds() -> None:
    beside = Background(partial(festival, 3, 2_000))
    outcome = beside.outcome(LONG_S)
    assert outcome is not None
    assert outcome.result is not None
    assert outcome.result.checksum == play(festival(3, 2_000)).checksum
    assert beside.progress == 1.0
    assert beside.outcome() is outcome


def test_it_can_be_cancelled() -> None:
    beside = Background(partial(festival, 3, 400_000))
    assert beside.outcome() is None
    beside.cancel()
    outcome = beside.outcome(LONG_S)
    assert outcome is not None
    assert (outcome.result, outcome.faults, outcome.refused, outcome.broken) == (None, [], "", "")


def test_bad_files_come_back_as_faults_and_a_death_is_no_silence(tmp_path: Path) -> None:
    outcome = Background(partial(from_files, tmp_path / "a.csv", tmp_path / "s.csv")).outcome(LONG_S)
    assert outcome is not None
    assert [fault.code for fault in outcome.faults] == ["missing_file", "missing_file"]
    dead = Background(died).outcome(LONG_S)
    assert dead is not None
    assert dead.broken
