"""Playing and keys: files, tones, music; keys that are pressed, collected and sent."""

from __future__ import annotations

import asyncio
import wave
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from rexian.channels.voice.port import DigitsCollected, Dtmf, File, Gone, Music, PlaybackEnded, Silence, Tone
from tests.channels.voice.conformance.conftest import Bring
from tests.channels.voice.conformance.rig import RATE, Rig, hears, is_silent

Fresh = Callable[[str], str]


@pytest.fixture
def spoken(tmp_path: Path) -> Callable[..., File]:
    """Make a WAV with a tone."""

    def make(hz: int = 600, seconds: float = 0.6, rate: int = RATE) -> File:
        path = tmp_path / f"{hz}-{seconds}-{rate}.wav"
        samples = (0.4 * 32_767 * np.sin(2 * np.pi * hz * np.arange(int(seconds * rate)) / rate)).astype("<i2")
        with wave.open(str(path), "wb") as file:
            file.setparams((1, 2, rate, 0, "NONE", ""))
            file.writeframes(samples.tobytes())
        return File(str(path))

    return make


@pytest.mark.parametrize("rate", [8_000, 16_000])
async def test_a_file_is_heard_and_its_end_is_told(
    rig: Rig, bring: Bring, fresh: Fresh, spoken: Callable[..., File], rate: int
) -> None:
    customer, playback = await bring(), fresh("playback")
    since = rig.heard.mark()
    await rig.engine.play(customer.leg_id, playback, spoken(600, 0.8, rate))
    assert hears(await customer.listen(0.6), 600)
    ended = await rig.heard.wait(PlaybackEnded, since, playback_id=playback)
    assert (ended.leg_id, ended.why) == (customer.leg_id, "finished")
    await asyncio.sleep(0.2)
    assert is_silent(await customer.listen(0.3))


async def test_the_same_playback_again_is_not_played_again(
    rig: Rig, bring: Bring, fresh: Fresh, spoken: Callable[..., File]
) -> None:
    customer, playback, file = await bring(), fresh("playback"), spoken(600, 0.5)
    since = rig.heard.mark()
    await rig.engine.play(customer.leg_id, playback, file)
    await rig.engine.play(customer.leg_id, playback, file)
    await rig.heard.wait(PlaybackEnded, since, playback_id=playback)
    await rig.engine.play(customer.leg_id, playback, file)
    await asyncio.sleep(0.3)
    assert is_silent(await customer.listen(0.3))
    assert len(rig.heard.all(PlaybackEnded, since)) == 1


async def test_a_second_playback_takes_the_place_of_the_first(rig: Rig, bring: Bring, fresh: Fresh) -> None:
    customer, first, second = await bring(), fresh("playback"), fresh("playback")
    since = rig.heard.mark()
    await rig.engine.play(customer.leg_id, first, Tone("600"))
    await rig.engine.play(customer.leg_id, second, Tone("900"))
    assert (await rig.heard.wait(PlaybackEnded, since, playback_id=first)).why == "stopped"
    await asyncio.sleep(0.3)
    sound = await customer.listen(0.5)
    assert hears(sound, 900)
    assert not hears(sound, 600, -40)
    (leg,) = [leg for leg in (await rig.engine.inventory()).legs if leg.id == customer.leg_id]
    assert leg.playing == (second,)
    await rig.engine.stop_playback(customer.leg_id, second)
    await rig.engine.stop_playback(customer.leg_id, second)
    assert (await rig.heard.wait(PlaybackEnded, since, playback_id=second)).why == "stopped"
    await asyncio.sleep(0.3)
    assert is_silent(await customer.listen(0.3))


async def test_music_plays_until_it_is_stopped(rig: Rig, bring: Bring, fresh: Fresh) -> None:
    customer, playback = await bring(), fresh("playback")
    await rig.engine.play(customer.leg_id, playback, Music())
    await asyncio.sleep(0.5)
    assert not is_silent(await customer.listen(1.0))
    await rig.engine.stop_playback(customer.leg_id, playback)


async def test_silence_lasts_as_long_as_it_says(rig: Rig, bring: Bring, fresh: Fresh) -> None:
    customer, playback = await bring(), fresh("playback")
    since = rig.heard.mark()
    loop = asyncio.get_running_loop()
    before = loop.time()
    await rig.engine.play(customer.leg_id, playback, Silence(400))
    await rig.heard.wait(PlaybackEnded, since, playback_id=playback)
    assert 0.3 < loop.time() - before < 1.5


