"""A queue is shared out among partners by percentages, floors and ceilings."""

from __future__ import annotations

from collections import Counter

from rexian.engine import events as ev
from rexian.engine.specs import Passed, QueuePolicy, Share
from tests.engine.play import Play
from tests.engine.policies import offers, publish, reason_of

NORTH, SOUTH = {"partner:北": 1}, {"partner:南": 1}


def shared(*shares: Share, north: int = 3, south: int = 3, rest: int = 0) -> Play:
    p = Play()
    p.queue(acw_ms=0)
    publish(p, q=QueuePolicy(strategy="weighted_shares", shares=shares))
    for name, skills, count in (("北", NORTH, north), ("南", SOUTH, south), ("自", {}, rest)):
        for n in range(count):
            p.agent(f"{name}{n}", skills)
    return p


def served(p: Play, count: int) -> Counter[str]:
    """Handle so many contacts one after the other and count them by partner."""
    found: Counter[str] = Counter()
    for n in range(count):
        p.start(f"c{n}")
        found[str(p.rings_at(f"c{n}"))[0]] += 1
        p.accept(f"c{n}")
        p.after(1)
        p.end(f"c{n}")
    return found


def test_percentages_are_kept_while_there_is_a_choice() -> None:
    p = shared(Share(partner="partner:北", percent=70), Share(partner="partner:南", percent=30))
    assert served(p, 100) == {"北": 70, "南": 30}


def test_our_own_people_get_what_is_left() -> None:
    p = shared(Share(partner="partner:北", percent=50), Share(partner="partner:南", percent=20), rest=2)
    assert served(p, 100) == {"北": 50, "南": 20, "自": 30}


def test_whose_turn_it_is_comes_before_the_shorter_idle_and_the_reason_says_so() -> None:
    p = shared(Share(partner="partner:北", percent=10), Share(partner="partner:南", percent=90), north=1, south=1)
    p.start("1")
    assert p.rings_at("1") == "南0"
    reason = reason_of(p, "1")
    assert (reason.rule, reason.runner_up) == ("weighted_shares", Passed("北0", "share_reached"))


def test_a_partner_under_its_floor_comes_first() -> None:
    p = shared(Share(partner="partner:北", percent=90), Share(partner="partner:南", percent=10, floor=40))
    assert served(p, 50)["南"] == 20


def test_nobody_waits_for_a_share() -> None:
    p = shared(Share(partner="partner:北", percent=100), Share(partner="partner:南", percent=0), north=0, south=1)
    p.start("1")
    assert (p.rings_at("1"), reason_of(p, "1").rule) == ("南0", "only_one_free")


def test_a_ceiling_is_hard_and_counted_among_the_blocked() -> None:
    p = shared(Share(partner="partner:北", percent=100, ceiling=1), north=3, south=0)
    p.start("1")
    p.start("2")
    assert (p.rings_at("1"), p.rings_at("2")) == ("北0", None)
    p.agent("自")
    assert p.rings_at("2") == "自"
    p.agent("己")
    p.start("3")
    assert (p.rings_at("3"), reason_of(p, "3").blocked) == ("己", {"ceiling": 2})


def test_when_the_ceiling_is_no_longer_reached_a_free_colleague_gets_who_waits() -> None:
    p = shared(Share(partner="partner:北", percent=100, ceiling=1), north=2, south=0)
    p.start("1")
    p.start("2")
    p.accept("1")
    p.after(1_000)
    p.pause("北0")
    assert offers(p.end("1")) == [("2", "北1")], "the one who got free is at lunch"
    assert p.floor.queue("q").busy_shares == {"partner:北": 1}  # type: ignore[union-attr]


def test_an_emergency_knows_no_ceiling() -> None:
    p = shared(Share(partner="partner:北", percent=100, ceiling=1), north=2, south=0)
    p.start("1")
    p.start("2", emergency=True)
    assert p.rings_at("2") == "北1"


def test_an_agent_of_two_partners_counts_for_the_first_named() -> None:
    p = shared(Share(partner="partner:北", percent=50), Share(partner="partner:南", percent=50), north=0, south=0)
    p.agent("双", {**NORTH, **SOUTH})
    p.start("1")
    assert p.floor.queue("q").shared == {"partner:北": 1}  # type: ignore[union-attr]


def test_the_past_fades() -> None:
    p = shared(Share(partner="partner:北", percent=60), Share(partner="partner:南", percent=40))
    served(p, 1_000)
    assert p.floor.queue("q").shared == {"partner:北": 300, "partner:南": 200}  # type: ignore[union-attr]


def test_a_partner_who_leaves_is_forgotten() -> None:
    p = shared(Share(partner="partner:北", percent=50), Share(partner="partner:南", percent=50))
    served(p, 10)
    publish(p, q=QueuePolicy(strategy="weighted_shares", shares=(Share(partner="partner:北", percent=50),)))
    assert p.floor.queue("q").shared == {"partner:北": 5}  # type: ignore[union-attr]
    assert not [e for e in p.after(60_000) if isinstance(e, ev.InteractionOffered)]
