"""The people at the ends of a call, as their browsers speak to the server: a caller's page and a desk's phone."""

from __future__ import annotations

import asyncio
import uuid
from dataclasses import dataclass, field
from typing import Any

from websockets.asyncio.client import connect

from rexian.channels.voice.channel import VoiceChannel
from rexian.channels.voice.settings import VoiceLimits
from rexian.kit.ids import new_id
from tests.channels.voice.fake_engine import FakeEngine
from tests.pages import Talking
from tests.served import Desk, Served

SDP = "v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 8\r\n"


class Caller(Talking):
    """A customer's page: keeps the visitor's token over reconnects, as the widget does."""

    def __init__(self, ws: str, site: str = "yunshan") -> None:
        super().__init__()
        self.ws = ws
        self.site = site
        self.visitor: str | None = None
        self.contact = new_id()
        self.interaction = new_id()
        self.states: list[str] = []

    async def open(
        self, origin: str | None = None, additional_headers: dict[str, str] | None = None, **hello: Any
    ) -> None:
        self.socket = await connect(
            f"{self.ws}/voice/ws", proxy=None, compression=None, max_size=None, origin=origin,  # type: ignore[arg-type]
            additional_headers=additional_headers,
        )  # fmt: skip
        self.closed = None
        self.frames = []
        self.listen()
        first = {"t": "hello", "v": 1, "site": self.site, "visitor": self.visitor, "locale": "zh-CN"}
        await self.send(**first | {"contact": self.contact if self.visitor else None} | hello)
        await self.until(lambda: self.of("welcome") or self.closed)

    def take(self, frame: dict[str, Any]) -> None:
        if frame["t"] == "welcome":
            self.visitor = frame["visitor"]
            if frame["contact"]:
                self.states.append(frame["contact"]["state"])
        if frame["t"] == "state":
            self.states.append(frame["state"])

    @property
    def leg(self) -> str:
        return f"{self.interaction}:c"

    async def call(self, sdp: str = SDP, **more: Any) -> dict[str, Any]:
        """Call in, or again with the same ids; the answer or the refusal."""
        id = new_id()
        await self.send(t="call", id=id, contact=self.contact, interaction=self.interaction, sdp=sdp, **more)
        return await self.answer(id)

    async def ask(self, t: str, **fields: Any) -> dict[str, Any]:
        id = new_id()
        await self.send(t=t, id=id, **fields)
        return await self.answer(id)

    async def answer(self, id: str) -> dict[str, Any]:
        found: dict[str, Any] = await self.until(lambda: next((f for f in self.frames if f.get("id") == id), None))
        return found

    async def state(self, wanted: str) -> None:
        await self.until(lambda: self.states and self.states[-1] == wanted)


class Phone(Talking):
    """The phone of a desk's page: makes a connection whenever it is asked to."""

    def __init__(self, label: str = "桌面") -> None:
        super().__init__()
        self.device = uuid.uuid4().hex
        self.label = label
        self.connects = True
        self.calls: dict[str, dict[str, Any]] = {}
        self._sends: set[asyncio.Task[None]] = set()

    def take(self, frame: dict[str, Any]) -> None:
        if frame["t"] == "welcome":
            self.calls = {call["leg"]: call for call in frame["calls"]}
        if frame["t"] == "call":
            self.calls[frame["leg"]] = frame
        if frame["t"] == "connect" and self.connects:
            task = asyncio.get_running_loop().create_task(self.send(t="offer", leg=frame["leg"], sdp=SDP))
            self._sends.add(task)
            task.add_done_callback(self._sends.discard)

    def live(self, interaction_id: str = "") -> list[dict[str, Any]]:
        return [
            call
            for call in self.calls.values()
            if call["state"] != "ended" and interaction_id in ("", call["interaction"])
        ]

    async def up(self, interaction_id: str = "") -> dict[str, Any]:
        """Wait until a line of ours is up."""
        found: dict[str, Any] = await self.until(
            lambda: next((call for call in self.live(interaction_id) if call["state"] == "up"), None)
        )
        return found


@dataclass
class Street:
    """The served city and its engine."""

    served: Served
    engine: FakeEngine
    open: list[Talking] = field(default_factory=list)

    @property
    def voice(self) -> VoiceChannel:
        channel = self.served.house.voice
        assert channel is not None
        return channel

    @property
    def city(self) -> Any:
        return self.served.city

    async def settle(self) -> None:
        for talking in self.open:
            if talking.closed is None:
                await talking.close()
        self.open.clear()
        if not self.engine.up:
            self.engine.come_up()
        self.voice.limits = VoiceLimits(position_every_ms=100)
        self.voice.door.forget_starts()
        self.engine.prompt_ms, self.engine.numbers, self.engine.capacity = 20, False, 1_000
        for leg_id in list(self.engine.legs):
            self.engine.bye(leg_id)
        await self.served.settle()
        async with asyncio.timeout(10):
            while self.voice.director.calls:  # noqa: ASYNC110
                await asyncio.sleep(0.02)

    async def caller(self, **hello: Any) -> Caller:
        caller = Caller(self.served.ws)
        await caller.open(**hello)
        self.open.append(caller)
        return caller

    async def phone(self, person_id: str, label: str = "桌面", *, ready: bool = True) -> Phone:
        phone = Phone(label)
        await self.plug_in(person_id, phone, ready=ready)
        return phone

    async def plug_in(self, person_id: str, phone: Phone, *, ready: bool = True) -> None:
        async with await self.served.staff(person_id) as browser:
            ticket = (await browser.post("/api/feed-ticket")).json()["ticket"]
        phone.socket = await connect(f"{self.served.ws}/voice/desk?ticket={ticket}", proxy=None, compression=None)
        phone.closed, phone.frames = None, []
        phone.listen()
        await phone.send(t="hello", v=1, device=phone.device, label=phone.label)
        await phone.got("welcome")
        if ready:
            await phone.send(t="ready", microphone=True)
        self.open.append(phone)

    async def desk(self, person_id: str, *topics: str) -> Desk:
        desk = await self.served.desk(person_id, *(topics or ("me",)))
        self.open.append(desk)
        return desk

    async def agent(self, person_id: str) -> tuple[Desk, Phone]:
        """Somebody who waits for calls."""
        phone = await self.phone(person_id)
        desk = await self.desk(person_id)
        await desk.available()
        return desk, phone

    async def talk(self, person_id: str | None = None) -> tuple[Caller, Desk, Phone]:
        """A caller and an agent who hear each other."""
        desk, phone = await self.agent(person_id or self.city.li)
        caller = await self.caller()
        assert (await caller.call())["t"] == "answer"
        handling = await desk.accept()
        assert handling["id"] == caller.interaction
        line = await phone.up()
        await caller.state("talking")
        assert self.hears(caller.leg) == {line["leg"]}
        assert self.hears(line["leg"]) == {caller.leg}
        return caller, desk, phone

    def hears(self, leg_id: str) -> set[str]:
        return self.engine.hearing(leg_id)

    async def until(self, holds: Any, seconds: float = 8) -> Any:
        async with asyncio.timeout(seconds):
            while not (value := holds()):  # noqa: ASYNC110 (what is asked tells nobody when it changes)
                await asyncio.sleep(0.01)
            return value
