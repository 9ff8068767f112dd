"""Live drills on the served city, outside of demo mode, by real sockets: practice, and nothing of it elsewhere."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from rich.console import Console
from sqlalchemy import func, select

from rexian.cli.live import conduct, new_live, show
from rexian.directory.people.tables import person_serves, role_grant
from rexian.directory.tenants.tables import tenant
from rexian.drill.live.model import KEPT_MS
from rexian.drill.live.service import purge
from rexian.drill.live.tables import live_drill
from rexian.kit.database import Database
from rexian.kit.ids import new_id
from rexian.kit.problem import Problem
from rexian.runtime.tables import content, journal
from rexian.work.desk.tables import canned, contact, disposition
from rexian.work.figures.tables import figures_visit
from rexian.work.webhooks.model import EVENT_NAMES
from rexian.work.webhooks.tables import webhook
from tests.drill.live_steps import (
    HEADER,
    begin,
    contacts_of,
    knows,
    over,
    own_settings,
    real_numbers,
    retired,
    rows,
    stop,
    view,
)
from tests.drill.waiting import until
from tests.served import AT, SIMULATION, City, Page, Served, running


@pytest.fixture(scope="module")
async def served(db_module: Database, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Served]:
    city = City()
    await city.seed(db_module)
    await _texts(db_module, city)
    settings = own_settings(db_module, tmp_path_factory.mktemp("home"))
    async with running(settings, settings.port) as (house, port):
        yield Served(house, city, port, settings)


@pytest.fixture(autouse=True)
async def _nothing_left(served: Served) -> AsyncIterator[None]:
    """No test finds a drill of the one before."""
    yield
    async with served.house.db.system() as tx:
        left = [row.id for row in await tx.execute(select(live_drill.c.id).where(live_drill.c.state != "ended"))]
    if left:
        async with await served.staff(served.city.zhao) as zhao:
            for id in left:
                await stop(zhao, id)


async def _texts(db: Database, city: City) -> None:
    own = {"tenant_id": city.yunshan, "created_at": AT}
    group = new_id()
    async with db.system() as tx:
        for row in (
            {"id": group, "code": "all", "name": "全部", "name_en": "All", "is_group": True, "position": 0},
            {"id": new_id(), "code": "resolved", "name": "已解决", "name_en": "Resolved", "is_group": False,
             "position": 0, "parent_id": group},
        ):  # fmt: skip
            await tx.execute(disposition.insert().values(row | own))
        answer = {"id": new_id(), "title": "问候", "text": "您好", "queue_id": city.phones, "initials": "wh"}
        await tx.execute(canned.insert().values(answer | own))


# -- practice ---------------------------------------------------------------------------------------------------------
async def test_a_trainee_practises_and_nothing_real_changes(served: Served) -> None:
    city = served.city
    async with served.house.db.system() as tx:
        hook = {
            "id": new_id(), "tenant_id": city.yunshan, "url": "http://127.0.0.1:9/x", "active": True,
            "events": list(EVENT_NAMES), "secret_changed_at": AT, "created_by": city.sun, "created_at": AT,
        }  # fmt: skip
        await tx.execute(webhook.insert().values(hook))
    async with await served.staff(city.zhao) as zhao:
        before = await real_numbers(served, zhao)
        # One gives up after a second, one is served; the third one's queue is named in English.
        drill = await begin(
            zhao, rows((0, "手机售后", 1), (4, "phone", 60), (5, "Smart home", 60)), "wang@example.com", seed=3
        )
        assert (drill["state"], drill["due"], drill["speed"]) == ("running", 3, 1.0)
        await knows(served, drill, city.wang)
        desk = await served.desk(city.wang, "me")
        desk.lives()  # the third one rings while the second one is served
        await until(lambda: _abandoned(zhao, drill["id"]))
        await desk.available()
        for _ in range(2):
            offer = await desk.until(lambda: next(iter(desk.view("me", "offers").values()), None))
            assert (offer["tenant_name"], offer["tenant_name_en"]) == ("演练 · 云杉智能", "Drill · Yunshan")
            assert offer["drill"]
            assert offer["simulated"]
            handling = await desk.accept()
            await _texts_at_hand(served, handling)
            await desk.say(handling["id"], "您好，我来帮您")
            assert handling["drill"]
            assert handling["tenant_id"] == drill["shadow_id"]
            await desk.do("EndInteraction", interaction_id=handling["id"])
            await desk.do("WrapUp", interaction_id=handling["id"], disposition="resolved", text="已答复")
        assert await real_numbers(served, zhao) == before
        ended = await over(zhao, drill["id"])
        await desk.close()
        assert (ended["reason"], ended["came"], ended["missed"], ended["interruptions"]) == ("served", 3, 0, 0)
        mine = ended["debrief"]["trainees"][0]
        assert (mine["name"], mine["contacts"], mine["offered"]) == ("王磊", 2, 2)
        assert mine["acw_ms"] is not None
        assert mine["answer_ms"] is not None
        queues = {one["name"]: one for one in ended["debrief"]["queues"]}
        phones, homes = queues["手机售后"], queues["智能家居"]
        assert (phones["offered"], phones["answered"], phones["abandoned"]) == (2, 1, 1)
        assert (homes["offered"], homes["answered"], homes["service_level"]) == (1, 1, 100)
        assert await real_numbers(served, zhao) == before
        listed = (await zhao.get("/api/drills/live")).json()
        assert listed[0]["debrief"] == ended["debrief"]
    await retired(served, drill)
    await served.settle()


async def _abandoned(client: httpx.AsyncClient, id: str) -> bool:
    debrief = (await view(client, id))["debrief"]
    return bool(sum(queue["abandoned"] for queue in debrief["queues"]) == 1)


async def _texts_at_hand(served: Served, handling: dict[str, Any]) -> None:
    """The trainee's desk finds the shadow's own codes and answers."""
    async with await served.staff(served.city.wang) as wang:
        own = {"tenant_id": handling["tenant_id"]}
        codes = (await wang.get("/api/dispositions", params=own)).json()["items"]
        answers = (await wang.get("/api/canned", params=own)).json()["items"]
        assert [(one["code"], one["group"], one["tenant_id"]) for one in codes] == [
            ("resolved", "全部", handling["tenant_id"])
        ]
        assert [(one["title"], one["tenant_id"]) for one in answers] == [("问候", handling["tenant_id"])]
        assert answers[0]["queue_id"] not in (None, served.city.phones)
        card = await wang.get(f"/api/customers/{handling['customer']['id']}")
        assert card.status_code == 200, card.text
        everything = (await wang.get("/api/canned")).json()["items"]
        assert {one["tenant_id"] for one in everything} == {served.city.yunshan}


async def test_who_practises_gets_real_contacts_only_if_the_drill_says_so(served: Served) -> None:
    city = served.city
    floor = served.house.rooms[city.floor_id].mirror.floor
    async with await served.staff(city.zhao) as zhao:
        page = await served.page()
        await page.start()  # waits longest, so that it would be the first to ring
        # The second customer keeps the drill going until it is stopped.
        drill = await begin(zhao, rows((0, "phone", 60), (50, "phone", 60)), "wang@example.com")
        await knows(served, drill, city.wang)
        assert f"tenant:{city.yunshan}" not in floor.agent(city.wang).spec.skills  # type: ignore[union-attr]
        desk = await served.desk(city.wang, "me")
        desk.lives()
        await desk.available()
        handling = await desk.accept()
        assert (handling["tenant_id"], handling["drill"]) == (drill["shadow_id"], True)
        await _stays_through_changes(served, drill)
        await desk.close()
        desk = await served.desk(city.wang, "me")  # rights have changed, so the one before was closed
        desk.lives()
        await desk.do("EndInteraction", interaction_id=handling["id"])
        await desk.do("WrapUp", interaction_id=handling["id"], disposition="resolved")
        assert f"tenant:{city.yunshan}" not in floor.agent(city.wang).spec.skills  # type: ignore[union-attr]
        assert await _offered(served, page) == 0, "free again, and it still rings for nobody"
        await stop(zhao, drill["id"])
        await desk.close()
        desk = await served.desk(city.wang, "me")
        desk.lives()
        await desk.available()
        offer = await desk.until(lambda: next(iter(desk.view("me", "offers").values()), None))
        assert (offer["tenant_id"], offer["drill"]) == (city.yunshan, False)
        await page.ask("end")
        await page.close()
        await desk.close()

        drill = await begin(zhao, rows((50, "phone", 9)), "wang@example.com", real_too=True)
        await knows(served, drill, city.wang)
        assert f"tenant:{city.yunshan}" in floor.agent(city.wang).spec.skills  # type: ignore[union-attr]
        await stop(zhao, drill["id"])
    await served.settle()


async def _stays_through_changes(served: Served, drill: dict[str, Any]) -> None:
    """Whoever administers the trainee meanwhile neither sees the shadow nor ends the practice."""
    async with await served.staff(served.city.sun) as sun:
        seen = (await sun.get(f"/api/people/{served.city.wang}")).json()
        assert seen["serves"] == [served.city.yunshan]
        changed = await sun.patch(f"/api/people/{served.city.wang}", json={"serves": seen["serves"]})
        assert changed.status_code == 200, changed.text
    async with served.house.db.system() as tx:
        mine = select(person_serves.c.tenant_id, person_serves.c.alone)
        of_wang = await tx.execute(mine.where(person_serves.c.person_id == served.city.wang))
        found = {row.tenant_id: row.alone for row in of_wang}
    assert found == {served.city.yunshan: False, drill["shadow_id"]: True}
    await served.house.directory.sync.once()  # the floor knows of the change


async def _offered(served: Served, page: Page) -> int:
    """How often the page's contact has rung for anybody so far, as the floor itself has it."""
    port = served.house.rooms[served.city.floor_id].port
    waiting = await port.ask(lambda floor: floor.interaction(page.interaction or ""))
    assert waiting is not None
    return waiting.attempt


