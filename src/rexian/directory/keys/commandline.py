"""What the `rexian keys` command does."""

from __future__ import annotations

from sqlalchemy import select

from rexian.directory.act import Act
from rexian.directory.keys.service import KeyRing
from rexian.directory.tenants.tables import tenant
from rexian.kit.clock import SystemClock
from rexian.kit.database import Database
from rexian.kit.keys import KeyTrouble, master_of
from rexian.kit.problem import Problem, not_found
from rexian.kit.settings import Settings


async def rotate(db: Database, settings: Settings, tenant_key: str | None) -> int:
    """Give one tenant, or all, a new key. Returns how many. Raises `Problem`: 404, 503 `key_trouble`."""
    ring, clock = KeyRing(lambda: master_of(settings)), SystemClock()
    query = select(tenant.c.tenant_id)
    async with db.system() as tx:
        chosen = (await tx.execute(query if tenant_key is None else query.where(tenant.c.key == tenant_key))).scalars()
        tenants = list(chosen)
    if tenant_key is not None and not tenants:
        raise not_found("tenant")
    for tenant_id in tenants:
        async with db.tenant(tenant_id) as tx:
            try:
                await ring.rotate(Act(tx, tenant_id, clock.now_ms()))
            except KeyTrouble as error:
                raise Problem("key_trouble", 503, why=str(error)) from error
    return len(tenants)


async def rewrap(db: Database, settings: Settings) -> int:
    """Wrap all tenants' keys by the present master key. Raises `Problem` (503), then nothing is changed."""
    async with db.system() as tx:
        try:
            return await KeyRing(lambda: master_of(settings)).rewrap(tx)
        except KeyTrouble as error:
            raise Problem("key_trouble", 503, why=str(error)) from error
