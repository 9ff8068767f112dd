"""A regular customer would rather talk to the one who knows them, but not for ever."""

from __future__ import annotations

from rexian.engine import events as ev
from rexian.engine.specs import QueuePolicy
from tests.engine.play import Play, only
from tests.engine.policies import publish, reason_of


def desk(**policy: int) -> Play:
    """李 and 王 take chats; 李 has been idle for longer."""
    p = Play()
    p.queue(needs={"product:phone": 2})
    publish(p, q=QueuePolicy(**policy))  # type: ignore[arg-type]
    p.agent("李", {"product:phone": 3})
    p.after(1_000)
    p.agent("王", {"product:phone": 2})
    return p


def test_the_last_agent_gets_the_regular_when_free() -> None:
    p = desk()
    p.start("1", last_agent_id="王")
    assert p.rings_at("1") == "王"
    assert (reason_of(p, "1").rule, reason_of(p, "1").candidates) == ("last_agent", 1)


def test_without_a_time_to_wait_a_busy_last_agent_counts_for_nothing() -> None:
    p = desk()
    p.start("0", last_agent_id="王")
    p.start("1", last_agent_id="王")
    assert p.rings_at("1") == "李"


def test_the_regular_waits_for_a_busy_last_agent_as_long_as_the_policy_says() -> None:
    p = desk(last_agent_ms=30_000)
    p.start("0", last_agent_id="王")
    p.accept("0")
    queued = only(p.start("1", last_agent_id="王"), ev.InteractionQueued)
    assert (queued.target_agent_id, queued.target_due_at, queued.target_kind) == ("王", p.now + 30_000, "last_agent")
    assert p.rings_at("1") is None, "although 李 is free"
    again = only(p.after(30_000), ev.InteractionQueued)
    assert again.why == "preference_timeout"
    assert p.rings_at("1") == "李"


def test_the_last_agent_who_gets_free_in_time_takes_it() -> None:
    p = desk(last_agent_ms=30_000)
    p.start("0", last_agent_id="王")
    p.accept("0")
    p.start("1", last_agent_id="王")
    p.after(5_000)
    p.end("0")
    p.wrap("0")
    assert (p.rings_at("1"), reason_of(p, "1").rule) == ("王", "last_agent")


def test_the_named_one_comes_before_the_last_one() -> None:
    p = desk()
    p.start("1", last_agent_id="李", named_agent_id="王")
    assert (p.rings_at("1"), reason_of(p, "1").rule) == ("王", "named_agent")


def test_a_name_makes_up_for_a_missing_skill_but_not_for_a_missing_permission() -> None:
    p = desk()
    p.agent("老陈")
    p.start("1", named_agent_id="老陈")
    assert p.rings_at("1") == "老陈"
    p.agent("新人")
    p.start("2", named_agent_id="新人", needs={"tenant:云杉": 1})
    assert p.i("2").target_agent_id is None


def test_who_is_not_at_work_is_not_waited_for_and_the_last_one_is_asked_instead() -> None:
    p = desk()
    p.pause("李")
    p.start("1", named_agent_id="李", last_agent_id="王")
    assert (p.rings_at("1"), reason_of(p, "1").rule) == ("王", "last_agent")
    p.start("2", named_agent_id="查无此人")
    assert p.i("2").target_agent_id is None


def test_an_emergency_waits_for_nobody_in_particular() -> None:
    p = desk(last_agent_ms=30_000)
    p.start("0", last_agent_id="王")
    p.start("1", last_agent_id="王", emergency=True)
    assert p.rings_at("1") == "李"


def test_who_declines_a_regular_loses_the_claim() -> None:
    p = desk(last_agent_ms=30_000)
    p.start("1", last_agent_id="王")
    p.reject("1")
    assert (p.rings_at("1"), p.i("1").target_agent_id) == ("李", None)
