"""Recordings, taps and injected sound: tones on the right tracks, silence where it was paused."""

from __future__ import annotations

import asyncio
import hashlib
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from rexian.channels.voice.port import Gone, Music, RecordingEnded, RecordingOrder, TapEnded
from rexian.kit.sealed import SealedReader
from tests.channels.voice.conformance.conftest import Bring
from tests.channels.voice.conformance.rig import RATE, Rig, Samples, hears, is_silent
from tests.channels.voice.conformance.rig_embedded import DECODED

Fresh = Callable[[str], str]
CUSTOMER, AGENT, SUPERVISOR = 440, 1_000, 1_700


def tracks(path: Path, key: bytes) -> tuple[Samples, Samples]:
    """Both tracks of a sealed recording: customer, all others."""
    reader = SealedReader(path, key)
    data = reader.read(0, reader.plain_size)
    assert data[:4] == b"RIFF"
    start = data.index(b"data") + 8
    assert data[20:24] == b"\7\0\2\0"  # G.711 mu-law, stereo
    both = DECODED[np.frombuffer(data[start:], np.uint8)]
    both = both[: len(both) // 2 * 2].reshape(-1, 2)
    return both[:, 0], both[:, 1]


def size_and_hash(path: Path) -> tuple[int, str]:
    data = path.read_bytes()
    return len(data), hashlib.sha256(data).hexdigest()


def part(sound: Samples, begin: float, end: float) -> Samples:
    return sound[int(begin * RATE) : int(end * RATE)]


@pytest.mark.needs("record")
async def test_the_customer_is_left_and_the_others_are_right_and_pauses_are_silent(
    rig: Rig, bring: Bring, bridge: str, fresh: Fresh, tmp_path: Path
) -> None:
    customer, agent = await bring("customer", CUSTOMER), await bring("agent", AGENT)
    for person in (customer, agent):
        await rig.engine.join(bridge, person.leg_id)
    order = RecordingOrder(id=fresh("recording"), path=str(tmp_path / "call.rxs"), key=os.urandom(32))
    since = rig.heard.mark()
    await rig.engine.record(bridge, order)
    await rig.engine.record(bridge, order)
    await asyncio.sleep(1.0)
    (known,) = [each for each in (await rig.engine.inventory()).bridges if each.id == bridge]
    assert (known.recording_id, known.recording_paused) == (order.id, False)
    await rig.engine.pause_recording(order.id, True)
    await asyncio.sleep(1.0)
    await rig.engine.pause_recording(order.id, False)
    await asyncio.sleep(1.0)
    await rig.engine.stop_recording(order.id)
    await rig.engine.stop_recording(order.id)
    ended = await rig.heard.wait(RecordingEnded, since, recording_id=order.id)
    assert (ended.why, ended.bridge_id) == ("stopped", bridge)
    assert 2_700 < ended.duration_ms < 3_600
    assert (ended.size, ended.sha256) == size_and_hash(Path(order.path))
    left, right = tracks(Path(order.path), order.key)
    for begin, end in ((0.3, 0.8), (2.3, 2.8)):
        assert hears(part(left, begin, end), CUSTOMER)
        assert not hears(part(left, begin, end), AGENT, -40)
        assert hears(part(right, begin, end), AGENT)
        assert not hears(part(right, begin, end), CUSTOMER, -40)
    assert is_silent(part(left, 1.3, 1.8))
    assert is_silent(part(right, 1.3, 1.8))


@pytest.mark.needs("record")
async def test_the_held_and_their_music_are_not_recorded(
    rig: Rig, bring: Bring, bridge: str, fresh: Fresh, tmp_path: Path
) -> None:
    customer, agent = await bring("customer", CUSTOMER), await bring("agent")
    for person in (customer, agent):
        await rig.engine.join(bridge, person.leg_id)
    order = RecordingOrder(id=fresh("recording"), path=str(tmp_path / "call.rxs"), key=os.urandom(32))
    since = rig.heard.mark()
    await rig.engine.record(bridge, order)
    await asyncio.sleep(1.0)
    await rig.engine.hold(customer.leg_id, True, Music())
    await asyncio.sleep(0.5)
    await rig.engine.pause_recording(order.id, True)
    await rig.engine.pause_recording(order.id, False)  # on again, and the customer is held all the same
    await asyncio.sleep(1.5)
    await rig.engine.hold(customer.leg_id, False)
    await asyncio.sleep(1.0)
    await rig.engine.stop_recording(order.id)
    await rig.heard.wait(RecordingEnded, since, recording_id=order.id)
    left, right = tracks(Path(order.path), order.key)
    assert hears(part(left, 0.3, 0.8), CUSTOMER)
    assert is_silent(part(left, 1.4, 2.6))
    assert is_silent(part(right, 1.4, 2.6))
    assert hears(left[-RATE // 2 :], CUSTOMER)


@pytest.mark.needs("record")
async def test_a_destroyed_bridge_ends_its_recording(
    rig: Rig, bring: Bring, bridge: str, fresh: Fresh, tmp_path: Path
) -> None:
    customer = await bring("customer", CUSTOMER)
    await rig.engine.join(bridge, customer.leg_id)
    order = RecordingOrder(id=fresh("recording"), path=str(tmp_path / "call.rxs"), key=os.urandom(32))
    since = rig.heard.mark()
    await rig.engine.record(bridge, order)
    await asyncio.sleep(0.5)
    await rig.engine.destroy_bridge(bridge)
    assert (await rig.heard.wait(RecordingEnded, since, recording_id=order.id)).duration_ms > 200
    with pytest.raises(Gone):
        await rig.engine.pause_recording(order.id, True)


@pytest.mark.needs("record", "kill_controller")
async def test_a_recording_outlives_its_controller_and_obeys_the_next(
    rig: Rig, bring: Bring, bridge: str, fresh: Fresh, tmp_path: Path
) -> None:
    customer = await bring("customer", CUSTOMER)
    await rig.engine.join(bridge, customer.leg_id)
    order = RecordingOrder(id=fresh("recording"), path=str(tmp_path / "call.rxs"), key=os.urandom(32))
    never = RecordingOrder(id=fresh("recording"), path=str(tmp_path / "other.rxs"), key=os.urandom(32))
    await rig.engine.record(bridge, order)
    await asyncio.sleep(1.0)
    await rig.kill_controller()
    await rig.engine.pause_recording(order.id, True)
    assert await rig.engine.resume_recording(bridge, order)
    assert await rig.engine.resume_recording(bridge, order)
    assert not await rig.engine.resume_recording(bridge, never)
    await rig.engine.clear_recordings({order.id})
    await asyncio.sleep(1.0)
    since = rig.heard.mark()
    await rig.engine.stop_recording(order.id)
    ended = await rig.heard.wait(RecordingEnded, since, recording_id=order.id)
    assert (ended.why, ended.path) == ("stopped", order.path)
    assert (ended.size, ended.sha256) == size_and_hash(Path(order.path))
    left, _ = tracks(Path(order.path), order.key)
    assert hears(part(left, 0.3, 0.8), CUSTOMER)
    assert is_silent(left[-RATE // 2 :])


@pytest.mark.needs("record")
async def test_a_recording_that_cannot_be_written_says_so(
    rig: Rig, bring: Bring, bridge: str, fresh: Fresh, tmp_path: Path
) -> None:
    customer = await bring("customer", CUSTOMER)
    await rig.engine.join(bridge, customer.leg_id)
    (tmp_path / "folder").write_text("a file where a folder is needed")
    order = RecordingOrder(id=fresh("recording"), path=str(tmp_path / "folder" / "call.rxs"), key=os.urandom(32))
    since = rig.heard.mark()
    await rig.engine.record(bridge, order)
    assert (await rig.heard.wait(RecordingEnded, since, recording_id=order.id)).why in {"failed", "disk_full"}


@pytest.mark.needs("tap")
async def test_a_tap_hears_what_a_leg_says_and_ends_with_it(rig: Rig, bring: Bring, bridge: str, fresh: Fresh) -> None:
    customer, agent = await bring("customer", CUSTOMER), await bring("agent", AGENT)
    for person in (customer, agent):
        await rig.engine.join(bridge, person.leg_id)
    await asyncio.sleep(0.3)
    for what, tones in (("in", {CUSTOMER}), ("out", {AGENT}), ("both", {CUSTOMER, AGENT})):
        tap_id, sound = fresh("tap"), b""
        since = rig.heard.mark()
        async for pcm in await rig.engine.tap(tap_id, customer.leg_id, what):  # type: ignore[arg-type]
            assert len(pcm) == 320
            sound += pcm
            if len(sound) == 320 * 30:
                await rig.engine.stop_tap(tap_id)
        samples = np.frombuffer(sound, "<i2") / 32_768
        assert {hz for hz in (CUSTOMER, AGENT) if hears(samples, hz)} == tones
        await rig.heard.wait(TapEnded, since, tap_id=tap_id)
    tap_id = fresh("tap")
    frames = await rig.engine.tap(tap_id, customer.leg_id, "in")
    await rig.engine.hang_up(customer.leg_id)
    async with asyncio.timeout(5):
        async for _ in frames:
            pass


@pytest.mark.needs("inject")
async def test_injected_sound_is_heard_by_that_leg_alone(rig: Rig, bring: Bring, bridge: str, fresh: Fresh) -> None:
    customer, agent = await bring("customer"), await bring("agent")
    for person in (customer, agent):
        await rig.engine.join(bridge, person.leg_id)
    sound = (0.3 * 32_767 * np.sin(2 * np.pi * 1_700 * np.arange(RATE * 3 // 2) / RATE)).astype("<i2").tobytes()
    listening = asyncio.gather(customer.listen(1.2), agent.listen(1.2))
    await rig.engine.inject(customer.leg_id, fresh("sound"), sound)
    heard, other = await listening
    assert hears(heard, SUPERVISOR)
    assert not hears(other, SUPERVISOR, -50)
