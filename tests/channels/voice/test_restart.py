"""The web server dies and comes back while people talk: the floor's journal and the engine know all that matters."""

from __future__ import annotations

import asyncio

import pytest
import sqlalchemy as sa

from rexian.channels.voice import port
from rexian.directory.people.tables import person
from rexian.kit.database import Database
from tests.channels.voice.fake_engine import FakeEngine
from tests.channels.voice.rig import Street
from tests.served import Served, running, serving


class Lasting(FakeEngine):
    """An engine that outlives the web server."""

    async def start(self) -> None:
        if self.up:
            asyncio.get_running_loop().call_soon(self._tell, port.EngineUp(version="the same life"))
        else:
            await super().start()


@pytest.fixture(scope="module")
async def closed(db_module: Database, tmp_path_factory: pytest.TempPathFactory) -> Served:
    """A city whose server is stopped; its database is there."""
    home = tmp_path_factory.mktemp("other")
    async with serving(db_module, home, voice=FakeEngine()) as served, served.house.db.system() as tx:
        await tx.execute(sa.update(person).values(capacity={"chat": 3, "voice": 1}))
    return served


async def test_when_the_web_server_dies_the_call_goes_on_and_controls_return(
    closed: Served,
) -> None:
    before, engine = closed, Lasting()
    async with running(before.settings, voice=engine) as (house, port):
        street = Street(Served(house, before.city, port, before.settings), engine)
        caller, _, phone = await street.talk()
        line = phone.live()[0]["leg"]
    assert street.hears(caller.leg) == {line}  # nobody is there to control it, and they talk on
    async with running(before.settings, voice=engine) as (house, port):
        street = Street(Served(house, before.city, port, before.settings), engine)
        caller.ws = street.served.ws
        await caller.open()
        await caller.state("talking")
        await street.plug_in(before.city.li, phone)
        assert [call["leg"] for call in phone.live()] == [line]
        assert phone.live()[0]["here"] is True
        li = await street.desk(before.city.li)
        await li.do("SetHold", interaction_id=caller.interaction, on=True)
        await street.until(lambda: engine.legs[caller.leg].held)
        await li.do("SetHold", interaction_id=caller.interaction, on=False)
        await street.until(lambda: street.hears(caller.leg) == {line})
        assert engine.connects == [caller.leg, line]  # nobody had to connect again
        await caller.ask("hangup")
        await street.until(lambda: not engine.legs)
        for talking in (caller, phone, li):
            await talking.close()
