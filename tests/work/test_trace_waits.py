"""What put somebody before somebody else, and what was so while somebody waited."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from rexian.engine.commands import (
    AcceptOffer,
    AnyCommand,
    DefineAgent,
    DefineQueue,
    EndInteraction,
    Envelope,
    ProveOffer,
    PublishPolicy,
    SetAgentState,
    StartContact,
    SwitchRule,
)  # fmt: skip
from rexian.engine.floor import Floor
from rexian.engine.specs import AgentSpec, Party, Policy, QueuePolicy, QueueSpec, Reserve, Rule
from rexian.engine.standing import Score
from rexian.work.trace.waits import Wait, Waits, head_start

SYSTEM = Party("system", "test")
OWN = Score(number=2, waited_ms=60_000, slope=1, priority=0, credit_ms=0, boost_ms=0, emergency=False)


@pytest.mark.parametrize(
    ("other", "why"),
    [
        ({"number": 1}, "earlier"),
        ({"number": 1, "waited_ms": 90_000, "boost_ms": 5_000}, "earlier"),
        ({"number": 3, "emergency": True}, "emergency"),
        ({"number": 3, "boost_ms": 5_000}, "rule"),
        ({"number": 3, "boost_ms": 5_000, "priority": 5_000, "waited_ms": 58_000}, "priority"),
        ({"number": 3, "priority": 5_000}, "priority"),
        ({"number": 3, "credit_ms": 5_000}, "credit"),
        ({"number": 3, "waited_ms": 40_000, "slope": 2}, "slope"),
        ({"number": 3}, "target"),
        ({"number": 1, "waited_ms": 10_000}, "target"),
    ],
)
def test_the_last_part_without_which_it_would_not_have_been_first_is_the_reason(
    other: dict[str, Any], why: str
) -> None:
    assert head_start(OWN, replace(OWN, **other)) == why


class Day:
    """A floor that is watched while it lives: agents of level 3 at phones, each for one contact."""

    def __init__(self, watched: str, *agents: str, skills: dict[str, int] | None = None) -> None:
        self.floor, self.twin, self.at, self.seq = Floor(), Floor(), 1_000_000, 0
        self.waits = Waits(watched)
        for queue in ("phone", "home"):
            self.do(DefineQueue(queue=QueueSpec(id=queue, tenant_id="t", needs={"phone": 1}, acw_ms=0)))
        for agent in agents:
            spec = AgentSpec(id=agent, skills=skills or {"phone": 3}, capacity={"chat": 1})
            self.do(DefineAgent(agent=spec))
            self.do(SetAgentState(agent_id=agent, state="available"))

    def do(self, command: AnyCommand, after_ms: int = 0) -> None:
        self.at += after_ms
        for event in self.floor.decide(Envelope(id=f"c{self.at}.{self.seq}", at=self.at, by=SYSTEM, command=command)):
            self.seq += 1
            self.waits.before(self.seq, event, self.twin)
            self.twin.apply(event)
            self.waits.after(self.seq, event, self.twin)

    def come(self, contact: str, queue: str = "phone", after_ms: int = 0, **given: Any) -> None:
        start = StartContact(
            contact_id=contact, interaction_id=f"{contact}/1", tenant_id="t", customer_id=contact, queue_id=queue,
            medium="chat", **given,
        )  # fmt: skip
        self.do(start, after_ms)
        self.answer()

    def answer(self) -> None:
        for offer in list(self.floor.offers()):
            self.do(ProveOffer(offer_id=offer.id, agent_id=offer.agent_id))
            self.do(AcceptOffer(offer_id=offer.id, agent_id=offer.agent_id))

    def end(self, contact: str, after_ms: int = 0) -> None:
        self.do(EndInteraction(interaction_id=f"{contact}/1", by=SYSTEM), after_ms)
        self.answer()

    def wait(self) -> Wait:
        self.waits.finish(self.at)
        [wait] = self.waits.waits
        return wait


def test_it_waits_while_nobody_is_on_duty_and_then_while_all_are_busy() -> None:
    day = Day("x", "li")
    day.do(SetAgentState(agent_id="li", state="not_ready", reason="break"))
    day.come("a")
    day.come("x", after_ms=1_000)
    day.do(SetAgentState(agent_id="li", state="available"), after_ms=9_000)
    day.answer()
    day.end("a", after_ms=5_000)
    wait = day.wait()
    assert (wait.begun.place, wait.begun.of, wait.begun.reach.on_duty) == (2, 2, 0)
    assert wait.spent == {"nobody": 9_000, "busy": 5_000}
    assert wait.overtaken == {"earlier": 1}
    assert wait.waited_ms == 14_000
    assert wait.until_seq


def test_rules_that_change_while_it_waits_stand_beside_it() -> None:
    day = Day("x", "li")
    rule = Rule(id="storm", when={"region": ("coast",)}, boost_ms=60_000, on=False)
    day.do(PublishPolicy(policy=Policy(tenant_id="t", version=1, rules=(rule,))))
    day.come("a")
    day.come("x", after_ms=1_000)
    day.come("c", after_ms=5_000, attributes={"region": "coast"})
    day.do(SwitchRule(tenant_id="t", rule_id="storm", on=True))
    day.end("a", after_ms=1_000)
    wait = day.wait()
    assert (wait.overtaken, wait.rules) == ({"rule": 1}, {"storm": 1})
    assert [type(day.waits.beside[seq]).__name__ for seq in wait.beside] == ["RuleSwitched"]
    assert not wait.until_seq, "it waits still"
    assert wait.waited_ms == 6_000


def test_agents_kept_for_others_pass_it_over() -> None:
    day = Day("x", "li", skills={"phone": 3, "vip": 1})
    keep = QueuePolicy(reserve=Reserve(skill="vip", keep=1))
    day.do(PublishPolicy(policy=Policy(tenant_id="t", version=1, queues={"home": keep})))
    day.come("x")
    day.come("vip", queue="home", after_ms=4_000)
    wait = day.wait()
    assert wait.begun.reach.blocked == {"reserved": 1}
    assert wait.begun.reach.open == 0
    assert wait.passed == {"reserved": 1}
    assert wait.overtaken == {}
    assert wait.spent == {"blocked": 4_000}


def test_a_contact_that_is_let_go_begins_to_wait_anew() -> None:
    day = Day("x", "li", "wang")
    day.come("a")
    day.do(
        StartContact(contact_id="x", interaction_id="x/1", tenant_id="t", customer_id="x", queue_id="phone",
                     medium="chat")
    )  # fmt: skip
    [offer] = day.floor.offers()
    day.do(SetAgentState(agent_id=offer.agent_id, state="not_ready", reason="break"), after_ms=2_000)
    day.waits.finish(day.at)
    first, second = day.waits.waits
    assert (first.waited_ms, first.begun.reach.free) == (0, 1)
    assert (second.begun.reach.on_duty, second.begun.reach.free, second.until_seq) == (1, 0, 0)
