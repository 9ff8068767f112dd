"""Names for ids, looked up in the directory when they are read. Takes system transactions: agents serve several
tenants.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct
from sqlalchemy.ext.asyncio import AsyncConnection

from rexian.directory.customers.contract import customer_names
from rexian.directory.people.contract import agent_cards
from rexian.directory.queues.contract import queue_cards
from rexian.directory.tenants.contract import tenant_cards


class Title(Struct, frozen=True):
    """A name in both languages."""

    zh: str = ""
    en: str = ""

    def in_(self, locale: str) -> str:
        return (self.en or self.zh) if locale == "en" else self.zh


class NameBook(Struct, frozen=True, kw_only=True):
    """What the directory calls things now. What it no longer knows is missing."""

    agents: dict[str, str]
    customers: dict[str, str]
    queues: dict[str, Title]
    tenants: dict[str, Title]
    zones: dict[str, str]
    discreet: frozenset[str] = frozenset()  # tenants whose agents don't see who listens

    def supervision_shown(self, tenant_id: str) -> bool:
        return tenant_id not in self.discreet

    def queue(self, id: str | None) -> Title:
        return self.queues.get(id or "", Title())

    def tenant(self, id: str | None) -> Title:
        return self.tenants.get(id or "", Title())


async def look_up(
    tx: AsyncConnection, *, agents: Iterable[str | None] = (), customers: Iterable[str | None] = ()
) -> NameBook:
    """The names of these agents and customers, and of all queues and tenants."""
    people = await agent_cards(tx, sorted({id for id in agents if id}))
    queues, tenants = await queue_cards(tx), await tenant_cards(tx)
    return NameBook(
        agents={id: card.name for id, card in people.items()},
        customers=await customer_names(tx, sorted({id for id in customers if id})),
        queues={id: Title(card.name, card.name_en) for id, card in queues.items()},
        tenants={id: Title(card.name, card.name_en) for id, card in tenants.items()},
        zones={id: card.zone for id, card in tenants.items()},
        discreet=frozenset(id for id, card in tenants.items() if not card.supervision_shown),
    )
