"""Words that end before the caller presses a key: an agent is quicker, the caller hangs up, a process dies."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from rexian.channels.voice.live import LiveCall
from rexian.channels.voice.port import Failed, RecordingOrder
from rexian.channels.voice.settings import VoiceLimits
from rexian.kit import i18n
from tests.channels.voice.fake_engine import FakeEngine
from tests.channels.voice.rig import SDP, Caller, Street
from tests.channels.voice.test_restart import ended_as
from tests.channels.voice.words import asked, leaving, seal, until, words_of, write_sound

SAVED = i18n.t("zh-CN", "prompts.voicemail_saved")


@pytest.fixture(autouse=True)
def sealing(street: Street, monkeypatch: pytest.MonkeyPatch) -> None:
    seal(street.engine, monkeypatch)


@pytest.fixture
def shut(street: Street, monkeypatch: pytest.MonkeyPatch) -> None:
    """The company is closed: who calls may leave words."""

    async def no(*_: object) -> bool:
        return False

    monkeypatch.setattr(street.voice.lobby._receptions, "is_open", no)


async def leaving_out_of_hours(street: Street) -> Caller:
    caller = await street.caller()
    await caller.call()
    await street.until(lambda: caller.leg in street.engine.legs and street.engine.legs[caller.leg].collecting)
    street.engine.press(caller.leg, "2")
    return caller


async def rung_for_long_and_picked_up(street: Street, caller: Caller) -> None:
    """Longer than the grace of a line that was lost before: that has nothing to do with it."""
    li, phone = await street.agent(street.city.li)
    await li.accept()
    await caller.got("ring")
    await asyncio.sleep(0.6)
    assert (await caller.call())["t"] == "answer"
    line = await phone.up()
    await street.until(lambda: street.hears(caller.leg) == {line["leg"]})


def aside(street: Street, caller: Caller) -> bool:
    """Whether there is a place where words are left."""
    return f"{caller.contact}:v" in street.engine.bridges


def is_left(street: Street, caller: Caller) -> bool:
    """Whether anything of a message is still going on."""
    call = street.voice.director.calls.get(caller.contact)
    recorded = f"{caller.contact}:v" in street.engine.recordings.values()
    return aside(street, caller) or recorded or (call is not None and bool(call.saving))


# -- an agent is quicker -----------------------------------------------------------------------------------------------
async def test_an_agent_who_answers_ends_the_message_and_both_hear_each_other(street: Street) -> None:
    """What was said until then is kept and shown; nothing of the talk comes into it, and no key cuts it off."""
    caller = await leaving(street)
    li, phone = await street.agent(street.city.li)
    assert (await li.accept())["id"] == caller.interaction
    line = (await phone.up())["leg"]
    await street.until(lambda: street.hears(caller.leg) == {line})
    await street.until(lambda: not is_left(street, caller))
    words = await until(lambda: words_of(street, caller))
    assert words.kind == "file"
    await caller.send(t="key", digit="#")
    assert (await caller.ask("call_back", at=5))["t"] == "nack"  # answered in order: the key has been taken
    assert street.hears(caller.leg) == {line}
    assert street.hears(line) == {caller.leg}
    assert caller.states[-1] == "talking"
    assert not [said for said in caller.of("say") if SAVED in said["text"]]


async def test_while_the_agents_line_comes_up_the_caller_hears_music(street: Street) -> None:
    caller = await leaving(street)
    li, phone = await street.agent(street.city.li)
    phone.connects = False
    await li.accept()
    await street.until(lambda: not is_left(street, caller))
    await street.until(lambda: street.engine.legs[caller.leg].playing)
    offered = phone.live()[0]["leg"]
    await phone.send(t="offer", leg=offered, sdp=SDP)
    await street.until(lambda: street.hears(caller.leg) == {offered})
    assert not [said for said in caller.of("say") if SAVED in said["text"]]


async def test_who_is_taken_before_the_tone_leaves_nothing(street: Street) -> None:
    street.engine.prompt_ms = 400
    caller = await asked(street)
    await street.until(lambda: aside(street, caller))
    li, phone = await street.agent(street.city.li)
    await li.accept()
    line = (await phone.up())["leg"]
    await street.until(lambda: street.hears(caller.leg) == {line})
    await street.until(lambda: not is_left(street, caller))
    assert street.hears(line) == {caller.leg}


async def test_a_message_is_not_begun_with_one_whom_an_agent_has_taken(street: Street) -> None:
    """They press the key, and are taken while they are told to speak after the tone."""
    street.engine.prompt_ms = 1_000
    caller = await asked(street)
    li, phone = await street.agent(street.city.li)
    phone.connects = False
    await li.accept()
    line = phone.live()[0]["leg"]
    street.engine.prompt_ms = 20
    host = street.voice.director.calls[caller.contact].host
    await street.until(lambda: host._state.stage == "queued")  # type: ignore[union-attr]
    assert not is_left(street, caller)
    await phone.send(t="offer", leg=line, sdp=SDP)
    await street.until(lambda: street.hears(caller.leg) == {line})


async def test_the_engine_dies_and_a_caller_who_comes_back_is_answered_for_good(street: Street) -> None:
    caller = await leaving(street)
    street.engine.crash()
    street.engine.come_up()
    assert (await caller.call())["t"] == "answer"
    li, phone = await street.agent(street.city.li)
    await li.accept()
    line = (await phone.up())["leg"]
    await street.until(lambda: street.hears(caller.leg) == {line})
    await street.until(lambda: not is_left(street, caller))
    await until(lambda: words_of(street, caller))
    assert street.hears(line) == {caller.leg}


async def test_a_page_that_asks_for_a_call_back_ends_the_message(street: Street) -> None:
    caller = await leaving(street)
    assert (await caller.ask("call_back", number="13800138000"))["t"] == "ack"
    await caller.state("call_back")
    await street.until(lambda: not is_left(street, caller))
    assert caller.leg not in street.engine.legs


async def test_who_leaves_words_and_hangs_up_while_it_rings_for_them_is_called_back(street: Street) -> None:
    """The agent who takes it is not in an empty call."""
    caller = await leaving(street)
    li, phone = await street.agent(street.city.li)
    await li.until(lambda: li.view("me", "offers"))
    street.engine.bye(caller.leg)
    await until(lambda: words_of(street, caller))
    await li.accept()
    assert (await caller.got("ring"))["contact"] == caller.contact
    assert (await caller.call())["t"] == "answer"
    line = (await phone.up())["leg"]
    await street.until(lambda: street.hears(caller.leg) == {line})


async def test_who_is_taken_in_the_moment_they_hang_up_is_called_back(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the end of their words and their place as a call-back."""
    keep, held = street.voice.voicemails.keep, asyncio.Event()

    async def slow(path: Path) -> int:
        ms = await keep(path)
        await held.wait()
        return ms

    monkeypatch.setattr(street.voice.voicemails, "keep", slow)
    caller = await leaving(street)
    street.engine.bye(caller.leg)
    li, phone = await street.agent(street.city.li)
    await li.accept()
    held.set()
    assert (await caller.got("ring"))["contact"] == caller.contact
    assert (await caller.call())["t"] == "answer"
    line = (await phone.up())["leg"]
    await street.until(lambda: street.hears(caller.leg) == {line})