# -- walls ------------------------------------------------------------------------------------------------------------
async def test_the_shadow_is_behind_a_wall_and_only_its_customers_find_in(served: Served) -> None:
    city = served.city
    async with await served.staff(city.zhao) as zhao:
        drill = await begin(zhao, rows((0, "phone", 60)), "wang@example.com")
        shadow = drill["shadow_id"]
        await knows(served, drill, city.wang)
        await until(lambda: contacts_of(served, drill))
        async with served.house.db.tenant(city.yunshan) as tx:
            for table in (contact, content, journal, figures_visit):
                mine = select(func.count()).select_from(table).where(table.c.tenant_id == shadow)
                assert (await tx.execute(mine)).scalar_one() == 0
        async with await served.staff(city.qian) as qian:
            assert (await qian.get(f"/api/drills/live/{drill['id']}")).status_code == 404
            assert (await qian.delete(f"/api/drills/live/{drill['id']}")).status_code == 404
            assert (await qian.get("/api/drills/live")).json() == []
        async with served.house.db.system() as tx:
            key = (await tx.execute(select(tenant.c.key).where(tenant.c.tenant_id == shadow))).scalar_one()
        stranger = await served.page(key)
        assert stranger.closed is not None
        pretender = await served.page("yunshan", headers=SIMULATION)
        await pretender.start("你好")
        room = served.house.rooms[city.floor_id]
        real = room.mirror.floor.contact(pretender.contact or "")
        assert real is not None
        assert not real.simulated  # at a real site the key means nothing
        await pretender.ask("end")
        await pretender.close()
        await stop(zhao, drill["id"])
    await served.settle()


