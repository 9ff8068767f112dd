"""Who is given up, and who no longer is: what has changed since a line was lost counts, not what was true then."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from rexian.channels.voice.asking import SYSTEM
from rexian.channels.voice.port import Caller
from rexian.channels.voice.settings import VoiceLimits
from rexian.engine import commands as engine
from rexian.engine.specs import Party
from rexian.engine.state import Interaction
from rexian.runtime.port import Receipt, Unavailable
from tests.channels.voice.rig import Street

QUICK = VoiceLimits(grace_ms=400, answer_ms=150, position_every_ms=50, ring_ms=300)
Ask = Callable[..., Any]


def interaction(street: Street, id: str) -> Interaction:
    floor = street.voice.asking.floor(street.city.yunshan)
    found = floor.interaction(id) if floor is not None else None
    assert found is not None
    return found


@pytest.fixture
def before_asking(street: Street, monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[Any, Ask], Any]], None]:
    """Something happens just before the channel's own commands reach the floor, or instead of them."""

    def put(happens: Callable[[Any, Ask], Any]) -> None:
        ask = street.voice.asking.ask

        async def asked(tenant_id: str, command: Any, by: Party = SYSTEM, **more: Any) -> Receipt:
            async def on() -> Receipt:
                return await ask(tenant_id, command, by, **more)

            return await happens(command, on)  # type: ignore[no-any-return]

        monkeypatch.setattr(street.voice.asking, "ask", asked)

    return put


@pytest.mark.parametrize("at_once", [False, True])
async def test_a_telephone_cut_off_while_it_rings_at_a_desk_is_called_by_who_accepts(
    hotline: Street, at_once: bool
) -> None:
    """Whoever waited keeps the place as a call-back, also while somebody is being asked to take it."""
    hotline.engine.numbers = True
    li, phone = await hotline.agent(hotline.city.li)
    hotline.engine.offer("PJSIP.trunk-9", Caller(number="+8613800138009", dialled="4008123456"))
    offer = await li.until(lambda: next(iter(li.view("me", "offers").values()), None))
    hotline.engine.dialled.clear()
    hotline.engine.crash()
    hotline.engine.come_up()
    if not at_once:
        await hotline.until(lambda: interaction(hotline, offer["interaction_id"]).call_back)
        assert interaction(hotline, offer["interaction_id"]).state == "offered", "it rings on"
    await li.accept()
    await hotline.until(lambda: hotline.engine.dialled)
    leg_id, number = hotline.engine.dialled[-1]
    assert number.digits == "+8613800138009"
    hotline.engine.pick_up(leg_id)
    line = (await phone.up())["leg"]
    await hotline.until(lambda: hotline.hears(leg_id) == {line})


async def test_a_call_that_a_colleague_has_just_saved_goes_on(street: Street, before_asking: Any) -> None:
    """The agent's computer is gone; as it is to go back to the queue, somebody else takes the call."""
    caller, _, phone = await street.talk()
    wang = await street.phone(street.city.wang)
    saves = engine.TakeOver(interaction_id=caller.interaction, agent_id=street.city.wang)
    ask, asked = street.voice.asking.ask, []

    async def saved(command: Any, on: Ask) -> Receipt:
        asked.append(command)
        if isinstance(command, engine.TransferInteraction):
            await ask(street.city.yunshan, saves, Party("agent", street.city.wang))
        return await on()  # type: ignore[no-any-return]

    before_asking(saved)
    street.voice.limits = QUICK
    await phone.drop()
    street.engine.lose(phone.live()[0]["leg"])
    line = (await wang.up())["leg"]
    await street.until(lambda: street.hears(caller.leg) == {line})
    await street.until(lambda: not street.voice.patience._acting)
    assert not [one for one in asked if isinstance(one, engine.EndInteraction)]
    assert interaction(street, caller.interaction).state == "talking"


async def test_a_caller_who_is_back_before_the_floor_is_talks_on(street: Street, before_asking: Any) -> None:
    caller, _, phone = await street.talk()
    away, tried = True, 0

    async def floor(command: Any, on: Ask) -> Receipt:
        nonlocal tried
        if isinstance(command, engine.EndInteraction) and away:
            tried += 1
            raise Unavailable("no quorum")
        return await on()  # type: ignore[no-any-return]

    before_asking(floor)
    street.voice.limits = QUICK
    street.engine.lose(caller.leg)
    await street.until(lambda: tried)
    street.voice.limits = VoiceLimits()
    assert (await caller.call())["t"] == "answer"
    await caller.state("talking")
    away = False
    await street.until(lambda: not street.voice.patience._acting)
    assert interaction(street, caller.interaction).state == "talking"
    assert street.hears(caller.leg) == {(await phone.up())["leg"]}


async def test_the_floor_hears_that_a_caller_has_gone_and_is_back_in_this_order(
    street: Street, before_asking: Any
) -> None:
    """Else it waits for one who is on the line, and ends the call in the end."""
    caller, _, _ = await street.talk()
    done: list[bool] = []
    held, go_on = asyncio.Event(), asyncio.Event()

    async def slow(command: Any, on: Ask) -> Receipt:
        if not isinstance(command, engine.SetCustomerPresence):
            return await on()  # type: ignore[no-any-return]
        if not command.present:
            held.set()
            await go_on.wait()
        receipt = await on()
        done.append(command.present)
        return receipt  # type: ignore[no-any-return]

    before_asking(slow)
    street.engine.lose(caller.leg)
    await held.wait()
    await caller.call()
    await street.until(lambda: caller.leg in street.engine.legs and street.hears(caller.leg))
    go_on.set()
    await street.until(lambda: done == [False, True])
    await street.until(lambda: not interaction(street, caller.interaction).away_due_at)


async def test_a_word_that_arrives_though_nobody_knew_is_put_right(street: Street, before_asking: Any) -> None:
    """The floor could not say whether it has heard that the caller is gone; it had."""
    caller, _, _ = await street.talk()
    arrived: list[bool] = []

    async def unsure(command: Any, on: Ask) -> Receipt:
        receipt = await on()
        if isinstance(command, engine.SetCustomerPresence):
            arrived.append(command.present)
            if not command.present:
                raise Unavailable("whether it was carried out is not known yet")
        return receipt  # type: ignore[no-any-return]

    before_asking(unsure)
    street.engine.lose(caller.leg)
    await street.until(lambda: arrived)
    await caller.call()
    await street.until(lambda: arrived[-1])
    await street.until(lambda: not interaction(street, caller.interaction).away_due_at)
