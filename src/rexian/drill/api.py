"""The demo's ribbon over HTTP. Open to everybody, in demo mode only; elsewhere these addresses don't exist."""

from __future__ import annotations

from typing import Annotated, Any

from litestar import Request, get, post
from msgspec import Meta, Struct

from rexian.drill.pace import MAX_SPEED
from rexian.drill.service import Attendance, DemoState, Purged, backstage, control_of, purge, set_control, state_of
from rexian.drill.stage import Backstage
from rexian.drill.summary import Glance, Lookout
from rexian.kit.clock import Clock
from rexian.kit.database import Database
from rexian.kit.problem import not_found
from rexian.kit.settings import Settings
from rexian.kit.simulated import HEADER, is_simulation_key
from rexian.kit.slice import Forgetter
from rexian.runtime.host import FloorHost


class NewControl(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the ribbon shall say; what is left out stays. Speed 0 stands still, 1 is real time."""

    on: bool | None = None
    speed: Annotated[int, Meta(ge=0, le=MAX_SPEED)] | None = None


def make_routes(lookout: Lookout, forgetters: list[Forgetter], attendance: Attendance) -> list[Any]:
    """The routes, with what only the composition root knows."""

    @get("/api/demo", opt={"public": True}, tags=["demo"], operation_id="readDemo", summary="The population")
    async def read_demo(db: Database, floors: FloorHost, settings: Settings) -> DemoState:
        """Whether the simulated population is on, how fast time runs for it, how many there are."""
        _only_in_demo(settings)
        return await state_of(db, floors)

    @post("/api/demo/population", opt={"public": True}, status_code=200, tags=["demo"],
          operation_id="setPopulation", summary="Set the population")  # fmt: skip
    async def set_population(data: NewControl, db: Database, floors: FloorHost, settings: Settings) -> DemoState:
        """Switch the simulated population on or off and set its speed, 0 to 20."""
        _only_in_demo(settings)
        async with db.system() as tx:
            now = await control_of(tx)
            on = now.on if data.on is None else data.on
            await set_control(tx, on=on, speed=now.speed if data.speed is None else data.speed)
        return await state_of(db, floors)

    @post("/api/demo/purge", opt={"public": True}, status_code=200, tags=["demo"], operation_id="purgePopulation",
          summary="Remove simulated contacts")  # fmt: skip
    async def purge_population(db: Database, clock: Clock, floors: FloorHost, settings: Settings) -> Purged:
        """Switch the population off, end its contacts, remove what they wrote and what was counted of them."""
        _only_in_demo(settings)
        return await purge(db, clock, floors, forgetters, attendance)

    @get("/api/demo/summary", opt={"public": True}, tags=["demo"], operation_id="readDemoSummary",
         summary="The floor at a glance")  # fmt: skip
    async def read_summary(settings: Settings) -> Glance:
        """What the front page shows: anonymous figures and the latest happenings."""
        _only_in_demo(settings)
        return await lookout.glance()

    @get("/api/demo/backstage", opt={"public": True}, include_in_schema=False)
    async def read_backstage(
        request: Request[Any, Any, Any], db: Database, clock: Clock, floors: FloorHost, settings: Settings,
        on: bool = True, customers: int = 0,
    ) -> Backstage:  # fmt: skip
        """For the population itself, which shows its key. `on`: what it was told last; `customers`: it has so many."""
        _only_in_demo(settings)
        if not is_simulation_key(settings.secret, request.headers.get(HEADER)):
            raise not_found("demo")
        attendance.note(on=on, customers=customers)
        return await backstage(db, clock, floors)

    return [read_demo, set_population, purge_population, read_summary, read_backstage]


def _only_in_demo(settings: Settings) -> None:
    if not settings.demo:
        raise not_found("demo")
