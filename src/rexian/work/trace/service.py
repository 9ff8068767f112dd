"""Reads a contact's journal and tells it, with the names that the directory has now."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from msgspec import Struct
from sqlalchemy.ext.asyncio import AsyncConnection

from rexian.directory.people.contract import skill_names
from rexian.directory.policies.contract import rule_cards
from rexian.kit.database import Database
from rexian.kit.problem import not_found
from rexian.work.desk.contract import ContactView, contact_view, disposition_names
from rexian.work.names import NameBook, look_up
from rexian.work.reading import Row, file_cards, rows_of_contact
from rexian.work.trace.model import Entry, Names, Reader
from rexian.work.trace.story import as_text, tell
from rexian.work.trace.waits import Wait, Waits
from rexian.work.trace.why import explain

DEFAULT_ZONE = "Asia/Shanghai"


class Trace(Struct, frozen=True, kw_only=True):
    """A contact's story: entry by entry, and as plain text."""

    contact: ContactView
    zone: str
    entries: list[Entry]
    story: str


class Explained(Struct, frozen=True, kw_only=True):
    """A contact's story with why it waited. `waits`: the figures behind it, for the supervisor only."""

    zone: str
    entries: list[Entry]
    story: str
    waits: list[Wait] = []


@dataclass(frozen=True, slots=True)
class _Told:
    rows: list[Row]
    book: NameBook
    names: Names
    entries: list[Entry]


async def trace_of(db: Database, tenant_id: str, contact_id: str, locale: str, reader: Reader = "supervisor") -> Trace:
    """Tell the contact in `locale` as `reader` may hear it. Who may see it was checked. Raises `Problem` (404)."""
    told = await _told(db, tenant_id, contact_id, locale, reader)
    return Trace(
        contact=contact_view(told.rows, told.book, contact_id), zone=told.names.zone.key, entries=told.entries,
        story=as_text(told.entries, told.names),
    )  # fmt: skip


async def explained(
    db: Database, tenant_id: str, waits: Waits, locale: str, reader: Reader, floor_id: str, until_seq: int
) -> Explained:
    """Tell the contact that `waits` has watched on this floor, up to `until_seq`. Raises `Problem` (404)."""
    told = await _told(db, tenant_id, waits.contact_id, locale, reader, (floor_id, until_seq))
    entries = explain(told.entries, waits, told.names)
    return Explained(
        zone=told.names.zone.key, entries=entries, story=as_text(entries, told.names),
        waits=waits.waits if reader == "supervisor" else [],
    )  # fmt: skip


async def _told(
    db: Database, tenant_id: str, contact_id: str, locale: str, reader: Reader,
    upto: tuple[str, int] | None = None,
) -> _Told:  # fmt: skip
    async with db.tenant(tenant_id) as tx:
        rows = await rows_of_contact(tx, contact_id, upto)
        files = await file_cards(tx, [row.file_id for row in rows])
    if not rows:
        raise not_found("contact")
    async with db.system() as tx:
        book = await look_up(tx, agents=_ids(rows, "agent"), customers=_ids(rows, "customer"))
        names = await _names(tx, book, tenant_id, locale, reader)
    return _Told(rows, book, names, tell(rows, names, {id: card.name for id, card in files.items()}))


async def _names(tx: AsyncConnection, book: NameBook, tenant_id: str, locale: str, reader: Reader) -> Names:
    english = int(locale == "en")
    rules = await rule_cards(tx, tenant_id=tenant_id)
    codes = await disposition_names(tx, [tenant_id])
    return Names(
        locale=locale,
        zone=ZoneInfo(book.zones.get(tenant_id, DEFAULT_ZONE)),
        reader=reader,
        rules={id: card.name_en if english else card.name for (_, id), card in rules.items()},
        supervision_shown=book.supervision_shown(tenant_id),
        agents=book.agents,
        queues={id: title.in_(locale) for id, title in book.queues.items()},
        customers=book.customers,
        skills={key: names[english] or names[0] for key, names in (await skill_names(tx)).items()},
        dispositions={code: title.in_(locale) for (_, code), title in codes.items()},
    )


_NAMES = {
    "agent": ("agent_id", "to_agent_id", "target_agent_id", "from_agent_id", "consult_by"),
    "customer": ("customer_id",),
}


def _ids(rows: list[Row], kind: str) -> set[str]:
    """All ids of agents, or of customers, that occur in the rows."""
    found: set[str] = set()
    for row in rows:
        body = row.body
        found |= {body.get(name) or "" for name in _NAMES[kind]}
        for name in ("author", "by", "reader"):
            party = body.get(name)
            if isinstance(party, dict) and party.get("kind") == kind:
                found.add(str(party.get("id")))
        if kind == "agent" and body.get("role") != "external":
            found.add(body.get("person_id") or "")
        reason = body.get("reason")
        if kind == "agent" and isinstance(reason, dict):
            found.add((reason.get("runner_up") or {}).get("agent_id") or "")
    return found - {""}
