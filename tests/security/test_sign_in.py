"""Signing in: who gets in, who doesn't, and what they learn from it."""

from __future__ import annotations

import asyncio
import statistics
import time

import pyotp
import pytest

from rexian.directory.sign_in.service import SignIn
from rexian.directory.sign_in.tables import api_token, brake, credential, session
from tests.directory.conftest import PASSWORD, Browser, City, make_app, make_settings

MINUTE = 60_000
HOUR = 60 * MINUTE


async def test_a_person_signs_in_and_learns_what_they_may_do(city: City) -> None:
    browser = city.browser()
    answer = await browser.sign_in("Agent@Rexian.Example")
    assert answer.status_code == 200
    view = answer.json()
    assert view["person"] == {
        "id": city.people["agent"],
        "name": "李晓雯",
        "locale": "zh-CN",
        "theme": "system",
        "tenant_id": city.tenants["yunshan"],
        "roles": ["agent"],
        "totp": False,
    }
    assert [one["name"] for one in view["tenants"]] == ["云杉智能"]
    assert "desk.use" in view["scopes"]
    assert "people.write" not in view["scopes"]
    assert (view["agent"], view["floor_id"], view["demo"]) == (True, city.floor_id, False)
    assert (await browser.get("/api/session"))["person"]["id"] == city.people["agent"]


async def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(city: City) -> None:
    answer = await city.browser().sign_in("agent@rexian.example")
    (cookie,) = [one for one in answer.headers.get_list("set-cookie") if one.startswith("rexian=")]
    attributes = {part.strip().lower() for part in cookie.split(";")[1:]}
    assert {"httponly", "samesite=lax", "path=/"} <= attributes
    assert "secure" not in attributes


async def test_over_https_the_cookie_is_secure_and_bound_to_the_host(city: City) -> None:
    settings = make_settings()
    settings = type(settings)(**{**{name: getattr(settings, name) for name in settings.__struct_fields__},
                                 "public_url": "https://rexian.test"})  # fmt: skip
    city.app = make_app(city.db, city.clock, settings, city.sign_in)
    browser = city.browser()
    headers = {"Origin": "https://rexian.test"}
    answer = await browser.http.post(
        "/api/session", json={"email": "agent@rexian.example", "password": PASSWORD}, headers=headers
    )
    (cookie,) = [one for one in answer.headers.get_list("set-cookie") if one.startswith("__Host-rexian=")]
    assert "secure" in cookie.lower()
    assert "domain" not in cookie.lower()


async def test_no_secret_is_stored_as_it_is(city: City) -> None:
    browser = city.browser()
    await browser.sign_in("agent@rexian.example")
    token = browser.http.cookies["rexian"]
    async with city.db.system() as tx:
        stored = (await tx.execute(session.select())).one()
        hashed = (await tx.execute(credential.select())).first()
    assert token.encode() not in stored.token_hash
    assert hashed is not None
    assert hashed.password_hash.startswith("$argon2id$v=19$m=64,t=3,p=1$")


@pytest.mark.parametrize("email", ["agent@rexian.example", "nobody@rexian.example", "", "a'; DROP TABLE person; --"])
async def test_wrong_password_and_unknown_account_are_told_alike(calm: City, email: str) -> None:
    """FAULTS 57, 7: the answer doesn't tell which accounts exist, and SQL is just a wrong e-mail address."""
    answer = await calm.browser().sign_in(email or "x", "not the password")
    assert answer.status_code == 401
    assert (answer.json()["code"], answer.json()["title"]) == ("sign_in_failed", "邮箱或密码不正确")


async def test_an_unknown_account_takes_as_long_as_a_known_one(calm: City) -> None:
    """FAULTS 57: measured with a hash that costs something (8 MiB)."""
    settings = make_settings()
    settings = type(settings)(**{**{name: getattr(settings, name) for name in settings.__struct_fields__},
                                 "argon2_memory_kib": 8192})  # fmt: skip
    sign_in = SignIn(calm.db, calm.clock, settings)
    encoded = await sign_in.passwords.hash(PASSWORD)
    known, unknown = [], []
    await sign_in.passwords.matches(None, "warm up")
    for _ in range(15):
        for stored, times in ((encoded, known), (None, unknown)):
            begun = time.perf_counter()
            assert not await sign_in.passwords.matches(stored, "wrong")
            times.append(time.perf_counter() - begun)
    assert 0.6 < statistics.median(known) / statistics.median(unknown) < 1.7


