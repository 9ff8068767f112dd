"""Who may see which contact: staff of its tenant with `contact.read_all`; an agent those that they handle or handled,
and, while a customer is at their desk, that customer's earlier ones. For everybody else it does not exist (FAULTS 3).
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from typing import Any

from msgspec import Struct
from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncConnection

from rexian.directory.act import refuse
from rexian.directory.customers.contract import family
from rexian.directory.principal import Principal
from rexian.engine.floor import Floor
from rexian.kit.clock import Clock
from rexian.kit.database import Database
from rexian.kit.problem import Problem, not_found
from rexian.runtime.port import FloorPort, Unavailable
from rexian.work.desk.tables import contact


class Known(Struct, frozen=True):
    """As much of a contact as access is decided by."""

    id: str
    tenant_id: str
    customer_id: str
    agent_ids: tuple[str, ...]


async def visible_contact(
    db: Database, clock: Clock, floor: FloorPort | None, who: Principal, contact_id: str, scope: str = "contact.read"
) -> Known:
    """Return the contact if `who` may see it. Raises `Problem` (404; audited unless there is no such contact), and
    `Unavailable` when only the floor could say yes and can't be asked now: that is no no.
    """
    known, away = await _find(db, floor, contact_id)
    if known is not None and await _may_see(db, floor, who, known, scope):
        return known
    if away is not None:
        if known is not None and known.tenant_id not in who.tenants:  # there the floor could not have said yes
            with contextlib.suppress(Problem):
                await refuse(db, clock, who, "contact", contact_id)
        raise away
    if known is None:
        raise not_found("contact")
    await refuse(db, clock, who, "contact", contact_id)
    raise not_found("contact")


async def sees_one_of(db: Database, floor: FloorPort | None, who: Principal, contact_ids: Iterable[str]) -> bool:
    """Say whether `who` may see at least one of these contacts. The caller audits a refusal, under its own name.

    Raises `Unavailable` as `visible_contact` does.
    """
    unasked: Unavailable | None = None
    for contact_id in contact_ids:
        known, away = await _find(db, floor, contact_id)
        unasked = unasked or away
        try:
            if known is not None and await _may_see(db, floor, who, known, "contact.read"):
                return True
        except Unavailable as error:
            unasked = error
    if unasked is not None:
        raise unasked
    return False


async def _may_see(db: Database, floor: FloorPort | None, who: Principal, known: Known, scope: str) -> bool:
    if known.tenant_id not in who.tenants:
        return False
    if who.may("contact.read_all", known.tenant_id):
        return True
    return who.may(scope, known.tenant_id) and await _concerns(db, floor, who, known)


async def _find(db: Database, floor: FloorPort | None, contact_id: str) -> tuple[Known | None, Unavailable | None]:
    """From the floor first (it knows what the reader may not have seen yet), then from the rows.

    Reading goes on while the floor can't be asked; what it said instead comes along.
    """
    live, away = None, None
    try:
        live = await floor.ask(lambda state: live_contact(state, contact_id)) if floor is not None else None
    except Unavailable as error:
        away = error
    async with db.system() as tx:
        row = (await tx.execute(select(contact).where(contact.c.id == contact_id))).one_or_none()
    return (live if row is None else _merged(row, live)), away


def _merged(row: Row[Any], live: Known | None) -> Known:
    agents = dict.fromkeys([*row.agent_ids, *(live.agent_ids if live else ())])
    return Known(row.id, row.tenant_id, live.customer_id if live else row.customer_id, tuple(agents))


def live_contact(floor: Floor, contact_id: str) -> Known | None:
    """The contact as the floor has it, with those who talk to the customer or wrap up now."""
    found = floor.contact(contact_id)
    if found is None:
        return None
    handlers = [
        one.agent_id
        for id in found.interaction_ids
        if (one := floor.interaction(id)) is not None
        and one.agent_id is not None
        and one.state in ("talking", "after_contact_work")
    ]
    return Known(found.id, found.tenant_id, found.customer_id, tuple(handlers))


async def _concerns(db: Database, floor: FloorPort | None, who: Principal, known: Known) -> bool:
    return who.person_id in known.agent_ids or await at_desk(db, floor, who, known.tenant_id, known.customer_id)


async def at_desk(db: Database, floor: FloorPort | None, who: Principal, tenant_id: str, customer_id: str) -> bool:
    """Say whether `who` has a contact of this customer (under any of the merged records) in hand now.

    Raises `Unavailable`.
    """
    in_hand = await in_hand_of(floor, who)
    if not in_hand:
        return False
    async with db.tenant(tenant_id) as tx:
        return not in_hand.isdisjoint(await _family(tx, customer_id))


async def in_hand_of(floor: FloorPort | None, who: Principal) -> set[str]:
    """The customers whose contacts `who` has in hand now. Raises `Unavailable`."""
    if floor is None:
        return set()
    return await floor.ask(lambda state: _customers_of(state, who.person_id))


async def _family(tx: AsyncConnection, customer_id: str) -> set[str]:
    try:
        return {customer_id, *await family(tx, customer_id)}
    except Problem:  # the directory doesn't know this customer (any more)
        return {customer_id}


def _customers_of(floor: Floor, person_id: str) -> set[str]:
    agent = floor.agent(person_id)
    found = set()
    for id in agent.handlings if agent is not None else ():
        one = floor.interaction(id)
        parent = floor.contact(one.contact_id) if one is not None else None
        if parent is not None:
            found.add(parent.customer_id)
    return found
