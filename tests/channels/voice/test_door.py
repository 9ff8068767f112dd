"""Who may call in, what floods and vandals get, and the frames by themselves."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from websockets.asyncio.client import connect

from rexian.channels.visiting.protocol import Pace, Refusal, Violation
from rexian.channels.voice import frames
from rexian.channels.voice.port import BadMedia, Busy, Down
from rexian.channels.voice.settings import VoiceLimits
from rexian.channels.voice.wire import Wire
from rexian.engine.specs import Party
from rexian.kit.ids import new_id
from tests.channels.voice.rig import SDP, Caller, Phone, Street

HELLO = {"t": "hello", "site": "yunshan"}


def fresh(limit: int = 20, keys: int = 5) -> Wire:
    return Wire(pace=Pace(limit, 10_000), keys=Pace(keys, 2_000))


def ready(**limits: int) -> Wire:
    one = fresh(**limits)
    receive(one, HELLO)
    site = frames.SiteView(name="云杉", greeting="", colour="#000000", topics=[], locale="zh-CN")
    one.welcome(
        frames.Welcome(
            visitor="v", site=site, hours=frames.HoursView(True, ""), voice=frames.VoiceView(available=True),
            contact=None, now=0,
        )
    )  # fmt: skip
    return one


def receive(one: Wire, frame: dict[str, Any] | str) -> frames.Ask:
    return one.receive(frame if isinstance(frame, str) else json.dumps(frame), 0)


def call(**changed: Any) -> dict[str, Any]:
    return {"t": "call", "id": new_id(), "contact": new_id(), "interaction": new_id(), "sdp": SDP} | changed


@pytest.mark.parametrize("frame", ["", "{", '{"t":"hello","site":NaN}', "hello"])
def test_what_is_no_json_closes_the_socket(frame: str) -> None:
    with pytest.raises(Violation) as caught:
        receive(fresh(), frame)
    assert caught.value.close_code == 1007


@pytest.mark.parametrize(
    "changed",
    [
        {"sdp": ""}, {"sdp": "x" * 16_385}, {"sdp": "v=0\u0000"}, {"contact": "no id"}, {"number": "call me"},
        {"number": "1" * 40}, {"name": "x" * 81}, {"attributes": {"a": 1}}, {"id": 2**70},
    ],
)  # fmt: skip
def test_what_is_no_call_is_refused_and_the_socket_stays(changed: dict[str, Any]) -> None:
    one = ready()
    with pytest.raises(Refusal, match="malformed"):
        receive(one, call(**changed))
    assert isinstance(receive(one, call()), frames.Call)


@pytest.mark.parametrize("digit", ["", "10", "x", "5\n", "٣"])
def test_a_key_is_one_of_the_keypads(digit: str) -> None:
    one = ready()
    one.follow(new_id(), new_id())
    with pytest.raises(Refusal, match="malformed"):
        receive(one, {"t": "key", "digit": digit})


def test_hello_comes_first_and_once_and_nothing_without_a_call() -> None:
    with pytest.raises(Violation, match="hello_first"):
        receive(fresh(), call())
    with pytest.raises(Violation, match="hello_twice"):
        receive(ready(), HELLO)
    for ask in ({"t": "key", "digit": "1"}, {"t": "hangup", "id": new_id()}, {"t": "call_back", "id": new_id()}):
        with pytest.raises(Refusal, match="no_contact"):
            receive(ready(), ask)


def test_keys_faster_than_fingers_are_refused() -> None:
    one = ready(keys=3)
    one.follow(new_id(), new_id())
    for _ in range(3):
        receive(one, {"t": "key", "digit": "1"})
    with pytest.raises(Refusal, match="slow_down"):
        receive(one, {"t": "key", "digit": "1"})


async def test_an_unknown_site_and_a_foreign_page_are_told_so(street: Street) -> None:
    caller = Caller(street.served.ws, "no-such-site")
    await caller.open()
    assert caller.closed is not None
    assert caller.closed[0] == 4404
    caller = Caller(street.served.ws)
    await caller.open(origin="https://evil.example")
    assert caller.closed is not None
    assert caller.closed[0] == 4403


async def test_a_call_of_somebody_else_is_not_found(street: Street) -> None:
    """3, 4: another visitor's contact doesn't exist for this one, of the same tenant or of another."""
    caller = await street.caller()
    await caller.call()
    await caller.state("waiting")
    thief = await street.caller()
    thief.contact, thief.interaction = caller.contact, caller.interaction
    refused = await thief.call()
    assert refused["code"] == "id_in_use"
    assert street.engine.connects.count(caller.leg) == 1
    await thief.close()
    await thief.open(contact=caller.contact)
    assert thief.of("welcome")[0]["contact"] is None


async def test_who_has_a_call_of_their_own_does_not_get_into_another_ones(street: Street) -> None:
    """3: two pages of a known visitor; while one of them calls, the other names somebody else's contact."""
    victim, thief = await street.caller(), await street.caller()
    await victim.call()
    await victim.state("waiting")
    await thief.call()
    await thief.ask("hangup")
    await thief.state("ended")
    first, second = [await street.caller(visitor=thief.visitor, contact=None) for _ in range(2)]
    await first.call()
    await first.state("waiting")
    second.contact, second.interaction = victim.contact, victim.interaction
    assert (await second.call())["code"] == "id_in_use"
    assert street.engine.connects.count(victim.leg) == 1
    assert not second.states