async def test_nobody_else_lists_the_shadow(served: Served) -> None:
    city = served.city
    async with served.house.db.system() as tx:
        role = {"person_id": city.sun, "role": "city_operator", "tenant_id": city.yunshan}
        await tx.execute(role_grant.insert().values(role))
    async with await served.staff(city.zhao) as zhao, await served.staff(city.sun) as sun:
        drill = await begin(zhao, rows((50, "phone", 9)), "wang@example.com")
        await knows(served, drill, city.wang)
        tenants = {one["id"] for one in (await sun.get("/api/tenants")).json()["items"]}
        assert tenants == {city.yunshan, city.jianglan}
        assert drill["shadow_id"] not in {one["tenant_id"] for one in (await sun.get("/api/queues")).json()["items"]}
        assert drill["shadow_id"] not in {one["tenant_id"] for one in (await sun.get("/api/sites")).json()["items"]}
        wall = await served.desk(city.zhao, "wall")
        # Who practises isn't at work for the company.
        await wall.until(lambda: city.wang not in wall.view("wall", "agents"))
        assert city.li in wall.view("wall", "agents")
        await wall.close()
        actions = [one["action"] for one in (await sun.get("/api/audit")).json()["items"]]
        assert "drill.live_started" in actions
        await stop(zhao, drill["id"])
        actions = [one["action"] for one in (await sun.get("/api/audit")).json()["items"]]
        assert {"drill.live_stopped", "drill.live_ended"} <= set(actions)
    async with served.house.db.system() as tx:
        await tx.execute(role_grant.delete().where(role_grant.c.role == "city_operator"))


