"""Chat sites over HTTP."""

from __future__ import annotations

from uuid import UUID

from litestar import Controller, delete, get, patch, post

from rexian.directory.act import acting_everywhere, locate, tenant_for, within
from rexian.directory.api import Cursor, Limit, Retired, TenantFilter
from rexian.directory.page import LIMIT, Page, page_of
from rexian.directory.principal import Principal
from rexian.directory.sites.model import NewSite, Site, SiteChange
from rexian.directory.sites.service import change_site, create_site, get_site, retire_site, site_of, sites
from rexian.directory.sites.tables import site
from rexian.kit.clock import Clock
from rexian.kit.database import Database


class SiteController(Controller):
    """Chat sites: where a tenant's widget stands and what it offers."""

    path = "/api/sites"
    tags = ("directory",)

    @get("/", opt={"scope": "settings.read"}, operation_id="listSites", summary="Chat sites within reach")
    async def list_sites(
        self,
        who: Principal,
        db: Database,
        tenant_id: TenantFilter = None,
        retired: Retired = False,
        cursor: Cursor = None,
        limit: Limit = LIMIT,
    ) -> Page[Site]:
        """List the chat sites of the tenants within reach."""
        reach = within(who, "settings.read", tenant_id)
        async with db.tenants(reach) as tx:
            return await page_of(tx, sites(reach, retired=retired), site.c.id, site_of, cursor=cursor, limit=limit)

    @post("/", opt={"scope": "settings.write"}, operation_id="createSite", summary="Make a chat site")
    async def create(self, data: NewSite, who: Principal, db: Database, clock: Clock) -> Site:
        """Make a chat site; its key goes into the snippet on the tenant's pages."""
        owner = await tenant_for(db, clock, who, "settings.write", data.tenant_id)
        async with acting_everywhere(db, clock, who, owner) as act:
            return await create_site(act, data)

    @get("/{site_id:uuid}", opt={"scope": "settings.read"}, operation_id="getSite", summary="One chat site")
    async def read(self, site_id: UUID, who: Principal, db: Database, clock: Clock) -> Site:
        """Return a chat site of a tenant within reach."""
        owner = await locate(db, clock, who, "settings.read", site, str(site_id))
        async with db.tenant(owner) as tx:
            return await get_site(tx, str(site_id))

    @patch("/{site_id:uuid}", opt={"scope": "settings.write"}, operation_id="changeSite", summary="Change a chat site")
    async def change(self, site_id: UUID, data: SiteChange, who: Principal, db: Database, clock: Clock) -> Site:
        """Change a chat site."""
        owner = await locate(db, clock, who, "settings.write", site, str(site_id))
        async with acting_everywhere(db, clock, who, owner) as act:
            return await change_site(act, str(site_id), data)

    @delete("/{site_id:uuid}", opt={"scope": "settings.write"}, operation_id="retireSite", summary="Close a chat site")
    async def retire(self, site_id: UUID, who: Principal, db: Database, clock: Clock) -> None:
        """Close a chat site; chats that are open go on."""
        owner = await locate(db, clock, who, "settings.write", site, str(site_id))
        async with acting_everywhere(db, clock, who, owner) as act:
            await retire_site(act, str(site_id))


routes = [SiteController]
