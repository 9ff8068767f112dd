"""A floor with two tenants, queues and agents on a real PostgreSQL, driven by commands, read by the slices."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from rexian.engine.commands import (
    AcceptOffer,
    AddNote,
    AnyCommand,
    DefineAgent,
    DefineQueue,
    EndInteraction,
    PostMessage,
    ProveOffer,
    RateContact,
    SetAgentState,
    StartContact,
    TransferInteraction,
    WrapUp,
)  # fmt: skip
from rexian.engine.specs import AgentSpec, Party, QueueSpec
from rexian.kit.clock import FakeClock
from rexian.kit.database import Database
from rexian.kit.ids import new_id
from rexian.runtime.host import FloorHost
from rexian.runtime.port import Content, FloorPort, Receipt
from rexian.runtime.readers import Reader, Readers
from rexian.runtime.tables import floor, floor_tenant
from tests.served import Served, serving
from tests.work.directory import CITY, HE, LI, QUEUES, TENANTS, WANG, seed_directory

SYSTEM = Party("system", "test")


@dataclass
class Stage:
    """The floor under test and short words for what people do on it. Ids are made here and remembered by name."""

    db: Database
    clock: FakeClock
    host: FloorHost
    floor_id: str
    ids: dict[str, str] = field(default_factory=dict)

    @property
    def port(self) -> FloorPort:
        return self.host.get(self.floor_id)

    async def do(self, command: AnyCommand, by: Party = SYSTEM, content: Sequence[Content] = ()) -> Receipt:
        return await self.port.submit(command, id=new_id(), by=by, content=content)

    async def start(
        self, name: str, *, tenant: str = "yunshan", queue: str = "phone", text: str = "你好", simulated: bool = False,
        customer: str = "chen",
    ) -> None:  # fmt: skip
        """A customer comes; remembered as `name` (contact) and `name/1` (interaction)."""
        self.ids |= {name: new_id(), f"{name}/1": new_id()}
        await self.do(
            StartContact(
                contact_id=self.ids[name], interaction_id=self.ids[f"{name}/1"], tenant_id=TENANTS[tenant],
                customer_id=self.customer(customer), queue_id=QUEUES[queue], medium="chat", simulated=simulated,
            )
        )  # fmt: skip
        await self.say(name, Party("customer", self.customer(customer)), text, tenant)
        await self.prove(name)

    async def prove(self, name: str) -> None:
        """If it rings, the agent's page says so."""
        interaction = await self.port.ask(lambda floor: floor.interaction(self.ids[f"{name}/1"]))
        if interaction is not None and interaction.state == "offered":
            agent_id, offer_id = str(interaction.agent_id), str(interaction.offer_id)
            await self.do(ProveOffer(offer_id=offer_id, agent_id=agent_id), Party("agent", agent_id))

    def customer(self, name: str) -> str:
        return self.ids.setdefault(f"customer:{name}", new_id())

    async def say(self, name: str, author: Party, text: str, tenant: str = "yunshan") -> str:
        id = new_id()
        content = Content(
            id=id, tenant_id=TENANTS[tenant], contact_id=self.ids[name], interaction_id=self.ids[f"{name}/1"],
            author=author, kind="text", text=text,
        )  # fmt: skip
        await self.do(
            PostMessage(interaction_id=self.ids[f"{name}/1"], message_id=id, author=author), author, [content]
        )
        return id

    async def note(self, name: str, author: Party, text: str, tenant: str = "yunshan") -> None:
        id = new_id()
        content = Content(
            id=id, tenant_id=TENANTS[tenant], contact_id=self.ids[name], interaction_id=None, author=author,
            kind="note", text=text,
        )  # fmt: skip
        await self.do(AddNote(contact_id=self.ids[name], note_id=id, author=author), author, [content])

    async def available(self, *agents: str) -> None:
        for agent_id in agents:
            await self.do(SetAgentState(agent_id=agent_id, state="available"), Party("agent", agent_id))

    async def accept(self, name: str) -> str:
        """Whoever it rings for accepts. Returns that agent's id."""
        interaction = await self.port.ask(lambda floor: floor.interaction(self.ids[f"{name}/1"]))
        assert interaction is not None
        assert interaction.offer_id is not None, "it doesn't ring"
        assert interaction.agent_id is not None
        agent_id, offer_id = interaction.agent_id, interaction.offer_id
        await self.do(AcceptOffer(offer_id=offer_id, agent_id=agent_id), Party("agent", agent_id))
        return agent_id

    async def end(self, name: str, by: Party = SYSTEM) -> None:
        await self.do(EndInteraction(interaction_id=self.ids[f"{name}/1"], by=by), by)

    async def wrap_up(self, name: str, agent_id: str, disposition: str = "resolved", text: str = "") -> None:
        content = Content(
            id=new_id(), tenant_id=TENANTS["yunshan"], contact_id=self.ids[name],
            interaction_id=self.ids[f"{name}/1"], author=Party("agent", agent_id), kind="wrap_up", text=text,
        )  # fmt: skip
        command = WrapUp(interaction_id=self.ids[f"{name}/1"], agent_id=agent_id, disposition=disposition)
        await self.do(command, Party("agent", agent_id), [content] if text else [])

    async def transfer(self, name: str, agent_id: str, queue: str) -> None:
        command = TransferInteraction(
            interaction_id=self.ids[f"{name}/1"], agent_id=agent_id, to_queue_id=QUEUES[queue]
        )
        await self.do(command, Party("agent", agent_id))

    async def rate(self, name: str, score: int) -> None:
        await self.do(
            RateContact(contact_id=self.ids[name], interaction_id=self.ids[f"{name}/1"], score=score),
            Party("customer", self.customer("chen")),
        )

    async def read(self, *readers: Reader) -> None:
        """Let readers take in all that is committed."""
        running = Readers(self.db, self.host)
        running.start(readers)
        try:
            await running.caught_up()
            troubles = [health.trouble for health in running.health() if health.trouble]
            assert not troubles, troubles
        finally:
            await running.stop()