# -- its course -------------------------------------------------------------------------------------------------------
async def test_ended_in_the_middle_it_ends_what_is_open(served: Served) -> None:
    city = served.city
    async with await served.staff(city.zhao) as zhao:
        drill = await begin(zhao, rows((0, "phone", 60), (0, "phone", 60), (50, "phone", 60)), "wang@example.com")
        await knows(served, drill, city.wang)
        desk = await served.desk(city.wang, "me")
        desk.lives()
        await desk.available()
        await desk.accept()
        ended = await stop(zhao, drill["id"])
        await desk.close()
        assert (ended["reason"], ended["came"]) == ("stopped", 2)
        phones = next(one for one in ended["debrief"]["queues"] if one["name"] == "手机售后")
        assert phones["answered"] + phones["cut_off"] == 2
        assert phones["abandoned"] == 0
        again = (await zhao.delete(f"/api/drills/live/{drill['id']}")).json()
        assert (again["state"], again["ended_at"]) == ("ended", ended["ended_at"])
    await retired(served, drill)
    await served.settle()


async def test_after_thirty_days_what_the_shadow_holds_is_removed(served: Served) -> None:
    db = served.house.db
    async with db.system() as tx:
        came = select(live_drill).where(live_drill.c.came > 0).order_by(live_drill.c.ended_at)
        ended = (await tx.execute(came)).first()
        assert ended is not None
        first = (await tx.execute(select(func.min(live_drill.c.ended_at)))).scalar_one()
        assert await purge(tx, first + KEPT_MS - 1_000) == 0
        kept = select(func.count()).select_from(contact).where(contact.c.tenant_id == ended.shadow_id)
        assert (await tx.execute(kept)).scalar_one() > 0
        assert await purge(tx, ended.ended_at + KEPT_MS + 3_600_000) > 0
        assert (await tx.execute(kept)).scalar_one() == 0
        words = select(func.count()).select_from(content).where(content.c.tenant_id == ended.shadow_id)
        assert (await tx.execute(words)).scalar_one() == 0
    async with await served.staff(served.city.zhao) as zhao:
        found = await view(zhao, ended.id)
        assert found["purged_at"]
        assert found["debrief"]["trainees"]


# -- what can't be ----------------------------------------------------------------------------------------------------
async def refused(client: httpx.AsyncClient, **body: Any) -> dict[str, Any]:
    given = {"source": {"kind": "file", "arrivals": rows((50, "phone", 9))}, "trainees": ["wang@example.com"]} | body
    answer = await client.post("/api/drills/live", json=given)
    assert 400 <= answer.status_code < 500, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_who_may_not_start_one(served: Served) -> None:
    city = served.city
    given = {"trainees": ["wang@example.com"]}
    async with await served.staff(city.qian) as qian:
        missing = await qian.post(f"/api/drills/live?tenant_id={new_id()}", json=given)
        foreign = await qian.post(f"/api/drills/live?tenant_id={city.yunshan}", json=given)
        assert (missing.status_code, foreign.status_code) == (404, 404)
        assert (await refused(qian, source={"kind": "festival"}))["code"] == "unknown_trainee"
    async with await served.staff(city.wang) as wang:
        assert (await wang.post("/api/drills/live", json={"trainees": ["wang@example.com"]})).status_code == 403


