"""What others may know of tenants."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from rexian.directory.tenants.model import Tenant, TenantCard
from rexian.directory.tenants.service import cards_of, tenant_of
from rexian.directory.tenants.tables import tenant

__all__ = ["Tenant", "TenantCard", "cards_of", "tenant_cards"]


async def tenant_cards(tx: AsyncConnection) -> dict[str, Tenant]:
    """Return all tenants that `tx` sees, by id, inactive ones too."""
    return {row.tenant_id: tenant_of(row) for row in await tx.execute(select(tenant))}
