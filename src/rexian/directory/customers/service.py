"""Making, finding, changing and merging customers.

A merge doesn't move anything: the record that lost says which one speaks for it, its identities and contacts stay with
it. Everything that looks a customer up follows `merged_into`, and taking a merge apart is emptying that field again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from sqlalchemy import CTE, Row, Select, bindparam, delete, func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from rexian.directory.act import Act
from rexian.directory.changes import changed_fields
from rexian.directory.customers.model import (
    Customer,
    CustomerChange,
    CustomerDetail,
    GivenIdentity,
    Identity,
    IdentityKind,
    MergedRecord,
    NewCustomer,
    normal_identity,
    shown_identity,
)
from rexian.directory.customers.phone import normal_phone
from rexian.directory.customers.tables import customer, identity, merge
from rexian.kit.ids import new_id
from rexian.kit.problem import Problem, not_found

# -- finding ----------------------------------------------------------------------------------------------------------


def _ends(start: Select[Any]) -> CTE:
    """From records (id, merged_into) along the merges: whoever has no `merged_into` there speaks for them."""
    chain = start.cte(recursive=True)
    return chain.union(select(customer.c.id, customer.c.merged_into).join(chain, customer.c.id == chain.c.merged_into))


_RECORD = select(customer.c.id, customer.c.merged_into)
_chain = _ends(_RECORD.where(customer.c.id == bindparam("of")))
_SPEAKER = select(_chain.c.id).where(_chain.c.merged_into.is_(None))
_tree = select(_SPEAKER.subquery().c.id).cte(recursive=True)
_tree = _tree.union(select(customer.c.id).join(_tree, customer.c.merged_into == _tree.c.id))
FAMILY = select(_tree.c.id)
"""All records of the person whose record is `of`; for other statements to look into."""
_known = _ends(
    _RECORD.join(identity, identity.c.customer_id == customer.c.id).where(
        identity.c.tenant_id == bindparam("tenant"),
        identity.c.kind == bindparam("kind"),
        identity.c.value == bindparam("value"),
    )
)
_FIND = select(_known.c.id).where(_known.c.merged_into.is_(None))


async def speaker(tx: AsyncConnection, customer_id: str) -> str:
    """Return the record that speaks for this one: itself, or the last of those into which it was merged."""
    found = (await tx.execute(_SPEAKER, {"of": customer_id})).scalar_one_or_none()
    if found is None:
        raise not_found("customer")
    return str(found)


async def family(tx: AsyncConnection, customer_id: str) -> list[str]:
    """Return all records that are the same person as this one, the one that speaks for them first."""
    root = await speaker(tx, customer_id)
    members = [row.id for row in await tx.execute(FAMILY, {"of": root})]
    return [root, *sorted(id for id in members if id != root)]


async def find(tx: AsyncConnection, tenant_id: str, kind: IdentityKind, value: str) -> str | None:
    """Return the customer who is known by this identity, None if nobody is."""
    known = {"tenant": tenant_id, "kind": kind, "value": normal_identity(kind, value)}
    found: str | None = (await tx.execute(_FIND, known)).scalar_one_or_none()
    return found


async def find_or_create(
    tx: AsyncConnection, tenant_id: str, *, kind: IdentityKind, value: str, name: str, locale: str, now_ms: int
) -> str:
    """Return the customer who is known by this identity, making one if nobody is. Two callers at once get the same."""
    normal = normal_identity(kind, value)
    found = await find(tx, tenant_id, kind, value)
    if found is not None:
        return found
    made = new_id()
    await _insert_customer(tx, made, tenant_id, name, locale, "", now_ms)
    row = {"id": new_id(), "tenant_id": tenant_id, "customer_id": made, "kind": kind, "value": normal}
    fresh = insert(identity).values(**row, created_at=now_ms).on_conflict_do_nothing().returning(identity.c.id)
    if (await tx.execute(fresh)).first() is not None:
        return made
    await tx.execute(delete(customer).where(customer.c.id == made))  # somebody else was a moment earlier
    return await find(tx, tenant_id, kind, value) or made


def search(reach: Collection[str], text: str) -> Select[Any]:
    """Select the speaking records of these tenants whose name or identities contain `text`, taken literally."""
    found = select(customer).where(customer.c.tenant_id.in_(list(reach)), customer.c.merged_into.is_(None))
    if not text:
        return found
    wanted = [identity.c.value.icontains(text, autoescape=True)]
    number = normal_phone(text) or "".join(char for char in text if char.isdecimal() and char.isascii())
    if len(number) >= 3:
        wanted.append(identity.c.value.contains(number, autoescape=True))
    other = customer.alias("other")
    mine = or_(other.c.id == customer.c.id, other.c.merged_into == customer.c.id)
    known = select(identity.c.id).join(other, other.c.id == identity.c.customer_id).where(mine, or_(*wanted))
    return found.where(or_(customer.c.name.icontains(text, autoescape=True), known.correlate(customer).exists()))


async def customers_of(tx: AsyncConnection, rows: Sequence[Row[Any]]) -> list[Customer]:
    """Make customers of rows, with the identities of all records for which each speaks."""
    heads = [row.id for row in rows]
    tree = select(customer.c.id, customer.c.id.label("head")).where(customer.c.id.in_(heads)).cte(recursive=True)
    tree = tree.union(select(customer.c.id, tree.c.head).join(tree, customer.c.merged_into == tree.c.id))
    found = select(identity, tree.c.head).join(tree, tree.c.id == identity.c.customer_id).order_by(identity.c.id)
    known: dict[str, list[Identity]] = {id: [] for id in heads}
    for row in await tx.execute(found):
        known[row.head].append(_identity_of(row))
    return [_customer_of(row, known[row.id]) for row in rows]


async def get_customer(tx: AsyncConnection, customer_id: str) -> Customer:
    """Return the record itself, merged or not. Raises `Problem` (404)."""
    row = (await tx.execute(select(customer).where(customer.c.id == customer_id))).one_or_none()
    if row is None:
        raise not_found("customer")
    return (await customers_of(tx, [row]))[0]


async def get_detail(tx: AsyncConnection, customer_id: str) -> CustomerDetail:
    """Return the customer with the records merged into theirs."""
    members = await family(tx, customer_id)
    live = (
        select(merge, customer.c.name)
        .join(customer, customer.c.id == merge.c.loser_id)
        .where(merge.c.loser_id.in_(members), merge.c.undone_at.is_(None))
        .order_by(merge.c.id)
    )
    merged = [
        MergedRecord(
            merge_id=row.id, customer_id=row.loser_id, name=row.name, into_id=row.winner_id, by_id=row.by_id, at=row.at
        )
        for row in await tx.execute(live)
    ]
    one = await get_customer(tx, customer_id)
    return CustomerDetail(**{name: getattr(one, name) for name in Customer.__struct_fields__}, merged=merged)


async def customer_names(tx: AsyncConnection, ids: Iterable[str]) -> dict[str, str]:
    """Return the names of these customers by id; of a merged one, the name of the record that speaks for it."""
    chosen = select(customer.c.id.label("asked"), customer.c.merged_into, customer.c.name).where(
        customer.c.id.in_(list(ids))
    )
    chain = chosen.cte(recursive=True)
    chain = chain.union(
        select(chain.c.asked, customer.c.merged_into, customer.c.name).join(chain, customer.c.id == chain.c.merged_into)
    )
    ends = select(chain.c.asked, chain.c.name).where(chain.c.merged_into.is_(None))
    return {row.asked: row.name for row in await tx.execute(ends)}


# -- changing ---------------------------------------------------------------------------------------------------------


async def create_customer(act: Act, new: NewCustomer) -> Customer:
    """Make a customer. Raises `Problem`: 400 for a bad identity, 409 `identity_taken` if it is somebody else's."""
    row = {
        "id": new.id or new_id(),
        "tenant_id": act.tenant_id,
        "name": new.name,
        "locale": new.locale,
        "note": new.note,
        "kind": new.kind,
        "created_at": act.now_ms,
    }
    if await act.insert_once(customer, row):
        for index, one in enumerate(new.identities):
            await _add(act, str(row["id"]), one, f"identities.{index}.value")
        await act.record("customer.created", "customer", str(row["id"]), kinds=[one.kind for one in new.identities])
    return await get_customer(act.tx, str(row["id"]))