async def test_guessing_is_braked_by_waits_that_double(city: City) -> None:
    """FAULTS 57."""
    browser = city.browser()
    for _ in range(5):
        assert (await browser.sign_in("agent@rexian.example", "wrong")).status_code == 401
    assert (await browser.sign_in("agent@rexian.example", "wrong")).status_code == 401
    waits = []
    for _ in range(4):
        held = await browser.sign_in("agent@rexian.example", PASSWORD)
        assert held.status_code == 429
        waits.append(int(held.headers["retry-after"]))
        assert f"{waits[-1]} 秒" in held.json()["title"]
        city.clock.advance(waits[-1] * 1000)
        assert (await browser.sign_in("agent@rexian.example", "wrong")).status_code == 401
    assert waits == [1, 2, 4, 8]


async def test_the_right_password_after_the_wait_lets_in_and_forgets(city: City) -> None:
    browser = city.browser()
    for _ in range(6):
        await browser.sign_in("agent@rexian.example", "wrong")
    city.clock.advance(1000)
    assert (await browser.sign_in("agent@rexian.example")).status_code == 200
    for _ in range(5):
        assert (await browser.sign_in("agent@rexian.example", "wrong")).status_code == 401
    assert (await browser.sign_in("agent@rexian.example")).status_code == 200


async def test_guessing_at_an_open_session_is_braked_as_at_the_door(city: City) -> None:
    """FAULTS 57: a borrowed browser is no place to find out its owner's password."""
    browser = await city.as_("agent")
    new = "一个新的好密码 2025"
    wrong, right = {"old": "wrong", "new": new}, {"old": PASSWORD, "new": new}
    for _ in range(6):
        assert (await browser.refused(403, "POST", "/api/me/password", wrong))["code"] == "password_wrong"
    assert (await browser.refused(429, "POST", "/api/me/password", right))["code"] == "throttled"
    assert (await city.browser().sign_in("agent@rexian.example")).status_code == 429  # one count for both doors
    city.clock.advance(1000)
    await browser.post("/api/me/password", right)
    for _ in range(5):  # the right one has been forgiven all the wrong ones
        await browser.refused(403, "POST", "/api/me/password", wrong)
    assert (await city.browser().sign_in("agent@rexian.example", new)).status_code == 200


async def test_accounts_that_do_not_exist_are_braked_just_the_same(city: City) -> None:
    """FAULTS 57: else the brake itself would tell."""
    browser = city.browser()
    answers = [(await browser.sign_in("nobody@rexian.example", "wrong")).status_code for _ in range(7)]
    assert answers == [401] * 6 + [429]


async def test_many_accounts_from_one_address_are_braked_too(city: City) -> None:
    """FAULTS 57: password stuffing with a list of accounts."""
    browser = city.browser()
    answers = [(await browser.sign_in(f"person{n}@rexian.example", "wrong")).status_code for n in range(32)]
    assert answers == [401] * 31 + [429]
    async with city.db.system() as tx:
        keys = [row.key for row in await tx.execute(brake.select())]
    assert all(len(key) == 32 for key in keys)  # keyed hashes: no list of tried accounts lies around


async def test_a_hundred_guesses_at_once_are_a_hundred_guesses(city: City) -> None:
    """FAULTS 57: an attempt is counted before the password is looked at."""
    browser = city.browser()
    answers = await asyncio.gather(*(browser.sign_in("agent@rexian.example", f"guess {n}") for n in range(30)))
    assert sum(answer.status_code == 401 for answer in answers) == 6
    assert sum(answer.status_code == 429 for answer in answers) == 24


async def test_a_session_ends_when_idle(city: City) -> None:
    browser = await city.as_("agent")
    city.clock.advance(7 * HOUR)
    await browser.get("/api/session")
    city.clock.advance(7 * HOUR)
    await browser.get("/api/session")
    city.clock.advance(8 * HOUR + 1)
    assert (await browser.refused(401, "GET", "/api/session"))["code"] == "not_signed_in"


async def test_a_session_ends_after_a_day_however_busy(city: City) -> None:
    browser = await city.as_("agent")
    for _ in range(4):
        city.clock.advance(6 * HOUR - 1000)
        await browser.get("/api/session")
    city.clock.advance(4000)
    await browser.refused(401, "GET", "/api/session")


