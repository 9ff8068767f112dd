"""The web server dies and comes back while people talk: the floor's journal and the engine know all that matters."""

from __future__ import annotations

import asyncio

import pytest
import sqlalchemy as sa

from rexian.channels.voice import port
from rexian.channels.voice.asking import SYSTEM
from rexian.directory.people.tables import person
from rexian.engine.commands import EndInteraction
from rexian.kit.database import Database
from rexian.kit.ids import new_id
from rexian.kit.sockets import TRY_LATER
from rexian.runtime.tables import journal
from tests.channels.voice.fake_engine import FakeEngine
from tests.channels.voice.rig import Street
from tests.served import City, Served, running, serving


class Lasting(FakeEngine):
    """An engine that outlives the web server. `tells`: it also tells what ended while nobody listened."""

    tells = True

    def __init__(self, *, numbers: bool = False) -> None:
        super().__init__(numbers=numbers)
        self.unseen: list[port.VoiceEvent] = []

    async def start(self) -> None:
        if self.up:
            asyncio.get_running_loop().call_soon(self._again)
        else:
            await super().start()

    def _again(self) -> None:
        unseen, self.unseen = self.unseen, []
        self._tell(port.EngineUp(version="the same life"))
        for event in unseen if self.tells else ():
            self._tell(event)

    def _tell(self, event: port.VoiceEvent) -> None:
        if not self._listeners:
            self.unseen.append(event)
        super()._tell(event)


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


async def test_a_page_that_comes_before_the_floor_is_sent_away_for_a_moment(
    closed: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Told that there is no call, it would hang up the one that goes on."""
    before, engine = closed, Lasting()
    async with running(before.settings, voice=engine) as (house, port):
        street = Street(Served(house, before.city, port, before.settings), engine)
        caller = await street.caller()
        await caller.call()
        await caller.state("waiting")
        await caller.close()
        with monkeypatch.context() as starting:
            starting.setattr(street.voice.asking, "floor", lambda tenant_id: None)
            await caller.open()
            await street.until(lambda: caller.closed)
            assert caller.of("welcome") == []
            assert caller.closed == (TRY_LATER, "try again")
        await caller.open()
        await caller.state("waiting")
        await caller.ask("hangup")


async def ended_as(street: Street, interaction_id: str) -> str:
    """The reason for which it ended, as soon as it has."""
    query = sa.select(journal.c.body).where(
        journal.c.kind == "InteractionEnded", journal.c.interaction_id == interaction_id
    )
    async with asyncio.timeout(10):
        while True:
            async with street.served.house.db.system() as tx:
                row = (await tx.execute(query)).one_or_none()
            if row is not None:
                return str(row.body["reason"])
            await asyncio.sleep(0.05)


async def waiting_telephone(street: Street, city: City) -> tuple[str, str]:
    """Somebody calls in by telephone and waits; leg and interaction."""

    async def number_of(dialled: str) -> tuple[str, str]:
        return city.yunshan, "yunshan"

    street.voice.number_of = number_of
    leg = "PJSIP.trunk-9"
    street.engine.offer(leg, port.Caller(number="+8613800138000", dialled="1"))
    await street.until(lambda: street.voice.director.calls)
    live = next(iter(street.voice.director.calls.values()))
    await street.until(lambda: (facts := street.voice.director.facts(live)) and facts.stage == "waiting")
    return leg, street.voice.director.facts(live).main  # type: ignore[union-attr]


@pytest.mark.parametrize("by_telephone", [False, True])
async def test_who_hangs_up_while_the_web_server_is_away_has_hung_up(closed: Served, by_telephone: bool) -> None:
    before, engine = closed, Lasting()
    engine.tells = not by_telephone  # an exchange forgets; the line is simply not there any more
    async with running(before.settings, voice=engine) as (house, port_number):
        street = Street(Served(house, before.city, port_number, before.settings), engine)
        if by_telephone:
            leg, interaction = await waiting_telephone(street, before.city)
        else:
            caller = await street.caller()
            await caller.call()
            await caller.state("waiting")
            leg, interaction = caller.leg, caller.interaction
    engine.bye(leg)
    async with running(before.settings, voice=engine) as (house, port_number):
        street = Street(Served(house, before.city, port_number, before.settings), engine)
        assert await ended_as(street, interaction) == "customer_hung_up"


async def test_whom_the_end_of_server_and_exchange_cuts_off_keeps_the_place(closed: Served) -> None:
    """A machine that is started anew takes both with it: nobody has hung up."""
    before, engine = closed, Lasting(numbers=True)
    engine.tells = False
    async with running(before.settings, voice=engine) as (house, port_number):
        street = Street(Served(house, before.city, port_number, before.settings), engine)
        _, interaction = await waiting_telephone(street, before.city)
    engine.legs.clear()
    engine.epoch = before.house.clock.now_ms() + 1
    async with running(before.settings, voice=engine) as (house, port_number):
        street = Street(Served(house, before.city, port_number, before.settings), engine)
        await street.until(lambda: any(
            one.id == interaction and one.call_back
            for room in house.rooms.values() for one in room.mirror.floor.interactions()
        ))  # fmt: skip
        end = EndInteraction(interaction_id=interaction, by=SYSTEM)
        await street.voice.asking.insist(before.city.yunshan, end)


async def test_somebody_outside_who_was_to_join_is_dialled_after_a_restart(closed: Served) -> None:
    before, engine = closed, Lasting(numbers=True)
    async with running(before.settings, voice=engine) as (house, port_number):
        street = Street(Served(house, before.city, port_number, before.settings), engine)
        caller, wang, _ = await street.talk(before.city.wang)
        engine.crash()  # it is away when the agent asks: nothing can be dialled
        participant = new_id()
        number = "+8613900002222"
        await wang.do("AddExternal", interaction_id=caller.interaction, participant_id=participant, number=number)
        assert not engine.dialled
    async with running(before.settings, voice=engine) as (house, port_number):
        street = Street(Served(house, before.city, port_number, before.settings), engine)
        await street.until(lambda: engine.dialled)
        leg = f"{caller.interaction}:x:{participant}"
        assert engine.dialled == [(leg, port.Number(number))]
        caller.ws = street.served.ws
        await caller.open()
        await caller.ask("hangup")
        await street.until(lambda: leg not in engine.legs)
