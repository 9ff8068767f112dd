"""Who gets which contact."""

from __future__ import annotations

import pytest

from rexian.engine import commands as cmd
from rexian.engine import events as ev
from rexian.engine.specs import Passed
from tests.engine.play import START, Play, only


def test_the_agent_who_is_idle_for_longest_gets_the_contact() -> None:
    p = Play()
    p.queue()
    p.agent("李", ready=False)
    p.agent("王")
    p.after(1_000)
    p.ready("李")
    p.after(1_000)
    reason = only(p.start("1"), ev.InteractionOffered).reason
    assert p.rings_at("1") == "王"
    assert (reason.rule, reason.idle_ms, reason.candidates) == ("longest_idle", 2_000, 2)
    assert reason.runner_up == Passed("李", "shorter_idle")


def test_whoever_has_fewer_contacts_comes_before_whoever_is_idle_for_longer() -> None:
    p = Play()
    p.queue()
    p.agent("李", capacity={"chat": 3})
    p.start("1")
    p.accept("1")
    p.after(5_000)
    p.agent("王", capacity={"chat": 3})
    reason = only(p.start("2"), ev.InteractionOffered).reason
    assert p.rings_at("2") == "王"
    assert reason.runner_up == Passed("李", "busier")


def test_major_skills_come_before_minor_ones_and_minors_help_out() -> None:
    p = Play()
    p.queue(needs={"product:phone": 1})
    p.agent("lent", {"product:phone": 5, "product:home": 5}, minor=("product:phone",))
    p.after(9_000)
    p.agent("own", {"product:phone": 1})
    reason = only(p.start("1"), ev.InteractionOffered).reason
    assert p.rings_at("1") == "own"
    assert reason.runner_up == Passed("lent", "minor_skill")
    p.start("2")
    assert p.rings_at("2") == "lent"


@pytest.mark.parametrize(("level", "gets_it"), [(1, False), (2, False), (3, True), (5, True)])
def test_a_level_must_be_reached(level: int, gets_it: bool) -> None:
    p = Play()
    p.queue(needs={"topic:billing": 3})
    p.agent("李", {"topic:billing": level})
    p.start("1")
    assert (p.rings_at("1") == "李") is gets_it


def test_the_contact_may_ask_for_more_than_its_queue() -> None:
    p = Play()
    p.queue(needs={"product:phone": 2})
    p.agent("zh", {"product:phone": 5, "lang:zh-CN": 5})
    p.agent("en", {"product:phone": 2, "lang:en": 3})
    reason = only(p.start("1", needs={"lang:en": 2, "product:phone": 1}), ev.InteractionOffered).reason
    assert p.rings_at("1") == "en"
    assert reason.needs == {"product:phone": 2, "lang:en": 2}
    assert reason.rule == "only_one_free"


def test_whoever_waits_longest_is_served_first() -> None:
    p = Play()
    p.queue()
    for id in ("1", "2", "3"):
        p.start(id)
        p.after(100)
    p.agent("李")
    assert p.rings_at("1") == "李"
    assert p.floor.position("2") == (2, 3)


def test_priority_and_credit_are_head_starts_in_time() -> None:
    p = Play()
    p.queue("plain")
    p.queue("vip", priority=10_000)
    p.start("1", "plain")
    p.after(5_000)
    p.start("2", "plain", credit_ms=6_000)
    p.after(4_000)
    p.start("3", "vip")
    p.after(2_000)
    p.start("4", "vip")
    p.agent("李", capacity={"chat": 4})
    order = [e.interaction_id for e in p.log if isinstance(e, ev.InteractionOffered)]
    # scores now: 1 → 11,000; 2 → 6,000 + 6,000; 3 → 2,000 + 10,000; 4 → 10,000. Equal ones by arrival.
    assert order == ["2", "3", "1", "4"]


def test_a_steeper_slope_overtakes_with_time() -> None:
    p = Play()
    p.queue("slow", slope=1)
    p.queue("fast", slope=3)
    p.start("1", "slow")
    p.after(6_000)
    p.start("2", "fast")
    p.after(2_000)
    p.agent("first")
    assert p.rings_at("1") == "first"  # 8,000 against 6,000
    p.start("3", "slow")
    p.after(1_001)
    p.agent("second")
    assert p.rings_at("2") == "second"


def test_each_medium_has_its_own_capacity() -> None:
    p = Play()
    p.queue()
    p.agent("李", capacity={"chat": 2, "voice": 1})
    for id in ("1", "2", "3"):
        p.start(id)
    p.start("4", medium="voice")
    p.start("5", medium="voice")
    assert [p.rings_at(id) for id in "12345"] == ["李", "李", None, "李", None]


def test_an_offer_and_after_contact_work_take_a_place() -> None:
    p = Play()
    p.queue()
    p.agent("李")
    p.start("1")
    p.start("2")
    assert p.rings_at("2") is None
    p.accept("1")
    p.end("1")
    assert p.rings_at("2") is None
    offered = only(p.wrap("1"), ev.InteractionOffered)
    assert (offered.interaction_id, offered.reason.rule) == ("2", "agent_freed")


def test_nobody_gets_a_contact_before_saying_that_they_are_available() -> None:
    p = Play()
    p.queue()
    p.agent("李", ready=False)
    p.start("1")
    assert (p.a("李").state, p.a("李").reason) == ("not_ready", "signed_out")
    assert p.i("1").state == "queued"


