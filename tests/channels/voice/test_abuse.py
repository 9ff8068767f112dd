"""What thieves and vandals try with calls, and what they get: clear words, and nothing of anybody else's."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest
import sqlalchemy as sa
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from rexian.channels.voice.settings import VoiceLimits
from rexian.kit.ids import new_id
from rexian.runtime.tables import content, journal
from tests.channels.voice.rig import Caller, Street

CARD = "4111111111111111"


# -- dialling out ------------------------------------------------------------------------------------------------------
async def test_a_premium_number_is_not_dialled_and_the_agent_reads_why(street: Street) -> None:
    """41: called in by an agent."""
    street.engine.numbers = True
    caller, li, phone = await street.talk()
    await li.do("AddExternal", interaction_id=caller.interaction, participant_id=new_id(), number="+19005550100")
    assert "不允许" in (await phone.got("nack", code="not_allowed"))["text"]
    await li.until(lambda: not li.view("me", "handlings")[caller.interaction]["participants"])
    assert street.hears(caller.leg)


async def test_a_premium_number_left_for_a_call_back_is_not_dialled_either(street: Street) -> None:
    """41: named by a caller who would like us to pay for it."""
    street.engine.numbers = True
    caller = await street.caller()
    await caller.call()
    await caller.state("waiting")
    assert (await caller.ask("call_back", number="+19005550100"))["t"] == "ack"
    await caller.close()
    li, phone = await street.agent(street.city.li)
    await li.accept()
    assert "不允许" in (await phone.got("nack", code="not_allowed"))["text"]
    assert not street.engine.dialled
    await li.do("EndInteraction", interaction_id=caller.interaction)


async def test_somebody_outside_who_is_busy_is_dialled_once(street: Street) -> None:
    street.engine.numbers = True
    dialled = len(street.engine.dialled)
    caller, li, phone = await street.talk()
    guest = new_id()
    await li.do("AddExternal", interaction_id=caller.interaction, participant_id=guest, number="+8613800138000")
    await street.until(lambda: len(street.engine.dialled) == dialled + 1)
    await street.engine.hang_up(street.engine.dialled[-1][0], "busy")
    await phone.got("nack", code="no_answer")
    await li.until(lambda: not li.view("me", "handlings")[caller.interaction]["participants"])
    assert len(street.engine.dialled) == dialled + 1


# -- sockets -----------------------------------------------------------------------------------------------------------
async def test_an_address_with_too_many_sockets_hears_why_and_calls_go_on(street: Street) -> None:
    """10,000 connections from one address: those beyond the limit are closed 4429."""
    caller, _, _ = await street.talk()
    street.voice.limits = VoiceLimits(sockets_per_address=1)
    for _ in range(200):
        socket = await connect(f"{street.served.ws}/voice/ws", proxy=None, compression=None)
        await socket.wait_closed()
        assert (socket.close_code, socket.close_reason) == (4429, "too many connections from your address")
    await caller.send(t="ping", n=7)
    await caller.got("pong", n=7)
    assert street.hears(caller.leg)


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        pytest.param("x" * 70_000, 1009, id="long"), pytest.param("x" * 10_000_000, 1009, id="10 MB"),
        pytest.param('{"t":"ping","n":1,"x":' + "[" * 60_000, 1007, id="deep"),
        pytest.param('{"t":"ping","n":NaN}', 1007, id="NaN"), pytest.param(b"\xff\xfe", 1002, id="binary"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("end", ["customer", "staff"])
async def test_what_is_no_frame_closes_only_this_socket(
    street: Street, end: str, frame: str | bytes, code: int
) -> None:
    """13, 17, 18: at both sockets."""
    page: Any = await (street.caller() if end == "customer" else street.phone(street.city.li))
    with contextlib.suppress(ConnectionClosed):
        await page.socket.send(frame)
    assert (await page.until_closed())[0] == code
    assert (await (await street.caller()).call())["t"] == "answer"


@pytest.mark.parametrize("end", ["customer", "staff"])
async def test_one_who_floods_is_slowed_and_nobody_else(street: Street, end: str) -> None:
    """14: a thousand asks at once."""
    talking, _, _ = await street.talk()
    flood: Any = await (street.caller() if end == "customer" else street.phone(street.city.wang))
    for n in range(1_000):
        await flood.send(t="check", id=new_id(), sdp=f"v=0 {n}")
    await flood.got("nack", code="slow_down")
    assert not [leg for leg in street.engine.legs if leg.startswith("check:")]
    assert street.hears(talking.leg)


# -- ids of others -----------------------------------------------------------------------------------------------------
async def test_another_companys_staff_find_no_call_of_ours(street: Street) -> None:
    """3, 4: by id or by code, on the same floor."""
    caller, _, phone = await street.talk()
    line = phone.live()[0]
    stranger = await street.phone(street.city.he)
    asks = (
        {"t": "take", "interaction": caller.interaction},
        {"t": "take", "interaction": caller.interaction, "code": line["code"]},
        {"t": "offer", "leg": line["leg"], "sdp": "v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 8\r\n"},
        {"t": "key", "leg": caller.leg, "digit": "1"}, {"t": "hangup", "leg": caller.leg},
    )  # fmt: skip
    for ask in asks:
        stranger.frames.clear()
        await stranger.send(**ask)
        assert (await stranger.got("nack"))["code"] in {"call_gone", "wrong_code", "leg_gone"}
    assert not stranger.live()
    assert street.hears(caller.leg) == {line["leg"]}


# -- keys --------------------------------------------------------------------------------------------------------------
async def test_the_digits_of_a_card_are_kept_nowhere(street: Street, capfd: pytest.CaptureFixture[str]) -> None:
    """42: typed on a telephone or on the page, in a talk: in no log, journal, transcript or frame to anybody."""
    caller, desk, phone = await street.talk()
    before = len(phone.frames)
    street.engine.press(caller.leg, CARD)
    for digit in CARD:
        await caller.send(t="key", digit=digit)
    await caller.send(t="ping", n=1)
    await caller.got("pong", n=1)
    await desk.do("EndInteraction", interaction_id=caller.interaction)
    await caller.state("ended")
    async with street.served.house.db.system() as tx:
        events = [row.body for row in await tx.execute(sa.select(journal.c.body)) if caller.contact in str(row.body)]
        words = [
            row.text
            for row in await tx.execute(sa.select(content.c.text).where(content.c.contact_id == caller.contact))
        ]
    assert events
    assert not [body for body in events if body.get("node") == "talk" or CARD in str(body)]
    assert not [body for body in events if body.get("kind") == "choice" and body.get("value") in set(CARD)]
    assert not words
    out = capfd.readouterr()
    assert CARD not in out.out + out.err
    assert not [frame for frame in phone.frames[before:] if "digit" in frame]


async def test_keys_pressed_without_end_neither_pile_up_nor_delay_anybody(street: Street) -> None:
    """A telephone that sends keys as fast as packets may come."""
    caller, other = await street.caller(), await street.caller()
    for one in (caller, other):
        await one.call()
        await one.state("waiting")
    for _ in range(5_000):
        street.engine.press(caller.leg, "7")
    call = street.voice.director.calls[caller.contact]
    assert call.host is not None
    assert call.host._inputs.qsize() < 100  # type: ignore[attr-defined]
    await other.send(t="ping", n=3)
    await other.got("pong", n=3)


# -- silence -----------------------------------------------------------------------------------------------------------
async def test_a_telephone_that_went_without_a_goodbye_is_let_go(street: Street) -> None:
    """43: nothing has come from it for long; the agent is free again."""
    caller, li, _ = await street.talk()
    street.voice.limits = VoiceLimits(grace_ms=300, position_every_ms=50)
    await caller.drop()
    street.engine.hear_nothing(caller.leg, 16_000)
    await street.until(lambda: caller.leg not in street.engine.legs)
    await li.until(lambda: li.view("me", "handlings").get(caller.interaction, {}).get("state") == "after_contact_work")


async def test_a_caller_who_says_nothing_for_a_while_is_no_lost_line(street: Street) -> None:
    """Some phones send nothing while they are muted. Who presses nothing in a menu comes to a person (37), see
    `reception/test_interpreter.py`.
    """
    caller, _, _ = await street.talk()
    street.engine.hear_nothing(caller.leg, 12_000)
    await caller.send(t="ping", n=9)
    await caller.got("pong", n=9)
    assert caller.states[-1] == "talking"
    assert street.hears(caller.leg)


async def far_caller(street: Street, address: str) -> Caller:
    """A page whose browser has this address, seen through our own proxy."""
    caller = Caller(street.served.ws)
    await caller.open(additional_headers={"X-Forwarded-For": f"198.51.100.9, {address}"})
    street.open.append(caller)
    return caller


async def test_one_address_does_not_get_all_lines(street: Street, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its next caller reads why, and can have themselves called; everybody else gets through."""
    monkeypatch.setattr(street.voice, "_proxies", frozenset({"127.0.0.1"}))
    street.voice.limits = VoiceLimits(position_every_ms=100, calls_per_address=2)
    callers = [await far_caller(street, "203.0.113.5") for _ in range(3)]
    for caller in callers[:2]:
        assert (await caller.call())["t"] == "answer"
    refused = await callers[2].call()
    assert (refused["code"], refused["alternatives"]) == ("too_many_calls", ["call_back"])
    assert "通话太多" in refused["text"]
    other = await far_caller(street, "203.0.113.6")
    assert (await other.call())["t"] == "answer"
    named = {"contact": new_id(), "interaction": new_id()}
    assert (await callers[2].ask("call_back", number="13800138000", **named))["t"] == "ack"
    await callers[0].ask("hangup")
    await street.until(lambda: callers[0].leg not in street.engine.legs)
    third = await far_caller(street, "203.0.113.5")
    assert (await third.call())["t"] == "answer"


async def test_who_comes_by_no_proxy_of_ours_can_not_claim_another_address(street: Street) -> None:
    street.voice.limits = VoiceLimits(position_every_ms=100, calls_per_address=1)
    for address in ("203.0.113.7", "203.0.113.8"):
        assert (await (await far_caller(street, address)).call())["t"] == "answer"
    assert {call.address for call in street.voice.director.calls.values()} == {"127.0.0.1"}


async def test_one_visitor_does_not_call_from_every_tab(street: Street) -> None:
    first = await street.caller()
    tabs = [await street.caller(visitor=first.visitor, contact=None) for _ in range(2)]
    assert (await first.call())["t"] == "answer"
    assert (await tabs[0].call())["t"] == "answer"
    assert (await tabs[1].call())["code"] == "too_many_calls"
