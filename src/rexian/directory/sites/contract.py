"""What others may ask of chat sites."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from rexian.directory.sites.model import Site, Topic
from rexian.directory.sites.service import site_of
from rexian.directory.sites.tables import site
from rexian.directory.tenants.tables import tenant

__all__ = ["Site", "Topic", "all_sites", "company_name", "is_practice", "site_by_key"]


async def site_by_key(tx: AsyncConnection, key: str) -> Site | None:
    """Return the live site with this key, whosever it is; `tx` is a system transaction."""
    row = (await tx.execute(select(site).where(site.c.key == key, site.c.retired_at.is_(None)))).one_or_none()
    return None if row is None else site_of(row)


async def is_practice(tx: AsyncConnection, tenant_id: str) -> bool:
    """Say whether the tenant is a shadow, where a live drill's customers come and nobody else."""
    found = select(tenant.c.shadow_of).where(tenant.c.tenant_id == tenant_id)
    return (await tx.execute(found)).scalar_one_or_none() is not None


async def company_name(tx: AsyncConnection, tenant_id: str, locale: str) -> str:
    """What the tenant is called in this language."""
    named = select(tenant.c.name, tenant.c.name_en).where(tenant.c.tenant_id == tenant_id)
    row = (await tx.execute(named)).one_or_none()
    return "" if row is None else (row.name_en if locale == "en" else "") or row.name


async def all_sites(tx: AsyncConnection) -> list[Site]:
    """Return the live sites that `tx` sees, by key."""
    return [site_of(row) for row in await tx.execute(select(site).where(site.c.retired_at.is_(None)).order_by("key"))]
