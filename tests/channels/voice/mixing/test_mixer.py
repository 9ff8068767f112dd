"""Who hears whom, by spectrum; what is played; how it ends."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest

from rexian.channels.voice.port import Busy, File, Gone, Music, Role, Side, Silence, Tone
from rexian.channels.voice.webrtc.mixing.facts import FRAME, RATE, PlaybackDone, TapDone
from rexian.channels.voice.webrtc.mixing.tones import MUSIC_HZ
from rexian.channels.voice.webrtc.mixing.wav import header
from rexian.kit.g711 import Pcm, decode, encode
from tests.channels.voice.mixing.hall import Hall, loudness, power, rms, sine

CUSTOMER, AGENT, BOSS, OTHER = 700.0, 1_100.0, 1_700.0, 2_300.0


def call(hall: Hall, **others: tuple[Side, Role, float]) -> None:
    """A customer and an agent who talk, and whoever else is in the bridge."""
    hall.leg("customer", "customer", CUSTOMER)
    hall.leg("agent", "agent", AGENT)
    hall.mixer.create_bridge("b")
    hall.mixer.join("b", "customer")
    hall.mixer.join("b", "agent")
    for name, (side, role, hz) in others.items():
        hall.leg(name, side, hz)
        hall.mixer.join("b", name, role)


def who_hears(hall: Hall, tones: dict[str, float]) -> dict[str, set[str]]:
    hall.beats(75)
    return {one: {other for other, hz in tones.items() if hall.hears(one, hz)} for one in tones}


TWO = {"customer": CUSTOMER, "agent": AGENT}
THREE = TWO | {"boss": BOSS}


def music_heard(sound: Pcm) -> bool:
    return sum(power(sound, hz, 15) for hz in MUSIC_HZ) > 0.8


def test_two_hear_each_other_and_not_themselves() -> None:
    hall = Hall()
    call(hall)
    assert who_hears(hall, TWO) == {"customer": {"agent"}, "agent": {"customer"}}
    assert power(hall.heard("agent"), CUSTOMER) > 0.99


@pytest.mark.parametrize(
    ("role", "customer_hears", "agent_hears"),
    [
        ("listen", {"agent"}, {"customer"}),
        ("whisper", {"agent"}, {"customer", "boss"}),
        ("barge", {"agent", "boss"}, {"customer", "boss"}),
        ("talk", {"agent", "boss"}, {"customer", "boss"}),
    ],
)
def test_a_supervisor_in_each_role(role: Role, customer_hears: set[str], agent_hears: set[str]) -> None:
    hall = Hall()
    call(hall, boss=("supervisor", role, BOSS))
    assert who_hears(hall, THREE) == {
        "customer": customer_hears, "agent": agent_hears, "boss": {"customer", "agent"},
    }  # fmt: skip


def test_a_role_changes_within_the_call() -> None:
    hall = Hall()
    call(hall, boss=("supervisor", "listen", BOSS))
    who_hears(hall, THREE)
    hall.mixer.join("b", "boss", "whisper")
    assert who_hears(hall, THREE)["agent"] == {"customer", "boss"}
    hall.mixer.join("b", "boss", "listen")
    assert who_hears(hall, THREE)["agent"] == {"customer"}


def test_a_supervisor_who_has_taken_over_is_whispered_to() -> None:
    hall = Hall()
    call(hall, boss=("supervisor", "whisper", BOSS))
    hall.leg("taker", "supervisor", OTHER)
    hall.mixer.join("b", "taker", "listen")
    tones = THREE | {"taker": OTHER}
    assert who_hears(hall, tones)["taker"] == {"customer", "agent"}
    hall.mixer.join("b", "taker", "talk")
    assert who_hears(hall, tones)["taker"] == {"customer", "agent", "boss"}
    assert who_hears(hall, tones)["customer"] == {"agent", "taker"}


def test_a_conference_of_four_and_of_both_laws() -> None:
    hall = Hall()
    call(hall, second=("agent", "talk", BOSS))
    hall.leg("line", "external", OTHER, law="a")
    hall.mixer.join("b", "line")
    tones = TWO | {"second": BOSS, "line": OTHER}
    assert who_hears(hall, tones) == {one: set(tones) - {one} for one in tones}


def test_a_held_leg_hears_music_isnt_heard_and_hears_nobody() -> None:
    hall = Hall()
    call(hall, second=("agent", "talk", BOSS))
    hall.mixer.hold("customer", True)
    heard = who_hears(hall, TWO | {"second": BOSS})
    assert heard == {"customer": set(), "agent": {"second"}, "second": {"agent"}}
    assert music_heard(hall.heard("customer", 3))
    hall.mixer.hold("customer", False)
    assert who_hears(hall, TWO)["customer"] == {"agent"}
    assert not music_heard(hall.heard("customer"))


def test_a_muted_leg_isnt_heard_and_hears_all() -> None:
    hall = Hall()
    call(hall)
    hall.mixer.mute("agent", True)
    assert who_hears(hall, TWO) == {"customer": set(), "agent": {"customer"}}
    hall.mixer.mute("agent", False)
    assert who_hears(hall, TWO)["customer"] == {"agent"}


def test_bridges_dont_hear_each_other_and_a_leg_moves_from_one_to_the_other() -> None:
    hall = Hall()
    call(hall)
    hall.leg("third", "agent", BOSS)
    hall.mixer.create_bridge("c")
    hall.mixer.join("c", "third")
    tones = TWO | {"third": BOSS}
    assert who_hears(hall, tones)["third"] == set()
    hall.mixer.join("c", "customer")
    assert who_hears(hall, tones) == {"customer": {"third"}, "agent": set(), "third": {"customer"}}
    hall.mixer.destroy_bridge("c")
    assert who_hears(hall, tones) == {"customer": set(), "agent": set(), "third": set()}


def test_a_call_of_two_is_passed_on_to_the_bit() -> None:
    """Any µ-law byte is what it was when it comes out, in order (but for the second zero)."""
    hall = Hall()
    call(hall)
    words = np.random.default_rng(5).integers(0, 256, 200 * FRAME).astype(np.uint8)
    words[words == 0x7F] = 0xFF
    hall.signals["customer"] = lambda at: decode(words[at : at + FRAME].tobytes())
    hall.signals["agent"] = sine(AGENT)
    hall.beats(150)
    assert b"".join(hall.sent["agent"][-20:]) in words.tobytes()


def test_many_loud_voices_at_once_are_bent_not_cut() -> None:
    hall = Hall()
    hall.mixer.create_bridge("b")
    tones = {f"l{n}": 300.0 + 400 * n for n in range(8)}
    for leg, hz in tones.items():
        hall.leg(leg, "agent", hz, loud=20_000)
        hall.mixer.join("b", leg)
    hall.leg("ear", "customer")
    hall.mixer.join("b", "ear", "listen")
    hall.beats(100)
    heard = hall.heard("ear")
    assert all(loudness(heard, hz) > 1_000 for hz in tones.values())
    assert int(np.abs(heard.astype(np.int32)).max()) <= 32_767
    assert np.mean(np.abs(heard) >= 32_100) < 0.5


def test_who_hears_nobody_hears_soft_noise_and_not_a_dead_line() -> None:
    hall = Hall()
    hall.leg("alone")
    hall.beats(100)
    heard = hall.heard("alone")
    assert 5 < rms(heard) < 25
    assert len(set(hall.sent["alone"][-10:])) == 10


# -- playing ---------------------------------------------------------------------------------------------------------
def ends(hall: Hall) -> list[tuple[str, str]]:
    return [(fact.playback_id, fact.why) for fact in hall.facts if isinstance(fact, PlaybackDone)]


@pytest.mark.parametrize(("name", "hz"), [("ringback", 450), ("busy", 450), ("beep", 1_000), ("440", 440)])
def test_tones(name: str, hz: float) -> None:
    hall = Hall()
    hall.leg("a")
    hall.mixer.play("a", "p", Tone(name))
    hall.beats(50)
    assert loudness(hall.heard("a"), hz) > 500
    assert ends(hall) == ([("p", "finished")] if name == "beep" else [])


@pytest.mark.parametrize("name", ["", "hoot", "-5", "9999", "nan", "1e3", "٣٠٠"])
def test_no_such_tone_fails(name: str) -> None:
    hall = Hall()
    hall.leg("a")
    hall.mixer.play("a", "p", Tone(name))
    hall.beats(2)
    assert ends(hall) == [("p", "failed")]


def wav(path: Path, sound: Pcm, coding: str = "pcm16", rate: int = RATE) -> Path:
    data = {"pcm16": lambda: sound.astype("<i2").tobytes(), "ulaw": lambda: encode(sound), "alaw":
            lambda: encode(sound, "a")}[coding]()  # fmt: skip
    path.write_bytes(header(coding, 1, rate, len(data)) + data)  # type: ignore[arg-type]
    return path


def wave_of(hz: float, seconds: float, rate: int = RATE) -> Pcm:
    return np.round(5_000 * np.sin(2 * np.pi * hz * np.arange(int(seconds * rate)) / rate)).astype(np.int16)


@pytest.mark.parametrize("coding", ["pcm16", "ulaw", "alaw"])
@pytest.mark.parametrize("rate", [8_000, 16_000])
def test_files_of_each_kind_are_played_once(tmp_path: Path, coding: str, rate: int) -> None:
    path = wav(tmp_path / "f.wav", wave_of(880, 1.0, rate), coding, rate)
    hall = Hall()
    hall.leg("a")
    hall.mixer.play("a", "p", File(str(path)))
    hall.beats(50)
    assert power(hall.heard("a", 0.8), 880) > 0.98
    hall.beats(3)
    assert ends(hall) == [("p", "finished")]
    hall.beats(60)
    assert not hall.hears("a", 880)


def test_16_khz_is_filtered_before_it_is_halved(tmp_path: Path) -> None:
    """5 kHz must not come back as 3 kHz."""
    path = wav(tmp_path / "f.wav", wave_of(5_000, 1.0, 16_000), rate=16_000)
    hall = Hall()
    hall.leg("a")
    hall.mixer.play("a", "p", File(str(path)))
    hall.beats(45)
    assert loudness(hall.heard("a", 0.6), 3_000) < 20


def test_files_that_cant_be_played_fail_in_words(tmp_path: Path) -> None:
    (tmp_path / "text.wav").write_text("hello")
    (tmp_path / "stereo.wav").write_bytes(header("pcm16", 2, 8_000, 8) + bytes(8))
    (tmp_path / "fast.wav").write_bytes(header("pcm16", 1, 44_100, 8) + bytes(8))
    (tmp_path / "float.wav").write_bytes(
        b"RIFF\0\0\0\0WAVEfmt " + struct.pack("<IHHIIHH", 16, 3, 1, 8000, 32000, 4, 32)
    )
    (tmp_path / "empty.wav").write_bytes(header("pcm16", 1, 8_000, 0))
    hall = Hall()
    hall.leg("a")
    names = ["text.wav", "stereo.wav", "fast.wav", "float.wav", "empty.wav", "none.wav", "."]
    for name in names:
        hall.mixer.play("a", name, File(str(tmp_path / name)))
        hall.beats(1)
    assert ends(hall) == [(name, "failed") for name in names]


def test_a_playback_takes_the_place_of_the_one_before_and_repeats_change_nothing() -> None:
    hall = Hall()
    hall.leg("a")
    hall.mixer.play("a", "p1", Tone("700"))
    hall.beats(50)
    hall.mixer.play("a", "p1", Tone("900"))
    hall.beats(60)
    assert hall.hears("a", 700)
    hall.mixer.play("a", "p2", Silence(100))
    hall.beats(60)
    assert ends(hall) == [("p1", "stopped"), ("p2", "finished")]
    hall.mixer.play("a", "p2", Tone("900"))  # over is over
    hall.mixer.stop_playback("a", "p1")
    hall.beats(60)
    assert not hall.hears("a", 900)
    assert len(ends(hall)) == 2


def test_a_playback_is_mixed_below_talk_and_alone_it_is_as_loud_as_it_is() -> None:
    hall = Hall()
    call(hall)
    hall.mixer.play("agent", "p", Tone("2000"))
    hall.beats(75)
    assert hall.hears("agent", CUSTOMER)
    below = loudness(hall.heard("agent"), 2_000)
    hall.mixer.leave("agent")
    hall.beats(75)
    assert below == pytest.approx(0.4 * loudness(hall.heard("agent"), 2_000), rel=0.05)
    assert not hall.hears("customer", 2_000)


def test_a_held_leg_hears_an_announcement_and_then_music_again() -> None:
    hall = Hall()
    hall.leg("a")
    hall.mixer.hold("a", True)
    hall.beats(100)
    assert music_heard(hall.heard("a", 2))
    hall.mixer.play("a", "p", Tone("beep"))
    hall.beats(14)
    assert power(hall.heard("a", 0.2), 1_000, 60) > 0.9
    hall.beats(150)
    assert music_heard(hall.heard("a", 2))


def test_own_hold_music_and_a_file_that_is_gone_gives_ours(tmp_path: Path) -> None:
    hall = Hall()
    hall.leg("a")
    hall.mixer.hold("a", True, Music(str(wav(tmp_path / "m.wav", wave_of(1_500, 0.33)))))
    hall.beats(120)
    assert power(hall.heard("a"), 1_500) > 0.8
    hall.mixer.hold("a", True, Music(str(tmp_path / "gone.wav")))
    hall.beats(120)
    assert music_heard(hall.heard("a", 2))


def test_music_goes_round_without_a_seam() -> None:
    hall = Hall()
    hall.leg("a")
    hall.mixer.play("a", "p", Music())
    hall.beats(1_130)
    heard = hall.heard("a", 22.6).astype(np.int32)
    assert ends(hall) == []
    assert np.abs(np.diff(heard)).max() < 9_000
    assert all(rms(heard[at : at + 4_000]) > 600 for at in range(0, len(heard) - 4_000, 4_000))


# -- taps ------------------------------------------------------------------------------------------------------------
def test_taps_give_what_comes_what_goes_and_both() -> None:
    hall = Hall()
    call(hall)
    got: dict[str, list[bytes]] = {"in": [], "out": [], "both": []}
    for what, sink in got.items():
        hall.mixer.open_tap(what, "customer", what, sink.append)  # type: ignore[arg-type]
    hall.beats(75)
    sounds = {what: np.frombuffer(b"".join(frames[-50:]), "<i2") for what, frames in got.items()}
    assert {len(frame) for frame in got["in"]} == {320}
    told = {what: (loudness(one, CUSTOMER) > 500, loudness(one, AGENT) > 500) for what, one in sounds.items()}
    assert told == {"in": (True, False), "out": (False, True), "both": (True, True)}
    hall.mixer.mute("customer", True)
    hall.beats(1)
    assert not any(got["in"][-1])


def test_a_tap_ends_when_closed_with_its_leg_and_when_its_sink_breaks() -> None:
    hall = Hall()
    call(hall)
    for id in ("closed", "left"):
        hall.mixer.open_tap(id, "customer", "in", lambda _: None)

    def broken(_: bytes) -> None:
        raise OSError("nobody listens")

    hall.mixer.open_tap("broken", "agent", "in", broken)
    hall.mixer.close_tap("closed")
    hall.beats(1)
    hall.mixer.remove("customer")
    hall.mixer.close_tap("left")
    assert hall.facts_of(TapDone) == [TapDone(tap_id=id) for id in ("closed", "broken", "left")]
    for n in range(8):
        hall.mixer.open_tap(str(n), "agent", "in", lambda _: None)
    with pytest.raises(Busy):
        hall.mixer.open_tap("9", "agent", "in", lambda _: None)


def test_what_is_put_in_is_heard_by_that_leg_only_and_two_seconds_wait_at_most() -> None:
    hall = Hall()
    call(hall)
    hall.beats(60)
    hall.mixer.inject("agent", wave_of(2_600, 60.0).tobytes())
    hall.beats(60)
    assert hall.hears("agent", 2_600)
    assert hall.hears("agent", CUSTOMER)
    assert not hall.hears("customer", 2_600)
    hall.beats(100)
    assert not hall.hears("agent", 2_600)


# -- what is gone ----------------------------------------------------------------------------------------------------
def test_what_is_gone_says_so_and_what_ends_is_silent() -> None:
    mixer = Hall().mixer
    mixer.create_bridge("b")
    for needs in (
        lambda: mixer.join("b", "x"), lambda: mixer.hold("x", True), lambda: mixer.mute("x", True),
        lambda: mixer.play("x", "p", Tone("beep")), lambda: mixer.inject("x", b""), lambda: mixer.statistics("x"),
        lambda: mixer.open_tap("t", "x", "in", lambda _: None), lambda: mixer.pause_recording("r", True),
    ):  # fmt: skip
        with pytest.raises(Gone):
            needs()
    mixer.remove("x")
    mixer.leave("x")
    mixer.stop_playback("x", "p")
    mixer.stop_recording("r")
    mixer.close_tap("t")
    mixer.destroy_bridge("x")
    mixer.packet("x", 1, 1, bytes(160), 1.0)
    mixer.tick()


def test_a_leg_that_goes_takes_its_playback_and_its_row_serves_the_next_one_clean() -> None:
    hall = Hall()
    call(hall)
    hall.beats(60)
    hall.mixer.play("customer", "p", Tone("700"))
    hall.mixer.remove("customer")
    del hall.signals["customer"]
    assert ends(hall) == [("p", "stopped")]
    hall.leg("next", "customer")
    hall.mixer.join("b", "next")
    hall.beats(60)
    assert rms(hall.heard("agent")) < 1
    assert hall.hears("next", AGENT)


def test_a_leg_that_comes_back_after_a_lost_network_goes_on_where_it_was() -> None:
    hall = Hall()
    call(hall)
    hall.beats(60)
    hall.leg("customer", "customer", CUSTOMER, law="a")
    hall.samples["customer"] = 7_000 * FRAME
    assert who_hears(hall, TWO) == {"customer": {"agent"}, "agent": {"customer"}}


def test_statistics_tell_loss_of_late_and_who_has_fallen_silent() -> None:
    hall = Hall()
    call(hall)
    hall.lost = {("customer", n) for n in range(300, 400, 10)}
    hall.beats(400)
    told = hall.mixer.statistics("customer")
    assert told.lost == 10
    assert told.loss == pytest.approx(10 / 250, abs=0.01)
    assert told.mos < 4.1 < hall.mixer.statistics("agent").mos
    assert told.sent == 400
    del hall.signals["customer"]
    hall.beats(100)
    assert hall.mixer.statistics("customer").silent_ms == pytest.approx(2_005, abs=10)


def test_a_fact_may_be_answered_at_once() -> None:
    """Whoever hears that a prompt is over plays the next one, or hangs up, within that very call."""
    hall = Hall()
    hall.leg("a")
    hall.leg("b")

    def answer(fact: object) -> None:
        assert isinstance(fact, PlaybackDone)
        if fact.leg_id == "a":
            hall.mixer.play("a", "next", Tone("900"))
            for n in range(40):
                hall.leg(f"new{n}")
        else:
            hall.mixer.remove("b")

    hall.mixer._emit = answer
    for leg in "ab":
        hall.mixer.play(leg, "first", Silence(100))
    hall.beats(80)
    assert hall.hears("a", 900)


def test_beats_that_come_late_and_are_made_up_for_change_nothing_of_the_sound() -> None:
    """A busy machine: now and then four beats at once. Time within the sound must not follow them."""
    hall = Hall()
    call(hall)
    hall.beats(100)
    words = np.random.default_rng(6).integers(0, 127, 400 * FRAME).astype(np.uint8)
    hall.signals["customer"] = lambda at: decode(words[at : at + FRAME].tobytes())
    for _ in range(20):
        hall.beats(7)
        for _ in range(4):
            hall.packets()
        for _ in range(4):
            hall.mixer.tick()
    assert b"".join(hall.sent["agent"][-160:]) in words.tobytes()
