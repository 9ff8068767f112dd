"""A small city on a real PostgreSQL: an operator, two companies, and people who use the API through a browser."""

from __future__ import annotations

import warnings
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from litestar import Litestar
from litestar.datastructures import State
from litestar.di import Provide
from litestar.exceptions import LitestarDeprecationWarning
from sqlalchemy import Table

from rexian.directory import slice as directory
from rexian.directory.act import Act
from rexian.directory.audit.service import audit, verify
from rexian.directory.floors.service import ensure_floor, put_on_floor
from rexian.directory.people.model import NewPerson, Person
from rexian.directory.people.service import create_person
from rexian.directory.people.skills import ensure_common
from rexian.directory.scopes import Role
from rexian.directory.sign_in.service import Caller, SignIn, set_hash
from rexian.directory.tenants.model import NewTenant
from rexian.directory.tenants.service import create_tenant
from rexian.kit.clock import FakeClock
from rexian.kit.database import Database
from rexian.kit.ids import new_id
from rexian.kit.schema import all_tables
from rexian.kit.settings import Settings
from rexian.runtime.host import FloorHost
from rexian.web import sign_in as sign_in_routes
from rexian.web.guard import Gatekeeper, provide_who, session_cookie
from rexian.web.problems import ProblemHandler

URL = "http://rexian.test"
PASSWORD = "长江后浪推前浪 2025"
SECRET = "a secret of this test run, long enough"


def make_settings(**changes: Any) -> Settings:
    """Settings whose passwords are hashed at once."""
    return Settings(secret=SECRET, argon2_memory_kib=64, public_url=URL, **changes)


def make_app(db: Database, clock: FakeClock, settings: Settings, sign_in: SignIn) -> Litestar:
    """The directory's HTTP API with the real guard. No floor runs until a test starts the city's `floors`."""
    floors = FloorHost(db, clock)

    def giving(value: Any) -> Provide:
        def give() -> Any:
            return value

        return Provide(give, sync_to_thread=False, use_cache=False)

    given = {"db": db, "clock": clock, "settings": settings, "sign_in": sign_in, "floors": floors}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", LitestarDeprecationWarning)
        return Litestar(
            route_handlers=[*directory.routes, *sign_in_routes.routes],
            guards=[Gatekeeper(sign_in, settings)],
            dependencies={name: giving(value) for name, value in given.items()}
            | {"who": Provide(provide_who, sync_to_thread=False)},
            exception_handlers={Exception: ProblemHandler("zh-CN")},
            logging_config=None,
            state=State({"floors": floors}),
        )


@dataclass
class Browser:
    """A browser with one person at it: keeps the cookie, sends Origin and the CSRF header."""

    http: httpx.AsyncClient
    csrf: str = ""

    async def send(self, method: str, path: str, json: Any = None, **more: Any) -> httpx.Response:
        headers = {"Origin": URL, "X-CSRF-Token": self.csrf, **more.pop("headers", {})}
        return await self.http.request(method, path, json=json, headers=headers, **more)

    async def get(self, path: str, **params: Any) -> Any:
        """Return the answer's JSON; anything but success fails the test."""
        return _good(await self.send("GET", path, params=params))

    async def post(self, path: str, json: Any = None) -> Any:
        return _good(await self.send("POST", path, json))

    async def patch(self, path: str, json: Any) -> Any:
        return _good(await self.send("PATCH", path, json))

    async def put(self, path: str, json: Any) -> Any:
        return _good(await self.send("PUT", path, json))

    async def delete(self, path: str, json: Any = None) -> Any:
        return _good(await self.send("DELETE", path, json))

    async def refused(self, status: int, method: str, path: str, json: Any = None, **more: Any) -> dict[str, Any]:
        """Send something that must be refused with `status`; return the problem."""
        answer = await self.send(method, path, json, **more)
        assert answer.status_code == status, answer.text
        problem: dict[str, Any] = answer.json()
        assert problem["title"] != f"errors.{problem['code']}", f"no text for {problem['code']}"
        return problem

    async def sign_in(self, email: str, password: str = PASSWORD, totp: str | None = None) -> httpx.Response:
        body = {"email": email, "password": password} | ({"totp": totp} if totp else {})
        answer = await self.send("POST", "/api/session", body)
        if answer.status_code == 200:
            self.csrf = answer.json()["csrf"]
        return answer


def _good(answer: httpx.Response) -> Any:
    assert answer.is_success, f"{answer.status_code} {answer.text}"
    return answer.json() if answer.content else None


