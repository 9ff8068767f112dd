"""The demo city: complete, the same everywhere, and only where it is wanted."""

from __future__ import annotations

from collections import Counter

import pytest
from sqlalchemy import func, select

from rexian.directory import demo
from rexian.directory.audit.service import verify_all
from rexian.directory.commandline import make_tenant, make_user
from rexian.directory.customers.phone import normal_phone
from rexian.directory.customers.tables import customer, identity
from rexian.directory.floors.wanted import wanted
from rexian.directory.people.contract import agent_cards, skill_names
from rexian.directory.policies.checks import check
from rexian.directory.policies.contract import published
from rexian.directory.policies.words import in_words
from rexian.directory.policies.world import world_of
from rexian.directory.queues.contract import queue_cards
from rexian.directory.sign_in.service import SignIn
from rexian.directory.sites.contract import all_sites
from rexian.directory.tenants.contract import tenant_cards
from rexian.engine.policy_checks import check_policy
from rexian.kit import simulated
from rexian.kit.clock import FakeClock
from rexian.kit.database import Database
from rexian.kit.problem import Problem
from rexian.kit.schema import all_tables
from rexian.kit.simulated import HEADER, simulation_key
from tests.directory.conftest import SECRET, City, make_app, make_settings


@pytest.fixture(scope="module")
async def seeded(db_module: Database) -> Database:
    await demo.seed(db_module, FakeClock(), make_settings(demo=True))
    return db_module


async def counts(db: Database) -> dict[str, int]:
    async with db.system() as tx:
        return {
            table.name: (await tx.execute(select(func.count()).select_from(table))).scalar_one()
            for table in all_tables().sorted_tables
        }


async def test_seeding_again_changes_nothing(seeded: Database) -> None:
    before = await counts(seeded)
    await demo.seed(seeded, FakeClock(), make_settings(demo=True))
    assert await counts(seeded) == before


async def test_there_is_no_demo_city_outside_of_demo_mode(seeded: Database) -> None:
    with pytest.raises(ValueError, match="demo"):
        await demo.seed(seeded, FakeClock(), make_settings())


async def test_four_companies_and_an_operator_share_one_floor(seeded: Database) -> None:
    async with seeded.system() as tx:
        cards = await tenant_cards(tx)
        floor = await wanted(tx, demo.FLOOR_ID)
    assert {card.key: card.name for card in cards.values()} == {
        "city": "云港热线城",
        "yunshan": "云杉智能",
        "jianglan": "江岚供电服务热线",
        "xingqiao": "星桥电信",
        "anhe": "安和保险",
    }
    assert {queue.tenant_id for queue in floor.queues.values()} == {
        demo.TENANT_IDS[key] for key in ("yunshan", "jianglan", "xingqiao", "anhe")
    }
    assert set(floor.agents) == {*demo.SIMULATED_AGENT_IDS, demo.AGENT}


async def test_about_forty_agents_of_all_levels_with_skills(seeded: Database) -> None:
    async with seeded.system() as tx:
        cards = await agent_cards(tx, demo.SIMULATED_AGENT_IDS)
        floor = await wanted(tx, demo.FLOOR_ID)
    assert len(cards) == 40
    levels = Counter(card.level for card in cards.values())
    assert set(levels) == {1, 2, 3, 4, 5}
    assert all(card.team and card.team_en for card in cards.values())
    assert len({card.name for card in cards.values()}) == 40
    skills = Counter(skill for agent in floor.agents.values() for skill in agent.skills)
    for skill in ("lang:zh-CN", "lang:en", "dialect:yue", "dialect:sichuan", "product:outage@jianglan"):
        assert skills[skill] >= 3, skill
    assert {len([one for one in agent.skills if one.startswith("tenant:")]) for agent in floor.agents.values()} == {
        1, 2, 3, 4,
    }  # fmt: skip


