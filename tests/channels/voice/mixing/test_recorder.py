"""Recordings: the right voices on the right track, silence where paused, whole or honest about its end."""

from __future__ import annotations

import errno
import hashlib
from collections.abc import Callable
from pathlib import Path
from threading import Event

import numpy as np
import pytest

from rexian.channels.voice.port import Gone, RecordingOrder, Tone
from rexian.channels.voice.webrtc.mixing import recorder
from rexian.channels.voice.webrtc.mixing.facts import RATE, RecordingDone
from rexian.channels.voice.webrtc.mixing.threads import Threads
from rexian.channels.voice.webrtc.mixing.wav import HEADER, UNKNOWN, header, parse
from rexian.kit.g711 import Pcm, decode
from rexian.kit.sealed import SealedReader, SealedWriter
from tests.channels.voice.mixing.hall import Hall, loudness, rms

KEY = bytes(range(32))
CUSTOMER, AGENT, BOSS = 700.0, 1_100.0, 1_700.0


def talking(path: Path, threads: Threads | None = None) -> Hall:
    """A customer, an agent and a listening supervisor, recorded."""
    hall = Hall(threads)
    hall.mixer.create_bridge("b")
    for name, side, hz in (("c", "customer", CUSTOMER), ("a", "agent", AGENT), ("s", "supervisor", BOSS)):
        hall.leg(name, side, hz)  # type: ignore[arg-type]
        hall.mixer.join("b", name, "listen" if name == "s" else "talk")
    hall.beats(10)
    hall.mixer.record("b", order(path))
    return hall


def order(path: Path, id: str = "r") -> RecordingOrder:
    return RecordingOrder(id=id, path=str(path), key=KEY)


def tracks(path: Path) -> tuple[Pcm, Pcm]:
    with SealedReader(path, KEY) as reader:
        file = reader.read(0, reader.plain_size)
    wav = parse(file)
    assert (wav.coding, wav.channels, wav.rate) == ("ulaw", 2, RATE)
    both = decode(wav.data).reshape(-1, 2)
    return both[:, 0], both[:, 1]


def done(hall: Hall) -> RecordingDone:
    (fact,) = hall.facts_of(RecordingDone)
    assert isinstance(fact, RecordingDone)
    return fact


def test_the_customer_is_left_all_others_right_and_who_only_listens_nowhere(tmp_path: Path) -> None:
    path = tmp_path / "r"
    hall = talking(path)
    hall.beats(150)
    hall.mixer.stop_recording("r")
    hall.beats(1)
    left, right = tracks(path)
    assert len(left) == 150 * 160
    assert loudness(left, CUSTOMER) > 4_000 > 100 > loudness(left, AGENT)
    assert loudness(right, AGENT) > 4_000 > 100 > max(loudness(right, CUSTOMER), loudness(right, BOSS))
    told = done(hall)
    assert (told.why, told.duration_ms, told.bridge_id) == ("stopped", 3_000, "b")
    assert (told.size, told.sha256) == (path.stat().st_size, hashlib.sha256(path.read_bytes()).hexdigest())


def test_a_whisper_is_not_recorded_and_a_barge_is(tmp_path: Path) -> None:
    hall = talking(tmp_path / "r")
    hall.mixer.join("b", "s", "whisper")
    hall.beats(100)
    hall.mixer.join("b", "s", "barge")
    hall.beats(100)
    hall.mixer.stop_recording("r")
    left, right = tracks(tmp_path / "r")
    assert loudness(right[: 90 * 160], BOSS) < 100 < 3_000 < loudness(right[110 * 160 :], BOSS)
    assert loudness(left, BOSS) < 100


def test_a_pause_is_silent_and_takes_its_time(tmp_path: Path) -> None:
    hall = talking(tmp_path / "r")
    hall.beats(50)
    hall.mixer.pause_recording("r", True)
    hall.beats(60)
    hall.mixer.pause_recording("r", False)
    hall.beats(50)
    hall.mixer.stop_recording("r")
    for track in tracks(tmp_path / "r"):
        assert len(track) == 160 * 160
        assert not track[50 * 160 : 110 * 160].any()
        assert min(rms(track[: 50 * 160]), rms(track[110 * 160 :])) > 1_000
    with pytest.raises(Gone):
        hall.mixer.pause_recording("r", False)


def test_held_and_muted_legs_and_what_is_played_are_not_recorded(tmp_path: Path) -> None:
    hall = talking(tmp_path / "r")
    hall.mixer.hold("c", True)
    hall.mixer.mute("a", True)
    hall.mixer.play("a", "p", Tone("900"))
    hall.beats(50)
    hall.mixer.stop_recording("r")
    left, right = tracks(tmp_path / "r")
    assert not left.any()
    assert not right.any()