async def test_a_session_gets_a_new_token_every_hour_and_the_old_one_soon_stops(city: City) -> None:
    browser = await city.as_("agent")
    old = browser.http.cookies["rexian"]
    city.clock.advance(HOUR + 1)
    await browser.get("/api/session")
    assert browser.http.cookies["rexian"] != old
    thief = city.browser()
    thief.http.cookies.set("rexian", old)
    assert (await thief.send("GET", "/api/session")).status_code == 200  # requests that were under way
    city.clock.advance(MINUTE + 1)
    await thief.refused(401, "GET", "/api/session")
    await browser.get("/api/session")


async def test_signing_in_never_takes_over_a_session_that_was_prepared(city: City) -> None:
    browser = city.browser()
    browser.http.cookies.set("rexian", "a-token-that-somebody-chose")
    await browser.sign_in("agent@rexian.example")
    assert "a-token-that-somebody-chose" not in [cookie.value for cookie in browser.http.cookies.jar if cookie.value
                                                 and cookie.domain == "rexian.test"]  # fmt: skip


async def test_signing_out_ends_it_on_the_server(city: City) -> None:
    browser = await city.as_("agent")
    token = browser.http.cookies["rexian"]
    await browser.delete("/api/session")
    browser.http.cookies.set("rexian", token)
    await browser.refused(401, "GET", "/api/session")


async def turn_on(browser: Browser, city: City) -> pyotp.TOTP:
    """Turn the second factor on and return the authenticator."""
    offered = await browser.post("/api/me/totp")
    assert offered["url"].startswith("otpauth://totp/")
    assert offered["svg"].startswith("<svg")
    authenticator = pyotp.TOTP(offered["secret"])
    await browser.post("/api/me/totp/confirm", {"code": authenticator.at(city.clock.now_ms() / 1000)})
    assert (await browser.get("/api/session"))["person"]["totp"] is True
    return authenticator


async def test_with_a_second_factor_the_password_alone_is_not_enough(city: City) -> None:
    authenticator = await turn_on(await city.as_("agent"), city)
    city.clock.advance(30_000)
    browser = city.browser()
    assert (await browser.sign_in("agent@rexian.example")).json()["code"] == "totp_required"
    assert (await browser.sign_in("agent@rexian.example", "wrong")).json()["code"] == "sign_in_failed"
    assert (await browser.sign_in("agent@rexian.example", totp="000000")).json()["code"] == "totp_wrong"
    code = authenticator.at(city.clock.now_ms() / 1000)
    assert (await browser.sign_in("agent@rexian.example", totp=f"{code[:3]} {code[3:]}")).status_code == 200


async def test_a_code_opens_once(city: City) -> None:
    """Replay of a code seen over somebody's shoulder; the one that turned the factor on counts as used."""
    authenticator = await turn_on(await city.as_("agent"), city)
    used = authenticator.at(city.clock.now_ms() / 1000)
    assert (await city.browser().sign_in("agent@rexian.example", totp=used)).json()["code"] == "totp_wrong"
    city.clock.advance(30_000)
    code = authenticator.at(city.clock.now_ms() / 1000)
    assert (await city.browser().sign_in("agent@rexian.example", totp=code)).status_code == 200
    assert (await city.browser().sign_in("agent@rexian.example", totp=code)).json()["code"] == "totp_wrong"


async def test_a_phone_whose_clock_is_half_a_minute_off_is_understood(city: City) -> None:
    authenticator = await turn_on(await city.as_("agent"), city)
    city.clock.advance(10 * MINUTE)
    late = authenticator.at(city.clock.now_ms() / 1000 - 30)
    assert (await city.browser().sign_in("agent@rexian.example", totp=late)).status_code == 200
    later = authenticator.at(city.clock.now_ms() / 1000 - 90)
    assert (await city.browser().sign_in("agent@rexian.example", totp=later)).status_code == 401


async def test_the_second_factors_key_is_encrypted_and_belongs_to_its_owner(city: City) -> None:
    authenticator = await turn_on(await city.as_("agent"), city)
    async with city.db.system() as tx:
        sealed = (
            (await tx.execute(credential.select().where(credential.c.person_id == city.people["agent"])))
            .one()
            .totp_sealed
        )
    assert authenticator.secret.encode() not in sealed
    assert city.sign_in.vault.open("totp", city.people["agent"], sealed).decode() == authenticator.secret
    with pytest.raises(ValueError):
        city.sign_in.vault.open("totp", city.people["admin"], sealed)


