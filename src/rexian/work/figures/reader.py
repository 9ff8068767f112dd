"""Follows the journal and keeps the figures."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from rexian.engine import events as e
from rexian.runtime.port import Committed
from rexian.runtime.tables import journal
from rexian.work.figures.model import OF_VISITS
from rexian.work.figures.service import load_book, save_book

_WATCHED = (e.QueueDefined, e.ContactStarted, *OF_VISITS)
_ENTERING = (e.InteractionReceived, e.InteractionQueued, e.InteractionTakenOver)  # a visit begins


class FiguresReader:
    """The reader `figures`. A batch that comes again changes nothing."""

    name = "figures"

    async def handle(self, tx: AsyncConnection, batch: Sequence[Committed]) -> None:
        watched = [item for item in batch if isinstance(item.event, _WATCHED)]
        if not watched:
            return
        queued = [item.event for item in watched if isinstance(item.event, _ENTERING)]
        started = {item.event.contact_id for item in watched if isinstance(item.event, e.ContactStarted)}
        book = await load_book(
            tx,
            sorted({id for event in queued if (id := getattr(event, "queue_id", ""))}),
            sorted({id for item in watched if (id := getattr(item.event, "interaction_id", None)) is not None}),
            await _contacts(tx, sorted({event.contact_id for event in queued} - started)),
        )
        for item in watched:
            book.take(item.seq, item.event)
        await save_book(tx, book)


async def _contacts(tx: AsyncConnection, contact_ids: Sequence[str]) -> dict[str, tuple[str, bool]]:
    """Tenant and simulated-mark of contacts that began in an earlier batch, from the journal itself."""
    if not contact_ids:
        return {}
    found = await tx.execute(
        select(journal.c.contact_id, journal.c.tenant_id, journal.c.body).where(
            journal.c.contact_id.in_(contact_ids), journal.c.kind == "ContactStarted"
        )
    )
    return {row.contact_id: (row.tenant_id, bool(row.body.get("simulated"))) for row in found}
