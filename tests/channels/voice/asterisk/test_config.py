"""What is written for Asterisk and Kamailio, and what the settings may say."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import time
import wave
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from click.testing import CliRunner

from rexian.channels.voice.asterisk.allowance import DAY_MS, Allowance
from rexian.channels.voice.asterisk.config import files
from rexian.channels.voice.asterisk.legs import Leg, companion
from rexian.channels.voice.asterisk.plan import plan_of
from rexian.channels.voice.asterisk.sounds import BadSound, Sounds, tone_uri
from rexian.channels.voice.asterisk.watch import read_draining
from rexian.channels.voice.engines import browser_phones, engine_of, exchange_socket, passes_of
from rexian.channels.voice.port import Tone
from rexian.cli import main
from rexian.kit.settings import Settings, SettingsError, load_settings
from tests.channels.voice.asterisk.exchange import without_kamailio

SECRET = "s" * 40


def plan(**settings: object):  # type: ignore[no-untyped-def]
    return plan_of(load_settings({}, secret=SECRET, **settings))


@pytest.mark.parametrize(
    ("name", "value", "word"),
    [
        ("asterisk_urls", ["ftp://x"], "http://host:8088/ari"), ("asterisk_sip", "5060", "0.0.0.0:5060"),
        ("asterisk_wss", "8089", "asterisk_wss"),
        ("asterisk_rtp_ports", "20000-10000", "10000-19999"), ("asterisk_trunks", ["carrier"], "name=host:port"),
        ("asterisk_trunks", ["a\nb=host"], "letters"), ("asterisk_phones", ["1001:tin"], "web"),
        ("asterisk_phones", ["a]\n[b"], "letters"), ("asterisk_user", "", "letters"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_said_in_words(name: str, value: object, word: str) -> None:
    with pytest.raises(SettingsError, match=name) as caught:
        plan(**{name: value})
    assert word in str(caught.value)


def test_a_lines_password_is_in_no_message() -> None:
    with pytest.raises(SettingsError) as caught:
        plan(asterisk_trunks=["carrier=user:hunter2@bad host"])
    assert "hunter2" not in str(caught.value)


def test_files_say_what_was_set() -> None:
    made = files(plan(
        asterisk_trunks=["one=203.0.113.7", "two=u:p@203.0.113.8:5070"], asterisk_phones=["1001", "1002:web"],
        asterisk_public_address="198.51.100.1", asterisk_fallback=["1001"], asterisk_urls=["http://10.0.0.5:8088/ari",
        "http://10.0.0.6:8088/ari"],
    ))  # fmt: skip
    assert made["10.0.0.5/pjsip.conf"] == made["10.0.0.6/pjsip.conf"]
    pjsip = made["10.0.0.5/pjsip.conf"]
    assert pjsip.count("type=registration") == 1
    assert "server_uri=sip:203.0.113.8:5070" in pjsip
    assert "external_media_address=198.51.100.1" in pjsip
    assert pjsip.count("webrtc=yes") == 1
    assert "rtp_timeout=30" in pjsip
    assert "Dial(PJSIP/1001,40)" in made["10.0.0.5/extensions.conf"]
    assert "bindaddr=10.0.0.5" in made["10.0.0.5/http.conf"]
    assert "bindaddr=10.0.0.6" in made["10.0.0.6/http.conf"]
    assert made["dispatcher.list"].count("1 sip:10.0.0.") == 2
    assert all("#tryinclude" in text for name, text in made.items() if name.endswith(".conf"))


def test_with_kamailio_in_front_lines_lead_through_it() -> None:
    made = files(plan(
        asterisk_trunks=["one=203.0.113.7"], asterisk_front="10.0.0.4:5060",
        asterisk_urls=["http://10.0.0.5:8088/ari", "http://10.0.0.6:8088/ari"],
    ))  # fmt: skip
    assert "listen=udp:10.0.0.4:5060" in made["kamailio.cfg"]
    pjsip = made["10.0.0.5/pjsip.conf"]
    assert "match=10.0.0.4" in pjsip
    assert "match=203.0.113.7" not in pjsip, "calls come from Kamailio only"
    assert "outbound_proxy=sip:10.0.0.4:5060\\;lr" in pjsip


def test_a_node_is_drained_by_hand_and_back_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REXIAN_ASTERISK_URLS", "http://10.0.0.5:8088/ari,http://10.0.0.6:8088/ari")
    monkeypatch.setenv("LC_ALL", "en_GB.UTF-8")

    def run(*words: str) -> tuple[int, str]:
        result = CliRunner().invoke(main, ["--home", str(tmp_path), "asterisk", *words])
        return result.exit_code, result.output

    assert run("drain", "10.0.0.6")[0] == 0
    assert read_draining(tmp_path / "asterisk-draining") == {"http://10.0.0.6:8088/ari"}
    assert run("drain", "10.0.0.5:8088")[0] == run("undrain", "http://10.0.0.6:8088/ari")[0] == 0
    assert read_draining(tmp_path / "asterisk-draining") == {"http://10.0.0.5:8088/ari"}
    code, said = run("drain", "10.0.0.9")
    assert (code, "http://10.0.0.5:8088/ari" in said) == (1, True)


def test_browsers_come_in_by_the_http_server() -> None:
    plain = files(plan(asterisk_phones=["w0:web"]))
    assert "tlsenable" not in plain["http.conf"]
    assert "protocol=ws\n" in plain["pjsip.conf"]
    assert "protocol=wss" not in plain["pjsip.conf"]
    secure = files(plan(
        asterisk_phones=["w0:web"], asterisk_certificate="/le/fullchain.pem",
        asterisk_certificate_key="/le/privkey.pem", asterisk_wss="10.0.0.5:8443",
    ))  # fmt: skip
    for row in ("tlsenable=yes", "tlsbindaddr=10.0.0.5:8443", "tlscertfile=/le/fullchain.pem",
                "tlsprivatekey=/le/privkey.pem"):  # fmt: skip
        assert row in secure["http.conf"]
    for row in ("protocol=ws\n", "protocol=wss\n", "webrtc=yes", "dtls_auto_generate_cert=yes"):
        assert row in secure["pjsip.conf"]


@pytest.mark.parametrize(
    ("more", "socket"),
    [
        ({}, "ws://10.0.0.5:8088/ws"),
        ({"asterisk_certificate": "/a.pem"}, "wss://10.0.0.5:8089/ws"),
        ({"asterisk_certificate": "/a.pem", "asterisk_wss": "0.0.0.0:8443"}, "wss://10.0.0.5:8443/ws"),
        ({"asterisk_socket": "wss://desk.example.com/sip"}, "wss://desk.example.com/sip"),
        ({"voice_engine": "embedded"}, ""),
    ],
)
def test_a_page_is_told_where_and_as_whom_it_registers(more: dict[str, object], socket: str) -> None:
    given = {"voice_engine": "asterisk", "asterisk_urls": ["http://10.0.0.5:8088/ari"], **more}
    settings = load_settings({}, secret=SECRET, asterisk_phones=["1001", "w0:web"], **given)
    assert exchange_socket(settings) == socket
    engine = engine_of(settings)
    sip_of = browser_phones(settings, passes_of(engine))
    assert sip_of("1001") is None, "a telephone on a desk"
    if not socket:
        assert sip_of("w0") is None
        return
    access = sip_of("w0")
    assert access is not None
    assert (access.ws, access.user) == (socket, "w0")
    assert access.uri == f"sip:w0@{urlsplit(socket).hostname}"
    hours = {plan_of(settings).hourly_password("w0", int(time.time() // 3600) - ago) for ago in (0, 1)}
    assert access.password in hours


def test_passwords_are_the_same_every_time_and_differ() -> None:
    one, again = plan(), plan()
    assert one.phone_password("1001") == again.phone_password("1001") != one.phone_password("1002")
    assert one.password == again.password != one.phone_password("ari")


def test_the_command_writes_files_that_only_their_owner_reads(tmp_path: Path) -> None:
    words = ["--home", str(tmp_path / "home"), "asterisk", "config", "--folder", str(tmp_path / "out")]
    for _ in range(2):
        result = CliRunner().invoke(main, words)
        assert result.exit_code == 0, result.output
    written = list((tmp_path / "out").iterdir())
    assert len(written) == 9
    assert {stat.S_IMODE(os.stat(path).st_mode) for path in written} == {0o640}


@without_kamailio
def test_kamailio_takes_its_file(tmp_path: Path) -> None:
    for name, text in files(plan(asterisk_urls=["http://127.0.0.1:8088/ari"], asterisk_sip="127.0.0.1:25060")).items():
        (tmp_path / name).write_text(text)
    command = [shutil.which("kamailio") or "", "-c", "-f", str(tmp_path / "kamailio.cfg")]
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=30, check=False)
    assert result.returncode == 0, result.stderr[-2000:]


# -- what may be dialled ---------------------------------------------------------------------------------------------
def test_numbers_are_judged_in_whichever_way_they_are_written() -> None:
    rules = Allowance(("+1900", "168"), 9, 60)
    assert rules.refusal("19001234567", 0) == ""  # a mobile number in China
    assert {rules.refusal(one, 0) for one in ("+1900555", "001900555", "+1 (900) 555", "168-123")} == {"premium"}
    assert {rules.refusal(one, 0) for one in ("", "abc", "1;x", "+" * 3, "9" * 30)} == {"number"}
    assert rules.refusal("+86 10 1234 5678", 0) == ""


def test_calls_and_minutes_are_limited() -> None:
    rules = Allowance((), 1, 10)
    rules.begin("a", 0)
    assert rules.refusal("123", 1) == "at_once"
    rules.end("a", 9 * 60_000)
    assert rules.refusal("123", 9 * 60_000) == ""
    rules.begin("b", 9 * 60_000)
    rules.end("b", 11 * 60_000)
    assert rules.refusal("123", 11 * 60_000) == "spent"
    assert rules.refusal("123", 12 * 60_000 + DAY_MS) == ""


# -- notes and sounds ------------------------------------------------------------------------------------------------
def test_a_note_says_all_and_a_strange_one_says_nothing() -> None:
    leg = Leg("l", "n", "up", "supervisor", "t|c,1 |d")
    leg.role, leg.muted, leg.bridge_id, leg.since_at, leg.recording_id = "whisper", True, "b:1", 17, "r"
    note = leg.note()
    assert not set(note) & set(", \n")
    other = Leg("l", "n", "up", "customer")
    assert other.learn(note)
    assert other.info(()) == leg.info(())
    for strange in ("", "1|x", "2" + note[1:], note.replace("whisper", "shout")):
        assert not Leg("l", "n", "up", "customer").learn(strange)


def test_a_leg_apart_from_the_talk_that_is_recorded_is_known_again_with_it() -> None:
    leg = Leg("l", "n", "up", "customer", "tag")
    leg.recording_id, leg.recorded_in, leg.recording_paused = "r", "talk", True
    leg.bridge_id = "talk"
    assert "@" not in leg.note(), "as releases before wrote it, and read it"
    for bridge_id in ("talk", ""):
        leg.bridge_id = bridge_id
        again = Leg("l", "n", "up", "external")
        assert again.learn(leg.note())
        assert (again.bridge_id, again.recording_id, again.recorded_in) == (bridge_id, "r", "talk")
        assert again.recording_paused


def test_companions_have_short_ids_of_their_own() -> None:
    assert len(companion("s", "x" * 500)) < 60
    assert companion("s", "a", "bc") != companion("s", "ab", "c")


def test_sounds_are_copied_once_as_bare_samples(tmp_path: Path) -> None:
    with wave.open(str(tmp_path / "a.wav"), "wb") as file:
        file.setparams((1, 2, 16_000, 0, "NONE", ""))
        file.writeframes(b"\1\2" * 100)
    sounds = Sounds(str(tmp_path / "there"), "/seen")
    uri = sounds.uri(str(tmp_path / "a.wav"))
    (copied,) = (tmp_path / "there").iterdir()
    assert copied.suffix == ".sln16"
    assert copied.read_bytes() == b"\1\2" * 100
    assert uri == f"sound:/seen/{copied.stem}" == sounds.uri(str(tmp_path / "a.wav"))


def _spoken(path: Path) -> str:
    """A WAV file at this place."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 8_000, 0, "NONE", ""))
        file.writeframes(b"\1\2" * 100)
    return str(path)


