"""A peer on this machine: what we rely on in aioice, DTLS with the right and the wrong certificate, keys and sound.

aioice is overridden in three places (`webrtc/ice.py`); if one of these tests fails after an update, that is why.
"""

from __future__ import annotations

import asyncio
import contextlib

import pytest
from aioice.ice import Connection, StunProtocol

from rexian.channels.voice.relay import split_address
from rexian.channels.voice.webrtc import dtmf, sdp
from rexian.channels.voice.webrtc.config import Servers, config_of
from rexian.channels.voice.webrtc.dtls import Dtls, DtlsError, Identity
from rexian.channels.voice.webrtc.peer import Peer
from rexian.channels.voice.webrtc.srtp import Srtp
from rexian.kit.settings import Settings, SettingsError
from tests.channels.voice.conformance.rig import eventually

HERE = Servers(addresses=("127.0.0.1",))
SOUND = b"\x55" * 160


class Ear:
    """Keeps what a peer tells."""

    def __init__(self) -> None:
        self.up = asyncio.Event()
        self.lost: list[str] = []
        self.sounds: list[bytes] = []
        self.keys: list[dtmf.Key] = []

    def on_up(self) -> None:
        self.up.set()

    def on_lost(self, cause: str) -> None:
        self.lost.append(cause)

    def on_sound(self, seq: int, timestamp: int, payload: bytes, arrived_s: float) -> None:
        self.sounds.append(payload)

    def on_key(self, key: dtmf.Key) -> None:
        self.keys.append(key)


@contextlib.asynccontextmanager
async def pair():
    """A caller and an answerer that are through to each other."""
    ears = Ear(), Ear()
    caller, answerer = Peer(ears[0], HERE), Peer(ears[1], HERE)
    caller.take_answer(await answerer.answer(sdp.parse_offer(await caller.offer())))
    async with asyncio.timeout(10):
        await ears[0].up.wait()
        await ears[1].up.wait()
    try:
        yield caller, answerer, *ears
    finally:
        await caller.close()
        await answerer.close()


def asking_for_consent() -> list[str]:
    """Who asks the other side every five seconds whether it is still there, anywhere in this process."""
    return [name for task in asyncio.all_tasks() if "query_consent" in (name := repr(task.get_coro()))]


async def speak(peer: Peer, packets: int) -> None:
    for _ in range(packets):
        peer.send_sound(SOUND)
        await asyncio.sleep(0.005)


def test_the_places_where_aioice_is_overridden_are_there() -> None:
    assert {"get_component_candidates", "data_received", "check_complete", "check_incoming"} <= set(dir(Connection))
    assert "datagram_received" in dir(StunProtocol)


async def test_who_only_listens_is_there_though_no_sound_comes_of_them() -> None:
    async with pair() as (caller, answerer, _, _):
        before = answerer.heard_at
        await asyncio.sleep(0.05)
        caller.report()
        await asyncio.sleep(0.1)
        assert answerer.heard_at > before


async def test_sound_and_keys_go_both_ways() -> None:
    async with pair() as (caller, answerer, ear_c, ear_a):
        caller.press("5")
        await asyncio.gather(speak(caller, 40), speak(answerer, 40))
        await asyncio.sleep(0.1)
        assert ear_c.sounds == [SOUND] * 40
        assert ear_a.sounds == [SOUND] * (40 - 8)
        assert [key.digit for key in ear_a.keys] == ["5"]


async def test_reports_tell_the_round_trip_and_the_loss() -> None:
    async with pair() as (caller, answerer, _, _):
        await asyncio.gather(speak(caller, 10), speak(answerer, 10))
        for _ in range(3):
            caller.report()
            await asyncio.sleep(0.05)
            answerer.report()
            await asyncio.sleep(0.05)
        assert 0 < caller.round_trip_s < 0.2
        assert caller.remote_loss == 0


async def test_a_closed_page_is_noticed_at_once() -> None:
    async with pair() as (caller, _, _, ear):
        await caller.close()
        await asyncio.sleep(0.2)
        assert ear.lost == ["closed"]


async def test_a_peer_that_no_longer_consents_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aioice.ice.CONSENT_INTERVAL", 0.1)  # six checks of five seconds otherwise
    monkeypatch.setattr("aioice.ice.CONSENT_FAILURES", 2)
    async with pair() as (caller, _, _, ear):
        await caller.close(say=False)
        await eventually(lambda: ear.lost == ["lost"])


async def test_a_peer_that_cannot_be_reached_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rexian.channels.voice.webrtc.ice.CONNECT_S", 0.5)
    ear = Ear()
    answerer, nobody = Peer(ear, HERE), Peer(Ear(), HERE)
    offer = await nobody.offer()
    await nobody.close()
    await answerer.answer(sdp.parse_offer(offer))
    await asyncio.sleep(1.0)
    assert ear.lost == ["unreachable"]
    await answerer.close()


