"""Which of somebody's pages a call is for."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from rexian.channels.voice.devices import Phones
from rexian.channels.voice.engines import exchange_socket
from rexian.kit.settings import Settings, SettingsError

LI = "li"


def device(id: str, *, microphone: bool = True, used_at: int = 0, joining: bool = False) -> Any:
    return SimpleNamespace(
        id=id, label=id, person_id=LI, locale="zh-CN", microphone=microphone, why="", alarmed="", used_at=used_at,
        joining=joining,
    )  # fmt: skip


@pytest.fixture
def phones() -> Phones:
    clock: Any = SimpleNamespace(now_ms=lambda: 0)
    return Phones(clock, "secret", lambda: SimpleNamespace())


def at_the_exchange(phones: Phones, name: str) -> None:
    phones.names = {LI: name}
    phones.in_browser = lambda name: name.startswith("w")


def test_the_page_that_was_used_last_and_can_be_spoken_at(phones: Phones) -> None:
    for one in (device("old", used_at=1), device("new", used_at=2), device("mute", microphone=False, used_at=3)):
        phones.enter(one)
    assert phones.choose(LI) == "new"
    assert phones.choose(LI, listens=True) == "mute"
    assert phones.choose(LI, "mute") == "mute"
    assert phones.choose(LI, "gone") == ""


def test_a_page_is_no_phone_of_the_exchange_before_it_says_so(phones: Phones) -> None:
    """One that is being loaded anew has its socket long before it is registered: a call to it would find nobody."""
    phones.enter(device("loading", joining=True))
    assert phones.choose(LI, "loading") == "loading", "without an exchange it need not register"
    at_the_exchange(phones, "w0")
    assert phones.choose(LI, "loading") == phones.choose(LI) == ""
    phones.enter(device("loading"))
    assert phones.choose(LI, "loading") == phones.choose(LI) == "loading"


def test_with_an_exchange_who_has_no_phone_is_not_called(phones: Phones) -> None:
    at_the_exchange(phones, "")
    phones.enter(device("page"))
    assert phones.choose(LI) == ""


def test_the_exchanges_address_for_browsers_is_a_sockets() -> None:
    at = {"voice_engine": "asterisk", "asterisk_urls": ("http://exchange.test:8088/ari",)}
    assert exchange_socket(Settings(**at)) == "ws://exchange.test:8088/ws"  # type: ignore[arg-type]
    given = Settings(**at, asterisk_socket="wss://desk.test/sip")  # type: ignore[arg-type]
    assert exchange_socket(given) == "wss://desk.test/sip"
    with pytest.raises(SettingsError, match="asterisk_socket"):
        exchange_socket(Settings(**at, asterisk_socket="https://desk.test/sip"))  # type: ignore[arg-type]


def test_who_has_a_telephone_on_the_desk_needs_no_microphone(phones: Phones) -> None:
    page = device("page", microphone=False)
    page.why = "none"
    phones.enter(page)
    assert phones.reachable(LI) is False
    at_the_exchange(phones, "101")
    assert phones.reachable(LI) is True
    at_the_exchange(phones, "w101")
    assert phones.reachable(LI) is False
    phones.leave(page)
    assert phones.reachable(LI) is None


def test_a_page_that_has_not_said_yet_says_nothing_of_whether_one_can_be_reached(phones: Phones) -> None:
    silent = device("a")
    silent.why = None
    phones.enter(silent)
    assert phones.reachable(LI) is None
    without = device("b")
    without.why = "refused"
    phones.enter(without)
    assert phones.reachable(LI) is False
    silent.why = ""
    assert phones.reachable(LI) is True