IN_ENGLISH = (
    "nobody@example.com doesn't work for this company", "sun@example.com is no agent", "is not defined",
    "going on already",
)  # fmt: skip
IN_CHINESE = (
    "nobody@example.com 不在这家企业工作", "sun@example.com 不是坐席", "没有定义的队列", "已有一场实战演练",
)  # fmt: skip


@pytest.mark.parametrize(("person", "words"), [("zhao", IN_ENGLISH), ("sun", IN_CHINESE)])
async def test_wrong_inputs_are_explained_in_both_languages(
    served: Served, person: str, words: tuple[str, str, str, str]
) -> None:
    nobody, no_agent, no_queue, open_already = words
    async with await served.staff(getattr(served.city, person)) as client:
        found = await refused(client, trainees=["wang@example.com", "nobody@example.com"])
        assert (found["code"], found["title"]) == ("unknown_trainee", nobody)
        assert found["errors"][0]["field"] == "trainees.1"
        assert (await refused(client, trainees=["he@example.com"]))["code"] == "unknown_trainee"
        found = await refused(client, trainees=["sun@example.com"])
        assert (found["code"], found["title"]) == ("trainee_not_agent", no_agent)
        bad = {"kind": "file", "arrivals": HEADER + "never,phone,60,9\n2025-11-11T20:00:00+08:00,Lighthouse,60,9\n"}
        found = await refused(client, source=bad)
        assert (found["code"], len(found["errors"])) == ("bad_arrivals", 2)
        assert no_queue in " ".join(one["message"] for one in found["errors"])
        assert (await refused(client, source={"kind": "file", "arrivals": HEADER}))["code"] == "bad_arrivals"
        wrongs: tuple[dict[str, Any], ...]
        wrongs = ({"speed": 0}, {"speed": 21}, {"minutes": 0}, {"minutes": 241}, {"trainees": []})
        for wrong in wrongs:
            assert "code" in await refused(client, **wrong)
        async with served.house.db.system() as tx:  # nothing is left of what was refused
            left = select(func.count()).select_from(tenant).where(tenant.c.shadow_of.is_not(None), tenant.c.active)
            assert (await tx.execute(left)).scalar_one() == 0
        await begin(client, rows((50, "phone", 9)), "wang@example.com")
        found = await refused(client, trainees=["li@example.com"])
        assert found["code"] == "live_drill_open"
        assert open_already in found["title"]


# -- the command line -------------------------------------------------------------------------------------------------
async def test_from_the_command_line(
    served: Served, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    db = served.house.db
    file = tmp_path / "arrivals.csv"
    file.write_bytes(rows((0, "手机售后", 1)).encode("gb18030"))
    given: dict[str, Any] = {"speed": 1.0, "minutes": 1, "real_too": False, "seed": 1}
    new = new_live("wang@example.com，li@example.com", file, None, 60, **given)
    drill = await conduct(db, "yunshan", new, detach=False)
    assert (drill.state, drill.reason, drill.came) == ("ended", "served", 1)
    for locale, told in (("zh_CN.UTF-8", "最后一位客户离开后结束"), ("C", "Ended after the last customer")):
        monkeypatch.setenv("LC_ALL", locale)
        show(drill, Console(width=160), as_json=False)
        out = capsys.readouterr().out
        assert told in out
        assert "王磊" in out
        assert "李晓雯" in out
    for key, people, code in (
        ("nowhere", "wang@example.com", "unknown_tenant_key"), ("yunshan", "he@example.com", "unknown_trainee"),
    ):  # fmt: skip
        with pytest.raises(Problem) as problem:
            await conduct(db, key, new_live(people, file, None, 60, **given), detach=False)
        assert problem.value.code == code
    file.write_text("at,queue\n")
    with pytest.raises(Problem, match="bad_arrivals"):
        await conduct(db, "yunshan", new_live("wang@example.com", file, None, 60, **given), detach=False)
    assert "talk_s" in capsys.readouterr().err
    with pytest.raises(Problem, match="bad_value"):
        new_live("", None, None, 60, **given)
