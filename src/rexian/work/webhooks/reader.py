"""Follows the journal and notes for every webhook what it is to be told. Sending is the courier's work."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from rexian.kit.clock import Clock
from rexian.runtime.port import Committed
from rexian.runtime.tables import journal
from rexian.work.webhooks.model import cloud_event, encoded, name_of
from rexian.work.webhooks.tables import delivery, webhook


class WebhookReader:
    """The reader `webhooks`. A delivery's id follows from webhook and event, so a batch may come twice (FAULTS 20)."""

    name = "webhooks"

    def __init__(self, clock: Clock, base_url: str) -> None:
        self._clock = clock
        self._base_url = base_url

    async def handle(self, tx: AsyncConnection, batch: Sequence[Committed]) -> None:
        told = [item for item in batch if name_of(item.event) is not None]
        if not told:
            return
        hooks = list(await tx.execute(select(webhook).where(webhook.c.active)))
        if not hooks:
            return
        tenants = await _tenants(tx, told)
        rows = [
            self._row(hook, item, tenant_id)
            for item in told
            if (tenant_id := tenants.get(item.seq)) is not None
            for hook in hooks
            if hook.tenant_id == tenant_id and name_of(item.event) in hook.events and item.event.at >= hook.created_at
        ]
        if rows:
            await tx.execute(insert(delivery).on_conflict_do_nothing(index_elements=["id"]), rows)

    def _row(self, hook: Any, item: Committed, tenant_id: str) -> dict[str, Any]:
        event = cloud_event(
            item.event, base_url=self._base_url, floor_id=item.floor_id, seq=item.seq, tenant_id=tenant_id
        )
        return new_delivery(hook, event.id, event.type, encoded(event), self._clock.now_ms())


def new_delivery(hook: Any, event_id: str, type_: str, body: str, now: int) -> dict[str, Any]:
    """A row of `webhook_delivery` that is due at once."""
    return {
        "id": str(uuid5(UUID(hook.id), event_id)),
        "tenant_id": hook.tenant_id,
        "webhook_id": hook.id,
        "event_id": event_id,
        "type": type_,
        "body": body,
        "state": "pending",
        "attempts": 0,
        "made_at": now,
        "tried_from": now,
        "next_at": now,
    }


async def _tenants(tx: AsyncConnection, items: Sequence[Committed]) -> dict[int, str | None]:
    """Whose contact each event is about, by seq."""
    found = await tx.execute(
        select(journal.c.seq, journal.c.tenant_id).where(
            journal.c.floor_id == items[0].floor_id, journal.c.seq.in_([item.seq for item in items])
        )
    )
    return {row.seq: row.tenant_id for row in found}
