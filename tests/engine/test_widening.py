"""The longer a contact waits, the less it asks for; its place stays."""

from __future__ import annotations

from rexian.engine import events as ev
from rexian.engine.specs import QueuePolicy, Step
from tests.engine.play import Play, only
from tests.engine.policies import offers, publish, reason_of

STEPS = QueuePolicy(
    steps=(
        Step(after_ms=30_000, kind="lower_level", lower=2),
        Step(after_ms=60_000, kind="other_site", needs={"site:any": 1}, alternatives=("call_back",)),
    )
)


def widening() -> Play:
    p = Play()
    p.queue(needs={"site:上海": 1})
    publish(p, q=STEPS)
    return p


def test_after_half_a_minute_a_lower_level_will_do() -> None:
    p = widening()
    p.agent("学徒", {"site:上海": 1, "product:phone": 1})
    p.start("1", needs={"product:phone": 3})
    assert p.after(29_999) == []
    events = p.after(1)
    widened = only(events, ev.InteractionWidened)
    assert (widened.step, widened.kind) == (1, "lower_level")
    assert offers(events) == [("1", "学徒")]
    assert reason_of(p, "1").needs == {"site:上海": 1, "product:phone": 1}
    assert (reason_of(p, "1").step, reason_of(p, "1").policy) == (1, 1)


def test_after_a_minute_another_site_helps_and_a_call_back_is_offered() -> None:
    p = widening()
    p.agent("成都", {"site:any": 1})
    p.start("1")
    widened = [e for e in p.after(60_000) if isinstance(e, ev.InteractionWidened)]
    assert [(e.step, e.alternatives) for e in widened] == [(1, ()), (2, ("call_back",))]
    assert p.rings_at("1") == "成都"


def test_a_permission_is_never_lowered() -> None:
    p = widening()
    p.agent("学徒", {"site:上海": 1, "tenant:云杉": 1, "scope:贷款": 1})
    p.start("1", needs={"tenant:云杉": 2})
    p.start("2", needs={"scope:贷款": 2})
    p.after(59_999)
    assert (p.rings_at("1"), p.rings_at("2")) == (None, None)


def test_the_place_stays_while_it_widens() -> None:
    p = widening()
    p.start("1")
    p.start("2")
    p.after(60_000)
    assert p.floor.position("1") == (1, 2)
    assert p.i("1").since == p.i("2").since


def test_what_rings_at_that_time_widens_when_it_rings_no_more() -> None:
    p = widening()
    p.queue(needs={"site:上海": 1}, ring_ms=40_000, proof_ms=50_000)
    p.agent("甲", {"site:上海": 1}, no_answer_limit=0)
    p.start("1")
    assert p.after(39_999) == []
    assert only(p.after(1), ev.InteractionWidened).step == 1


def test_a_transfer_to_another_queue_begins_anew() -> None:
    p = widening()
    p.queue("理赔")
    p.agent("甲", {"site:上海": 1})
    p.start("1")
    p.after(0)
    p.accept("1")
    p.after(90_000)
    p.transfer("1", queue="理赔")
    assert (p.i("1").step, p.i("1").entered_at) == (0, p.now)


def test_a_policy_with_fewer_steps_takes_the_widening_back() -> None:
    p = widening()
    p.start("1")
    p.after(60_000)
    assert p.i("1").step == 2
    publish(p, q=QueuePolicy(steps=STEPS.steps[:1]))
    assert p.i("1").step == 1
    p.agent("成都", {"site:any": 1})
    assert p.rings_at("1") is None


def test_who_waits_for_a_person_does_not_widen_until_that_is_over() -> None:
    p = widening()
    publish(p, q=QueuePolicy(steps=STEPS.steps, named_agent_ms=70_000))
    p.agent("李", {"site:上海": 1})
    p.start("0")
    p.start("1", named_agent_id="李")
    p.after(0)
    p.accept("0")
    p.after(69_000)
    assert p.i("1").step == 0
    p.after(1_000)
    assert p.i("1").step == 2
