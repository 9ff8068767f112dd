"""Making, changing and finding tenants."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncConnection

from rexian.directory.act import Act
from rexian.directory.changes import changed_fields
from rexian.directory.tenants.model import NewTenant, Tenant, TenantCard, TenantChange, checked_zone
from rexian.directory.tenants.tables import tenant
from rexian.kit.problem import Problem, not_found


async def create_tenant(act: Act, new: NewTenant, *, operator: bool = False) -> Tenant:
    """Make the tenant `act.tenant_id`. Raises `Problem`: 409 `key_taken`, 400 `unknown_zone`."""
    checked_zone(new.zone)
    holder = (await act.tx.execute(select(tenant).where(tenant.c.key == new.key))).one_or_none()
    if holder is not None:
        made = tenant_of(holder)
        if (made.id, made.name, made.zone) == (act.tenant_id, new.name, new.zone):
            return made
        raise Problem("key_taken", 409, errors=[{"field": "key", "code": "key_taken"}], key=new.key)
    made = Tenant(
        id=act.tenant_id,
        key=new.key,
        name=new.name,
        name_en=new.name_en or new.name,
        colour=new.colour,
        zone=new.zone,
        operator=operator,
    )
    await act.tx.execute(
        tenant.insert().values(
            tenant_id=made.id,
            key=made.key,
            name=made.name,
            name_en=made.name_en,
            colour=made.colour,
            zone=made.zone,
            operator=operator,
            active=True,
            created_at=act.now_ms,
        )
    )
    await act.note("tenant.created", "tenant", made.id, key=made.key, name=made.name)
    return made


async def change_tenant(act: Act, change: TenantChange) -> Tenant:
    """Change what is given, leave the rest."""
    if change.zone is not None:
        checked_zone(change.zone)
    values = changed_fields(change)
    if values:
        await act.tx.execute(tenant.update().where(tenant.c.tenant_id == act.tenant_id).values(values))
        await act.note("tenant.changed", "tenant", act.tenant_id, **values)
    return await get_tenant(act.tx, act.tenant_id)


async def get_tenant(tx: AsyncConnection, tenant_id: str) -> Tenant:
    row = (await tx.execute(select(tenant).where(tenant.c.tenant_id == tenant_id))).one_or_none()
    if row is None:
        raise not_found("tenant")
    return tenant_of(row)


async def tenants_by_id(tx: AsyncConnection, ids: Iterable[str]) -> list[Tenant]:
    """Return those of the tenants that are active, by key."""
    chosen = tenant.c.tenant_id.in_(list(ids))
    return [tenant_of(row) for row in await tx.execute(select(tenant).where(chosen, tenant.c.active).order_by("key"))]


async def cards_of(tx: AsyncConnection, ids: Iterable[str]) -> list[TenantCard]:
    return [
        TenantCard(id=one.id, name=one.name, name_en=one.name_en, colour=one.colour)
        for one in await tenants_by_id(tx, ids)
    ]


def tenant_of(row: Row[Any]) -> Tenant:
    return Tenant(
        id=row.tenant_id,
        key=row.key,
        name=row.name,
        name_en=row.name_en,
        colour=row.colour,
        zone=row.zone,
        operator=row.operator,
        active=row.active,
        supervision_shown=row.supervision_shown,
        shadow_of=row.shadow_of,
    )
