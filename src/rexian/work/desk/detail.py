"""One contact with everything that was said in it, straight from the journal and thus never behind."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from rexian.engine import events as e
from rexian.engine.specs import Party
from rexian.kit.database import Database
from rexian.kit.problem import not_found
from rexian.work.desk.listing import disposition_names
from rexian.work.desk.model import Contact, Interaction, Shelf
from rexian.work.desk.views import (
    ContactDetail,
    ContactView,
    InteractionView,
    MessageView,
    NoteView,
    Person,
    RecordingView,
    Ref,
)
from rexian.work.names import NameBook, Title, look_up
from rexian.work.reading import FileCard, Row, file_cards, rows_of_contact
from rexian.work.recordings.contract import erased_among


async def contact_detail(db: Database, tenant_id: str, contact_id: str) -> ContactDetail:
    """Return the contact with interactions, messages and notes. Who may see it was checked before."""
    async with db.tenant(tenant_id) as tx:
        rows = await rows_of_contact(tx, contact_id)
        files = await file_cards(tx, [row.file_id for row in rows])
        erased = await erased_among(tx, files)
    shelf = shelf_of(rows)
    found = shelf.contacts.get(contact_id)
    if found is None:
        raise not_found("contact")
    async with db.system() as tx:
        book = await _names(tx, rows, found)
        codes = await disposition_names(tx, [tenant_id])
    return ContactDetail(
        contact=view_of(found, rows, book),
        interactions=[_interaction(one, rows, book, codes) for one in shelf.interactions.values()],
        messages=[
            _message(row, row.event, book, files, erased) for row in rows if isinstance(row.event, e.MessagePosted)
        ],
        notes=[
            NoteView(id=row.event.note_id, at=row.at, author=_person(row.event.author, book), text=row.text)
            for row in rows
            if isinstance(row.event, e.NoteAdded)
        ],
        recordings=[_recording(row.event) for row in rows if isinstance(row.event, e.RecordingStored)],
    )


def shelf_of(rows: list[Row]) -> Shelf:
    """The desk's rows of this contact, folded from its journal."""
    shelf = Shelf()
    for row in rows:
        if row.event is not None:
            shelf.take(row.floor_id, row.seq, row.event)  # type: ignore[arg-type]
    return shelf


async def _names(tx: AsyncConnection, rows: list[Row], found: Contact) -> NameBook:
    agents = {id for row in rows for id in (row.body.get("agent_id"), _author(row, "agent"))}
    return await look_up(tx, agents=agents, customers={found.customer_id, *(_author(row, "customer") for row in rows)})


def _author(row: Row, kind: str) -> str | None:
    author: dict[str, Any] = row.body.get("author") or {}
    return author.get("id") if author.get("kind") == kind else None


def view_of(found: Contact, rows: list[Row], book: NameBook) -> ContactView:
    """The contact with the names of the book."""
    tenant = book.tenant(found.tenant_id)
    comments = [row.text for row in rows if isinstance(row.event, e.ContactRated)]
    return ContactView(
        id=found.id, tenant_id=found.tenant_id, tenant_name=tenant.zh, tenant_name_en=tenant.en,
        customer_id=found.customer_id, customer_name=book.customers.get(found.customer_id, ""),
        started_at=found.started_at, closed_at=found.closed_at, rating=found.rating,
        rating_comment=(comments[-1] or None) if comments else None, simulated=found.simulated,
    )  # fmt: skip


def _interaction(
    one: Interaction, rows: list[Row], book: NameBook, codes: dict[tuple[str, str], Title]
) -> InteractionView:
    queue, code = book.queue(one.queue_id), codes.get((one.tenant_id, one.disposition or ""))
    said = [row.text for row in rows if row.content_kind == "wrap_up" and row.body.get("interaction_id") == one.id]
    return InteractionView(
        id=one.id, medium=one.medium, state=one.state, queue_id=one.queue_id, queue_name=queue.zh,
        queue_name_en=queue.en,
        agent=Ref(id=one.agent_id, name=book.agents.get(one.agent_id, "")) if one.agent_id else None,
        queued_at=one.queued_at, accepted_at=one.accepted_at, ended_at=one.ended_at, ended_by=one.ended_by,
        end_reason=one.end_reason, outcome=one.outcome, waited_ms=one.waited_ms, talk_ms=one.talk_ms,
        hold_ms=one.hold_ms, acw_ms=one.acw_ms, disposition=one.disposition, disposition_name=code.zh if code else None,
        disposition_name_en=code.in_("en") if code else None, wrap_up=(said[-1] or None) if said else None,
        consult_of=one.consult_of,
    )  # fmt: skip


def _message(
    row: Row, event: e.MessagePosted, book: NameBook, files: dict[str, FileCard], erased: Collection[str]
) -> MessageView:
    file = files.get(row.file_id or "")
    return MessageView(
        id=event.message_id, interaction_id=event.interaction_id, number=event.number, at=row.at,
        author=_person(event.author, book), kind=event.kind, text=row.text, file=file,
        erased=(not row.text and file is None) or row.file_id in erased,
    )  # fmt: skip


def _recording(event: e.RecordingStored) -> RecordingView:
    return RecordingView(
        id=event.recording_id, interaction_id=event.interaction_id, at=event.at, duration_ms=event.duration_ms,
        size=event.size, sha256=event.sha256, why=event.why,
    )  # fmt: skip


def _person(party: Party, book: NameBook) -> Person:
    names = {"agent": book.agents, "customer": book.customers}.get(party.kind, {})
    return Person(kind=party.kind, id=party.id, name=names.get(party.id, ""))
