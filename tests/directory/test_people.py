"""People, roles, skills and teams."""

from __future__ import annotations

import pytest

from tests.directory.conftest import PASSWORD, Browser, City

LANG_EN = "019a0000-0000-7000-8000-00000000a002"


async def new_person(browser: Browser, **changes: object) -> dict[str, object]:
    body = {"name": "何思齐", "email": "he@rexian.example", **changes}
    made: dict[str, object] = await browser.post("/api/people", body)
    return made


async def test_a_new_person_serves_their_employer_as_an_agent(city: City) -> None:
    made = await new_person(await city.as_("admin"))
    assert made["roles"] == ["agent"]
    assert made["serves"] == [city.tenants["yunshan"]]
    assert (made["level"], made["capacity"], made["active"]) == (1, {"chat": 3, "voice": 0}, True)


async def test_a_person_made_with_a_password_signs_in_with_it(city: City) -> None:
    await new_person(await city.as_("admin"), password=PASSWORD)
    assert (await city.browser().sign_in("HE@rexian.example")).status_code == 200


async def test_a_repeat_with_the_same_id_changes_nothing(city: City) -> None:
    admin = await city.as_("admin")
    id = "01970000-0000-7000-8000-000000000001"
    first = await new_person(admin, id=id)
    assert await new_person(admin, id=id) == first
    problem = await admin.refused(409, "POST", "/api/people", {"id": id, "name": "别人", "email": "he@rexian.example"})
    assert problem["code"] == "id_in_use"


@pytest.mark.parametrize("email", ["HE@Rexian.Example", "ｈｅ@rexian.example"])
async def test_one_address_one_account(city: City, email: str) -> None:
    admin = await city.as_("admin")
    await new_person(admin)
    problem = await admin.refused(409, "POST", "/api/people", {"name": "冒名", "email": email})
    assert problem["code"] == "email_taken"
    assert problem["errors"][0]["field"] == "email"


@pytest.mark.parametrize(
    "email", ["nobody", "a@b", "a b@c.example", "@c.example", "a@@c.example", "a@c..example", "a@c\u0000.x"]
)
async def test_addresses_that_cannot_be_are_refused(calm: City, email: str) -> None:
    """FAULTS 18 among them."""
    admin = await calm.as_("admin")
    await admin.refused(400, "POST", "/api/people", {"name": "某人", "email": email})


async def test_names_are_stored_exactly(city: City) -> None:
    """FAULTS 19: right-to-left marks, stacked accents, emoji, characters of GB18030 beyond the basic plane."""
    admin = await city.as_("admin")
    names = [
        "\u202eenilevod",
        "Z\u0351\u0343a\u0349l\u034dg\u0352o",
        "👩🏽‍💻 小李",
        "𠮷野家",
        "㐂𬭚",
        " 前后空格 ",
        "O'Brien; DROP TABLE person",
    ]
    for number, name in enumerate(names):
        made = await new_person(admin, name=name, email=f"p{number}@rexian.example")
        assert (await admin.get(f"/api/people/{made['id']}"))["name"] == name


@pytest.mark.parametrize("name", ["", "   ", "　", "a\u0000b", "x" * 81, None, 7])
async def test_names_that_are_none_are_refused(calm: City, name: object) -> None:
    """FAULTS 18."""
    admin = await calm.as_("admin")
    problem = await admin.refused(400, "POST", "/api/people", {"name": name, "email": "x@rexian.example"})
    assert problem["code"] == "validation"


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b'{"name":"\xff"}', b"[" * 100_000, b'{"level":NaN}',
                                  b'{"name":"a","email":"a@b.example","level":9223372036854775808}'])  # fmt: skip
async def test_bodies_that_cannot_be_read_are_the_senders_fault(calm: City, body: bytes) -> None:
    """FAULTS 17, 18."""
    admin = await calm.as_("admin")
    headers = {"X-CSRF-Token": admin.csrf, "Content-Type": "application/json"}
    answer = await admin.http.post("/api/people", content=body, headers=headers)
    assert answer.status_code == 400, answer.text


@pytest.mark.parametrize("q", ["%", "_", "' OR 1=1 --", "\\", "小%雯"])
async def test_search_takes_every_character_literally(calm: City, q: str) -> None:
    """FAULTS 7."""
    assert (await (await calm.as_("admin")).get("/api/people", q=q))["items"] == []


async def test_people_are_found_by_name_role_and_team(city: City) -> None:
    admin = await city.as_("admin")
    team = await admin.post("/api/teams", {"name": "手机组", "name_en": "Phones"})
    made = await new_person(admin, team_id=team["id"], roles=["supervisor"])
    for params in ({"q": "思齐"}, {"q": "HE@"}, {"role": "supervisor"}, {"team_id": team["id"]}):
        assert [one["id"] for one in (await admin.get("/api/people", **params))["items"]] == [made["id"]]
    assert (await admin.get("/api/people", active=False))["items"] == []


