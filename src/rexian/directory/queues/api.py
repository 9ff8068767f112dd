"""Queues over HTTP."""

from __future__ import annotations

from uuid import UUID

from litestar import Controller, delete, get, patch, post

from rexian.directory.act import acting_everywhere, locate, tenant_for, within
from rexian.directory.api import Cursor, Limit, Retired, TenantFilter
from rexian.directory.page import LIMIT, Page, page_of
from rexian.directory.principal import Principal
from rexian.directory.queues.model import NewQueue, Queue, QueueChange
from rexian.directory.queues.service import change_queue, create_queue, get_queue, queue_of, queues, retire_queue
from rexian.directory.queues.tables import queue
from rexian.kit.clock import Clock
from rexian.kit.database import Database


class QueueController(Controller):
    """Queues: what a contact waits in, and what it asks of agents."""

    path = "/api/queues"
    tags = ("directory",)

    @get("/", opt={"scope": "queue.read"}, operation_id="listQueues", summary="Queues within reach")
    async def list_queues(
        self,
        who: Principal,
        db: Database,
        tenant_id: TenantFilter = None,
        retired: Retired = False,
        cursor: Cursor = None,
        limit: Limit = LIMIT,
    ) -> Page[Queue]:
        """List the queues of the tenants within reach."""
        found = queues(within(who, "queue.read", tenant_id), retired=retired)
        async with db.system() as tx:
            return await page_of(tx, found, queue.c.id, queue_of, cursor=cursor, limit=limit)

    @post("/", opt={"scope": "queue.write"}, operation_id="createQueue", summary="Make a queue")
    async def create(self, data: NewQueue, who: Principal, db: Database, clock: Clock) -> Queue:
        """Make a queue; the floor knows it a moment later."""
        owner = await tenant_for(db, clock, who, "queue.write", data.tenant_id)
        async with acting_everywhere(db, clock, who, owner) as act:
            return await create_queue(act, data)

    @get("/{queue_id:uuid}", opt={"scope": "queue.read"}, operation_id="getQueue", summary="One queue")
    async def read(self, queue_id: UUID, who: Principal, db: Database, clock: Clock) -> Queue:
        """Return a queue of a tenant within reach."""
        await locate(db, clock, who, "queue.read", queue, str(queue_id))
        async with db.system() as tx:
            return await get_queue(tx, str(queue_id))

    @patch("/{queue_id:uuid}", opt={"scope": "queue.write"}, operation_id="changeQueue", summary="Change a queue")
    async def change(self, queue_id: UUID, data: QueueChange, who: Principal, db: Database, clock: Clock) -> Queue:
        """Change a queue; `retired` false brings a retired one back."""
        owner = await locate(db, clock, who, "queue.write", queue, str(queue_id))
        async with acting_everywhere(db, clock, who, owner) as act:
            return await change_queue(act, str(queue_id), data)

    @delete("/{queue_id:uuid}", opt={"scope": "queue.write"}, operation_id="retireQueue", summary="Retire a queue")
    async def retire(self, queue_id: UUID, who: Principal, db: Database, clock: Clock) -> None:
        """Let a queue take no new contacts; refused while a chat site leads to it."""
        owner = await locate(db, clock, who, "queue.write", queue, str(queue_id))
        async with acting_everywhere(db, clock, who, owner) as act:
            await retire_queue(act, str(queue_id))


routes = [QueueController]
