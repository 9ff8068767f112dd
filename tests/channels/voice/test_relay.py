"""TURN with a real coturn: names and passwords that end, what is said of wrong ones, and a peer behind it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from aioice import stun, turn

from rexian.channels.voice.engines import ice_servers
from rexian.channels.voice.frames import IceServer
from rexian.channels.voice.relay import LASTS_S, RENEW_S, Relay, TurnAddress, address_of, relay_of, why_not
from rexian.channels.voice.webrtc.config import Servers, config_of
from rexian.channels.voice.webrtc.ice import IcePath
from rexian.cli import doctor_voice
from rexian.kit.settings import Settings, SettingsError, load_settings
from tests.certificates import Authority
from tests.channels.voice.coturn import SECRET, Coturn
from tests.channels.voice.rig import Street
from tests.city import free_port

MANUAL = Path(__file__).parents[3] / "docs/how-to/relay-sound-with-coturn.md"


@pytest.fixture(scope="module")
def coturn(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Coturn]:
    server = Coturn(tmp_path_factory.mktemp("coturn"))
    server.start()
    yield server
    server.close()


def relay(coturn: Coturn, secret: str = SECRET) -> Relay:
    found = relay_of((coturn.url,), secret)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("turn:t.example", TurnAddress("t.example", 3478)),
        ("t.example:99", TurnAddress("t.example", 99)),
        ("turn:t.example:99?transport=udp", TurnAddress("t.example", 99)),
        ("turn:t.example?transport=tcp", TurnAddress("t.example", 3478, "tcp")),
        ("turns:t.example", TurnAddress("t.example", 5349, "tcp", True)),
        ("turns:[2001:db8::1]:443?transport=tcp", TurnAddress("2001:db8::1", 443, "tcp", True)),
    ],
)
def test_addresses_are_read_in_all_their_forms(url: str, address: TurnAddress) -> None:
    assert address_of(url) == address


def test_the_server_itself_goes_by_udp_where_it_can() -> None:
    assert Relay(urls=("turns:a", "turn:b")).address.host == "b"
    assert Relay(urls=("turns:a", "turn:b?transport=tcp")).address.host == "a"


@pytest.mark.parametrize(
    ("turn_servers", "secret", "word"),
    [
        (("turn:t",), "", "three values"), (("turn:t", "u"), "", "three values"),
        (("turn:t", "user", "pw"), "s", "'user' is no address"), ((), "s", "where the TURN server is"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_said_in_words(turn_servers: tuple[str, ...], secret: str, word: str) -> None:
    with pytest.raises(SettingsError, match="voice_turn") as caught:
        load_settings({}, voice_turn=turn_servers, voice_turn_secret=secret)
    assert word in str(caught.value)
    with pytest.raises(SettingsError, match="transport"):
        config_of(Settings(voice_turn=("turn:t?transport=sctp",), voice_turn_secret="s"))


def test_pages_are_told_a_name_that_ends_and_never_the_secret() -> None:
    settings = Settings(voice_turn=("turn:t.example", "turns:t.example:443"), voice_turn_secret=SECRET)
    (told,) = ice_servers(settings)
    assert told.urls == ["turn:t.example", "turns:t.example:443"]
    ends = int(told.username.partition(":")[0])
    assert 0 < ends - time.time() <= LASTS_S == 2 * 3600
    assert SECRET not in msgspec.json.encode(told).decode()
    assert RENEW_S < LASTS_S, "open pages are told anew in time"


async def test_open_pages_are_told_new_ones(street: Street, monkeypatch: pytest.MonkeyPatch) -> None:
    fresh = IceServer(urls=["turn:t.example"], username="2:rexian", credential="new")
    monkeypatch.setattr(street.voice, "ice_servers", lambda: [fresh])
    monkeypatch.setattr("rexian.channels.voice.upkeep.RENEW_S", 0.05)
    agent, caller = await street.phone(street.city.li), await street.caller()
    renewing = asyncio.create_task(street.voice.upkeep.renew_relays())
    for page in (agent, caller):
        assert (await page.got("ice"))["ice_servers"] == [msgspec.to_builtins(fresh)]
    renewing.cancel()


async def test_who_has_the_secret_is_let_in_and_its_port_is_given_back(coturn: Coturn) -> None:
    assert await why_not(relay(coturn)) == ""
    assert await why_not(msgspec.structs.replace(relay(coturn), urls=(coturn.url + "?transport=tcp",))) == ""


async def test_wrong_and_old_ones_are_refused_and_nobody_there_is_told_apart(coturn: Coturn) -> None:
    assert await why_not(relay(coturn, "another secret")) == "refused"
    assert await why_not(relay(coturn), lasts_s=-60) == "refused"
    assert await why_not(Relay(urls=(f"turn:127.0.0.1:{free_port()}",), secret="s")) == "unreachable"


async def test_a_lasting_user_is_let_in_too(tmp_path: Path) -> None:
    server = Coturn(tmp_path, "rexian:pw")
    server.start()
    try:
        for password, why in (("pw", ""), ("guess", "refused")):
            found = relay_of((server.url, "rexian", password), "")
            assert found is not None
            assert await why_not(found) == why
    finally:
        server.close()


async def lets_in(at: TurnAddress, name: str, password: str) -> bool:
    try:
        new, _ = await turn.create_turn_endpoint(asyncio.DatagramProtocol, (at.host, at.port), name, password)
    except stun.TransactionFailed:
        return False
    new.close()
    return True


async def test_a_call_outlasts_the_name_with_which_it_began(coturn: Coturn) -> None:
    one = relay(coturn)
    name, password = one.login(lasts_s=2)
    at = one.address
    transport, _ = await turn.create_turn_endpoint(asyncio.DatagramProtocol, (at.host, at.port), name, password)
    inner = transport._TurnTransport__inner_protocol  # type: ignore[attr-defined]
    async with asyncio.timeout(30):
        while await lets_in(at, name, password):  # noqa: ASYNC110 (only the server's clock ends it)
            await asyncio.sleep(0.5)
    await inner.channel_bind(0x4000, ("127.0.0.1", free_port()))
    refresh = stun.Message(message_method=stun.Method.REFRESH, message_class=stun.Class.REQUEST)
    refresh.attributes["LIFETIME"] = 600
    answer, _ = await inner.request_with_retry(refresh)
    assert answer.attributes["LIFETIME"] >= 600
    transport.close()


async def test_the_media_process_offers_a_relayed_address(coturn: Coturn) -> None:
    servers = Servers(addresses=("127.0.0.1",), turn=relay(coturn))
    path = IcePath(servers, lambda data: None, lambda: None)
    try:
        assert [one for one in await path.gather() if " typ relay " in one]
    finally:
        await path.shut()


async def test_the_configuration_of_the_manual_works_with_tls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    authority = Authority(tmp_path)
    authority.certify()
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.trusted))
    told = MANUAL.read_text()
    told = told.partition("```ini\n")[2].partition("```")[0].replace("/etc/coturn", str(tmp_path))
    server, tls = Coturn(tmp_path), free_port()
    told = told.replace("port=3478", f"port={server.port}").replace("port=443", f"port={tls}")
    server.configure(f"{told}\nlistening-ip=127.0.0.1\nrelay-ip=127.0.0.1\n")
    server.start()
    try:
        for url in (server.url, f"{server.url}?transport=tcp", f"turns:127.0.0.1:{tls}?transport=tcp"):
            assert await why_not(Relay(urls=(url,), secret="THE-SECRET")) == "", url
    finally:
        server.close()


@pytest.mark.parametrize(
    ("secret", "level", "words", "mend"),
    [
        (SECRET, "ok", "relays", ""), ("another secret", "bad", "refuses", "static-auth-secret"),
    ],
)  # fmt: skip
def test_the_doctor_says_whether_it_relays(
    coturn: Coturn, secret: str, level: str, words: str, mend: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "en_GB.UTF-8")
    settings = Settings(voice_turn=(coturn.url,), voice_turn_secret=secret)
    (found,) = [one for one in doctor_voice.voice(settings) if "TURN" in one.state]
    assert (found.level, words in found.state, mend in found.mend) == (level, True, True), found