async def test_a_second_page_of_the_same_visitor_begins_a_call_of_its_own(street: Street) -> None:
    first = await street.caller()
    await first.call()
    await first.state("waiting")
    second = await street.caller(visitor=first.visitor, contact=None)
    second.contact, second.interaction = new_id(), new_id()
    answer = await second.call()
    assert answer["t"] == "nack"
    assert answer["code"] == "contact_open"


async def test_the_same_call_sent_again_is_one_contact(street: Street) -> None:
    caller = await street.caller()
    id = new_id()
    for _ in range(3):
        await caller.send(t="call", id=id, contact=caller.contact, interaction=caller.interaction, sdp=SDP)
    await caller.until(lambda: len(caller.of("answer")) == 3)
    await caller.state("waiting")
    assert len([leg for leg in street.engine.legs.values() if leg.side == "customer"]) == 1


async def test_when_all_lines_are_busy_it_is_said_with_a_way_out(street: Street) -> None:
    street.engine.capacity = 4
    one, two = await street.caller(), await street.caller()
    await one.call()
    await street.until(lambda: len(street.engine.legs) == 1)
    await street.until(lambda: one.states)
    assert (await two.call())["t"] == "answer"
    three = await street.caller()
    refused = await three.call()
    assert (refused["code"], refused["alternatives"]) == ("all_busy", ["call_back"])
    assert "线路全忙" in refused["text"]


async def test_a_full_line_of_callers_leaves_a_line_for_each_agent(street: Street) -> None:
    """They are turned away before those who wait have nobody left to talk to."""
    street.engine.capacity = 4
    callers = [await street.caller() for _ in range(3)]
    answers = [(await caller.call()).get("code") for caller in callers]
    assert answers == [None, None, "all_busy"]
    for who in (street.city.li, street.city.wang):
        desk, phone = await street.agent(who)
        await desk.accept()
        await _is_up(phone)
    for caller in callers[:2]:
        await caller.state("talking")


async def _is_up(phone: Phone) -> None:
    await phone.until(lambda: [call["state"] for call in phone.live()] == ["up"])
    assert not phone.of("nack")


async def test_bad_sound_is_refused_in_words_and_one_can_call_again(street: Street) -> None:
    caller = await street.caller()
    refused = await caller.call(sdp="v=0 no sound")
    assert refused["code"] == "bad_media"
    caller.contact, caller.interaction = new_id(), new_id()  # as the page does: the refused call is over
    assert (await caller.call())["t"] == "answer"
    await caller.state("waiting")


@pytest.mark.parametrize(
    ("error", "code"),
    [(Busy(), "all_busy"), (BadMedia("no_audio"), "bad_media"), (Down(), "voice_down"), (OSError(), "unavailable")],
)
async def test_a_call_that_is_refused_after_it_was_committed_is_over_at_once(
    street: Street, monkeypatch: pytest.MonkeyPatch, error: Exception, code: str
) -> None:
    """Nobody would come back to it, and in the line it would take somebody's place."""

    async def fails(*args: Any, **more: Any) -> str:
        raise error

    caller = await street.caller()
    with monkeypatch.context() as patch:
        patch.setattr(street.engine, "connect", fails)
        refused = await caller.call()
    assert (refused["t"], refused["code"]) == ("nack", code)
    assert refused["text"]
    floor = street.voice.asking.floor(street.city.yunshan)
    assert floor is not None
    await street.until(lambda: (one := floor.interaction(caller.interaction)) is not None and one.state == "ended")
    await street.until(lambda: caller.contact not in street.voice.director.calls)
    ended = floor.interaction(caller.interaction)
    assert ended is not None
    assert ended.ended_by == Party("system", "voice")
    await caller.close()
    await caller.open()
    assert caller.of("welcome")[0]["contact"] is None or caller.of("welcome")[0]["contact"]["state"] == "ended"


async def test_a_call_that_was_on_the_line_outlives_a_refusal(street: Street) -> None:
    """The line was cut and all others are taken for the moment: their place is kept, they come back."""
    caller = await street.caller()
    await caller.call()
    await caller.state("waiting")
    street.engine.lose(caller.leg)
    await caller.state("cut")
    street.engine.capacity = 0
    assert (await caller.call())["code"] == "all_busy"
    street.engine.capacity = 1_000
    assert (await caller.call())["t"] == "answer"
    await caller.state("waiting")


async def test_floods_slow_only_the_one_who_floods(street: Street) -> None:
    street.voice.limits = VoiceLimits(frames=5, starts_per_address=2)
    flood, other = await street.caller(), await street.caller()
    again = call()
    for _ in range(20):
        await flood.send(**again)
    await flood.got("nack", code="slow_down")
    await flood.close()
    street.voice.door.forget_starts()
    assert (await other.call())["t"] == "answer"


async def test_a_socket_that_says_nothing_is_closed(street: Street) -> None:
    street.voice.limits = VoiceLimits(hello_ms=100, position_every_ms=50)
    socket = await connect(f"{street.served.ws}/voice/ws", proxy=None)
    async with asyncio.timeout(5):
        await socket.wait_closed()
    assert socket.close_code == 1002
