"""Several processes that would all lead one floor, under load, and whatever may befall them.

FAULTS 30, 31, 33, 47, 48. Customers and agents are patient clients: they repeat a command with the same id, to whoever
seems to lead, until it is answered. Afterwards the journal is held against what they and the listeners were told.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from random import Random
from typing import Any

import pytest
from sqlalchemy import select

from rexian.engine import events as ev
from rexian.engine.commands import (
    AcceptOffer,
    AnyCommand,
    EndInteraction,
    PostMessage,
    SetAgentState,
    StartContact,
    WrapUp,
)
from rexian.engine.floor import Floor
from rexian.engine.specs import Party
from rexian.kit.clock import FakeClock
from rexian.kit.database import Database, owner
from rexian.kit.ids import new_id
from rexian.kit.postgres import PrivatePostgres, supervise
from rexian.kit.schema import create_schema
from rexian.runtime import journal
from rexian.runtime.port import Committed, FloorPort, Receipt
from rexian.runtime.tables import floor_lease
from tests.runtime.conftest import SYSTEM, World, eventually, own_postgres
from tests.runtime.nodes import Gone, Node

HOUR_MS = 3_600_000


class Storm:
    """A floor, the processes that would lead it, and the people who go on working on it."""

    def __init__(self, server: PrivatePostgres, world: World, nodes: int) -> None:
        self.server, self.world = server, world
        self.nodes = [Node(server.url(), world.floor_id, f"node {n}") for n in range(nodes)]
        self.acked: dict[str, tuple[AnyCommand, dict[str, Any]]] = {}
        self.lease: list[int] = []
        self.ending = False

    # -- clients -----------------------------------------------------------------------------------------------------
    async def insist(self, command: AnyCommand, by: Party = SYSTEM) -> dict[str, Any]:
        """Submit until somebody answers, always with the same id. Returns the answer: done or refused."""
        id = new_id()
        while True:
            for node in sorted(self.nodes, key=lambda node: node.stage != "leading"):
                with contextlib.suppress(Gone):
                    said = await node.submit(command, id, by, 1.0)
                    if "seq" in said:
                        self.acked[id] = command, said
                    if "unavailable" not in said:
                        return said
            await asyncio.sleep(0.05)

    async def submit(self, command: AnyCommand, *, id: str, by: Party, content: object = ()) -> Receipt:
        """As far as `World.furnish` needs a port."""
        return Receipt(seq=(await self.insist(command, by))["seq"], committed=())

    async def customer(self) -> None:
        while not self.ending:
            start = self.world.start()
            by = Party("customer", start.customer_id)
            await self.insist(start, by)
            for _ in range(2):
                message = PostMessage(interaction_id=start.interaction_id, message_id=new_id(), author=by)
                await self.insist(message, by)

    async def agent(self, agent_id: str) -> None:
        by = Party("agent", agent_id)
        while not self.ending:
            await self.insist(SetAgentState(agent_id=agent_id, state="available"), by)
            for offer_id, offered_to, interaction_id in await self.offers():
                if offered_to != agent_id:
                    continue
                if "refused" in await self.insist(AcceptOffer(offer_id=offer_id, agent_id=agent_id), by):
                    continue
                await self.insist(EndInteraction(interaction_id=interaction_id, by=by), by)
                await self.insist(WrapUp(interaction_id=interaction_id, agent_id=agent_id, disposition="ok"), by)
            await asyncio.sleep(0.05)

    async def offers(self) -> list[tuple[str, str, str]]:
        for node in self.nodes:
            if node.stage == "leading":
                with contextlib.suppress(Gone, KeyError):
                    return list((await node.asked(1.0, question="offers"))["found"])
        return []

    async def watch_lease(self) -> None:
        query = select(floor_lease.c.epoch).where(floor_lease.c.floor_id == self.world.floor_id)
        while not self.ending:
            with contextlib.suppress(Exception):  # the database is one of those that are killed
                async with self.world.db.system() as tx:
                    self.lease.append(await tx.scalar(query) or 0)
            await asyncio.sleep(0.1)

    # -- life --------------------------------------------------------------------------------------------------------
    async def begin(self) -> None:
        await asyncio.gather(*(node.start() for node in self.nodes))
        port: FloorPort = self  # type: ignore[assignment]
        await self.world.furnish(port)
        crowd = [self.customer() for _ in range(4)] + [self.agent(id) for id in self.world.agents]
        self._tasks = [asyncio.create_task(one) for one in (*crowd, self.watch_lease())]

    async def leader(self) -> Node:
        """Who leads, as far as one can tell from outside."""
        await eventually(lambda: any(node.stage == "leading" for node in self.nodes), 30)
        return max((node for node in self.nodes if node.stage == "leading"), key=lambda node: node.epochs[-1])

    async def progress(self, commands: int = 10) -> None:
        """Wait until so many more are acknowledged."""
        goal = len(self.acked) + commands
        await eventually(lambda: len(self.acked) >= goal, 45)

    async def end(self) -> None:
        self.ending = True
        async with asyncio.timeout(45):
            await asyncio.gather(*self._tasks)

    async def close(self) -> None:
        for task in getattr(self, "_tasks", ()):
            task.cancel()
        await asyncio.gather(*(node.close() for node in self.nodes))

    # -- the reckoning -----------------------------------------------------------------------------------------------
    async def reckon(self) -> None:
        """Hold the journal against what everybody was told."""
        said = await (await self.leader()).asked(10, question="checksum")
        rows = await self._journal()
        assert [row.seq for row in rows] == list(range(1, len(rows) + 1)), "the journal has no gap"
        assert _fold(rows[: said["seq"]]).checksum() == said["found"], "the live floor is what its journal says"
        self._acknowledged_is_there(rows)
        self._heard_is_there(rows)
        _time_goes_forward(rows)
        _nothing_is_routed_twice(rows)
        epochs = [epoch for node in self.nodes for epoch in node.epochs]
        assert len(epochs) == len({*epochs}), "an epoch has one leader"
        assert all(node.epochs == sorted(node.epochs) for node in self.nodes)
        assert self.lease == sorted(self.lease), "epochs only rise"

    async def _journal(self) -> list[Committed]:
        rows: list[Committed] = []
        while True:
            async with self.world.db.system() as tx:
                page = await journal.read(tx, self.world.floor_id, after=len(rows))
            if not page:
                return rows
            rows += page

    def _acknowledged_is_there(self, rows: list[Committed]) -> None:
        started = Counter(row.event.contact_id for row in rows if isinstance(row.event, ev.ContactStarted))
        posted = Counter(row.event.message_id for row in rows if isinstance(row.event, ev.MessagePosted))
        assert max(started.values()) == 1, "no contact starts twice"
        assert max(posted.values()) == 1, "no message is posted twice"
        for id, (command, said) in self.acked.items():
            assert {rows[seq - 1].command_id for seq in said["seqs"]} <= {id}, "the answer names the command's events"
            if isinstance(command, StartContact):
                assert started[command.contact_id] == 1
            if isinstance(command, PostMessage):
                assert posted[command.message_id] == 1

    def _heard_is_there(self, rows: list[Committed]) -> None:
        for node in self.nodes:
            for seq, at, command_id in node.heard:
                row = rows[seq - 1]  # decided anew by another process, it would have another instant
                assert (row.event.at, row.command_id) == (at, command_id), "nobody hears of what isn't committed"


def _fold(rows: list[Committed]) -> Floor:
    floor = Floor()
    for row in rows:
        floor.apply(row.event)
    return floor


def _time_goes_forward(rows: list[Committed]) -> None:
    instants = [row.event.at for row in rows]
    assert instants == sorted(instants)


def _nothing_is_routed_twice(rows: list[Committed]) -> None:
    """Between an offer and what ends it there is no second one of the same interaction; once accepted, never again."""
    taken: dict[str, str] = {}
    for row in rows:
        event = row.event
        if isinstance(event, ev.InteractionOffered):
            assert event.interaction_id not in taken, f"{event.interaction_id} is offered twice, at seq {row.seq}"
            taken[event.interaction_id] = event.offer_id
        elif isinstance(event, ev.OfferAccepted):
            assert taken[event.interaction_id] == event.offer_id
        elif isinstance(event, (ev.OfferRejected, ev.OfferExpired, ev.OfferWithdrawn)):
            assert taken.pop(event.interaction_id) == event.offer_id


# -- what may befall them --------------------------------------------------------------------------------------------
async def killed(storm: Storm) -> None:
    leader = await storm.leader()
    await leader.kill()
    await storm.progress()
    await leader.start()


async def hangs_and_wakes(storm: Storm) -> None:
    """FAULTS 47."""
    leader = await storm.leader()
    leader.signal(signal.SIGSTOP)
    leader.stage = "asleep"
    await storm.progress()
    leader.signal(signal.SIGCONT)
    await storm.progress()


async def dies(storm: Storm, moment: str) -> None:
    leader = await storm.leader()
    leader.tell(die=moment)
    await asyncio.wait_for(leader.ended(), 20)
    await storm.progress()
    await leader.start()


async def dies_between_decision_and_commit(storm: Storm) -> None:
    await dies(storm, "before")


async def dies_between_commit_and_answer(storm: Storm) -> None:
    """FAULTS 31."""
    await dies(storm, "after")


async def clock_is_set_forward(storm: Storm) -> None:
    """FAULTS 33."""
    (await storm.leader()).tell(clock=HOUR_MS)
    await storm.progress()


async def clock_is_set_back(storm: Storm) -> None:
    """FAULTS 33."""
    (await storm.leader()).tell(clock=-HOUR_MS)
    await storm.progress()


async def hears_nothing(storm: Storm) -> None:
    """FAULTS 48: what the leader sends arrives, what it is sent doesn't."""
    leader = await storm.leader()
    leader.network.lose("to_client")
    await _replaced(storm, leader)


