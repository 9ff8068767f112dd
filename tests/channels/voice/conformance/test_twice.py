"""Every operation of the port asked twice is as asked once: a repetition overtakes it, follows it, or comes after what
it began has ended."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import numpy as np
import pytest

from rexian.channels.voice.port import (
    BridgeChanged,
    DigitsCollected,
    Dtmf,
    EngineUp,
    Gone,
    LegAnswered,
    LegEnded,
    Music,
    Number,
    PlaybackEnded,
    RecordingEnded,
    TapEnded,
    Unsupported,
    VoiceEngine,
)
from tests.channels.voice.conformance.conftest import _PARAMS, RIGS, Bring
from tests.channels.voice.conformance.rig import RATE, Heard, Rig, level
from tests.channels.voice.conformance.rig_fake import FakeRig
from tests.channels.voice.conformance.twice import World

_HZ = 1_700


@pytest.fixture(scope="module", params=[*_PARAMS, "fake"])
async def _standing(request: pytest.FixtureRequest) -> AsyncIterator[Rig]:
    rig = {**RIGS, "fake": FakeRig}[request.param]()
    await rig.set_up()
    yield rig
    await rig.tear_down()


# -- life ------------------------------------------------------------------------------------------------------------
async def start(w: World) -> None:
    await w.changes_nothing(w.engine.start)


async def stop(w: World) -> None:
    await w.engine.stop()
    await w.engine.stop()
    await w.engine.start()
    await w.wait(EngineUp)


async def listen(w: World) -> None:
    """Who listens twice hears twice; who goes twice has gone once."""
    mine, others = Heard(), Heard()
    drop = w.engine.listen(mine)
    w.engine.listen(others)
    drop()
    drop()
    await w.leg()
    assert not mine.events
    assert others.all(LegAnswered)


async def health(w: World) -> None:
    first, again = await w.engine.health(), await w.engine.health()
    assert (first.epoch, first.legs, first.up) == (again.epoch, again.legs, again.up)


async def inventory(w: World) -> None:
    await w.leg()
    await w.changes_nothing(w.engine.inventory, await w.engine.inventory())


# -- legs ------------------------------------------------------------------------------------------------------------
async def connect(w: World) -> None:
    if "browser" not in w.rig.can:
        await w.refuses(lambda: w.engine.connect("leg", "v=0", side="customer"), Unsupported)
        return
    leg_id, offer = w.fresh("leg"), await w.rig.offer()
    first, again = await asyncio.gather(*(w.engine.connect(leg_id, offer, side="customer") for _ in range(2)))
    assert first == again == await w.engine.connect(leg_id, offer, side="customer")
    assert [leg.id for leg in (await w.engine.inventory()).legs] == [leg_id]


async def answer(w: World) -> None:
    if "inbound" not in w.rig.can:
        leg_id = await w.leg()  # it was answered when it came
        await w.twice(lambda: w.engine.answer(leg_id, side="customer"))
        return
    leg_id = await w.rig.ring_in()
    await w.twice(lambda: w.engine.answer(leg_id, side="customer"))
    assert w.told(LegAnswered, leg_id=leg_id) == 1
    await w.engine.hang_up(leg_id)
    await w.wait(LegEnded, leg_id=leg_id)
    await w.refuses(lambda: w.engine.answer(leg_id, side="customer"), Gone)


async def reject(w: World) -> None:
    leg_id = await w.rig.ring_in() if "inbound" in w.rig.can else await w.leg()
    await w.twice(lambda: w.engine.reject(leg_id))
    assert w.told(LegEnded, leg_id=leg_id) == 1


async def hang_up(w: World) -> None:
    leg_id = await w.leg()
    await w.twice(lambda: w.engine.hang_up(leg_id))
    assert w.told(LegEnded, leg_id=leg_id) == 1


async def originate(w: World) -> None:
    if "outbound" not in w.rig.can:
        await w.refuses(lambda: w.engine.originate("leg", Number("110"), side="customer"), Unsupported)
        return
    leg_id, to = w.fresh("leg"), await w.rig.callee()
    await w.twice(lambda: w.engine.originate(leg_id, to, side="customer", try_id="1"))
    await w.engine.hang_up(leg_id)
    await w.wait(LegEnded, leg_id=leg_id)
    await w.changes_nothing(lambda: w.engine.originate(leg_id, to, side="customer", try_id="1"))
    assert (w.told(LegAnswered, leg_id=leg_id), w.told(LegEnded, leg_id=leg_id)) == (1, 1)
    await w.engine.originate(leg_id, to, side="customer", try_id="2")
    await w.quiet()
    assert w.told(LegAnswered, leg_id=leg_id) == 2


async def transfer(w: World) -> None:
    leg_id = await w.leg()
    if "transfer" not in w.rig.can:
        await w.refuses(lambda: w.engine.transfer(leg_id, Number("110")), Unsupported)
        return
    await w.twice(lambda: w.engine.transfer(leg_id, Number("+861012345678")))
    assert w.told(LegEnded, leg_id=leg_id) == 1


# -- media -----------------------------------------------------------------------------------------------------------
async def play(w: World) -> None:
    leg_id, playback = await w.leg(), w.fresh("playback")
    await w.twice(lambda: w.engine.play(leg_id, playback, Music()))
    assert (await w.of(leg_id)).playing == (playback,)
    await w.engine.stop_playback(leg_id, playback)
    await w.changes_nothing(lambda: w.engine.play(leg_id, playback, Music()))
    assert (await w.of(leg_id)).playing == ()
    assert w.told(PlaybackEnded, playback_id=playback) == 1


async def stop_playback(w: World) -> None:
    leg_id, first, second = await w.leg(), w.fresh("playback"), w.fresh("playback")
    await w.engine.play(leg_id, first, Music())
    await w.twice(lambda: w.engine.stop_playback(leg_id, first))
    await w.engine.play(leg_id, second, Music())
    await w.changes_nothing(lambda: w.engine.stop_playback(leg_id, first))
    assert (await w.of(leg_id)).playing == (second,)
    assert w.told(PlaybackEnded, playback_id=first, why="stopped") == 1


async def collect(w: World) -> None:
    person, collected = await w.bring("customer"), w.fresh("collect")
    await w.twice(lambda: w.engine.collect(person.leg_id, collected, most=2, first_ms=60_000))
    await person.press("12")
    await w.wait(DigitsCollected, collect_id=collected, digits="12")
    await w.changes_nothing(lambda: w.engine.collect(person.leg_id, collected, most=2))
    await person.press("3")
    await w.wait(Dtmf, digit="3")  # nobody collects any more
    assert w.told(DigitsCollected) == 1


async def stop_collecting(w: World) -> None:
    leg_id, first, second = await w.leg(), w.fresh("collect"), w.fresh("collect")
    await w.engine.collect(leg_id, first)
    await w.twice(lambda: w.engine.stop_collecting(leg_id, first))
    await w.engine.collect(leg_id, second, first_ms=60_000)
    await w.changes_nothing(lambda: w.engine.stop_collecting(leg_id, first))
    assert w.told(DigitsCollected, collect_id=first, why="stopped") == 1
    assert w.told(DigitsCollected, collect_id=second) == 0


async def send_dtmf(w: World) -> None:
    person, keys = await w.bring("customer"), w.fresh("keys")
    await w.twice(lambda: w.engine.send_dtmf(person.leg_id, keys, "42"))
    await asyncio.sleep(1.0)  # long enough for as many keys again
    if "keys_out" in w.rig.can:
        assert person.keys_heard() == "42"
        await w.engine.send_dtmf(person.leg_id, w.fresh("keys"), "42")
        async with asyncio.timeout(8):
            while person.keys_heard() != "4242":  # noqa: ASYNC110 (a person tells nobody)
                await asyncio.sleep(0.02)


async def hold(w: World) -> None:
    leg_id = await w.leg()
    await w.bridge(leg_id)
    for on in (True, False):
        await w.twice(lambda on=on: w.engine.hold(leg_id, on))  # type: ignore[misc]
        assert (await w.of(leg_id)).held == on


async def mute(w: World) -> None:
    leg_id = await w.leg()
    for on in (True, False):
        await w.twice(lambda on=on: w.engine.mute(leg_id, on))  # type: ignore[misc]
        assert (await w.of(leg_id)).muted == on


# -- bridge ----------------------------------------------------------------------------------------------------------
async def create_bridge(w: World) -> None:
    leg_id, bridge_id = await w.leg(), w.fresh("bridge")
    await w.twice(lambda: w.engine.create_bridge(bridge_id))
    await w.engine.join(bridge_id, leg_id)
    await w.changes_nothing(lambda: w.engine.create_bridge(bridge_id))
    assert [(one.id, one.legs) for one in (await w.engine.inventory()).bridges] == [(bridge_id, (leg_id,))]


async def join(w: World) -> None:
    leg_id, bridge_id = await w.leg(), await w.bridge()
    await w.twice(lambda: w.engine.join(bridge_id, leg_id))
    assert w.told(BridgeChanged, bridge_id=bridge_id) <= 1
    await w.twice(lambda: w.engine.join(bridge_id, leg_id, "listen"))
    assert (await w.of(leg_id)).role == "listen"


async def leave(w: World) -> None:
    leg_id = await w.leg()
    bridge_id = await w.bridge(leg_id)
    await w.twice(lambda: w.engine.leave(leg_id))
    assert w.told(BridgeChanged, bridge_id=bridge_id, legs=()) <= 1
    assert (await w.of(leg_id)).bridge_id == ""


async def destroy_bridge(w: World) -> None:
    bridge_id = await w.bridge(await w.leg())
    await w.twice(lambda: w.engine.destroy_bridge(bridge_id))
    assert (await w.engine.inventory()).bridges == ()


# -- recording -------------------------------------------------------------------------------------------------------
async def record(w: World) -> None:
    bridge_id, order = await w.bridge(await w.leg()), w.order()
    await w.twice(lambda: w.engine.record(bridge_id, order))
    await w.engine.stop_recording(order.id)
    await w.wait(RecordingEnded, recording_id=order.id)
    await w.changes_nothing(lambda: w.engine.record(bridge_id, order))
    assert w.told(RecordingEnded, recording_id=order.id) == 1
    assert (await w.engine.inventory()).bridges[0].recording_id == ""


async def pause_recording(w: World) -> None:
    _, order = await w.recording()
    for on in (True, False):
        await w.twice(lambda on=on: w.engine.pause_recording(order.id, on))  # type: ignore[misc]
        assert (await w.engine.inventory()).bridges[0].recording_paused == on


async def stop_recording(w: World) -> None:
    bridge_id, first = await w.recording()
    await w.twice(lambda: w.engine.stop_recording(first.id))
    await w.wait(RecordingEnded, recording_id=first.id)
    second = w.order()
    await w.engine.record(bridge_id, second)
    await w.changes_nothing(lambda: w.engine.stop_recording(first.id))
    assert (w.told(RecordingEnded, recording_id=first.id), w.told(RecordingEnded, recording_id=second.id)) == (1, 0)
    assert (await w.engine.inventory()).bridges[0].recording_id == second.id


async def resume_recording(w: World) -> None:
    bridge_id, order = await w.recording()
    assert await w.engine.resume_recording(bridge_id, order)
    await w.changes_nothing(lambda: w.engine.resume_recording(bridge_id, order), answer=True)
    await w.engine.stop_recording(order.id)
    await w.wait(RecordingEnded, recording_id=order.id)
    known = await w.engine.resume_recording(bridge_id, order)
    await w.changes_nothing(lambda: w.engine.resume_recording(bridge_id, order), answer=known)
    assert w.told(RecordingEnded, recording_id=order.id) == 1


async def clear_recordings(w: World) -> None:
    _, order = await w.recording()
    await w.twice(lambda: w.engine.clear_recordings({order.id}))
    await w.engine.stop_recording(order.id)
    await w.wait(RecordingEnded, recording_id=order.id, why="stopped")


# -- tap -------------------------------------------------------------------------------------------------------------
async def tap(w: World) -> None:
    leg_id, tap_id = await w.leg(), w.fresh("tap")
    if "tap" not in w.rig.can:
        await w.refuses(lambda: w.engine.tap(tap_id, leg_id, "in"), Unsupported)
        return
    first = await w.engine.tap(tap_id, leg_id, "in")
    assert len(await anext(first)) == 320
    second = await w.engine.tap(tap_id, leg_id, "in")
    async with asyncio.timeout(8):
        assert len(await anext(second)) == 320
        async for _ in first:  # the one before ends
            pass
        assert len(await anext(second)) == 320
    assert w.told(TapEnded) == 0
    await w.engine.stop_tap(tap_id)
    await w.wait(TapEnded, tap_id=tap_id)
    await w.refuses(lambda: w.engine.tap(tap_id, leg_id, "in"), Gone)
    assert w.told(TapEnded) == 1


async def stop_tap(w: World) -> None:
    if "tap" not in w.rig.can:
        await w.twice(lambda: w.engine.stop_tap("tap"))
        return
    leg_id, tap_id = await w.leg(), w.fresh("tap")
    frames = await w.engine.tap(tap_id, leg_id, "in")
    await w.twice(lambda: w.engine.stop_tap(tap_id))
    async with asyncio.timeout(8):
        async for _ in frames:
            pass
    await w.quiet()
    assert w.told(TapEnded, tap_id=tap_id) == 1


async def inject(w: World) -> None:
    person = await w.bring("customer")
    if "inject" not in w.rig.can:
        await w.refuses(lambda: w.engine.inject(person.leg_id, "sound", bytes(320)), Unsupported)
        return
    await w.engine.inject(person.leg_id, w.fresh("sound"), bytes(320))  # the way is open
    id, listening = w.fresh("sound"), asyncio.create_task(person.listen(2.5))
    tone = (0.3 * 32_767 * np.sin(2 * np.pi * _HZ * np.arange(RATE * 2 // 5) / RATE)).astype("<i2").tobytes()
    await w.twice(lambda: w.engine.inject(person.leg_id, id, tone))
    heard = await listening
    pieces = [level(piece, _HZ) > -25 for piece in np.array_split(heard, len(heard) // 400)]
    assert 0.25 < sum(pieces) * 0.05 < 0.6  # 0.4 s, not twice or thrice of it


OPERATIONS: dict[str, Callable[[World], Awaitable[None]]] = {
    each.__name__: each
    for each in (
        start, stop, listen, health, inventory, connect, answer, reject, hang_up, originate, transfer, play,
        stop_playback, collect, stop_collecting, send_dtmf, hold, mute, create_bridge, join, leave, destroy_bridge,
        record, pause_recording, stop_recording, resume_recording, clear_recordings, tap, stop_tap, inject,
    )
}  # fmt: skip


def test_no_operation_of_the_port_is_missing() -> None:
    port = {name for name, member in inspect.getmembers(VoiceEngine, inspect.isfunction) if not name.startswith("_")}
    assert set(OPERATIONS) == port


@pytest.mark.parametrize("operation", OPERATIONS)
async def test_every_operation_twice_is_as_once(
    rig: Rig, bring: Bring, fresh: Callable[[str], str], tmp_path: Path, operation: str
) -> None:
    await OPERATIONS[operation](World(rig, bring, fresh, tmp_path))
