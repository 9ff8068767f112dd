"""Simulated time and the shape of a day."""

from __future__ import annotations

import asyncio
import random

import pytest

from rexian.drill.arrivals import next_gap_s, patience_s, reading_s, share, typing_s
from rexian.drill.pace import Pace


class Watch:
    """Real time as the test says."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_time_runs_as_fast_as_the_ribbon_says() -> None:
    watch = Watch()
    pace = Pace(watch, 1)
    watch.now += 10
    assert pace.time() == 10
    pace.set_speed(20)
    watch.now += 10
    assert pace.time() == 210
    pace.set_speed(0)
    watch.now += 1000
    assert pace.time() == 210
    pace.set_speed(500)
    assert pace.speed == 20


async def test_sleepers_wake_in_simulated_time_and_not_while_it_stands_still() -> None:
    loop = asyncio.get_running_loop()
    pace = Pace(loop.time, 0)
    running = asyncio.create_task(pace.run())
    sleeper = asyncio.create_task(pace.sleep(20))
    await asyncio.sleep(0.1)
    assert not sleeper.done()
    pace.set_speed(20)
    began = loop.time()
    await asyncio.wait_for(sleeper, 30)
    assert loop.time() - began < 15, "faster than real time"
    running.cancel()


async def test_a_sleeper_that_is_cancelled_is_forgotten() -> None:
    loop = asyncio.get_running_loop()
    pace = Pace(loop.time, 20)
    running = asyncio.create_task(pace.run())
    gone = asyncio.create_task(pace.sleep(1))
    stays = asyncio.create_task(pace.sleep(2))
    await asyncio.sleep(0)
    gone.cancel()
    await asyncio.wait_for(stays, 30)
    running.cancel()


def test_a_day_has_a_morning_peak_a_dip_at_noon_and_a_quiet_night_that_is_still_alive() -> None:
    assert share(10) == 1.0
    assert share(12.5) < share(10)
    assert share(3) < share(12.5)
    assert share(3) > 0.4
    assert abs(share(23.99) - share(0)) < 0.1, "midnight is no cliff"


def test_arrivals_follow_the_hour_and_thin_out_before_a_long_queue() -> None:
    rng = random.Random(1)
    by_hour = {hour: sum(next_gap_s(hour, rng) for _ in range(2000)) / 2000 for hour in (3, 10)}
    assert 3.8 < by_hour[10] < 4.8
    assert by_hour[3] > 1.6 * by_hour[10]
    crowded = sum(next_gap_s(10, rng, waiting=60) for _ in range(2000)) / 2000
    assert crowded > 3 * by_hour[10]


@pytest.mark.parametrize("mood", ["calm", "worried", "upset", "hurry"])
def test_patience_differs_and_has_bounds(mood: str) -> None:
    rng = random.Random(2)
    waits = sorted(patience_s(mood, rng) for _ in range(1000))
    assert waits[0] >= 12
    assert waits[-1] <= 1_200
    assert {"hurry": 60, "upset": 95}.get(mood, 140) < waits[500] < {"hurry": 95, "upset": 150}.get(mood, 250)


def test_writing_and_reading_take_as_long_as_they_do_for_people() -> None:
    rng = random.Random(3)
    assert typing_s("好", rng) < typing_s("好" * 60, rng) <= 30
    assert reading_s("好", rng) < 1.2
    assert reading_s("好" * 4000, rng) == 12
