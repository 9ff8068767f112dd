"""What falls due when. An index only: whether an entry still holds is asked of the facts when it comes to the top."""

from __future__ import annotations

from collections.abc import Iterator
from enum import IntEnum
from heapq import heappop, heappush

from rexian.engine.state import Interaction, State


class Due(IntEnum):
    """Kinds, in the order in which they happen when they fall due at the same instant."""

    PROOF = 0
    RING = 1
    AFTER_CONTACT_WORK = 2
    AWAY = 3
    TARGET = 4
    RETRY = 5
    FORGET = 6


Timer = tuple[int, int, str]  # due_at, kind, id of the offer, interaction or contact


def holds(state: State, timer: Timer) -> bool:
    """Whether this is still to happen at that instant."""
    due_at, kind, id = timer
    if kind <= Due.RING:
        offer = state.offers.get(id)
        if offer is None:
            return False
        return due_at == offer.ring_due_at if kind == Due.RING else due_at == offer.proof_due_at and not offer.proven
    if kind == Due.FORGET:
        contact = state.contacts.get(id)
        return contact is not None and contact.forget_at == due_at
    interaction = state.interactions.get(id)
    return interaction is not None and (due_at, kind) in of_interaction(interaction)


def of_interaction(interaction: Interaction) -> Iterator[tuple[int, int]]:
    """What is pending for an interaction: (due_at, kind)."""
    if interaction.state == "after_contact_work":
        yield interaction.acw_due_at, Due.AFTER_CONTACT_WORK
    if interaction.away_due_at:
        yield interaction.away_due_at, Due.AWAY
    if interaction.state == "queued":
        if interaction.target_agent_id is not None:
            yield interaction.target_due_at, Due.TARGET
        for declined in interaction.declined.values():
            yield declined.until, Due.RETRY


class Timers:
    """A heap with lazy deletion."""

    def __init__(self) -> None:
        self._heap: list[Timer] = []

    def add(self, due_at: int, kind: Due, id: str) -> None:
        heappush(self._heap, (due_at, kind, id))

    def head(self, state: State) -> Timer | None:
        """The next one that holds; drops the dead before it."""
        heap = self._heap
        while heap and not holds(state, heap[0]):
            heappop(heap)
        return heap[0] if heap else None

    def pop(self, state: State, at: int) -> Timer | None:
        """The next one that is due by `at`, taken out."""
        head = self.head(state)
        return heappop(self._heap) if head is not None and head[0] <= at else None
