"""Drills over HTTP: what can be rehearsed, start, watch, cancel, read."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
from litestar import Controller, Response, get, post

from rexian.directory.act import acting, refuse, tenant_for
from rexian.directory.api import TenantFilter
from rexian.directory.policies.contract import drafted
from rexian.directory.principal import Principal
from rexian.drill.runs.choices import choices_of
from rexian.drill.runs.keeper import Keeper
from rexian.drill.runs.model import Choices, Festival, NewRun, Past, Run, RunView, Starter
from rexian.kit.clock import Clock
from rexian.kit.database import Database
from rexian.kit.ids import new_id
from rexian.kit.problem import Problem

SCOPE = "drill.run"


def make_routes(keeper: Keeper) -> list[Any]:
    """The routes, with the keeper of this server's runs."""

    async def find(who: Principal, db: Database, clock: Clock, run_id: UUID) -> Run:
        """Return the run if it is theirs to see. Raises `Problem` (404, audited where it is another tenant's)."""
        run = keeper.view(str(run_id))
        if run.tenant_id not in who.grants:
            await refuse(db, clock, who, "drill", run.id)
        if not who.may(SCOPE, run.tenant_id):
            raise Problem("scope_missing", 403, scope=SCOPE)
        return run

    class DrillController(Controller):
        """Rehearsals of days."""

        path = "/api/drills"
        tags = ("drills",)

        @get("/choices", opt={"scope": SCOPE}, operation_id="drillChoices", summary="What can be rehearsed")
        async def choices(self, who: Principal, db: Database, clock: Clock, tenant_id: TenantFilter = None) -> Choices:
            """Return the days that the journal has, the teams, and which policies there are."""
            owner = await tenant_for(db, clock, who, SCOPE, tenant_id)
            async with db.system() as tx:
                return await choices_of(tx, owner, clock.now_ms())

        @get("/", opt={"scope": SCOPE}, operation_id="listDrills", summary="Drills of a tenant")
        async def list_runs(
            self, who: Principal, db: Database, clock: Clock, tenant_id: TenantFilter = None
        ) -> list[Run]:
            """List the drills of the last thirty days, newest first."""
            return keeper.runs(await tenant_for(db, clock, who, SCOPE, tenant_id))

        @post("/", opt={"scope": SCOPE}, status_code=202, operation_id="startDrill", summary="Start a drill")
        async def start(
            self, data: NewRun, who: Principal, db: Database, clock: Clock, tenant_id: TenantFilter = None
        ) -> Run:
            """Put a drill into the line; it is played in a process of its own, one after another."""
            owner = await tenant_for(db, clock, who, SCOPE, tenant_id)
            draft = None
            if data.change.policy == "draft":
                async with db.tenant(owner) as tx:
                    found = await drafted(tx, owner)
                if found is None:
                    raise Problem("no_draft", 400, errors=[{"field": "change.policy", "code": "no_draft"}])
                draft = found[1]
            source = data.source
            run = Run(
                id=data.id or new_id(),
                tenant_id=owner,
                source="day" if isinstance(source, Past) else "festival" if isinstance(source, Festival) else "files",
                date=source.date if isinstance(source, Past) else None,
                contacts=source.contacts if isinstance(source, Festival) else None,
                agents=source.agents if isinstance(source, Festival) else None,
                change=data.change,
                replications=data.replications,
                created_at=clock.now_ms(),
                created_by=Starter(who.person_id, who.name),
            )
            started = keeper.start(run, data, who.locale, draft)
            async with acting(db, clock, who, owner) as act:
                await act.record("drill.started", "drill", run.id, source=run.source, date=run.date)
            return started

        @get("/{run_id:uuid}", opt={"scope": SCOPE}, operation_id="getDrill", summary="One drill")
        async def read(self, run_id: UUID, who: Principal, db: Database, clock: Clock) -> Response[RunView]:
            """Return a drill: how far it is, and its result as soon as there is one."""
            run = await find(who, db, clock, run_id)
            found = keeper.result(run.id) if run.state == "done" else None
            view = {"run": run, "result": None if found is None else msgspec.Raw(found)}
            # The result is sent as it was written; it is not read and written again for each reader.
            body: Any = msgspec.json.encode(view)
            return Response(body, media_type="application/json")

        @post("/{run_id:uuid}/cancel", opt={"scope": SCOPE}, status_code=200, operation_id="cancelDrill",
              summary="Cancel a drill")  # fmt: skip
        async def cancel(self, run_id: UUID, who: Principal, db: Database, clock: Clock) -> Run:
            """End a drill that waits or runs; one that is over stays as it is."""
            run = await find(who, db, clock, run_id)
            ended = keeper.cancel(run.id)
            async with acting(db, clock, who, run.tenant_id) as act:
                await act.record("drill.cancelled", "drill", run.id)
            return ended

    return [DrillController]
