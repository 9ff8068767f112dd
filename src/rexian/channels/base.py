"""What every channel is to the house, and the little that channels and desks tell each other without the journal."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncConnection

from rexian.kit.slice import Task
from rexian.kit.sockets import AsgiApp

Whisper = Callable[[str, bool], None]


class Channel(Protocol):
    """A way in for customers. One line in the composition root; the conformance suite in `tests/channels` holds it to:

    a contact is acknowledged after its commit and never before; what is sent again with the same id has one effect;
    messages keep their order and are shown once; an interrupted customer finds everything again; the end is told.
    """

    name: str

    @property
    def sockets(self) -> Mapping[str, AsgiApp]:
        """WebSocket paths and who serves them."""
        ...

    @property
    def tasks(self) -> Sequence[Task]:
        """Endless; run for as long as the server does."""
        ...


LastAgent = Callable[[AsyncConnection, str, str, int], Awaitable[str | None]]
"""Who talked last with a customer: (system transaction, tenant, customer, now) → the agent, None when long ago."""


async def nobody(tx: AsyncConnection, tenant_id: str, customer_id: str, now_ms: int) -> str | None:
    """Stands for a house that keeps no memory of who talked to whom."""
    return None


class Whispers:
    """Who types right now. Not journaled: it may be lost, and nobody is the worse for it."""

    def __init__(self) -> None:
        self._to_agent: list[Whisper] = []
        self._to_customer: list[Whisper] = []

    def hear_customers(self, listener: Whisper) -> None:
        """Call `listener(interaction_id, on)` when a customer begins or stops to type."""
        self._to_agent.append(listener)

    def hear_agents(self, listener: Whisper) -> None:
        self._to_customer.append(listener)

    def customer_types(self, interaction_id: str, on: bool) -> None:
        for listener in self._to_agent:
            listener(interaction_id, on)

    def agent_types(self, interaction_id: str, on: bool) -> None:
        for listener in self._to_customer:
            listener(interaction_id, on)
