"""Concealment: better than silence on sound like speech, smooth at its joints, gone after a while."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from rexian.channels.voice.webrtc.mixing.conceal import HISTORY, Concealer, pitch, splice
from rexian.channels.voice.webrtc.mixing.facts import FRAME, RATE
from rexian.kit.g711 import Pcm
from tests.channels.voice.mixing.hall import Hall, rms


def voiced(seconds: float, low: float = 110.0, high: float = 130.0) -> Pcm:
    """Like a vowel that is sung up and down: a train of pulses, its pitch gliding, through three resonances."""
    count = round(seconds * RATE)
    glide = low + (high - low) * (1 - np.cos(2 * np.pi * np.arange(count) / RATE / 4)) / 2
    pulses = np.diff(np.floor(np.cumsum(glide) / RATE), prepend=0).astype(np.float64)
    sound: npt.NDArray[np.float64] = pulses
    for hz, width in ((600, 80), (1_100, 100), (2_400, 150)):
        t = np.arange(240) / RATE
        sound = np.convolve(sound, np.exp(-np.pi * width * t) * np.cos(2 * np.pi * hz * t))[:count]
    return np.round(sound / np.abs(sound).max() * 9_000).astype(np.int16)


def snr(clean: npt.NDArray[np.generic], heard: npt.NDArray[np.generic]) -> float:
    """In dB; silence in place of all has 0."""
    wrong = clean.astype(np.float64) - heard.astype(np.float64)
    return float(10 * np.log10(np.sum(clean.astype(np.float64) ** 2) / np.sum(wrong**2)))


def filled(speech: Pcm, at: int, frames: int = 1) -> Pcm:
    """`frames` frames made up from sample `at` on, without knowing them."""
    concealer = Concealer()
    past = speech[at - HISTORY : at]
    return np.concatenate([concealer.fill(past, FRAME, 10) for _ in range(frames)])


@pytest.mark.parametrize("hz", [70, 100, 125, 160, 190])
def test_the_pitch_is_found(hz: float) -> None:
    period = pitch(voiced(0.5, hz, hz)[-HISTORY:].astype(np.float32))
    assert period == pytest.approx(RATE / hz, abs=1.5)


def test_a_lost_frame_is_nearer_to_the_truth_than_silence() -> None:
    speech = voiced(4)
    places = range(1_000, len(speech) - FRAME, 530)
    gains = [snr(speech[at : at + FRAME], filled(speech, at)) for at in places]
    assert np.mean(gains) > 5
    assert np.mean(np.array(gains) > 0) > 0.85


def test_in_a_whole_call_with_5_percent_lost_it_is_heard() -> None:
    """Through the mixer: against the same call without loss, and against silence in the gaps."""
    speech = voiced(12)

    def through(lost: set[int]) -> Pcm:
        hall = Hall()
        hall.leg("a")
        hall.leg("b", "agent")
        hall.mixer.create_bridge("x")
        hall.mixer.join("x", "a")
        hall.mixer.join("x", "b")
        hall.signals["a"] = lambda at: speech[at : at + FRAME]
        hall.lost = {("a", n) for n in lost}
        hall.beats(550)
        return hall.heard("b", 9)

    lost = set(np.random.default_rng(3).choice(np.arange(60, 540), 25, replace=False).tolist())
    clean, mended = through(set()), through(lost)
    gaps = np.abs(clean.astype(np.int32) - mended) > 0
    muted = np.where(gaps, 0, clean)
    assert snr(clean, mended) > snr(clean, muted) + 2


def test_the_joints_dont_click() -> None:
    speech = voiced(2)
    concealer = Concealer()
    for at in range(2_000, 12_000, 1_111):
        past = speech[at - HISTORY : at]
        made = concealer.fill(past, FRAME, 10)
        after = concealer.resume(speech[at + FRAME : at + 2 * FRAME], 10)
        steepest = np.abs(np.diff(speech.astype(np.int32))).max()
        joined = np.concatenate([past[-10:], made, after]).astype(np.int32)
        assert np.abs(np.diff(joined)).max() <= 1.2 * steepest


def test_a_long_gap_fades_into_noise_as_loud_as_the_background() -> None:
    speech = voiced(1)
    made = filled(speech, 4_000, frames=50)
    loud = [rms(made[at : at + 80]) for at in range(0, len(made), 80)]
    assert loud[0] > 0.5 * rms(speech)
    assert loud[3] < loud[0]
    assert 5 < rms(made[HISTORY:]) < 20


def test_silence_stays_silent() -> None:
    assert rms(Concealer().fill(np.zeros(HISTORY, np.int16), FRAME, 0)) == 0


def test_full_scale_stays_within_16_bits() -> None:
    past = np.where(np.arange(HISTORY) % 80 < 40, 32_767, -32_768).astype(np.int16)
    made = Concealer().fill(past, FRAME, 100)
    assert rms(made) > 20_000


def test_a_splice_begins_as_the_one_and_ends_as_the_other() -> None:
    speech = voiced(1)
    first, second = speech[1_000 : 1_000 + FRAME], speech[1_080 : 1_080 + FRAME]
    joined = splice(first, second)
    assert len(joined) == FRAME
    assert joined[0] == first[0]
    assert joined[-1] == second[-1]
    assert np.abs(np.diff(joined.astype(np.int32))).max() <= 1.2 * np.abs(np.diff(speech.astype(np.int32))).max()
