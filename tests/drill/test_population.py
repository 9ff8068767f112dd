"""The population on the served demo city: alive by the real doors, fair to real people, switched off, purged."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select

from rexian.directory.demo import SIMULATED_AGENT_IDS
from rexian.drill import population
from rexian.drill.population import live
from rexian.drill.stage import Backstage, Stage
from rexian.drill.texts import language_of
from rexian.kit.database import Database
from rexian.kit.settings import Settings
from rexian.kit.simulated import simulation_key
from rexian.runtime.tables import content
from rexian.work.desk.tables import contact
from rexian.work.figures.tables import figures_interval
from tests.drill.waiting import LONG_S, until
from tests.served import SECRET, Desk, Page, Served, running


@pytest.fixture(scope="module")
async def alive(demo: Served) -> AsyncIterator[Served]:
    """With the population, at five times real time."""
    await control(demo, on=True, speed=5)
    task = asyncio.create_task(live(demo.url, simulation_key(SECRET), demo.settings.home, seed=7))
    await until(lambda: _everybody(demo))
    yield demo
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


async def control(demo: Served, **values: Any) -> dict[str, Any]:
    async with demo.client() as client:
        found: dict[str, Any] = (await client.post("/api/demo/population", json=values)).raise_for_status().json()
        return found


async def state(demo: Served) -> dict[str, Any]:
    async with demo.client() as client:
        found: dict[str, Any] = (await client.get("/api/demo")).raise_for_status().json()
        return found


async def glance(demo: Served) -> dict[str, Any]:
    async with demo.client() as client:
        found: dict[str, Any] = (await client.get("/api/demo/summary")).raise_for_status().json()
        return found


async def _everybody(demo: Served) -> bool:
    return len(demo.house.feed.sockets) >= len(SIMULATED_AGENT_IDS)


@dataclass
class Told:
    """What the population has been told since the test began, newest last."""

    all: list[Backstage] = field(default_factory=list)

    async def next(self, fits: Callable[[Backstage], bool], times: int = 1) -> None:
        """Wait until it has been told so, so many times from now on."""
        begun = len(self.all)

        async def heard() -> bool:
            return sum(map(fits, self.all[begun:])) >= times

        await until(heard)


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Told:
    found, tell = Told(), Stage.tell

    def heard(stage: Stage, now: Backstage) -> None:
        tell(stage, now)
        found.all.append(now)

    monkeypatch.setattr(Stage, "tell", heard)
    return found


async def newcomer(demo: Served) -> Desk:
    """Who comes in by the door "be an agent"."""
    async with demo.client() as client:
        session = (await client.post("/api/demo/enter", json={"role": "agent"})).raise_for_status().json()
    return await demo.desk(session["person"]["id"], "me")


async def test_a_restarted_population_clears_up_after_the_one_before(demo: Served) -> None:
    """The process was killed: its customers are gone, their contacts are still open."""
    await control(demo, on=True, speed=5)
    key = simulation_key(SECRET)
    first = asyncio.create_task(live(demo.url, key, demo.settings.home, seed=11))
    await until(lambda: _talking(demo))
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    port = next(iter(demo.house.host))
    left = await port.ask(_simulated_talks)
    assert left
    second = asyncio.create_task(live(demo.url, key, demo.settings.home, seed=12))

    async def cleared() -> bool:
        def open_(floor: Any) -> bool:
            return any((one := floor.interaction(id)) is not None and one.state == "talking" for id in left)

        return not await port.ask(open_)

    await until(cleared)
    second.cancel()
    await asyncio.gather(second, return_exceptions=True)
    await control(demo, on=False)


def _simulated_talks(floor: Any) -> set[str]:
    return {
        one.id for one in floor.interactions() if one.state == "talking" and floor.contact(one.contact_id).simulated
    }


async def _talking(demo: Served) -> bool:
    return bool((await glance(demo))["talking"] >= 3)


async def test_the_floor_comes_alive_and_a_newcomer_sees_it(alive: Served) -> None:
    seen = await until(lambda: _busy(alive))
    assert seen["agents_signed_in"] >= len(SIMULATED_AGENT_IDS)
    assert seen["talking"] >= 1
    assert {queue["tenant"] for queue in seen["queues"]} == {"yunshan", "jianglan", "xingqiao", "anhe"}
    for item in seen["recent"]:
        assert language_of(item["text_zh"]) == "zh"
        assert "{" not in item["text_zh"] + item["text_en"]


async def _busy(demo: Served) -> dict[str, Any] | None:
    seen = await glance(demo)
    return seen if seen["answered_today"] >= 3 and seen["messages_today"] >= 10 else None


async def test_a_visitor_without_any_real_agent_is_answered_sensibly_within_seconds(alive: Served) -> None:
    page = Page(alive.ws, "yunshan")
    await page.open()
    await page.start("我的手机屏幕摔碎了，怎么办？", topic="repair")
    await page.until(lambda: page.state == "talking", LONG_S)
    words = await page.until(lambda: [m["text"] for m in page.messages.values() if m["author"] == "agent"], LONG_S)
    assert "屏" in words[0]
    await page.say("谢谢，没有别的了")
    await page.until(lambda: len([m for m in page.messages.values() if m["author"] == "agent"]) > 1, LONG_S)
    await page.ask("end")
    await page.close()


async def test_a_newcomer_at_the_desk_gets_a_contact_at_once_and_real_customers_before_simulated_agents_do(
    alive: Served, told: Told
) -> None:
    desk = await newcomer(alive)
    desk.lives()
    await desk.available()
    handling = await desk.accept()
    assert handling["simulated"] is True
    me = next(iter(desk.view("me", "agent")))
    await desk.say(handling["id"], "您好，请您再说详细一点")
    page = Page(alive.ws, "anhe")
    await page.open()
    await page.start("我的车刚刚追尾了", topic="claim")
    offer = await desk.until(lambda: next(iter(desk.view("me", "offers").values()), None), LONG_S)
    assert offer["simulated"] is False
    await desk.do("ProveOffer", offer_id=offer["id"])
    await desk.do("AcceptOffer", offer_id=offer["id"])
    await page.until(lambda: page.state == "talking", LONG_S)
    await told.next(lambda now: any(human.id == me and not human.idle for human in now.humans), times=3)
    assert not desk.view("me", "offers"), "one at a time: nobody is flooded"
    answer = await desk.until(lambda: _answered(desk, handling["id"]), LONG_S)
    assert answer["author_kind"] == "customer", "the simulated customer goes on"
    for id in list(desk.view("me", "handlings")):
        await desk.do("EndInteraction", interaction_id=id)
        await desk.do("WrapUp", interaction_id=id, disposition="resolved")
    await desk.do("SetAgentState", state="not_ready", reason="break")
    await page.close()
    await desk.close()


def _answered(desk: Desk, id: str) -> dict[str, Any] | None:
    last = desk.view("me", "handlings").get(id, {}).get("last") or {}
    return last if last.get("author_kind") == "customer" and "详细" not in last["text"] and last["at"] else None


async def test_standing_still_nothing_new_begins_and_real_people_are_still_answered(alive: Served, told: Told) -> None:
    await control(alive, speed=0)
    await told.next(lambda now: now.speed == 0)
    before = await until(lambda: _still(alive, told))
    page = Page(alive.ws, "xingqiao")
    await page.open()
    await page.start("家里宽带断网了")
    await page.until(lambda: page.state == "talking", LONG_S)
    await page.until(lambda: [m for m in page.messages.values() if m["author"] == "agent"], LONG_S)
    after = (await glance(alive))["messages_today"]
    assert after - before <= 6, "only the real talk goes on"
    await page.ask("end")
    await page.close()
    await control(alive, speed=5)


async def _still(demo: Served, told: Told) -> int | None:
    """How many messages there were, once nobody adds any."""
    before = (await glance(demo))["messages_today"]
    await told.next(lambda now: now.speed == 0, times=2)
    after: int = (await glance(demo))["messages_today"]
    return after if after == before else None


async def test_a_purge_removes_simulated_words_and_figures_and_nothing_else(
    alive: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Although the population hears of it seconds later, as on a busy machine."""
    monkeypatch.setattr(population, "ASK_EVERY_S", 4.0)
    page = Page(alive.ws, "yunshan")
    await page.open()
    await page.start("我是真实的客户", topic="phone")
    await page.until(lambda: page.state == "talking", LONG_S)
    await until(lambda: _busy(alive))
    async with alive.client() as client:
        purged = (await client.post("/api/demo/purge", timeout=LONG_S)).raise_for_status().json()
    assert purged["on"] is False
    assert purged["ended"] > 0
    async with alive.house.db.system() as tx:
        simulated = await tx.scalar(select(func.count()).select_from(contact).where(contact.c.simulated))
        counted = await tx.scalar(
            select(func.count()).select_from(figures_interval).where(figures_interval.c.simulated)
        )
        texts = list(await tx.scalars(select(content.c.text).where(content.c.contact_id == page.contact)))
        kept = await tx.scalar(select(func.count()).select_from(contact).where(contact.c.simulated.is_(False)))
    assert (simulated, counted) == (0, 0)
    assert "我是真实的客户" in texts
    assert kept
    assert page.state == "talking"
    await page.ask("end")
    await page.close()
    await control(alive, on=True)


