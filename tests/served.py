"""A small city served by the real server on a free port, and the people who use it: staff, desks, customers' pages."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from rexian.app import House, create_app
from rexian.channels.chat.settings import ChatLimits
from rexian.channels.voice.port import VoiceEngine
from rexian.directory.hours.tables import hours
from rexian.directory.people.tables import person, person_serves, role_grant
from rexian.directory.queues.tables import queue
from rexian.directory.sign_in.service import Caller
from rexian.directory.sites.tables import site
from rexian.directory.tenants.tables import tenant
from rexian.engine.commands import EndInteraction, SetAgentState, WrapUp
from rexian.engine.specs import Party
from rexian.kit.database import Database
from rexian.kit.ids import new_id
from rexian.kit.settings import Settings
from rexian.kit.simulated import FOR_HEADER, HEADER, simulation_key
from rexian.runtime.tables import floor, floor_tenant
from rexian.web.feed import wire
from rexian.web.server import make_server

SECRET = "a secret for the tests, longer than it has to be"
AT = 1_760_000_000_000
SIMULATION = {HEADER: simulation_key(SECRET), FOR_HEADER: "people"}
__all__ = ["City", "Desk", "Page", "Served", "hours", "serving"]


@dataclass
class City:
    """Ids of who and what is there: two tenants on one floor, a third one on a floor of its own."""

    floor_id: str = field(default_factory=new_id)
    other_floor_id: str = field(default_factory=new_id)
    yunshan: str = field(default_factory=new_id)
    jianglan: str = field(default_factory=new_id)
    phones: str = field(default_factory=new_id)
    homes: str = field(default_factory=new_id)
    outages: str = field(default_factory=new_id)
    li: str = field(default_factory=new_id)  # agent, serves both
    wang: str = field(default_factory=new_id)  # agent of Yunshan
    he: str = field(default_factory=new_id)  # agent of Jianglan
    zhao: str = field(default_factory=new_id)  # supervisor of Yunshan
    qian: str = field(default_factory=new_id)  # supervisor of Jianglan
    sun: str = field(default_factory=new_id)  # administrator of Yunshan

    async def seed(self, db: Database) -> None:
        async with db.system() as tx:
            await tx.execute(floor.insert(), [{"id": self.floor_id, "name": "城市大厅", "tz": "Asia/Shanghai"}])
            await tx.execute(tenant.insert(), self._tenants())
            pairs = [{"floor_id": self.floor_id, "tenant_id": id} for id in (self.yunshan, self.jianglan)]
            await tx.execute(floor_tenant.insert(), pairs)
            await tx.execute(person.insert(), self._people())
            serves = [
                (self.li, self.yunshan),
                (self.li, self.jianglan),
                (self.wang, self.yunshan),
                (self.he, self.jianglan),
            ]
            await tx.execute(person_serves.insert(), [{"person_id": p, "tenant_id": t} for p, t in serves])
            await tx.execute(role_grant.insert(), self._roles())
            await tx.execute(queue.insert(), self._queues())
            await tx.execute(site.insert(), self._sites())

    def _tenants(self) -> list[dict[str, Any]]:
        named = ((self.yunshan, "yunshan", "云杉智能", "Yunshan"), (self.jianglan, "jianglan", "江岚供电", "Jianglan"))
        return [
            {"tenant_id": id, "key": key, "name": zh, "name_en": en, "colour": "#0f766e", "zone": "Asia/Shanghai",
             "operator": False, "active": True, "created_at": AT} for id, key, zh, en in named
        ]  # fmt: skip

    def _people(self) -> list[dict[str, Any]]:
        named = (
            (self.li, self.yunshan, "li", "李晓雯", "zh-CN"), (self.wang, self.yunshan, "wang", "王磊", "zh-CN"),
            (self.he, self.jianglan, "he", "何静", "zh-CN"), (self.zhao, self.yunshan, "zhao", "赵敏", "en"),
            (self.qian, self.jianglan, "qian", "钱进", "zh-CN"), (self.sun, self.yunshan, "sun", "孙悦", "zh-CN"),
        )  # fmt: skip
        return [
            {"id": id, "tenant_id": employer, "name": name, "email": f"{key}@example.com",
             "email_key": f"{key}@example.com", "locale": locale, "level": 3, "capacity": {"chat": 3}, "active": True,
             "created_at": AT} for id, employer, key, name, locale in named
        ]  # fmt: skip

    def _roles(self) -> list[dict[str, Any]]:
        return [
            {"person_id": id, "role": role, "tenant_id": tenant_id} for id, role, tenant_id in (
                (self.li, "agent", self.yunshan), (self.wang, "agent", self.yunshan), (self.he, "agent", self.jianglan),
                (self.zhao, "supervisor", self.yunshan), (self.qian, "supervisor", self.jianglan),
                (self.sun, "tenant_admin", self.yunshan),
            )
        ]  # fmt: skip

    def _queues(self) -> list[dict[str, Any]]:
        named = (
            (self.phones, self.yunshan, "手机售后", "Phones"), (self.homes, self.yunshan, "智能家居", "Smart home"),
            (self.outages, self.jianglan, "停电报修", "Outages"),
        )  # fmt: skip
        return [
            {"id": id, "tenant_id": owner, "name": zh, "name_en": en, "medium": "chat", "priority": 0,
             "ring_ms": 20_000, "acw_ms": 60_000, "service_level_ms": 20_000, "service_level_goal": 80,
             "max_waiting": 0, "created_at": AT} for id, owner, zh, en in named
        ]  # fmt: skip

    def _sites(self) -> list[dict[str, Any]]:
        def topic(key: str, zh: str, en: str, queue_id: str) -> dict[str, str]:
            return {"key": key, "label": zh, "label_en": en, "queue_id": queue_id}

        phones, homes = topic("phone", "手机", "Phones", self.phones), topic("home", "智能家居", "Home", self.homes)
        common = {
            "colour": "#0f766e",
            "created_at": AT,
            "greeting": "您好，请问有什么可以帮您？",
            "greeting_en": "Hello!",
        }
        return [
            common | {"id": new_id(), "tenant_id": self.yunshan, "key": "yunshan", "name": "云杉智能客服",
                      "name_en": "Yunshan support", "origins": ["https://shop.example"],
                      "topics": [phones, homes]},
            common | {"id": new_id(), "tenant_id": self.jianglan, "key": "jianglan", "name": "江岚供电热线",
                      "name_en": "Jianglan", "origins": ["*"],
                      "topics": [topic("outage", "停电", "Outages", self.outages)]},
        ]  # fmt: skip


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


class _Talking:
    """A socket whose frames are collected as they come."""

    def __init__(self) -> None:
        self.socket: ClientConnection | None = None
        self.frames: list[dict[str, Any]] = []
        self.closed: tuple[int, str] | None = None
        self._news = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def listen(self) -> None:
        self._task = asyncio.create_task(self._listen())

    async def _listen(self) -> None:
        assert self.socket is not None
        try:
            async for text in self.socket:
                frame = json.loads(text)
                self.frames.append(frame)
                self.take(frame)
                self._news.set()
        except ConnectionClosed:
            pass
        self.closed = (self.socket.close_code or 1006, self.socket.close_reason or "")
        self._news.set()

    def take(self, frame: dict[str, Any]) -> None:
        raise NotImplementedError

    async def send(self, **frame: Any) -> None:
        assert self.socket is not None
        await self.socket.send(json.dumps(frame))

    async def until(self, holds: Callable[[], Any], seconds: float = 20) -> Any:
        """Wait until `holds()` is true of what has come, and return its value."""
        try:
            async with asyncio.timeout(seconds):
                while not (value := holds()):
                    self._news.clear()
                    await self._news.wait()
                return value
        except TimeoutError:
            raise AssertionError(f"never came; last frames: {self.frames[-6:]}, closed: {self.closed}") from None

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [frame for frame in self.frames if frame["t"] == kind]

    async def got(self, kind: str, **fields: Any) -> dict[str, Any]:
        """Wait for a frame of this kind with these fields."""

        def found() -> dict[str, Any] | None:
            fits = (frame for frame in self.of(kind) if all(frame.get(name) == value for name, value in fields.items()))
            return next(fits, None)

        frame: dict[str, Any] = await self.until(found)
        return frame

    async def until_closed(self, seconds: float = 10) -> tuple[int, str]:
        closed: tuple[int, str] = await self.until(lambda: self.closed, seconds)
        return closed

    async def drop(self) -> None:
        """The network goes: no close frame."""
        assert self.socket is not None
        self.socket.transport.abort()
        await self.until_closed()

    async def close(self) -> None:
        assert self.socket is not None
        await self.socket.close()
        if self._task is not None:
            await self._task


class Desk(_Talking):
    """A staff member's feed: keeps the views as a browser does, and fails loudly on a gap."""

    def __init__(self, socket: ClientConnection) -> None:
        super().__init__()
        self.socket = socket
        self.epoch: int | None = None
        self.views: dict[str, wire.View] = {}
        self.seqs: dict[str, int] = {}
        self.epochs: dict[str, int] = {}

    def take(self, frame: dict[str, Any]) -> None:
        match frame["t"]:
            case "hello":
                self.epoch = frame["epoch"]
            case "snap":
                topic = frame["topic"]
                self.views[topic], self.seqs[topic], self.epochs[topic] = frame["data"], frame["seq"], frame["epoch"]
            case "delta":
                topic = frame["topic"]
                assert frame["from_seq"] == self.seqs[topic], f"gap in {topic}: {frame} after {self.seqs[topic]}"
                wire.play(self.views[topic], frame["ops"])
                self.seqs[topic] = frame["seq"]

    async def sub(self, topic: str) -> None:
        await self.send(t="sub", topic=topic)
        await self.until(lambda: topic in self.views)

    def view(self, topic: str, collection: str) -> dict[str, Any]:
        return self.views[topic][collection]

    async def cmd(self, name: str, id: str | None = None, **args: Any) -> dict[str, Any]:
        """Send a command and return its ack or nack."""
        id = id or new_id()
        seen = len(self.frames)
        await self.send(t="cmd", id=id, name=name, args=args)
        answer: dict[str, Any] = await self.until(
            lambda: next((f for f in self.frames[seen:] if f["t"] in ("ack", "nack") and f["id"] == id), None)
        )
        return answer

    async def do(self, name: str, **args: Any) -> dict[str, Any]:
        """The same, and it must be carried out."""
        answer = await self.cmd(name, **args)
        assert answer["t"] == "ack", answer
        return answer

    async def available(self) -> None:
        await self.do("SetAgentState", state="available")

    async def accept(self) -> dict[str, Any]:
        """Wait for an offer, prove and accept it; returns the handling."""
        offer = await self.until(lambda: next(iter(self.view("me", "offers").values()), None))
        await self.do("ProveOffer", offer_id=offer["id"])
        await self.do("AcceptOffer", offer_id=offer["id"])
        handling: dict[str, Any] = await self.until(lambda: self.view("me", "handlings").get(offer["interaction_id"]))
        return handling

    async def say(self, interaction_id: str, text: str) -> dict[str, Any]:
        return await self.do("PostMessage", interaction_id=interaction_id, message_id=new_id(), text=text)


