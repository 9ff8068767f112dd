"""Tenants over HTTP."""

from __future__ import annotations

from uuid import UUID

from litestar import Controller, get, patch, post

from rexian.directory.act import Act, acting, locate_tenant
from rexian.directory.audit.service import actor_of
from rexian.directory.floors.service import ensure_floor, put_on_floor
from rexian.directory.page import Page
from rexian.directory.people.skills import ensure_common
from rexian.directory.principal import Principal
from rexian.directory.signals import announce
from rexian.directory.tenants.model import NewTenant, Tenant, TenantChange
from rexian.directory.tenants.service import change_tenant, create_tenant, get_tenant, tenants_by_id
from rexian.kit.clock import Clock
from rexian.kit.database import Database
from rexian.kit.ids import new_id
from rexian.kit.problem import Problem


class TenantController(Controller):
    """The companies on this installation."""

    path = "/api/tenants"
    tags = ("directory",)

    @get("/", opt={"scope": "self"}, operation_id="listTenants", summary="Tenants within reach")
    async def list_tenants(self, who: Principal, db: Database) -> Page[Tenant]:
        """List the employer, the tenants served and, for a city operator, all others."""
        async with db.tenants(who.grants) as tx:
            return Page(await tenants_by_id(tx, who.grants))

    @post("/", opt={"scope": "settings.write"}, operation_id="createTenant", summary="Make a tenant")
    async def create(self, data: NewTenant, who: Principal, db: Database, clock: Clock) -> Tenant:
        """Make a tenant and put it on the first floor. City operators only."""
        if "city_operator" not in who.roles:
            raise Problem("scope_missing", 403, scope="city_operator")
        async with db.system() as tx:
            act = Act(tx, data.id or new_id(), clock.now_ms(), actor_of(who))
            made = await create_tenant(act, data)
            await ensure_common(tx, act.now_ms)
            await put_on_floor(tx, made.id, await ensure_floor(tx, name=made.name, zone=made.zone))
            await announce(tx, "directory_changed", tenant_id=made.id)
        return made

    @get("/{tenant_id:uuid}", opt={"scope": "self"}, operation_id="getTenant", summary="One tenant")
    async def read(self, tenant_id: UUID, who: Principal, db: Database, clock: Clock) -> Tenant:
        """Return a tenant within reach."""
        owner = await locate_tenant(db, clock, who, "self", str(tenant_id))
        async with db.tenant(owner) as tx:
            return await get_tenant(tx, owner)

    @patch("/{tenant_id:uuid}", opt={"scope": "settings.write"}, operation_id="changeTenant", summary="Change a tenant")
    async def change(self, tenant_id: UUID, data: TenantChange, who: Principal, db: Database, clock: Clock) -> Tenant:
        """Change a tenant's name, colour or time zone."""
        owner = await locate_tenant(db, clock, who, "settings.write", str(tenant_id))
        async with acting(db, clock, who, owner) as act:
            return await change_tenant(act, data)


routes = [TenantController]
