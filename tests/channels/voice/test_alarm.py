"""An emergency that nobody takes: it rings those who could take it until somebody does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
import sqlalchemy as sa

from rexian.channels.voice.port import File, Number
from rexian.channels.voice.settings import VoiceLimits
from rexian.directory.audit.tables import audit
from rexian.engine import commands as engine
from rexian.engine.specs import Party
from rexian.kit.ids import new_id
from rexian.runtime.tables import journal
from tests.channels.voice.rig import Street

DOCTOR = "+8613900001111"


@pytest.fixture
async def alarmed(street: Street, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Street]:
    street.voice.limits = VoiceLimits(position_every_ms=50, alarm_ms=200, alarm_again_ms=300)
    street.engine.numbers = True
    monkeypatch.setattr(street.voice.alarm, "numbers", (DOCTOR,))
    yield street
    street.engine.numbers = False


async def emergency(street: Street, *, simulated: bool = False) -> str:
    interaction = new_id()
    start = engine.StartContact(
        contact_id=new_id(), interaction_id=interaction, tenant_id=street.city.yunshan, customer_id=new_id(),
        queue_id=street.city.phones, medium="chat", emergency=True, simulated=simulated,
    )  # fmt: skip
    await street.voice.asking.ask(street.city.yunshan, start, Party("customer", start.customer_id))
    return interaction


async def hang_up(street: Street, interaction: str) -> None:
    by = Party("system", "test")
    await street.voice.asking.ask(
        street.city.yunshan, engine.EndInteraction(interaction_id=interaction, by=by, reason="over"), by
    )


async def test_pages_and_telephones_ring_until_somebody_takes_it(alarmed: Street) -> None:
    resting = await alarmed.phone(alarmed.city.li)
    stranger = await alarmed.phone(alarmed.city.he)  # another company's agent
    interaction = await emergency(alarmed)
    sounding = await resting.got("alarm", interaction=interaction, on=True)
    assert sounding["text"]
    await alarmed.until(lambda: alarmed.engine.dialled)
    leg, number = alarmed.engine.dialled[-1]
    assert number == Number(DOCTOR)
    alarmed.engine.pick_up(leg)
    await alarmed.until(lambda: len([1 for one, _ in alarmed.engine.played if one == leg]) > 1)  # over and over
    first, second, *_ = [source for one, source in alarmed.engine.played if one == leg]
    assert isinstance(first, File)
    assert isinstance(second, File)
    assert first.path != second.path, "in Chinese, then in English"
    li = await alarmed.desk(alarmed.city.li)
    await li.available()
    await li.accept()
    await resting.got("alarm", interaction=interaction, on=False)
    await alarmed.until(lambda: leg not in alarmed.engine.legs)
    assert not stranger.of("alarm")
    await li.do("TransferInteraction", interaction_id=interaction, to_queue_id=alarmed.city.phones)
    await li.do("SetAgentState", state="not_ready", reason="break")
    await alarmed.until(lambda: alarmed.engine.dialled[-1][0] != leg)  # under a name of its own: none rings twice
    await hang_up(alarmed, interaction)


async def test_an_announcement_that_was_not_heard_is_tried_again(alarmed: Street) -> None:
    alarmed.engine.dialled.clear()
    interaction = await emergency(alarmed)
    await alarmed.until(lambda: alarmed.engine.dialled)
    leg = alarmed.engine.dialled[-1][0]
    alarmed.engine.fails = True
    alarmed.engine.pick_up(leg)
    await alarmed.until(lambda: [one for one, _ in alarmed.engine.played if one == leg])
    alarmed.engine.fails = False
    await alarmed.until(lambda: len([1 for one, _ in alarmed.engine.played if one == leg]) > 2)
    await hang_up(alarmed, interaction)


async def test_a_telephone_is_called_again_until_it_says_that_it_has_heard(alarmed: Street) -> None:
    alarmed.engine.dialled.clear()
    interaction = await emergency(alarmed)
    await alarmed.until(lambda: alarmed.engine.dialled)
    alarmed.engine.lose(alarmed.engine.dialled[-1][0])  # nobody answers
    await alarmed.until(lambda: len(alarmed.engine.dialled) == 2)
    second = alarmed.engine.dialled[-1][0]
    alarmed.engine.pick_up(second)
    alarmed.engine.press(second, "1")
    await alarmed.until(lambda: second not in alarmed.engine.legs)
    await asyncio.sleep(0.6)
    assert len(alarmed.engine.dialled) == 2
    await hang_up(alarmed, interaction)


async def test_the_alarm_is_in_the_journal_and_in_the_audit_trail(alarmed: Street) -> None:
    interaction = await emergency(alarmed)
    noted = sa.select(journal.c.body).where(journal.c.kind == "ReceptionNoted")
    async with asyncio.timeout(5):
        while True:
            async with alarmed.served.house.db.system() as tx:
                notes = [one.body for one in await tx.execute(noted) if one.body["interaction_id"] == interaction]
                trail = sa.select(audit).where(audit.c.action == "call.alarmed", audit.c.object_id == interaction)
                rows = list(await tx.execute(trail))
            if notes and rows:
                break
            await asyncio.sleep(0.05)
    assert [(note["node"], note["value"]) for note in notes] == [("emergency_alarm", "raised")]
    assert [(row.actor_kind, row.actor_id) for row in rows] == [("system", "voice")]
    await hang_up(alarmed, interaction)


async def test_what_is_no_emergency_or_only_a_drill_alarms_nobody(alarmed: Street) -> None:
    alarmed.engine.dialled.clear()
    caller = await alarmed.caller()
    await caller.call()
    drill = await emergency(alarmed, simulated=True)
    await asyncio.sleep(0.6)
    assert not alarmed.voice.alarm.ringing
    assert not alarmed.engine.dialled
    await hang_up(alarmed, drill)
