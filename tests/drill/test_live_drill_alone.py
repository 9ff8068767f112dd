"""Live drills whose server goes and comes back, or is not there at all; and when a festival's customers come."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from rexian.cli import live as cli_live
from rexian.cli.live import conduct, new_live
from rexian.directory.tenants.tables import tenant
from rexian.drill.live.demand import from_curve
from rexian.drill.live.model import FestivalCurve
from rexian.drill.live.tables import live_drill
from rexian.kit.database import Database
from rexian.kit.problem import Problem
from tests.drill.live_steps import (
    begin,
    contacts_of,
    over,
    own_settings,
    retired,
    rows,
    view,
)
from tests.drill.waiting import until
from tests.served import City, Served, running


async def test_a_restarted_server_goes_on_with_the_drill(db: Database, tmp_path: Path) -> None:
    city = City()
    await city.seed(db)
    settings = own_settings(db, tmp_path)
    async with running(settings, settings.port) as (house, port):
        drill = await _until_somebody_came(Served(house, city, port, settings))
    async with running(settings, settings.port) as (house, port):
        served = Served(house, city, port, settings)
        async with await served.staff(city.zhao) as zhao:
            ended = await over(zhao, drill["id"])
        assert ended["interruptions"] == 1
        assert (ended["reason"], ended["came"] + ended["missed"]) == ("served", 2)
        phones = next(one for one in ended["debrief"]["queues"] if one["name"] == "手机售后")
        assert phones["cut_off"] == 1  # who was there before couldn't come back
        await retired(served, drill)


async def _until_somebody_came(served: Served) -> dict[str, Any]:
    async with await served.staff(served.city.zhao) as zhao:
        drill = await begin(zhao, rows((0, "phone", 60), (14, "phone", 2)), "wang@example.com", minutes=5)

        async def came() -> bool:  # who has come has not said anything yet: a contact there is once it is told here
            return bool((await view(zhao, drill["id"]))["came"] and await contacts_of(served, drill))

        await until(came)
        return drill


async def test_without_a_server_it_is_ended_and_said(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    await City().seed(db)
    monkeypatch.setattr(cli_live, "BEGUN_WITHIN_S", 1.0)
    new = new_live("wang@example.com", None, "20:00", 600, speed=1.0, minutes=5, real_too=False, seed=1)
    with pytest.raises(Problem, match="no_server_for_drill"):
        await conduct(db, "yunshan", new, detach=True)
    async with db.system() as tx:
        row = (await tx.execute(select(live_drill))).one()
        assert (row.state, row.reason) == ("ended", "failed")
        left = select(tenant.c.tenant_id).where(tenant.c.shadow_of.is_not(None), tenant.c.active)
        assert not (await tx.execute(left)).all()


def test_the_festivals_curve_sets_the_pace() -> None:
    def drawn(at: str, speed: float, minutes: int = 60, per_hour: int = 600) -> int:
        return len(from_curve(FestivalCurve(at=at, per_hour=per_hour), ["a"], speed=speed, minutes=minutes, seed=1))

    assert 500 < drawn("20:00", 1) < 700  # the busiest hour
    assert drawn("03:00", 1) < 100
    assert drawn("20:00", 1, minutes=6) < drawn("20:00", 10, minutes=6)
    both = from_curve(FestivalCurve(at="23:50"), ["a", "b"], speed=20, minutes=240, seed=2)
    assert {one.topic for one in both} == {"a", "b"}
    assert [one.at for one in both] == sorted(one.at for one in both)
    assert both[-1].at < 240 * 60_000