@dataclass
class City:
    """The city under test; people and tenants are found by short names."""

    db: Database
    clock: FakeClock
    settings: Settings
    sign_in: SignIn
    app: Litestar
    tenants: dict[str, str] = field(default_factory=dict)
    people: dict[str, str] = field(default_factory=dict)
    floor_id: str = ""
    open: list[httpx.AsyncClient] = field(default_factory=list)

    @property
    def floors(self) -> FloorHost:
        """The floors that the API reaches; a test starts them if it needs them."""
        found = self.app.state["floors"]
        assert isinstance(found, FloorHost)
        return found

    async def build(self) -> None:
        async with self.db.system() as tx:
            self.floor_id = await ensure_floor(tx, name="城市大厅", zone="Asia/Shanghai")
            await ensure_common(tx, self.clock.now_ms())
            for key, name in (("city", "云港热线城"), ("yunshan", "云杉智能"), ("jianglan", "江岚供电")):
                self.tenants[key] = new_id()
                await create_tenant(Act(tx, self.tenants[key], self.clock.now_ms()), NewTenant(key=key, name=name))
                await put_on_floor(tx, self.tenants[key], self.floor_id)
        await self.hire("operator", "city", "周敏", ["city_operator"])
        await self.hire("admin", "yunshan", "陈国梁", ["tenant_admin"])
        await self.hire("agent", "yunshan", "李晓雯", ["agent"])
        await self.hire("other admin", "jianglan", "邓永昌", ["tenant_admin"])

    async def hire(self, short: str, tenant: str, name: str, roles: list[Role], *serves: str) -> Person:
        """Make a person with the usual password, remembered by `short`."""
        served = [self.tenants[one] for one in serves] or None
        new = NewPerson(name=name, email=f"{short.replace(' ', '.')}@rexian.example", roles=roles, serves=served)
        async with self.db.system() as tx:
            act = Act(tx, self.tenants[tenant], self.clock.now_ms())
            made = await create_person(act, new, may_lend=self.tenants.values(), operator=True)
            await set_hash(tx, made.tenant_id, made.id, await self.sign_in.passwords.hash(PASSWORD), act.now_ms)
        self.people[short] = made.id
        return made

    def browser(self, **headers: str) -> Browser:
        """A browser in which nobody is signed in."""
        transport = httpx.ASGITransport(app=self.app, client=("198.51.100.7", 40000))  # type: ignore[arg-type]
        http = httpx.AsyncClient(transport=transport, base_url=URL, headers=headers)
        self.open.append(http)
        return Browser(http)

    async def as_(self, short: str) -> Browser:
        """A browser in which the person is signed in."""
        browser = self.browser()
        signed_in = await self.sign_in.enter(self.people[short], Caller("198.51.100.7"), how="test")
        browser.http.cookies.set(session_cookie(self.settings), signed_in.session.token, domain="rexian.test")
        browser.csrf = self.sign_in.csrf(signed_in.session.id)
        return browser

    async def trail(self, tenant: str, action: str | None = None) -> list[Any]:
        """The tenant's audit trail, oldest first."""
        async with self.db.system() as tx:
            rows = (await tx.execute(audit.select().where(audit.c.tenant_id == self.tenants[tenant]))).all()
            assert await verify(tx, self.tenants[tenant]) is None
        return [row for row in sorted(rows, key=lambda row: row.seq) if action in (None, row.action)]

    async def close(self) -> None:
        await self.sign_in.settle()
        for http in self.open:
            await http.aclose()


Picture = list[tuple[Table, list[dict[str, Any]]]]


async def picture_of(db: Database) -> Picture:
    """All rows of all tables, in an order in which they can be put back."""
    async with db.system() as tx:
        read = [(table, await tx.execute(table.select())) for table in all_tables().sorted_tables]
        return [(table, rows) for table, found in read if (rows := [dict(row._mapping) for row in found])]


@dataclass
class Quarter:
    """What the city's tests share: the application, and the city as it is when it has just been built."""

    clock: FakeClock
    sign_in: SignIn
    app: Litestar
    settings: Settings
    picture: Picture = field(default_factory=list)
    names: tuple[dict[str, str], dict[str, str], str] = field(default_factory=lambda: ({}, {}, ""))

    async def city(self, db: Database) -> City:
        """Build the city; from the second time on by putting its rows back."""
        self.clock.set(FakeClock().now_ms())
        made = City(db, self.clock, self.settings, self.sign_in, self.app)
        if not self.picture:
            await made.build()
            self.picture = await picture_of(db)
            self.names = (made.tenants, made.people, made.floor_id)
            return made
        async with db.system() as tx:
            for table, rows in self.picture:
                await tx.execute(table.insert(), rows)
        tenants, people, made.floor_id = self.names
        made.tenants, made.people = dict(tenants), dict(people)
        return made


@pytest.fixture(scope="session")
def quarter(_session_db: Database) -> Quarter:
    clock, settings = FakeClock(), make_settings()
    sign_in = SignIn(_session_db, clock, settings)
    return Quarter(clock, sign_in, make_app(_session_db, clock, settings, sign_in), settings)


@pytest.fixture
async def city(db: Database, quarter: Quarter) -> AsyncIterator[City]:
    made = await quarter.city(db)
    yield made
    await made.close()


@pytest.fixture(scope="module")
async def calm(db_module: Database) -> AsyncIterator[City]:
    """A city that the tests of a module share, because all that they do is refused and leaves it as it is."""
    clock, settings = FakeClock(), make_settings()
    sign_in = SignIn(db_module, clock, settings)
    made = City(db_module, clock, settings, sign_in, make_app(db_module, clock, settings, sign_in))
    await made.build()
    yield made
    await made.close()
