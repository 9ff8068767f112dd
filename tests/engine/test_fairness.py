"""Nobody waits for ever: a later contact passes an earlier one only by a head start that its lateness has not used up.

B, who came Δ ms after A into what an agent can take both from, goes first only if
slope_B · wait_B + head start_B > slope_A · wait_A + head start_A. With equal slopes s that is: head start_B -
head start_A > s · Δ, so at most as many pass A as arrive within (head start difference) / s after it.

The book kept here knows the events and the policy only; it asks the floor for nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import Any

import pytest

from rexian.engine import commands as cmd
from rexian.engine import events as ev
from rexian.engine.specs import AgentSpec, Policy, QueuePolicy, QueueSpec, Rule, Step
from tests.engine.play import Play

SKILLS = ("x", "y", "z")
REGIONS = ("calm", "flooded")
BOOSTS = {"calm": 0, "flooded": 30_000}
EASED: dict[str, int] = {}  # what the widened queues ask for


@dataclass
class Contact:
    number: int
    since: int
    slope: int
    head_start: int
    needs: dict[str, int]
    waiting: bool = True
    passed_by: list[Contact] = field(default_factory=list)

    def score(self, now: int) -> int:
        return self.slope * (now - self.since) + self.head_start

    def suits(self, skills: dict[str, int]) -> bool:
        return all(skills.get(skill, 0) >= level for skill, level in self.needs.items())


class Day(Play):
    """Random contacts on a small floor whose agents take whatever rings, at once."""

    def __init__(self, seed: int, slopes: tuple[int, ...]) -> None:
        super().__init__()
        self.random = r = Random(seed)
        self.book: dict[str, Contact] = {}
        self.skills: dict[str, dict[str, int]] = {}
        self.queues: dict[str, QueueSpec] = {}
        self.ends: list[tuple[int, str]] = []
        for name in ("q1", "q2", "q3"):
            needs = {skill: r.randint(1, 2) for skill in r.sample(SKILLS, r.randint(0, 2))}
            spec = QueueSpec(
                id=name, tenant_id="云杉", needs=needs, slope=r.choice(slopes), priority=r.choice((0, 9_000)), acw_ms=0
            )
            self.queues[name] = spec
            self.do(cmd.DefineQueue(queue=spec))
        rule = Rule(id="flood", when={"region": ("flooded",)}, boost_ms=BOOSTS["flooded"])
        widening = QueuePolicy(steps=(Step(after_ms=20_000, kind="anyone", needs=EASED),))
        policy = Policy(tenant_id="云杉", version=1, queues={"q3": widening}, rules=(rule,))
        self.do(cmd.PublishPolicy(policy=policy))
        for n in range(3):
            self.skills[f"a{n}"] = skills = {skill: 2 for skill in SKILLS if r.random() < 0.7}
            self.do(cmd.DefineAgent(agent=AgentSpec(id=f"a{n}", skills=skills, capacity={"chat": r.randint(1, 2)})))
            self.ready(f"a{n}")

    def do(self, command: cmd.AnyCommand) -> list[ev.AnyEvent]:
        events = super().do(command)
        for event in events:
            self.note(event)
        for event in events:
            if isinstance(event, ev.InteractionOffered):
                self.do(cmd.AcceptOffer(offer_id=event.offer_id, agent_id=event.agent_id))
                self.ends.append((self.now + self.random.randint(1, 12_000), event.interaction_id))
        return events

    def note(self, event: Any) -> None:
        if isinstance(event, ev.InteractionQueued):
            spec = self.queues[event.queue_id]
            head_start = spec.priority + event.credit_ms + BOOSTS[event.attributes["region"]]
            number = len(self.book) + 1
            self.book[event.interaction_id] = Contact(number, event.since, spec.slope, head_start, spec.needs)
        elif isinstance(event, ev.InteractionWidened):
            self.book[event.interaction_id].needs = EASED
        elif isinstance(event, ev.InteractionOffered):
            taken = self.book[event.interaction_id]
            taken.waiting = False
            for other in self.book.values():
                if other.waiting and other.suits(self.skills[event.agent_id]):
                    self.passes(taken, other, event.at)

    def passes(self, taken: Contact, other: Contact, now: int) -> None:
        """`other` could have had the agent whom `taken` gets."""
        if taken.number < other.number:
            assert taken.score(now) >= other.score(now)
            return
        assert taken.score(now) > other.score(now), "only with a greater score"
        if taken.slope == other.slope:
            lateness = taken.since - other.since
            assert taken.head_start - other.head_start > taken.slope * lateness, "only while the head start lasts"
        other.passed_by.append(taken)

    def pass_time(self, until: int) -> None:
        """Ends and what falls due, in their order."""
        while True:
            end = min(self.ends, default=(until + 1, ""))
            due = self.floor.next_due()
            if min(end[0], due or until + 1) > until:
                break
            if due is not None and due <= end[0]:
                self.now = max(self.now, due)
                self.do(cmd.Tick())
            else:
                self.ends.remove(end)
                self.now = end[0]
                self.end(end[1])
        self.now = until

    def run(self, contacts: int) -> list[Contact]:
        r = self.random
        for n in range(contacts):
            self.pass_time(self.now + r.choice((0, 1, r.randint(0, 3_500))))
            queue = r.choice(tuple(self.queues))
            attributes = {"region": r.choice(REGIONS)}
            self.start(str(n), queue, attributes=attributes, credit_ms=r.choice((0, 0, 5_000)))
        self.pass_time(self.now + 10**7)
        return list(self.book.values())


@pytest.mark.parametrize("slopes", [(1,), (3,), (1, 2, 5)])
def test_only_a_greater_score_goes_first_over_whole_histories(slopes: tuple[int, ...]) -> None:
    passed = 0
    for seed in range(25):
        contacts = Day(seed, slopes).run(80)
        passed += sum(len(contact.passed_by) for contact in contacts)
    assert passed > 500, "there was something to see"


@pytest.mark.parametrize("slope", [1, 3])
def test_no_more_pass_than_arrive_while_the_head_start_lasts(slope: int) -> None:
    for seed in range(100, 120):
        contacts = Day(seed, (slope,)).run(80)
        most = max(contact.head_start for contact in contacts)
        for a in contacts:
            lasts = (most - a.head_start) / slope
            meanwhile = [b for b in contacts if b.number > a.number and b.since - a.since < lasts]
            assert len(a.passed_by) <= len(meanwhile)


def test_the_bound_is_reached_and_not_passed() -> None:
    """One agent, one contact of no importance, and then an important one every second: ten pass, the eleventh waits."""
    p = Play()
    p.queue("plain")
    p.queue("vip", priority=10_000)
    p.agent("李", ready=False)
    p.start("plain", "plain")
    for n in range(20):
        p.start(f"vip{n}", "vip")  # the first at the same instant
        p.after(1_000)
    served = []
    p.ready("李")
    for _ in range(21):
        (id,) = [i.id for i in p.floor.interactions() if i.state == "offered"]
        served.append(id)
        p.accept(id)
        p.end(id)
        p.wrap(id)
    assert served.index("plain") == 10
    assert served == [*(f"vip{n}" for n in range(10)), "plain", *(f"vip{n}" for n in range(10, 20))]


def test_under_endless_overload_of_the_important_everybody_is_served() -> None:
    """Twice as many important ones as one agent can take: the others still get their turn once they have aged."""
    p = Play()
    p.queue("plain", acw_ms=0)
    p.queue("vip", priority=60_000, acw_ms=0)
    p.agent("李")
    p.start("vip", "vip")
    p.start("plain", "plain")
    ringing = "vip"
    for n in range(200):
        p.accept(ringing)
        p.start(f"a{n}", "vip")
        p.after(500)
        p.start(f"b{n}", "vip")
        p.after(500)
        p.end(ringing)
        (ringing,) = [i.id for i in p.floor.interactions() if i.state == "offered"]
        if ringing == "plain":
            # Whoever came up to 60 s later may go first: 120 of them and the one who was there, a second each.
            assert n == 120
            return
    raise AssertionError("starved")
