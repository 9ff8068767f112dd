"""The twin's facts, and the words in which the rules of routing are told."""

from __future__ import annotations

from collections.abc import Iterable
from types import SimpleNamespace as Thing
from typing import Any

from rexian.engine.estimates import wait_range
from rexian.engine.refusal import Refusal
from rexian.engine.specs import MEDIA, Party, Policy, QueuePolicy, Rule, Share, Step

PLAIN = QueuePolicy()
EMERGENCY = 10**13
PERMISSIONS = ("tenant:", "scope:")
IN_HANDS = ("talking", "acw")
ANY = -1


class Words:
    def __init__(self) -> None:
        self.at = 0
        self.by = Party("system", "")
        self.queues: dict[str, Any] = {}
        self.agents: dict[str, Any] = {}
        self.contacts: dict[str, Any] = {}
        self.inters: dict[str, Any] = {}
        self.offers: dict[str, Any] = {}
        self.policies: dict[str, Policy] = {}
        self.active: dict[str, set[str]] = {}
        self.rule_since: dict[tuple[str, str], int] = {}
        self.counts = {"agent": 0, "inter": 0, "handling": 0, "target": 0}
        self.out: list[Any] = []
        self.freed: list[str] = []
        self.unplaced: list[str] = []
        self.loosened: set[str] = set()

    def emit(self, event_type: Any, **fields: Any) -> None:
        self.out.append(event_type(at=self.at, **fields))

    def find(self, table: dict[str, Any], id: str, code: str) -> Any:
        if id not in table:
            raise Refusal(code)
        return table[id]

    # -- policy ------------------------------------------------------------------------------------------------------
    def policy(self, queue_id: str) -> QueuePolicy:
        queue = self.queues.get(queue_id)  # none: in the reception
        policy = self.policies.get(queue.spec.tenant_id) if queue else None
        return policy.queues.get(queue_id, PLAIN) if policy else PLAIN

    def step(self, i: Any) -> Step | None:
        return self.policy(i.queue).steps[i.step - 1] if i.step else None

    def fits(self, rule: Rule, i: Any) -> bool:
        facts = {**i.attributes, "queue": i.queue, "medium": i.medium, "tenant": i.tenant}
        return all(facts.get(name) in values for name, values in rule.when.items())

    def rules(self, i: Any) -> list[Rule]:
        active = self.active.get(i.tenant)
        return [r for r in self.policies[i.tenant].rules if r.id in active and self.fits(r, i)] if active else []

    def emergency(self, i: Any) -> bool:
        return bool(i.emergency or any(rule.emergency for rule in self.rules(i)))

    # -- requests and places -----------------------------------------------------------------------------------------
    def needs(self, i: Any) -> dict[str, int]:
        step = self.step(i)
        needs = dict(self.queues[i.queue].spec.needs if step is None or step.needs is None else step.needs)
        for skill, level in i.needs.items():
            if step and not skill.startswith(PERMISSIONS):
                level = max(1, level - step.lower)
            needs[skill] = max(level, needs.get(skill, 0))
        return needs

    def key(self, i: Any) -> int:
        spec = self.queues[i.queue].spec
        boost = sum(rule.boost_ms for rule in self.rules(i)) + EMERGENCY * self.emergency(i)
        return int(spec.slope * i.since - spec.priority - i.credit - boost)

    def score(self, i: Any) -> int:
        return int(self.queues[i.queue].spec.slope * self.at - self.key(i))

    def by_score(self, some: Iterable[Any]) -> list[Any]:
        return sorted(some, key=lambda i: (-self.score(i), i.number))

    def queued_in(self, *queue_ids: str) -> list[Any]:
        return [i for i in self.inters.values() if i.state == "queued" and i.queue in queue_ids]

    def line(self, queue_id: str) -> list[Any]:
        members = [i for i in self.inters.values() if i.state in ("queued", "offered") and i.queue == queue_id]
        return sorted(members, key=lambda i: (self.key(i), i.number))

    def expected(self, i: Any) -> tuple[int, int] | None:
        queue, mine = self.queues[i.queue], (self.key(i), i.number)
        on_duty = [a for a in self.agents.values() if self.at_work(a, i.medium)]
        if wait_range(1, queue.gaps) is None or not any(self.suits(a, i) for a in on_duty):
            return None
        before = [other for other in self.line(i.queue) if (self.key(other), other.number) < mine]
        return wait_range(len(before) + 1, queue.gaps, self.at - queue.last_answer if queue.last_answer else 0)

    def left_the_line(self, i: Any) -> None:
        """To be said when it has left unanswered."""
        if not self.line(i.queue):
            self.queues[i.queue].last_answer = 0

    # -- agents ------------------------------------------------------------------------------------------------------
    def held(self, agent: Any) -> list[Any]:
        return [i for i in self.inters.values() if i.agent == agent.id and i.state in ("offered", *IN_HANDS)]

    def at_work(self, agent: Any, medium: Any) -> bool:
        on_duty = agent.wanted == "available" and medium not in agent.unreachable
        return on_duty and bool(agent.spec.capacity.get(medium))

    def free(self, agent: Any, medium: Any) -> bool:
        """Whether an offer on this medium could be made now."""
        if not self.at_work(agent, medium):
            return False
        held = [i.medium for i in self.held(agent)]
        if held.count(medium) >= agent.spec.capacity[medium]:
            return False
        mix = agent.spec.mix
        if mix is None:
            return True
        counting = [m for m in MEDIA if m not in mix.interrupts.get(medium, ())]
        weight = mix.weights.get(medium, 0) + sum(mix.weights.get(m, 0) * held.count(m) for m in counting)
        return bool(weight <= mix.limit)

    def suits(self, agent: Any, i: Any) -> bool:
        return all(agent.spec.skills.get(skill, 0) >= level for skill, level in self.needs(i).items())

    def minor(self, agent: Any, i: Any) -> bool:
        return any(skill in agent.spec.minor for skill in self.needs(i))

    def interruptible(self, agent: Any, i: Any) -> bool:
        if not self.at_work(agent, i.medium) or not self.emergency(i):
            return False
        held = self.held(agent)
        if not held or any(h.state == "offered" for h in held) or self.free(agent, i.medium):
            return False
        return all(self.policy(h.queue).interruptible and not self.emergency(h) for h in held)

    # -- partners ----------------------------------------------------------------------------------------------------
    def share(self, agent: Any, queue_id: str) -> Share | None:
        return next((s for s in self.policy(queue_id).shares if s.partner in agent.spec.skills), None)

    def busy(self, queue_id: str, partner: str) -> int:
        states = ("offered", *IN_HANDS)
        return sum(i.queue == queue_id and i.partner == partner for i in self.inters.values() if i.state in states)

    def ranks(self, queue_id: str, able: list[Any]) -> dict[str, int]:
        """Agent → rank of the agent's partner, among the partners that these agents belong to."""
        policy, shared = self.policy(queue_id), self.queues[queue_id].shared
        rest = Share(partner="", percent=max(0, 100 - sum(s.percent for s in policy.shares)))
        groups = {a.id: self.share(a, queue_id) or rest for a in able}
        total = sum(shared.values())
        order = []
        for number, s in enumerate((*policy.shares, rest)):
            count = shared.get(s.partner, 0)
            starved = s.floor > 0 and count * 100 < s.floor * (total + 1)
            order.append((not starved, 100 * count - s.percent * (total + 1), number, s.partner))
        present = [o for o in sorted(order) if any(s.partner == o[-1] for s in groups.values())]
        places = {partner: rank for rank, (*_, partner) in enumerate(present)}
        return {id: places[s.partner] for id, s in groups.items()}

    # -- gates -------------------------------------------------------------------------------------------------------
    def gate(self, agent: Any, i: Any) -> str | None:
        """The first cause for which this free agent with the skills must not get it."""
        if not self.emergency(i):
            for queue_id in self.queues:
                reserve = self.policy(queue_id).reserve
                if reserve and queue_id != i.queue and reserve.skill in agent.spec.skills:
                    others = [a for a in self.agents.values() if reserve.skill in a.spec.skills]
                    if sum(self.free(a, i.medium) for a in others) <= reserve.keep:
                        return "reserved"
            if self.policy(i.queue).lend and not self.queues[i.queue].lending and self.minor(agent, i):
                return "not_lent"
            share = self.share(agent, i.queue)
            if share and 0 < share.ceiling <= self.busy(i.queue, share.partner):
                return "ceiling"
        until, changes = i.declined.get(agent.id, (0, ANY))
        return "declined" if self.at < until and changes in (ANY, agent.changes) else None


def new_queue(spec: Any) -> Any:
    return Thing(id=spec.id, spec=spec, retired=False, gaps=[], last_answer=0, lending=False, shared={}, said=0, kept=0)


def ids(i: Any) -> dict[str, str]:
    return {"contact_id": i.contact, "interaction_id": i.id}


def is_consult(i: Any) -> bool:
    """A consultation that has not taken the customer over."""
    return i.about is not None and not i.promoted


def queued_event(i: Any) -> dict[str, Any]:
    return {
        **ids(i), "queue_id": i.queue, "medium": i.medium, "needs": i.needs, "since": i.since, "credit_ms": i.credit,
        "attributes": i.attributes, "emergency": i.emergency,
        **({"consult_of": i.about, "consult_by": i.asker} if is_consult(i) else {}),
    }  # fmt: skip
