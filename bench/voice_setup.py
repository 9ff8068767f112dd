"""From the tap on "call" until a person's page rings, through the whole product with the embedded voice engine.

Part of `bench.voice`. Real sockets, a real media process and real packets on loopback, one caller after the other: the
page's offer, the engine's answer, the line (ICE, DTLS), reception, queue, the offer at the agent's desk. Without a
menu nobody waits for the greeting's end.
"""

from __future__ import annotations

import asyncio
import shutil
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import sqlalchemy as sa
from tests.channels.voice.conformance.rig_embedded import HERE
from tests.channels.voice.conformance.rig_embedded import Caller as Voice
from tests.channels.voice.rig import Street
from tests.served import Desk, serving

from rexian.channels.voice.settings import VoiceLimits
from rexian.channels.voice.webrtc.config import Config
from rexian.channels.voice.webrtc.engine import EmbeddedEngine
from rexian.directory.people.tables import person
from rexian.kit.database import Database, owner
from rexian.kit.ids import new_id
from rexian.kit.postgres import PrivatePostgres
from rexian.kit.schema import create_schema


@dataclass
class SetUp:
    """Times of all calls, ms: from the tap to the answer that brings the line, and to the ring."""

    to_answer: list[float] = field(default_factory=list)
    to_ring: list[float] = field(default_factory=list)


@asynccontextmanager
async def _street(url: str, home: Path) -> AsyncIterator[Street]:
    async with owner(url) as tables:
        await create_schema(tables)
    database = Database(url)
    engine = EmbeddedEngine(home, Config(servers=HERE, late_ms=10_000))
    async with serving(database, home, voice=engine) as served:
        async with served.house.db.system() as tx:
            await tx.execute(sa.update(person).values(capacity={"chat": 3, "voice": 1}))
        await served.house.directory.sync.once()
        street = Street(served, engine)  # type: ignore[arg-type]
        await street.until(lambda: street.voice.director.up, 60)
        street.voice.limits = VoiceLimits(starts_per_address=1_000_000)
        yield street
        for talking in street.open:
            if talking.closed is None:
                await talking.close()
        await engine.stop(with_calls=True)
    await database.close()


async def _call(street: Street, desk: Desk, found: SetUp) -> None:
    caller, voice = await street.caller(), Voice("customer", 1_000)
    began = time.perf_counter()
    answer = await caller.call(sdp=await voice.peer.offer())
    assert answer["t"] == "answer", answer
    voice.peer.take_answer(answer["sdp"])
    found.to_answer.append((time.perf_counter() - began) * 1000)
    await desk.until(lambda: desk.view("me", "offers"))
    found.to_ring.append((time.perf_counter() - began) * 1000)
    await caller.send(t="hangup", id=new_id())
    await caller.state("ended")
    await desk.until(lambda: not desk.view("me", "offers"))
    await voice.hang_up()
    await caller.close()


async def _measure(url: str, home: Path, calls: int) -> SetUp:
    found = SetUp()
    async with _street(url, home) as street:
        desk, _ = await street.agent(street.city.li)
        desk.lives()
        for _ in range(calls):
            await _call(street, desk, found)
    return found


def set_up(calls: int) -> SetUp:
    """Make `calls`, one after the other."""
    home = Path(tempfile.mkdtemp(prefix="rexian-bench-"))
    home.chmod(0o711)
    server = PrivatePostgres(home / "pg")
    try:
        return asyncio.run(_measure(server.start(), home / "house", calls))
    finally:
        server.stop(force=True)
        shutil.rmtree(home, ignore_errors=True)