@pytest.fixture
async def stage(db: Database, clock: FakeClock) -> AsyncIterator[Stage]:
    """Three agents (李晓雯, 王磊: phones; 何静: power), queues of two tenants, nobody available yet."""
    floor_id = new_id()
    async with db.system() as tx:
        await tx.execute(floor.insert().values(id=floor_id, name="城市大厅"))
        await tx.execute(
            floor_tenant.insert(), [{"floor_id": floor_id, "tenant_id": id} for id in TENANTS.values() if id != CITY]
        )
        await seed_directory(tx)
    host = FloorHost(db, clock)
    await host.start()
    await host.until_ready()
    stage = Stage(db, clock, host, floor_id)
    for name, needs in {"phone": {"product:phone": 2}, "home": {"product:home": 1}, "outage": {"power": 1}}.items():
        tenant = TENANTS["jianglan" if name == "outage" else "yunshan"]
        spec: dict[str, Any] = {"id": QUEUES[name], "tenant_id": tenant, "needs": needs}
        await stage.do(DefineQueue(queue=QueueSpec(**spec)))
    for agent_id, skills in {
        LI: {"product:phone": 4, "product:home": 3}, WANG: {"product:phone": 3}, HE: {"power": 5}
    }.items():  # fmt: skip
        await stage.do(DefineAgent(agent=AgentSpec(id=agent_id, skills=skills)))
    yield stage
    await host.stop()


@pytest.fixture(scope="module")
async def running_city(db_module: Database, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Served]:
    async with serving(db_module, tmp_path_factory.mktemp("home"), webhook_loopback=True) as served:
        yield served


@pytest.fixture
async def served(running_city: Served) -> AsyncIterator[Served]:
    """The small city on a free port, with nobody on the floor."""
    await running_city.settle()
    yield running_city
    await running_city.settle()
