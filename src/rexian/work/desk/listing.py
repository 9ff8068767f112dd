"""Lists of contacts: newest first, with filters, a page at a time or all of them as rows for an export."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Collection, Sequence
from typing import Any

from msgspec import Struct
from sqlalchemy import Row, Select, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from rexian.directory.page import Page
from rexian.directory.principal import Principal
from rexian.kit.database import Database
from rexian.runtime.tables import content
from rexian.work.desk.tables import contact, disposition, interaction
from rexian.work.desk.views import ContactItem, Ref
from rexian.work.names import NameBook, Title, look_up
from rexian.work.paging import newest_first

PREVIEW = 80
EXPORT_CHUNK = 500


class Filters(Struct, frozen=True, kw_only=True):
    """Which contacts; None leaves a filter out. `from_at` inclusive, `to_at` exclusive (start of the contact)."""

    tenant_id: str | None = None
    queue_id: str | None = None
    agent_id: str | None = None
    customer_ids: Collection[str] | None = None
    from_at: int | None = None
    to_at: int | None = None
    open: bool | None = None
    outcome: str | None = None
    disposition: str | None = None
    rating_max: int | None = None
    simulated: bool | None = None


def given(filters: Filters) -> dict[str, Any]:
    """The filters that are in force, by name."""
    named = ((name, getattr(filters, name)) for name in filters.__struct_fields__)
    return {name: value for name, value in named if value is not None}


def seen_by(who: Principal) -> Any:
    """The contacts that `who` may see in lists, as a condition."""
    everything = who.reach("contact.read_all")
    own = who.reach("contact.read") - everything
    return or_(
        contact.c.tenant_id.in_(sorted(everything)),
        and_(contact.c.tenant_id.in_(sorted(own)), contact.c.agent_ids.contains([who.person_id])),
    )


def chosen(filters: Filters) -> Select[Any]:
    """Contacts with their last interaction and the customer's first words."""
    last = (
        select(interaction)
        .where(interaction.c.contact_id == contact.c.id)
        .order_by(interaction.c.consult_of.is_not(None), interaction.c.queued_at.desc())  # colleagues asked come last
        .limit(1)
        .lateral("last")
    )
    first = (
        select(func.left(content.c.text, PREVIEW).label("preview"))
        .where(content.c.contact_id == contact.c.id, content.c.kind == "text", content.c.author_kind == "customer")
        .order_by(content.c.seq)
        .limit(1)
        .lateral("first")
    )
    summing_up = (
        select(content.c.text.label("wrap_up"))
        .where(content.c.contact_id == contact.c.id, content.c.kind == "wrap_up")
        .order_by(content.c.seq.desc())
        .limit(1)
        .lateral("summing_up")
    )
    columns = ("medium", "state", "outcome", "disposition", "waited_ms", "talk_ms")
    found = select(
        contact, *(last.c[name] for name in columns), last.c.id.label("interaction_id"), first.c.preview,
        summing_up.c.wrap_up,
    ).select_from(
        contact.outerjoin(last, last.c.id.is_not(None))
        .outerjoin(first, first.c.preview.is_not(None))
        .outerjoin(summing_up, summing_up.c.wrap_up.is_not(None))
    )  # fmt: skip
    return found.where(*_conditions(filters, last))


def _conditions(filters: Filters, last: Any) -> list[Any]:
    column = contact.c
    made: dict[str, Callable[[Any], Any]] = {
        "tenant_id": lambda value: column.tenant_id == value,
        "queue_id": lambda value: column.queue_id == value,
        "agent_id": lambda value: column.agent_ids.contains([value]),
        "from_at": lambda value: column.started_at >= value,
        "to_at": lambda value: column.started_at < value,
        "open": lambda value: column.closed_at.is_(None) if value else column.closed_at.is_not(None),
        "outcome": lambda value: last.c.outcome == value,
        "disposition": lambda value: last.c.disposition == value,
        "rating_max": lambda value: column.rating <= value,
        "simulated": lambda value: column.simulated == value,
        "customer_ids": lambda value: column.customer_id.in_(list(value)),
    }
    return [made[name](value) for name, value in given(filters).items()]


async def contacts_page(
    db: Database, who: Principal, filters: Filters, *, cursor: str | None, limit: int
) -> Page[ContactItem]:
    """One page of what `who` may see. Raises `Problem` (400 `bad_cursor`)."""
    async with db.tenants(sorted(who.tenants)) as tx:
        rows, following = await page_of_contacts(tx, chosen(filters).where(seen_by(who)), cursor, limit)
    return Page(await items_of(db, rows), following)


async def page_of_contacts(
    tx: AsyncConnection, found: Select[Any], cursor: str | None, limit: int
) -> tuple[Sequence[Row[Any]], str | None]:
    """One page of `chosen` and the cursor of the next. Raises `Problem` (400 `bad_cursor`)."""
    return await newest_first(tx, found, contact.c.started_at, contact.c.id, cursor=cursor, limit=limit)


async def every_contact(db: Database, who: Principal, filters: Filters, most: int) -> AsyncIterator[list[ContactItem]]:
    """All that `who` may see, in chunks, up to `most`."""
    cursor, left = None, most
    while left > 0:
        page = await contacts_page(db, who, filters, cursor=cursor, limit=min(EXPORT_CHUNK, left))
        if page.items:
            yield page.items
        left -= len(page.items)
        cursor = page.next_cursor
        if cursor is None:
            return


async def items_of(db: Database, rows: Sequence[Row[Any]]) -> list[ContactItem]:
    """Rows of `chosen` with their names."""
    async with db.system() as tx:
        book = await look_up(
            tx, agents=[id for row in rows for id in row.agent_ids], customers=[row.customer_id for row in rows]
        )
        codes = await disposition_names(tx, {row.tenant_id for row in rows})
    return [_item(row, book, codes) for row in rows]


async def disposition_names(tx: AsyncConnection, tenant_ids: Collection[str]) -> dict[tuple[str, str], Title]:
    """Names of disposition codes by tenant and code, retired ones too."""
    table = disposition.c
    found = await tx.execute(
        select(table.tenant_id, table.code, table.name, table.name_en).where(table.tenant_id.in_(sorted(tenant_ids)))
    )
    return {(row.tenant_id, row.code): Title(row.name, row.name_en) for row in found}


def _item(row: Row[Any], book: NameBook, codes: dict[tuple[str, str], Title]) -> ContactItem:
    tenant, queue = book.tenant(row.tenant_id), book.queue(row.queue_id)
    code = codes.get((row.tenant_id, row.disposition or ""))
    return ContactItem(
        id=row.id, tenant_id=row.tenant_id, tenant_name=tenant.zh, tenant_name_en=tenant.en,
        customer=Ref(id=row.customer_id, name=book.customers.get(row.customer_id, "")),
        queue_id=row.queue_id, queue_name=queue.zh, queue_name_en=queue.en, medium=row.medium,
        state="closed" if row.closed_at is not None else row.state or "queued",
        started_at=row.started_at, closed_at=row.closed_at,
        agents=[Ref(id=id, name=book.agents.get(id, "")) for id in row.agent_ids],
        outcome=row.outcome, disposition=row.disposition,
        disposition_name=code.zh if code else None, disposition_name_en=code.in_("en") if code else None,
        waited_ms=row.waited_ms, talk_ms=row.talk_ms, rating=row.rating, simulated=row.simulated,
        preview=row.preview or "",
    )  # fmt: skip