async def test_every_queue_has_an_english_name_and_enough_people_of_different_levels(seeded: Database) -> None:
    async with seeded.system() as tx:
        cards = await queue_cards(tx)
        floor = await wanted(tx, demo.FLOOR_ID)
        names = await skill_names(tx)
    assert Counter(card.tenant_id for card in cards.values()).most_common()[-1][1] >= 2
    for card in cards.values():
        assert card.name_en.isascii(), card.name_en
        needs = floor.queues[card.id].needs
        able = [
            a for a in floor.agents.values() if all(a.skills.get(name, 0) >= least for name, least in needs.items())
        ]
        assert len(able) >= 4, f"{card.name}: {len(able)}"
        assert demo.AGENT in {agent.id for agent in able}
        assert set(needs) <= set(names)


async def test_each_company_has_a_policy_that_nothing_is_wrong_with(seeded: Database) -> None:
    async with seeded.system() as tx:
        floor = await wanted(tx, demo.FLOOR_ID)
        bodies = await published(tx, demo.TENANT_IDS.values())
        worlds = {tenant_id: await world_of(tx, tenant_id) for tenant_id in bodies}
    assert set(bodies) == {demo.TENANT_IDS[key] for key in demo.SITE_KEYS} == set(floor.policies)
    for tenant_id, (version, body) in bodies.items():
        found = check(body, worlds[tenant_id], 0, "zh-CN")
        assert (found.errors, found.warnings, version) == ([], [], 1)
        check_policy(floor.policies[tenant_id])
        assert set(body.queues) == set(worlds[tenant_id].queues)
        assert all(len(form.steps) == 3 and form.last_agent_ms == 20_000 for form in body.queues.values())
        english = in_words(body, worlds[tenant_id], "en")
        lines = [line for part in (*english.queues, *english.rules) for line in part.lines]
        assert not [line for line in lines if "product:" in line or "policy." in line]
    rules = {rule.id: rule for _, body in bodies.values() for rule in body.rules}
    assert rules["danger"].emergency
    assert {id for id, rule in rules.items() if not rule.on} == {"typhoon", "exam-season", "launch-festival"}
    forms = [form for _, body in bodies.values() for form in body.queues.values()]
    assert any(form.lend for form in forms)
    assert any(form.reserve for form in forms)
    assert any(len(form.shares) == 2 for form in forms)


async def test_simulated_agents_step_aside_only_where_anybody_may_answer(seeded: Database) -> None:
    async with seeded.system() as tx:
        floor = await wanted(tx, demo.FLOOR_ID)
    for id, agent in floor.agents.items():
        assert agent.skills[simulated.PEOPLE] == 1
        assert (simulated.PEOPLE in agent.minor) == (simulated.SKILL in agent.skills) == (id != demo.AGENT)
        assert not [name for name in agent.minor if name.startswith("tenant:")]


async def test_each_company_has_a_site_whose_topics_lead_to_its_queues(seeded: Database) -> None:
    async with seeded.system() as tx:
        sites = {site.key: site for site in await all_sites(tx)}
        cards = await queue_cards(tx)
    assert set(sites) == set(demo.SITE_KEYS)
    for site in sites.values():
        assert site.greeting
        assert site.greeting_en.isascii()
        assert {cards[topic.queue_id].tenant_id for topic in site.topics} == {site.tenant_id}
        assert all(topic.label_en.isascii() for topic in site.topics)


async def test_two_hundred_customers_whose_numbers_reach_nobody(seeded: Database) -> None:
    async with seeded.system() as tx:
        people = (await tx.execute(customer.select())).all()
        known = (await tx.execute(identity.select())).all()
    assert len(people) == 200
    assert len({one.name for one in people if one.locale == "zh-CN"}) > 180
    phones = [one.value for one in known if one.kind == "phone"]
    assert all(number.startswith(("+86154", "+1202555")) and normal_phone(number) == number for number in phones)
    assert all(one.value.endswith("@mail.example") for one in known if one.kind == "email")


async def test_the_trail_of_the_city_is_intact(seeded: Database) -> None:
    assert await verify_all(seeded) == []


@pytest.mark.parametrize(("door", "roles"), [("agent", ["agent"]), ("supervisor", ["supervisor"]),
                                             ("admin", ["city_operator", "supervisor", "tenant_admin"])])  # fmt: skip