def test_a_caller_s_number_that_was_read_back_goes_after_ten_minutes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = tmp_path / "there"
    sounds = Sounds(str(there), "/seen")
    house = sounds.uri(_spoken(tmp_path / "house.wav"))
    private = _spoken(tmp_path / "passing" / "0001.wav")
    uri = sounds.uri(private)
    assert uri == sounds.uri(private) != house
    assert sounds.known(private) == "", "nothing is noted of it: each has a name of its own"
    copy = there / f"{uri.rpartition('/')[2]}.sln"
    assert copy.read_bytes() == b"\1\2" * 100
    sounds.sweep()
    assert copy.exists()
    now = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now + 601)
    sounds.sweep()
    assert not copy.exists()
    assert len(list(there.iterdir())) == 1, "the house's own stays"


def test_what_an_earlier_process_left_of_callers_goes_too(tmp_path: Path) -> None:
    Sounds(str(tmp_path), "/seen").uri(_spoken(tmp_path / "passing" / "0001.wav"))
    fresh = Sounds(str(tmp_path), "/seen")
    fresh.sweep()
    (left,) = tmp_path.glob("passing-*")
    old = time.time() - 601
    os.utime(left, (old, old))
    fresh.sweep()
    assert not left.exists()


@pytest.mark.parametrize(("folder", "file"), [(0o755, 0o644), (0o750, 0o644), (0o2750, 0o640), (0o2755, 0o644)])
def test_sounds_are_for_asterisk_s_group_only_where_the_folder_says_so(tmp_path: Path, folder: int, file: int) -> None:
    there = tmp_path / "there"
    there.mkdir()
    there.chmod(folder)
    Sounds(str(there), "/seen").uri(_spoken(tmp_path / "a.wav"))
    (copy,) = there.iterdir()
    assert stat.S_IMODE(copy.stat().st_mode) == file


