"""Asterisk's rig: the real exchange in its chroot, and people who are SIP phones in the test's own process."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import ClassVar

from rexian.channels.voice.asterisk.engine import AsteriskEngine
from rexian.channels.voice.port import Endpoint, EngineDown, EngineUp, LegAnswered, LegOffered, Phone, Side
from tests.channels.voice.asterisk.exchange import Exchange
from tests.channels.voice.asterisk.sip import SipPhone
from tests.channels.voice.conformance.rig import Heard, Person, Rig

PHONES = tuple(f"p{n}" for n in range(200))


class Telephone(SipPhone):
    """A phone that picks up at once."""

    leg_id = ""

    async def close(self) -> None:
        await self.hang_up()
        await super().close()


class AsteriskRig(Rig):
    name = "asterisk"
    can = frozenset(
        {
            "sound",
            "inbound",
            "outbound",
            "transfer",
            "record",
            "tap",
            "inject",
            "whisper",
            "keys_out",
            "kill_engine",
            "kill_controller",
        }
    )
    limits: ClassVar[Mapping[str, str]] = {
        "browser": "browsers speak SIP to the exchange themselves",
        "reconnect": "a SIP call whose line is cut does not come back: who talked is called again",
        "remembers": "the exchange keeps no events for whoever is away: its inventory leaves out what ended",
    }

    def __init__(self) -> None:
        self.exchange = self.make_exchange()
        self.engine = AsteriskEngine(self.exchange.plan)
        self.heard = Heard()
        self._people: list[Telephone] = []
        self._dialling: list[asyncio.Task[str]] = []
        self._starting: asyncio.Task[None] | None = None

    def make_exchange(self) -> Exchange:
        return Exchange(phones=PHONES)

    async def set_up(self) -> None:
        await asyncio.to_thread(self.exchange.start)
        self.engine.listen(self.heard)
        await self.engine.start()
        await self.heard.wait(EngineUp)

    async def tear_down(self) -> None:
        for dialling in self._dialling:
            dialling.cancel()
        for person in self._people:
            await person.close()
        await self.engine.stop()
        if self._starting:
            await self._starting
        await asyncio.to_thread(self.exchange.close)

    async def _telephone(self, hz: int) -> tuple[Telephone, str]:
        name = PHONES[len(self._people)]
        person = Telephone(name, self.exchange.plan.phone_password(name), self.exchange.address, hz)
        self._people.append(person)
        await person.start()
        assert await person.register() == "SIP/2.0 200 OK"
        return person, name

    async def callee(self) -> Endpoint:
        return Phone((await self._telephone(0))[1])

    async def ring_in(self) -> str:
        since = self.heard.mark()
        person = Telephone("+8613800000000", "", self.exchange.address)
        self._people.append(person)
        await person.start()
        self._dialling.append(asyncio.create_task(person.dial("4001")))
        return (await self.heard.wait(LegOffered, since)).leg_id

    async def person(self, leg_id: str, side: Side, hz: int = 0, tag: str = "") -> Telephone:
        since = self.heard.mark()
        person, name = await self._telephone(hz)
        person.leg_id = leg_id
        await self.engine.originate(leg_id, Phone(name), side=side, tag=tag)
        await self.heard.wait(LegAnswered, since, leg_id=leg_id)
        return person

    async def reconnect(self, person: Person) -> None:
        raise NotImplementedError("a SIP call does not come back")

    async def kill_engine(self) -> None:
        since = self.heard.mark()
        self.exchange.kill()
        await self.heard.wait(EngineDown, since)
        self._starting = asyncio.create_task(asyncio.to_thread(self.exchange.start))

    async def kill_controller(self) -> None:
        """The line is cut and nobody is told, as when the web server is killed."""
        since = self.heard.mark()
        self.engine._statistics.stop()
        for node in self.engine._hall.nodes.values():
            assert node.line._task is not None
            node.line._task.cancel()
            if node.line._socket is not None:
                node.line._socket.transport.abort()
        self.engine = AsteriskEngine(self.exchange.plan)
        self.engine.listen(self.heard)
        await self.engine.start()
        await self.heard.wait(EngineUp, since)
