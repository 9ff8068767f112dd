"""Which floors there are and which tenants they serve. A tenant stands on one floor."""

from __future__ import annotations

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from rexian.kit.ids import new_id
from rexian.runtime.tables import floor, floor_tenant


async def ensure_floor(tx: AsyncConnection, *, name: str, zone: str, id: str | None = None) -> str:
    """Return the floor `id` (else the first floor), making it if it isn't there. `tx` is a system transaction."""
    if id is None:
        # Two processes that start at once must not make two first floors.
        await tx.execute(select(func.pg_advisory_xact_lock(func.hashtextextended("first floor", 0))))
        first = (await tx.execute(select(floor.c.id).order_by(floor.c.id).limit(1))).scalar_one_or_none()
        if first is not None:
            return str(first)
    made = id or new_id()
    await tx.execute(insert(floor).values(id=made, name=name, tz=zone).on_conflict_do_nothing())
    return made


async def put_on_floor(tx: AsyncConnection, tenant_id: str, floor_id: str) -> None:
    """Let the floor serve the tenant, and no other floor. `tx` is a system transaction."""
    others = (floor_tenant.c.tenant_id == tenant_id, floor_tenant.c.floor_id != floor_id)
    await tx.execute(delete(floor_tenant).where(*others))
    await tx.execute(insert(floor_tenant).values(floor_id=floor_id, tenant_id=tenant_id).on_conflict_do_nothing())


async def floor_ids(tx: AsyncConnection) -> list[str]:
    return [row.id for row in await tx.execute(select(floor.c.id).order_by(floor.c.id))]
