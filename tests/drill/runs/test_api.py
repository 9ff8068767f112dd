"""Drills over HTTP: started, followed, cancelled, read, and kept from other tenants."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest

from rexian.drill.runs.keeper import MOST_WAITING, Keeper
from rexian.drill.runs.model import RETENTION_MS, Change, NewRun, Past, Run, Starter
from rexian.kit.clock import FakeClock
from rexian.kit.ids import new_id
from rexian.kit.problem import Problem
from tests.served import Served

ARRIVALS = "at,queue,talk_s,patience_s\n" + "".join(
    f"2025-11-11T09:{minute:02}:00+08:00,phone,120,90\n" for minute in range(60)
)
STAFF = "agent,from,to,skills,team\n" + "".join(
    f"p{number},2025-11-11T08:30:00+08:00,2025-11-11T12:00:00+08:00,phone=3,早班\n" for number in range(2)
)


async def over(client: httpx.AsyncClient, run_id: str, within_s: float = 60) -> dict[str, Any]:
    """The run, once it is over."""
    async with asyncio.timeout(within_s):
        while True:
            view: dict[str, Any] = (await client.get(f"/api/drills/{run_id}")).json()
            if view["run"]["state"] not in ("queued", "running"):
                return view
            await asyncio.sleep(0.1)


async def start(client: httpx.AsyncClient, **body: Any) -> dict[str, Any]:
    answer = await client.post("/api/drills", json=body)
    assert answer.status_code == 202, answer.text
    run: dict[str, Any] = answer.json()
    return run


async def test_own_files_with_one_more_agent(served: Served) -> None:
    async with await served.staff(served.city.zhao) as zhao:
        source = {"kind": "files", "arrivals": ARRIVALS, "staff": STAFF}
        run = await start(zhao, source=source, change={"teams": {"早班": 2}}, replications=3)
        view = await over(zhao, run["id"])
        assert view["run"]["state"] == "done", view["run"]
        before, after = view["result"]["before"], view["result"]["after"]
        assert before["total"]["contacts"] == after["total"]["contacts"] == 60
        assert (before["agents"], after["agents"]) == (2, 4)
        assert after["total"]["abandoned"] <= before["total"]["abandoned"]
        found = {one["name"]: one for one in view["result"]["comparison"]["figures"]}
        assert found["abandonment"]["low"] <= found["abandonment"]["difference"] <= found["abandonment"]["high"]
        listed = (await zhao.get("/api/drills")).json()
        assert [one["id"] for one in listed][:1] == [run["id"]]
        assert not list((served.settings.home / "drills" / run["id"]).glob("*.csv"))


async def test_files_that_cannot_be_read_are_explained_line_by_line(served: Served) -> None:
    async with await served.staff(served.city.sun) as sun:
        source = {"kind": "files", "arrivals": "at,queue,talk_s\nnever,phone,10\n", "staff": STAFF}
        run = (await over(sun, (await start(sun, source=source))["id"]))["run"]
        assert (run["state"], run["fault"]["code"]) == ("failed", "bad_files")
        assert any("arrivals.csv" in line for line in run["fault"]["lines"])


async def test_files_may_be_larger_than_usual_requests(served: Served) -> None:
    async with await served.staff(served.city.sun) as sun:
        source = {"kind": "files", "arrivals": "at,queue,talk_s\n" + "never,phone,10\n" * 100_000, "staff": STAFF}
        run = (await over(sun, (await start(sun, source=source))["id"]))["run"]
        assert run["fault"]["code"] == "bad_files"


async def test_a_day_of_the_floor_is_played_from_its_journal(served: Served) -> None:
    desk = await served.desk(served.city.li, "me")
    await desk.available()
    page = await served.page()
    await page.start()
    handling = await desk.accept()
    await desk.do("EndInteraction", interaction_id=handling["id"])
    await desk.do("WrapUp", interaction_id=handling["id"], disposition="resolved", text="")
    await desk.close()
    await page.close()
    today = datetime.now(ZoneInfo("Asia/Shanghai")).date().isoformat()
    async with await served.staff(served.city.zhao) as zhao:
        choices = (await zhao.get("/api/drills/choices")).json()
        assert choices["days"][0] == today
        run = await start(zhao, source={"kind": "day", "date": today}, change={"agents": 1}, replications=2)
        view = await over(zhao, run["id"])
        assert view["run"]["state"] == "done", view["run"]
        known = view["result"]["known"]
        assert (known["contacts"], known["answered"], known["abandoned"], known["agents"]) == (1, 1, 0, 1)
        assert known["patience"] == {"gave_up": 0, "answered": 1, "mean_ms": None}
        assert view["result"]["before"]["queues"][0]["queue_id"] in (served.city.phones, served.city.homes)
    # Jianglan shares the floor and agent Li, but not the contact.
    async with await served.staff(served.city.qian) as qian:
        run = (await over(qian, (await start(qian, source={"kind": "day", "date": today}))["id"]))["run"]
        assert run["fault"]["code"] == "no_contacts"


async def test_a_drill_is_the_tenants_own(served: Served) -> None:
    async with await served.staff(served.city.zhao) as zhao, await served.staff(served.city.qian) as qian:
        run = await start(zhao, source={"kind": "festival", "contacts": 200})
        for method, path in (("GET", ""), ("POST", "/cancel")):
            assert (await qian.request(method, f"/api/drills/{run['id']}{path}")).status_code == 404
        assert run["id"] not in [one["id"] for one in (await qian.get("/api/drills")).json()]
        assert (await qian.get("/api/drills", params={"tenant_id": served.city.yunshan})).status_code == 404
        await over(zhao, run["id"])
    async with await served.staff(served.city.wang) as wang:
        assert (await wang.get("/api/drills")).status_code == 403


async def test_a_long_run_is_cancelled(served: Served) -> None:
    async with await served.staff(served.city.zhao) as zhao:
        run = await start(zhao, source={"kind": "festival", "contacts": 200_000}, change={"agents": 50})
        waiting = await start(zhao, source={"kind": "festival", "contacts": 200})
        assert waiting["place"] >= 1
        assert (await zhao.post(f"/api/drills/{waiting['id']}/cancel")).json()["state"] == "cancelled"
        await zhao.post(f"/api/drills/{run['id']}/cancel")
        ended = (await over(zhao, run["id"]))["run"]
        assert (ended["state"], ended["fault"]) == ("cancelled", None)


@pytest.mark.parametrize(
    "source",
    [
        {"kind": "day", "date": "yesterday"}, {"kind": "festival", "contacts": 10}, {"kind": "elsewhere"},
        {"kind": "files", "arrivals": "", "staff": STAFF}, {"kind": "festival", "contacts": 10**9},
    ],
)  # fmt: skip
async def test_what_is_no_day_is_refused(served: Served, source: dict[str, Any]) -> None:
    async with await served.staff(served.city.zhao) as zhao:
        answer = await zhao.post("/api/drills", json={"source": source})
        assert (answer.status_code, answer.json()["code"]) == (400, "validation")


async def test_a_draft_that_is_not_there_cannot_be_tried(served: Served) -> None:
    async with await served.staff(served.city.zhao) as zhao:
        body = {"source": {"kind": "day", "date": "2025-11-11"}, "change": {"policy": "draft"}}
        answer = await zhao.post("/api/drills", json=body)
        assert (answer.status_code, answer.json()["code"]) == (400, "no_draft")


# -- the keeper by itself ----------------------------------------------------------------------------------------------
NEW = NewRun(source=Past(date="2025-11-11"), change=Change())


def a_run(clock: FakeClock) -> Run:
    return Run(id=new_id(), tenant_id="t", source="day", created_at=clock.now_ms(), created_by=Starter("p", "周敏"))


def test_the_line_is_short(tmp_path: Any) -> None:
    keeper, clock = Keeper(tmp_path, FakeClock(), ""), FakeClock()
    runs = [keeper.start(a_run(clock), NEW, "en", None) for _ in range(MOST_WAITING)]
    assert [one.place for one in runs] == list(range(1, MOST_WAITING + 1))
    assert keeper.start(runs[0], NEW, "en", None).id == runs[0].id  # the same again: nothing new
    with pytest.raises(Problem) as refused:
        keeper.start(a_run(clock), NEW, "en", None)
    assert refused.value.code == "drills_busy"


def test_what_was_open_when_the_server_stopped_has_failed(tmp_path: Any) -> None:
    clock = FakeClock()
    run = Keeper(tmp_path, clock, "").start(a_run(clock), NEW, "en", None)
    later = Keeper(tmp_path, clock, "").view(run.id)
    assert later.fault is not None
    assert (later.state, later.fault.code) == ("failed", "server_stopped")


def test_after_thirty_days_nothing_is_left(tmp_path: Any) -> None:
    clock = FakeClock()
    keeper = Keeper(tmp_path, clock, "")
    run = keeper.start(a_run(clock), NEW, "en", None)
    keeper.cancel(run.id)
    clock.advance(RETENTION_MS + 1)
    keeper._tidy()
    assert keeper.runs("t") == []
    assert list(tmp_path.iterdir()) == []
