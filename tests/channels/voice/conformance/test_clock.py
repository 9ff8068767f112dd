"""FAULTS 33: the wall clock is set while people talk, forwards and backwards, in the engine's process and in ours."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from rexian.channels.voice.port import (
    DigitsCollected,
    LegEnded,
    MediaStatistics,
    PlaybackEnded,
    RecordingEnded,
    RecordingOrder,
    Silence,
)
from tests.channels.voice.conformance.conftest import RIGS, Bring
from tests.channels.voice.conformance.rig import Rig, hears
from tests.channels.voice.jumping import HOUR, JUMPS, WallClock, settable

Fresh = Callable[[str], str]


@pytest.fixture(scope="module")
def wall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WallClock]:
    with settable(tmp_path_factory.mktemp("wall")) as clock:
        yield clock


@pytest.fixture(scope="module", params=["asterisk", "embedded"])
async def _standing(request: pytest.FixtureRequest, wall: WallClock) -> AsyncIterator[Rig]:
    rig = RIGS[request.param]()
    await rig.set_up()
    yield rig
    await rig.tear_down()


async def test_talk_goes_on_and_sounds_as_good_as_it_is(rig: Rig, bring: Bring, bridge: str, wall: WallClock) -> None:
    customer, agent = await bring("customer", 440), await bring("agent", 1_000)
    for person in (customer, agent):
        await rig.engine.join(bridge, person.leg_id)
    begun = rig.heard.mark()
    await rig.heard.wait(MediaStatistics, begun, seconds=15, leg_id=customer.leg_id)
    for seconds in JUMPS:
        since = rig.heard.mark()
        wall.jump(seconds)
        waiting = (rig.heard.wait(MediaStatistics, since, 15, leg_id=one.leg_id) for one in (customer, agent))
        for told in await asyncio.gather(*waiting):
            assert told.mos > 3.5, seconds
            assert told.silent_ms < 5_000, seconds
        assert hears(await customer.listen(0.4), 1_000)
        assert hears(await agent.listen(0.4), 440)
    assert not rig.heard.all(LegEnded, begun)
    told_at = [(event.seq, event.mono_ms, event.at) for event in rig.heard.events[begun:]]
    for column in zip(*told_at, strict=True):
        assert list(column) == sorted(column)


@pytest.mark.parametrize("seconds", [HOUR, -HOUR])
async def test_times_of_a_call_are_neither_shortened_nor_stretched(
    rig: Rig, bring: Bring, fresh: Fresh, wall: WallClock, seconds: int
) -> None:
    customer, collect, playback = await bring("customer"), fresh("collect"), fresh("playback")
    since, begun = rig.heard.mark(), time.monotonic()
    await rig.engine.play(customer.leg_id, playback, Silence(1_500))
    await rig.engine.collect(customer.leg_id, collect, first_ms=2_500)
    wall.jump(seconds)
    await rig.heard.wait(PlaybackEnded, since, playback_id=playback, why="finished")
    assert time.monotonic() - begun >= 1.4
    assert not rig.heard.all(DigitsCollected, since)
    await rig.heard.wait(DigitsCollected, since, collect_id=collect, why="nothing")
    assert time.monotonic() - begun >= 2.4


@pytest.mark.parametrize("seconds", [HOUR, -HOUR])
async def test_a_recording_is_as_long_as_it_was(
    rig: Rig, bring: Bring, bridge: str, fresh: Fresh, tmp_path: Path, wall: WallClock, seconds: int
) -> None:
    customer = await bring("customer", 440)
    await rig.engine.join(bridge, customer.leg_id)
    order = RecordingOrder(id=fresh("recording"), path=str(tmp_path / "call.rxs"), key=os.urandom(32))
    since = rig.heard.mark()
    await rig.engine.record(bridge, order)
    begun = time.monotonic()
    await asyncio.sleep(0.8)
    wall.jump(seconds)
    await asyncio.sleep(0.8)
    await rig.engine.stop_recording(order.id)
    lasted_ms = (time.monotonic() - begun) * 1_000
    ended = await rig.heard.wait(RecordingEnded, since, recording_id=order.id)
    assert 1_200 < ended.duration_ms < lasted_ms + 400