async def test_off_sends_everybody_home_and_leaves_real_contacts_alone(alive: Served) -> None:
    await until(lambda: _everybody(alive))
    await until(lambda: _talking(alive))
    page = Page(alive.ws, "yunshan")
    await page.open()
    await page.start("手机充电很慢", topic="phone")
    await page.until(lambda: [m for m in page.messages.values() if m["author"] == "agent"], LONG_S)
    await control(alive, on=False)
    await until(lambda: _gone(alive))
    assert page.state == "talking", "a real customer is never left alone"
    await page.say("谢谢，没有了")
    await page.until(lambda: len([m for m in page.messages.values() if m["author"] == "agent"]) > 1, LONG_S)
    await page.ask("end")
    await until(lambda: _nobody(alive))
    await page.close()


async def _gone(demo: Served) -> bool:
    now = await state(demo)
    return bool(now["simulated_customers"] == 0 and now["simulated_agents"] <= 1)


async def _nobody(demo: Served) -> bool:
    return bool((await state(demo))["simulated_agents"] == 0)


# -- the ribbon's doors ------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("body", [{"speed": 21}, {"speed": -1}, {"on": "maybe"}, {"speed": 1.5}, {"x": 1}, []])
async def test_the_ribbon_takes_no_nonsense(demo: Served, body: Any) -> None:
    """FAULTS 17."""
    async with demo.client() as client:
        assert (await client.post("/api/demo/population", json=body)).status_code == 400


