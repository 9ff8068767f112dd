"""A call from the tap to the rating, over the real server, floor and database; only the sound is played."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from rexian.kit.ids import new_id
from tests.channels.voice.rig import Street


async def test_a_customer_calls_and_a_person_picks_up(street: Street) -> None:
    li, phone = await street.agent(street.city.li)
    caller = await street.caller()
    welcome = caller.of("welcome")[0]
    assert welcome["voice"]["available"] is True
    assert (await caller.call(topic="phone"))["sdp"] == f"answer to {caller.leg}"
    await caller.got("say")
    await caller.state("waiting")
    handling = await li.accept()
    assert (handling["medium"], handling["contact_id"]) == ("voice", caller.contact)
    line = await phone.up()
    assert line["leg"] == f"{caller.interaction}:a:{street.city.li}:1"
    await caller.state("talking")
    assert caller.of("state")[-1]["agent"] == {"name": "李晓雯"}
    assert street.hears(caller.leg) == {line["leg"]}
    assert street.hears(line["leg"]) == {caller.leg}
    await street.until(lambda: not street.engine.legs[caller.leg].playing)  # the reception stops it beside the bridge
    assert caller.states == ["reception", "waiting", "talking"]


async def test_who_hangs_up_is_not_told_of_a_cut(street: Street) -> None:
    """Their line goes with their word, and may be gone before the floor has heard it."""
    caller, _, _ = await street.talk()
    await caller.send(t="hangup", id=new_id())
    calls = street.voice.director.calls
    await street.until(lambda: (call := calls.get(caller.contact)) is None or call.released)
    if caller.leg in street.engine.legs:
        street.engine.lose(caller.leg)
    await caller.state("ended")
    stages = list(dict.fromkeys(caller.states))  # that it is recorded may be told in between
    assert stages == ["reception", "waiting", "talking", "ended"]


async def test_a_new_call_is_never_shown_as_cut(street: Street, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = street.voice.guests.calls

    async def slowly(*args: Any, **more: Any) -> str:
        await asyncio.sleep(0.2)  # the director hears of the contact long before the engine of its line
        return await calls(*args, **more)

    monkeypatch.setattr(street.voice.guests, "calls", slowly)
    caller = await street.caller()
    assert (await caller.call())["t"] == "answer"
    await caller.state("waiting")
    assert caller.states[0] == "reception"
    assert "cut" not in caller.states


async def test_a_call_that_is_being_committed_is_not_forgotten(street: Street) -> None:
    contact, director = new_id(), street.voice.director
    with street.voice.guests.expected(street.city.yunshan, contact, new_id()):
        director.touch(contact)  # as the clock does, when a commit takes long
        await asyncio.sleep(0.1)
        assert contact in director.calls
    director.touch(contact)
    await street.until(lambda: contact not in director.calls)


async def test_the_one_who_waits_hears_their_place(street: Street) -> None:
    first, second = await street.caller(), await street.caller()
    await first.call()
    await first.got("position", position=1)
    await second.call()
    await second.got("position", position=2, of=2)
    await street.until(lambda: any("2" in frame["text"] or "二" in frame["text"] for frame in second.of("say")))


async def test_after_the_talk_a_key_rates_it(street: Street) -> None:
    caller, li, phone = await street.talk()
    await li.do("EndInteraction", interaction_id=caller.interaction)
    await caller.state("ended")
    await street.until(lambda: not [leg for leg in street.engine.legs.values() if leg.side == "agent"])
    assert street.hears(caller.leg) == set()
    await street.until(lambda: street.engine.legs[caller.leg].collecting)
    street.engine.press(caller.leg, "5")
    await caller.until(lambda: caller.of("state")[-1].get("rating") == 5)
    await street.until(lambda: caller.leg not in street.engine.legs)
    assert phone.live() == []


async def test_a_customer_who_hangs_up_has_ended_it(street: Street) -> None:
    caller, li, phone = await street.talk()
    assert (await caller.ask("hangup"))["t"] == "ack"
    await caller.state("ended")
    await phone.until(lambda: not phone.live())
    await street.until(lambda: not street.engine.legs)
    handling = await li.until(lambda: li.view("me", "handlings").get(caller.interaction))
    assert handling["state"] == "after_contact_work"


async def test_hold_and_back(street: Street) -> None:
    caller, li, phone = await street.talk()
    line = phone.live()[0]["leg"]
    await li.do("SetHold", interaction_id=caller.interaction, on=True)
    await caller.state("held")
    await street.until(lambda: street.engine.legs[caller.leg].held)
    assert street.hears(line) == set()
    await li.do("SetHold", interaction_id=caller.interaction, on=False)
    await caller.state("talking")
    await street.until(lambda: street.hears(line) == {caller.leg})


async def test_mute_is_the_agents_own(street: Street) -> None:
    caller, _, phone = await street.talk()
    line = phone.live()[0]["leg"]
    await phone.send(t="mute", leg=line, on=True)
    await street.until(lambda: street.hears(caller.leg) == set())
    assert street.hears(line) == {caller.leg}
    await phone.send(t="mute", leg=line, on=False)
    await street.until(lambda: street.hears(caller.leg) == {line})


async def test_a_consultation_and_a_warm_transfer(street: Street) -> None:
    caller, li, phone = await street.talk()
    wang, second = await street.agent(street.city.wang)
    mine = phone.live()[0]["leg"]
    await li.do("SetHold", interaction_id=caller.interaction, on=True)
    consult = new_id()
    await li.do("Consult", interaction_id=caller.interaction, consult_id=consult, to_agent_id=street.city.wang)
    await wang.accept()
    theirs = (await second.up())["leg"]
    await street.until(lambda: street.hears(mine) == {theirs})  # the customer hears music
    assert street.hears(theirs) == {mine}
    assert street.hears(caller.leg) == set()
    await li.do("SetHold", interaction_id=caller.interaction, on=False)
    await street.until(lambda: street.hears(caller.leg) == {mine, theirs})  # a conference
    await li.do("CompleteTransfer", interaction_id=caller.interaction, consult_id=consult)
    await street.until(lambda: mine not in street.engine.legs)
    assert street.hears(caller.leg) == {theirs}
    assert caller.states[-1] == "talking"
    assert caller.of("state")[-1]["agent"] == {"name": "王磊"}


async def test_a_blind_transfer_keeps_the_customer_on_the_line(street: Street) -> None:
    caller, li, phone = await street.talk()
    wang, second = await street.agent(street.city.wang)
    await li.do("TransferInteraction", interaction_id=caller.interaction, to_agent_id=street.city.wang)
    await phone.until(lambda: not phone.live())
    await caller.state("waiting")
    await wang.accept()
    theirs = (await second.up())["leg"]
    await street.until(lambda: street.hears(caller.leg) == {theirs})


async def test_a_supervisor_listens_whispers_joins_and_takes_over(street: Street) -> None:
    caller, _, phone = await street.talk()
    zhao = await street.desk(street.city.zhao, "wall")
    ear = await street.phone(street.city.zhao)
    mine = phone.live()[0]["leg"]
    await zhao.do("JoinInteraction", interaction_id=caller.interaction, role="listen")
    theirs = (await ear.up())["leg"]
    await street.until(lambda: street.hears(theirs) == {caller.leg, mine})
    assert (street.hears(caller.leg), street.hears(mine)) == ({mine}, {caller.leg})
    await zhao.do("JoinInteraction", interaction_id=caller.interaction, role="whisper")
    await street.until(lambda: street.hears(mine) == {caller.leg, theirs})
    assert street.hears(caller.leg) == {mine}
    await zhao.do("JoinInteraction", interaction_id=caller.interaction, role="barge")
    await street.until(lambda: street.hears(caller.leg) == {mine, theirs})
    await zhao.do("LeaveInteraction", interaction_id=caller.interaction)
    await street.until(lambda: theirs not in street.engine.legs)
    assert street.hears(caller.leg) == {mine}


async def test_an_echo_test_answers_and_goes(street: Street) -> None:
    caller = await street.caller()
    answer = await caller.ask("check", sdp="m=audio")
    assert answer["t"] == "answer"
    refused = await caller.ask("check", sdp="nothing")
    assert (refused["t"], refused["code"]) == ("nack", "bad_media")
