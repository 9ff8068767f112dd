"""What goes wrong: bad descriptions, no room, lost networks, killed engines and killed controllers."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from rexian.channels.voice.port import (
    BadMedia,
    BridgeChanged,
    Down,
    EngineDown,
    EngineUp,
    LegAnswered,
    LegEnded,
    MediaStatistics,
    RecordingEnded,
    RecordingOrder,
)
from tests.channels.voice.conformance.conftest import Bring
from tests.channels.voice.conformance.rig import Rig, hears

Fresh = Callable[[str], str]


async def test_health_and_events_have_their_places(rig: Rig, bring: Bring) -> None:
    since = rig.heard.mark()
    await bring()
    await bring()
    health = await rig.engine.health()
    assert health.up
    assert health.engine == rig.name
    assert health.legs == 2
    assert health.capacity > 2
    events = [event for event in rig.heard.events[since:] if not isinstance(event, EngineUp | EngineDown)]
    assert {event.epoch for event in events} == {health.epoch}
    assert [event.seq for event in events] == sorted({event.seq for event in events})
    assert all(event.at and event.mono_ms for event in events)


async def test_inventory_says_what_lives_with_the_creators_tag(rig: Rig, bring: Bring, bridge: str) -> None:
    customer, agent = await bring("customer", tag="t|c"), await bring("agent")
    await rig.engine.join(bridge, customer.leg_id)
    inventory = await rig.engine.inventory()
    legs = {leg.id: leg for leg in inventory.legs}
    assert (legs[customer.leg_id].tag, legs[customer.leg_id].bridge_id) == ("t|c", bridge)
    assert (legs[agent.leg_id].side, legs[agent.leg_id].state) == ("agent", "up")
    assert inventory.epoch == (await rig.engine.health()).epoch


async def test_the_quality_of_a_line_is_told(rig: Rig, bring: Bring) -> None:
    since = rig.heard.mark()
    customer = await bring("customer", 440)
    told = await rig.heard.wait(MediaStatistics, since, seconds=12, leg_id=customer.leg_id)
    assert told.mos > 3.5
    assert told.loss < 0.1
    assert told.silent_ms < 2_000


@pytest.mark.needs("browser")
@pytest.mark.parametrize("sdp", ["", "v=0", "garbage", "v=0\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\n"])
async def test_a_bad_description_is_refused_with_a_code(rig: Rig, fresh: Fresh, sdp: str) -> None:
    with pytest.raises(BadMedia) as caught:
        await rig.engine.connect(fresh("leg"), sdp, side="customer")
    assert caught.value.code in {"sdp_unreadable", "no_audio"}
    assert (await rig.engine.inventory()).legs == ()


@pytest.mark.needs("reconnect")
async def test_who_comes_back_finds_their_place(rig: Rig, bring: Bring, bridge: str) -> None:
    customer, agent = await bring("customer", 440), await bring("agent", 1_000)
    for person in (customer, agent):
        await rig.engine.join(bridge, person.leg_id)
    since = rig.heard.mark()
    await rig.reconnect(customer)
    await asyncio.sleep(0.5)
    heard = await asyncio.gather(customer.listen(0.6), agent.listen(0.6))
    assert hears(heard[0], 1_000)
    assert hears(heard[1], 440)
    assert not rig.heard.all(LegEnded, since)
    assert not rig.heard.all(BridgeChanged, since)


@pytest.mark.needs("kill_controller")
async def test_a_killed_controller_costs_no_call(rig: Rig, bring: Bring, bridge: str) -> None:
    customer, agent = await bring("customer", 440), await bring("agent", 1_000)
    for person in (customer, agent):
        await rig.engine.join(bridge, person.leg_id)
    before = await rig.engine.inventory()
    await rig.kill_controller()
    after = await rig.engine.inventory()
    assert after == before
    await asyncio.sleep(0.3)
    assert hears(await agent.listen(0.6), 440)
    since = rig.heard.mark()
    await rig.engine.hang_up(customer.leg_id)
    await rig.heard.wait(LegEnded, since, leg_id=customer.leg_id)


@pytest.mark.needs("kill_controller", "record")
async def test_what_happened_while_nobody_listened_is_learnt_by_the_next(
    rig: Rig, bring: Bring, bridge: str, fresh: Fresh, tmp_path: Path
) -> None:
    """It is told, or the inventory leaves it out; of a recording the end is told, at the latest to who asks for it."""
    customer = await bring("customer", 440)
    await rig.engine.join(bridge, customer.leg_id)
    order = RecordingOrder(id=fresh("recording"), path=str(tmp_path / "call.rxs"), key=os.urandom(32))
    await rig.engine.record(bridge, order)
    await asyncio.sleep(0.3)
    since = rig.heard.mark()
    hanging_up = asyncio.create_task(customer.hang_up())
    await rig.kill_controller()
    await hanging_up
    if "remembers" in rig.can:
        assert (await rig.heard.wait(LegEnded, since, leg_id=customer.leg_id)).by_peer
    async with asyncio.timeout(8):
        while customer.leg_id in {leg.id for leg in (await rig.engine.inventory()).legs}:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    await rig.engine.destroy_bridge(bridge)
    if not rig.heard.all(RecordingEnded, since, recording_id=order.id):
        assert "remembers" in rig.can or await rig.engine.resume_recording(bridge, order)
    kept = await rig.heard.wait(RecordingEnded, since, recording_id=order.id)
    assert (kept.path, kept.size) == (order.path, os.stat(order.path).st_size)


@pytest.mark.needs("kill_engine")
async def test_a_killed_engine_is_told_and_comes_back_empty(rig: Rig, bring: Bring) -> None:
    await bring("customer", 440)
    epoch = (await rig.engine.health()).epoch
    since = rig.heard.mark()
    await rig.kill_engine()
    with pytest.raises(Down):
        for _ in range(50):
            await rig.engine.inventory()
    back = await rig.heard.wait(EngineUp, since, seconds=20)
    assert back.epoch > epoch
    assert (await rig.engine.inventory()).legs == ()
    assert not rig.heard.all(LegEnded, since)  # the controller knows by the new epoch
    person = await bring("customer", 440)
    assert rig.heard.all(LegAnswered, since, leg_id=person.leg_id)
