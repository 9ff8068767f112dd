"""Reading the journal, for readers, traces and recovery. Writing is `runtime.session`'s alone."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Select, Text, cast, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from rexian.runtime.port import Committed
from rexian.runtime.rows import committed
from rexian.runtime.tables import content, journal

_piece = (
    select(content)
    .where(content.c.floor_id == journal.c.floor_id, content.c.seq == journal.c.seq)
    .order_by(content.c.id)
    .limit(1)
    .lateral("piece")
)


def select_committed() -> Select[*tuple[object, ...]]:
    """Journal rows with their words, for `rows.committed`. Add `where` and `order_by` on `tables.journal`."""
    return select(
        journal.c.floor_id,
        journal.c.seq,
        journal.c.by_kind,
        journal.c.by_id,
        journal.c.command_id,
        cast(journal.c.body, Text).label("body"),
        _piece.c.id.label("content_id"),
        _piece.c.tenant_id.label("content_tenant_id"),
        _piece.c.contact_id.label("content_contact_id"),
        _piece.c.interaction_id.label("content_interaction_id"),
        _piece.c.author_kind,
        _piece.c.author_id,
        _piece.c.kind.label("content_kind"),
        _piece.c.text,
        _piece.c.file_id,
    ).select_from(journal.outerjoin(_piece, _piece.c.id.is_not(None)))


async def read(tx: AsyncConnection, floor_id: str, *, after: int, limit: int = 1_000) -> list[Committed]:
    """Return up to `limit` committed events of a floor with `seq` greater than `after`, in order."""
    query = select_committed().where(journal.c.floor_id == floor_id, journal.c.seq > after)
    rows = await tx.execute(query.order_by(journal.c.seq).limit(limit))
    return [committed(row) for row in rows]


async def read_range(tx: AsyncConnection, floor_id: str, first: int, last: int) -> list[Committed]:
    """Return the committed events `first` to `last`, both included."""
    query = select_committed().where(journal.c.floor_id == floor_id, journal.c.seq.between(first, last))
    return [committed(row) for row in await tx.execute(query.order_by(journal.c.seq))]


async def of_contact(tx: AsyncConnection, contact_id: str) -> Sequence[Committed]:
    """Return everything that happened to a contact, in order, as far as the transaction's tenant may see it."""
    query = select_committed().where(journal.c.contact_id == contact_id)
    return [committed(row) for row in await tx.execute(query.order_by(journal.c.floor_id, journal.c.seq))]


async def head(tx: AsyncConnection, floor_id: str) -> int:
    """Return the last `seq` of a floor; 0 when its journal is empty."""
    found = await tx.scalar(select(func.max(journal.c.seq)).where(journal.c.floor_id == floor_id))
    return found or 0