async def change_customer(act: Act, customer_id: str, change: CustomerChange) -> Customer:
    """Change what is given. What was written is not repeated in the audit trail: it may have to be erased."""
    values = changed_fields(change)
    if values:
        await act.tx.execute(customer.update().where(customer.c.id == customer_id).values(values))
        await act.record("customer.changed", "customer", customer_id, fields=sorted(values))
    return await get_customer(act.tx, customer_id)


async def add_identity(act: Act, customer_id: str, given: GivenIdentity) -> Customer:
    """Let the customer be found by one more identity. Raises `Problem` (400, 409 `identity_taken`)."""
    if await _add(act, customer_id, given, "value"):
        await act.record("customer.identity_added", "customer", customer_id, kind=given.kind)
    return await get_customer(act.tx, await speaker(act.tx, customer_id))


async def remove_identity(act: Act, customer_id: str, identity_id: str) -> None:
    """Take an identity away from the customer; nothing happens if it isn't theirs."""
    theirs = identity.c.customer_id.in_(await family(act.tx, customer_id))
    gone = await act.tx.execute(delete(identity).where(identity.c.id == identity_id, theirs).returning(identity.c.kind))
    row = gone.one_or_none()
    if row is not None:
        await act.record("customer.identity_removed", "customer", customer_id, kind=row.kind)


