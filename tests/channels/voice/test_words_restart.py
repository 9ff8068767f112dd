"""The web server dies while a telephone's caller leaves words, and they hang up: they are called back and heard."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
import sqlalchemy as sa

from rexian.channels.voice import port
from rexian.channels.voice.asking import SYSTEM
from rexian.channels.voice.settings import VoiceLimits
from rexian.directory.people.tables import person
from rexian.engine.commands import EndInteraction
from rexian.kit.database import Database
from rexian.runtime.tables import content
from tests.channels.voice.fake_engine import FakeEngine
from tests.channels.voice.rig import Street
from tests.channels.voice.test_restart import Lasting, waiting_telephone
from tests.channels.voice.words import one, seal, until
from tests.served import Served, running, serving

LEG = "PJSIP.trunk-9"


@pytest.fixture(scope="module")
async def closed(db_module: Database, tmp_path_factory: pytest.TempPathFactory) -> Served:
    """A city whose server is stopped; its database is there."""
    home = tmp_path_factory.mktemp("other")
    async with serving(db_module, home, voice=FakeEngine()) as served, served.house.db.system() as tx:
        await tx.execute(sa.update(person).values(capacity={"chat": 3, "voice": 1}))
    return served


async def telephone(street: Street, monkeypatch: pytest.MonkeyPatch, where: str) -> str:
    """Somebody calls in and speaks after the tone; their interaction."""
    if where == "in the line":
        _, interaction = await waiting_telephone(street, street.city)
        call = next(iter(street.voice.director.calls.values()))
        await street.until(lambda: call.host is not None and call.host._state.greeted)  # type: ignore[attr-defined]
    else:
        interaction = await _out_of_hours(street, monkeypatch)
    street.engine.press(LEG, "2")
    await street.until(lambda: street.engine.recordings)
    return interaction


async def _out_of_hours(street: Street, monkeypatch: pytest.MonkeyPatch) -> str:
    async def number_of(dialled: str) -> tuple[str, str]:
        return street.city.yunshan, "yunshan"

    async def no(*_: object) -> bool:
        return False

    street.voice.number_of = number_of
    monkeypatch.setattr(street.voice.lobby._receptions, "is_open", no)
    street.engine.offer(LEG, port.Caller(number="+8613800138000", dialled="1"))
    await street.until(lambda: LEG in street.engine.legs and street.engine.legs[LEG].collecting)
    (call,) = street.voice.director.calls.values()
    facts = street.voice.director.facts(call)
    assert facts is not None
    return facts.main


async def called_back(street: Street, interaction: str) -> None:
    """They wait for a call-back, and what they said is in the transcript."""

    def waits() -> bool:
        floor = street.voice.asking.floor(street.city.yunshan)
        main = floor.interaction(interaction) if floor is not None else None
        assert main is None or main.state not in ("ended", "after_contact_work"), "it must not end"
        return main is not None and main.call_back

    await street.until(waits, seconds=20)
    words = sa.select(content.c.kind).where(content.c.interaction_id == interaction)
    assert (await until(lambda: one(street, words))).kind == "file"


async def end(street: Street, interaction: str) -> None:
    await street.voice.asking.insist(street.city.yunshan, EndInteraction(interaction_id=interaction, by=SYSTEM))


@pytest.mark.parametrize("killed", ["while they speak", "before anybody is asked to hear it"])
@pytest.mark.parametrize("where", ["in the line", "out of hours"])
async def test_who_left_words_in_a_restart_and_has_hung_up_is_called_back(
    closed: Served, monkeypatch: pytest.MonkeyPatch, where: str, killed: str
) -> None:
    before, engine = closed, Lasting()
    engine.tells = False  # an exchange forgets; the line is simply not there any more
    seal(engine, monkeypatch)
    async with running(before.settings, voice=engine) as (house, at):
        street = Street(Served(house, before.city, at, before.settings), engine)
        interaction = await telephone(street, monkeypatch, where)
        if killed != "while they speak":
            monkeypatch.setattr(street.voice.lobby, "hand_on", _never)
            engine.press(LEG, "#")
            await until(lambda: one(street, sa.select(content.c.kind).where(content.c.interaction_id == interaction)))
    engine.bye(LEG)
    async with running(before.settings, voice=engine) as (house, at):
        street = Street(Served(house, before.city, at, before.settings), engine)
        street.voice.limits = VoiceLimits(grace_ms=400)
        await called_back(street, interaction)
        await street.until(lambda: not engine.bridges)
        await end(street, interaction)


async def _never(*_: Any, **__: Any) -> None:
    await asyncio.Event().wait()


@pytest.mark.parametrize("where", ["in the line", "out of hours"])
async def test_who_left_words_when_server_and_exchange_end_is_called_back(
    closed: Served, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    """The machine is started anew: nobody has hung up, and the line can't come back."""
    before, engine = closed, Lasting()
    engine.tells = False
    seal(engine, monkeypatch)
    async with running(before.settings, voice=engine) as (house, at):
        street = Street(Served(house, before.city, at, before.settings), engine)
        interaction = await telephone(street, monkeypatch, where)
    engine.legs.clear()
    engine.bridges.clear()
    engine.recordings.clear()
    engine.epoch = before.house.clock.now_ms() + 1
    async with running(before.settings, voice=engine) as (house, at):
        street = Street(Served(house, before.city, at, before.settings), engine)
        street.voice.limits = VoiceLimits(grace_ms=400)
        await called_back(street, interaction)
        await end(street, interaction)
