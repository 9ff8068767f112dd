"""Danger to life passes everything, and may interrupt what can be interrupted."""

from __future__ import annotations

from rexian.engine import events as ev
from rexian.engine.specs import Passed, QueuePolicy, Rule
from tests.engine.play import Play
from tests.engine.policies import offers, publish, reason_of, switch

GAS = Rule(id="燃气泄漏", when={"topic": ("gas",)}, emergency=True, on=False)


def station(*, interruptible: bool = True) -> Play:
    p = Play()
    p.queue(acw_ms=60_000)
    p.queue("急")
    publish(p, GAS, q=QueuePolicy(interruptible=interruptible))
    return p


def talking(p: Play, agent: str, id: str) -> None:
    p.agent(agent)
    p.start(id)
    assert p.rings_at(id) == agent
    p.accept(id)


def test_it_stands_before_everybody() -> None:
    p = station()
    p.start("1", credit_ms=10**12)
    p.after(3_600_000)
    p.start("2", "急", emergency=True)
    p.agent("李")
    assert p.rings_at("2") == "李"
    assert p.floor.emergency("2")
    assert not p.floor.emergency("1")


def test_it_interrupts_a_talk_of_an_interruptible_queue() -> None:
    p = station()
    talking(p, "李", "1")
    p.start("2", "急", emergency=True)
    assert p.rings_at("2") == "李"
    assert (reason_of(p, "2").rule, reason_of(p, "2").blocked) == ("interrupts", {})
    p.accept("2")
    assert p.a("李").handlings == ["1", "2"]


def test_a_free_agent_comes_before_any_interruption() -> None:
    p = station()
    talking(p, "李", "1")
    p.agent("王")
    p.start("2", "急", emergency=True)
    assert (p.rings_at("2"), reason_of(p, "2").rule) == ("王", "only_one_free")


def test_of_several_the_one_idle_for_longest_before_is_interrupted() -> None:
    p = station()
    talking(p, "李", "1")
    p.after(5_000)
    talking(p, "王", "2")
    p.start("3", "急", emergency=True)
    assert p.rings_at("3") == "李"
    assert (reason_of(p, "3").candidates, reason_of(p, "3").runner_up) == (2, Passed("王", "shorter_idle"))


def test_an_emergency_is_never_interrupted_by_another() -> None:
    p = station()
    p.agent("李")
    p.start("1", emergency=True)
    p.accept("1")
    p.start("2", "急", emergency=True)
    assert p.rings_at("2") is None


def test_where_the_policy_does_not_say_so_nobody_is_interrupted() -> None:
    p = station(interruptible=False)
    talking(p, "李", "1")
    p.start("2", "急", emergency=True)
    assert p.rings_at("2") is None


def test_who_has_just_accepted_may_be_interrupted_at_once() -> None:
    p = station()
    p.agent("李")
    p.start("1")
    p.start("2", "急", emergency=True)
    assert p.rings_at("2") is None, "an offer rings: one thing at a time"
    accepted = p.accept("1")
    assert offers(accepted) == [("2", "李")]
    assert reason_of(p, "2").rule == "interrupts"


def test_a_rule_makes_emergencies_of_those_who_wait() -> None:
    p = station()
    talking(p, "李", "1")
    p.start("2", attributes={"topic": "gas"})
    assert p.rings_at("2") is None
    assert offers(switch(p, "燃气泄漏", on=True)) == [("2", "李")]


def test_what_was_an_emergency_by_a_rule_may_be_interrupted_when_the_rule_ends() -> None:
    p = station()
    switch(p, "燃气泄漏", on=True)
    p.agent("李")
    p.start("1", attributes={"topic": "gas"})
    p.accept("1")
    p.start("2", "急", emergency=True)
    assert p.rings_at("2") is None
    assert offers(switch(p, "燃气泄漏", on=False)) == [("2", "李")]


def test_it_is_never_turned_away() -> None:
    p = station()
    p.queue(max_waiting=1)
    p.start("1")
    assert p.refused(p.start_command("2")) == "queue_full"
    assert p.start("3", emergency=True)
    switch(p, "燃气泄漏", on=True)
    assert p.start("4", attributes={"topic": "gas"})


def test_who_declined_the_emergency_gets_it_only_after_a_while() -> None:
    p = station()
    talking(p, "李", "1")
    p.start("2", "急", emergency=True)
    p.reject("2")
    assert p.rings_at("2") is None
    assert offers(p.after(10_000)) == [("2", "李")]
    assert not [e for e in p.log if isinstance(e, ev.LendingChanged)]
