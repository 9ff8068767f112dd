"""Follows the journal and keeps the rows of contacts and interactions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

import msgspec
from sqlalchemy import bindparam, delete, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from rexian.engine import events as e
from rexian.kit.rows import put
from rexian.runtime.port import Committed
from rexian.work.desk.model import Contact, Interaction, Shelf
from rexian.work.desk.tables import contact, draft, interaction

T = TypeVar("T", bound=msgspec.Struct)
_TALK = (e.MessagePosted, e.MessagesRead, e.NoteAdded)  # most of all events, and they change no row
_CONTACTS = select(contact).where(contact.c.id.in_(bindparam("ids", expanding=True)))
_INTERACTIONS = select(interaction).where(interaction.c.contact_id.in_(bindparam("ids", expanding=True)))


class DeskReader:
    """The reader `desk`. A batch that comes again changes nothing."""

    name = "desk"

    async def handle(self, tx: AsyncConnection, batch: Sequence[Committed]) -> None:
        told = [item for item in batch if not isinstance(item.event, _TALK)]
        ids = {id for item in told if (id := getattr(item.event, "contact_id", None)) is not None}
        if not ids:
            return
        shelf = await _load(tx, sorted(ids))
        for item in told:
            shelf.take(item.floor_id, item.seq, item.event)
        await _save(tx, shelf)


async def _load(tx: AsyncConnection, ids: Sequence[str]) -> Shelf:
    shelf = Shelf()
    for row in await tx.execute(_CONTACTS, {"ids": ids}):
        shelf.contacts[row.id] = _row(Contact, row)
    for row in await tx.execute(_INTERACTIONS, {"ids": ids}):
        shelf.interactions[row.id] = _row(Interaction, row)
    return shelf


def _row(kind: type[T], row: Any) -> T:
    return kind(**{name: row._mapping[name] for name in kind.__struct_fields__})


async def _save(tx: AsyncConnection, shelf: Shelf) -> None:
    await put(tx, contact, [msgspec.structs.asdict(shelf.contacts[id]) for id in sorted(shelf.changed)])
    rows = [msgspec.structs.asdict(row) for row in shelf.interactions.values() if row.contact_id in shelf.changed]
    await put(tx, interaction, sorted(rows, key=lambda row: str(row["id"])))
    if shelf.wrapped_up:
        key = tuple_(draft.c.contact_id, draft.c.person_id)
        await tx.execute(delete(draft).where(key.in_(sorted(shelf.wrapped_up))))