async def merge_customers(act: Act, loser_id: str, into_id: str) -> Customer:
    """Make one person of two records: whoever speaks for `into_id` speaks for both from now on.

    Repeating it changes nothing. Raises `Problem` (404 for a customer who isn't this tenant's).
    """
    await _lock(act, loser_id, into_id)
    loser, winner = await speaker(act.tx, loser_id), await speaker(act.tx, into_id)
    if loser != winner:
        await act.tx.execute(customer.update().where(customer.c.id == loser).values(merged_into=winner))
        row = {"id": new_id(), "tenant_id": act.tenant_id, "loser_id": loser, "winner_id": winner}
        await act.tx.execute(merge.insert().values(**row, by_id=act.by_id, at=act.now_ms))
        await act.record("customer.merged", "customer", loser, into=winner)
    return await get_customer(act.tx, winner)


async def unmerge(act: Act, loser_id: str) -> Customer:
    """Take a merge apart: the record speaks for itself again. Nothing happens if it isn't merged."""
    await _lock(act, loser_id)
    freed = customer.update().where(customer.c.id == loser_id, customer.c.merged_into.is_not(None))
    if (await act.tx.execute(freed.values(merged_into=None))).rowcount:
        live = (merge.c.loser_id == loser_id, merge.c.undone_at.is_(None))
        await act.tx.execute(merge.update().where(*live).values(undone_at=act.now_ms))
        await act.record("customer.unmerged", "customer", loser_id)
    return await get_customer(act.tx, loser_id)


async def _lock(act: Act, *ids: str) -> None:
    """One merge at a time per tenant: two that cross each other would make a circle."""
    await act.tx.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"merge {act.tenant_id}", 0))))
    own = select(customer.c.id).where(customer.c.id.in_(ids), customer.c.tenant_id == act.tenant_id)
    if {row.id for row in await act.tx.execute(own)} != set(ids):
        raise not_found("customer")


async def _add(act: Act, customer_id: str, given: GivenIdentity, field: str) -> bool:
    value = normal_identity(given.kind, given.value, field)
    row = {"id": new_id(), "tenant_id": act.tenant_id, "customer_id": customer_id, "kind": given.kind, "value": value}
    fresh = insert(identity).values(**row, created_at=act.now_ms).on_conflict_do_nothing().returning(identity.c.id)
    added = (await act.tx.execute(fresh)).first() is not None
    if not added:
        holder = await find(act.tx, act.tenant_id, given.kind, given.value)
        if holder != await speaker(act.tx, customer_id):
            raise Problem("identity_taken", 409, errors=[{"field": field, "code": "identity_taken"}])
    return added


async def _insert_customer(
    tx: AsyncConnection, id: str, tenant_id: str, name: str, locale: str, note: str, now_ms: int
) -> None:
    row = {"id": id, "tenant_id": tenant_id, "name": name, "locale": locale, "note": note, "created_at": now_ms}
    await tx.execute(customer.insert().values(row))


def _identity_of(row: Row[Any]) -> Identity:
    shown = shown_identity(row.kind, row.value)
    return Identity(id=row.id, customer_id=row.customer_id, kind=row.kind, value=row.value, shown=shown)


def _customer_of(row: Row[Any], identities: list[Identity]) -> Customer:
    return Customer(
        id=row.id,
        tenant_id=row.tenant_id,
        name=row.name,
        locale=row.locale,
        note=row.note,
        kind=row.kind,
        merged_into=row.merged_into,
        created_at=row.created_at,
        identities=identities,
    )
