"""What others may know of queues."""

from __future__ import annotations

from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from rexian.directory.queues.tables import queue

__all__ = ["Card", "queue_cards"]


class Card(Struct, frozen=True, kw_only=True):
    """A queue as lists and boards show it."""

    id: str
    tenant_id: str
    name: str
    name_en: str
    medium: str
    service_level_ms: int
    service_level_goal: int
    hours_id: str | None
    retired: bool


async def queue_cards(tx: AsyncConnection) -> dict[str, Card]:
    """Return all queues that `tx` sees, by id, retired ones too."""
    return {
        row.id: Card(
            id=row.id,
            tenant_id=row.tenant_id,
            name=row.name,
            name_en=row.name_en,
            medium=row.medium,
            service_level_ms=row.service_level_ms,
            service_level_goal=row.service_level_goal,
            hours_id=row.hours_id,
            retired=row.retired_at is not None,
        )
        for row in await tx.execute(select(queue))
    }