async def test_a_restarted_path_keeps_the_keys() -> None:
    async with pair() as (caller, answerer, ear_c, ear_a):
        ear_a.up.clear()
        again = await caller.offer()
        caller.take_answer(await answerer.answer(sdp.parse_offer(again)))
        await asyncio.sleep(0.5)
        await asyncio.gather(speak(caller, 5), speak(answerer, 5))
        await asyncio.sleep(0.1)
        assert (len(ear_a.sounds), len(ear_c.sounds)) == (5, 5)
        assert not ear_a.up.is_set()  # no second handshake
        assert not ear_a.lost


async def test_a_page_that_restarts_its_path_for_ever_keeps_no_more_than_one() -> None:
    async with pair() as (caller, answerer, _, ear):
        for _ in range(6):
            caller.take_answer(await answerer.answer(sdp.parse_offer(await caller.offer())))
        await asyncio.sleep(0.5)
        assert not answerer._old
        await speak(caller, 3)
        await asyncio.sleep(0.1)
        assert len(ear.sounds) == 3
        assert len(asking_for_consent()) <= 2
    await eventually(lambda: not asking_for_consent())


async def test_a_flood_of_reports_and_handshakes_is_not_even_decrypted() -> None:
    async with pair() as (caller, answerer, _, ear):
        assert answerer._srtp is not None
        looked: list[bytes] = []
        answerer._srtp.unprotect_rtcp = lambda data: looked.append(data)  # type: ignore[method-assign, assignment]
        for _ in range(5_000):
            answerer._on_datagram(b"\x80\xc8" + bytes(60))
            answerer._on_datagram(b"\x16\xfe\xfd" + bytes(60))
        assert len(looked) <= 200  # a second may have begun anew
        await speak(caller, 3)
        await asyncio.sleep(0.1)
        assert len(ear.sounds) == 3
        assert not ear.lost


async def test_forged_and_repeated_packets_are_not_heard() -> None:
    async with pair() as (caller, answerer, _, ear):
        kept: list[bytes] = []
        receive = answerer._on_datagram
        assert answerer._path is not None
        answerer._path._on_datagram = lambda data: (kept.append(data), receive(data))  # type: ignore[assignment]
        await speak(caller, 3)
        await asyncio.sleep(0.1)
        for data in kept:
            receive(data)
            receive(data[:-1] + bytes([data[-1] ^ 1]))
            receive(data[:20])
        assert len(ear.sounds) == 3


def _handshake(client: Dtls, server: Dtls) -> None:
    to_server, to_client = client.start(), []
    for _ in range(20):
        to_client = [out for datagram in to_server for out in server.receive(datagram)]
        to_server = [out for datagram in to_client for out in client.receive(datagram)]


def test_both_sides_of_a_handshake_have_each_others_keys() -> None:
    ours, theirs = Identity(), Identity()
    client, server = Dtls(theirs, ours.fingerprint, client=True), Dtls(ours, theirs.fingerprint, client=False)
    _handshake(client, server)
    assert client.keys is not None
    assert server.keys is not None
    a, b = Srtp(client.keys), Srtp(server.keys)
    packet = b"\x80\x00\x00\x01" + b"\0" * 8 + SOUND
    assert b.unprotect(a.protect(packet)) == packet
    assert a.unprotect(b.protect(packet)) == packet
    assert b.unprotect(b"\x80" * 3_000) is None


def test_a_certificate_that_was_not_described_is_refused() -> None:
    ours, theirs = Identity(), Identity()
    client, server = Dtls(theirs, ours.fingerprint, client=True), Dtls(ours, Identity().fingerprint, client=False)
    with pytest.raises(DtlsError):
        _handshake(client, server)
    assert server.keys is None


def test_garbage_does_not_disturb_a_handshake() -> None:
    server = Dtls(Identity(), Identity().fingerprint, client=False)
    for junk in (b"\x16", b"\x16\xfe\xfd" + b"\0" * 40, b"\x17" * 100):
        with contextlib.suppress(DtlsError):
            server.receive(junk)
    assert server.keys is None


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("turn.example.com", ("turn.example.com", 3478)),
        ("stun:stun.example.com:19302", ("stun.example.com", 19302)),
        ("turn:t.example.com:5349?transport=udp", ("t.example.com", 5349)),
        ("[2001:db8::1]:3479", ("2001:db8::1", 3479)),
        ("[2001:db8::1]", ("2001:db8::1", 3478)),
    ],
)
def test_server_addresses_are_read_in_all_their_forms(text: str, address: tuple[str, int]) -> None:
    assert split_address(text) == address


def test_settings_are_checked_before_the_first_call() -> None:
    good = Settings(
        voice_addresses=("192.0.2.1",), voice_stun="s.example:3478", voice_turn=("turn:t.example", "u", "p")
    )
    turn = config_of(good).servers.turn
    assert turn is not None
    assert (turn.address.host, turn.login()) == ("t.example", ("u", "p"))
    for name, value in (("voice_addresses", ("localhost",)), ("voice_stun", "s.example:many"), ("voice_stun", ":1")):
        with pytest.raises(SettingsError, match=name):
            config_of(Settings(**{name: value}))  # type: ignore[arg-type]