class Page(_Talking):
    """A customer's page: keeps the visitor's token and the messages over reconnects, as the widget does."""

    def __init__(self, ws: str, site_key: str) -> None:
        super().__init__()
        self.ws = ws
        self.site = site_key
        self.visitor: str | None = None
        self.contact: str | None = None
        self.interaction: str | None = None
        self.state: str | None = None
        self.rating: int | None = None
        self.messages: dict[int, dict[str, Any]] = {}
        self.own: dict[str, str] = {}  # message id or start id → text

    async def open(self, headers: dict[str, str] | None = None, origin: str | None = None, **hello: Any) -> None:
        self.socket = await connect(
            f"{self.ws}/chat/ws", proxy=None, compression=None, max_size=None, additional_headers=headers, origin=origin  # type: ignore[arg-type]
        )  # fmt: skip
        self.closed = None
        self.frames = []
        self.listen()
        after = max(self.messages, default=0)
        await self.send(
            **{"t": "hello", "v": 1, "site": self.site, "visitor": self.visitor, "locale": "zh-CN", "after": after,
               "contact": self.contact} | hello
        )  # fmt: skip
        await self.until(lambda: self.of("welcome") or self.closed)

    def take(self, frame: dict[str, Any]) -> None:
        match frame["t"]:
            case "welcome":
                self.visitor = frame["visitor"]
                if (contact := frame["contact"]) is not None:
                    if contact["id"] != self.contact:
                        self.messages = {}
                    self.contact, self.interaction, self.state = contact["id"], contact["interaction"], contact["state"]
                    self.rating = contact["rating"]
                for message in frame["messages"]:
                    self._add(message)
            case "message":
                self._add(frame)
            case "ack" if "number" in frame and frame["id"] in self.own:
                known = self.messages.get(frame["number"])
                assert known is None or known["id"] == frame["id"] or known.get("start") == frame["id"]
                self.messages[frame["number"]] = frame | {"author": "customer", "text": self.own[frame["id"]]}
            case "state":
                self.state = frame["state"]
                self.rating = frame["rating"] or self.rating

    def _add(self, message: dict[str, Any]) -> None:
        before = self.messages.get(message["number"])
        assert before is None or before["text"] == message["text"], f"{message} in the place of {before}"
        self.messages[message["number"]] = message

    @property
    def texts(self) -> list[str]:
        return [self.messages[number]["text"] for number in sorted(self.messages)]

    async def start(
        self, text: str = "你好，我的手机无法开机", topic: str | None = None, name: str | None = "陈晨",
        attributes: dict[str, str] | None = None,
    ) -> dict[str, Any]:  # fmt: skip
        self.contact, self.interaction, self.messages = new_id(), new_id(), {}
        frame = {"t": "start", "id": new_id(), "contact": self.contact, "interaction": self.interaction, "topic": topic,
                 "name": name, "text": text, "message": new_id(), "attributes": attributes}  # fmt: skip
        self.own[frame["id"]] = text
        await self.send(**frame)
        return await self.answer(frame["id"])

    async def answer(self, id: str) -> dict[str, Any]:
        found: dict[str, Any] = await self.until(
            lambda: next((f for f in self.frames if f["t"] in ("ack", "nack") and f["id"] == id), None)
        )
        return found

    async def say(self, text: str, id: str | None = None) -> dict[str, Any]:
        id = id or new_id()
        self.own[id] = text
        await self.send(t="post", id=id, text=text)
        return await self.answer(id)

    async def ask(self, t: str, **fields: Any) -> dict[str, Any]:
        id = new_id()
        await self.send(t=t, id=id, **fields)
        return await self.answer(id)


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
        async with asyncio.timeout(20):
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
