"""The beat, who is admitted, and keys that are collected: all by a clock that the test moves."""

from __future__ import annotations

from rexian.channels.voice.webrtc.admission import MEASURED_FROM, UNMEASURED, Admission
from rexian.channels.voice.webrtc.beat import CATCH_UP, Schedule
from rexian.channels.voice.webrtc.collecting import Collecting, Taken


def test_the_beat_does_not_drift() -> None:
    schedule, now, made = Schedule(0.0), 0.0, 0
    while now < 20.0:
        now = max(now, schedule.next_at) + 0.003  # always three milliseconds late
        made += schedule.due(now)
    assert 999 <= made <= 1_001
    assert schedule.left_out == 0
    assert 2.9 < schedule.late_ms() < 3.1


def test_a_small_delay_is_made_up_and_a_long_stop_is_not() -> None:
    schedule = Schedule(0.0)
    assert schedule.due(0.01) == 0
    assert schedule.due(0.061) == 3
    assert schedule.due(30.0) == CATCH_UP
    assert schedule.left_out > 1_400
    assert schedule.due(30.001) == 0
    assert schedule.due(30.02) == 1


def test_admission_is_by_order_or_by_measure() -> None:
    assert Admission(2).admits("customer", 1, 0, 0.0)
    assert not Admission(2).admits("customer", 1, 1, 0.0)
    measured = Admission()
    assert measured.capacity == UNMEASURED
    for second in range(30):
        measured.measure(second, second * 0.35, 2 * MEASURED_FROM)
    assert 38 <= measured.capacity <= 42  # 20 legs take 0.35 of a core: 0.7 are 40


def test_nobody_is_admitted_while_the_beat_is_late_but_who_answers_a_caller() -> None:
    assert not Admission(50).admits("customer", 1, 0, 40.0)
    assert not Admission(50).admits("supervisor", 1, 1, 40.0)
    assert Admission(50).admits("agent", 1, 0, 40.0)


def test_those_who_wait_leave_a_line_for_whoever_answers_them() -> None:
    four = Admission(4)
    assert not four.is_full(customers=1, others=0)
    assert four.is_full(customers=2, others=0)
    assert four.admits("agent", 4, 3, 0.0)
    assert not four.admits("agent", 2, 2, 0.0)


def _collecting(**how: int | str) -> Collecting:
    return Collecting("c", 0, **{"most": 4, "first_ms": 8_000, "between_ms": 3_000, "end_key": "#", **how})  # type: ignore[arg-type]


def test_digits_end_by_number_by_key_and_by_time() -> None:
    collecting = _collecting(most=2)
    assert collecting.key("1", 100) is None
    assert collecting.key("2", 200) == Taken(collect_id="c", digits="12", why="enough")
    collecting = _collecting()
    collecting.key("1", 100)
    assert collecting.key("#", 200) == Taken(collect_id="c", digits="1", why="end_key")
    collecting = _collecting()
    assert collecting.tick(7_999) is None
    collecting.key("1", 7_999)
    assert collecting.tick(10_998) is None
    assert collecting.tick(10_999) == Taken(collect_id="c", digits="1", why="timeout")
    assert _collecting().tick(8_000) == Taken(collect_id="c", digits="", why="nothing")
    assert _collecting().stop().why == "stopped"


def test_without_an_end_key_the_hash_is_a_digit() -> None:
    assert _collecting(most=1, end_key="").key("#", 1) == Taken(collect_id="c", digits="#", why="enough")
