"""A floor that comes back is the floor that went: whatever the moment at which it was killed."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import delete, insert, select, text, update

from rexian.engine.codec import decode_event
from rexian.engine.commands import AcceptOffer, AnyCommand, EndInteraction, ProveOffer, SetAgentState, WrapUp
from rexian.engine.events import AnyEvent
from rexian.engine.floor import Floor
from rexian.engine.specs import Party
from rexian.kit.clock import FakeClock
from rexian.kit.database import Database, owner
from rexian.kit.ids import new_id
from rexian.runtime import running
from rexian.runtime.host import FloorHost
from rexian.runtime.port import Committed, Content, FloorPort, Unavailable
from rexian.runtime.session import Session
from rexian.runtime.snapshots import Snapshots
from rexian.runtime.tables import content, floor, floor_snapshot, journal
from tests.runtime.conftest import World, eventually, until


async def restarted(world: World, host: FloorHost) -> FloorPort:
    await host.stop()
    await host.start()
    await host.until_ready()
    return host.get(world.floor_id)


async def busy_hour(world: World, port: FloorPort) -> None:
    for agent_id in world.agents:
        await world.available(port, agent_id)
    for _ in range(8):
        start = world.start()
        await world.do(port, start)
        message, by, words = world.say(start, "我要转人工")
        await port.submit(message, id=new_id(), by=by, content=[words])
        world.clock.advance(250)
        for offer in await port.ask(lambda floor: list(floor.offers())):
            await world.do(port, ProveOffer(offer_id=offer.id, agent_id=offer.agent_id))
            await world.do(port, AcceptOffer(offer_id=offer.id, agent_id=offer.agent_id))


@pytest.mark.parametrize("every", [10, 1_000_000])
async def test_the_folded_floor_equals_the_one_that_lived(world: World, every: int) -> None:
    host = FloorHost(world.db, world.clock, snapshot_events=every)
    await host.start()
    await host.until_ready()
    port = host.get(world.floor_id)
    await world.furnish(port)
    await busy_hour(world, port)
    lived = await port.ask(lambda floor: (port.seq, floor.checksum()))
    port = await restarted(world, host)
    assert await port.ask(lambda floor: (port.seq, floor.checksum())) == lived
    async with world.db.system() as tx:  # and from the first event on, without any snapshot
        await tx.execute(delete(floor_snapshot))
    folded = Floor()
    async with world.db.system() as tx:
        for body in (await tx.execute(select(journal.c.body).order_by(journal.c.seq))).scalars():
            folded.apply(decode_event(_json(body)))
    assert folded.checksum() == lived[1]
    await host.stop()


def _json(body: object) -> bytes:
    import msgspec

    return msgspec.json.encode(body)


async def test_a_snapshot_is_written_at_a_clean_stop(world: World, host: FloorHost, port: FloorPort) -> None:
    await host.stop()
    async with world.db.system() as tx:
        assert await tx.scalar(select(floor_snapshot.c.seq)) == 4


async def test_snapshots_that_take_long_are_taken_seldom(world: World) -> None:
    """While a floor is turned into bytes everybody waits."""

    class Big(Floor):
        taken = 0

        def snapshot(self) -> bytes:
            Big.taken += 1
            time.sleep(0.01)
            return super().snapshot()

    kept = Snapshots(world.db, world.floor_id, every=10)
    floor = Big()
    for seq in range(0, 1_000, 10):
        kept.keep(floor, seq)
        await asyncio.sleep(0.001)
    assert Big.taken == 1, "it rests for two seconds"
    await kept.last(floor, 1_000)
    async with world.db.system() as tx:
        assert await tx.scalar(select(floor_snapshot.c.seq)) == 1_000


@pytest.mark.parametrize("damage", [b"not a snapshot", None])
async def test_a_snapshot_that_cannot_be_used_is_only_slower(
    world: World, host: FloorHost, port: FloorPort, damage: bytes | None
) -> None:
    before = await port.ask(lambda floor: floor.checksum())
    await host.stop()
    values: dict[str, Any] = {"checksum": "0" * 64} if damage is None else {"body": damage}
    async with world.db.system() as tx:
        await tx.execute(update(floor_snapshot).values(values))
    await host.start()
    await host.until_ready()
    assert await host.get(world.floor_id).ask(lambda floor: floor.checksum()) == before


async def test_a_journal_with_a_hole_is_not_run_on(world: World, host: FloorHost, port: FloorPort) -> None:
    await host.stop()
    async with owner(world.db.url) as engine, engine.begin() as tx:
        await tx.execute(text("SET ROLE NONE"))
        await tx.execute(delete(floor_snapshot))
        await tx.execute(delete(journal).where(journal.c.seq == 2))
    await host.start()
    await eventually(lambda: host.health().floors[0].stage == "damaged")
    assert "seq 3 follows 1" in host.health().floors[0].trouble
    assert not host.health().ready
    with pytest.raises(Unavailable):
        await world.do(host.get(world.floor_id), world.start())


async def test_time_never_goes_back_even_if_the_clock_did(world: World, host: FloorHost, port: FloorPort) -> None:
    """FAULTS 33: the wall clock was set back by an hour while the server was down; timers run on."""
    await world.do(port, world.start())
    await world.available(port, world.agents[0])
    last = world.clock.now_ms()
    await host.stop()
    world.clock.set(last - 3_600_000)
    await host.start()
    await host.until_ready()
    port = host.get(world.floor_id)
    receipt = await world.do(port, world.start())
    assert receipt.committed[0].event.at >= last
    world.clock.advance(2_500)
    await until(port, lambda floor: not list(floor.offers()))


# -- killed at every boundary of the journal -------------------------------------------------------------------------
class Killed(BaseException):
    """The process is gone: no handler runs."""


class MortalSession(Session):
    """Dies just before, or just after, an append, when told to."""

    death: str | None = None

    async def append(self, *batch: Any) -> None:
        death, MortalSession.death = MortalSession.death, None
        if death == "before":
            raise Killed
        await super().append(*batch)
        if death == "after":
            raise Killed


class Script:
    """A day on a floor with every id fixed, so that it can be lived twice."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.starts = [world.start() for _ in range(4)]
        self.ids = [new_id() for _ in range(200)]
        self.messages = [[world.say(start, f"第 {n} 句") for n in range(2)] for start in self.starts]

    async def live(self, port: Port) -> None:
        world, agent, other = self.world, *self.world.agents[:2]
        by_agent = Party("agent", agent)
        await port.do(SetAgentState(agent_id=agent, state="available"), by_agent)
        for number, start in enumerate(self.starts):
            await port.do(start, Party("customer", start.customer_id))
            for message, by, words in self.messages[number]:
                await port.do(message, by, words)
        first = f"{self.starts[0].interaction_id}.1"
        await port.do(ProveOffer(offer_id=first, agent_id=agent), by_agent)
        await port.do(AcceptOffer(offer_id=first, agent_id=agent), by_agent)
        world.clock.advance(2_500)  # the second offer was never proven
        await port.settle()
        await port.do(SetAgentState(agent_id=other, state="available"), Party("agent", other))
        await port.do(EndInteraction(interaction_id=self.starts[0].interaction_id, by=by_agent), by_agent)
        wrap = WrapUp(interaction_id=self.starts[0].interaction_id, agent_id=agent, disposition="resolved")
        await port.do(wrap, by_agent)
        leave = self.starts[1]
        by = Party("customer", leave.customer_id)
        await port.do(EndInteraction(interaction_id=leave.interaction_id, by=by), by)