@pytest.mark.parametrize("data", [b"", b"RIFF", b"RIFF....WAVE", b"RIFF....WAVEfmt \xff\xff\xff\xff", os.urandom(99)])
def test_no_sound_is_said_so(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "a.wav").write_bytes(data)
    with pytest.raises(BadSound):
        Sounds(str(tmp_path / "there"), "/seen").uri(str(tmp_path / "a.wav"))
    with pytest.raises(BadSound):
        Sounds(str(tmp_path / "there"), "/seen").uri(str(tmp_path / "missing.wav"))


def test_tones_have_names() -> None:
    assert tone_uri(Tone("440")) == "tone:440"
    for bad in ("loud", "99999", "1;rm"):
        with pytest.raises(BadSound):
            tone_uri(Tone(bad))


@pytest.mark.parametrize("engine", ["embedded", "asterisk"])
def test_what_is_no_address_of_a_turn_server_is_told_at_the_start(engine: str, tmp_path: Path) -> None:
    """With an exchange too: its browsers are told of it."""
    turn = ("turn:turn.example.com:threefour", "rexian", "password")
    settings = Settings(home=tmp_path, voice_enabled=True, voice_engine=engine, voice_turn=turn)  # type: ignore[arg-type]
    with pytest.raises(SettingsError, match="voice_turn"):
        engine_of(settings)
