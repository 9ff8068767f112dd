"""The staff's phones: which device a call takes, passing the desk by code, and who may do what."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import sqlalchemy as sa
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from rexian.channels.voice.desk_frames import Sip
from rexian.channels.voice.settings import VoiceLimits
from rexian.directory.audit.tables import audit
from tests.channels.voice.rig import SDP, Phone, Street


async def test_the_device_that_was_used_last_takes_the_call(street: Street) -> None:
    old = await street.phone(street.city.li, "旧电脑")
    new = await street.phone(street.city.li, "新电脑")
    silent = await street.phone(street.city.li, "没有话筒", ready=False)
    await silent.send(t="ready", microphone=False, why="denied")
    li = await street.desk(street.city.li)
    await li.available()
    caller = await street.caller()
    await caller.call()
    await li.accept()
    line = await new.up()
    assert (line["here"], line["device_label"]) == (True, "新电脑")
    assert (await old.up())["here"] is False
    assert not old.of("connect")


async def test_a_live_call_moves_to_another_device_without_a_gap(street: Street) -> None:
    caller, _, phone = await street.talk()
    first = phone.live()[0]["leg"]
    other = await street.phone(street.city.li, "手机")
    await other.send(t="take", interaction=caller.interaction)
    await street.until(lambda: first not in street.engine.legs)
    line = next(call for call in other.live() if call["state"] == "up")
    assert line["here"] is True
    assert street.hears(caller.leg) == {line["leg"]}
    assert "held" not in caller.states
    assert (await phone.got("drop", leg=first))["cause"] == "normal"


async def test_a_page_that_is_loaded_anew_is_told_that_it_is_muted(street: Street) -> None:
    caller, _, phone = await street.talk()
    await phone.send(t="mute", leg=phone.live()[0]["leg"], on=True)
    await phone.until(lambda: phone.live()[0]["muted"])
    await phone.close()
    street.engine.lose(phone.live()[0]["leg"])
    await street.plug_in(street.city.li, phone)
    assert [call["muted"] for call in phone.of("welcome")[-1]["calls"]] == [True]
    line = await phone.up()
    assert line["muted"]
    await street.until(lambda: street.engine.legs[line["leg"]].muted)
    await phone.send(t="mute", leg=line["leg"], on=False)
    await phone.until(lambda: not phone.live()[0]["muted"])
    await street.until(lambda: street.hears(caller.leg) == {line["leg"]})


async def test_a_colleague_takes_a_call_with_its_code(street: Street) -> None:
    caller, _, phone = await street.talk()
    code = phone.live()[0]["code"]
    assert len(code) == 6
    wang = await street.desk(street.city.wang)
    second = await street.phone(street.city.wang)
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    await second.send(t="take", interaction="", code=wrong)
    assert (await second.got("nack"))["code"] == "wrong_code"
    await second.send(t="take", interaction="", code=code)
    theirs = (await second.up())["leg"]
    await street.until(lambda: street.hears(caller.leg) == {theirs})
    await phone.until(lambda: not phone.live())
    assert await wang.until(lambda: wang.view("me", "handlings").get(caller.interaction))
    async with street.served.house.db.system() as tx:
        rows = list(await tx.execute(sa.select(audit).where(audit.c.action == "call.taken_by_code")))
    assert [(row.actor_id, row.object_id) for row in rows][-1] == (street.city.wang, caller.interaction)


async def test_codes_are_not_guessed(street: Street) -> None:
    _, _, phone = await street.talk()
    code = phone.live()[0]["code"]
    second = await street.phone(street.city.zhao)
    for guess in range(5):
        await second.send(t="take", interaction="", code=f"{(int(code) + 1 + guess) % 1_000_000:06d}")
        await second.until(lambda n=guess: len(second.of("nack")) == n + 1)
    await second.send(t="take", interaction="", code=code)
    await second.got("nack", code="too_many_codes")


async def test_a_code_of_another_tenants_call_opens_nothing(street: Street) -> None:
    _, _, phone = await street.talk()
    stranger = await street.phone(street.city.he)
    await stranger.send(t="take", interaction="", code=phone.live()[0]["code"])
    assert (await stranger.got("nack"))["code"] == "wrong_code"


async def test_nobody_touches_a_line_that_is_not_theirs(street: Street) -> None:
    caller, _, phone = await street.talk()
    line = phone.live()[0]["leg"]
    second = await street.phone(street.city.wang)
    asks = (
        {"t": "mute", "leg": line, "on": True}, {"t": "hangup", "leg": line}, {"t": "key", "leg": line, "digit": "1"},
        {"t": "offer", "leg": line, "sdp": SDP}, {"t": "hangup", "leg": caller.leg},
    )  # fmt: skip
    for ask in asks:
        second.frames.clear()
        await second.send(**ask)
        assert (await second.got("nack"))["code"] == "leg_gone"
    assert street.hears(caller.leg) == {line}


async def test_hanging_up_drops_the_line_and_not_the_customer(street: Street) -> None:
    caller, _, phone = await street.talk()
    line = phone.live()[0]["leg"]
    await phone.send(t="hangup", leg=line)
    await phone.until(lambda: phone.calls[line]["state"] == "lost")
    await caller.state("held")
    await phone.send(t="take", interaction=caller.interaction)
    again = await phone.up()
    await street.until(lambda: street.hears(caller.leg) == {again["leg"]})


async def test_who_only_listens_needs_no_microphone_and_who_whispers_is_told(street: Street) -> None:
    caller, _, phone = await street.talk()
    mine = phone.live()[0]["leg"]
    street.voice.limits = VoiceLimits(answer_ms=150, position_every_ms=50)
    zhao = await street.desk(street.city.zhao, "wall")
    deaf = await street.phone(street.city.zhao, ready=False)
    await deaf.send(t="ready", microphone=False, why="none")
    await zhao.do("JoinInteraction", interaction_id=caller.interaction, role="whisper")
    assert "microphone" in (await deaf.got("nack", code="needs_microphone"))["text"]  # asked for a voice, has none
    assert not deaf.of("connect")
    await zhao.do("JoinInteraction", interaction_id=caller.interaction, role="listen")
    theirs = (await deaf.up())["leg"]
    await street.until(lambda: street.hears(theirs) == {caller.leg, mine})
    deaf.frames.clear()
    await zhao.do("JoinInteraction", interaction_id=caller.interaction, role="barge")
    assert await deaf.got("nack", code="needs_microphone")


async def test_only_staff_with_a_fresh_ticket_from_our_own_page_get_in(street: Street) -> None:
    async def refused(url: str, origin: str | None = None) -> int:
        try:
            async with connect(url, proxy=None, origin=origin):  # type: ignore[arg-type]
                return 101
        except InvalidStatus as error:
            return error.response.status_code

    base = f"{street.served.ws}/voice/desk"
    assert await refused(base) == 401
    assert await refused(f"{base}?ticket=guess") == 401
    async with await street.served.staff(street.city.li) as browser:
        ticket = (await browser.post("/api/feed-ticket")).json()["ticket"]
    assert await refused(f"{base}?ticket={ticket}", "https://evil.example") == 403
    assert await refused(f"{base}?ticket={ticket}") == 101
    assert await refused(f"{base}?ticket={ticket}") == 401


async def test_who_is_shut_out_loses_the_phone_socket(street: Street) -> None:
    phone = await street.phone(street.city.wang)
    street.voice.close_person(street.city.wang, 4401, "signed out")
    assert (await phone.until_closed())[0] == 4401


async def test_vandals_get_clear_answers(street: Street) -> None:
    phone = await street.phone(street.city.li)
    for frame in ({"t": "offer", "leg": "x y", "sdp": SDP}, {"t": "mute", "leg": "a"}, {"t": "what"},
                  {"t": "offer", "leg": "a", "sdp": "x" * 20_000}):  # fmt: skip
        phone.frames.clear()
        await phone.send(**frame)
        assert (await phone.got("nack"))["code"] == "malformed"
    assert Phone().device


async def test_without_a_microphone_calls_go_elsewhere_and_chats_go_on(street: Street) -> None:
    desk, phone = await street.agent(street.city.li)
    floor = street.voice.asking.floor(street.city.yunshan)
    assert floor is not None

    def cut() -> bool:
        agent = floor.agent(street.city.li)
        return agent is not None and "voice" in agent.unreachable

    await phone.send(t="ready", microphone=False, why="refused")
    await street.until(cut)
    caller = await street.caller()
    await caller.call()
    await caller.state("waiting")
    await caller.got("position", position=1)
    assert floor.interaction(caller.interaction).state == "queued"  # type: ignore[union-attr]
    assert desk.view("me", "agent")[street.city.li]["state"] == "available"
    other = await street.phone(street.city.li, "耳机")
    await street.until(lambda: not cut())
    handling = await desk.accept()
    assert handling["id"] == caller.interaction
    await other.up()


async def test_a_microphone_that_another_program_uses_for_a_moment_changes_nothing(street: Street) -> None:
    _, phone = await street.agent(street.city.li)
    await phone.send(t="ready", microphone=False, why="busy")
    await phone.send(t="ping", n=1)
    await phone.got("pong")
    assert street.voice.phones.reachable(street.city.li)


class Guard:
    """Stands for the exchange's passwords: notes for whom the door was opened, and when it was to be closed."""

    def __init__(self) -> None:
        self.words: list[str] = []
        self.hour = 1
        self.renewed: Callable[[], None] = lambda: None

    async def open(self, name: str) -> None:
        await asyncio.sleep(0.05)
        self.words.append(f"open {name}")

    def close(self, name: str) -> None:
        self.words.append(f"close {name}")

    def password(self, name: str) -> str:
        return f"{name} in hour {self.hour} of {len(self.words)}"


async def test_a_page_is_let_in_before_it_is_told_the_password_and_out_when_the_last_one_goes(street: Street) -> None:
    voice, guard = street.voice, Guard()
    voice.desks.passes, guard.renewed = guard, voice.desks.renew
    voice.phones.names = {street.city.li: "w0"}
    voice.phones.in_browser = lambda name: True
    voice.desks.sip_of = lambda name: Sip(ws="wss://x/ws", uri="sip:w0@x", user=name, password=guard.password(name))
    first = await street.phone(street.city.li, "旧电脑", ready=False)
    assert first.of("welcome")[-1]["sip"]["password"] == "w0 in hour 1 of 1", "it was told before it was let in"
    second = await street.phone(street.city.li, "新电脑", ready=False)
    guard.hour = 2
    guard.renewed()
    assert (await first.got("sip"))["sip"]["password"] == (await second.got("sip"))["sip"]["password"]
    await first.close()
    await street.until(lambda: len(voice.phones.of(street.city.li)) == 1)
    assert guard.words == ["open w0", "open w0"], "another page is still there"
    await second.close()
    await street.until(lambda: guard.words[-1] == "close w0")
