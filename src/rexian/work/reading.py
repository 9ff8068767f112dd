"""A contact's journal with the words beside it, as far as a transaction's tenant may see it.

Kinds of events that this version doesn't know (a newer server wrote them) come back as rows without an event, so that
reading never breaks.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy import BigInteger, Boolean, Text, and_, column, select, table
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncConnection

from rexian.engine import events as e
from rexian.kit.database import Id
from rexian.runtime.tables import content, journal

# Files belong to the channel that took them, which this room may not import; only what is shown of them is read here.
_file = table(
    "chat_file",
    column("id", Id), column("name", Text), column("type", Text), column("size", BigInteger), column("image", Boolean),
)  # fmt: skip


class FileCard(Struct, frozen=True, kw_only=True):
    """A file as a message shows it. `size` in bytes; `image`: browsers may show it in place."""

    id: str
    name: str
    type: str
    size: int
    image: bool


class Row(Struct, frozen=True, kw_only=True):
    """A journal row. `text` and `file_id` are what was written with it, both empty if nothing was or it was erased."""

    floor_id: str
    seq: int
    at: int
    kind: str
    body: dict[str, Any]
    event: e.Event | None = None
    content_kind: str = ""
    text: str = ""
    file_id: str | None = None


async def rows_of_contact(tx: AsyncConnection, contact_id: str, upto: tuple[str, int] | None = None) -> list[Row]:
    """Return everything that happened to a contact, in order; `upto`: on this floor only, and up to this seq."""
    beside = and_(content.c.floor_id == journal.c.floor_id, content.c.seq == journal.c.seq)
    there = [journal.c.contact_id == contact_id]
    if upto is not None:
        there += [journal.c.floor_id == upto[0], journal.c.seq <= upto[1]]
    found = await tx.execute(
        select(
            journal.c.floor_id, journal.c.seq, journal.c.at, journal.c.kind, journal.c.body,
            content.c.kind.label("content_kind"), content.c.text, content.c.file_id,
        )
        .select_from(journal.outerjoin(content, beside))
        .where(*there)
        .order_by(journal.c.floor_id, journal.c.seq, content.c.id)
        .ext(distinct_on(journal.c.floor_id, journal.c.seq))
    )  # fmt: skip
    return [
        Row(
            floor_id=row.floor_id, seq=row.seq, at=row.at, kind=row.kind, body=row.body,
            event=decode(row.kind, row.body), content_kind=row.content_kind or "", text=row.text or "",
            file_id=row.file_id,
        )
        for row in found
    ]  # fmt: skip


def decode(kind: str, body: dict[str, Any]) -> e.AnyEvent | None:
    """The event of a journal row, or None if this version does not know it."""
    try:
        event: e.AnyEvent = msgspec.convert({**body, "type": kind}, e.AnyEvent)
    except msgspec.ValidationError:
        return None
    return event


async def file_cards(tx: AsyncConnection, ids: Collection[str | None]) -> dict[str, FileCard]:
    """Cards of these files, as far as `tx` sees them."""
    wanted = sorted({id for id in ids if id})
    if not wanted:
        return {}
    found = await tx.execute(select(_file).where(_file.c.id.in_(wanted)))
    return {row.id: FileCard(**row._mapping) for row in found}
