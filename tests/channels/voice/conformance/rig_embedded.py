"""The embedded engine's rig: its real process, and people who are WebRTC peers in the test's own process."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
import shutil
import signal
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

import numpy as np

from rexian.channels.voice.port import EngineDown, EngineUp, LegAnswered, Side
from rexian.channels.voice.webrtc import dtmf
from rexian.channels.voice.webrtc.config import Config, Servers
from rexian.channels.voice.webrtc.engine import EmbeddedEngine
from rexian.channels.voice.webrtc.peer import Peer
from tests.channels.voice.conformance.rig import RATE, Heard, Person, Rig, Samples, eventually

HERE = Servers(addresses=("127.0.0.1",))
FRAME = 160


def _decoding() -> Samples:
    """Mu law by its formula, apart from the product's tables: a slip there is heard here."""
    code = ~np.arange(256) & 0xFF
    size = ((((code & 0xF) << 3) + 132) << (code >> 4 & 7)) - 132
    return np.where(code & 0x80, -size, size) / 32_768


DECODED = _decoding()
_ORDER = np.argsort(DECODED, kind="stable")


def mu_law(sound: Samples) -> bytes:
    """The nearest code of each sample."""
    place = np.clip(np.searchsorted(DECODED[_ORDER], sound), 1, 255)
    left, right = DECODED[_ORDER][place - 1], DECODED[_ORDER][place]
    return bytes(_ORDER[np.where(sound - left < right - sound, place - 1, place)].astype(np.uint8))


class Caller:
    """A browser's stand-in: speaks a tone, hears, presses keys. It sends every 20 ms from a task of its own."""

    def __init__(self, leg_id: str, hz: int) -> None:
        self.leg_id = leg_id
        self._hz = hz
        self._sample = 0
        self._heard = bytearray()
        self._keys: list[str] = []
        self.lost: list[str] = []
        self.peer = Peer(self, HERE)
        self._voice = asyncio.create_task(self._talk())

    # Peer's listener
    def on_up(self) -> None:
        pass

    def on_lost(self, cause: str) -> None:
        self.lost.append(cause)

    def on_sound(self, seq: int, timestamp: int, payload: bytes, arrived_s: float) -> None:
        self._heard += payload

    def on_key(self, key: dtmf.Key) -> None:
        self._keys.append(key.digit)

    # Person
    def speak(self, hz: int) -> None:
        self._hz = hz

    async def listen(self, seconds: float) -> Samples:
        self._heard.clear()
        await asyncio.sleep(seconds)
        return DECODED[np.frombuffer(bytes(self._heard), np.uint8)]

    async def press(self, digits: str) -> None:
        self.peer.press(digits)

    def keys_heard(self) -> str:
        return "".join(self._keys)

    async def hang_up(self) -> None:
        self._voice.cancel()
        await self.peer.close()

    # the rig's own
    async def cut(self) -> None:
        """The network goes, without a word."""
        await self.peer.close(say=False)

    async def come_back(self) -> None:
        """A page that was loaded again: another connection object, and the old one is gone without a word."""
        await self.cut()
        self.peer = Peer(self, HERE)

    async def _talk(self) -> None:
        loop = asyncio.get_running_loop()
        due, beats = loop.time(), itertools.count(1)
        while True:
            self.peer.send_sound(self._frame())
            if next(beats) % 50 == 0:  # as browsers do
                self.peer.report()
            due = max(due + 0.02, loop.time() - 0.1)
            await asyncio.sleep(max(0.0, due - loop.time()))

    def _frame(self) -> bytes:
        if not self._hz:
            return b"\xff" * FRAME
        at = np.arange(self._sample, self._sample + FRAME)
        self._sample += FRAME
        return mu_law(0.35 * np.sin(2 * np.pi * self._hz * at / RATE))


class EmbeddedRig(Rig):
    name = "embedded"
    can = frozenset(
        {
            "sound",
            "browser",
            "reconnect",
            "record",
            "tap",
            "inject",
            "whisper",
            "keys_out",
            "kill_engine",
            "kill_controller",
            "remembers",
        }
    )
    limits: ClassVar[Mapping[str, str]] = {
        "inbound": "no telephone lines: whoever calls in is a page that connects",
        "outbound": "no telephone lines: pages are asked over their own socket",
        "transfer": "no telephone lines to transfer a call to",
    }

    def __init__(self, config: Config | None = None) -> None:
        self.home = Path(tempfile.mkdtemp(prefix="rexian-voice-"))
        self.config = config or Config(servers=HERE, late_ms=10_000)  # a test machine may be busy
        self.engine = EmbeddedEngine(self.home, self.config)
        self.heard = Heard()
        self._people: list[Caller] = []

    async def set_up(self) -> None:
        self.engine.listen(self.heard)
        await self.engine.start()
        await self.heard.wait(EngineUp, seconds=20)

    async def tear_down(self) -> None:
        for person in self._people:
            await person.hang_up()
        await self.engine.stop(with_calls=True)
        with contextlib.suppress(AssertionError):
            await eventually(lambda: not (self.home / "voice.sock").exists())
        shutil.rmtree(self.home, ignore_errors=True)

    async def person(self, leg_id: str, side: Side, hz: int = 0, tag: str = "") -> Caller:
        since = self.heard.mark()
        person = Caller(leg_id, hz)
        self._people.append(person)
        await self._connect(person, side, tag)
        await self.heard.wait(LegAnswered, since, leg_id=leg_id)
        return person

    async def _connect(self, person: Caller, side: Side, tag: str) -> None:
        offer = await person.peer.offer()
        person.peer.take_answer(await self.engine.connect(person.leg_id, offer, side=side, tag=tag))

    async def offer(self) -> str:
        person = Caller("", 0)
        self._people.append(person)
        return await person.peer.offer()

    async def reconnect(self, person: Person) -> None:
        assert isinstance(person, Caller)
        since = self.heard.mark()
        await person.come_back()
        legs = {leg.id: leg for leg in (await self.engine.inventory()).legs}
        await self._connect(person, legs[person.leg_id].side, legs[person.leg_id].tag)
        await self.heard.wait(LegAnswered, since, leg_id=person.leg_id)

    async def kill_engine(self) -> None:
        since = self.heard.mark()
        os.kill(self.engine.link.pid, signal.SIGKILL)
        await self.heard.wait(EngineDown, since)

    async def kill_controller(self) -> None:
        """The line is cut and nobody is told, as when the web server is killed."""
        since = self.heard.mark()
        engine = self.engine
        assert engine.link._keeper is not None
        assert engine.link._writer is not None
        engine.link._keeper.cancel()
        engine.link._writer.transport.abort()
        self.engine = EmbeddedEngine(self.home, self.config)
        self.engine.listen(self.heard)
        await self.engine.start()
        await self.heard.wait(EngineUp, since)
