"""One leader per floor, whatever happens to the others: crash, hang, and waking up again."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from rexian.engine.codec import encode_command
from rexian.engine.commands import AnyCommand
from rexian.engine.events import AgentRetired
from rexian.kit.database import owner
from rexian.kit.ids import new_id
from rexian.runtime import recovery
from rexian.runtime.host import FloorHost
from rexian.runtime.port import Committed, FloorPort, Unavailable
from rexian.runtime.session import Fenced, Session
from tests.runtime.conftest import SYSTEM, World, eventually


def event(world: World, seq: int) -> Committed:
    return Committed(
        floor_id=world.floor_id,
        seq=seq,
        event=AgentRetired(at=world.clock.now_ms(), agent_id=world.agents[0]),
        by=SYSTEM,
        command_id=new_id(),
    )


NOBODY = (None, None, None, None)


@pytest.fixture
async def session(world: World) -> AsyncIterator[Session]:
    made = Session(world.db.url, world.floor_id, "one")
    await made.open()
    assert await made.try_lead()
    yield made
    await made.close()


async def test_a_second_event_of_the_same_number_is_refused(world: World, session: Session) -> None:
    import psycopg

    await session.append([event(world, 1)], [NOBODY], [])
    with pytest.raises(psycopg.errors.UniqueViolation) as caught:
        await session.append([event(world, 1)], [NOBODY], [])
    assert caught.value.diag.constraint_name == "pk_journal"


async def test_an_append_of_an_older_epoch_writes_nothing(world: World, session: Session) -> None:
    """FAULTS 47: the fence holds even if the stale leader's session were still alive."""
    session.epoch -= 1
    with pytest.raises(Fenced):
        await session.append([event(world, 1)], [NOBODY], [])
    with pytest.raises(Fenced):
        await session.renew()
    session.epoch += 1
    await session.append([event(world, 1)], [NOBODY], [])


async def test_only_one_leads(world: World, session: Session) -> None:
    """FAULTS 48."""
    other = Session(world.db.url, world.floor_id, "two")
    await other.open()
    assert not await other.try_lead()
    await session.close()
    async with asyncio.timeout(2):
        while not await other.try_lead():  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    assert other.epoch == session.epoch + 1
    await other.close()


async def test_a_standby_waits_and_takes_over_at_a_clean_stop(world: World, host: FloorHost, port: FloorPort) -> None:
    standby = FloorHost(world.db, world.clock, node="second")
    await standby.start()
    await eventually(lambda: standby.health().floors[0].stage == "standby")
    with pytest.raises(Unavailable, match="another node"):
        await world.do(standby.get(world.floor_id), world.start())
    receipt = await world.do(port, world.start())
    await host.stop()
    await standby.until_ready()
    taken = standby.get(world.floor_id)
    assert taken.seq == receipt.seq
    assert taken.epoch == port.epoch + 1
    await world.do(taken, world.start())
    await standby.stop()


async def test_a_standby_follows_so_that_it_need_not_fold_when_it_leads(
    world: World, host: FloorHost, port: FloorPort, monkeypatch: pytest.MonkeyPatch
) -> None:
    standby = FloorHost(world.db, world.clock, node="second")
    await standby.start()
    receipts = [await world.do(port, world.start(), id=new_id()) for _ in range(5)]
    followed = standby.get(world.floor_id)
    await eventually(lambda: followed.seq == port.seq)
    lived = await port.ask(lambda floor: floor.checksum())
    folded: list[int] = []
    original = recovery._fold
    monkeypatch.setattr(recovery, "_fold", lambda *all: (folded.append(len(all[2])), original(*all)))
    await host.stop()
    await standby.until_ready()
    assert sum(folded) == 0
    assert await followed.ask(lambda floor: floor.checksum()) == lived
    known = receipts[2].committed[0]
    repeated = await world.do(followed, world.start(), id=known.command_id)
    assert (repeated.repeated, repeated.committed) == (True, receipts[2].committed), "it knows who asked what before"
    await standby.stop()


async def test_a_leader_that_lost_its_session_leads_again(world: World, host: FloorHost, port: FloorPort) -> None:
    """Somebody terminated it (a takeover that went nowhere, an administrator)."""
    before, epoch = await port.ask(lambda floor: floor.checksum()), port.epoch
    async with owner(world.db.url) as engine, engine.connect() as connection:  # not of the pool: it keeps no walls
        await connection.exec_driver_sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'rexian floor%%'"
        )
    await eventually(lambda: host.health().ready and port.epoch > epoch)
    assert await port.ask(lambda floor: floor.checksum()) == before
    await world.do(port, world.start())


# -- another process -------------------------------------------------------------------------------------------------
@dataclass
class Other:
    process: asyncio.subprocess.Process

    async def says(self, wanted: str, seconds: float = 10) -> None:
        assert self.process.stdout is not None
        async with asyncio.timeout(seconds):
            while (line := (await self.process.stdout.readline()).decode().strip()) != wanted:
                assert line, "the process ended"

    async def told(self, command: AnyCommand) -> str:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(encode_command(command) + b"\n")
        async with asyncio.timeout(10):
            while (line := (await self.process.stdout.readline()).decode().strip()).startswith("stage"):
                pass
        return line


@pytest.fixture
async def other(world: World) -> AsyncIterator[Other]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.runtime.leader", str(world.db.url.render_as_string(False)), world.floor_id,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    made = Other(process)
    await made.says("stage leading", 30)
    yield made
    if process.returncode is None:
        os.kill(process.pid, signal.SIGKILL)
    await process.wait()
    process._transport.close()  # type: ignore[attr-defined]


async def test_takeover_after_a_crash_is_immediate(world: World, other: Other) -> None:
    host = FloorHost(world.db, world.clock)
    await host.start()
    await eventually(lambda: host.health().floors[0].stage == "standby")
    began = time.monotonic()
    other.process.kill()
    await host.until_ready()
    assert time.monotonic() - began < 1.5
    await host.stop()


async def test_a_leader_that_hangs_is_replaced_and_fenced_when_it_wakes(world: World, other: Other) -> None:
    """FAULTS 47: SIGSTOP, then SIGCONT."""
    host = FloorHost(world.db, world.clock)
    await host.start()
    await eventually(lambda: host.health().floors[0].stage == "standby")
    began = time.monotonic()
    other.process.send_signal(signal.SIGSTOP)
    await host.until_ready()
    assert time.monotonic() - began < 5
    port = host.get(world.floor_id)
    await world.furnish(port)
    before = port.seq
    other.process.send_signal(signal.SIGCONT)
    assert await other.told(world.start()) == "failed Unavailable"
    await other.says("stage standby")
    assert port.seq == before
    await world.do(port, world.start())
    await host.stop()
