"""Who hears whom: talking, holding, muting, listening, whispering, barging in. Judged by what reaches an ear."""

from __future__ import annotations

import asyncio

import pytest

from rexian.channels.voice.port import BridgeChanged, LegEnded, Music, Tone
from tests.channels.voice.conformance.conftest import Bring
from tests.channels.voice.conformance.rig import Person, Rig, hears, is_silent

CUSTOMER, AGENT, SUPERVISOR, THIRD = 440, 1_000, 1_700, 2_300
_SETTLE = 0.4
_LISTEN = 0.6


async def ears(*people: Person) -> list[set[int]]:
    """The tones that each hears."""
    await asyncio.sleep(_SETTLE)
    sounds = await asyncio.gather(*(person.listen(_LISTEN) for person in people))
    return [{hz for hz in (CUSTOMER, AGENT, SUPERVISOR, THIRD) if hears(sound, hz)} for sound in sounds]


async def test_two_talk_and_neither_hears_an_echo(rig: Rig, bring: Bring, bridge: str) -> None:
    customer, agent = await bring("customer", CUSTOMER), await bring("agent", AGENT)
    assert await ears(customer, agent) == [set(), set()]
    await rig.engine.join(bridge, customer.leg_id)
    await rig.engine.join(bridge, agent.leg_id)
    assert await ears(customer, agent) == [{AGENT}, {CUSTOMER}]


async def test_three_in_conference_hear_both_others(rig: Rig, bring: Bring, bridge: str) -> None:
    people = [await bring("customer", CUSTOMER), await bring("agent", AGENT), await bring("agent", THIRD)]
    for person in people:
        await rig.engine.join(bridge, person.leg_id)
    assert await ears(*people) == [{AGENT, THIRD}, {CUSTOMER, THIRD}, {CUSTOMER, AGENT}]


async def test_the_held_hear_music_and_are_not_heard(rig: Rig, bring: Bring, bridge: str) -> None:
    customer, agent = await bring("customer", CUSTOMER), await bring("agent", AGENT)
    await rig.engine.join(bridge, customer.leg_id)
    await rig.engine.join(bridge, agent.leg_id)
    await rig.engine.hold(customer.leg_id, True, Music())
    await rig.engine.hold(customer.leg_id, True, Music())
    assert await ears(customer, agent) == [set(), set()]
    assert not is_silent(await customer.listen(1.0))
    (leg,) = [leg for leg in (await rig.engine.inventory()).legs if leg.id == customer.leg_id]
    assert leg.held
    await rig.engine.hold(customer.leg_id, False)
    assert await ears(customer, agent) == [{AGENT}, {CUSTOMER}]


async def test_the_muted_hear_and_are_not_heard(rig: Rig, bring: Bring, bridge: str) -> None:
    customer, agent = await bring("customer", CUSTOMER), await bring("agent", AGENT)
    await rig.engine.join(bridge, customer.leg_id)
    await rig.engine.join(bridge, agent.leg_id)
    await rig.engine.mute(agent.leg_id, True)
    await rig.engine.mute(agent.leg_id, True)
    assert await ears(customer, agent) == [set(), {CUSTOMER}]
    await rig.engine.mute(agent.leg_id, False)
    assert await ears(customer, agent) == [{AGENT}, {CUSTOMER}]


@pytest.mark.needs("whisper")
async def test_a_supervisor_listens_whispers_and_barges_in(rig: Rig, bring: Bring, bridge: str) -> None:
    customer, agent = await bring("customer", CUSTOMER), await bring("agent", AGENT)
    supervisor = await bring("supervisor", SUPERVISOR)
    await rig.engine.join(bridge, customer.leg_id)
    await rig.engine.join(bridge, agent.leg_id)
    await rig.engine.join(bridge, supervisor.leg_id, "listen")
    both = {CUSTOMER, AGENT}
    assert await ears(customer, agent, supervisor) == [{AGENT}, {CUSTOMER}, both]
    await rig.engine.join(bridge, supervisor.leg_id, "whisper")
    assert await ears(customer, agent, supervisor) == [{AGENT}, {CUSTOMER, SUPERVISOR}, both]
    await rig.engine.join(bridge, supervisor.leg_id, "barge")
    assert await ears(customer, agent, supervisor) == [{AGENT, SUPERVISOR}, {CUSTOMER, SUPERVISOR}, both]


