"""The floor: one room's agents and queues. Commands in, events out; it holds no clock and does no I/O.

Live work:  events = floor.decide(envelope)   -- already applied; append them to the journal, or throw the floor away
Recovery:   floor = Floor.restore(snapshot); for event in journal: floor.apply(event)
"""

from __future__ import annotations

from collections.abc import Iterable

from rexian.engine import snapshot, standing
from rexian.engine.applying import apply
from rexian.engine.commands import Envelope, Tick
from rexian.engine.core import Core
from rexian.engine.decision import Decision
from rexian.engine.events import AnyEvent
from rexian.engine.handlers import HANDLERS
from rexian.engine.lending import lend
from rexian.engine.refusal import Refusal
from rexian.engine.routing import settle
from rexian.engine.specs import Policy
from rexian.engine.standing import Reach, Score
from rexian.engine.state import Agent, Contact, Interaction, Offer, Queue, State


class Floor:
    """The state of one floor, what may be asked of it, and what it answers."""

    def __init__(self, state: State | None = None) -> None:
        self._core = Core(state)
        self._state = self._core.state

    # -- change ------------------------------------------------------------------------------------------------------
    def decide(self, envelope: Envelope) -> list[AnyEvent]:
        """Carry out a command and return its events, *already applied*. Raises `Refusal`: then nothing changed.

        Instants never go backwards: the events carry `envelope.at` or, if that is later, the floor's own `now`.
        After a failed or unknown commit of the events this object is ahead of the journal: discard it and recover.
        """
        decision = Decision(self._core, max(envelope.at, self._state.now), envelope.by)
        try:
            HANDLERS[type(envelope.command)](decision, envelope.command)
        except Refusal:
            if decision.events:
                raise RuntimeError("a command was refused halfway; this floor must be recovered") from None
            raise
        if decision.freed or decision.unplaced:
            settle(decision)
        if self._core.lenders and decision.events and type(envelope.command) is not Tick:
            lend(decision)  # a Tick has looked already
        return decision.events

    def apply(self, event: AnyEvent) -> None:
        """Fold one event from the journal (recovery, audit). Never decides anything."""
        apply(self._core, event)

    # -- questions; the views that come back are live and must not be changed -----------------------------------------
    @property
    def now(self) -> int:
        """The latest instant of any event, ms since 1970 UTC; 0 for a new floor."""
        return self._state.now

    def next_due(self) -> int | None:
        """When the next `Tick` has something to do, ms since 1970 UTC; None when nothing is pending."""
        head = self._core.timers.head(self._state)
        return None if head is None else head[0]

    def queue(self, queue_id: str) -> Queue | None:
        return self._state.queues.get(queue_id)

    def agent(self, agent_id: str) -> Agent | None:
        return self._state.agents.get(agent_id)

    def contact(self, contact_id: str) -> Contact | None:
        return self._state.contacts.get(contact_id)

    def interaction(self, interaction_id: str) -> Interaction | None:
        return self._state.interactions.get(interaction_id)

    def offer(self, offer_id: str) -> Offer | None:
        return self._state.offers.get(offer_id)

    def queues(self) -> Iterable[Queue]:
        return self._state.queues.values()

    def agents(self) -> Iterable[Agent]:
        return self._state.agents.values()

    def contacts(self) -> Iterable[Contact]:
        """All contacts that are open or may still be rated."""
        return self._state.contacts.values()

    def interactions(self) -> Iterable[Interaction]:
        return self._state.interactions.values()

    def offers(self) -> Iterable[Offer]:
        """Everything that rings now."""
        return self._state.offers.values()

    def waiting(self, queue_id: str, most: int | None = None) -> list[Interaction]:
        """Those whom nobody has answered yet (queued or ringing), in the order of their places.

        `most`: only so many from the front; the cost is theirs alone, however long the line is.
        """
        return [self._state.interactions[id] for id in self._core.lines.members(queue_id, most)]

    def position(self, interaction_id: str) -> tuple[int, int] | None:
        """(place counted from 1, how many wait in that queue); None when it does not wait."""
        return self._core.lines.place(interaction_id)

    def expected_wait(self, interaction_id: str) -> tuple[int, int] | None:
        """(low, high) ms still to wait, about four times in five.

        None when it does not wait, when too little is known, or when nobody who could take it is at work.
        """
        place = self._core.lines.place(interaction_id)
        if place is None:
            return None
        interaction = self._state.interactions[interaction_id]
        queue, request = self._state.queues[interaction.queue_id], self._core.request_of(interaction)
        return self._core.expected_wait(queue, place[0], request, self._state.now)

    def accuracy(self, queue_id: str) -> tuple[int, int]:
        """(how many waited as long as they were told, how many were told); (0, 0) for an unknown queue."""
        queue = self._state.queues.get(queue_id)
        return (0, 0) if queue is None else (queue.kept, queue.said)

    def scheduled(self, queue_id: str) -> list[Interaction]:
        """Booked call-backs whose time has not come, the next one first."""
        booked = [self._state.interactions[id] for id in self._core.scheduled.get(queue_id, ())]
        return sorted(booked, key=lambda interaction: (interaction.call_back_at, interaction.number))

    def policy(self, tenant_id: str) -> Policy | None:
        """How the tenant's queues are routed; None when no policy has been published."""
        routing = self._state.routing.get(tenant_id)
        return None if routing is None else routing.policy

    def active_rules(self, tenant_id: str) -> tuple[str, ...]:
        """The rules that hold now, by their own time or by hand, in the policy's order."""
        routing = self._state.routing.get(tenant_id)
        return () if routing is None else routing.active

    def emergency(self, interaction_id: str) -> bool:
        """Whether this is an emergency now: said so at its start, or by an active rule."""
        interaction = self._state.interactions.get(interaction_id)
        return interaction is not None and self._core.urgent(interaction)

    def emergencies(self) -> list[Interaction]:
        """All that wait in a line for anybody. The cost is theirs alone."""
        return self._core.matcher.waiting.urgent_ones()

    def lending(self, queue_id: str) -> bool:
        """Whether minor skills are lent to this queue now."""
        queue = self._state.queues.get(queue_id)
        return queue is not None and queue.lending

    # -- questions of those who explain the past ----------------------------------------------------------------------
    def _routed(self, interaction_id: str) -> Interaction | None:
        """None when it is unknown or no queue has it (reception)."""
        interaction = self._state.interactions.get(interaction_id)
        return interaction if interaction is not None and interaction.queue_id else None

    def score(self, interaction_id: str, at: int) -> Score | None:
        """What it is worth at that instant, part by part; None when it is unknown or in the reception."""
        interaction = self._routed(interaction_id)
        return None if interaction is None else standing.score(self._core, interaction, at)

    def reach(self, interaction_id: str) -> Reach | None:
        """Who could take it now; None when it is unknown or in the reception."""
        interaction = self._routed(interaction_id)
        return None if interaction is None else standing.reach(self._core, interaction)

    def hindrance(self, interaction_id: str, agent_id: str) -> str | None:
        """Why this agent can't have it now (see `standing.hindrance`); None: could, or one of them is unknown."""
        interaction, agent = self._routed(interaction_id), self._state.agents.get(agent_id)
        if interaction is None or agent is None:
            return None
        return standing.hindrance(self._core, interaction, agent)

    def held_up(self, interaction_id: str) -> str | None:
        """Why it goes on waiting (see `standing.held_up`); None when it doesn't wait in a line."""
        interaction = self._state.interactions.get(interaction_id)
        if interaction is None or interaction.state != "queued":
            return None
        return standing.held_up(self._core, interaction)

    # -- keeping -----------------------------------------------------------------------------------------------------
    def snapshot(self) -> bytes:
        """All facts as bytes; `restore` brings them back."""
        return snapshot.take(self._state)

    @classmethod
    def restore(cls, data: bytes) -> Floor:
        """The floor of a `snapshot`; decides from there on exactly as the original would.

        Raises `snapshot.SnapshotOutdated` for one of another engine version: fold the journal from its start then.
        """
        return cls(snapshot.read(data))

    def checksum(self) -> str:
        """sha256 over the canonical facts, hex; equal for equal histories, whatever process folded them."""
        return snapshot.checksum(self._state)
