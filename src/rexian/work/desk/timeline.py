"""A customer's contacts over time, under all records that were merged into one."""

from __future__ import annotations

import contextlib

from rexian.directory.act import refuse
from rexian.directory.customers.contract import family
from rexian.directory.page import Page
from rexian.directory.principal import Principal
from rexian.kit.clock import Clock
from rexian.kit.database import Database
from rexian.kit.problem import Problem
from rexian.runtime.port import FloorPort
from rexian.work.desk.access import in_hand_of
from rexian.work.desk.listing import Filters, chosen, items_of, page_of_contacts, seen_by
from rexian.work.desk.views import ContactItem, TimelineItem


async def customer_timeline(
    db: Database,
    clock: Clock,
    floor: FloorPort | None,
    who: Principal,
    customer_id: str,
    *,
    cursor: str | None,
    limit: int,
) -> Page[TimelineItem]:
    """Newest first. An agent sees all of it while the customer is at their desk, else what they handled themselves.

    Raises `Problem` (404; audited when the customer is another tenant's), and `Unavailable` when the floor can't be
    asked who is at whose desk.
    """
    members = await _members(db, clock, who, customer_id)
    everything = who.everywhere("customer.read") <= who.reach("contact.read_all")
    at_desk = everything or not members.isdisjoint(await in_hand_of(floor, who))
    found = chosen(Filters(customer_ids=members))
    async with db.tenants(who.everywhere("customer.read")) as tx:
        rows, following = await page_of_contacts(tx, found if at_desk else found.where(seen_by(who)), cursor, limit)
    wrap_ups = {row.id: row.wrap_up for row in rows}
    return Page([_item(item, wrap_ups[item.id]) for item in await items_of(db, rows)], following)


async def _members(db: Database, clock: Clock, who: Principal, customer_id: str) -> frozenset[str]:
    async with db.system() as tx:
        everybody = await family(tx, customer_id)  # 404 when there is no such customer at all
    async with db.tenants(who.everywhere("customer.read")) as tx:
        with contextlib.suppress(Problem):
            return frozenset(await family(tx, customer_id))
    await refuse(db, clock, who, "customer", everybody[0])
    raise AssertionError


def _item(item: ContactItem, wrap_up: str | None) -> TimelineItem:
    return TimelineItem(
        id=item.id, tenant_id=item.tenant_id, tenant_name=item.tenant_name, tenant_name_en=item.tenant_name_en,
        queue_name=item.queue_name, queue_name_en=item.queue_name_en, medium=item.medium, state=item.state,
        started_at=item.started_at, closed_at=item.closed_at, agent_names=[agent.name for agent in item.agents],
        disposition=item.disposition, disposition_name=item.disposition_name,
        disposition_name_en=item.disposition_name_en, wrap_up=wrap_up, rating=item.rating, preview=item.preview,
    )  # fmt: skip