async def test_a_last_code_turns_the_second_factor_off(city: City) -> None:
    browser = await city.as_("agent")
    authenticator = await turn_on(browser, city)
    city.clock.advance(30_000)
    assert (await browser.refused(400, "DELETE", "/api/me/totp", {"code": "000000"}))["code"] == "totp_wrong"
    await browser.delete("/api/me/totp", {"code": authenticator.at(city.clock.now_ms() / 1000)})
    assert (await city.browser().sign_in("agent@rexian.example")).status_code == 200


async def test_an_administrator_resets_a_second_factor_that_was_lost(city: City) -> None:
    lost, admin = await city.as_("agent"), await city.as_("admin")
    await turn_on(lost, city)
    person = f"/api/people/{city.people['agent']}"
    assert (await admin.get(person))["second_factor"] is True
    assert (await lost.get(person))["second_factor"] is None  # not theirs to administer
    await admin.post(f"{person}/reset-second-factor")
    await lost.refused(401, "GET", "/api/session")
    assert (await admin.get(person))["second_factor"] is False
    assert (await city.browser().sign_in("agent@rexian.example")).status_code == 200
    await admin.post(f"{person}/reset-second-factor")  # said twice: nothing more happens, and nobody is thrown out
    noted = await city.trail("yunshan", "person.totp_reset")
    assert [(row.actor_id, row.object_id) for row in noted] == [(city.people["admin"], city.people["agent"])]


async def test_a_second_factor_is_reset_by_those_above_and_never_by_oneself(city: City) -> None:
    await city.hire("city admin", "city", "沈清越", ["tenant_admin"])
    agent, admin, operator = (f"/api/people/{city.people[one]}" for one in ("agent", "admin", "operator"))
    act = "reset-second-factor"
    assert (await (await city.as_("city admin")).refused(403, "POST", f"{operator}/{act}"))["code"] == "role_too_high"
    assert (await (await city.as_("admin")).refused(409, "POST", f"{admin}/{act}"))["code"] == "not_yourself"
    await (await city.as_("agent")).refused(403, "POST", f"{admin}/{act}")
    await (await city.as_("other admin")).refused(404, "POST", f"{agent}/{act}")


async def test_a_new_password_ends_all_other_sessions(city: City) -> None:
    here, there = await city.as_("agent"), await city.as_("agent")
    wrong = {"old": "wrong", "new": "一个新的好密码 2025"}
    assert (await here.refused(403, "POST", "/api/me/password", wrong))["code"] == "password_wrong"
    await here.post("/api/me/password", {"old": PASSWORD, "new": "一个新的好密码 2025"})
    await here.get("/api/session")
    await there.refused(401, "GET", "/api/session")
    assert (await city.browser().sign_in("agent@rexian.example")).status_code == 401
    assert (await city.browser().sign_in("agent@rexian.example", "一个新的好密码 2025")).status_code == 200


@pytest.mark.parametrize(
    ("password", "code"),
    [("短", "password_length"), ("1234567890", "password_common"), ("aaaaaaaaaaaa", "password_common"),
     ("Agent.2025!", "password_common")],
)  # fmt: skip
async def test_passwords_that_would_be_guessed_first_are_refused(calm: City, password: str, code: str) -> None:
    browser = await calm.as_("agent")
    problem = await browser.refused(400, "POST", "/api/me/password", {"old": PASSWORD, "new": password})
    assert problem["code"] == code
    assert problem["errors"][0]["field"] == "new"


async def test_a_hash_made_with_other_parameters_is_made_anew_at_the_next_sign_in(city: City) -> None:
    stronger = SignIn(city.db, city.clock, make_settings_with(128))
    city.app = make_app(city.db, city.clock, city.settings, stronger)
    assert (await city.browser().sign_in("agent@rexian.example")).status_code == 200
    async with city.db.system() as tx:
        mine = credential.select().where(credential.c.person_id == city.people["agent"])
        assert "m=128," in (await tx.execute(mine)).one().password_hash
    assert (await city.browser().sign_in("agent@rexian.example")).status_code == 200


def make_settings_with(memory_kib: int) -> object:
    settings = make_settings()
    fields = {name: getattr(settings, name) for name in settings.__struct_fields__}
    return type(settings)(**{**fields, "argon2_memory_kib": memory_kib})


