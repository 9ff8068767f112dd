"""Queues, hours and chat sites over the API."""

from __future__ import annotations

from typing import Any

import pytest

from rexian.directory.hours.contract import open_now
from rexian.directory.sites.contract import all_sites, site_by_key
from tests.directory.conftest import City

LANG_EN = "019a0000-0000-7000-8000-00000000a002"
WEEKDAYS = {"weekly": {day: [{"start": "09:00", "end": "18:00"}] for day in ("mon", "tue", "wed", "thu", "fri")},
            "holidays": "CN"}  # fmt: skip


async def test_a_queue_has_sensible_defaults_and_an_english_name(city: City) -> None:
    made = await (await city.as_("admin")).post("/api/queues", {"name": "手机使用"})
    assert {**made, "id": ""} == {
        "id": "",
        "tenant_id": city.tenants["yunshan"],
        "name": "手机使用",
        "name_en": "手机使用",
        "medium": "chat",
        "needs": [],
        "priority": 0,
        "ring_ms": 20_000,
        "acw_ms": 60_000,
        "service_level_ms": 20_000,
        "service_level_goal": 80,
        "max_waiting": 0,
        "hours_id": None,
        "retired": False,
        "able": 1,
    }


async def test_a_queue_tells_how_many_people_can_serve_it(city: City) -> None:
    admin = await city.as_("admin")
    english = [{"skill_id": LANG_EN, "level": 3}]
    queue = await admin.post("/api/queues", {"name": "英语服务", "needs": english})
    assert queue["able"] == 0
    for level, able in ((2, 0), (3, 1)):
        await admin.put(f"/api/people/{city.people['agent']}/skills", [{"skill_id": LANG_EN, "level": level}])
        assert (await admin.get(f"/api/queues/{queue['id']}"))["able"] == able
    simple = await admin.post("/api/queues", {"name": "普通服务"})
    elsewhere = await (await city.as_("other admin")).post("/api/queues", {"name": "停电报修"})
    assert (simple["able"], elsewhere["able"]) == (1, 0)
    assert (await admin.get(f"/api/queues/{queue['id']}"))["able"] == 1
    await admin.put(f"/api/people/{city.people['agent']}/skills", [])
    assert [one["able"] for one in (await admin.get("/api/queues"))["items"]] == [0, 1]


async def test_a_queue_is_changed_piece_by_piece(city: City) -> None:
    admin = await city.as_("admin")
    hours = await admin.post("/api/hours", {"name": "工作日", "rules": WEEKDAYS})
    queue = await admin.post("/api/queues", {"name": "手机使用", "hours_id": hours["id"]})
    path = f"/api/queues/{queue['id']}"
    assert (await admin.patch(path, {"ring_ms": 15_000}))["hours_id"] == hours["id"]
    assert (await admin.patch(path, {"hours_id": None}))["ring_ms"] == 15_000
    assert (await admin.get(path))["hours_id"] is None
    assert await admin.patch(path, {}) == await admin.get(path)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"ring_ms": 4_999}, "ring_ms"),
        ({"ring_ms": 2**63}, "ring_ms"),
        ({"service_level_goal": 101}, "service_level_goal"),
        ({"max_waiting": -1}, "max_waiting"),
        ({"medium": "fax"}, "medium"),
        ({"needs": [{"skill_id": "x", "level": 1}]}, "needs.0.skill_id"),
        ({"surprise": 1}, None),
    ],
)
async def test_what_a_queue_cannot_have_is_refused_by_field(calm: City, change: dict[str, Any], field: str) -> None:
    """FAULTS 17."""
    admin = await calm.as_("admin")
    problem = await admin.refused(400, "POST", "/api/queues", {"name": "手机使用", **change})
    assert problem["code"] == "validation"
    assert problem["title"] == "有些内容填得不对"


async def test_two_live_queues_of_a_tenant_have_two_names(city: City) -> None:
    admin = await city.as_("admin")
    queue = await admin.post("/api/queues", {"name": "手机使用"})
    assert (await admin.refused(409, "POST", "/api/queues", {"name": "手机使用"}))["code"] == "name_taken"
    await (await city.as_("other admin")).post("/api/queues", {"name": "手机使用"})
    await admin.delete(f"/api/queues/{queue['id']}")
    await admin.post("/api/queues", {"name": "手机使用"})
    problem = await admin.refused(409, "PATCH", f"/api/queues/{queue['id']}", {"retired": False})
    assert problem["code"] == "name_taken"
    await admin.patch(f"/api/queues/{queue['id']}", {"retired": False, "name": "手机使用（旧）"})


