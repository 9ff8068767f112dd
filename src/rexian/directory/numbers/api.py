"""Telephone numbers over HTTP."""

from __future__ import annotations

from typing import Annotated

from litestar import Controller, delete, get, put
from litestar.params import Parameter

from rexian.directory.act import acting_everywhere, tenant_for, within
from rexian.directory.api import TenantFilter
from rexian.directory.numbers import service as numbers
from rexian.directory.numbers.service import LineNumber, NumberTo
from rexian.directory.principal import Principal
from rexian.kit.clock import Clock
from rexian.kit.database import Database

Number = Annotated[
    str, Parameter(max_length=40, pattern=r"^[^\x00]*$", description="As the carrier says it, with or without +.")
]


class NumberController(Controller):
    """Which of the house's telephone numbers leads to which company."""

    path = "/api/numbers"
    tags = ("reception",)

    @get("/", opt={"scope": "settings.read"}, operation_id="listNumbers", summary="Telephone numbers")
    async def list_numbers(self, who: Principal, db: Database, tenant_id: TenantFilter = None) -> list[LineNumber]:
        """List the numbers of the tenants within reach."""
        reach = within(who, "settings.read", tenant_id)
        async with db.tenants(reach) as tx:
            return await numbers.numbers_of(tx, reach)

    @put("/{number:str}", opt={"scope": "settings.write"}, operation_id="giveNumber", summary="Give a number")
    async def give(self, number: Number, data: NumberTo, who: Principal, db: Database, clock: Clock) -> LineNumber:
        """Let this number lead to the tenant's reception. A number of another tenant's stays theirs (409)."""
        owner = await tenant_for(db, clock, who, "settings.write", data.tenant_id)
        async with acting_everywhere(db, clock, who, owner) as act:
            return await numbers.put(act, number, data.entry)

    @delete("/{number:str}", opt={"scope": "settings.write"}, operation_id="takeNumberBack",
            summary="Take a number back")  # fmt: skip
    async def take_back(
        self, number: Number, who: Principal, db: Database, clock: Clock, tenant_id: TenantFilter = None
    ) -> None:
        """Nobody is reached by this number any more; calls that are on go on."""
        owner = await tenant_for(db, clock, who, "settings.write", tenant_id)
        async with acting_everywhere(db, clock, who, owner) as act:
            await numbers.drop(act, number)


routes = [NumberController]
