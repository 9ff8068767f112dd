"""A supervisor who takes over is the agent from then on, on the line that they listened with."""

from __future__ import annotations

import pytest

from rexian.engine import commands as engine
from rexian.engine.specs import SupervisorRole
from tests.channels.voice.rig import Caller, Street


async def listens(street: Street, caller: Caller, role: SupervisorRole = "listen") -> None:
    """Wang may supervise."""
    join = engine.JoinInteraction(interaction_id=caller.interaction, person_id=street.city.wang, role=role)
    await street.voice.asking.ask(street.city.yunshan, join)


async def takes_over(street: Street, caller: Caller) -> str:
    """The line that Wang listens on, and has the customer with now."""
    line = await street.until(lambda: line_of(street, street.city.wang))
    await street.until(lambda: street.hears(line))
    take = engine.TakeOver(interaction_id=caller.interaction, agent_id=street.city.wang)
    await street.voice.asking.ask(street.city.yunshan, take)
    await street.until(lambda: street.hears(caller.leg) == {line})
    return str(line)


def line_of(street: Street, person_id: str) -> str:
    """Their line that is up."""
    return next((id for id, leg in street.engine.legs.items() if person_id in id and leg.state == "up"), "")


async def test_the_handset_put_down_ends_the_talk(street: Street, monkeypatch: pytest.MonkeyPatch) -> None:
    caller, _, _ = await street.talk()
    street.engine.numbers = True
    monkeypatch.setattr(street.voice.phones, "names", {street.city.wang: "wang"})
    await listens(street, caller)
    await street.until(lambda: street.engine.dialled)
    handset = street.engine.dialled[-1][0]
    street.engine.pick_up(handset)
    assert await takes_over(street, caller) == handset
    street.engine.bye(handset)
    await caller.state("ended")
    assert len(street.engine.dialled) == 1, "their phone does not ring again"


async def test_by_the_page_the_line_goes_and_the_customer_waits_for_it(street: Street) -> None:
    ear = await street.phone(street.city.wang)
    caller, _, _ = await street.talk()
    await listens(street, caller)
    line = await takes_over(street, caller)
    await ear.send(t="hangup", leg=line)
    await street.until(lambda: line not in street.engine.legs)
    await street.until(lambda: street.engine.legs[caller.leg].held)
    assert caller.states[-1] != "ended"
    assert len(ear.of("connect")) == 1, "a line that was put down does not come back by itself"


async def test_a_supervisor_whispers_to_them(street: Street) -> None:
    await street.phone(street.city.wang)
    caller, _, _ = await street.talk()
    await listens(street, caller)
    taker = await takes_over(street, caller)
    second = await street.phone(street.city.zhao)
    zhao = await street.desk(street.city.zhao, "wall")
    await zhao.do("JoinInteraction", interaction_id=caller.interaction, role="whisper")
    theirs = (await second.up())["leg"]
    await street.until(lambda: street.hears(taker) == {caller.leg, theirs})
    assert street.hears(caller.leg) == {taker}
