"""A tenant's policy: published in versions, with rules that fit contacts and are switched by hand or by the clock."""

from __future__ import annotations

import pytest

from rexian.engine import commands as cmd
from rexian.engine import events as ev
from rexian.engine.specs import Lend, Policy, QueuePolicy, Reserve, Rule, Share, Step
from tests.engine.play import START, Play, only
from tests.engine.policies import TENANT, offers, policy_of, publish, reason_of, switch

TYPHOON = Rule(id="台风", when={"region": ("浙江", "福建")}, boost_ms=600_000, on=False)


def test_a_policy_is_published_once_and_an_older_version_is_refused() -> None:
    p = Play()
    policy = policy_of(p, q=QueuePolicy(strategy="best_fitting"))
    assert only(p.do(cmd.PublishPolicy(policy=policy)), ev.PolicyPublished).policy == policy
    assert p.do(cmd.PublishPolicy(policy=policy)) == []
    assert p.refused(cmd.PublishPolicy(policy=Policy(tenant_id=TENANT, version=1))) == "policy_outdated"
    assert p.floor.policy(TENANT) == policy
    assert p.floor.policy("别家") is None


@pytest.mark.parametrize(
    "queue",
    [
        QueuePolicy(steps=(Step(after_ms=9, kind="anyone"), Step(after_ms=9, kind="anyone"))),
        QueuePolicy(steps=(Step(after_ms=9, kind="anyone", lower=6),)),
        QueuePolicy(shares=(Share(partner="partner:甲", percent=70), Share(partner="partner:乙", percent=40))),
        QueuePolicy(shares=(Share(partner="", percent=1),)),
        QueuePolicy(lend=Lend(until_waiting=3)),
        QueuePolicy(reserve=Reserve(skill="", keep=1)),
        QueuePolicy(max_wait_ms=-1),
    ],
)
def test_what_makes_no_sense_is_refused(queue: QueuePolicy) -> None:
    p = Play()
    assert p.refused(cmd.PublishPolicy(policy=policy_of(p, q=queue))) == "policy_invalid"


def test_two_rules_of_one_name_are_refused() -> None:
    p = Play()
    assert p.refused(cmd.PublishPolicy(policy=policy_of(p, (TYPHOON, TYPHOON)))) == "policy_invalid"


def test_a_disaster_declared_by_hand_moves_its_regions_to_the_front() -> None:
    p = Play()
    p.queue()
    publish(p, TYPHOON)
    p.start("上海")
    p.after(60_000)
    p.start("宁波", attributes={"region": "浙江"})
    assert p.floor.position("宁波") == (2, 2)
    switched = only(switch(p, "台风", on=True), ev.RuleSwitched)
    assert (switched.on, switched.by_timer) == (True, False)
    assert p.floor.position("宁波") == (1, 2)
    assert p.floor.active_rules(TENANT) == ("台风",)
    p.agent("李")
    assert p.rings_at("宁波") == "李"
    assert (reason_of(p, "宁波").score, reason_of(p, "宁波").next_up) == (600_000, "上海")
    switch(p, "台风", on=False)
    assert p.floor.position("宁波") == (2, 2)


def test_switching_to_what_already_holds_is_nothing_and_an_unknown_rule_is_refused() -> None:
    p = Play()
    publish(p, TYPHOON)
    assert switch(p, "台风", on=False) == []
    assert p.refused(cmd.SwitchRule(tenant_id=TENANT, rule_id="地震", on=True)) == "unknown_rule"
    assert p.refused(cmd.SwitchRule(tenant_id="别家", rule_id="台风", on=True)) == "unknown_rule"


def test_the_exam_season_begins_and_ends_by_itself() -> None:
    p = Play()
    p.queue()
    season = Rule(id="高考", when={"topic": ("exam",)}, boost_ms=5_000, from_at=START + 10_000, until_at=START + 20_000)
    publish(p, season)
    assert p.floor.next_due() == START + 10_000
    began = only(p.after(10_000), ev.RuleSwitched)
    assert (began.on, began.by_timer) == (True, True)
    ended = only(p.after(10_000), ev.RuleSwitched)
    assert (ended.on, ended.by_timer) == (False, True)
    assert p.floor.next_due() is None


def test_a_season_that_passed_while_the_server_lay_dead_began_and_ended() -> None:
    p = Play()
    publish(p, Rule(id="双十一", from_at=START + 1_000, until_at=START + 2_000))
    p.now += 3_600_000
    switched = [e for e in p.do(cmd.Tick()) if isinstance(e, ev.RuleSwitched)]
    assert [e.on for e in switched] == [True, False]


def test_a_rule_ended_by_hand_stays_so_although_its_time_has_begun() -> None:
    p = Play()
    publish(p, Rule(id="高考", from_at=START + 1_000, until_at=START + 9_000))
    p.after(2_000)
    switch(p, "高考", on=False)
    assert p.after(60_000) == []


def test_a_rule_may_be_about_the_queue_and_the_medium_and_these_are_never_the_customers_word() -> None:
    p = Play()
    p.queue("普通")
    p.queue("理赔")
    publish(p, Rule(id="理赔先", when={"queue": ("理赔",), "medium": ("chat",)}, boost_ms=1_000))
    p.start("1", "普通", attributes={"queue": "理赔"})
    p.start("2", "理赔")
    p.agent("李")
    assert p.rings_at("2") == "李"


def test_a_new_version_holds_for_those_who_wait() -> None:
    p = Play()
    p.queue(needs={"product:phone": 3})
    p.agent("李", {"product:phone": 1})
    publish(p, q=QueuePolicy(steps=(Step(after_ms=60_000, kind="lower_level", needs={"product:phone": 1}),)))
    p.start("1")
    p.after(30_000)
    assert p.rings_at("1") is None
    publish(p, q=QueuePolicy(steps=(Step(after_ms=20_000, kind="lower_level", needs={"product:phone": 1}),)))
    assert offers(p.after(0)) == [("1", "李")]
    assert (reason_of(p, "1").policy, reason_of(p, "1").step) == (2, 1)


def test_attributes_are_few_and_short() -> None:
    p = Play()
    p.queue()
    for attributes in ({f"a{n}": "x" for n in range(21)}, {"": "x"}, {"a" * 61: "x"}, {"a": "x" * 201}):
        assert p.refused(p.start_command("1", attributes=attributes)) == "bad_attributes"


def test_another_tenants_rules_do_not_touch_ours() -> None:
    p = Play()
    p.queue("ours")
    p.queue("theirs", tenant_id="长河")
    publish(p, Rule(id="一切", boost_ms=600_000))
    p.start("1", "theirs", tenant_id="长河")
    p.after(1_000)
    p.start("2", "ours")
    p.agent("李")
    assert p.rings_at("2") == "李"
    assert p.floor.active_rules("长河") == ()