async def test_an_api_token_acts_for_its_owner_within_its_scopes(city: City) -> None:
    browser = await city.as_("admin")
    issued = await browser.post("/api/tokens", {"name": "报表", "scopes": ["queue.read", "people.read"], "days": 30})
    assert issued["secret"].startswith("rxn_")
    program = city.browser(Authorization=f"Bearer {issued['secret']}")
    assert (await program.get("/api/queues")) == {"items": [], "next_cursor": None}
    problem = await program.refused(403, "POST", "/api/queues", {"name": "越权"})
    assert problem["code"] == "scope_missing"
    await program.refused(403, "GET", "/api/audit")


async def test_an_api_token_is_shown_once_and_stored_as_a_hash(city: City) -> None:
    browser = await city.as_("admin")
    issued = await browser.post("/api/tokens", {"name": "报表", "scopes": ["queue.read"]})
    (listed,) = (await browser.get("/api/tokens"))["items"]
    assert issued["secret"] not in str(listed)
    assert listed["hint"] == issued["secret"][-4:]
    async with city.db.system() as tx:
        (row,) = (await tx.execute(api_token.select())).all()
    assert issued["secret"].encode() not in row.token_hash


async def test_an_api_token_ends_when_it_expires_or_is_revoked(city: City) -> None:
    """FAULTS 2."""
    browser = await city.as_("admin")
    short = await browser.post("/api/tokens", {"name": "一天", "scopes": ["queue.read"], "days": 1})
    long = await browser.post("/api/tokens", {"name": "一直", "scopes": ["queue.read"], "days": None})
    city.clock.advance(7 * HOUR)
    await browser.delete(f"/api/tokens/{long['id']}")
    await browser.delete(f"/api/tokens/{long['id']}")
    revoked = city.browser(Authorization=f"Bearer {long['secret']}")
    assert (await revoked.refused(401, "GET", "/api/queues"))["code"] == "token_refused"
    expiring = city.browser(Authorization=f"Bearer {short['secret']}")
    await expiring.get("/api/queues")
    city.clock.advance(17 * HOUR)
    await expiring.refused(401, "GET", "/api/queues")


async def test_nobody_gives_a_token_more_than_they_have(city: City) -> None:
    browser = await city.as_("admin")
    body = {"name": "越权", "scopes": ["desk.use"]}
    assert (await browser.refused(403, "POST", "/api/tokens", body))["code"] == "scope_missing"


async def test_a_token_loses_what_its_owner_loses(city: City) -> None:
    browser = await city.as_("admin")
    issued = await browser.post("/api/tokens", {"name": "报表", "scopes": ["people.read", "people.write"]})
    operator = await city.as_("operator")
    await operator.put(f"/api/people/{city.people['admin']}/roles", ["reviewer"])
    program = city.browser(Authorization=f"Bearer {issued['secret']}")
    await program.get("/api/people")
    await program.refused(403, "POST", "/api/people", {"name": "新人", "email": "new@rexian.example"})


async def test_a_token_changes_nothing_that_guards_an_account(city: City) -> None:
    browser = await city.as_("admin")
    scopes = ["people.write", "people.read", "token.write"]
    issued = await browser.post("/api/tokens", {"name": "全权", "scopes": scopes})
    program = city.browser(Authorization=f"Bearer {issued['secret']}")
    person = {"name": "后门", "email": "back@rexian.example", "roles": ["tenant_admin"]}
    agent = city.people["agent"]
    for method, path, body in (
        ("POST", "/api/tokens", {"name": "更多", "scopes": ["people.read"]}),
        ("POST", "/api/me/password", {"old": PASSWORD, "new": "一个新的好密码 2025"}),
        ("POST", "/api/me/totp", None),
        ("POST", "/api/people", person),
        ("PUT", f"/api/people/{agent}/roles", ["tenant_admin"]),
        ("POST", f"/api/people/{agent}/password", {"password": "一个新的好密码 2025"}),
        ("POST", f"/api/people/{agent}/reset-second-factor", None),
    ):
        assert (await program.refused(403, method, path, body))["code"] == "session_only"


async def test_sign_ins_and_refusals_are_in_the_audit_trail(city: City) -> None:
    browser = city.browser()
    await browser.sign_in("agent@rexian.example", "wrong")
    await browser.sign_in("agent@rexian.example")
    await browser.delete("/api/session")
    await city.sign_in.settle()
    actions = [row.action for row in await city.trail("yunshan") if row.object_id == city.people["agent"]]
    assert sorted(actions) == ["person.created", "session.began", "session.ended", "session.refused"]
    assert {row.address for row in await city.trail("yunshan", "session.began")} == {"198.51.100.7"}