@pytest.mark.needs("whisper")
async def test_a_supervisor_who_has_taken_over_is_whispered_to(rig: Rig, bring: Bring, bridge: str) -> None:
    customer, taker = await bring("customer", CUSTOMER), await bring("supervisor", AGENT)
    supervisor = await bring("supervisor", SUPERVISOR)
    await rig.engine.join(bridge, customer.leg_id)
    await rig.engine.join(bridge, taker.leg_id, "listen")
    await rig.engine.join(bridge, supervisor.leg_id, "whisper")
    assert await ears(customer, taker) == [set(), {CUSTOMER}]
    await rig.engine.join(bridge, taker.leg_id, "talk")
    assert await ears(customer, taker) == [{AGENT}, {CUSTOMER, SUPERVISOR}]


async def test_a_leg_leaves_and_joins_another_bridge(rig: Rig, bring: Bring, bridge: str, fresh) -> None:
    customer, agent, other = await bring("customer", CUSTOMER), await bring("agent", AGENT), await bring("agent", THIRD)
    second = fresh("bridge")
    await rig.engine.create_bridge(second)
    for person in (customer, agent):
        await rig.engine.join(bridge, person.leg_id)
    await rig.engine.join(second, other.leg_id)
    await rig.engine.join(second, customer.leg_id)  # leaves the first by itself
    assert await ears(customer, agent, other) == [{THIRD}, set(), {CUSTOMER}]
    await rig.engine.leave(customer.leg_id)
    await rig.engine.leave(customer.leg_id)
    assert await ears(customer, other) == [set(), set()]
    places = {leg.id: leg.bridge_id for leg in (await rig.engine.inventory()).legs}
    assert places == {customer.leg_id: "", agent.leg_id: bridge, other.leg_id: second}


async def test_a_destroyed_bridge_leaves_its_legs_alone_and_up(rig: Rig, bring: Bring, bridge: str) -> None:
    customer, agent = await bring("customer", CUSTOMER), await bring("agent", AGENT)
    await rig.engine.join(bridge, customer.leg_id)
    await rig.engine.join(bridge, agent.leg_id)
    since = rig.heard.mark()
    await rig.engine.destroy_bridge(bridge)
    await rig.engine.destroy_bridge(bridge)
    assert await ears(customer, agent) == [set(), set()]
    assert not rig.heard.all(LegEnded, since)
    assert len((await rig.engine.inventory()).legs) == 2


async def test_who_hangs_up_is_told_and_is_out_of_the_bridge(rig: Rig, bring: Bring, bridge: str) -> None:
    customer, agent = await bring("customer", CUSTOMER), await bring("agent", AGENT)
    await rig.engine.join(bridge, customer.leg_id)
    await rig.engine.join(bridge, agent.leg_id)
    since = rig.heard.mark()
    await customer.hang_up()
    ended = await rig.heard.wait(LegEnded, since, leg_id=customer.leg_id)
    assert ended.by_peer
    await rig.heard.wait(BridgeChanged, since, bridge_id=bridge, legs=(agent.leg_id,))
    assert await ears(agent) == [set()]


async def test_a_leg_that_we_hang_up_ends_at_the_other_end_too(rig: Rig, bring: Bring) -> None:
    customer = await bring("customer", CUSTOMER)
    since = rig.heard.mark()
    await rig.engine.hang_up(customer.leg_id, "rejected")
    await rig.engine.hang_up(customer.leg_id)
    ended = await rig.heard.wait(LegEnded, since, leg_id=customer.leg_id)
    assert (ended.cause, ended.by_peer) == ("rejected", False)
    assert len(rig.heard.all(LegEnded, since)) == 1


async def test_joining_twice_changes_nothing(rig: Rig, bring: Bring, bridge: str) -> None:
    customer = await bring("customer", CUSTOMER)
    await rig.engine.join(bridge, customer.leg_id)
    since = rig.heard.mark()
    await rig.engine.create_bridge(bridge)
    await rig.engine.join(bridge, customer.leg_id)
    await rig.heard.never(BridgeChanged, since, 0.3)
    (known,) = [each for each in (await rig.engine.inventory()).bridges if each.id == bridge]
    assert known.legs == (customer.leg_id,)


async def test_a_tone_is_heard_below_the_talk_of_the_bridge(rig: Rig, bring: Bring, bridge: str, fresh) -> None:
    customer, agent = await bring("customer", CUSTOMER), await bring("agent", AGENT)
    await rig.engine.join(bridge, customer.leg_id)
    await rig.engine.join(bridge, agent.leg_id)
    await rig.engine.play(customer.leg_id, fresh("playback"), Tone("2300"))
    assert await ears(customer, agent) == [{AGENT, THIRD}, {CUSTOMER}]
