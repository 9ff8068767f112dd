"""The database goes away and comes back; the floor says so, waits, and goes on."""

from __future__ import annotations

import asyncio
import os
import signal

import pytest
from sqlalchemy import func, select, text

from rexian.kit.clock import FakeClock
from rexian.kit.database import Database, is_outage, owner
from rexian.kit.ids import new_id
from rexian.kit.postgres import PrivatePostgres, supervise
from rexian.kit.schema import create_schema
from rexian.runtime import running
from rexian.runtime.host import FloorHost
from rexian.runtime.port import Refused, Unavailable
from rexian.runtime.tables import journal
from tests.runtime.conftest import World, eventually


async def test_postgresql_is_killed_again_and_again(fragile: PrivatePostgres, request: pytest.FixtureRequest) -> None:
    """FAULTS 30, 31: honest while it is away, back by itself, and each command that was acknowledged is there once."""
    db, world, host = await _floor_on(fragile)
    port = host.get(world.floor_id)
    acknowledged: list[str] = []
    refused: list[Refused] = []
    away = 0
    ending = False

    async def customer() -> None:
        nonlocal away
        while not ending:
            start, id = world.start(), new_id()
            while True:
                try:
                    await world.do(port, start, id=id)
                    acknowledged.append(start.contact_id)
                    break
                except Unavailable:
                    away += 1
                    await asyncio.sleep(0.1)
                except Refused as refusal:
                    refused.append(refusal)
                    break

    keeper = asyncio.create_task(supervise(fragile))
    request.addfinalizer(keeper.cancel)  # whatever becomes of the test, nobody boots its server again
    crowd = [asyncio.create_task(customer()) for _ in range(8)]
    for _ in range(3):
        served = len(acknowledged)
        await eventually(lambda served=served: len(acknowledged) > served + 50, 20)  # type: ignore[misc]
        pid = fragile.pid()
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        await eventually(lambda: not host.health().ready, 5)
        with pytest.raises(Unavailable):
            await port.ask(lambda floor: floor.now)
    served = len(acknowledged)
    await eventually(lambda: len(acknowledged) > served + 50, 20)
    ending = True
    await asyncio.gather(*crowd)
    assert refused == []
    assert away > 0
    async with db.system() as tx:
        started = select(journal.c.contact_id, func.count()).where(journal.c.kind == "ContactStarted")
        counted = [tuple(row) for row in await tx.execute(started.group_by(journal.c.contact_id))]
    assert sorted(counted) == sorted((contact_id, 1) for contact_id in acknowledged)
    await host.stop()
    await db.close()


async def test_without_its_synchronous_standby_nothing_is_acknowledged(
    fragile: PrivatePostgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    """FAULTS 32: what one machine alone has written is not acknowledged until the other has it too."""
    monkeypatch.setattr(running, "_COMMIT_TIMEOUT_S", 0.3)
    monkeypatch.setattr(running, "_UNKNOWN_TIMEOUT_S", 0.3)
    db, world, host = await _floor_on(fragile)
    port = host.get(world.floor_id)
    start, id = world.start(), new_id()
    await _configure(fragile, "ALTER SYSTEM SET synchronous_standby_names = 'the_other_machine'")
    with pytest.raises(Unavailable):
        await world.do(port, start, id=id)
    await asyncio.sleep(1)
    assert not host.health().ready
    with pytest.raises(Unavailable):
        await world.do(port, start, id=id)
    await _configure(fragile, "ALTER SYSTEM RESET synchronous_standby_names")
    await host.until_ready()
    await world.do(port, start, id=id)
    async with db.system() as tx:
        started = select(func.count()).select_from(journal).where(journal.c.kind == "ContactStarted")
        assert await tx.scalar(started) == 1
    await host.stop()
    await db.close()


async def _configure(server: PrivatePostgres, statement: str) -> None:
    async with owner(server.url()) as engine, engine.connect() as connection:
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        await connection.execute(text("SET synchronous_commit = local"))
        await connection.execute(text(statement))
        await connection.execute(text("SELECT pg_reload_conf()"))
        # Commits wait for a standby only once the checkpointer, too, has read the new setting, which nothing shows.
        await connection.execute(text("SELECT pg_sleep(1)"))


async def _floor_on(server: PrivatePostgres) -> tuple[Database, World, FloorHost]:
    async with owner(server.url()) as engine:
        await create_schema(engine)
    db = Database(server.url())
    world = World(db, FakeClock())
    await world.build()
    host = FloorHost(db, world.clock)
    await host.start()
    await host.until_ready()
    await world.furnish(host.get(world.floor_id))
    return db, world, host


async def test_a_database_that_is_away_is_known_as_such(fragile: PrivatePostgres) -> None:
    db = Database(fragile.url())
    fragile.stop(force=True)
    with pytest.raises(Exception) as caught:
        await db.ping()
    assert is_outage(caught.value)
    assert not is_outage(ValueError("a bug"))
    host = FloorHost(db, FakeClock())
    host.add(new_id())
    await eventually(lambda: bool(host.health().floors[0].trouble))
    assert not host.health().ready
    await host.stop()
    await db.close()
