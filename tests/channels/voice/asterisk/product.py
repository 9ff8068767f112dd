"""The small city on a real exchange: staff with SIP phones, companies with telephone numbers, people who call them."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import msgspec
import sqlalchemy as sa
from websockets.asyncio.client import connect

from rexian.directory.numbers.tables import line_number
from rexian.directory.people.tables import person
from rexian.directory.reception.model import Flow, Menu, Option, Queueing, Speech, Target
from rexian.directory.reception.tables import reception_flow
from rexian.directory.sign_in.service import SignIn
from rexian.kit import migrate
from rexian.kit.clock import SystemClock
from rexian.kit.database import Database, owner
from rexian.kit.settings import Settings
from rexian.runtime.tables import journal
from tests.channels.voice.asterisk.exchange import SECRET, Exchange
from tests.channels.voice.asterisk.sip import SipPhone, level_of
from tests.channels.voice.rig import Phone as Keypad
from tests.city import free_port
from tests.served import AT, City, Desk, Served, running

YUNSHAN, JIANGLAN = "+8657188880001", "+8657188880002"
"""The companies' numbers."""
ALONE = {"li": "p0", "wang": "p1", "he": "p2"}


def settings_for(exchange: Exchange, home: Path, db: Database, **more: Any) -> Settings:
    """A house that leads this exchange."""
    return msgspec.structs.replace(
        exchange.settings, home=home, database_url=db.url.render_as_string(hide_password=False), secret=SECRET,
        port=0, argon2_memory_kib=8192, voice_enabled=True, voice_engine="asterisk", **{"demo": True, **more},
    )  # fmt: skip


def as_environment(settings: Settings) -> dict[str, str]:
    """What differs from the defaults, as words of an environment; names as in `Settings`."""
    given, default = msgspec.structs.asdict(settings), msgspec.structs.asdict(Settings())
    changed = {name: value for name, value in given.items() if value != default[name]}
    return {name: ",".join(value) if isinstance(value, tuple) else str(value) for name, value in changed.items()}


def flow_of(queue_id: str, other_id: str) -> Flow:
    """A greeting and a menu: 1 leads to `other_id`, silence to a person of `queue_id`."""
    repair = Option(key="1", label="智能家居", to=Target(kind="queue", queue_id=other_id))
    menu = Menu(id="main", name="主菜单", options=(repair,), timeout_s=20)
    return Flow(person=queue_id, greeting=Speech(text="您好"), first="main", menus=(menu,), queueing=Queueing(music=""))


async def seed(db: Database, phones: dict[str, str]) -> City:
    """The city; `phones`: who of the staff has which."""
    city = City()
    await city.seed(db)
    async with db.system() as tx:
        for name, phone in phones.items():
            mine = person.c.id == getattr(city, name)
            await tx.execute(sa.update(person).where(mine).values(phone=phone, capacity={"chat": 3, "voice": 1}))
        numbers = [(YUNSHAN, city.yunshan), (JIANGLAN, city.jianglan), ("4001", city.yunshan)]
        rows = [{"number": n.lstrip("+"), "tenant_id": t, "entry": "", "created_at": AT} for n, t in numbers]
        await tx.execute(line_number.insert(), rows)
        flow = msgspec.to_builtins(flow_of(city.phones, city.homes))
        await tx.execute(reception_flow.insert().values(
            tenant_id=city.yunshan, version=1, rev=1, state="published", flow=flow, note="", created_at=AT,
            published_at=AT,
        ))  # fmt: skip
    return city


