"""What is lost and comes back: a network, an agent's line, the media engine. Nothing is stuck after."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from sqlalchemy.exc import TimeoutError as PoolExhausted

from rexian.channels.voice.settings import VoiceLimits
from rexian.engine.commands import EndInteraction
from rexian.runtime.port import Receipt, Unavailable
from tests.channels.voice.rig import Street

QUICK = VoiceLimits(grace_ms=400, answer_ms=150, position_every_ms=50, ring_ms=300)


async def test_a_customer_who_is_cut_off_comes_back_into_the_same_call(street: Street) -> None:
    caller, _, phone = await street.talk()
    line = phone.live()[0]["leg"]
    street.engine.lose(caller.leg)
    await caller.state("cut")
    assert (await caller.call())["t"] == "answer"
    await caller.state("talking")
    await street.until(lambda: street.hears(caller.leg) == {line})
    assert street.engine.connects.count(caller.leg) == 2


async def test_a_customer_who_stays_away_has_left(street: Street) -> None:
    caller, li, phone = await street.talk()
    street.voice.limits = QUICK
    await caller.drop()
    street.engine.lose(caller.leg)
    handling = await li.until(
        lambda: (found := li.view("me", "handlings").get(caller.interaction)) and found["state"] == "after_contact_work"
    )
    assert handling
    await phone.until(lambda: not phone.live())


@pytest.mark.parametrize("why", ["customer_lost", "engine_lost"])
async def test_why_a_line_that_stays_away_has_ended_the_call_is_told(street: Street, why: str) -> None:
    caller, li, _ = await street.talk()
    await street.until(lambda: street.voice.director.up_since < street.served.house.clock.now_ms())
    street.voice.limits = QUICK
    if why == "customer_lost":
        street.engine.lose(caller.leg)
    else:
        street.engine.crash()
        street.engine.come_up()
    assert (await caller.got("state", state="ended"))["reason"] == why
    await li.until(
        lambda: (found := li.view("me", "handlings").get(caller.interaction)) and found["state"] == "after_contact_work"
    )


async def test_an_agents_line_comes_back_by_itself(street: Street) -> None:
    caller, _, phone = await street.talk()
    first = phone.live()[0]["leg"]
    street.engine.lose(first)
    await caller.state("held")  # music, not silence
    again = await phone.up()
    assert again["leg"] == first[:-1] + "2"
    await caller.state("talking")
    await street.until(lambda: street.hears(caller.leg) == {again["leg"]})


async def test_an_agent_who_stays_away_gives_the_customer_back_to_the_queue(street: Street) -> None:
    caller, _, phone = await street.talk()
    street.voice.limits = QUICK
    wang, second = await street.agent(street.city.wang)
    await phone.drop()
    street.engine.lose(phone.live()[0]["leg"])
    await caller.state("waiting")
    handling = await wang.accept()
    assert handling["id"] == caller.interaction
    theirs = (await second.up())["leg"]
    await street.until(lambda: street.hears(caller.leg) == {theirs})


async def test_an_agent_whose_phone_does_not_connect_is_told_in_words(street: Street) -> None:
    li, phone = await street.agent(street.city.li)
    street.voice.limits = VoiceLimits(answer_ms=150, position_every_ms=50)
    phone.connects = False
    caller = await street.caller()
    await caller.call()
    await li.accept()
    told = await phone.got("nack", code="not_connecting")
    assert "麦克风" in told["text"]
    phone.connects = True
    await phone.send(t="take", interaction=caller.interaction)
    await phone.up()
    await caller.state("talking")


async def test_when_the_engine_dies_both_pages_come_back_into_the_same_call(street: Street) -> None:
    caller, _, phone = await street.talk()
    street.engine.crash()
    assert (await phone.got("engine", up=False))["text"]
    await caller.state("cut")
    refused = await caller.call()
    assert (refused["code"], refused["alternatives"]) == ("voice_down", ["call_back"])
    answer = await street.served.client().get("/readyz")
    assert answer.status_code == 200, "chat goes on: a balancer must not let go of this server"
    [part] = [part for part in answer.json()["parts"] if part["name"] == "voice"]
    assert (answer.json()["ready"], answer.json()["degraded"], part["ok"], part["degraded"]) == (True, True, True, True)
    assert part["code"]
    assert part["trouble"]
    street.engine.come_up()
    await caller.got("state", state="cut", reason="engine_up")
    assert (await caller.call())["t"] == "answer"
    line = await phone.up()
    await caller.state("talking")
    await street.until(lambda: street.hears(caller.leg) == {line["leg"]})


async def test_while_the_engine_is_away_nobody_new_gets_stuck(street: Street) -> None:
    street.engine.crash()
    caller = await street.caller()
    assert caller.of("welcome")[0]["voice"]["available"] is False
    assert (await caller.call())["code"] == "voice_down"
    street.engine.come_up()
    await asyncio.sleep(0.05)
    assert (await caller.call())["t"] == "answer"


async def test_a_call_that_cannot_be_ended_yet_holds_up_nobody_else(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    """30, 58: while one floor can't commit, the sense of time of all other calls goes on."""
    stuck, other = await street.caller(), await street.caller()
    for one in (stuck, other):
        await one.call()
        await one.state("waiting")
    ask = street.voice.asking.ask

    async def away(tenant_id: str, command: Any, *args: Any, **more: Any) -> Receipt:
        if isinstance(command, EndInteraction) and command.interaction_id == stuck.interaction:
            raise Unavailable("no quorum")
        return await ask(tenant_id, command, *args, **more)

    monkeypatch.setattr(street.voice.asking, "ask", away)
    street.voice.limits = QUICK
    await stuck.drop()
    street.engine.lose(stuck.leg)
    await asyncio.sleep(0.8)
    late = await street.caller()
    await late.call()
    await late.got("position")
    monkeypatch.undo()
    await other.got("position", position=1)


async def test_a_database_that_is_busy_for_a_moment_leaves_no_caller_in_silence(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def busy_once(of: Any, name: str) -> None:
        real = getattr(of, name)

        async def read(*args: Any) -> Any:
            asked.append(name)
            if asked.count(name) == 1:
                raise PoolExhausted
            return await real(*args)

        monkeypatch.setattr(of, name, read)

    caller = await street.caller()
    busy_once(street.voice.lobby._receptions, "flow")
    busy_once(street.voice, "last_agent")
    await caller.call()
    await caller.state("waiting")
    assert (asked.count("flow") > 1, asked.count("last_agent")) == (True, 2)


async def test_those_who_wait_keep_their_place_over_an_engine_crash(street: Street) -> None:
    first, second = await street.caller(), await street.caller()
    for one in (first, second):
        await one.call()
        await one.state("waiting")
    street.engine.crash()
    street.engine.come_up()
    await second.got("state", state="cut", reason="engine_up")
    await second.call()
    await second.state("waiting")
    await second.got("position", position=2)
    await first.call()
    await first.state("waiting")
    await street.until(lambda: street.engine.legs[first.leg].playing)