async def test_long_lists_come_in_pages(city: City) -> None:
    admin = await city.as_("admin")
    for number in range(5):
        await new_person(admin, email=f"p{number}@rexian.example")
    seen, cursor = [], None
    while True:
        page = await admin.get("/api/people", limit=2, **({"cursor": cursor} if cursor else {}))
        seen += [one["id"] for one in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) == 7
    for bad in ("x", "!!!", "AAAA"):
        await admin.refused(400, "GET", "/api/people", params={"cursor": bad})
    await admin.refused(400, "GET", "/api/people", params={"limit": 0})
    await admin.refused(400, "GET", "/api/people", params={"limit": 201})


async def test_colleagues_see_no_addresses(city: City) -> None:
    by_agent = (await (await city.as_("agent")).get("/api/people"))["items"]
    assert {one["email"] for one in by_agent} == {None}
    by_admin = (await (await city.as_("admin")).get("/api/people"))["items"]
    assert None not in {one["email"] for one in by_admin}


async def test_skills_are_set_as_a_whole(city: City) -> None:
    admin = await city.as_("admin")
    skill = await admin.post("/api/skills", {"key": "product:phone", "name": "手机"})
    path = f"/api/people/{city.people['agent']}/skills"
    both = [{"skill_id": skill["id"], "level": 4}, {"skill_id": LANG_EN, "level": 2, "minor": True}]
    made = await admin.put(path, both)
    assert {(one["skill_id"], one["level"], one["minor"]) for one in made["skills"]} == {
        (skill["id"], 4, False),
        (LANG_EN, 2, True),
    }
    assert (await admin.put(path, []))["skills"] == []
    assert (await admin.refused(400, "PUT", path, [both[0], both[0]]))["code"] == "skill_twice"
    for level in (0, 6, 2**63):
        await admin.refused(400, "PUT", path, [{"skill_id": skill["id"], "level": level}])


async def test_a_tenant_cannot_make_a_skill_that_means_something_to_all(city: City) -> None:
    admin = await city.as_("admin")
    for key in ("lang:de", "dialect:x", "tenant:x", "queue:x"):
        problem = await admin.refused(400, "POST", "/api/skills", {"key": key, "name": "越界"})
        assert problem["code"] == "reserved_key"
    common = {"key": "lang:de", "name": "德语", "name_en": "German", "kind": "language", "common": True}
    await admin.refused(403, "POST", "/api/skills", common)
    made = await (await city.as_("operator")).post("/api/skills", common)
    assert made["tenant_id"] is None
    await admin.refused(403, "PATCH", f"/api/skills/{made['id']}", {"name": "我的德语"})


async def test_a_skill_that_a_queue_needs_stays(city: City) -> None:
    admin = await city.as_("admin")
    skill = await admin.post("/api/skills", {"key": "product:phone", "name": "手机"})
    queue = await admin.post("/api/queues", {"name": "手机使用", "needs": [{"skill_id": skill["id"], "level": 2}]})
    problem = await admin.refused(409, "DELETE", f"/api/skills/{skill['id']}")
    assert (problem["code"], "手机使用" in problem["title"]) == ("skill_in_use", True)
    await admin.patch(f"/api/queues/{queue['id']}", {"needs": []})
    await admin.delete(f"/api/skills/{skill['id']}")
    await admin.delete(f"/api/skills/{skill['id']}")
    assert skill["id"] not in [one["id"] for one in (await admin.get("/api/skills"))["items"]]


async def test_a_dissolved_team_leaves_its_people(city: City) -> None:
    admin = await city.as_("admin")
    team = await admin.post("/api/teams", {"name": "手机组"})
    made = await new_person(admin, team_id=team["id"])
    assert (await admin.refused(409, "POST", "/api/teams", {"name": "手机组"}))["code"] == "name_taken"
    await admin.delete(f"/api/teams/{team['id']}")
    assert (await admin.get(f"/api/people/{made['id']}"))["team_id"] is None
    await admin.post("/api/teams", {"name": "手机组"})


