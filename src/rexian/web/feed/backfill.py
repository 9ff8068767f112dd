"""What the feed reads from the database: last words of open interactions, a contact's story, names."""

from __future__ import annotations

import sqlalchemy as sa

from rexian.channels.chat import files
from rexian.directory.customers.contract import customer_names
from rexian.directory.people.contract import agent_cards
from rexian.directory.policies.contract import rule_cards
from rexian.directory.queues.contract import queue_cards
from rexian.directory.tenants.contract import tenant_cards
from rexian.engine.floor import Floor
from rexian.kit.database import Database
from rexian.runtime import journal
from rexian.runtime.tables import content
from rexian.runtime.tables import journal as journal_table
from rexian.web.feed.facts import Talk
from rexian.web.feed.live import OPEN, PREVIEW
from rexian.web.feed.names import AgentCard, Names, Title
from rexian.web.feed.story import Story
from rexian.web.feed.wire import Object
from rexian.work.recordings.contract import erased_among

_IDS_A_QUERY = 5_000


class Backfill:
    """Reads for one floor."""

    def __init__(self, db: Database, names: Names, book: files.FileBook) -> None:
        self._db = db
        self._names = names
        self._book = book

    def file(self, file_id: str) -> Object | None:
        card = self._book.get(file_id)
        return card.view() if card else None

    async def talks(self, floor: Floor) -> dict[str, Talk]:
        """The last words of the floor's open interactions, and the customers' names that go with them."""
        open_ids = [(it.contact_id, it.id) for it in floor.interactions() if it.state in OPEN]
        customers = {contact.customer_id for contact in floor.contacts() if not contact.closed_at}
        found: dict[str, Talk] = {}
        async with self._db.system() as tx:
            for start in range(0, len(open_ids), _IDS_A_QUERY):
                rows = await tx.execute(_messages(open_ids[start : start + _IDS_A_QUERY]))
                for row in rows:
                    _add(found.setdefault(row.interaction_id, Talk()), row)
            self._names.put_customers((await customer_names(tx, sorted(customers))).items())
        return found

    async def story(self, contact_id: str) -> Story:
        """The contact's story so far; without a `tenant_id` when there is no such contact."""
        async with self._db.system() as tx:
            told = await journal.of_contact(tx, contact_id)
            file_ids = [item.content.file_id for item in told if item.content and item.content.file_id]
            for card in (await files.cards(tx, file_ids)).values():
                self._book.put(card)
            erased = await erased_among(tx, file_ids)
            customers = [getattr(item.event, "customer_id", None) for item in told]
            self._names.put_customers((await customer_names(tx, [id for id in customers if id])).items())
        story = Story(contact_id, self._names, self.file, erased)
        for item in told:
            for collection, id, value in story.take(item):
                if value is not None:
                    story.view[collection][id] = value
        return story

    async def directory(self) -> None:
        """Read the names of queues, tenants and agents anew."""
        async with self._db.system() as tx:
            queues, tenants, agents = await queue_cards(tx), await tenant_cards(tx), await agent_cards(tx)
            rules = await rule_cards(tx)
        self._names.queues = {id: Title(card.name, card.name_en) for id, card in queues.items()}
        self._names.tenants = {id: Title(card.name, card.name_en) for id, card in tenants.items()}
        self._names.practice = frozenset(id for id, card in tenants.items() if card.shadow_of is not None)
        self._names.discreet = frozenset(id for id, card in tenants.items() if not card.supervision_shown)
        self._names.media = {id: card.medium for id, card in queues.items()}
        self._names.zones = {id: card.zone for id, card in tenants.items()}
        self._names.rules = {key: Title(card.name, card.name_en) for key, card in rules.items()}
        self._names.goals = {id: card.service_level_goal for id, card in queues.items()}
        self._names.agents = {
            id: AgentCard(
                name=card.name, tenant_id=card.tenant_id, level=card.level, team=_team(card.team, card.team_en)
            )
            for id, card in agents.items()
        }

    async def customers(self, ids: list[str]) -> None:
        """Read the names of these customers."""
        async with self._db.system() as tx:
            found = await customer_names(tx, ids)
        self._names.put_customers((id, found.get(id, "")) for id in ids)


def _team(name: str | None, name_en: str | None) -> Title | None:
    return Title(name, name_en or "") if name else None


def _messages(ids: list[tuple[str, str]]) -> sa.Select[tuple[object, ...]]:
    return (
        sa.select(
            content.c.interaction_id,
            content.c.at,
            content.c.author_kind,
            sa.func.left(content.c.text, 200).label("text"),
            journal_table.c.body["number"].as_integer().label("number"),
        )
        .join(
            journal_table, sa.and_(journal_table.c.floor_id == content.c.floor_id, journal_table.c.seq == content.c.seq)
        )
        .where(
            content.c.contact_id.in_([contact_id for contact_id, _ in ids]),  # there is an index on this one
            content.c.interaction_id.in_([interaction_id for _, interaction_id in ids]),
            content.c.kind.in_(("text", "file")),
        )
        .order_by(content.c.interaction_id, content.c.seq)
    )


def _add(talk: Talk, row: sa.Row[tuple[object, ...]]) -> None:
    talk.number, talk.at, talk.text, talk.author_kind = row.number, row.at, row.text, row.author_kind
    if row.author_kind == "customer":
        talk.said = row.text[:PREVIEW]
        talk.numbers.append(row.number)
