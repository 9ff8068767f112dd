"""The small city (`seeded`) served by the real server on a free port, and the pages (`pages`) of those who use it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from websockets.asyncio.client import connect

from rexian.app import House, create_app
from rexian.channels.chat.settings import ChatLimits
from rexian.channels.voice.port import VoiceEngine
from rexian.directory.sign_in.service import Caller
from rexian.engine.commands import EndInteraction, SetAgentState, WrapUp
from rexian.engine.specs import Party
from rexian.kit.database import Database
from rexian.kit.ids import new_id
from rexian.kit.settings import Settings
from rexian.kit.simulated import FOR_HEADER, HEADER, simulation_key
from rexian.web.server import make_server
from tests.pages import Desk, Page
from tests.seeded import AT, City

SECRET = "a secret for the tests, longer than it has to be"
SIMULATION = {HEADER: simulation_key(SECRET), FOR_HEADER: "people"}
__all__ = ["AT", "SECRET", "SIMULATION", "City", "Desk", "Page", "Served", "running", "serving"]


@dataclass
class Served:
    """The running server."""

    house: House
    city: City
    port: int
    settings: Settings

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def ws(self) -> str:
        return f"ws://127.0.0.1:{self.port}"

    def client(self, **more: Any) -> httpx.AsyncClient:
        return httpx.AsyncClient(base_url=self.url, trust_env=False, timeout=20, **more)

    async def staff(self, person_id: str) -> httpx.AsyncClient:
        """A signed-in person's browser."""
        began = await self.house.directory.sign_in.enter(person_id, Caller("127.0.0.1"), how="test")
        csrf = self.house.directory.sign_in.csrf(began.session.id)
        return self.client(headers={"cookie": f"rexian={began.session.token}", "x-csrf-token": csrf})

    async def desk(self, person_id: str, *topics: str) -> Desk:
        """A person's feed socket, with these topics asked for."""
        async with await self.staff(person_id) as browser:
            ticket = (await browser.post("/api/feed-ticket")).json()["ticket"]
        socket = await connect(f"{self.ws}/feed?ticket={ticket}", proxy=None, compression=None, max_size=None)
        desk = Desk(socket)
        desk.listen()
        await desk.until(lambda: desk.epoch is not None)
        for topic in topics:
            await desk.sub(topic)
        return desk

    async def settle(self) -> None:
        """End what is open and send everybody home: the next test finds an empty floor."""
        self.house.chat.limits = ChatLimits()
        self.house.chat.door.forget_starts()
        room = self.house.rooms[self.city.floor_id]
        system = Party("system", "test")
        for agent in list(room.mirror.floor.agents()):
            command: Any = SetAgentState(agent_id=agent.id, state="not_ready", reason="break")
            await room.port.submit(command, id=new_id(), by=system)
        for interaction in list(room.mirror.floor.interactions()):
            if interaction.state in ("reception", "queued", "offered", "scheduled", "talking"):
                end = EndInteraction(interaction_id=interaction.id, by=system)
                await room.port.submit(end, id=new_id(), by=system)
        for interaction in list(room.mirror.floor.interactions()):
            if interaction.state == "after_contact_work" and interaction.agent_id:
                wrap = WrapUp(interaction_id=interaction.id, agent_id=interaction.agent_id, disposition="resolved")
                await room.port.submit(wrap, id=new_id(), by=Party("agent", interaction.agent_id))

    async def page(self, site_key: str = "yunshan", **hello: Any) -> Page:
        """A customer's page that has said hello."""
        page = Page(self.ws, site_key)
        await page.open(**hello)
        return page


@asynccontextmanager
async def serving(db: Database, home: Path, voice: VoiceEngine | None = None, **settings: Any) -> AsyncIterator[Served]:
    """Seed the city into `db` and serve it. Without `voice` (an engine) there are no calls."""
    city = City()
    await city.seed(db)
    chosen = Settings(
        **{"home": home, "database_url": db.url.render_as_string(hide_password=False), "secret": SECRET, "demo": True,
           "port": 0, "argon2_memory_kib": 8192, "voice_enabled": False, **settings}
    )  # fmt: skip
    async with running(chosen, voice=voice) as (house, port):
        yield Served(house, city, port, chosen)


@asynccontextmanager
async def running(
    settings: Settings, port: int = 0, voice: VoiceEngine | None = None
) -> AsyncIterator[tuple[House, int]]:
    """The server on a free port (or this one), ready."""
    app = create_app(settings, voice=voice)
    server = make_server(app, "127.0.0.1", port, grace_s=1)
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    task = asyncio.create_task(server.serve())
    house: House = app.house  # type: ignore[attr-defined]
    try:
        async with asyncio.timeout(60):
            while not server.started:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
            while not all(part.ok for part in await house.examine()):  # noqa: ASYNC110
                await asyncio.sleep(0.02)
            await house.directory.sync.once()
        yield house, server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        with contextlib.suppress(asyncio.CancelledError):
            await task
