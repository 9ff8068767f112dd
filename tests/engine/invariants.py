"""What must be true of a floor after every command, worked out in the plainest way from the views."""

from __future__ import annotations

from collections import Counter
from typing import Any

from rexian.engine import events as ev
from rexian.engine.floor import Floor
from rexian.engine.specs import MEDIA
from rexian.engine.state import Agent, Interaction


class History:
    """What the events alone say: numbers without gaps, one end each, nothing lost."""

    def __init__(self) -> None:
        self.started: set[str] = set()
        self.forgotten: set[str] = set()
        self.ended: set[str] = set()
        self.closed: set[str] = set()
        self.numbers: Counter[str] = Counter()
        self.ringing: dict[str, str] = {}
        self.now = 0

    def add(self, events: list[Any], floor: Floor) -> None:
        for event in events:
            assert event.at >= self.now, "instants never go backwards"
            self.now = event.at
            check = getattr(self, type(event).__name__, None)
            if check is not None:
                check(event, floor)
        present = {contact.id for contact in floor.contacts()}
        assert present == self.started - self.forgotten, "no contact appears or disappears"

    def ContactStarted(self, e: ev.ContactStarted, floor: Floor) -> None:
        assert e.contact_id not in self.started
        self.started.add(e.contact_id)

    def MessagePosted(self, e: ev.MessagePosted, floor: Floor) -> None:
        self.numbers[e.interaction_id] += 1
        assert e.number == self.numbers[e.interaction_id], "message numbers have no gaps"

    def InteractionOffered(self, e: ev.InteractionOffered, floor: Floor) -> None:
        assert e.interaction_id not in self.ringing, "never offered to two agents"
        self.ringing[e.interaction_id] = e.offer_id
        agent = floor.agent(e.agent_id)
        interaction = floor.interaction(e.interaction_id)
        if agent is not None and interaction is not None and interaction.offer_id == e.offer_id:
            medium = interaction.medium
            assert agent.used[medium] <= agent.spec.capacity[medium], "no offer beyond the capacity"
            assert agent.wanted == "available" or interaction.state != "offered"

    def _silent(self, e: Any, floor: Floor) -> None:
        assert self.ringing.pop(e.interaction_id) == e.offer_id, "an offer ends once"

    OfferAccepted = OfferRejected = OfferExpired = OfferWithdrawn = _silent

    def InteractionEnded(self, e: ev.InteractionEnded, floor: Floor) -> None:
        assert e.interaction_id not in self.ended, "an interaction ends once"
        assert e.interaction_id not in self.ringing
        self.ended.add(e.interaction_id)

    def ContactClosed(self, e: ev.ContactClosed, floor: Floor) -> None:
        assert e.contact_id not in self.closed, "a contact closes once"
        self.closed.add(e.contact_id)

    def ContactsForgotten(self, e: ev.ContactsForgotten, floor: Floor) -> None:
        for contact_id in e.contact_ids:
            assert contact_id in self.closed
            assert contact_id not in self.forgotten
            self.forgotten.add(contact_id)


def check(floor: Floor, at: int) -> None:
    """`at`: the instant of the last command."""
    for interaction in floor.interactions():
        _one_place(floor, interaction)
    for agent in floor.agents():
        _desk(floor, agent)
    _queues(floor)
    _nobody_idle(floor, max(at, floor.now))


def _one_place(floor: Floor, i: Interaction) -> None:
    """In line, or ringing at one desk while in line, or in one agent's hands, or at its end."""
    agents = list(floor.agents())
    in_hands = [agent.id for agent in agents if i.id in agent.handlings]
    ringing = [offer.id for offer in floor.offers() if offer.interaction_id == i.id]
    awaiting = [agent.id for agent in agents if i.id in agent.awaited]
    in_line = [member.id for member in floor.waiting(i.queue_id)].count(i.id)
    assert in_line == (i.state in ("queued", "offered")) == (floor.position(i.id) is not None)
    assert in_hands == ([i.agent_id] if i.state in ("talking", "after_contact_work") else [])
    assert ringing == ([i.offer_id] if i.state == "offered" else [])
    assert awaiting == ([i.target_agent_id] if i.state == "queued" and i.target_agent_id else [])
    assert (i.state in ("ended", "after_contact_work")) == bool(i.ended_at)
    contact = floor.contact(i.contact_id)
    assert contact is not None
    assert i.id in contact.interaction_ids
    assert bool(contact.closed_at) == (i.state == "ended")


def _desk(floor: Floor, agent: Agent) -> None:
    taken = [floor.offer(id).medium for id in agent.offers]  # type: ignore[union-attr]
    taken += [floor.interaction(id).medium for id in agent.handlings]  # type: ignore[union-attr]
    assert {medium: count for medium, count in agent.used.items() if count} == Counter(taken)
    assert not agent.offers or agent.wanted == "available", "nothing rings at a desk that is not ready"
    wrapping = [id for id in agent.handlings if floor.interaction(id).state == "after_contact_work"]  # type: ignore[union-attr]
    assert agent.wrapping == len(wrapping)
    assert bool(agent.wrapping_since) == (0 < len(wrapping) == len(agent.handlings))


def _queues(floor: Floor) -> None:
    counts = Counter((i.queue_id, i.state) for i in floor.interactions())
    for queue in floor.queues():
        seen = (queue.waiting, queue.offered, queue.talking, queue.after_contact_work)
        states = ("queued", "offered", "talking", "after_contact_work")
        assert seen == tuple(counts[queue.id, state] for state in states)
        scores = [_score(floor, i) for i in floor.waiting(queue.id)]
        assert scores == sorted(scores, reverse=True), "places follow the age"


def _score(floor: Floor, i: Interaction) -> int:
    spec = floor.queue(i.queue_id).spec  # type: ignore[union-attr]
    return spec.slope * (floor.now - i.since) + spec.priority + i.credit_ms


def _suits(floor: Floor, agent: Agent, i: Interaction) -> bool:
    needs = {**floor.queue(i.queue_id).spec.needs}  # type: ignore[union-attr]
    for skill, level in i.needs.items():
        needs[skill] = max(level, needs.get(skill, 0))
    return all(agent.spec.skills.get(skill, 0) >= level for skill, level in needs.items())


def _nobody_idle(floor: Floor, at: int) -> None:
    """No agent with a free place while somebody waits whom they could take, but for those who lately declined."""
    for agent in floor.agents():
        if not any(agent.free(medium) for medium in MEDIA):
            continue
        for i in floor.interactions():
            if i.state != "queued" or not agent.free(i.medium):
                continue
            if i.target_agent_id is not None:
                assert i.target_agent_id != agent.id, "the awaited person is free"
            elif _suits(floor, agent, i):
                declined = i.declined.get(agent.id)
                assert declined is not None, f"{agent.id} is idle and {i.id} waits"
                overdue = at >= declined.until or declined.changes != agent.changes
                assert not overdue or (floor.next_due() or 0) <= at, "time to ask again"