async def test_refusals_are_in_the_readers_language(city: City) -> None:
    admin = await city.as_("admin")
    await admin.post("/api/queues", {"name": "手机使用"})
    assert (await admin.refused(409, "POST", "/api/queues", {"name": "手机使用"}))["title"] == "名称“手机使用”已被使用"
    await admin.patch("/api/me", {"locale": "en"})
    problem = await admin.refused(409, "POST", "/api/queues", {"name": "手机使用"})
    assert problem["title"] == "The name “手机使用” is taken"


async def test_a_queue_to_which_a_site_leads_stays(city: City) -> None:
    admin = await city.as_("admin")
    queue = await admin.post("/api/queues", {"name": "手机使用"})
    topics = [{"key": "phone", "label": "手机", "label_en": "Phones", "queue_id": queue["id"]}]
    site = await admin.post("/api/sites", {"key": "shop", "name": "商城", "topics": topics})
    problem = await admin.refused(409, "DELETE", f"/api/queues/{queue['id']}")
    assert (problem["code"], "商城" in problem["title"]) == ("queue_in_use", True)
    await admin.delete(f"/api/sites/{site['id']}")
    await admin.delete(f"/api/queues/{queue['id']}")
    assert (await admin.get("/api/queues"))["items"] == []
    assert [one["retired"] for one in (await admin.get("/api/queues", retired=True))["items"]] == [True]


async def test_a_site_is_found_by_its_key_and_sends_topics_to_queues(city: City) -> None:
    admin = await city.as_("admin")
    phone = await admin.post("/api/queues", {"name": "手机"})
    home = await admin.post("/api/queues", {"name": "家居"})
    topics = [
        {"key": "phone", "label": "手机", "queue_id": phone["id"]},
        {"key": "home", "label": "智能家居", "queue_id": home["id"]},
    ]
    body = {"key": "shop", "name": "商城", "greeting": "您好！", "origins": ["https://shop.example"], "topics": topics}
    await admin.post("/api/sites", body)
    async with city.db.system() as tx:
        site = await site_by_key(tx, "shop")
        assert await site_by_key(tx, "shop'--") is None
        assert [one.key for one in await all_sites(tx)] == ["shop"]
    assert site is not None
    assert (site.queue_for(None), site.queue_for("home"), site.queue_for("x")) == (phone["id"], home["id"], None)
    assert site.allows("https://Shop.example")
    assert not site.allows("https://shop.example.evil.example")
    assert not site.allows(None)


async def test_site_keys_are_unique_over_all_tenants(city: City) -> None:
    admin, other = await city.as_("admin"), await city.as_("other admin")
    for browser in (admin, other):
        queue = await browser.post("/api/queues", {"name": "手机"})
        topics = [{"key": "phone", "label": "手机", "queue_id": queue["id"]}]
        body = {"key": "shop", "name": "商城", "topics": topics}
        if browser is admin:
            await browser.post("/api/sites", body)
        else:
            assert (await browser.refused(409, "POST", "/api/sites", body))["code"] == "key_taken"


@pytest.mark.parametrize("origin", ["https://shop.example/path", "javascript:alert(1)", "https://", "shop.example",
                                    "https://shop.example ", "https://a..b", "https://user@shop.example"])  # fmt: skip
async def test_origins_that_no_browser_sends_are_refused(city: City, origin: str) -> None:
    """FAULTS 9 among them."""
    admin = await city.as_("admin")
    queue = await admin.post("/api/queues", {"name": "手机"})
    topics = [{"key": "phone", "label": "手机", "queue_id": queue["id"]}]
    body = {"key": "shop", "name": "商城", "topics": topics, "origins": [origin]}
    await admin.refused(400, "POST", "/api/sites", body)


