"""Minor skills are lent only to a queue that is short, and called back in time."""

from __future__ import annotations

from rexian.engine import events as ev
from rexian.engine.specs import Lend, QueuePolicy
from tests.engine.play import Play, only
from tests.engine.policies import offers, publish, reason_of


def lending(**rule: int) -> Play:
    p = Play()
    p.queue(needs={"product:phone": 1}, acw_ms=0)
    publish(p, q=QueuePolicy(lend=Lend(**rule)))
    p.agent("后台", {"product:phone": 2}, minor=("product:phone",), capacity={"chat": 5})
    return p


def test_a_minor_skill_stays_where_it_belongs_while_the_queue_can_do_without() -> None:
    p = lending(waiting=3)
    p.start("1")
    p.start("2")
    assert (p.rings_at("1"), p.rings_at("2"), p.floor.lending("q")) == (None, None, False)


def test_too_many_wait_and_the_back_office_helps() -> None:
    p = lending(waiting=3)
    p.start("1")
    p.start("2")
    events = p.start("3")
    changed = only(events, ev.LendingChanged)
    assert (changed.on, changed.waiting, changed.waited_ms) == (True, 3, 0)
    assert offers(events) == [("1", "后台"), ("2", "后台"), ("3", "后台")]


def test_one_waits_too_long_and_the_back_office_helps() -> None:
    p = lending(waited_ms=30_000)
    p.start("1")
    assert p.after(29_999) == []
    events = p.after(1)
    assert (only(events, ev.LendingChanged).waited_ms, offers(events)) == (30_000, [("1", "后台")])


def test_it_is_called_back_when_few_enough_wait() -> None:
    p = lending(waiting=2, until_waiting=0)
    p.start("1")
    p.start("2")
    off = only(p.start("3"), ev.LendingChanged)
    assert (off.on, off.waiting) == (False, 0)
    p.start("4")
    assert (p.rings_at("3"), p.rings_at("4")) == ("后台", None)


def test_who_has_it_as_a_major_skill_is_never_lent() -> None:
    p = lending(waiting=9)
    p.agent("前台", {"product:phone": 2})
    p.start("1")
    assert (p.rings_at("1"), reason_of(p, "1").blocked) == ("前台", {"not_lent": 1})


def test_an_agent_who_gets_free_pulls_nothing_that_is_not_lent() -> None:
    p = lending(waiting=9)
    p.pause("后台")
    p.start("1")
    assert offers(p.ready("后台")) == []


def test_an_emergency_needs_no_lending() -> None:
    p = lending(waiting=9)
    p.start("1", emergency=True)
    assert p.rings_at("1") == "后台"


def test_a_policy_without_lending_ends_it() -> None:
    p = lending(waiting=1, until_waiting=9)
    p.pause("后台")
    p.start("1")
    assert p.floor.lending("q")
    assert [type(e).__name__ for e in publish(p, q=QueuePolicy())] == ["PolicyPublished"]
    assert not p.floor.lending("q")
