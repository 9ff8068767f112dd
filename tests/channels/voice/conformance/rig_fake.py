"""The product's tests' own engine, held to the port as well: it moves no sound, and obeys at once."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Mapping
from typing import Any, ClassVar

from rexian.channels.voice.port import Caller, Endpoint, EngineUp, LegAnswered, Number, Side
from tests.channels.voice.conformance.rig import Heard, Person, Rig, Samples
from tests.channels.voice.fake_engine import FakeEngine

SDP = "v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 8\r\n"


class _Engine(FakeEngine):
    """Whoever is called picks up, and who listens to it goes on doing so."""

    async def originate(self, leg_id: str, to: Endpoint, **how: Any) -> None:
        known = len(self.dialled)
        await super().originate(leg_id, to, **how)
        if len(self.dialled) > known:
            asyncio.get_running_loop().call_soon(self.pick_up, leg_id)

    async def stop(self) -> None:
        self.up = self._begun = False


class Puppet:
    """A far end without ears."""

    def __init__(self, engine: FakeEngine, leg_id: str) -> None:
        self._engine, self.leg_id = engine, leg_id

    def speak(self, hz: int) -> None:
        return

    async def listen(self, seconds: float) -> Samples:
        raise NotImplementedError("no sound")

    async def press(self, digits: str) -> None:
        self._engine.press(self.leg_id, digits)

    def keys_heard(self) -> str:
        return "".join(digits for leg_id, digits in self._engine.sent_digits if leg_id == self.leg_id)

    async def hang_up(self) -> None:
        self._engine.bye(self.leg_id)


class FakeRig(Rig):
    name = "fake"
    can = frozenset({"inbound", "outbound", "browser", "record", "keys_out"})
    limits: ClassVar[Mapping[str, str]] = {
        "sound": "it has none", "transfer": "nobody is outside", "tap": "it has no sound", "inject": "it has no sound"
    }  # fmt: skip

    def __init__(self) -> None:
        self.engine = self._fake = _Engine(numbers=True)
        self.heard = Heard()
        self._numbers = itertools.count(1)

    async def set_up(self) -> None:
        self.engine.listen(self.heard)
        await self.engine.start()
        await self.heard.wait(EngineUp)

    async def tear_down(self) -> None:
        await self.engine.stop()

    async def person(self, leg_id: str, side: Side, hz: int = 0, tag: str = "") -> Person:
        since = self.heard.mark()
        await self.engine.connect(leg_id, SDP, side=side, tag=tag)
        await self.heard.wait(LegAnswered, since, leg_id=leg_id)
        return Puppet(self._fake, leg_id)

    async def offer(self) -> str:
        return SDP

    async def callee(self) -> Endpoint:
        return Number(f"+86138{next(self._numbers):08}")

    async def ring_in(self) -> str:
        leg_id = f"in-{next(self._numbers)}"
        self._fake.offer(leg_id, Caller())
        return leg_id
