"""Reads a contact's journal and tells it, with the names that the directory has now."""

from __future__ import annotations

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

DEFAULT_ZONE = "Asia/Shanghai"


class Trace(Struct, frozen=True, kw_only=True):
    """A contact's story: entry by entry, and as plain text."""

    contact: ContactView
    zone: str
    entries: list[Entry]
    story: str


async def trace_of(db: Database, tenant_id: str, contact_id: str, locale: str, reader: Reader = "supervisor") -> Trace:
    """Tell the contact in `locale` as `reader` may hear it. Who may see it was checked. Raises `Problem` (404)."""
    async with db.tenant(tenant_id) as tx:
        rows = await rows_of_contact(tx, contact_id)
        files = await file_cards(tx, [row.file_id for row in rows])
    if not rows:
        raise not_found("contact")
    async with db.system() as tx:
        book = await look_up(tx, agents=_ids(rows, "agent"), customers=_ids(rows, "customer"))
        names = await _names(tx, book, tenant_id, locale, reader)
    entries = tell(rows, names, {id: card.name for id, card in files.items()})
    return Trace(
        contact=contact_view(rows, book, contact_id), zone=names.zone.key, entries=entries,
        story=as_text(entries, names),
    )  # fmt: skip


async def _names(tx: AsyncConnection, book: NameBook, tenant_id: str, locale: str, reader: Reader) -> Names:
    english = int(locale == "en")
    rules = await rule_cards(tx, tenant_id=tenant_id)
    codes = await disposition_names(tx, [tenant_id])
    return Names(
        locale=locale,
        zone=ZoneInfo(book.zones.get(tenant_id, DEFAULT_ZONE)),
        reader=reader,
        rules={id: card.name_en if english else card.name for (_, id), card in rules.items()},
        agents=book.agents,
        queues={id: title.in_(locale) for id, title in book.queues.items()},
        customers=book.customers,
        skills={key: names[english] or names[0] for key, names in (await skill_names(tx)).items()},
        dispositions={code: title.in_(locale) for (_, code), title in codes.items()},
    )


def _ids(rows: list[Row], kind: str) -> set[str]:
    """All ids of agents, or of customers, that occur in the rows."""
    found: set[str] = set()
    for row in rows:
        body = row.body
        found |= {body.get(f"{kind}_id") or "", body.get(f"to_{kind}_id") or "", body.get(f"target_{kind}_id") or ""}
        for name in ("author", "by", "reader"):
            party = body.get(name)
            if isinstance(party, dict) and party.get("kind") == kind:
                found.add(str(party.get("id")))
        reason = body.get("reason")
        if kind == "agent" and isinstance(reason, dict):
            found.add((reason.get("runner_up") or {}).get("agent_id") or "")
    return found - {""}
