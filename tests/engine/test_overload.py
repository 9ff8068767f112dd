"""When too many come, the floor says so at once and names what else can be done."""

from __future__ import annotations

from rexian.engine.specs import QueuePolicy
from tests.engine.play import Play
from tests.engine.policies import detail, moving, publish

FULL = QueuePolicy(alternatives=("call_back", "self_service"))


def test_a_full_queue_offers_a_call_back() -> None:
    p = Play()
    p.queue(max_waiting=1)
    publish(p, q=FULL)
    p.start("1")
    code, more = detail(p, p.start_command("2"))
    assert (code, more["max_waiting"], more["alternatives"]) == ("queue_full", 1, ["call_back", "self_service"])


def test_a_wait_beyond_the_limit_is_not_begun() -> None:
    p = Play()
    p.queue()
    moving(p)
    publish(p, q=QueuePolicy(max_wait_ms=150_000, alternatives=("message",)))
    code, more = detail(p, p.start_command("1"))
    assert code == "wait_too_long"
    assert (more["low_ms"], more["high_ms"], more["alternatives"]) == (180_000, 180_000, ["message"])


def test_while_nothing_is_known_nobody_is_turned_away() -> None:
    p = Play()
    p.queue()
    publish(p, q=QueuePolicy(max_wait_ms=1))
    p.start("1")
    assert p.start("2")


def test_who_is_taken_in_once_is_not_turned_away_later() -> None:
    p = Play()
    p.queue()
    moving(p)
    p.start("1")
    publish(p, q=QueuePolicy(max_wait_ms=1))
    assert p.i("1").state == "queued"
    assert p.start("1") == [], "a repeat is no new contact"


def test_what_is_wrong_with_the_contact_is_said_first() -> None:
    p = Play()
    p.queue(max_waiting=1)
    p.start("1")
    assert p.refused(p.start_command("2", needs={"x": 9})) == "bad_definition"
