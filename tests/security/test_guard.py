"""Who is let in to what: routes, tokens, other sites' pages, other tenants' things."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any

import pytest
from litestar.connection import ASGIConnection
from litestar.handlers import HTTPRouteHandler

from rexian.directory.customers.tables import customer
from rexian.directory.hours.tables import hours
from rexian.directory.people.tables import person, skill, team
from rexian.directory.queues.tables import queue
from rexian.directory.scopes import ROLE_SCOPES, SCOPES
from rexian.directory.sites.tables import site
from rexian.kit.ids import new_id
from rexian.kit.settings import Settings
from rexian.web.guard import Gatekeeper, client_address
from tests.directory.conftest import SECRET, Browser, City, make_settings

OFFICE = {"weekly": {"mon": [{"start": "09:00", "end": "18:00"}]}}


def every_route() -> list[tuple[str, str, HTTPRouteHandler]]:
    """Method, path and handler of every route of the whole application."""
    from rexian.app import House, make_litestar

    settings = Settings(database_url="postgresql://localhost/none", secret=SECRET, demo=True)
    app = make_litestar(House(settings))
    found = []
    for route in app.routes:
        for handler in getattr(route, "route_handlers", ()):
            found += [(method, route.path, handler) for method in handler.http_methods if method != "OPTIONS"]
    return sorted(found, key=lambda one: one[:2])


def test_every_route_declares_its_scope_or_that_it_is_public() -> None:
    silent = [f"{method} {path}" for method, path, handler in every_route()
              if not handler.opt.get("public") and handler.opt.get("scope") not in SCOPES]  # fmt: skip
    assert silent == []


def test_only_these_routes_are_public() -> None:
    """A list by hand: making a route public is a decision that somebody reads."""
    public = {path for _, path, handler in every_route() if handler.opt.get("public") and path.startswith("/api")}
    assert public <= {
        "/api/session",
        "/api/demo",
        "/api/demo/backstage",  # for the simulated population, which shows its key
        "/api/demo/enter",
        "/api/demo/population",
        "/api/demo/purge",
        "/api/demo/summary",
        "/api/openapi.json",
    }


def test_every_scope_that_a_route_needs_is_some_roles() -> None:
    held = frozenset().union(*ROLE_SCOPES.values()) | {"self"}
    needed = {handler.opt["scope"] for _, _, handler in every_route() if "scope" in handler.opt}
    assert needed <= held


async def test_every_route_of_the_directory_wants_somebody_signed_in(calm: City) -> None:
    browser = calm.browser()
    for route in calm.app.routes:
        for handler in getattr(route, "route_handlers", ()):
            if handler.opt.get("public"):
                continue
            path = route.path
            for part in route.path_components:
                if not isinstance(part, str):
                    path = path.replace(f"{{{part.full}}}", "1" if part.type is int else new_id())
            for method in handler.http_methods - {"OPTIONS"}:
                answer = await browser.send(method, path)
                assert answer.status_code == 401, f"{method} {path}: {answer.status_code}"
                assert answer.headers["www-authenticate"].startswith("Bearer")


def jwt(header: dict[str, Any], claims: dict[str, Any], key: bytes = b"") -> str:
    def part(value: Any) -> str:
        return base64.urlsafe_b64encode(value if isinstance(value, bytes) else json.dumps(value).encode()).decode()

    body = f"{part(header)}.{part(claims)}".replace("=", "")
    signature = hmac.new(key, body.encode(), hashlib.sha256).digest() if key else b""
    return f"{body}.{part(signature)}".replace("=", "")


CLAIMS = {"sub": "admin", "iss": "rexian", "aud": "rexian", "exp": 4_102_444_800}


@pytest.mark.parametrize(
    "token",
    [
        jwt({"alg": "none"}, CLAIMS),
        jwt({"alg": "None", "typ": "JWT"}, CLAIMS),
        jwt({"alg": "HS256"}, CLAIMS, SECRET.encode()),
        jwt({"alg": "HS256"}, CLAIMS, b"-----BEGIN PUBLIC KEY-----"),
        jwt({"alg": "RS256"}, CLAIMS, b"x"),
        jwt({"alg": "HS256"}, {**CLAIMS, "exp": 1}, SECRET.encode()),
        jwt({"alg": "HS256"}, {**CLAIMS, "aud": "another"}, SECRET.encode()),
        "rxn_",
        "rxn_" + "A" * 43,
        "rxn_" + "A" * 100_000,
        "",
        "' OR 1=1 --",
    ],
)
async def test_a_bearer_that_is_not_one_of_our_tokens_is_refused(calm: City, token: str) -> None:
    """FAULTS 1, 2: no algorithm to be confused, because no foreign token is ever looked at. A cookie doesn't help."""
    browser = await calm.as_("admin")
    answer = await browser.send("GET", "/api/queues", headers={"Authorization": f"Bearer {token}"})
    assert (answer.status_code, answer.json()["code"]) == (401, "token_refused")


