"""What `rexian doctor` says of calls: the engine in this machine, and the exchanges that the settings name."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Iterator

import msgspec
import pytest

from rexian.channels.voice.asterisk.engine import AsteriskEngine
from rexian.channels.voice.port import EngineUp
from rexian.cli import doctor_voice
from rexian.cli.findings import Finding
from rexian.kit.settings import Settings
from tests.channels.voice.asterisk.exchange import SECRET, Exchange
from tests.channels.voice.conformance.rig import Heard


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "en_GB.UTF-8")


def look(settings: Settings) -> list[Finding]:
    return list(doctor_voice.voice(settings))


def exchanges(*urls: str) -> Settings:
    return Settings(voice_engine="asterisk", asterisk_urls=urls, secret=SECRET)


# -- in this machine -------------------------------------------------------------------------------------------------
def test_a_call_to_oneself_has_sound() -> None:
    found = {one.code: one for one in look(Settings())}
    assert (found["media"].level, "had sound" in found["media"].state) == ("ok", True), found


def test_a_machine_that_has_not_the_address_that_is_set_is_told_so() -> None:
    found = {one.code: one for one in look(Settings(voice_addresses=("192.0.2.7",)))}
    assert found["media"].level == "bad"
    assert "voice_addresses" in found["media"].mend


def test_a_library_that_can_not_be_loaded_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor_voice, "_LIBRARIES", ("numpy", "no_such_library"))
    found = {one.code: one for one in look(Settings())}
    assert (found["media"].level, "no_such_library" in found["media"].state) == ("bad", True)


def test_without_calls_nothing_is_looked_at() -> None:
    assert [one.state for one in look(Settings(voice_enabled=False))] == ["off (voice_enabled): no calls"]


# -- exchanges -------------------------------------------------------------------------------------------------------
def test_no_exchange_is_a_fault() -> None:
    assert [one.level for one in look(exchanges())] == ["bad"]


@pytest.fixture
def silent() -> Iterator[str]:
    """A port where somebody takes the connection and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}/ari"


def test_exchanges_that_do_not_answer_hold_nothing_up(silent: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rexian.channels.voice.asterisk.examine.LIMIT_S", 0.5)
    began = time.monotonic()
    found = look(exchanges(silent, silent.replace("127.0.0.1", "localhost"), "http://127.0.0.1:9/ari"))
    assert [one.level for one in found] == ["bad"] * 3
    assert all("can't be reached" in one.state and one.mend for one in found)
    assert time.monotonic() - began < 30, "they were asked one after the other, or without a limit"


@pytest.fixture(scope="module")
def exchange() -> Iterator[Exchange]:
    exchange = Exchange(n=5)
    exchange.start()
    yield exchange
    exchange.close()


def said(exchange: Exchange, **other: object) -> dict[str, Finding]:
    """What is said of it, by the first text's key words."""
    settings = msgspec.structs.replace(exchange.settings, voice_engine="asterisk", **other)
    return {one.state: one for one in look(settings)}


def finding(states: dict[str, Finding], words: str) -> Finding:
    [found] = [one for state, one in states.items() if words in state]
    return found


async def test_an_exchange_as_it_should_be(exchange: Exchange) -> None:
    states = await asyncio.to_thread(said, exchange)
    assert finding(states, "no Rexian leads it now").level == "ok"
    assert not [one for one in states.values() if one.level == "bad"], states
    engine, heard = AsteriskEngine(exchange.plan), Heard()
    engine.listen(heard)
    await engine.start()
    await heard.wait(EngineUp)
    try:
        assert finding(await asyncio.to_thread(said, exchange), "led by a running Rexian").level == "ok"
    finally:
        await engine.stop()


def test_lines_and_phones_that_it_does_not_know_are_named_and_the_file_is_old(exchange: Exchange) -> None:
    states = said(exchange, asterisk_phones=(*exchange.settings.asterisk_phones, "7007"))
    assert "7007" in finding(states, "doesn't know").state
    assert finding(states, "older configuration").level == "warn"


def test_a_wrong_password_is_told_with_what_to_do(exchange: Exchange) -> None:
    assert "asterisk config" in finding(said(exchange, asterisk_password="another"), "refuses the name").state


def test_a_folder_of_recordings_that_is_gone_is_told(exchange: Exchange) -> None:
    folder = exchange.run / "spool" / "recording"
    folder.rmdir()
    try:
        assert finding(said(exchange), "folder of recordings").level == "bad"
    finally:
        folder.mkdir()


def test_a_dialplan_that_is_not_ours_is_told() -> None:
    other = Exchange(n=6)
    (other.run / "etc" / "extensions.conf").write_text("[default]\n")
    try:
        other.start()
        assert "callers reach nobody" in finding(said(other), "has not loaded our dialplan").state
    finally:
        other.close()