async def test_a_foreign_page_cannot_turn_the_ribbon(demo: Served) -> None:
    """FAULTS 10."""
    async with demo.client(headers={"origin": "https://evil.example"}) as client:
        for path in ("population", "purge"):
            assert (await client.post(f"/api/demo/{path}", json={})).status_code == 403


async def test_backstage_is_for_the_population_only(demo: Served) -> None:
    async with demo.client() as client:
        assert (await client.get("/api/demo/backstage")).status_code == 404
        wrong = await client.get("/api/demo/backstage", headers={"x-rexian-simulation": "0" * 64})
        assert wrong.status_code == 404


async def test_outside_of_the_demo_none_of_this_exists(db: Database, tmp_path: Path) -> None:
    settings = Settings(
        home=tmp_path, database_url=db.url.render_as_string(hide_password=False), secret=SECRET, port=0,
        argon2_memory_kib=8192,
    )  # fmt: skip
    async with running(settings) as (_, port), httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
        key = {"x-rexian-simulation": simulation_key(SECRET)}
        for method, path in [
            ("GET", ""), ("GET", "/summary"), ("GET", "/backstage"), ("POST", "/population"), ("POST", "/purge"),
            ("POST", "/enter"),
        ]:  # fmt: skip
            body = {"role": "agent"} if path == "/enter" else {}
            reply = await client.request(
                method, f"/api/demo{path}", headers=key, json=body if method == "POST" else None
            )
            assert reply.status_code == 404, path