def test_a_recording_ends_with_the_last_leg_with_its_bridge_and_with_the_next_one(tmp_path: Path) -> None:
    hall = talking(tmp_path / "1")
    hall.mixer.record("b", order(tmp_path / "1"))  # again: nothing
    hall.beats(50)
    hall.mixer.record("b", order(tmp_path / "2", "r2"))
    hall.beats(50)
    hall.mixer.destroy_bridge("b")
    hall.mixer.create_bridge("c")
    hall.mixer.join("c", "c")
    hall.mixer.record("c", order(tmp_path / "3", "r3"))
    hall.beats(50)
    hall.mixer.remove("c")
    hall.beats(1)
    told = [fact for fact in hall.facts if isinstance(fact, RecordingDone)]
    assert [(one.recording_id, one.why, one.duration_ms) for one in told] == [
        ("r", "stopped", 1_000), ("r2", "stopped", 1_000), ("r3", "leg_ended", 1_000),
    ]  # fmt: skip
    with pytest.raises(Gone):
        hall.mixer.record("x", order(tmp_path / "4", "r4"))


def test_a_process_that_dies_leaves_what_was_recorded_up_to_the_last_second_or_two(tmp_path: Path) -> None:
    hall = talking(tmp_path / "r")
    hall.beats(500)
    left, _ = tracks(tmp_path / "r")
    assert len(left) / RATE >= 8
    assert loudness(left, CUSTOMER) > 4_000


class Full(SealedWriter):
    """A disk that is full after 50,000 bytes."""

    written = 0

    def write(self, data: bytes) -> None:
        self.written += len(data)
        if self.written > 50_000:
            self._failed = True
            raise OSError(errno.ENOSPC, "No space left on device")
        super().write(data)


def test_a_full_disk_ends_the_recording_and_not_the_call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recorder, "SealedWriter", Full)
    hall = talking(tmp_path / "r")
    hall.beats(300)
    told = done(hall)
    assert (told.why, told.trouble) == ("disk_full", "[Errno 28] No space left on device")
    assert told.duration_ms == (2 * 16_384 - HEADER) // 2 * 1000 // RATE
    assert told.sha256 == hashlib.sha256((tmp_path / "r").read_bytes()).hexdigest()
    assert len(tracks(tmp_path / "r")[0]) == (2 * 16_384 - HEADER) // 2
    assert hall.hears("a", CUSTOMER)
    hall.mixer.stop_recording("r")
    hall.beats(2)
    assert done(hall) == told


def test_a_place_where_nothing_can_be_written_fails_and_not_the_call(tmp_path: Path) -> None:
    hall = talking(tmp_path / "none" / "r")
    hall.beats(60)
    told = done(hall)
    assert (told.why, told.size, told.sha256, told.duration_ms) == ("failed", 0, "", 0)
    assert hall.hears("a", CUSTOMER)


def test_a_slow_disk_delays_no_beat_and_ends_the_recording_after_half_a_minute(tmp_path: Path) -> None:
    stuck = Event()

    class Slow(Threads):
        def write(self, work: Callable[[], None]) -> None:
            def later() -> None:
                stuck.wait(20)
                work()

            super().write(later)

    hall = talking(tmp_path / "r", Slow())
    hall.beats(1_600)  # would never end if a beat waited
    assert not hall.facts
    stuck.set()
    hall.mixer.close()
    told = done(hall)
    assert (told.why, told.trouble) == ("failed", "the disk is too slow")
    assert told.duration_ms == pytest.approx(31_000, abs=1_000)


def test_closing_waits_until_all_is_on_the_disk(tmp_path: Path) -> None:
    hall = talking(tmp_path / "r", Threads())
    hall.beats(120)
    hall.mixer.close()
    assert done(hall).duration_ms == 2_400
    assert len(tracks(tmp_path / "r")[0]) == 120 * 160


def test_the_header_that_grows_and_the_one_that_is_right() -> None:
    assert len(header("ulaw", 2, 8_000)) == HEADER == len(header("pcm16", 1, 16_000, 4))
    assert header("ulaw", 2, 8_000)[4:8] == UNKNOWN.to_bytes(4, "little")
    whole = header("ulaw", 2, 8_000, 1_000) + bytes(1_000)
    assert int.from_bytes(whole[4:8], "little") == len(whole) - 8
    assert parse(header("ulaw", 2, 8_000) + bytes(99)).data == bytes(99)
    assert np.frombuffer(whole[40 + 6 : 50], "<u4")[0] == 500  # `fact`: samples of each track