async def test_a_file_that_is_not_there_fails_and_says_so(rig: Rig, bring: Bring, fresh: Fresh) -> None:
    customer, playback = await bring(), fresh("playback")
    since = rig.heard.mark()
    await rig.engine.play(customer.leg_id, playback, File("/nowhere/at-all.wav"))
    assert (await rig.heard.wait(PlaybackEnded, since, playback_id=playback)).why == "failed"


async def test_keys_are_told_once_each_and_in_order(rig: Rig, bring: Bring) -> None:
    customer = await bring()
    since = rig.heard.mark()
    await customer.press("190#")
    await rig.heard.wait(Dtmf, since, digit="#")
    told = rig.heard.all(Dtmf, since, leg_id=customer.leg_id)
    assert "".join(event.digit for event in told) == "190#"
    assert all(40 <= event.duration_ms <= 400 for event in told)


async def test_keys_are_collected_until_enough_and_not_told_singly(rig: Rig, bring: Bring, fresh: Fresh) -> None:
    customer, collect = await bring(), fresh("collect")
    since = rig.heard.mark()
    await rig.engine.collect(customer.leg_id, collect, most=3)
    await rig.engine.collect(customer.leg_id, collect, most=3)
    await customer.press("123")
    taken = await rig.heard.wait(DigitsCollected, since, collect_id=collect)
    assert (taken.leg_id, taken.digits, taken.why) == (customer.leg_id, "123", "enough")
    assert not rig.heard.all(Dtmf, since)
    await customer.press("4")
    await rig.heard.wait(Dtmf, since, digit="4")


async def test_collecting_ends_by_key_by_time_and_by_order(rig: Rig, bring: Bring, fresh: Fresh) -> None:
    customer = await bring()
    since = rig.heard.mark()
    by_key, by_time, with_nothing, by_order = (fresh("collect") for _ in range(4))
    await rig.engine.collect(customer.leg_id, by_key, most=9)
    await customer.press("12#")
    taken = await rig.heard.wait(DigitsCollected, since, collect_id=by_key)
    assert (taken.digits, taken.why) == ("12", "end_key")
    await rig.engine.collect(customer.leg_id, by_time, most=9, between_ms=500)
    await customer.press("7")
    taken = await rig.heard.wait(DigitsCollected, since, collect_id=by_time)
    assert (taken.digits, taken.why) == ("7", "timeout")
    await rig.engine.collect(customer.leg_id, with_nothing, first_ms=300)
    taken = await rig.heard.wait(DigitsCollected, since, collect_id=with_nothing)
    assert (taken.digits, taken.why) == ("", "nothing")
    await rig.engine.collect(customer.leg_id, by_order)
    await rig.engine.stop_collecting(customer.leg_id, by_order)
    await rig.engine.stop_collecting(customer.leg_id, by_order)
    assert (await rig.heard.wait(DigitsCollected, since, collect_id=by_order)).why == "stopped"


async def test_a_key_stops_the_prompt(rig: Rig, bring: Bring, fresh: Fresh) -> None:
    customer, playback, collect = await bring(), fresh("playback"), fresh("collect")
    since = rig.heard.mark()
    await rig.engine.play(customer.leg_id, playback, Tone("600"))
    await rig.engine.collect(customer.leg_id, collect, most=2)
    await asyncio.sleep(0.3)
    await customer.press("1")
    assert (await rig.heard.wait(PlaybackEnded, since, playback_id=playback)).why == "stopped"
    assert not rig.heard.all(DigitsCollected, since)
    await customer.press("2")
    assert (await rig.heard.wait(DigitsCollected, since, collect_id=collect)).digits == "12"


@pytest.mark.needs("keys_out")
async def test_keys_that_we_send_are_heard(rig: Rig, bring: Bring, fresh: Fresh) -> None:
    customer = await bring()
    await rig.engine.send_dtmf(customer.leg_id, fresh("keys"), "42#")
    await asyncio.sleep(1.2)
    assert customer.keys_heard() == "42#"


async def test_what_is_gone_is_gone(rig: Rig, bring: Bring, bridge: str, fresh: Fresh) -> None:
    customer = await bring()
    await rig.engine.hang_up(customer.leg_id)
    leg = customer.leg_id
    for act in (
        lambda: rig.engine.play(leg, fresh("playback"), Tone("600")),
        lambda: rig.engine.stop_playback(leg, "p"),
        lambda: rig.engine.collect(leg, fresh("collect")),
        lambda: rig.engine.hold(leg, True),
        lambda: rig.engine.mute(leg, True),
        lambda: rig.engine.join(bridge, leg),
        lambda: rig.engine.leave(leg),
        lambda: rig.engine.answer(leg, side="customer"),
    ):
        with pytest.raises(Gone):
            await act()
    with pytest.raises(Gone):
        await rig.engine.join(fresh("bridge"), leg)
    await rig.engine.hang_up(leg)
