"""Some agents are kept free for one queue: the hotline for the bereaved must not find everybody selling phones."""

from __future__ import annotations

from rexian.engine.specs import QueuePolicy, Reserve
from tests.engine.play import Play
from tests.engine.policies import offers, publish, reason_of

HOTLINE = {"hotline": 1}


def hotline(keep: int) -> Play:
    p = Play()
    p.queue("销售")
    p.queue("专线", needs=HOTLINE)
    publish(p, 专线=QueuePolicy(reserve=Reserve(skill="hotline", keep=keep)))
    return p


def test_the_last_one_free_is_kept() -> None:
    p = hotline(1)
    p.agent("甲", HOTLINE)
    p.agent("乙", HOTLINE)
    p.start("1", "销售")
    p.start("2", "销售")
    assert (p.rings_at("1"), p.rings_at("2")) == ("甲", None)
    p.start("3", "专线")
    assert p.rings_at("3") == "乙"


def test_others_are_taken_and_the_kept_ones_are_counted() -> None:
    p = hotline(1)
    p.agent("甲", HOTLINE)
    p.agent("普通")
    p.start("1", "销售")
    assert (p.rings_at("1"), reason_of(p, "1").blocked) == ("普通", {"reserved": 1})


def test_a_freed_agent_of_the_hotline_pulls_nothing_else_while_too_few_are_free() -> None:
    p = hotline(1)
    p.agent("甲", HOTLINE, ready=False)
    p.start("1", "销售")
    assert offers(p.ready("甲")) == []
    p.start("2", "专线")
    assert p.rings_at("2") == "甲"


def test_when_enough_are_free_again_a_colleague_takes_who_waits() -> None:
    p = hotline(1)
    p.agent("甲", HOTLINE)
    p.start("1", "销售")
    assert p.rings_at("1") is None
    p.agent("乙", HOTLINE, ready=False)
    assert offers(p.ready("乙")) == [("1", "乙")]
    p.start("2", "销售")
    p.agent("丙", {"hotline": 1, "nothing:else": 1}, capacity={"voice": 1})
    assert p.rings_at("2") is None, "free for calls only"


def test_it_is_counted_by_medium() -> None:
    p = hotline(1)
    p.agent("甲", HOTLINE, capacity={"chat": 1, "voice": 1})
    p.agent("乙", HOTLINE, capacity={"chat": 1})
    p.start("1", "销售", medium="voice")
    p.start("2", "销售")
    assert (p.rings_at("1"), p.rings_at("2")) == (None, "甲")


def test_an_emergency_takes_even_the_last_one() -> None:
    p = hotline(1)
    p.agent("甲", HOTLINE)
    p.start("1", "销售", emergency=True)
    assert p.rings_at("1") == "甲"


def test_another_tenants_reserve_counts_too_on_a_shared_floor() -> None:
    p = hotline(1)
    p.queue("长河", tenant_id="长河")
    p.agent("甲", HOTLINE)
    p.start("1", "长河", tenant_id="长河")
    assert p.rings_at("1") is None


def test_a_policy_without_it_lets_them_go() -> None:
    p = hotline(1)
    p.agent("甲", HOTLINE)
    p.start("1", "销售")
    assert offers(publish(p)) == [("1", "甲")]
