"""Sounds of our own, the file cache, the quality score, and a hall of two hundred legs."""

from __future__ import annotations

import os
from pathlib import Path
from random import Random

import numpy as np
import pytest

from rexian.channels.voice.port import File, Music
from rexian.channels.voice.webrtc.mixing import sources
from rexian.channels.voice.webrtc.mixing.facts import FRAME
from rexian.channels.voice.webrtc.mixing.quality import mos
from rexian.channels.voice.webrtc.mixing.sources import Library, Playable
from rexian.channels.voice.webrtc.mixing.tones import MUSIC_HZ, music, named
from rexian.channels.voice.webrtc.mixing.wav import header
from tests.channels.voice.mixing.hall import Hall, power, rms


def test_the_music_is_its_six_notes_soft_and_never_silent() -> None:
    sound = music()
    assert sum(power(sound, hz, 15) for hz in MUSIC_HZ) > 0.8
    assert all(power(sound, hz, 15) > 0.02 for hz in MUSIC_HZ)
    assert rms(sound) == pytest.approx(3_000, rel=0.02)
    assert np.abs(sound).max() < 20_000


@pytest.mark.parametrize("hz", ["440", "697.5", "3400", "33.3"])
def test_a_tone_goes_round_without_a_seam(hz: str) -> None:
    sound, endless = named(hz)
    assert endless
    twice = np.concatenate([sound, sound])
    assert power(twice, float(hz), 1.5) > 0.9999


def test_a_playable_ends_in_silence_or_goes_round() -> None:
    sound = np.arange(1, 241, dtype=np.int16)
    once, ever = Playable(sound, False), Playable(sound, True)
    assert np.concatenate([once.next(), once.next()]).tolist() == [*range(1, 241), *([0] * 80)]
    assert once.over
    assert np.concatenate([ever.next() for _ in range(3)]).tolist() == [*range(1, 241)] * 2
    assert not ever.over


def played(library: Library, path: Path) -> Playable | str:
    got: list[Playable | str] = []
    library.open(File(str(path)), got.append)
    return got[0]


def test_a_file_is_read_again_only_when_it_has_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, reads = tmp_path / "f.wav", []
    path.write_bytes(header("ulaw", 1, 8_000, 160) + bytes(160))
    monkeypatch.setattr(sources, "samples_of", lambda wav: reads.append(1) or np.zeros(len(wav.data), np.int16))
    library = Library(lambda work: work())
    played(library, path)
    played(library, path)
    assert len(reads) == 1
    os.utime(path, ns=(1, 1))
    played(library, path)
    assert len(reads) == 2


def test_the_cache_is_bounded_and_so_is_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "MOST_CACHE", 3_000)
    library = Library(lambda work: work())
    for n in range(5):
        (tmp_path / f"{n}.wav").write_bytes(header("ulaw", 1, 8_000, 600) + bytes(600))
        played(library, tmp_path / f"{n}.wav")
    assert library._size <= 3_000
    assert [key[0][-5] for key in library._kept] == ["3", "4"]
    monkeypatch.setattr(sources, "MOST_FILE", 100)
    assert "too long" in str(played(library, tmp_path / "1.wav"))


def test_a_file_that_comes_late_after_a_stop_is_not_played() -> None:
    late = []

    class Later:
        def read(self, work: object) -> None:
            late.append(work)

        def write(self, work: object) -> None: ...

        def close(self) -> None: ...

    hall = Hall(Later())  # type: ignore[arg-type]
    hall.leg("a")
    hall.mixer.play("a", "p", File("/nowhere"))
    hall.mixer.hold("a", True, Music("/nowhere"))
    hall.mixer.stop_playback("a", "p")
    hall.mixer.hold("a", False)
    for work in late:
        work()
    hall.beats(5)
    assert [fact.why for fact in hall.facts] == ["stopped"]  # type: ignore[union-attr]
    assert rms(hall.heard("a", 0.1)) < 30


def test_the_score_falls_with_loss_and_delay_as_the_e_model_says() -> None:
    """G.107 with defaults gives 4.41; G.113 appendix I: 1 % of loss costs G.711 with concealment 3.6 of R."""
    assert mos(0, 0) == pytest.approx(4.41, abs=0.01)
    assert mos(0.01, 0) == pytest.approx(4.33, abs=0.02)
    assert mos(0.05, 0) == pytest.approx(3.92, abs=0.02)
    assert mos(0, 150) > 4.2 > mos(0, 300) > mos(0.2, 300) > mos(1, 1_000) == 1.0


def test_two_hundred_legs_each_hear_their_own_call() -> None:
    """Every pair talks in a band of its own; on bad networks, with legs coming and going."""
    hall, order = Hall(), Random(9)
    for n in range(100):
        bridge = f"b{n}"
        hall.mixer.create_bridge(bridge)
        for side, hz in (("customer", 300 + 33 * n), ("agent", 316.5 + 33 * n)):
            hall.mixer.join(bridge, hall.leg(f"{side}{n}", side, hz, law="ua"[n % 2]))  # type: ignore[arg-type]
    hall.lost = {(leg, n) for leg in hall.signals for n in range(150) if order.random() < 0.01}
    hall.beats(60)
    for n in range(0, 100, 10):
        hall.mixer.remove(f"customer{n}")
        del hall.signals[f"customer{n}"]
    hall.beats(90)
    for n in range(100):
        if n % 10 == 0:
            assert rms(hall.heard(f"agent{n}")) < 30
        else:
            assert power(hall.heard(f"agent{n}"), 300 + 33 * n) > 0.9
            assert power(hall.heard(f"customer{n}"), 316.5 + 33 * n) > 0.9
    assert all(len(payloads) in (60, 150) for payloads in hall.sent.values())
    assert all(len(payload) == FRAME for payloads in hall.sent.values() for payload in payloads)