@pytest.mark.parametrize("header", ["Basic YWRtaW46YWRtaW4=", "Token rxn_x", "Bearer", "bearer  "])
async def test_other_kinds_of_authorization_are_refused(calm: City, header: str) -> None:
    """FAULTS 1."""
    answer = await calm.browser().send("GET", "/api/queues", headers={"Authorization": header})
    assert answer.status_code == 401


@pytest.mark.parametrize(
    "origin",
    ["https://evil.example", "null", "http://rexian.test.evil.example", "http://rexian.test:8080", "https://rexian.test",
     "http://[", ""],
)  # fmt: skip
async def test_what_another_sites_page_sends_is_refused(calm: City, origin: str) -> None:
    """FAULTS 10."""
    browser = await calm.as_("admin")
    headers = {"Origin": origin, "X-CSRF-Token": browser.csrf}
    answer = await browser.http.post("/api/queues", json={"name": "跨站"}, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (403, "foreign_origin")


async def test_another_site_cant_sign_somebody_in(calm: City) -> None:
    """FAULTS 10: signing a victim in to the attacker's account is an attack too."""
    body = {"email": "agent@rexian.example", "password": "x"}
    answer = await calm.browser().http.post("/api/session", json=body, headers={"Origin": "https://evil.example"})
    assert answer.status_code == 403


async def test_a_browser_that_says_cross_site_is_believed(calm: City) -> None:
    """FAULTS 10: without Origin there is still Sec-Fetch-Site."""
    browser = await calm.as_("admin")
    headers = {"Sec-Fetch-Site": "cross-site", "X-CSRF-Token": browser.csrf}
    assert (await browser.http.delete("/api/session", headers=headers)).status_code == 403


@pytest.mark.parametrize("given", ["", "0" * 64, "中文"])
async def test_a_change_needs_the_sessions_own_csrf_token(calm: City, given: str) -> None:
    """FAULTS 10."""
    browser, other = await calm.as_("admin"), await calm.as_("agent")
    for token in (given, other.csrf):
        headers = {"X-CSRF-Token": token.encode(), "Origin": b"http://rexian.test"}
        answer = await browser.http.post("/api/queues", json={"name": "伪造"}, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (403, "csrf_missing")


async def test_a_trusted_origin_may_call(calm: City) -> None:
    gate = Gatekeeper(calm.sign_in, make_settings(trusted_origins=("https://Desk.Example/",)))
    assert gate.is_own_origin("https://desk.example", "rexian.test")
    assert gate.is_own_origin("http://rexian.test", "whatever")
    assert not gate.is_own_origin("https://other.example", "other.example")


async def things_of(city: City, admin: Browser) -> dict[str, str]:
    """Make one of everything at 云杉 and return the paths under which it stands."""
    made_skill = await admin.post("/api/skills", {"key": "product:phone", "name": "手机"})
    made_hours = await admin.post("/api/hours", {"name": "工作日", "rules": OFFICE})
    made_team = await admin.post("/api/teams", {"name": "手机组"})
    made_queue = await admin.post("/api/queues", {"name": "手机使用"})
    topic = {"key": "phone", "label": "手机", "queue_id": made_queue["id"]}
    made_site = await admin.post("/api/sites", {"key": "shop", "name": "商城", "topics": [topic]})
    made_customer = await admin.post("/api/customers", {"name": "王子涵"})
    return {
        "queues": made_queue["id"],
        "skills": made_skill["id"],
        "hours": made_hours["id"],
        "teams": made_team["id"],
        "sites": made_site["id"],
        "customers": made_customer["id"],
        "people": city.people["agent"],
    }


_BODIES: dict[tuple[str, str], Any] = {
    ("PUT", "/skills"): [],
    ("PUT", "/roles"): ["agent"],
    ("POST", "/password"): {"password": "一个新的好密码 2025"},
    ("POST", "/identities"): {"kind": "email", "value": "a@mail.example"},
}


async def test_another_tenants_ids_are_not_found_and_the_attempt_is_audited(city: City) -> None:
    """FAULTS 3: every route of the directory that takes an id."""
    things = await things_of(city, await city.as_("admin"))
    outsider = await city.as_("other admin")
    own = await outsider.post("/api/customers", {"name": "邓家客户"})
    tried = []
    for route in city.app.routes:
        parts = route.path.split("/")
        if len(parts) < 4 or parts[2] not in things:
            continue
        path = f"/api/{parts[2]}/{things[parts[2]]}" + "".join(f"/{part}" for part in parts[4:])
        path = path.replace("{identity_id:uuid}", new_id())
        for handler in route.route_handlers:  # type: ignore[union-attr]
            for method in handler.http_methods - {"OPTIONS"}:
                body = {} if method == "PATCH" else _BODIES.get((method, f"/{parts[-1]}"))
                if parts[-1] == "merge":
                    body = {"into": own["id"]}
                params = {"from": "2026-01-01", "to": "2026-01-02"} if parts[-1] == "preview" else None
                answer = await outsider.send(method, path, body, params=params)
                assert (answer.status_code, answer.json()["code"]) == (404, "not_found"), f"{method} {path}"
                tried.append(path)
    assert len(tried) >= 24
    refused = await city.trail("jianglan", "access.refused")
    assert len(refused) == len(tried)
    assert {row.actor_id for row in refused} == {city.people["other admin"]}


async def test_another_tenants_ids_in_a_body_are_unknown(city: City) -> None:
    """FAULTS 3: nothing can be tied to another tenant's things."""
    things = await things_of(city, await city.as_("admin"))
    outsider = await city.as_("other admin")
    need = [{"skill_id": things["skills"], "level": 1}]
    topic = [{"key": "xx", "label": "x", "queue_id": things["queues"]}]
    person = {"name": "新人", "email": "new@rexian.example"}
    for path, body, code in (
        ("/api/queues", {"name": "借用", "needs": need}, "unknown_skill"),
        ("/api/queues", {"name": "借用", "hours_id": things["hours"]}, "unknown_hours"),
        ("/api/teams", {"name": "借用", "hours_id": things["hours"]}, "unknown_hours"),
        ("/api/sites", {"key": "steal", "name": "借用", "topics": topic}, "unknown_queue"),
        ("/api/people", {**person, "team_id": things["teams"]}, "unknown_team"),
        ("/api/people", {**person, "skills": need}, "unknown_skill"),
        ("/api/people", {**person, "serves": [city.tenants["yunshan"]]}, "unknown_tenant"),
    ):
        assert (await outsider.refused(400, "POST", path, body))["code"] == code, path
    for path in ("/api/queues", "/api/people", "/api/customers"):
        body = {"name": "代办", "email": "x@rexian.example", "tenant_id": city.tenants["yunshan"]}
        body = body if path == "/api/people" else {key: body[key] for key in ("name", "tenant_id")}
        assert (await outsider.refused(404, "POST", path, body))["code"] == "not_found"


async def test_a_merge_never_reaches_over_the_wall(city: City) -> None:
    """FAULTS 3: from one's own customer into another tenant's."""
    things = await things_of(city, await city.as_("admin"))
    outsider = await city.as_("other admin")
    own = await outsider.post("/api/customers", {"name": "邓家客户"})
    await outsider.refused(404, "POST", f"/api/customers/{own['id']}/merge", {"into": things["customers"]})


async def test_lists_show_nothing_of_other_tenants(city: City) -> None:
    """FAULTS 3."""
    await things_of(city, await city.as_("admin"))
    outsider = await city.as_("other admin")
    for path in ("queues", "hours", "teams", "sites", "customers"):
        assert (await outsider.get(f"/api/{path}", tenant_id=city.tenants["yunshan"]))["items"] == []
        assert (await outsider.get(f"/api/{path}"))["items"] == []
    assert [one["tenant_id"] for one in (await outsider.get("/api/skills"))["items"]] == [None] * 7
    names = [one["name"] for one in (await outsider.get("/api/people"))["items"]]
    assert names == ["邓永昌"]
    assert [one["key"] for one in (await outsider.get("/api/tenants"))["items"]] == ["jianglan"]


async def test_whoever_serves_a_tenant_works_there_but_doesnt_administer_it(city: City) -> None:
    things = await things_of(city, await city.as_("admin"))
    await city.hire("lent admin", "jianglan", "崔浩宇", ["agent", "tenant_admin"], "jianglan", "yunshan")
    lent = await city.as_("lent admin")
    assert [one["name"] for one in (await lent.get("/api/queues"))["items"]] == ["手机使用"]
    await lent.get(f"/api/customers/{things['customers']}")
    for kind in ("queues", "hours", "sites", "skills"):
        problem = await lent.refused(403, "PATCH", f"/api/{kind}/{things[kind]}", {})
        assert problem["code"] == "scope_missing"
    await lent.post("/api/queues", {"name": "自家的队列"})


async def test_a_city_operator_administers_everybody_but_reads_nobodys_customers(city: City) -> None:
    things = await things_of(city, await city.as_("admin"))
    operator = await city.as_("operator")
    await operator.patch(f"/api/queues/{things['queues']}", {"name": "手机与平板"})
    assert len((await operator.get("/api/tenants"))["items"]) == 3
    await operator.refused(403, "GET", f"/api/customers/{things['customers']}")


async def test_a_session_without_a_tenant_sees_no_row_of_the_directory(city: City) -> None:
    """FAULTS 5, 6: not even on a connection that served somebody before."""
    await things_of(city, await city.as_("admin"))
    tables = (queue, skill, hours, team, site, customer, person)
    async with city.db.tenant(city.tenants["yunshan"]) as tx:
        for table in tables:
            assert (await tx.execute(table.select())).first() is not None, table.name
    async with city.db.engine.connect() as connection:
        for table in tables:
            assert (await connection.execute(table.select())).all() == []
    async with city.db.tenant(city.tenants["jianglan"]) as tx:
        for table in (queue, skill, hours, team, site, customer):
            assert (await tx.execute(table.select())).all() == []


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        ((), "203.0.113.9", "198.51.100.7"),  # nobody is believed who isn't trusted
        (("198.51.100.7",), "203.0.113.9", "203.0.113.9"),
        (("198.51.100.7",), "6.6.6.6, 203.0.113.9", "203.0.113.9"),  # what the client itself wrote comes first
        (("198.51.100.7", "10.0.0.1"), "203.0.113.9, 10.0.0.1", "203.0.113.9"),
        (("198.51.100.7",), "", "198.51.100.7"),
    ],
)
async def test_forwarded_addresses_are_believed_from_trusted_proxies_only(
    calm: City, proxies: tuple[str, ...], forwarded: str, address: str
) -> None:
    """FAULTS 57: else every guess would come from another address."""
    scope = {
        "type": "http",
        "client": ("198.51.100.7", 40000),
        "headers": [(b"x-forwarded-for", forwarded.encode())],
    }
    assert client_address(ASGIConnection(scope), frozenset(proxies)) == address  # type: ignore[arg-type]
