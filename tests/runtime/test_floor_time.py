"""FAULTS 33: clocks are set, forwards and backwards; the floor's own time only ever goes forward."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rexian.kit.clock import FakeClock, SystemClock
from rexian.runtime.floor_time import FloorTime

HOUR = 3_600_000


@pytest.mark.parametrize("step_s", [3600, -3600])
def test_setting_the_wall_clock_moves_no_timer(monkeypatch: pytest.MonkeyPatch, step_s: int) -> None:
    clock = SystemClock()
    before = clock.now_ms()
    wall = time.time_ns
    monkeypatch.setattr(time, "time_ns", lambda: wall() + step_s * 1_000_000_000)
    assert 0 <= clock.now_ms() - before < 1_000
    assert abs(clock.offset_ms() - step_s * 1000) < 1_000


def test_a_floor_ahead_of_the_clock_goes_on_slightly_slower() -> None:
    clock = FakeClock()
    last = clock.now_ms() + HOUR
    floor = FloorTime(clock, last)
    assert floor.now_ms() == last
    clock.advance(10_000)
    assert floor.now_ms() == last + 9_000
    clock.advance(10 * HOUR)
    assert floor.now_ms() == clock.now_ms()


@given(st.integers(-HOUR, HOUR), st.lists(st.integers(-HOUR, HOUR), max_size=30))
def test_it_never_goes_back_however_the_clock_jumps(ahead: int, steps: list[int]) -> None:
    clock = FakeClock()
    last = clock.now_ms() + ahead
    floor = FloorTime(clock, last)
    told = [last]
    for step in steps:
        clock.set(clock.now_ms() + step)
        told.append(floor.now_ms())
    assert told == sorted(told)
