"""Prompts: own file, then text-to-speech, then shipped sounds, and always words; nothing that goes wrong is raised."""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest
from tools.prompts import stretches

from rexian.channels.voice.prompts import shipped, voices
from rexian.channels.voice.prompts.prompts import Prompts
from rexian.channels.voice.prompts.reading import PAUSE, read
from rexian.channels.voice.prompts.voices import CommandVoice, Guarded, HttpVoice, Mute, voice_of
from rexian.channels.voice.reception.model import KEYS
from rexian.kit import wav
from rexian.kit.i18n import LOCALES
from rexian.kit.settings import load_settings

T = "tenant"
VALUES = {"n": 12, "low": 2, "high": 105, "digit": "1", "number": "13800138000", "label": "手机使用"}


def tone(hz: int = 440, seconds: float = 1.0, rate: int = 16_000) -> bytes:
    samples = (0.5 * np.sin(2 * np.pi * hz * np.arange(int(rate * seconds)) / rate) * 32_767).astype("<i2").tobytes()
    layout = (
        b"fmt \x10\0\0\0\x01\0\x01\0" + rate.to_bytes(4, "little") + (2 * rate).to_bytes(4, "little") + b"\2\0\x10\0"
    )
    body = b"WAVE" + layout + b"data" + len(samples).to_bytes(4, "little") + samples
    return b"RIFF" + len(body).to_bytes(4, "little") + body


def sound(path: str) -> wav.Samples:
    samples, rate = wav.read(Path(path).read_bytes(), 120)
    assert rate == 8_000
    return samples


# -- shipped -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("locale", LOCALES)
def test_everything_that_the_house_and_the_demo_say_is_shipped_and_can_be_heard(locale: str) -> None:
    known = shipped.manifest(locale)
    missing = {words for _, words in stretches(locale)} - known.keys()
    assert not missing, "run tools/make-prompts"
    for name in set(known.values()):
        data = (shipped.SOUNDS / locale / name).read_bytes()
        samples, _ = wav.read(data, 30)
        assert 100 <= wav.duration_ms(data) <= 6_000, name
        assert float(np.sqrt(np.mean(samples**2))) > 0.02, name
        assert float(np.abs(samples).max()) < 0.99, name


def test_the_shipped_sounds_are_small() -> None:
    assert sum(path.stat().st_size for path in shipped.SOUNDS.rglob("*.wav")) < 2_500_000


@pytest.mark.parametrize("locale", LOCALES)
async def test_every_prompt_of_the_house_is_spoken_from_shipped_sounds(tmp_path: Path, locale: str) -> None:
    prompts = Prompts(tmp_path)
    for key in KEYS:
        spoken = await prompts.say(T, locale, key, **VALUES)
        assert spoken.source == "shipped", (key, spoken.text)
        assert abs(spoken.ms - len(sound(spoken.path)) / 8) < 2
        assert "{" not in spoken.text


async def test_numbers_are_put_together_from_files_and_kept(tmp_path: Path) -> None:
    prompts = Prompts(tmp_path)
    spoken = await prompts.say(T, "zh-CN", "position", n=105)
    assert spoken.text == "您排在第 105 位。"
    assert read(spoken.text, "zh-CN") == ["您排在第", "一", "百", "零", "五", "位"]
    assert (await prompts.say(T, "zh-CN", "position", n=105)).path == spoken.path
    assert (await prompts.say(T, "en", "wait_about", n=105)).text == "The wait is about 105 minutes."


async def test_a_tenants_words_are_spoken_where_their_sounds_are_there(tmp_path: Path) -> None:
    prompts = Prompts(tmp_path)
    greeting = await prompts.say(T, "zh-CN", "greeting", text="您好，这里是云杉智能客户服务。")
    assert (greeting.source, greeting.text) == ("shipped", "您好，这里是云杉智能客户服务。")
    other = await prompts.say(T, "zh-CN", "greeting", text="您好，这里是别的公司。")
    assert (other.source, other.text) == ("general", "您好，这里是别的公司。")
    menu = await prompts.say(T, "zh-CN", "menu.main", text="没有声音的菜单。")
    assert menu.source == "general"


async def test_what_is_unknown_is_a_beep_with_words(tmp_path: Path) -> None:
    spoken = await Prompts(tmp_path).say(T, "en", "nonsense", text="Never recorded.")
    assert (spoken.path, spoken.text, spoken.source) == (str(shipped.BEEP), "Never recorded.", "beep")
    assert 200 < spoken.ms < 400


