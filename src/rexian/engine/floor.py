"""The floor: one room's agents and queues. Commands in, events out; it holds no clock and does no I/O.

Live work:  events = floor.decide(envelope)   -- already applied; append them to the journal, or throw the floor away
Recovery:   floor = Floor.restore(snapshot); for event in journal: floor.apply(event)
"""

from __future__ import annotations

from collections.abc import Iterable

from rexian.engine.commands import Envelope
from rexian.engine.events import AnyEvent
from rexian.engine.state import Agent, Contact, Interaction, Offer, Queue, State


class Floor:
    """The state of one floor, what may be asked of it, and what it answers."""

    def __init__(self) -> None:
        self._state = State()

    # -- change ------------------------------------------------------------------------------------------------------
    def decide(self, envelope: Envelope) -> list[AnyEvent]:
        """Carry out a command and return its events, *already applied*. Raises `Refusal`: then nothing changed.

        After a failed or unknown commit of the events this object is ahead of the journal: discard it and recover.
        """
        raise NotImplementedError

    def apply(self, event: AnyEvent) -> None:
        """Fold one event from the journal (recovery, audit). Never decides anything."""
        raise NotImplementedError

    # -- questions; the views that come back are live and must not be changed -----------------------------------------
    @property
    def now(self) -> int:
        """The latest instant of any event, ms since 1970 UTC; 0 for a new floor."""
        return self._state.now

    def next_due(self) -> int | None:
        """When the next `Tick` has something to do, ms since 1970 UTC; None when nothing is pending."""
        raise NotImplementedError

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

    def waiting(self, queue_id: str) -> list[Interaction]:
        """Those whom nobody has answered yet (queued or ringing), in the order of their places."""
        raise NotImplementedError

    def position(self, interaction_id: str) -> tuple[int, int] | None:
        """(place counted from 1, how many wait in that queue); None when it does not wait."""
        raise NotImplementedError

    def expected_wait(self, interaction_id: str) -> tuple[int, int] | None:
        """(low, high) ms still to wait, about four times in five; None when not waiting or not enough is known."""
        raise NotImplementedError

    # -- keeping -----------------------------------------------------------------------------------------------------
    def snapshot(self) -> bytes:
        """All facts as bytes; `restore` brings them back."""
        raise NotImplementedError

    @classmethod
    def restore(cls, data: bytes) -> Floor:
        """The floor of a `snapshot`; decides from there on exactly as the original would."""
        raise NotImplementedError

    def checksum(self) -> str:
        """sha256 over the canonical facts, hex; equal for equal histories, whatever process folded them."""
        raise NotImplementedError