async def test_a_person_who_leaves_is_out_at_once(city: City) -> None:
    """FAULTS 49: sessions and tokens end; who has a socket open is told of by a signal (test_signals)."""
    admin, leaver = await city.as_("admin"), await city.as_("agent")
    await city.hire("clerk", "yunshan", "田立群", ["tenant_admin"])
    clerk = await city.as_("clerk")
    token = await clerk.post("/api/tokens", {"name": "脚本", "scopes": ["people.read"]})
    for short in ("agent", "clerk"):
        await admin.patch(f"/api/people/{city.people[short]}", {"active": False})
    await leaver.refused(401, "GET", "/api/session")
    await clerk.refused(401, "GET", "/api/session")
    program = city.browser(Authorization=f"Bearer {token['secret']}")
    await program.refused(401, "GET", "/api/people")
    assert (await city.browser().sign_in("agent@rexian.example")).json()["code"] == "sign_in_failed"
    await admin.patch(f"/api/people/{city.people['agent']}", {"active": True})
    assert (await city.browser().sign_in("agent@rexian.example")).status_code == 200
    await program.refused(401, "GET", "/api/people")


async def test_rights_that_are_taken_away_are_gone_with_the_next_request(city: City) -> None:
    admin, agent = await city.as_("admin"), await city.as_("agent")
    await agent.get("/api/customers")
    await admin.put(f"/api/people/{city.people['agent']}/roles", ["editor"])
    await agent.refused(403, "GET", "/api/customers")


async def test_nobody_shuts_themselves_out_or_raises_themselves(calm: City) -> None:
    admin = await calm.as_("admin")
    me = f"/api/people/{calm.people['admin']}"
    assert (await admin.refused(409, "PATCH", me, {"active": False}))["code"] == "not_yourself"
    assert (await admin.refused(409, "PUT", f"{me}/roles", ["agent"]))["code"] == "not_yourself"


async def test_only_a_city_operator_makes_or_touches_city_operators(city: City) -> None:
    await city.hire("city admin", "city", "沈清越", ["tenant_admin"])
    admin = await city.as_("city admin")
    operator = f"/api/people/{city.people['operator']}"
    body = {"name": "新运营", "email": "op@rexian.example", "roles": ["city_operator"]}
    for method, path, json in (
        ("POST", "/api/people", body),
        ("PATCH", operator, {"active": False}),
        ("PUT", f"{operator}/roles", ["agent"]),
        ("POST", f"{operator}/password", {"password": "一个新的好密码 2025"}),
    ):
        assert (await admin.refused(403, method, path, json))["code"] == "role_too_high", path
    await (await city.as_("operator")).post("/api/people", body)


async def test_a_person_is_lent_only_with_the_consent_of_the_tenant_that_they_serve(city: City) -> None:
    person = f"/api/people/{city.people['agent']}"
    both = [city.tenants["yunshan"], city.tenants["jianglan"]]
    problem = await (await city.as_("admin")).refused(400, "PATCH", person, {"serves": both})
    assert problem["code"] == "unknown_tenant"
    lent = await (await city.as_("operator")).patch(person, {"serves": both})
    assert set(lent["serves"]) == set(both)
    seen = (await (await city.as_("other admin")).get("/api/people"))["items"]
    assert {(one["name"], one["email"] is None) for one in seen} == {("李晓雯", True), ("邓永昌", False)}


async def test_an_administrator_gives_somebody_a_new_password(city: City) -> None:
    admin, agent = await city.as_("admin"), await city.as_("agent")
    path = f"/api/people/{city.people['agent']}/password"
    assert (await admin.refused(400, "POST", path, {"password": "agent12345"}))["code"] == "password_common"
    await admin.post(path, {"password": "一个新的好密码 2025"})
    await agent.refused(401, "GET", "/api/session")
    assert (await city.browser().sign_in("agent@rexian.example", "一个新的好密码 2025")).status_code == 200


async def test_each_chooses_their_own_language_and_look(city: City) -> None:
    agent = await city.as_("agent")
    view = await agent.patch("/api/me", {"locale": "en", "theme": "dark"})
    assert (view["person"]["locale"], view["person"]["theme"]) == ("en", "dark")
    assert (await agent.refused(403, "GET", "/api/audit"))["title"] == "You have no right to do this (audit.read)"
    await agent.refused(400, "PATCH", "/api/me", {"locale": "xx"})


async def test_every_change_is_in_the_audit_trail_with_who_did_it(city: City) -> None:
    admin = await city.as_("admin")
    made = await new_person(admin)
    await admin.put(f"/api/people/{made['id']}/roles", ["supervisor"])
    page = await admin.get("/api/audit", object_kind="person", object_id=made["id"])
    assert [(one["action"], one["actor_name"]) for one in page["items"]] == [
        ("person.roles_changed", "陈国梁"),
        ("person.created", "陈国梁"),
    ]
    assert {one["address"] for one in page["items"]} == {"198.51.100.7"}
    assert page["items"][0]["detail"] == {"before": ["agent"], "roles": ["supervisor"]}
    assert await admin.get("/api/audit/verify") == {
        "tenant_id": city.tenants["yunshan"],
        "intact": True,
        "broken_seq": None,
        "why": None,
    }
