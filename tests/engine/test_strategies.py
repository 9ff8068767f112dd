"""Who among the free comes first, by each strategy."""

from __future__ import annotations

from rexian.engine.specs import Passed, QueuePolicy
from tests.engine.play import Play
from tests.engine.policies import publish, reason_of


def test_occupancy_is_the_time_with_contacts_since_signing_in() -> None:
    p = Play()
    p.queue(acw_ms=0)
    p.agent("李")
    p.after(4_000)
    p.start("1")
    p.accept("1")
    p.after(6_000)
    p.end("1")
    assert p.a("李").occupancy == 6_000
    assert p.a("李").handled == 1
    p.pause("李", "lunch")
    p.after(60_000)
    p.ready("李")
    assert (p.a("李").occupancy, p.a("李").handled) == (6_000, 1), "lunch is no new shift"
    p.pause("李", "signed_out")
    p.ready("李")
    assert (p.a("李").occupancy, p.a("李").handled, p.a("李").duty_since) == (0, 0, p.now)


def test_the_least_occupied_is_asked_although_another_is_idle_for_longer() -> None:
    p = Play()
    p.queue(acw_ms=0)
    publish(p, q=QueuePolicy(strategy="least_occupied"))
    p.agent("忙")
    p.start("1")
    p.accept("1")
    p.after(50_000)
    p.end("1")
    p.after(10_000)
    p.agent("闲")
    p.start("2")
    assert p.rings_at("2") == "闲"
    assert reason_of(p, "2").runner_up == Passed("忙", "more_occupied")


def test_the_specialist_is_asked_before_the_all_rounder() -> None:
    p = Play()
    p.queue(needs={"product:phone": 1})
    publish(p, q=QueuePolicy(strategy="best_fitting"))
    p.agent("通才", {"product:phone": 5, "lang:en": 5})
    p.after(60_000)
    p.agent("专才", {"product:phone": 2})
    p.start("1")
    assert p.rings_at("1") == "专才"
    assert reason_of(p, "1").runner_up == Passed("通才", "broader_skills")


def test_the_one_with_fewest_contacts_today_is_asked() -> None:
    p = Play()
    p.queue(acw_ms=0)
    publish(p, q=QueuePolicy(strategy="fewest_contacts"))
    p.agent("甲")
    p.start("1")
    p.accept("1")
    p.end("1")
    p.after(60_000)
    p.agent("乙")
    p.start("2")
    assert p.rings_at("2") == "乙"
    assert reason_of(p, "2").runner_up == Passed("甲", "more_contacts")


def test_fewer_contacts_in_hand_come_before_any_strategy() -> None:
    p = Play()
    p.queue(needs={"product:phone": 1})
    publish(p, q=QueuePolicy(strategy="best_fitting"))
    p.agent("专才", {"product:phone": 1}, capacity={"chat": 2})
    p.start("1")
    p.agent("通才", {"product:phone": 5, "lang:en": 5}, capacity={"chat": 2})
    p.start("2")
    assert p.rings_at("2") == "通才"
    assert reason_of(p, "2").runner_up == Passed("专才", "busier")


def test_a_strategy_taken_back_leaves_idle_time() -> None:
    p = Play()
    p.queue(needs={"product:phone": 1})
    publish(p, q=QueuePolicy(strategy="best_fitting"))
    p.agent("通才", {"product:phone": 5, "lang:en": 5})
    p.after(60_000)
    p.agent("专才", {"product:phone": 2})
    publish(p)
    p.start("1")
    assert (p.rings_at("1"), reason_of(p, "1").rule) == ("通才", "longest_idle")
