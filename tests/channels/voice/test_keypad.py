"""Keys that an agent presses in a call: to those outside, else to the customer's telephone; in words where they end."""

from __future__ import annotations

import pytest

from rexian.channels.voice.desk_acts import KEYS_KNOWN
from rexian.channels.voice.once import Once
from rexian.channels.voice.port import Caller
from rexian.kit.ids import new_id
from tests.channels.voice.rig import Phone, Street
from tests.served import Desk

TRUNK = "PJSIP.trunk-keys"


@pytest.fixture
def hotline(street: Street, monkeypatch: pytest.MonkeyPatch) -> Street:
    async def number_of(dialled: str) -> tuple[str, str] | None:
        return (street.city.yunshan, "yunshan")

    monkeypatch.setattr(street.voice, "number_of", number_of)
    monkeypatch.setattr(street.engine, "numbers", True)
    street.engine.sent_digits.clear()
    return street


async def telephoned(hotline: Street) -> tuple[Desk, Phone, str, str]:
    """A telephone in talk: its agent's desk and phone, the interaction, the agent's line."""
    li, phone = await hotline.agent(hotline.city.li)
    hotline.engine.offer(TRUNK, Caller(number="+8613800138000", dialled="4008123456", verstat="none"))
    handling = await li.accept()
    line = (await phone.up())["leg"]
    await hotline.until(lambda: hotline.hears(TRUNK) == {line})
    return li, phone, handling["id"], line


async def joined(hotline: Street, li: Desk, interaction: str) -> str:
    """Somebody outside, called in and on the line: their leg."""
    dialled = len(hotline.engine.dialled)
    guest = new_id()
    await li.do("AddExternal", interaction_id=interaction, participant_id=guest, number="+8657188880001")
    await hotline.until(lambda: len(hotline.engine.dialled) > dialled)
    leg = str(hotline.engine.dialled[-1][0])
    hotline.engine.pick_up(leg)
    await hotline.until(lambda: hotline.hears(leg))
    return leg


async def refused(phone: Phone, leg: str, code: str) -> str:
    id = new_id()
    await phone.send(t="key", leg=leg, digit="5", id=id)
    return str((await phone.got("nack", id=id, code=code))["text"])


async def test_keys_reach_the_telephone_of_the_caller_in_order_and_once(hotline: Street) -> None:
    _, phone, _, line = await telephoned(hotline)
    again = new_id()
    for digit, id in (("4", new_id()), ("2", again), ("2", again), ("#", new_id())):
        await phone.send(t="key", leg=line, digit=digit, id=id)
    await hotline.until(lambda: len(hotline.engine.sent_digits) >= 3)
    await phone.send(t="key", leg=line, digit="*")  # a page of before, without ids
    await hotline.until(lambda: len(hotline.engine.sent_digits) >= 4)
    assert hotline.engine.sent_digits == [(TRUNK, "4"), (TRUNK, "2"), (TRUNK, "#"), (TRUNK, "*")]
    assert not phone.of("nack")
    hotline.engine.bye(TRUNK)


async def test_with_somebody_from_outside_the_keys_are_theirs(hotline: Street) -> None:
    """The agent has called in a bank with a menu: the customer, in a page or by telephone, hears nothing of it."""
    caller, li, phone = await hotline.talk()
    line = phone.live()[0]["leg"]
    leg = await joined(hotline, li, caller.interaction)
    await phone.send(t="key", leg=line, digit="7", id=new_id())
    await hotline.until(lambda: hotline.engine.sent_digits)
    assert hotline.engine.sent_digits == [(leg, "7")]
    assert not phone.of("nack")


async def test_a_callers_page_takes_no_keys_and_the_agent_reads_why(hotline: Street) -> None:
    _, _, phone = await hotline.talk()
    assert "网页" in await refused(phone, phone.live()[0]["leg"], "keys_page")
    assert not hotline.engine.sent_digits


async def test_who_only_listens_presses_nothing(hotline: Street) -> None:
    _, _, interaction, _ = await telephoned(hotline)
    zhao = await hotline.desk(hotline.city.zhao, "wall")
    ears = await hotline.phone(hotline.city.zhao)
    await zhao.do("JoinInteraction", interaction_id=interaction, role="listen")
    theirs = (await ears.up())["leg"]
    await hotline.until(lambda: hotline.hears(theirs))
    assert "listens" in await refused(ears, theirs, "keys_listening")  # she reads English
    assert not hotline.engine.sent_digits
    hotline.engine.bye(TRUNK)


async def test_a_key_that_could_not_be_sent_may_be_pressed_again(
    hotline: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, phone, _, line = await telephoned(hotline)
    id = new_id()
    monkeypatch.setattr(hotline.engine, "up", False)
    await phone.send(t="key", leg=line, digit="9", id=id)
    await phone.got("nack", id=id, code="voice_down")
    monkeypatch.setattr(hotline.engine, "up", True)
    await phone.send(t="key", leg=line, digit="9", id=id)
    await hotline.until(lambda: hotline.engine.sent_digits == [(TRUNK, "9")])
    hotline.engine.bye(TRUNK)


def test_only_the_latest_keys_are_remembered() -> None:
    pressed = Once(KEYS_KNOWN)
    for number in range(KEYS_KNOWN + 1):
        assert pressed.first(str(number))
    assert not pressed.first("1")
    assert pressed.first("0")
