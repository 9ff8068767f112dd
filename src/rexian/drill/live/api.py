"""Live drills over HTTP: start, watch, end."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import Controller, delete, get, post

from rexian.directory.act import acting, acting_everywhere, locate, tenant_for
from rexian.directory.api import TenantFilter
from rexian.directory.principal import Principal
from rexian.drill.live.keeper import LiveKeeper
from rexian.drill.live.model import LiveDrill, NewLive
from rexian.drill.live.service import ask_to_end, drills, start, view_of
from rexian.drill.live.tables import live_drill
from rexian.drill.runs.model import Starter
from rexian.kit.clock import Clock
from rexian.kit.database import Database

SCOPE = "drill.live"


def make_routes(keeper: LiveKeeper) -> list[Any]:
    """The routes, with the keeper of this server's live drills."""

    class LiveDrillController(Controller):
        """Practice on the real floor, with simulated customers."""

        path = "/api/drills/live"
        tags = ("drills",)

        @get("/", opt={"scope": SCOPE}, operation_id="listLiveDrills", summary="Live drills of a tenant")
        async def list_drills(
            self, who: Principal, db: Database, clock: Clock, tenant_id: TenantFilter = None
        ) -> list[LiveDrill]:
            """List the tenant's live drills, newest first, those that are over with their debriefs."""
            owner = await tenant_for(db, clock, who, SCOPE, tenant_id)
            async with db.tenant(owner) as tx:
                rows = (await tx.execute(drills(owner).limit(100))).all()
            return [view_of(row, clock.now_ms()) for row in rows]

        @post("/", opt={"scope": SCOPE}, status_code=201, operation_id="startLiveDrill", summary="Start a live drill")
        async def begin(
            self, data: NewLive, who: Principal, db: Database, clock: Clock, locale: str,
            tenant_id: TenantFilter = None,
        ) -> LiveDrill:  # fmt: skip
            """Make a shadow of the tenant, let the trainees serve it, and let simulated customers come to it."""
            owner = await tenant_for(db, clock, who, SCOPE, tenant_id)
            async with acting_everywhere(db, clock, who, owner) as act:
                drill_id = await start(act, data, Starter(who.person_id, who.name), locale, keeper.copiers)
            keeper.wake()
            return await keeper.view(drill_id)

        @get("/{drill_id:uuid}", opt={"scope": SCOPE}, operation_id="getLiveDrill", summary="One live drill")
        async def read(self, drill_id: UUID, who: Principal, db: Database, clock: Clock) -> LiveDrill:
            """Return a live drill and what came of it so far: per trainee and per queue."""
            await locate(db, clock, who, SCOPE, live_drill, str(drill_id))
            return await keeper.view(str(drill_id))

        @delete("/{drill_id:uuid}", opt={"scope": SCOPE}, status_code=202, operation_id="endLiveDrill",
                summary="End a live drill")  # fmt: skip
        async def stop(self, drill_id: UUID, who: Principal, db: Database, clock: Clock) -> LiveDrill:
            """Let a live drill end now; one that is over stays as it is."""
            owner = await locate(db, clock, who, SCOPE, live_drill, str(drill_id))
            async with acting(db, clock, who, owner) as act:
                if await ask_to_end(act.tx, str(drill_id), "stopped"):
                    await act.record("drill.live_stopped", "live_drill", str(drill_id))
            keeper.wake()
            return await keeper.view(str(drill_id))

    return [LiveDrillController]