def test_a_new_skill_counts_at_once() -> None:
    p = Play()
    p.queue(needs={"product:phone": 2})
    p.agent("李", {"product:phone": 1})
    p.start("1")
    assert p.rings_at("1") is None
    p.agent("李", {"product:phone": 2}, ready=False)
    assert p.rings_at("1") == "李"


def test_easier_needs_of_a_queue_count_at_once() -> None:
    p = Play()
    p.queue(needs={"product:phone": 4})
    p.agent("李", {"product:phone": 1})
    p.start("1")
    assert p.rings_at("1") is None
    p.queue(needs={"product:phone": 1})
    assert p.rings_at("1") == "李"


def test_a_changed_priority_moves_those_who_wait() -> None:
    p = Play()
    p.queue("a")
    p.queue("b")
    p.start("1", "a")
    p.after(1_000)
    p.start("2", "b")
    p.queue("b", priority=5_000)
    p.agent("李")
    assert p.rings_at("2") == "李"


@pytest.mark.parametrize(
    ("field", "value"),
    [("needs", {"x": 0}), ("needs", {"x": 6}), ("slope", 0), ("ring_ms", 0), ("acw_ms", -1), ("priority", 2**63)],
)
def test_a_queue_out_of_range_is_refused(field: str, value: object) -> None:
    p = Play()
    spec: dict[str, object] = {"id": "q", "tenant_id": "t", field: value}
    assert p.refused(cmd.DefineQueue(queue=cmd.QueueSpec(**spec))) == "bad_definition"  # type: ignore[arg-type]


def test_an_agent_out_of_range_is_refused() -> None:
    p = Play()
    assert p.refused(cmd.DefineAgent(agent=cmd.AgentSpec(id="a", skills={"x": 9}))) == "bad_definition"
    for number in (-1, 2**70):
        assert p.refused(cmd.DefineAgent(agent=cmd.AgentSpec(id="a", capacity={"chat": number}))) == "bad_definition"
        assert p.refused(cmd.DefineAgent(agent=cmd.AgentSpec(id="a", no_answer_limit=number))) == "bad_definition"


def test_places_and_waits_are_told_truly() -> None:
    p = Play()
    p.queue(acw_ms=0)
    p.agent("李")
    for n in range(8):
        p.start(f"{n}")
    assert p.floor.position("0") == (1, 8)  # it rings, but nobody has answered yet
    assert p.floor.position("7") == (8, 8)
    assert p.floor.expected_wait("7") is None  # nothing is known yet
    for n in range(6):
        p.accept(f"{n}")
        p.after(60_000)
        p.end(f"{n}")
    assert [i.id for i in p.floor.waiting("q")] == ["6", "7"]
    assert [i.id for i in p.floor.waiting("q", 1)] == ["6"]
    assert p.floor.position("7") == (2, 2)
    assert p.floor.expected_wait("6") == (60_000, 60_000)
    assert p.floor.expected_wait("7") == (120_000, 120_000)
    assert p.floor.position("0") is None
    assert p.floor.expected_wait("0") is None
    assert p.floor.waiting("nowhere") == []


def test_the_expected_wait_is_a_range_when_the_queue_moves_unevenly() -> None:
    p = Play()
    p.queue(acw_ms=0)
    p.agent("李")
    for n in range(12):
        p.start(f"{n}")
    for n in range(10):
        p.accept(f"{n}")
        p.after(20_000 if n % 2 else 100_000)
        p.end(f"{n}")
    low, high = p.floor.expected_wait("11") or (0, 0)
    assert 20_000 < low < 120_000 < high < 240_000


def test_a_queue_that_halts_promises_less() -> None:
    p = Play()
    p.queue(acw_ms=0)
    p.agent("李")
    for n in range(9):
        p.start(f"{n}")
    for n in range(7):
        p.accept(f"{n}")
        if n < 6:
            p.after(60_000)
            p.end(f"{n}")
    assert p.floor.expected_wait("7") == (60_000, 60_000)
    p.after(600_000)
    p.say("7", "还要等多久？")
    low, high = p.floor.expected_wait("7") or (0, 0)
    assert low < 150_000 < 200_000 < high


def test_nothing_is_promised_while_nobody_who_could_take_it_is_at_work() -> None:
    p = Play()
    p.queue(acw_ms=0, needs={"lang:en": 1})
    p.agent("李", {"lang:en": 1})
    for n in range(8):
        p.start(f"{n}")
    for n in range(6):
        p.accept(f"{n}")
        p.after(60_000)
        p.end(f"{n}")
    p.pause("李")
    p.agent("王", {"lang:zh-CN": 5})
    assert p.floor.expected_wait("7") is None
    p.ready("李")
    assert p.floor.expected_wait("7") is not None
    p.do(cmd.RetireAgent(agent_id="李"))
    assert p.floor.expected_wait("7") is None


def test_quiet_times_do_not_spoil_the_expected_wait() -> None:
    """The gap between two answers counts only when somebody was left waiting in between."""
    p = Play()
    p.queue(acw_ms=0)
    p.agent("李")
    for n in range(9):
        p.start(f"{n}")
        p.accept(f"{n}")
        p.after(3_600_000)
        p.end(f"{n}")
    assert p.floor.queue("q").answer_gaps_ms == []  # type: ignore[union-attr]


def test_instants_never_go_backwards() -> None:
    """FAULTS 33: whatever the clock does, what the floor writes is in order."""
    p = Play()
    p.queue()
    p.after(10_000)
    p.start("1")
    p.now = START - 3_600_000
    p.start("2")
    assert p.i("2").since == p.i("1").since == START + 10_000
