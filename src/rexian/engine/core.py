"""The facts of a floor together with the indexes over them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from rexian.engine.classes import RequestClass
from rexian.engine.estimates import ENOUGH, wait_range
from rexian.engine.lines import Lines
from rexian.engine.matching import Matcher
from rexian.engine.plans import EMERGENCY_MS, Plan, boost, fits_interaction, merged
from rexian.engine.specs import Medium, QueuePolicy, Rule
from rexian.engine.state import ANY_STATE, NO_POLICY, Agent, Interaction, Offer, Queue, State
from rexian.engine.timers import Due, Timers, by_policy, edge_of, of_interaction, rule_id

_NO_RULES: tuple[Rule, ...] = ()


class Asked(NamedTuple):
    """What an interaction asks for now."""

    request: RequestClass
    needs: dict[str, int]  # not to be changed


class Core:
    """What `applying.py` changes and the deciders read."""

    __slots__ = (
        "_asked",
        "lend_due",
        "lenders",
        "lines",
        "loosened",
        "matcher",
        "plans",
        "rules",
        "scheduled",
        "state",
        "timers",
    )

    def __init__(self, state: State | None = None) -> None:
        self.state = state if state is not None else State()
        self.matcher = Matcher()
        self.lines = Lines()
        self.timers = Timers()
        self.plans: dict[str, Plan] = {}  # of the queues that their tenant's policy names
        self.lenders: list[Plan] = []
        self.lend_due: list[tuple[int, str]] = []  # heap: when the first in a queue's line will have waited long enough
        self.rules: dict[str, tuple[Rule, ...]] = {}  # active ones by tenant
        self.scheduled: dict[str, dict[str, None]] = {}  # booked call-backs by queue
        self.loosened: dict[str, None] = {}  # queues with room under a ceiling since the command began
        self._asked: dict[tuple[object, ...], Asked] = {}
        if state is not None:
            self._rebuild()

    # -- requests ----------------------------------------------------------------------------------------------------
    def asked(self, i: Interaction) -> Asked:
        """What it asks for as its queue, the policy and the rules are now."""
        urgent = self.urgent(i) if i.emergency or self.rules else False
        where: tuple[object, ...] = (i.queue_id, i.medium, i.step, urgent)
        if i.needs:
            where = (*where, *i.needs.items())
        return self._asked.get(where) or self._ask(where, i.queue_id, i.medium, i.needs, i.step, urgent)

    def would_ask(self, queue_id: str, medium: Medium, needs: Mapping[str, int], urgent: bool) -> Asked:
        """What a new contact would ask for."""
        where = (queue_id, medium, 0, urgent, *needs.items())
        return self._asked.get(where) or self._ask(where, queue_id, medium, needs, 0, urgent)

    def _ask(
        self, where: tuple[object, ...], queue_id: str, medium: Medium, own: Mapping[str, int], step: int, urgent: bool
    ) -> Asked:
        spec, plan = self.state.queues[queue_id].spec, self.plans.get(queue_id)
        needs = spec.needs if plan is None else plan.needs_at(step)
        if own:
            needs = merged(needs, own, 0 if plan is None else plan.lowered_at(step))
        owner = queue_id if plan is not None and plan.own else ""
        request = self.matcher.request_class(needs, medium, spec.slope, owner, urgent)
        known = self._asked[where] = Asked(request, needs)
        return known

    def needs_of(self, interaction: Interaction) -> dict[str, int]:
        """All skills that are asked for, with levels. Not to be changed."""
        return self.asked(interaction).needs

    def request_of(self, interaction: Interaction) -> RequestClass:
        """Its class, as its queue is defined now."""
        return self.asked(interaction).request

    def urgent(self, i: Interaction) -> bool:
        """Whether it is an emergency: said so at its start, or by a rule."""
        if i.emergency:
            return True
        rules = self.rules.get(i.tenant_id)
        return bool(rules) and boost(rules or (), i.tenant_id, i.queue_id, i.medium, i.attributes)[1]

    def head_start(
        self, queue: Queue, medium: Medium, attributes: Mapping[str, str], emergency: bool
    ) -> tuple[int, bool]:
        """(ms that rules and an emergency are worth, whether it is an emergency)."""
        ms = 0
        if self.rules and (rules := self.rules.get(queue.spec.tenant_id)):
            ms, urgent = boost(rules, queue.spec.tenant_id, queue.spec.id, medium, attributes)
            emergency = emergency or urgent
        return ms + EMERGENCY_MS if emergency else ms, emergency

    def key_of(self, i: Interaction) -> int:
        """Its place by age: smaller is earlier."""
        queue = self.state.queues[i.queue_id]
        spec = queue.spec
        key = spec.slope * i.since - spec.priority - i.credit_ms
        if i.emergency or self.rules:
            key -= self.head_start(queue, i.medium, i.attributes, i.emergency)[0]
        return key

    def score_of(self, interaction: Interaction, now: int) -> int:
        """slope * waited + priority + credit + boost: the highest is served first."""
        return self.state.queues[interaction.queue_id].spec.slope * now - self.key_of(interaction)

    def strategy_of(self, queue_id: str) -> str:
        plan = self.plans.get(queue_id)
        return "longest_idle" if plan is None else plan.policy.strategy

    def policy_of(self, queue_id: str) -> QueuePolicy:
        plan = self.plans.get(queue_id)
        return NO_POLICY if plan is None else plan.policy

    def expected_wait(self, queue: Queue, place: int, request: RequestClass, at: int) -> tuple[int, int] | None:
        """(low, high) ms for the one at this place; None when too little is known or nobody for it is at work."""
        if len(queue.answer_gaps_ms) < ENOUGH or not self.matcher.anybody_on_duty(request):
            return None
        return wait_range(place, queue.answer_gaps_ms, at - queue.last_answer_at if queue.last_answer_at else 0)

    def expected_for(
        self, queue: Queue, medium: Medium, needs: Mapping[str, int], urgent: bool, key: int, at: int, number: int
    ) -> tuple[int, int] | None:
        """The same for a contact with this key, before it stands in line. `number` 0: a new one."""
        place = self.lines.place_for(queue.spec.id, key, number or self.state.interactions_seen + 1)
        return self.expected_wait(queue, place, self.would_ask(queue.spec.id, medium, needs, urgent).request, at)

    # -- keeping the indexes -----------------------------------------------------------------------------------------
    def enqueue(self, interaction: Interaction) -> None:
        """It waits: for anybody, or for its target."""
        key = self.key_of(interaction)
        self.lines.join(interaction.queue_id, interaction.id, key, interaction.number)
        if interaction.target_agent_id is None:
            self.matcher.place(interaction, self.asked(interaction).request, key)
        if interaction.queue_id in self.plans:
            for due_at, kind in by_policy(self.state, interaction):
                self.timers.add(due_at, kind, interaction.id)

    def place_anew(self, interaction: Interaction) -> None:
        """What it asks for or what it is worth has changed; it is queued or rings."""
        if interaction.state == "queued":
            self.enqueue(interaction)
        else:
            self.lines.join(interaction.queue_id, interaction.id, self.key_of(interaction), interaction.number)

    def redefine(self, queue: Queue) -> None:
        """The queue's spec has changed: file its waiting ones anew."""
        self._asked.clear()
        for id in self.lines.members(queue.spec.id):
            self.place_anew(self.state.interactions[id])

    def watch_offer(self, offer: Offer) -> None:
        """One timer at a time: until it is proven only the proof can be late, unless ringing ends sooner."""
        if offer.proven or offer.ring_due_at < offer.proof_due_at:
            self.timers.add(offer.ring_due_at, Due.RING, offer.id)
        else:
            self.timers.add(offer.proof_due_at, Due.PROOF, offer.id)

    # -- policies ----------------------------------------------------------------------------------------------------
    def follow(self) -> None:
        """Policies or queues have changed: work out anew what each queue goes by, and file all agents by it."""
        state = self.state
        self.plans = {
            queue.id: Plan(queue, policy)
            for queue in state.queues.values()
            if (routing := state.routing.get(queue.tenant_id)) is not None
            and (policy := routing.policy.queues.get(queue.id)) is not None
        }
        lenders = (plan for plan in self.plans.values() if plan.policy.lend is not None)
        self.lenders = sorted(lenders, key=lambda plan: plan.queue.id)
        interruptible = any(plan.policy.interruptible for plan in self.plans.values())
        self._asked.clear()
        self.lines.touched.update({plan.queue.id: None for plan in self.lenders})
        self.matcher.follow(self.plans, self._interruptible if interruptible else None)
        for agent in state.agents.values():
            self.matcher.file(agent)

    def follow_rules(self, tenant_id: str) -> None:
        """The tenant's active rules have changed."""
        routing = self.state.routing[tenant_id]
        active = tuple(rule for rule in routing.policy.rules if rule.id in routing.active)
        self.rules.pop(tenant_id, None)
        if active:
            self.rules[tenant_id] = active
        for rule in routing.policy.rules:
            edge = edge_of(routing, rule)
            if edge:
                self.timers.add(edge, Due.RULE, rule_id(tenant_id, rule.id))

    def waiting_of(self, tenant_id: str) -> list[Interaction]:
        """Queued or ringing, of all the tenant's queues."""
        return [
            self.state.interactions[id]
            for queue in self.state.queues.values()
            if queue.spec.tenant_id == tenant_id
            for id in self.lines.members(queue.spec.id)
        ]

    def queued_that_fit(self, tenant_id: str, rule: Rule) -> list[Interaction]:
        return [i for i in self.waiting_of(tenant_id) if i.state == "queued" and fits_interaction(rule, i)]

    def _interruptible(self, agent: Agent) -> bool:
        """Whether an emergency may come in over all that the agent has."""
        if agent.wanted != "available" or agent.offers or not agent.handlings:
            return False
        for id in agent.handlings:
            interaction = self.state.interactions[id]
            plan = self.plans.get(interaction.queue_id)
            if plan is None or not plan.policy.interruptible or self.urgent(interaction):
                return False
        return True

    # -- after a restore ---------------------------------------------------------------------------------------------
    def _rebuild(self) -> None:
        """From facts alone: after a restore everything decides as if nothing had happened."""
        state = self.state
        for tenant_id in state.routing:
            self.follow_rules(tenant_id)
        self.follow()
        for interaction in state.interactions.values():
            self._rebuild_one(interaction)
        for offer in state.offers.values():
            self.watch_offer(offer)
        for contact in state.contacts.values():
            if contact.forget_at:
                self.timers.forget(contact.forget_at, contact.id)

    def _rebuild_one(self, interaction: Interaction) -> None:
        if interaction.state in ("queued", "offered"):
            self.place_anew(interaction)
        elif interaction.state == "scheduled":
            self.book(interaction)
        for due_at, kind in of_interaction(self.state, interaction):
            self.timers.add(due_at, kind, interaction.id)

    def book(self, interaction: Interaction) -> None:
        """A call-back is booked: known to its queue, but in no line."""
        self.scheduled.setdefault(interaction.queue_id, {})[interaction.id] = None


def blocks(interaction: Interaction, agent: Agent, now: int) -> bool:
    """Whether this agent let it go so lately that it must not come back yet."""
    declined = interaction.declined.get(agent.spec.id)
    return declined is not None and now < declined.until and declined.changes in (agent.changes, ANY_STATE)
