"""The facts of a floor together with the indexes over them."""

from __future__ import annotations

from rexian.engine.lines import Lines
from rexian.engine.matching import Matcher, RequestClass
from rexian.engine.specs import QueueSpec
from rexian.engine.state import Agent, Interaction, Offer, State
from rexian.engine.timers import Due, Timers, of_interaction


class Core:
    """What `applying.py` changes and the deciders read."""

    __slots__ = ("_plain", "lines", "matcher", "state", "timers")

    def __init__(self, state: State | None = None) -> None:
        self.state = state if state is not None else State()
        self.matcher = Matcher()
        self.lines = Lines()
        self.timers = Timers()
        self._plain: dict[tuple[str, str], RequestClass] = {}  # (queue, medium) → class of those without own needs
        if state is not None:
            self._rebuild()

    # -- requests ----------------------------------------------------------------------------------------------------
    def needs_of(self, interaction: Interaction) -> dict[str, int]:
        """The queue's needs with the contact's own on top; the higher level counts."""
        needs = self.state.queues[interaction.queue_id].spec.needs
        if not interaction.needs:
            return needs
        needs = dict(needs)
        for skill, level in interaction.needs.items():
            needs[skill] = max(level, needs.get(skill, 0))
        return needs

    def request_of(self, interaction: Interaction) -> RequestClass:
        """Its class, as its queue is defined now."""
        slope = self.state.queues[interaction.queue_id].spec.slope
        if interaction.needs:
            return self.matcher.request_class(self.needs_of(interaction), interaction.medium, slope)
        where = (interaction.queue_id, interaction.medium)
        known = self._plain.get(where)
        if known is None:
            needs = self.state.queues[interaction.queue_id].spec.needs
            known = self._plain[where] = self.matcher.request_class(needs, interaction.medium, slope)
        return known

    def key_of(self, interaction: Interaction) -> int:
        """Its place by age: smaller is earlier."""
        spec = self.state.queues[interaction.queue_id].spec
        return spec.slope * interaction.since - spec.priority - interaction.credit_ms

    def score_of(self, interaction: Interaction, now: int) -> int:
        """slope * waited + priority + credit: the highest is served first."""
        return self.state.queues[interaction.queue_id].spec.slope * now - self.key_of(interaction)

    # -- keeping the indexes -----------------------------------------------------------------------------------------
    def enqueue(self, interaction: Interaction) -> None:
        """It waits: for anybody, or for its target."""
        key = self.key_of(interaction)
        self.lines.join(interaction.queue_id, interaction.id, key, interaction.number)
        if interaction.target_agent_id is None:
            self.matcher.place(interaction, self.request_of(interaction), key)

    def redefine(self, spec: QueueSpec) -> list[Interaction]:
        """The queue's spec has changed: file its waiting ones anew; they come back in the order of their places."""
        for where in [where for where in self._plain if where[0] == spec.id]:
            del self._plain[where]
        members = [self.state.interactions[id] for id in self.lines.members(spec.id)]
        for interaction in members:
            if interaction.state == "queued":
                self.enqueue(interaction)
            else:
                self.lines.join(spec.id, interaction.id, self.key_of(interaction), interaction.number)
        return members

    def watch_offer(self, offer: Offer) -> None:
        if not offer.proven:
            self.timers.add(offer.proof_due_at, Due.PROOF, offer.id)
        self.timers.add(offer.ring_due_at, Due.RING, offer.id)

    def _rebuild(self) -> None:
        """From facts alone: after a restore everything decides as if nothing had happened."""
        state = self.state
        for agent in state.agents.values():
            self.matcher.file(agent)
        for interaction in state.interactions.values():
            if interaction.state == "queued":
                self.enqueue(interaction)
            elif interaction.state == "offered":
                self.lines.join(interaction.queue_id, interaction.id, self.key_of(interaction), interaction.number)
            for due_at, kind in of_interaction(interaction):
                self.timers.add(due_at, Due(kind), interaction.id)
        for offer in state.offers.values():
            self.watch_offer(offer)
        for contact in state.contacts.values():
            if contact.forget_at:
                self.timers.add(contact.forget_at, Due.FORGET, contact.id)


def blocks(interaction: Interaction, agent: Agent, now: int) -> bool:
    """Whether this agent let it go so lately that it must not come back yet."""
    declined = interaction.declined.get(agent.id)
    return declined is not None and now < declined.until and declined.changes == agent.changes
