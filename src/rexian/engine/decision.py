"""One command being carried out: what it has caused so far."""

from __future__ import annotations

from typing import Any, cast

from rexian.engine import events as ev
from rexian.engine.applying import TABLE
from rexian.engine.core import Core
from rexian.engine.refusal import Refusal
from rexian.engine.specs import Party
from rexian.engine.state import Agent, Contact, Interaction, Queue, State

# Whom an event sets in motion: the agent named in it may have a place free and pulls (or, having accepted, may be
# interrupted), the interaction looks for an agent.
_AGENT, _INTERACTION, _DEFINED, _BOTH = range(4)
_MOVES: dict[type[Any], int] = {
    ev.AgentStateChanged: _AGENT,
    ev.AgentReachChanged: _AGENT,
    ev.OfferAccepted: _AGENT,
    ev.OfferRejected: _AGENT,
    ev.OfferExpired: _AGENT,
    ev.OfferWithdrawn: _AGENT,
    ev.InteractionTransferred: _AGENT,
    ev.HandlingWrappedUp: _AGENT,
    ev.AgentDefined: _DEFINED,
    ev.InteractionQueued: _INTERACTION,
    ev.InteractionWidened: _INTERACTION,
    ev.InteractionTakenOver: _BOTH,
}


class Decision:
    """Collects events; each is applied at once, because the next may depend on it."""

    __slots__ = ("at", "by", "core", "events", "freed", "state", "unplaced")

    def __init__(self, core: Core, at: int, by: Party) -> None:
        self.core = core
        self.state: State = core.state
        self.at = at
        self.by = by
        self.events: list[ev.AnyEvent] = []
        self.freed: dict[str, None] = {}  # agents who may pull, in order
        self.unplaced: dict[str, None] = {}  # interactions that look for an agent, in order
        if core.loosened:
            core.loosened.clear()

    def emit(self, event: ev.AnyEvent) -> None:
        kind, named = type(event), cast(Any, event)  # by table: far quicker than isinstance
        state = self.state
        if event.at > state.now:
            state.now = event.at
        TABLE[kind](self.core, event)
        self.events.append(event)
        moves = _MOVES.get(kind)
        if moves is None:
            return
        if moves == _AGENT:
            self.freed[named.agent_id] = None
        elif moves == _INTERACTION:
            self.unplaced[named.interaction_id] = None
        elif moves == _DEFINED:
            self.freed[named.agent.id] = None
        else:
            self.freed[named.from_agent_id] = self.freed[named.agent_id] = None

    # -- finding, or refusing ----------------------------------------------------------------------------------------
    def queue(self, queue_id: str) -> Queue:
        queue = self.state.queues.get(queue_id)
        if queue is None:
            raise Refusal("unknown_queue", queue_id=queue_id)
        return queue

    def agent(self, agent_id: str) -> Agent:
        agent = self.state.agents.get(agent_id)
        if agent is None:
            raise Refusal("unknown_agent", agent_id=agent_id)
        return agent

    def contact(self, contact_id: str) -> Contact:
        contact = self.state.contacts.get(contact_id)
        if contact is None:
            raise Refusal("unknown_contact", contact_id=contact_id)
        return contact

    def interaction(self, interaction_id: str) -> Interaction:
        interaction = self.state.interactions.get(interaction_id)
        if interaction is None:
            raise Refusal("unknown_interaction", interaction_id=interaction_id)
        return interaction