async def test_a_calendar_shows_what_it_means_day_by_day(city: City) -> None:
    """FAULTS 35: and says until when the holidays are known."""
    admin = await city.as_("admin")
    hours = await admin.post("/api/hours", {"name": "工作日", "rules": WEEKDAYS})
    assert (hours["zone"], hours["open_now"], hours["rules"]["makeup_as"]) == ("Asia/Shanghai", True, "mon")
    path = f"/api/hours/{hours['id']}/preview"
    preview = await admin.get(path, **{"from": "2026-02-13", "to": "2026-02-16"})
    assert [(day["date"], day["kind"], day["open_ms"] // 3_600_000) for day in preview["days"]] == [
        ("2026-02-13", "weekday", 9),
        ("2026-02-14", "makeup", 9),
        ("2026-02-15", "holiday", 0),
        ("2026-02-16", "holiday", 0),
    ]
    assert preview["total_ms"] == 18 * 3_600_000
    far = await admin.get(path, **{"from": "2040-02-29", "to": "2040-03-01"})
    assert [day["known"] for day in far["days"]] == [False, False]
    for first, last in (("2026-02-02", "2026-02-01"), ("2026-01-01", "2028-01-01"), ("2026-02-30", "2026-03-01")):
        await admin.refused(400, "GET", path, params={"from": first, "to": last})
    await admin.get(path, **{"from": "9999-12-30", "to": "9999-12-31"})
    await admin.get(path, **{"from": "0001-01-01", "to": "0001-01-02"})


@pytest.mark.parametrize("zone", ["Mars/Olympus", "../../etc/passwd", "asia/shanghai", "UTC+8"])
async def test_time_zones_that_do_not_exist_are_refused(calm: City, zone: str) -> None:
    """FAULTS 27 among them."""
    admin = await calm.as_("admin")
    problem = await admin.refused(400, "POST", "/api/hours", {"name": "x", "zone": zone, "rules": WEEKDAYS})
    assert problem["code"] == "unknown_zone"


async def test_a_calendar_in_use_stays(city: City) -> None:
    admin = await city.as_("admin")
    hours = await admin.post("/api/hours", {"name": "工作日", "rules": WEEKDAYS})
    queue = await admin.post("/api/queues", {"name": "手机使用", "hours_id": hours["id"]})
    assert (await admin.refused(409, "DELETE", f"/api/hours/{hours['id']}"))["code"] == "hours_in_use"
    await admin.patch(f"/api/queues/{queue['id']}", {"hours_id": None})
    await admin.delete(f"/api/hours/{hours['id']}")
    await admin.refused(400, "PATCH", f"/api/queues/{queue['id']}", {"hours_id": hours["id"]})


async def test_the_channels_ask_whether_somebody_answers(city: City) -> None:
    """The clock stands at 16:53 on Thursday 9 October 2025 in Shanghai, the first day after the holidays."""
    admin = await city.as_("admin")
    hours = await admin.post("/api/hours", {"name": "工作日", "rules": WEEKDAYS})
    async with city.db.system() as tx:
        now = city.clock.now_ms()
        assert await open_now(tx, hours["id"], now, "zh-CN") == (True, "人工客服在线，今日服务至 18:00")
        assert await open_now(tx, None, now, "en") == (True, "Our people are here around the clock")
        evening = now + 2 * 3_600_000
        assert await open_now(tx, hours["id"], evening, "zh-CN") == (False, "人工客服将于明天 09:00 上线")


async def test_a_tenant_changes_its_name_and_colour(city: City) -> None:
    admin = await city.as_("admin")
    path = f"/api/tenants/{city.tenants['yunshan']}"
    changed = await admin.patch(path, {"name": "云杉科技", "colour": "#123abc"})
    assert (changed["name"], changed["colour"], changed["key"]) == ("云杉科技", "#123abc", "yunshan")
    await admin.refused(400, "PATCH", path, {"colour": "red;background:url(x)"})
    await admin.refused(403, "POST", "/api/tenants", {"key": "new", "name": "新企业"})


async def test_a_city_operator_opens_a_tenant_which_stands_on_the_floor_at_once(city: City) -> None:
    operator = await city.as_("operator")
    made = await operator.post("/api/tenants", {"key": "anhe", "name": "安和保险", "name_en": "Anhe Insurance"})
    queue = await operator.post("/api/queues", {"name": "理赔报案", "tenant_id": made["id"]})
    assert queue["tenant_id"] == made["id"]
    problem = await operator.refused(409, "POST", "/api/tenants", {"key": "anhe", "name": "另一家"})
    assert problem["code"] == "key_taken"
