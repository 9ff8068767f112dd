"""What the chat channel reads from the database: the site, who the visitor is, the messages that a page has missed."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy.ext.asyncio import AsyncConnection

from rexian.channels.chat import files
from rexian.channels.chat.files import FileBook
from rexian.channels.visiting.entrance import Entrances
from rexian.directory.people.contract import agent_cards
from rexian.kit.clock import Clock
from rexian.kit.database import Database
from rexian.runtime.tables import content, journal


class Post(Struct, frozen=True, kw_only=True):
    """A message as it is stored."""

    id: str
    number: int
    at: int
    author_kind: str
    author_id: str
    text: str
    file_id: str | None


class Reading:
    """Queries of the chat."""

    def __init__(self, db: Database, clock: Clock, book: FileBook) -> None:
        self._db = db
        self._book = book
        self.entrances = Entrances(db, clock)
        self.entrance = self.entrances.find
        self.customers = self.entrances.customers
        self.agents: dict[str, str] = {}

    async def missed(self, contact_id: str, interaction_id: str, after: int, limit: int) -> list[Post]:
        """The interaction's messages with a number above `after`, in order; of too many, the last ones."""
        async with self._db.system() as tx:
            rows = list(await tx.execute(_posts(contact_id, interaction_id, after).limit(limit)))
            await self._keep_files(tx, [row.file_id for row in rows if row.file_id])
        return [Post(**row._mapping) for row in reversed(rows)]

    async def _keep_files(self, tx: AsyncConnection, ids: list[str]) -> None:
        missing = [id for id in ids if self._book.get(id) is None]
        for card in (await files.cards(tx, missing)).values():
            self._book.put(card)

    async def own_file(self, file_id: str, tenant_id: str, visitor_id: str) -> files.FileCard | None:
        """The card of a file that this very visitor has sent."""
        async with self._db.system() as tx:
            card = (await files.cards(tx, [file_id])).get(file_id)
        if card is None or card.tenant_id != tenant_id or (card.by_kind, card.by_id) != ("customer", visitor_id):
            return None
        self._book.put(card)
        return card

    async def learn_names(self) -> None:
        """Read the agents' names anew, as customers see them."""
        async with self._db.system() as tx:
            self.agents = {id: card.name for id, card in (await agent_cards(tx)).items()}


def _posts(contact_id: str, interaction_id: str, after: int) -> sa.Select[Any]:
    number = journal.c.body["number"].as_integer()
    same = sa.and_(journal.c.floor_id == content.c.floor_id, journal.c.seq == content.c.seq)
    return (
        sa.select(
            content.c.id,
            number.label("number"),
            content.c.at,
            content.c.author_kind,
            content.c.author_id,
            content.c.text,
            content.c.file_id,
        )
        .join(journal, same)
        .where(
            content.c.contact_id == contact_id,
            content.c.interaction_id == interaction_id,
            content.c.kind.in_(("text", "file")),
            number > after,
        )
        .order_by(content.c.seq.desc())
    )
