"""Today's figures over HTTP."""

from __future__ import annotations

from typing import Annotated, Literal

from litestar import get
from litestar.params import Parameter

from rexian.directory.act import within
from rexian.directory.api import TenantFilter
from rexian.directory.principal import Principal
from rexian.kit.clock import Clock
from rexian.kit.database import Database
from rexian.kit.settings import Settings
from rexian.work.figures.today import Today, today

Which = Annotated[
    Literal["both", "exclude", "only"] | None,
    Parameter(description="Simulated contacts: with the real ones, without, or alone. Demo: both; else: exclude."),
]


@get("/api/wall/today", opt={"scope": "wall.read"}, tags=["wall"], operation_id="readToday",
     summary="Today's figures")  # fmt: skip
async def read_today(
    who: Principal,
    db: Database,
    clock: Clock,
    settings: Settings,
    locale: str,
    tenant_id: TenantFilter = None,
    simulated: Which = None,
) -> Today:
    """Figures per queue since midnight of the floor's clock, with the rule of each, and per quarter-hour."""
    which = simulated or ("both" if settings.demo else "exclude")
    return await today(db, within(who, "wall.read", tenant_id), who.floor_id, clock.now_ms(), locale, which)


routes = [read_today]