@dataclass
class Product:
    """The running house and its exchange."""

    served: Served
    exchange: Exchange
    phones: list[SipPhone] = field(default_factory=list)
    desks: list[Desk] = field(default_factory=list)
    keypads: list[Keypad] = field(default_factory=list)

    async def phone(self, name: str, hz: int = 0) -> SipPhone:
        """A telephone on a desk, registered."""
        made = SipPhone(name, self.exchange.plan.phone_password(name), self.exchange.address, hz)
        self.phones.append(await made.start())
        assert await made.register() == "SIP/2.0 200 OK"
        return made

    async def caller(self, number: str = "+8613800000001", hz: int = 0) -> SipPhone:
        """Somebody outside, behind the carrier's line."""
        made = await SipPhone(number, "", self.exchange.address, hz).start()
        self.phones.append(made)
        return made

    async def desk(self, person_id: str) -> Desk:
        """An agent's page; they are ready. A floor that has just started may have to hear of them first."""
        desk = await self.served.desk(person_id, "me")
        self.desks.append(desk)
        async with asyncio.timeout(20):
            while (answer := await desk.cmd("SetAgentState", state="available")).get("code") == "unknown_agent":  # noqa: ASYNC110
                await asyncio.sleep(0.1)
        assert answer["t"] == "ack", answer
        return desk

    async def keypad(self, person_id: str) -> Keypad:
        """The phone's part of an agent's page, whose sound is the telephone's on the desk."""
        made = Keypad()
        async with await self.served.staff(person_id) as browser:
            ticket = (await browser.post("/api/feed-ticket")).json()["ticket"]
        made.socket = await connect(f"{self.served.ws}/voice/desk?ticket={ticket}", proxy=None, compression=None)
        made.listen()
        await made.send(t="hello", v=1, device=made.device, label="")
        await made.got("welcome")
        self.keypads.append(made)
        return made

    async def journal(self) -> list[Any]:
        async with self.served.house.db.system() as tx:
            rows = await tx.execute(sa.select(journal).order_by(journal.c.seq))
            return [row for row in rows if row.kind[0].isupper()]

    async def kinds(self, interaction_id: str) -> list[str]:
        """What happened to an interaction, in order."""
        return [row.kind for row in await self.journal() if row.interaction_id == interaction_id]

    async def until(self, holds: Callable[[], Any], seconds: float = 10) -> Any:
        async with asyncio.timeout(seconds):
            while not (value := holds()):  # noqa: ASYNC110 (what is asked tells nobody when it changes)
                await asyncio.sleep(0.02)
            return value

    async def close(self) -> None:
        for desk in [*self.desks, *self.keypads]:
            if desk.closed is None:
                await desk.close()
        for phone in self.phones:
            await phone.hang_up()
            await phone.close()


async def hears(phone: SipPhone, hz: int, seconds: float = 0.5) -> bool:
    """Whether this tone is heard (−9 dBFS is sent)."""
    return level_of(await phone.listen(seconds), hz) > -20


async def until_heard(phone: SipPhone, hz: int) -> None:
    for _ in range(16):
        if await hears(phone, hz):
            return
    raise AssertionError(f"{hz} Hz is not heard")


@asynccontextmanager
async def open_product(db: Database, home: Path, exchange: Exchange, **phones: str) -> AsyncIterator[Product]:
    """The house in this very process."""
    city = await seed(db, phones or ALONE)
    settings = settings_for(exchange, home, db)
    async with running(settings) as (house, port):
        product = Product(Served(house, city, port, settings), exchange)
        voice = house.voice
        assert voice is not None
        await product.until(lambda: voice.director.up and voice.phones.names, 20)
        yield product
        await product.close()
        for leg in (await voice.voice.inventory()).legs:
            await voice.voice.hang_up(leg.id)


class Killable:
    """The house as a process of its own, which may be killed and started again."""

    def __init__(self, settings: Settings) -> None:
        self.settings = msgspec.structs.replace(settings, port=free_port())
        self.process: subprocess.Popen[bytes] | None = None
        self.log = settings.home / "server.log"

    async def start(self) -> None:
        """Run it and wait until it answers."""
        given = {f"REXIAN_{name.upper()}": text for name, text in as_environment(self.settings).items()}
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(  # noqa: ASYNC220 (it is only begun here)
                [sys.executable, "-m", "rexian.cli", "serve"], env={**os.environ, **given}, stdout=log, stderr=log,
                start_new_session=True,
            )  # fmt: skip
        async with httpx.AsyncClient(trust_env=False) as client, asyncio.timeout(60):
            while True:
                assert self.process.poll() is None, self.log.read_text()[-3000:]
                try:
                    if (await client.get(f"http://127.0.0.1:{self.settings.port}/readyz")).status_code == 200:
                        return
                except httpx.HTTPError:
                    pass
                await asyncio.sleep(0.1)

    def kill(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(20)


async def _as_migrated(db: Database) -> None:
    """Tests' databases are made in one go; a server that starts by itself would migrate them."""
    async with owner(db.url) as engine, engine.begin() as tx:
        await tx.execute(sa.text("CREATE TABLE IF NOT EXISTS alembic_version (version_num varchar(32) PRIMARY KEY)"))
        newest = sa.text("INSERT INTO alembic_version VALUES (:head) ON CONFLICT DO NOTHING")
        await tx.execute(newest, {"head": migrate.head()})


@asynccontextmanager
async def killable(
    db: Database, home: Path, exchange: Exchange, **phones: str
) -> AsyncIterator[tuple[Product, Killable]]:
    """The house in a process of its own; who signs in does so through the database."""
    city = await seed(db, phones or ALONE)
    await _as_migrated(db)
    house = Killable(settings_for(exchange, home, db, demo=False))
    sign_in = SignIn(db, SystemClock(), house.settings)
    here: Any = SimpleNamespace(db=db, directory=SimpleNamespace(sign_in=sign_in))
    await house.start()
    product = Product(Served(here, city, house.settings.port, house.settings), exchange)
    try:
        yield product, house
    finally:
        await product.close()
        house.stop()
