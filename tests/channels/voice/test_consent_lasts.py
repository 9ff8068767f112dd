"""Ask first, record only those who agree: the answer holds when the web server is started anew."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import sqlalchemy as sa

from rexian.directory.people.tables import person
from rexian.kit.database import Database
from rexian.runtime.tables import journal
from rexian.work.recordings.tables import rule
from tests.channels.voice.fake_engine import FakeEngine
from tests.channels.voice.rig import Caller, Phone, Street
from tests.channels.voice.test_restart import Lasting
from tests.pages import Desk
from tests.served import Served, running, serving


@pytest.fixture(scope="module")
async def asking_first(db_module: Database, tmp_path_factory: pytest.TempPathFactory) -> Served:
    """A city whose server is stopped; its company asks before it records."""
    home = tmp_path_factory.mktemp("asking")
    async with serving(db_module, home, voice=FakeEngine()) as served, served.house.db.system() as tx:
        await tx.execute(sa.update(person).values(capacity={"chat": 3, "voice": 1}))
        await tx.execute(sa.insert(rule).values(tenant_id=served.city.yunshan, consent="prompt", keep_days=90))
    return served


@asynccontextmanager
async def life(before: Served, engine: FakeEngine) -> AsyncIterator[Street]:
    """One life of the web server."""
    async with running(before.settings, voice=engine) as (house, port):
        street = Street(Served(house, before.city, port, before.settings), engine)
        yield street
        for talking in street.open:
            await talking.close()


async def answered(caller: Caller, key: str) -> None:
    """They call in, and answer the question by key."""
    await caller.call()
    await caller.until(lambda: [one for one in caller.of("say") if one.get("keys")])
    await caller.send(t="key", digit=key)
    await caller.state("waiting")


async def noted(street: Street, caller: Caller, kind: str, word: str) -> None:
    """The journal has it."""
    query = sa.select(journal.c.body).where(journal.c.contact_id == caller.contact, journal.c.kind == kind)
    while True:
        async with street.served.house.db.system() as tx:
            if any(word in str(row.body) for row in await tx.execute(query)):
                return


async def switched_on(street: Street, caller: Caller) -> bool:
    """Whether the journal has it that a recording was to begin."""
    changed = (journal.c.contact_id == caller.contact) & (journal.c.kind == "RecordingChanged")
    async with street.served.house.db.system() as tx:
        return any(row.body["state"] == "on" for row in await tx.execute(sa.select(journal.c.body).where(changed)))


async def met(street: Street, caller: Caller) -> None:
    """Customer and agent have met, and whether it is recorded has been decided."""
    voice = street.voice
    await street.until(lambda: (call := voice.director.calls.get(caller.contact)) and call.handled_by)
    await street.until(lambda: not voice.asking._spawned)


async def talks(street: Street, caller: Caller) -> tuple[Desk, Phone]:
    desk, phone = await street.agent(street.city.li)
    assert (await desk.accept())["id"] == caller.interaction
    await phone.up()
    await caller.state("talking")
    await met(street, caller)
    return desk, phone


@pytest.mark.parametrize("key", ["1", "2"])
async def test_the_answer_holds_when_the_web_server_is_restarted_while_they_wait(
    asking_first: Served, key: str
) -> None:
    engine = Lasting()
    async with life(asking_first, engine) as street:
        caller = await street.caller()
        await answered(caller, key)
        await noted(street, caller, "ReceptionNoted", "'yes'" if key == "1" else "'no'")
    async with life(asking_first, engine) as street:
        caller.ws = street.served.ws
        await caller.open()
        await talks(street, caller)
        if key == "1":
            await street.until(lambda: engine.recordings)
        assert await switched_on(street, caller) is (key == "1")
        await caller.close()
        await street.settle()


@pytest.mark.parametrize("key", ["1", "2"])
async def test_the_answer_holds_when_the_web_server_is_restarted_while_they_talk(
    asking_first: Served, key: str
) -> None:
    engine = Lasting()
    async with life(asking_first, engine) as street:
        caller = await street.caller()
        await answered(caller, key)
        await noted(street, caller, "ReceptionNoted", "'yes'" if key == "1" else "'no'")
        await talks(street, caller)
        if key == "1":
            await street.until(lambda: engine.recordings)
        assert await switched_on(street, caller) is (key == "1")
        before = dict(engine.recordings)
    async with life(asking_first, engine) as street:
        caller.ws = street.served.ws
        await caller.open()
        await caller.state("talking")
        await met(street, caller)
        assert engine.recordings == before
        assert await switched_on(street, caller) is (key == "1")
        await caller.close()
        await street.settle()