async def test_a_full_or_broken_disk_is_a_beep(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    spoken = await Prompts(tmp_path / "file").say(T, "en", "goodbye")
    assert (spoken.source, spoken.text) == ("beep", "Thank you. Goodbye.")


async def test_a_callers_number_is_never_kept(tmp_path: Path) -> None:
    class Spy:
        name = "spy"

        def voice(self, locale: str) -> str:
            return "v"

        async def speak(self, text: str, locale: str) -> bytes:
            raise AssertionError(text)

    spoken = await Prompts(tmp_path, Spy()).say(T, "zh-CN", "call_back_confirmed", number="13800138000")
    assert Path(spoken.path).parent.name == "passing"
    assert "13800138000" in spoken.text


# -- own files ---------------------------------------------------------------------------------------------------------
async def test_a_file_of_ones_own_goes_before_everything_but_numbers(tmp_path: Path) -> None:
    path = tmp_path / "own.wav"
    path.write_bytes(wav.telephone(tone(seconds=2), 10))

    async def own(tenant_id: str, locale: str, key: str) -> Path | None:
        return path if (tenant_id, locale) == (T, "zh-CN") else None

    prompts = Prompts(tmp_path, None, own)
    spoken = await prompts.say(T, "zh-CN", "greeting", text="您好。")
    assert (spoken.path, spoken.text, spoken.source) == (str(path), "您好。", "own")
    assert (await prompts.say(T, "en", "greeting")).source == "shipped"
    assert (await prompts.say(T, "zh-CN", "position", n=3)).source == "shipped"
    assert await prompts.own(T, "own.music") == str(path)


@pytest.mark.parametrize("locale", ["zh-CN", "en"])
async def test_who_need_not_press_hash_is_not_told_to(tmp_path: Path, locale: str) -> None:
    path = tmp_path / "own.wav"
    path.write_bytes(wav.telephone(tone(seconds=2), 10))

    async def own(tenant_id: str, locale: str, key: str) -> Path | None:
        return path if key == "code.card" else None

    prompts = Prompts(tmp_path, None, own)
    with_hash, without = [await prompts.say(T, locale, name) for name in ("code.pin", "code_no_hash.pin")]
    assert (with_hash.source, without.source) == ("shipped", "shipped")
    assert without.text.rstrip("。.") in with_hash.text
    assert not [word for word in ("井号", "#", "hash") if word in without.text]
    unheard = await prompts.say(T, locale, "code_no_hash.pin", text="请说出芝麻开门 Open Sesame")
    assert (unheard.source, unheard.ms) == ("general", without.ms)
    assert (await prompts.say(T, locale, "code_no_hash.card")).source == "own"


# -- text-to-speech ----------------------------------------------------------------------------------------------------
class Service(BaseHTTPRequestHandler):
    asked: ClassVar[list[bytes]] = []
    answers: ClassVar[list[tuple[int, bytes]]] = []

    def do_POST(self) -> None:
        type(self).asked.append(self.path.encode() + b" " + self.rfile.read(int(self.headers["content-length"])))
        status, body = self.answers[0] if len(self.answers) == 1 else self.answers.pop(0)
        self.send_response(status)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def service() -> Iterator[str]:
    Service.asked, Service.answers = [], [(200, tone())]
    server = ThreadingHTTPServer(("127.0.0.1", 0), Service)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def http(url: str) -> HttpVoice:
    return HttpVoice(url, "key", "tts-1", {"zh-CN": "小云", "en": "Ann"}, timeout_s=3)


async def test_a_service_speaks_once_and_is_remembered(tmp_path: Path, service: str) -> None:
    prompts = Prompts(tmp_path, http(service))
    first, second = await asyncio.gather(*(prompts.say(T, "zh-CN", "greeting", text="新的话。") for _ in range(2)))
    again = await Prompts(tmp_path, http(service)).say(T, "zh-CN", "greeting", text="新的话。")
    assert first == second == again
    assert first.source == "tts"
    assert 950 < first.ms < 1_100
    assert len(Service.asked) == 1
    assert Service.asked[0].startswith(b"/v1/audio/speech ")
    assert "小云".encode() in Service.asked[0]


@pytest.mark.parametrize("answer", [(500, b""), (200, b"no sound"), (200, tone(seconds=0)), (404, b"{}")])
async def test_a_service_that_fails_is_replaced_by_shipped_sounds(
    tmp_path: Path, service: str, answer: tuple[int, bytes]
) -> None:
    Service.answers = [answer]
    spoken = await Prompts(tmp_path, http(service)).say(T, "en", "goodbye")
    assert spoken.source == "shipped"


async def test_after_three_failures_nobody_is_asked_for_a_while(service: str) -> None:
    Service.answers = [(500, b"")]
    now = [0.0]
    guarded = Guarded(http(service), clock=lambda: now[0])
    for _ in range(5):
        with pytest.raises(Mute):
            await guarded.speak("x", "en")
    assert len(Service.asked) == 3
    now[0], Service.answers = 31.0, [(200, tone())]
    assert await guarded.speak("x", "en")


async def test_a_program_speaks_what_it_reads(tmp_path: Path) -> None:
    (tmp_path / "tone.wav").write_bytes(tone())
    script = tmp_path / "say.py"
    script.write_text(
        "import sys, pathlib\nassert sys.argv[1] == 'voice 1' and sys.stdin.buffer.read().decode() == '你好'\n"
        f"sys.stdout.buffer.write(pathlib.Path({str(tmp_path / 'tone.wav')!r}).read_bytes())"
    )
    voice = CommandVoice(f"{sys.executable} {script} {{voice}}", {"zh-CN": "voice 1"})
    spoken = await Prompts(tmp_path, voice).say(T, "zh-CN", "greeting", text="你好")
    assert spoken.source == "tts"


@pytest.mark.parametrize("command", ["/no/such/program", "false", "sleep 30", "yes"])
async def test_a_program_that_fails_hangs_or_never_ends_is_mute(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(voices, "MOST_BYTES", 200_000)
    with pytest.raises(Mute):
        await CommandVoice(command, {}, timeout_s=0.5).speak("x", "en")


def test_the_settings_name_the_voice(tmp_path: Path) -> None:
    assert voice_of(load_settings({}, home=tmp_path)) is None
    named = load_settings({}, home=tmp_path, voice_tts="http", voice_tts_url="http://tts:8000/v1")
    voice = voice_of(named)
    assert voice is not None
    assert "http://tts:8000/v1/audio/speech" in voice.name


def test_pauses_stand_between_stretches_only() -> None:
    assert read("，您好，，再见。", "zh-CN") == ["您好", PAUSE, "再见"]
    assert read("", "en") == []