async def is_not_heard(storm: Storm) -> None:
    """FAULTS 48: the other way round."""
    leader = await storm.leader()
    leader.network.lose("to_server")
    await _replaced(storm, leader)


async def _replaced(storm: Storm, leader: Node) -> None:
    others = [node for node in storm.nodes if node is not leader]
    await eventually(lambda: any(node.stage == "leading" for node in others), 30)
    await storm.progress()
    leader.network.heal()
    await storm.progress()


async def database_is_killed(storm: Storm) -> None:
    """FAULTS 30."""
    pid = storm.server.pid()
    if pid is not None:
        os.kill(pid, signal.SIGKILL)
    await storm.progress()


Fault = Callable[[Storm], Awaitable[None]]
FAULTS: list[Fault] = [
    killed, hangs_and_wakes, dies_between_decision_and_commit, dies_between_commit_and_answer, clock_is_set_forward,
    clock_is_set_back, hears_nothing, is_not_heard, database_is_killed,
]  # fmt: skip


@pytest.fixture(scope="module")
async def server() -> AsyncIterator[PrivatePostgres]:
    async with own_postgres() as made:
        async with owner(made.url()) as engine:
            await create_schema(engine)
        yield made


@pytest.fixture
async def storm(server: PrivatePostgres, request: pytest.FixtureRequest) -> AsyncIterator[Storm]:
    db = Database(server.url())
    world = World(db, FakeClock())
    await world.build()
    made = Storm(server, world, getattr(request, "param", 2))
    keeper = asyncio.create_task(supervise(server))
    await made.begin()
    yield made
    await made.close()
    keeper.cancel()
    await db.close()


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
async def test_whatever_befalls_the_leader_nothing_told_is_untrue(storm: Storm, fault: Fault) -> None:
    await storm.progress()
    await fault(storm)
    await storm.end()
    await storm.reckon()


@pytest.mark.slow
@pytest.mark.timeout(1_200)
@pytest.mark.parametrize("storm", [3], indirect=True)
@pytest.mark.parametrize("seed", [1, 2])
async def test_in_any_order_again_and_again(storm: Storm, seed: int) -> None:
    """Thirty faults among three processes, drawn at random; whatever was broken is mended before the next."""
    random = Random(seed)
    for fault in random.choices(FAULTS, k=30):
        await fault(storm)
    await storm.end()
    await storm.reckon()
