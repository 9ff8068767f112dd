"""Ringing that a machine's end breaks off: it is begun anew, the agent knows why not, and no line is stuck."""

from __future__ import annotations

from typing import Any

import pytest

from rexian.channels.voice.port import Cause, Down, Phone
from rexian.channels.voice.settings import VoiceLimits
from rexian.kit.ids import new_id
from tests.channels.voice import rig
from tests.channels.voice.rig import Caller, Street
from tests.served import Desk

NUMBER = "+8613800138000"
QUICK = VoiceLimits(grace_ms=400, answer_ms=150, position_every_ms=50, redial_ms=100)


@pytest.fixture
async def rung(street: Street) -> tuple[Caller, Desk, rig.Phone]:
    """A call-back that 李 has accepted: the customer's telephone rings."""
    street.engine.numbers = True
    street.engine.dialled.clear()
    caller = await street.caller()
    await caller.call()
    await caller.state("waiting")
    assert (await caller.ask("call_back", number=NUMBER))["t"] == "ack"
    await caller.close()
    li, phone = await street.agent(street.city.li)
    await li.accept()
    await street.until(lambda: street.engine.dialled)
    await phone.up()
    return caller, li, phone


async def looks_twice(street: Street) -> None:
    """The clock has looked at all calls, and has looked again."""
    patience = street.voice.patience
    seen = patience._looks
    await street.until(lambda: patience._looks >= seen + 2 and not patience._acting)


def state(li: Desk, caller: Caller) -> str:
    return str(li.view("me", "handlings")[caller.interaction]["state"])


async def test_a_call_back_that_rings_when_the_exchange_ends_is_rung_again(
    street: Street, rung: tuple[Caller, Desk, rig.Phone]
) -> None:
    caller, li, phone = rung
    street.voice.limits = QUICK
    street.engine.crash()
    street.engine.come_up()
    await street.until(lambda: len(street.engine.dialled) == 2)
    street.engine.pick_up(caller.leg)
    line = await phone.up()
    await street.until(lambda: street.hears(caller.leg) == {line["leg"]})
    assert state(li, caller) == "talking"


async def test_a_machine_of_several_that_ends_again_and_again_does_not_ring_for_ever(
    street: Street, rung: tuple[Caller, Desk, rig.Phone]
) -> None:
    caller, li, phone = rung
    street.voice.limits = QUICK
    for times in (2, 3, 4):
        street.engine._end(caller.leg, "engine_down", by_peer=False)
        await street.until(lambda times=times: len(street.engine.dialled) == times)
    street.engine._end(caller.leg, "engine_down", by_peer=False)
    await phone.got("nack", code="no_answer")
    await looks_twice(street)
    assert (len(street.engine.dialled), state(li, caller)) == (4, "talking"), "the agent decides"


@pytest.mark.parametrize("cause", ["error", "normal"])
async def test_whatever_a_carrier_answers_the_agent_hears_of_it_and_decides(
    street: Street, rung: tuple[Caller, Desk, rig.Phone], cause: Cause
) -> None:
    """A SIP answer for which Q.850 has only 127, interworking."""
    caller, li, phone = rung
    street.voice.limits = QUICK
    street.engine._end(caller.leg, cause, by_peer=True)
    await phone.got("nack", code="no_answer")
    clock, told_at = street.served.house.clock, street.served.house.clock.now_ms()
    await street.until(lambda: clock.now_ms() - told_at > QUICK.grace_ms)
    await looks_twice(street)
    assert state(li, caller) == "talking"


async def test_a_phone_is_called_again_when_the_exchange_did_not_answer_just_then(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its event socket stays up, so nothing else begins the call anew."""
    street.voice.limits = VoiceLimits(redial_ms=100, position_every_ms=50)
    street.engine.numbers = True
    originate, tried = street.engine.originate, []

    async def silent_at_first(leg_id: str, to: Any, **more: Any) -> None:
        if isinstance(to, Phone):
            tried.append(leg_id)
            if len(tried) == 1:
                raise Down("no answer in time")
        await originate(leg_id, to, **more)

    monkeypatch.setattr(street.engine, "originate", silent_at_first)
    monkeypatch.setattr(street.voice.phones, "phone", lambda person_id: "p0")
    li, phone = await street.agent(street.city.li)
    phone.connects = False
    caller = await street.caller()
    await caller.call()
    await li.accept()
    await street.until(lambda: tried and tried[-1] in street.engine.legs)
    street.engine.pick_up(tried[-1])
    await street.until(lambda: street.hears(caller.leg) == {tried[-1]})


async def test_an_agent_does_not_read_the_customers_number_for_a_guests(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    street.engine.numbers = True
    caller, li, _ = await street.talk()
    told: list[object] = []
    monkeypatch.setattr(
        street.voice.phones, "tell", lambda person_id, code, **more: told.append((code, more["number"]))
    )
    call = street.voice.director.calls[caller.contact]
    call.number, guest = NUMBER, new_id()
    street.engine.dialled.clear()
    await li.do("AddExternal", interaction_id=caller.interaction, participant_id=guest, number="+8613900139000")
    await street.until(lambda: street.engine.dialled)
    street.engine._end(street.engine.dialled[-1][0], "no_answer", by_peer=True)
    await street.until(lambda: told)
    assert told == [("no_answer", "+8613900139000")]
