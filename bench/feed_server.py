"""The server under `bench.feed`: a city of agents on a private PostgreSQL, told what to do by lines on stdin.

Beside the real application it serves two peers to compare with: `/echo` (the stock ASGI socket, each frame sent back)
and `/naive` (a wall encoded anew for each socket and awaited one by one).
"""

from __future__ import annotations

import asyncio
import itertools
import json
import resource
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import uvloop
from tests.served import AT, SECRET, City

from rexian.app import create_app
from rexian.channels.chat.settings import ChatLimits
from rexian.directory.people.tables import person, person_serves, role_grant
from rexian.directory.principal import Principal
from rexian.directory.scopes import grants_of
from rexian.kit import collector, log
from rexian.kit.database import Database, owner
from rexian.kit.ids import new_id
from rexian.kit.postgres import PrivatePostgres
from rexian.kit.schema import create_schema
from rexian.kit.settings import Settings
from rexian.web.feed import tickets, wire
from rexian.web.feed.facts import Today
from rexian.web.feed.hub import SHIFTS
from rexian.web.server import make_server

QUEUES_TOUCHED = 3


async def furnish(db: Database, city: City, agents: list[str], capacity: int) -> None:
    """The small city of the tests, with as many agents as asked for."""
    await city.seed(db)
    async with db.system() as tx:
        await tx.execute(
            person.insert(),
            [
                {
                    "id": id, "tenant_id": city.yunshan, "name": f"坐席{n}", "email": f"a{n}@example.com",
                    "email_key": f"a{n}@example.com", "locale": "zh-CN", "level": 3, "capacity": {"chat": capacity},
                    "active": True, "created_at": AT,
                }
                for n, id in enumerate(agents)
            ],
        )  # fmt: skip
        rows = [{"person_id": id, "role": "agent", "tenant_id": city.yunshan} for id in agents]
        await tx.execute(role_grant.insert(), rows)
        await tx.execute(person_serves.insert(), [{"person_id": id, "tenant_id": city.yunshan} for id in agents])


def principal(city: City, person_id: str, role: Any) -> Principal:
    grants = grants_of([role], employer=city.yunshan, serves=[city.yunshan])
    return Principal(
        person_id=person_id, tenant_id=city.yunshan, name="", locale="zh-CN", roles=frozenset([role]),
        tenants=frozenset([city.yunshan]), scopes=frozenset().union(*grants.values()), session_id=new_id(),
        via="session", agent=role == "agent", floor_id=city.floor_id, grants=grants,
    )  # fmt: skip


class Peers:
    """The two sockets that do it the plain way."""

    def __init__(self) -> None:
        self.walls: set[Any] = set()

    async def echo(self, scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        while (message := await receive())["type"] == "websocket.receive":
            await send({"type": "websocket.send", "text": message["text"]})

    async def naive(self, scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        self.walls.add(send)
        while (await receive())["type"] == "websocket.receive":
            pass
        self.walls.discard(send)


class Bench:
    """Answers the client's lines: `tickets`, `usage`, `fan ours|naive SECONDS`."""

    def __init__(self, app: Any, city: City, agents: list[str]) -> None:
        self.house = app.house
        self.city = city
        self.agents = agents
        self.peers = Peers()
        app._sockets |= {"/echo": self.peers.echo, "/naive": self.peers.naive}
        self.house._keep_valid = asyncio.Event().wait  # the sessions are invented
        self.house.feed.close_silent = lambda: None
        self.house.chat.limits = ChatLimits(messages=10**9, starts_per_address=10**9, sockets_per_address=10**9)

    async def answer(self, line: str) -> Any:
        name, *words = line.split()
        if name == "tickets":
            role, ids = words[0], self.agents if words[0] == "agent" else [new_id() for _ in range(int(words[1]))]
            return [self.house.tickets.issue(principal(self.city, id, role)) for id in ids]
        if name == "usage":
            used = resource.getrusage(resource.RUSAGE_SELF)
            pages = int(Path("/proc/self/statm").read_text().split()[1])  # noqa: ASYNC240
            cpu = used.ru_utime + used.ru_stime
            return {"cpu": cpu, "rss": pages * resource.getpagesize(), "at": time.monotonic()}
        return await (self.fan_ours if words[0] == "ours" else self.fan_naive)(float(words[1]))

    async def fan_ours(self, seconds: float) -> int:
        """Four batches a second on the real wall, in its own rhythm; each frame says when it was rendered."""
        room = self.house.rooms[self.city.floor_id]
        room.watch.count = asyncio.Event().wait
        queues = [self.city.phones, self.city.homes, self.city.outages][:QUEUES_TOUCHED]
        flush, counts = room.hub.flush, itertools.count()

        def stamped(shift: int | None = None) -> None:
            number, rule = next(counts), str(time.monotonic_ns())
            room.hub.put_today({id: Today(offered=number, answered=number, rule=rule) for id in queues})
            flush(shift)

        room.hub.flush = stamped
        await asyncio.sleep(seconds)
        room.hub.flush = flush
        return next(counts) // SHIFTS

    async def fan_naive(self, seconds: float) -> int:
        """The same frames, encoded for each socket and awaited."""
        for number in range(int(seconds * 4)):
            began = time.monotonic()
            rule = str(time.monotonic_ns())
            today = {"offered": number, "answered": number, "abandoned": 0}
            level = {"percent": None, "threshold_ms": 0, "goal": None, "rule": rule, "rule_en": ""}
            ops = [
                ["merge", "queues", new_id(), {"service_level": level, "today": today}] for _ in range(QUEUES_TOUCHED)
            ]
            for send in list(self.peers.walls):
                await send({"type": "websocket.send", "text": wire.delta("wall", number, number + 1, ops).decode()})
            await asyncio.sleep(max(0.0, 0.25 - (time.monotonic() - began)))
        return int(seconds * 4)


async def main(agents: int, capacity: int) -> None:
    log.configure("error", "json")
    tickets.LIFE_MS, tickets.MOST = 3_600_000, 1_000_000
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    home = Path(tempfile.mkdtemp(prefix="rexian-bench-"))
    home.chmod(0o711)  # noqa: ASYNC240
    postgres = PrivatePostgres(home / "pg")
    url = await asyncio.to_thread(postgres.start)
    try:
        async with owner(url) as engine:
            await create_schema(engine)
        db = Database(url)
        city, ids = City(), [new_id() for _ in range(agents)]
        await furnish(db, city, ids, capacity)
        await db.close()
        app: Any = create_app(Settings(home=home, database_url=url, secret=SECRET, demo=True, argon2_memory_kib=8192))
        collector.calm()  # as `rexian serve` does
        server = make_server(app, "127.0.0.1", 0, grace_s=1)
        bench = Bench(app, city, ids)
        serving = asyncio.create_task(server.serve())
        while not (server.started and all(part.ok for part in await app.house.examine())):  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        await app.house.directory.sync.once()
        print(json.dumps(server.servers[0].sockets[0].getsockname()[1]), flush=True)
        while line := (await asyncio.to_thread(sys.stdin.readline)).strip():
            print(json.dumps(await bench.answer(line)), flush=True)
        server.should_exit = True
        await serving
    finally:
        await asyncio.to_thread(postgres.stop, force=True)
        shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1]), int(sys.argv[2])))
