"""A floor with two queues and three agents, run by a real host on a real database."""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import insert

from rexian.engine.commands import AnyCommand, DefineAgent, DefineQueue, PostMessage, SetAgentState, StartContact
from rexian.engine.floor import Floor
from rexian.engine.specs import AgentSpec, Party, QueueSpec
from rexian.kit.clock import FakeClock
from rexian.kit.database import Database
from rexian.kit.ids import new_id
from rexian.kit.postgres import PrivatePostgres
from rexian.runtime.host import FloorHost
from rexian.runtime.port import Content, FloorPort, Receipt
from rexian.runtime.tables import floor, floor_tenant

SYSTEM = Party("system", "test")


@dataclass
class World:
    """One floor of one tenant, and short ways to say what people do on it."""

    db: Database
    clock: FakeClock
    floor_id: str = field(default_factory=new_id)
    tenant_id: str = field(default_factory=new_id)
    queue_id: str = field(default_factory=new_id)
    agents: tuple[str, ...] = field(default_factory=lambda: tuple(new_id() for _ in range(3)))

    async def build(self) -> None:
        async with self.db.system() as tx:
            await tx.execute(insert(floor).values(id=self.floor_id, name="城市大厅"))
            await tx.execute(insert(floor_tenant).values(floor_id=self.floor_id, tenant_id=self.tenant_id))

    async def furnish(self, port: FloorPort) -> None:
        queue = QueueSpec(id=self.queue_id, tenant_id=self.tenant_id, needs={"lang:zh-CN": 1})
        await self.do(port, DefineQueue(queue=queue))
        for agent_id in self.agents:
            await self.do(port, DefineAgent(agent=AgentSpec(id=agent_id, skills={"lang:zh-CN": 3})))

    async def do(self, port: FloorPort, command: AnyCommand, *, id: str | None = None, by: Party = SYSTEM) -> Receipt:
        return await port.submit(command, id=id or new_id(), by=by)

    def start(self, contact_id: str | None = None) -> StartContact:
        return StartContact(
            contact_id=contact_id or new_id(),
            interaction_id=new_id(),
            tenant_id=self.tenant_id,
            customer_id=new_id(),
            queue_id=self.queue_id,
            medium="chat",
        )

    def say(self, start: StartContact, text: str) -> tuple[PostMessage, Party, Content]:
        """What a customer writes: the command, who says it, and the words beside it."""
        author = Party("customer", start.customer_id)
        message = PostMessage(interaction_id=start.interaction_id, message_id=new_id(), author=author)
        words = Content(
            id=message.message_id,
            tenant_id=self.tenant_id,
            contact_id=start.contact_id,
            interaction_id=start.interaction_id,
            author=author,
            kind="text",
            text=text,
        )
        return message, author, words

    async def available(self, port: FloorPort, agent_id: str) -> Receipt:
        return await self.do(port, SetAgentState(agent_id=agent_id, state="available"), by=Party("agent", agent_id))


async def eventually(holds: Callable[[], bool], seconds: float = 5.0) -> None:
    """Wait until something is so that announces itself to nobody. Raises `TimeoutError`."""
    async with asyncio.timeout(seconds):
        while not holds():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def until(port: FloorPort, holds: Callable[[Floor], bool], seconds: float = 5.0) -> None:
    """Wait until the floor's committed state is as wanted. Raises `TimeoutError`."""
    async with asyncio.timeout(seconds):
        while not await port.ask(holds):  # noqa: ASYNC110
            await asyncio.sleep(0.01)


@pytest.fixture
async def world(db: Database, clock: FakeClock) -> World:
    made = World(db, clock)
    await made.build()
    return made


@pytest.fixture
async def host(world: World) -> AsyncIterator[FloorHost]:
    """A host that leads the world's floor."""
    running = FloorHost(world.db, world.clock, node="first")
    await running.start()
    await running.until_ready()
    yield running
    await running.stop()


@pytest.fixture
async def port(world: World, host: FloorHost) -> FloorPort:
    """The floor with its queue and agents."""
    made = host.get(world.floor_id)
    await world.furnish(made)
    return made


@asynccontextmanager
async def own_postgres() -> AsyncIterator[PrivatePostgres]:
    """A PostgreSQL of one's own, to be killed."""
    folder = Path(tempfile.mkdtemp(prefix="rexian-test-"))
    os.chmod(folder, 0o711)
    server = PrivatePostgres(folder / "pg", options={"fsync": "off"})
    await asyncio.to_thread(server.start)
    try:
        yield server
    finally:
        server.stop(force=True)
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
async def fragile() -> AsyncIterator[PrivatePostgres]:
    """A PostgreSQL of this test's own, to be killed."""
    async with own_postgres() as server:
        yield server