# -- hung up with nothing said -----------------------------------------------------------------------------------------
@pytest.mark.parametrize("when", ["at the tone", "at once after it"])
@pytest.mark.parametrize("where", ["in the line", "out of hours"])
async def test_who_hangs_up_at_the_tone_has_hung_up(
    street: Street, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, where: str, when: str
) -> None:
    seal(street.engine, monkeypatch, seconds=0.3)
    if where == "out of hours":
        request.getfixturevalue("shut")
    caller = await (asked(street) if where == "in the line" else leaving_out_of_hours(street))
    await street.until(lambda: aside(street, caller) if when == "at the tone" else street.engine.recordings)
    street.engine.bye(caller.leg)
    assert await ended_as(street, caller.interaction) == "customer_hung_up"
    await street.until(lambda: caller.contact not in street.voice.director.calls)
    assert not is_left(street, caller)
    assert caller.contact not in street.voice.voicemails.left_by()


async def test_who_hangs_up_by_the_page_at_the_tone_has_hung_up(street: Street) -> None:
    caller = await asked(street)
    await street.until(lambda: aside(street, caller))
    await caller.ask("hangup")
    assert await ended_as(street, caller.interaction) == "customer_hung_up"
    await street.until(lambda: not is_left(street, caller))


async def test_who_hangs_up_after_speaking_out_of_hours_is_called_back(street: Street, shut: None) -> None:
    caller = await leaving_out_of_hours(street)
    await street.until(lambda: street.engine.recordings)
    street.engine.bye(caller.leg)
    await caller.state("call_back")
    assert await words_of(street, caller)