async def test_one_click_opens_each_door(seeded: Database, door: str, roles: list[str]) -> None:
    city = _city(seeded, demo_mode=True)
    view = (await city.browser().send("POST", "/api/demo/enter", {"role": door})).json()
    assert view["person"]["roles"] == roles
    assert (view["demo"], view["floor_id"]) == (True, demo.FLOOR_ID)
    assert {one["name"] for one in view["tenants"]} >= {"云杉智能", "江岚供电服务热线", "星桥电信", "安和保险"}
    assert "demo.control" in view["scopes"]
    await city.close()


async def test_the_doors_accounts_sign_in_with_the_password_too(seeded: Database) -> None:
    city = _city(seeded, demo_mode=True)
    for email in (demo.DEMO_AGENT_EMAIL, demo.DEMO_SUPERVISOR_EMAIL, demo.DEMO_ADMIN_EMAIL):
        assert (await city.browser().sign_in(email, demo.DEMO_PASSWORD)).status_code == 200
    await city.close()


async def test_without_demo_mode_the_doors_are_walls(seeded: Database) -> None:
    city = _city(seeded, demo_mode=False)
    for body in ({"role": "admin"}, {"role": "agent", "person_id": demo.SIMULATED_AGENT_IDS[0]}):
        headers = {HEADER: simulation_key(SECRET)}
        answer = await city.browser().send("POST", "/api/demo/enter", body, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    await city.close()


async def test_only_the_population_plays_the_simulated_agents(seeded: Database) -> None:
    city = _city(seeded, demo_mode=True)
    simulated = {"role": "agent", "person_id": demo.SIMULATED_AGENT_IDS[0]}
    for headers in ({}, {HEADER: "wrong"}, {HEADER: simulation_key("another secret")}):
        answer = await city.browser().send("POST", "/api/demo/enter", simulated, headers=headers)
        assert answer.status_code == 403
    own = {HEADER: simulation_key(SECRET)}
    view = (await city.browser().send("POST", "/api/demo/enter", simulated, headers=own)).json()
    assert view["person"]["name"] == "林沐阳"
    newcomer = {"role": "agent", "person_id": demo.AGENT}
    assert (await city.browser().send("POST", "/api/demo/enter", newcomer, headers=own)).status_code == 404
    await city.close()


def _city(db: Database, *, demo_mode: bool) -> City:
    clock, settings = FakeClock(), make_settings(demo=demo_mode)
    sign_in = SignIn(db, clock, settings)
    return City(db, clock, settings, sign_in, make_app(db, clock, settings, sign_in))


async def test_the_command_line_makes_the_first_tenant_and_user(db: Database, clock: FakeClock) -> None:
    settings = make_settings()
    tenant_id = await make_tenant(db, clock, key="anhe", name="安和保险", name_en="Anhe", operator=True)
    made = await make_user(
        db, clock, settings, tenant_key="anhe", email="boss@anhe.example", name="程安之",
        password="一个很好的密码 2025", roles=["tenant_admin", "city_operator"],
    )  # fmt: skip
    sign_in = SignIn(db, clock, settings)
    city = City(db, clock, settings, sign_in, make_app(db, clock, settings, sign_in))
    view = (await city.browser().sign_in("boss@anhe.example", "一个很好的密码 2025")).json()
    assert (view["person"]["id"], view["person"]["tenant_id"]) == (made, tenant_id)
    assert view["floor_id"] is not None
    await city.close()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"tenant_key": "nobody"}, "unknown_tenant_key"),
        ({"roles": ["king"]}, "unknown_role"),
        ({"email": "not an address"}, "bad_value"),
        ({"password": "short"}, "password_length"),
        ({"name": ""}, "bad_value"),
    ],
)
async def test_the_command_line_refuses_with_a_reason(
    db: Database, clock: FakeClock, change: dict[str, object], code: str
) -> None:
    await make_tenant(db, clock, key="anhe", name="安和保险")
    words: dict[str, object] = {
        "tenant_key": "anhe",
        "email": "boss@anhe.example",
        "name": "程安之",
        "password": "一个很好的密码 2025",
        "roles": ["tenant_admin"],
        **change,
    }
    with pytest.raises(Problem) as refused:
        await make_user(db, clock, make_settings(), **words)  # type: ignore[arg-type]
    assert refused.value.code == code
