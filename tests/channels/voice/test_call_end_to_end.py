"""The real thing: real media process, real packets, real floor. Two voices hear each other, by spectrum."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator

import numpy as np
import pytest
import sqlalchemy as sa

from rexian.channels.voice.webrtc.config import Config
from rexian.channels.voice.webrtc.engine import EmbeddedEngine
from rexian.directory.people.tables import person
from rexian.kit.database import Database
from tests.channels.voice.conformance.rig_embedded import HERE
from tests.channels.voice.conformance.rig_embedded import Caller as Voice
from tests.channels.voice.rig import Caller, Phone, Street
from tests.served import serving

CUSTOMER_HZ, AGENT_HZ = 1_000, 1_700


@pytest.fixture
async def city(db: Database, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Street]:
    home = tmp_path_factory.mktemp("v")
    engine = EmbeddedEngine(home, Config(servers=HERE, late_ms=10_000))
    async with serving(db, home, voice=engine) as served:
        async with served.house.db.system() as tx:
            await tx.execute(sa.update(person).values(capacity={"chat": 3, "voice": 1}))
        await served.house.directory.sync.once()
        street = Street(served, engine)  # type: ignore[arg-type]
        await street.until(lambda: street.voice.director.up, 20)
        yield street
        for talking in street.open:
            if talking.closed is None:
                await talking.close()
        await engine.stop(with_calls=True)


async def calls(caller: Caller, voice: Voice) -> None:
    """The page's part: offer, answer."""
    answer = await caller.call(sdp=await voice.peer.offer())
    assert answer["t"] == "answer", answer
    voice.peer.take_answer(answer["sdp"])


async def answers(phone: Phone, voice: Voice, seen: int = 0) -> str:
    """The desk's part: whenever it is told to connect. Returns the leg."""
    await phone.until(lambda: len(phone.of("connect")) > seen)
    leg: str = phone.of("connect")[seen]["leg"]
    await phone.send(t="offer", leg=leg, sdp=await voice.peer.offer())
    voice.peer.take_answer((await phone.got("answer", leg=leg))["sdp"])
    return leg


async def hears(voice: Voice, hz: int) -> bool:
    """Whether the other's tone is what is heard most."""
    sound = await voice.listen(0.6)
    if len(sound) < 2_000:
        return False
    strength = np.abs(np.fft.rfft(sound * np.hanning(len(sound))))
    loudest = float(np.fft.rfftfreq(len(sound), 1 / 8_000)[strength.argmax()])
    return abs(loudest - hz) < 25


async def until_heard(voice: Voice, hz: int) -> None:
    for _ in range(12):
        if await hears(voice, hz):
            return
    raise AssertionError(f"{hz} Hz is not heard")


async def test_a_call_from_end_to_end(city: Street) -> None:
    phone = Phone()
    phone.connects = False
    await city.plug_in(city.city.li, phone)
    li = await city.desk(city.city.li)
    await li.available()
    caller = await city.caller()
    theirs, mine = Voice("customer", CUSTOMER_HZ), Voice("agent", AGENT_HZ)
    await calls(caller, theirs)
    assert np.abs(await theirs.listen(0.8)).max() > 0.05  # the greeting
    await caller.state("waiting")
    handling = await li.accept()
    assert handling["id"] == caller.interaction
    await answers(phone, mine)
    await caller.state("talking")
    await until_heard(theirs, AGENT_HZ)
    await until_heard(mine, CUSTOMER_HZ)

    await li.do("SetHold", interaction_id=caller.interaction, on=True)
    await caller.state("held")
    await asyncio.sleep(0.3)
    assert not await hears(mine, CUSTOMER_HZ)
    assert not await hears(theirs, AGENT_HZ)
    await li.do("SetHold", interaction_id=caller.interaction, on=False)
    await until_heard(theirs, AGENT_HZ)

    os.kill(city.engine.link.pid, signal.SIGKILL)  # type: ignore[attr-defined]
    await caller.state("cut")
    await caller.until(lambda: any(one.get("reason") == "engine_up" for one in caller.of("state")), 20)
    await theirs.come_back()
    await mine.come_back()
    await asyncio.gather(calls(caller, theirs), answers(phone, mine, seen=1))
    await caller.state("talking")
    await until_heard(theirs, AGENT_HZ)
    await until_heard(mine, CUSTOMER_HZ)

    await li.do("EndInteraction", interaction_id=caller.interaction)
    await caller.state("ended")
    await caller.until(lambda: any(len(frame["keys"]) == 5 for frame in caller.of("say")))
    await theirs.press("4")
    await caller.until(lambda: caller.of("state")[-1].get("rating") == 4, 15)
    await theirs.hang_up()
    await mine.hang_up()
