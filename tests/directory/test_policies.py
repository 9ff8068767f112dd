"""Routing policies over the API: drafts, what is wrong with them, who may do what, and what the floor then runs."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rexian.directory.floors.sync import sync_floor
from rexian.directory.floors.wanted import wanted
from rexian.directory.policies.checks import check
from rexian.directory.policies.model import (
    Body,
    LendForm,
    QueueForm,
    ReserveForm,
    RuleForm,
    ShareForm,
    StepForm,
    to_engine,
)
from rexian.directory.policies.world import Label, World, world_of
from rexian.directory.queues.contract import Card
from rexian.engine.policy_checks import check_policy
from rexian.engine.specs import Policy
from rexian.kit.i18n import has
from rexian.runtime.port import FloorPort
from tests.directory.conftest import Browser, City

POLICY, DRAFT = "/api/routing/policy", "/api/routing/draft"
EMPTY: dict[str, Any] = {"queues": {}, "rules": []}


async def a_team(city: City, admin: Browser) -> dict[str, str]:
    """A queue for phones, its skill, and an agent of a partner who has it; ids by short name."""
    skill = await admin.post("/api/skills", {"key": "product:phone", "name": "手机", "name_en": "Phones"})
    queue = await admin.post("/api/queues", {"name": "手机使用", "needs": [{"skill_id": skill["id"], "level": 3}]})
    agent = f"/api/people/{city.people['agent']}"
    await admin.put(f"{agent}/skills", [{"skill_id": skill["id"], "level": 4}])
    team = await admin.post("/api/teams", {"name": "手机组"})
    await admin.patch(agent, {"team_id": team["id"], "partner": "华信服务", "site": "云港一号楼"})
    return {"queue": queue["id"], "team": team["id"]}


async def save(who: Browser, body: dict[str, Any], etag: str | None = None, note: str = "") -> Any:
    etag = etag or (await who.get(POLICY))["etag"]
    answer = await who.send("PUT", DRAFT, {"body": body, "note": note}, headers={"If-Match": etag})
    assert answer.status_code == 200, answer.text
    assert answer.headers["etag"] == answer.json()["etag"]
    return answer.json()


async def found(who: Browser, body: dict[str, Any]) -> tuple[set[str], set[str]]:
    """The codes of errors and of warnings; each has a sentence."""
    said = await who.post(f"{DRAFT}/check", {"body": body})
    for one in said["errors"] + said["warnings"]:
        assert has(f"policy.{one['code']}"), one["code"]
        assert "{" not in one["message"], one
    return {one["code"] for one in said["errors"]}, {one["code"] for one in said["warnings"]}


async def test_a_tenant_without_a_policy_has_none(city: City) -> None:
    view = await (await city.as_("admin")).get(POLICY)
    assert (view["present"], view["draft"], view["versions"], view["rules"]) == (None, None, [], [])
    assert view["etag"] == '"0.0"'


async def test_a_draft_is_kept_however_unfinished_it_is(city: City) -> None:
    admin = await city.as_("admin")
    unfinished = {"rules": [{"id": "typhoon", "name": "台风", "boost_ms": -1}]}
    saved = await save(admin, unfinished, note="草稿")
    assert [(one["field"], one["code"]) for one in saved["errors"]] == [("rules.0.boost_ms", "out_of_range")]
    view = await admin.get(POLICY)
    assert (view["draft"]["version"], view["draft"]["note"], view["draft"]["created_by"]["name"]) == (
        1,
        "草稿",
        "陈国梁",
    )
    assert view["draft"]["body"]["rules"][0]["boost_ms"] == -1
    assert view["present"] is None
    assert [row.object_id for row in await city.trail("yunshan", "routing.draft_saved")] == ["1"]


async def test_nobodys_draft_is_written_over_unseen(city: City) -> None:
    admin, operator = await city.as_("admin"), await city.as_("operator")
    first = (await admin.get(POLICY))["etag"]
    await save(admin, EMPTY, first)
    there = f"{DRAFT}?tenant_id={city.tenants['yunshan']}"
    late = await operator.refused(412, "PUT", there, {"body": EMPTY}, headers={"If-Match": first})
    assert late["code"] == "routing_draft_changed"
    blind = await admin.refused(428, "PUT", DRAFT, {"body": EMPTY})
    assert blind["code"] == "if_match_missing"
    await admin.refused(412, "DELETE", DRAFT, headers={"If-Match": first})


async def test_a_dropped_draft_can_not_be_mistaken_for_its_successor(city: City) -> None:
    admin = await city.as_("admin")
    old = (await save(admin, EMPTY))["etag"]
    city.clock.advance(5)
    assert (await admin.send("DELETE", DRAFT, headers={"If-Match": old})).status_code == 204
    assert (await admin.get(POLICY))["draft"] is None
    fresh = (await save(admin, EMPTY))["etag"]
    assert fresh != old
    await admin.refused(412, "PUT", DRAFT, {"body": EMPTY}, headers={"If-Match": old})


@pytest.mark.parametrize(
    "body",
    [
        {"queues": {}, "rules": [], "more": 1},
        {"queues": {"x": {"strategy": "by_dice"}}},
        {"queues": {"x": {"steps": [{"after_ms": 1000, "kind": "shout"}]}}},
        {"queues": {"x": {"steps": [{"after_ms": "soon", "kind": "anyone"}]}}},
        {"rules": [{"id": "Typhoon", "name": "台风"}]},
        {"rules": [{"id": "typhoon"}]},
        {"rules": [{"id": "typhoon", "name": "台风", "boost_ms": 2**60}]},
        {"rules": [{"id": "typhoon", "name": "台风", "when": {"region": ["\x00"]}}]},
        {"rules": [{"id": f"r{number}", "name": "台风"} for number in range(51)]},
        [],
        None,
    ],
)
async def test_what_has_no_shape_is_not_taken(city: City, body: Any) -> None:
    admin = await city.as_("admin")
    etag = (await admin.get(POLICY))["etag"]
    problem = await admin.refused(400, "PUT", DRAFT, {"body": body}, headers={"If-Match": etag})
    assert problem["code"] == "validation"


@pytest.mark.parametrize(
    ("form", "errors"),
    [
        ({"steps": [{"after_ms": 0, "kind": "anyone", "needs": {}}]}, {"out_of_range"}),
        (
            {"steps": [{"after_ms": 2000, "kind": "lower_level", "lower": 1},
                       {"after_ms": 2000, "kind": "lower_level", "lower": 2}]},
            {"steps_out_of_order"},
        ),
        ({"steps": [{"after_ms": 2000, "kind": "lower_level", "lower": 5}]}, {"out_of_range"}),
        ({"steps": [{"after_ms": 2000, "kind": "alternatives"}]}, {"alternatives_missing"}),
        ({"steps": [{"after_ms": 2000, "kind": "anyone", "needs": {"product:phone@jianglan": 1}}]}, {"unknown_skill"}),
        ({"steps": [{"after_ms": 2000, "kind": "anyone", "needs": {"product:phone@yunshan": 6}}]}, {"bad_level"}),
        ({"steps": [{"after_ms": 2000, "kind": "anyone", "needs": {"tenant:x": 1}}]}, {"unknown_skill"}),
        ({"alternatives": ["message", "message"]}, {"alternative_twice"}),
        ({"last_agent_ms": -1}, {"out_of_range"}),
        ({"max_wait_ms": 86_400_001}, {"out_of_range"}),
        ({"shares": [{"partner": "partner:无此公司", "percent": 50}]}, {"unknown_partner"}),
        ({"shares": [{"partner": "product:phone@yunshan", "percent": 50}]}, {"unknown_partner"}),
        (
            {"shares": [{"partner": "partner:华信服务", "percent": 60}] * 2},
            {"shares_over_100", "share_twice"},
        ),
        ({"shares": [{"partner": "partner:华信服务", "percent": 101}]}, {"out_of_range", "shares_over_100"}),
        ({"shares": [{"partner": "partner:华信服务", "percent": 30, "floor": 40}]}, {"floor_above_share"}),
        ({"lend": {}}, {"lend_never"}),
        ({"lend": {"waiting": 3, "until_waiting": 3}}, {"lend_until_too_high"}),
        ({"reserve": {"skill": "product:phone@yunshan", "keep": 0}}, {"out_of_range"}),
        ({"reserve": {"skill": "nothing", "keep": 1}}, {"unknown_skill"}),
    ],
)  # fmt: skip
async def test_what_is_wrong_with_a_queue_is_named(city: City, form: dict[str, Any], errors: set[str]) -> None:
    admin = await city.as_("admin")
    ids = await a_team(city, admin)
    assert (await found(admin, {"queues": {ids["queue"]: form}}))[0] == errors


@pytest.mark.parametrize(
    ("rule", "errors"),
    [
        ({"boost_ms": 86_400_001}, {"boost_too_big"}),
        ({"boost_ms": -1}, {"out_of_range"}),
        ({"boost_ms": 1, "from_at": 10, "until_at": 10}, {"rule_window"}),
        ({"boost_ms": 1, "when": {" ": ["a"]}}, {"bad_attribute"}),
        ({"boost_ms": 1, "when": {"region": [str(one) for one in range(101)]}}, {"too_many_values"}),
        ({"boost_ms": 1, "when": {f"a{one}": ["a"] for one in range(21)}}, {"too_many_values"}),
        ({"boost_ms": 86_400_000, "when": {"region": ["滨海区"]}}, set()),
    ],
)
async def test_what_is_wrong_with_a_rule_is_named(city: City, rule: dict[str, Any], errors: set[str]) -> None:
    admin = await city.as_("admin")
    assert (await found(admin, {"rules": [{"id": "typhoon", "name": "台风", **rule}]}))[0] == errors
    both = [{"id": "typhoon", "name": "台风", **rule}] * 2
    assert (await found(admin, {"rules": both}))[0] == errors | {"rule_twice"}


@pytest.mark.parametrize(
    ("form", "warnings"),
    [
        (
            {"steps": [{"after_ms": 2000, "kind": "anyone", "needs": {"product:phone@yunshan": 3}}]},
            {"step_does_not_widen"},
        ),
        (
            {"steps": [{"after_ms": 2000, "kind": "anyone", "needs": {"product:phone@yunshan": 5}}]},
            {"step_does_not_widen", "step_loses_people", "nobody_has_skill"},
        ),
        ({"steps": [{"after_ms": 2000, "kind": "anyone", "needs": {}}]}, {"step_does_not_widen"}),
        ({"steps": [{"after_ms": 2000, "kind": "lower_level", "lower": 1}]}, set()),
        ({"steps": [{"after_ms": 2000, "kind": "alternatives", "alternatives": ["message"]}]}, set()),
        ({"strategy": "weighted_shares"}, {"strategy_without_shares"}),
        ({"shares": [{"partner": "partner:华信服务", "percent": 60}]}, {"shares_without_strategy"}),
        ({"shares": [{"partner": "partner:华信服务", "percent": 60, "ceiling": 2}]}, set()),
        ({"lend": {"waiting": 3}}, {"lend_without_minor"}),
        ({"reserve": {"skill": "product:phone@yunshan", "keep": 2}}, {"reserve_larger_than_team"}),
        ({"reserve": {"skill": "dialect:yue", "keep": 1}}, {"reserve_larger_than_team", "reserve_foreign_skill"}),
        ({"reserve": {"skill": "partner:华信服务", "keep": 1}}, set()),
    ],
)  # fmt: skip
async def test_what_looks_wrong_with_a_queue_is_said_but_not_forbidden(
    city: City, form: dict[str, Any], warnings: set[str]
) -> None:
    admin = await city.as_("admin")
    ids = await a_team(city, admin)
    assert await found(admin, {"queues": {ids["queue"]: form}}) == (set(), warnings)


@pytest.mark.parametrize(
    ("rule", "warnings"),
    [
        ({}, {"rule_does_nothing"}),
        ({"emergency": True}, {"emergency_for_all"}),
        ({"boost_ms": 1, "when": {"queue": ["gone"]}}, {"rule_never_matches"}),
        ({"boost_ms": 1, "when": {"medium": ["pigeon"]}}, {"rule_never_matches"}),
        ({"boost_ms": 1, "when": {"region": []}}, {"rule_never_matches"}),
        ({"boost_ms": 1, "until_at": 1}, {"rule_over"}),
        ({"boost_ms": 1, "when": {"medium": ["chat"], "region": ["滨海区"]}}, set()),
    ],
)
async def test_what_looks_wrong_with_a_rule_is_said(city: City, rule: dict[str, Any], warnings: set[str]) -> None:
    admin = await city.as_("admin")
    assert await found(admin, {"rules": [{"id": "typhoon", "name": "台风", **rule}]}) == (set(), warnings)


async def test_a_queue_of_somebody_else_is_unknown(city: City) -> None:
    admin, other = await city.as_("admin"), await city.as_("other admin")
    theirs = await other.post("/api/queues", {"name": "停电报修"})
    assert (await found(admin, {"queues": {theirs["id"]: {}}}))[0] == {"unknown_queue"}


async def test_a_policy_is_read_out_in_both_languages(city: City) -> None:
    admin = await city.as_("admin")
    ids = await a_team(city, admin)
    form = {
        "strategy": "weighted_shares", "last_agent_ms": 20_000, "named_agent_ms": 0, "interruptible": True,
        "max_wait_ms": 600_000, "alternatives": ["call_back", "message"],
        "steps": [{"after_ms": 30_000, "kind": "lower_level", "lower": 1},
                  {"after_ms": 90_000, "kind": "other_team",
                   "needs": {f"team:{ids['team']}": 1, "product:phone@yunshan": 2}},
                  {"after_ms": 120_000, "kind": "anyone", "needs": {}},
                  {"after_ms": 3_600_000, "kind": "alternatives", "alternatives": ["scheduled_call_back"]}],
        "shares": [{"partner": "partner:华信服务", "percent": 60, "floor": 40, "ceiling": 8}],
        "lend": {"waiting": 5, "waited_ms": 60_000, "until_waiting": 1},
        "reserve": {"skill": "product:phone@yunshan", "keep": 1},
    }  # fmt: skip
    rules = [
        {"id": "typhoon", "name": "台风抢险", "name_en": "Typhoon", "boost_ms": 600_000, "on": False,
         "when": {"region": ["滨海区", "临江区"], "queue": [ids["queue"]], "medium": ["voice"]}},
        {"id": "shock", "name": "触电", "emergency": True, "when": {"topic": ["触电"]}, "until_at": 1_764_000_000_000},
    ]  # fmt: skip
    body = {"queues": {ids["queue"]: form}, "rules": rules}
    words = (await admin.post(f"{DRAFT}/check", {"body": body}))["words"]
    assert words["queues"][0]["lines"] == [
        "按合作方的份额派接",
        "先等上次接待过的坐席，最多等 20 秒",
        "客户指名的坐席有空才派给他",
        "等满 30 秒：级别要求降低 1 级",
        "等满 1 分钟 30 秒：改为只要求手机组、手机（2 级以上）",
        "等满 2 分钟：本企业的任何坐席都可接",
        "等满 1 小时：告诉客户可以预约回电",
        "华信服务占 60%，至少 40%，同时最多 8 个联络",
        "排队达到 5 人，或最久的等满 1 分钟时，借用以此为辅助技能的人；排队降到 1 人以内即归还",
        "为本队列留住 1 位空闲的“手机”人员",
        "紧急联络可以打断这里的会话",
        "预计等候超过 10 分钟时，不再接收新的排队",
        "排不上队的客户可选：由我们回电（保留位置）、留言",
    ]
    assert words["rules"] == [
        {"id": "typhoon", "name": "台风抢险",
         "lines": ["地区为滨海区或临江区，且队列为手机使用，且渠道为电话的联络相当于已多等 10 分钟",
                   "由人工打开和关闭"]},
        {"id": "shock", "name": "触电",
         "lines": ["事由为触电的联络按紧急处理，最先接，可以打断", "2025-11-25 00:00 前有效"]},
    ]  # fmt: skip
    await admin.patch(f"/api/people/{city.people['admin']}", {"locale": "en"})
    english = (await (await city.as_("admin")).post(f"{DRAFT}/check", {"body": body}))["words"]
    assert english["queues"][0]["lines"][3] == "After 30 s: asks for 1 level(s) less"
    assert english["queues"][0]["lines"][4] == "After 1 min 30 s: asks only for 手机组, Phones (level 2 or above)"
    assert english["rules"][0]["name"] == "Typhoon"
    assert not [line for part in (*english["queues"], *english["rules"]) for line in part["lines"] if "policy." in line]


async def test_the_form_learns_what_it_can_name(city: City) -> None:
    admin = await city.as_("admin")
    ids = await a_team(city, admin)
    await save(admin, {"rules": [{"id": "t", "name": "台风", "when": {"region": ["滨海区"], "speed": ["fast"]}}]})
    words = await admin.get("/api/routing/vocabulary")
    assert words["queues"] == [
        {"id": ids["queue"], "name": "手机使用", "name_en": "手机使用", "medium": "chat", "able": 1,
         "needs": {"product:phone@yunshan": 3}}
    ]  # fmt: skip
    assert {one["key"]: one["people"] for one in words["skills"]}["product:phone@yunshan"] == 1
    assert [(one["key"], one["name"], one["people"]) for one in words["teams"]] == [
        (f"team:{ids['team']}", "手机组", 1)
    ]
    assert [one["key"] for one in words["partners"] + words["sites"]] == ["partner:华信服务", "site:云港一号楼"]
    known = {one["key"]: one for one in words["attributes"]}
    assert known["region"]["values"] == ["滨海区"]
    assert known["speed"]["values"] == ["fast"]
    assert (known["queue"]["free"], known["queue"]["values"]) == (False, [ids["queue"]])
    assert "student" in known["customer_kind"]["values"]


async def test_who_may_read_edit_and_switch(city: City) -> None:
    await city.hire("supervisor", "yunshan", "班长", ["supervisor"])
    supervisor, agent = await city.as_("supervisor"), await city.as_("agent")
    view = await supervisor.get(POLICY)
    await supervisor.get("/api/routing/vocabulary")
    for method, path, body in (
        ("PUT", DRAFT, {"body": EMPTY}),
        ("DELETE", DRAFT, None),
        ("POST", f"{DRAFT}/check", {}),
        ("POST", f"{DRAFT}/publish", {"version": 1}),
        ("POST", "/api/routing/versions/1/restore", None),
    ):
        for who in (supervisor, agent):
            refused = await who.refused(403, method, path, body, headers={"If-Match": view["etag"]})
            assert refused["code"] == "scope_missing"
    await supervisor.refused(404, "POST", "/api/routing/rules/typhoon/switch", {"on": True})
    for method, path in (("GET", POLICY), ("GET", "/api/routing/vocabulary")):
        await agent.refused(403, method, path)
    await agent.refused(403, "POST", "/api/routing/rules/typhoon/switch", {"on": True})
    assert (await city.browser().send("GET", POLICY)).status_code == 401


async def test_another_tenants_policy_is_not_there(city: City) -> None:
    other = await city.as_("other admin")
    theirs = f"?tenant_id={city.tenants['yunshan']}"
    await save(await city.as_("admin"), EMPTY)
    for method, path, body in (
        ("GET", POLICY, None),
        ("GET", "/api/routing/vocabulary", None),
        ("PUT", DRAFT, {"body": EMPTY}),
        ("DELETE", DRAFT, None),
        ("POST", f"{DRAFT}/check", {}),
        ("POST", f"{DRAFT}/publish", {"version": 1}),
        ("POST", "/api/routing/versions/1/restore", None),
        ("POST", "/api/routing/rules/typhoon/switch", {"on": True}),
    ):
        await other.refused(404, method, path + theirs, body, headers={"If-Match": '"1.0"'})
    assert len(await city.trail("jianglan", "access.refused")) == 8


async def test_who_serves_a_tenant_reads_and_switches_there_but_does_not_edit(city: City) -> None:
    await city.hire("shared", "city", "共享班长", ["supervisor"], "yunshan")
    shared, there = await city.as_("shared"), f"?tenant_id={city.tenants['yunshan']}"
    await shared.get(POLICY + there)
    await shared.refused(404, "POST", f"/api/routing/rules/typhoon/switch{there}", {"on": True})
    await shared.refused(403, "PUT", DRAFT + there, {"body": EMPTY}, headers={"If-Match": '"0.0"'})


async def test_a_wrong_policy_is_not_published_and_the_reader_is_told_why(city: City) -> None:
    admin = await city.as_("admin")
    wrong = {"queues": {"gone": {}}, "rules": [{"id": "t", "name": "台风", "boost_ms": 90_000_000}]}
    await save(admin, wrong)
    problem = await admin.refused(422, "POST", f"{DRAFT}/publish", {"version": 1})
    assert problem["title"] == "策略有 2 处错误，改正后才能发布"
    assert problem["errors"] == [
        {"field": "queues.gone", "code": "unknown_queue", "params": {}, "message": "没有这个队列，或已停用"},
        {"field": "rules.0.boost_ms", "code": "boost_too_big", "params": {"most_ms": 86_400_000},
         "message": "提前量最多一天"},
    ]  # fmt: skip
    assert (await admin.get(POLICY))["present"] is None
    await admin.refused(404, "POST", f"{DRAFT}/publish", {"version": 2})


# -- on the floor ------------------------------------------------------------------------------------------------------
@pytest.fixture
async def led(city: City) -> AsyncIterator[FloorPort]:
    """The city with its floor running."""
    await city.floors.start()
    await city.floors.until_ready()
    yield city.floors.get(city.floor_id)
    await city.floors.stop()


DISASTER = {"id": "typhoon", "name": "台风抢险", "when": {"region": ["滨海区"]}, "boost_ms": 600_000, "on": False}
ALWAYS = {"id": "elder", "name": "长者优先", "when": {"customer_kind": ["elder"]}, "boost_ms": 60_000}


async def publish(who: Browser, version: int) -> Any:
    return await who.post(f"{DRAFT}/publish", {"version": version})


async def active(port: FloorPort, tenant_id: str) -> tuple[str, ...]:
    return await port.ask(lambda floor: floor.active_rules(tenant_id))


async def policy_on(port: FloorPort, tenant_id: str) -> Policy:
    found = await port.ask(lambda floor: floor.policy(tenant_id))
    assert found is not None
    return found


async def test_publishing_returns_when_the_floor_has_it(city: City, led: FloorPort) -> None:
    admin, yunshan = await city.as_("admin"), city.tenants["yunshan"]
    ids = await a_team(city, admin)
    await sync_floor(city.db, led)
    steps = [{"after_ms": 30_000, "kind": "partner", "needs": {"partner:华信服务": 1}}]
    await save(admin, {"queues": {ids["queue"]: {"steps": steps}}, "rules": [DISASTER]}, note="三步放宽")
    made = await publish(admin, 1)
    assert made["floors"] == [{"floor_id": city.floor_id, "version": 1}]
    assert (made["present"]["state"], made["present"]["note"]) == ("published", "三步放宽")
    policy = await policy_on(led, yunshan)
    assert policy.queues[ids["queue"]].steps[0].needs == {"partner:华信服务": 1, f"tenant:{yunshan}": 1}
    assert [rule.id for rule in policy.rules] == ["typhoon"]
    view = await admin.get(POLICY)
    assert (view["present"]["version"], view["draft"], view["rules"][0]["active"]) == (1, None, False)
    assert [row.object_id for row in await city.trail("yunshan", "routing.published")] == ["1"]
    seq = led.seq
    assert (await publish(admin, 1))["floors"] == made["floors"], "saying it twice changes nothing"
    assert (led.seq, await sync_floor(city.db, led)) == (seq, 0)


async def test_a_new_version_takes_the_place_of_the_old_one_and_an_old_one_comes_back(
    city: City, led: FloorPort
) -> None:
    admin = await city.as_("admin")
    await save(admin, {"rules": [ALWAYS]}, note="一")
    await publish(admin, 1)
    await save(admin, EMPTY, note="二")
    await publish(admin, 2)
    view = await admin.get(POLICY)
    assert [(one["version"], one["state"]) for one in view["versions"]] == [(2, "published"), (1, "retired")]
    stale = await admin.refused(409, "POST", f"{DRAFT}/publish", {"version": 1})
    assert stale["code"] == "version_outdated"
    path = "/api/routing/versions/1/restore"
    await admin.refused(412, "POST", path, headers={"If-Match": '"1.0"'})
    answer = await admin.send("POST", path, headers={"If-Match": view["etag"]})
    assert (answer.json()["draft"]["version"], answer.json()["draft"]["note"]) == (3, "一")
    await admin.refused(412, "POST", f"{DRAFT}/publish", {"version": 3, "etag": '"3.1"'})
    await publish(admin, 3)
    assert (await policy_on(led, city.tenants["yunshan"])).rules[0].id == "elder"
    await admin.refused(404, "POST", "/api/routing/versions/9/restore", headers={"If-Match": '"3.0"'})


async def test_a_supervisor_declares_a_disaster_and_ends_it(city: City, led: FloorPort) -> None:
    admin, yunshan = await city.as_("admin"), city.tenants["yunshan"]
    await city.hire("supervisor", "yunshan", "班长", ["supervisor"])
    supervisor = await city.as_("supervisor")
    await save(admin, {"rules": [DISASTER, ALWAYS]})
    await publish(admin, 1)
    assert await active(led, yunshan) == ("elder",)
    path = "/api/routing/rules/typhoon/switch"
    for on in (True, True, False):
        switched = await supervisor.post(path, {"on": on})
        assert (switched["id"], switched["active"]) == ("typhoon", on)
        assert ("typhoon" in await active(led, yunshan)) == on
        shown = {rule["id"]: rule["active"] for rule in (await supervisor.get(POLICY))["rules"]}
        assert shown == {"typhoon": on, "elder": True}
    trail = await city.trail("yunshan", "routing.rule_switched")
    assert [row.actor_id for row in trail] == [city.people["supervisor"]] * 3
    await supervisor.refused(404, "POST", "/api/routing/rules/flood/switch", {"on": True})


async def test_what_was_switched_by_hand_outlives_a_new_version(city: City, led: FloorPort) -> None:
    admin, yunshan = await city.as_("admin"), city.tenants["yunshan"]
    await save(admin, {"rules": [DISASTER, ALWAYS]})
    await publish(admin, 1)
    await admin.post("/api/routing/rules/typhoon/switch", {"on": True})
    await admin.post("/api/routing/rules/elder/switch", {"on": False})
    await save(admin, {"rules": [DISASTER | {"boost_ms": 900_000}, ALWAYS, ALWAYS | {"id": "vip"}]})
    await publish(admin, 2)
    assert await active(led, yunshan) == ("typhoon", "vip")
    assert (await policy_on(led, yunshan)).rules[0].boost_ms == 900_000


async def test_a_floor_that_was_away_gets_the_policy_later(city: City) -> None:
    admin = await city.as_("admin")
    await save(admin, {"rules": [ALWAYS]})
    away = await admin.send("POST", f"{DRAFT}/publish", {"version": 1})
    assert (away.status_code, away.json()["code"]) == (503, "unavailable")
    view = await admin.get(POLICY)
    assert (view["present"]["version"], view["floors"]) == (1, [])
    await city.floors.start()
    await city.floors.until_ready()
    try:
        port = city.floors.get(city.floor_id)
        assert await sync_floor(city.db, port) > 0
        assert (await policy_on(port, city.tenants["yunshan"])).version == 1
        assert await sync_floor(city.db, port) == 0
        assert (await publish(admin, 1))["floors"] == [{"floor_id": city.floor_id, "version": 1}]
    finally:
        await city.floors.stop()


async def test_a_queue_that_was_retired_since_does_not_hold_up_the_policy(city: City, led: FloorPort) -> None:
    admin = await city.as_("admin")
    queue = await admin.post("/api/queues", {"name": "手机使用"})
    await save(admin, {"queues": {queue["id"]: {"last_agent_ms": 20_000}}})
    async with city.db.system() as tx:
        world = await world_of(tx, city.tenants["yunshan"])
    assert not check(Body(queues={queue["id"]: QueueForm()}), world, 0, "zh-CN").errors
    await publish(admin, 1)
    await admin.delete(f"/api/queues/{queue['id']}")
    async with city.db.system() as tx:
        assert (await wanted(tx, city.floor_id)).policies[city.tenants["yunshan"]].queues == {}


def test_what_a_step_does_not_say_stays_as_the_step_before_left_it() -> None:
    """The engine would go back to what the queue asks for: to somebody who fills in a form that would narrow."""
    steps = (
        StepForm(after_ms=1, kind="lower_level", lower=2),
        StepForm(after_ms=2, kind="anyone", needs={"a": 1}),
        StepForm(after_ms=3, kind="alternatives", alternatives=("message",)),
    )
    policy = to_engine("t", 1, Body(queues={"q": QueueForm(steps=steps)}), {"tenant:t": 1}, {"q"})
    wider = {"a": 1, "tenant:t": 1}
    assert [(step.needs, step.lower) for step in policy.queues["q"].steps] == [(None, 2), (wider, 2), (wider, 2)]


NUMBER = st.one_of(st.integers(-2, 6), st.sampled_from([100, 101, 1_000, 1_001, 86_400_000, 86_400_001, 10**12, 2**50]))
STEP = st.builds(StepForm, after_ms=NUMBER, kind=st.just("anyone"), lower=NUMBER,
                 needs=st.none() | st.dictionaries(st.sampled_from(["a", "b", "no"]), NUMBER))  # fmt: skip
SHARE = st.builds(ShareForm, partner=st.sampled_from(["partner:p", "partner:q", "a", ""]), percent=NUMBER, floor=NUMBER,
                  ceiling=NUMBER)  # fmt: skip
QUEUE = st.builds(
    QueueForm,
    steps=st.lists(STEP, max_size=2).map(tuple), shares=st.lists(SHARE, max_size=2).map(tuple),
    last_agent_ms=NUMBER, max_wait_ms=NUMBER, call_back_lead_ms=NUMBER,
    lend=st.none() | st.builds(LendForm, waiting=NUMBER, waited_ms=NUMBER, until_waiting=NUMBER),
    reserve=st.none() | st.builds(ReserveForm, skill=st.sampled_from(["a", ""]), keep=NUMBER),
)  # fmt: skip
RULE = st.builds(RuleForm, id=st.sampled_from(["x", "y"]), name=st.just("n"), boost_ms=NUMBER, from_at=NUMBER,
                 until_at=NUMBER)  # fmt: skip


@given(queue=QUEUE, rules=st.lists(RULE, max_size=2).map(tuple))
def test_what_passes_here_the_engine_takes(queue: QueueForm, rules: tuple[RuleForm, ...]) -> None:
    card = Card(id="q", tenant_id="t", name="队列", name_en="", medium="chat", service_level_ms=1, service_level_goal=1,
                hours_id=None, retired=False)  # fmt: skip
    labels = {name: Label(name, name, "other") for name in ("a", "b", "partner:p", "partner:q")}
    world = World("t", {"q": card}, {"q": {"tenant:t": 1}}, labels)
    body = Body(queues={"q": queue}, rules=rules)
    if not check(body, world, 0, "zh-CN").errors:
        check_policy(to_engine("t", 1, body, world.permission, {"q"}))
