"""Business hours over HTTP."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from litestar import Controller, delete, get, patch, post
from litestar.params import QueryParameter
from sqlalchemy import select, union_all
from sqlalchemy.ext.asyncio import AsyncConnection

from rexian.directory.act import acting, locate, tenant_for, within
from rexian.directory.api import Cursor, Limit, Retired, TenantFilter
from rexian.directory.hours.schemas import Hours, HoursChange, NewHours, Preview
from rexian.directory.hours.service import change_hours, create_hours, get_hours, hours_of, preview_of, retire_hours
from rexian.directory.hours.tables import hours
from rexian.directory.page import LIMIT, Page, page_of
from rexian.directory.people.tables import team
from rexian.directory.principal import Principal
from rexian.directory.queues.tables import queue
from rexian.directory.sites.tables import site
from rexian.kit.clock import Clock
from rexian.kit.database import Database


class HoursController(Controller):
    """Calendars of business hours."""

    path = "/api/hours"
    tags = ("directory",)

    @get("/", opt={"scope": "queue.read"}, operation_id="listHours", summary="Calendars within reach")
    async def list_hours(
        self,
        who: Principal,
        db: Database,
        clock: Clock,
        tenant_id: TenantFilter = None,
        retired: Retired = False,
        cursor: Cursor = None,
        limit: Limit = LIMIT,
    ) -> Page[Hours]:
        """List the calendars of the tenants within reach."""
        found = select(hours) if retired else select(hours).where(hours.c.retired_at.is_(None))
        now = clock.now_ms()
        async with db.tenants(within(who, "queue.read", tenant_id)) as tx:
            return await page_of(tx, found, hours.c.id, lambda row: hours_of(row, now), cursor=cursor, limit=limit)

    @post("/", opt={"scope": "hours.write"}, operation_id="createHours", summary="Make a calendar")
    async def create(self, data: NewHours, who: Principal, db: Database, clock: Clock) -> Hours:
        """Make a calendar: weekly hours, exceptions, Chinese public holidays."""
        owner = await tenant_for(db, clock, who, "hours.write", data.tenant_id)
        async with acting(db, clock, who, owner) as act:
            return await create_hours(act, data)

    @get("/{hours_id:uuid}", opt={"scope": "queue.read"}, operation_id="getHours", summary="One calendar")
    async def read(self, hours_id: UUID, who: Principal, db: Database, clock: Clock) -> Hours:
        """Return a calendar of a tenant within reach."""
        owner = await locate(db, clock, who, "queue.read", hours, str(hours_id))
        async with db.tenant(owner) as tx:
            return await get_hours(tx, str(hours_id), clock.now_ms())

    @get("/{hours_id:uuid}/preview", opt={"scope": "queue.read"}, operation_id="previewHours",
         summary="What a calendar means from day to day")  # fmt: skip
    async def preview(
        self,
        hours_id: UUID,
        who: Principal,
        db: Database,
        clock: Clock,
        first: Annotated[date, QueryParameter(name="from", description="First local date, yyyy-mm-dd.")],
        last: Annotated[
            date, QueryParameter(name="to", description="Last local date, yyyy-mm-dd, at most 400 days on.")
        ],
    ) -> Preview:
        """Return each day's openings as instants, and why the day has them."""
        owner = await locate(db, clock, who, "queue.read", hours, str(hours_id))
        async with db.tenant(owner) as tx:
            return await preview_of(tx, str(hours_id), first, last, clock.now_ms())

    @patch("/{hours_id:uuid}", opt={"scope": "hours.write"}, operation_id="changeHours", summary="Change a calendar")
    async def change(self, hours_id: UUID, data: HoursChange, who: Principal, db: Database, clock: Clock) -> Hours:
        """Change a calendar."""
        owner = await locate(db, clock, who, "hours.write", hours, str(hours_id))
        async with acting(db, clock, who, owner) as act:
            return await change_hours(act, str(hours_id), data)

    @delete("/{hours_id:uuid}", opt={"scope": "hours.write"}, operation_id="retireHours", summary="Retire a calendar")
    async def retire(self, hours_id: UUID, who: Principal, db: Database, clock: Clock) -> None:
        """Take a calendar out of use; refused while a queue, team or site has it."""
        owner = await locate(db, clock, who, "hours.write", hours, str(hours_id))
        async with acting(db, clock, who, owner) as act:
            await retire_hours(act, str(hours_id), await _users(act.tx, str(hours_id)))


async def _users(tx: AsyncConnection, hours_id: str) -> list[str]:
    """Return the names of up to five live queues, teams and sites with this calendar."""
    named = [
        select(table.c.name).where(table.c.hours_id == hours_id, table.c.retired_at.is_(None))
        for table in (queue, team, site)
    ]
    return [row.name for row in await tx.execute(union_all(*named).limit(5))]


routes = [HoursController]