class Port:
    """Submits as a patient client does: the same command with the same id until it is answered."""

    def __init__(self, world: World, script: Script, *, deaths: Sequence[str]) -> None:
        self.world, self.deaths = world, deaths
        self.ids = iter(script.ids)
        self.host: FloorHost | None = None
        self.kills = self.commands = 0

    async def port(self) -> FloorPort:
        if self.host is None:
            self.host = FloorHost(self.world.db, self.world.clock, snapshot_events=10)
            self.host.add(self.world.floor_id)
            await self.host.until_ready()
        return self.host.get(self.world.floor_id)

    async def do(self, command: AnyCommand, by: Party, words: Content | None = None) -> None:
        id = next(self.ids)
        self.commands += 1
        for death in (*self.deaths, None):
            port = await self.port()
            MortalSession.death = death
            try:
                async with asyncio.timeout(5):
                    await port.submit(command, id=id, by=by, content=[words] if words else [])
            except _Dead:
                self.host = None
                self.kills += 1
            MortalSession.death = None

    async def settle(self) -> None:
        port = await self.port()
        await until(port, lambda floor: (floor.next_due() or 0) > self.world.clock.now_ms())


class _Dead(Exception):
    """What a client sees when the server dies."""


@pytest.fixture
def mortal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Floors die without a farewell: no snapshot, no answer, the connection cut."""
    monkeypatch.setattr(running, "Session", MortalSession)
    orderly = running.RunningFloor._finish

    async def finish(self: Any) -> None:
        if self._stopping:
            await orderly(self)
            return
        connection = self._session._connection
        connection.pgconn.finish()
        for item in self._inbox._flying.values():
            item.fail(_Dead())
        self.stage = "stopped"

    async def run(self: Any) -> None:
        with contextlib.suppress(Killed):
            await lives(self)

    lives = running.RunningFloor.run
    monkeypatch.setattr(running.RunningFloor, "_finish", finish)
    monkeypatch.setattr(running.RunningFloor, "run", run)


@pytest.fixture
async def twins(db: Database) -> tuple[World, World]:
    """Two floors on which the same people work."""
    one = World(db, FakeClock())
    other = World(db, FakeClock(), tenant_id=one.tenant_id, queue_id=one.queue_id, agents=one.agents)
    await one.build()
    async with db.system() as tx:
        await tx.execute(insert(floor).values(id=other.floor_id, name="孪生大厅"))
    return one, other


async def test_killed_before_and_after_every_commit_nothing_is_lost_or_doubled(
    twins: tuple[World, World], mortal: None
) -> None:
    """FAULTS 31. The server dies before each commit, then after it, then lives: the day is as one without kills."""
    calm, stormy = twins
    script = Script(calm)
    lives: list[list[AnyEvent]] = []
    kills = commands = 0
    for world, deaths in ((calm, ()), (stormy, ("before", "after"))):
        script.world = world
        port = Port(world, script, deaths=deaths)
        await world.furnish(await port.port())
        await script.live(port)
        kills, commands = port.kills, port.commands
        if port.host:
            await port.host.stop()
        lives.append(await _events(world))
        async with world.db.system() as tx:
            await tx.execute(delete(content))  # the twin says the same words under the same ids
    assert kills == 2 * commands
    assert lives[1] == lives[0]


async def _events(world: World) -> list[AnyEvent]:
    async with world.db.system() as tx:
        query = select(journal.c.body).where(journal.c.floor_id == world.floor_id).order_by(journal.c.seq)
        return [decode_event(_json(body)) for body in (await tx.execute(query)).scalars()]


async def test_listeners_hear_what_was_committed_while_the_answer_was_lost(
    world: World, host: FloorHost, port: FloorPort, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The commit came through, its confirmation didn't: the same process recovers and misses nothing."""
    heard: list[Committed] = []
    port.listen(heard.extend)
    epoch = port.epoch
    original = Session.append

    async def append(self: Session, *batch: Any) -> None:
        await original(self, *batch)
        monkeypatch.setattr(Session, "append", original)
        raise ConnectionError("the network went away")

    monkeypatch.setattr(Session, "append", append)
    start = world.start()
    message, by, words = world.say(start, "我的话没有丢")
    receipt = await world.do(port, start)
    assert not receipt.repeated
    assert [item.seq for item in heard] == [receipt.seq - 1, receipt.seq]
    assert port.epoch == epoch + 1
    await port.submit(message, id=new_id(), by=by, content=[words])
    assert heard[-1].content == words


async def test_a_commit_that_failed_is_said_to_have_failed(
    world: World, host: FloorHost, port: FloorPort, monkeypatch: pytest.MonkeyPatch
) -> None:
    """FAULTS 29, 31: no false acknowledgement, and the same command succeeds when it is repeated."""
    original = Session.append

    async def append(self: Session, *batch: Any) -> None:
        monkeypatch.setattr(Session, "append", original)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Session, "append", append)
    start, id = world.start(), new_id()
    with pytest.raises(Unavailable):
        await world.do(port, start, id=id)
    await host.until_ready()
    receipt = await world.do(port, start, id=id)
    assert not receipt.repeated
    events = await _events(world)
    assert sum(type(event).__name__ == "ContactStarted" for event in events) == 1