@pytest.mark.parametrize("hangs_up", [False, True])
async def test_words_that_no_queue_takes_are_offered_again(
    street: Street, shut: None, monkeypatch: pytest.MonkeyPatch, hangs_up: bool
) -> None:
    """Whether they heard that it is saved, or hung up: their contact waits for somebody who hears them."""
    find, tried = street.voice.lobby._live_queues, list[str]()

    async def none_at_first(call: LiveCall, wanted: str) -> list[str]:
        tried.append(wanted)
        return [] if len(tried) <= 1 + hangs_up else await find(call, wanted)

    monkeypatch.setattr(street.voice.lobby, "_live_queues", none_at_first)
    caller = await leaving_out_of_hours(street)
    await street.until(lambda: street.engine.recordings)
    street.voice.limits = VoiceLimits(grace_ms=300, position_every_ms=50)
    if hangs_up:
        street.engine.bye(caller.leg)
    else:
        await caller.send(t="key", digit="#")
    await caller.state("call_back")
    assert len(tried) == 2 + hangs_up
    assert caller.leg not in street.engine.legs
    assert await words_of(street, caller)
    await rung_for_long_and_picked_up(street, caller)


async def test_who_is_cut_off_while_leaving_words_is_called_back(street: Street) -> None:
    caller = await leaving(street)
    street.voice.limits = VoiceLimits(grace_ms=300, position_every_ms=50)
    street.engine.lose(caller.leg)
    await caller.state("call_back")
    await rung_for_long_and_picked_up(street, caller)


@pytest.mark.parametrize("where", ["in the line", "out of hours"])
async def test_words_that_the_engine_is_slow_to_seal_are_waited_for(
    street: Street, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    """An exchange's file is fetched and sealed after the end: whoever has hung up is called back all the same."""
    if where == "out of hours":
        request.getfixturevalue("shut")
    engine, orders, stopped, sealed = street.engine, list[RecordingOrder](), set[str](), asyncio.Event()

    async def record(bridge_id: str, order: RecordingOrder) -> None:
        orders.append(order)
        await FakeEngine.record(engine, bridge_id, order)

    async def stops(recording_id: str) -> None:
        if recording_id not in stopped:
            stopped.add(recording_id)
            street.voice.asking.spawn(later(recording_id))

    async def later(recording_id: str) -> None:
        await sealed.wait()
        write_sound(orders[0])
        await FakeEngine.stop_recording(engine, recording_id)

    async def resumes(bridge_id: str, order: RecordingOrder) -> bool:
        return True

    monkeypatch.setattr(engine, "record", record)
    monkeypatch.setattr(engine, "stop_recording", stops)
    monkeypatch.setattr(engine, "resume_recording", resumes)
    monkeypatch.setattr("rexian.channels.voice.voicemail._CLOSING_S", 0.1)
    caller = await (leaving(street) if where == "in the line" else leaving_out_of_hours(street))
    await street.until(lambda: orders)
    engine.bye(caller.leg)
    await caller.state("call_back")
    sealed.set()
    await until(lambda: words_of(street, caller))


async def test_a_message_that_the_engine_refuses_leaves_nothing_standing(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = asyncio.Event()

    async def record(bridge_id: str, order: RecordingOrder) -> None:
        refused.set()
        raise Failed("no")

    monkeypatch.setattr(street.engine, "record", record)
    caller = await asked(street)
    await refused.wait()
    await street.until(lambda: not is_left(street, caller))
    li, phone = await street.agent(street.city.li)
    await li.accept()
    line = (await phone.up())["leg"]
    await street.until(lambda: street.hears(caller.leg) == {line})
