"""One WebRTC peer: path, keys and packets joined. Sound goes in and out at datagram level, without tasks or queues."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Callable, Coroutine
from typing import Any, Protocol

import structlog

from rexian.channels.voice.instants import now_s
from rexian.channels.voice.port import BadMedia
from rexian.channels.voice.webrtc import dtmf, rtcp, rtp, sdp
from rexian.channels.voice.webrtc.config import Servers
from rexian.channels.voice.webrtc.dtls import Dtls, DtlsError, process_identity
from rexian.channels.voice.webrtc.ice import IcePath, Unreachable
from rexian.channels.voice.webrtc.reception import Reception, round_trip_s
from rexian.channels.voice.webrtc.srtp import Srtp

log = structlog.get_logger(__name__)

HANDSHAKE_S = 15.0
EVENT_TYPE = 101
_MAX_OTHERS = 100
"""Datagrams a second that are no sound: reports and handshakes need a tenth of it."""
_LONGEST_PAYLOAD = 960  # 120 ms


class Listener(Protocol):
    """What a peer tells. All are called on the event loop, in order."""

    def on_up(self) -> None:
        """Keys are agreed: sound can flow. Told once per set of keys."""

    def on_lost(self, cause: str) -> None:
        """`unreachable` (never got through), `lost` (consent expired, or the page closed its connection)."""

    def on_sound(self, seq: int, timestamp: int, payload: bytes, arrived_s: float) -> None:
        """G.711 as it came."""

    def on_key(self, key: dtmf.Key) -> None: ...


class Peer:
    """Takes offers by `answer`; makes one by `offer` and `take_answer` (the tests' caller does)."""

    def __init__(self, listener: Listener, servers: Servers, now: Callable[[], float] = time.monotonic) -> None:
        self._listener: Listener | None = listener
        self._servers = servers
        self._now = now
        self._path: IcePath | None = None
        self._old: set[IcePath] = set()
        self._dtls: Dtls | None = None
        self._srtp: Srtp | None = None
        self._work: set[asyncio.Task[None]] = set()
        self._timer: asyncio.TimerHandle | None = None
        self._session = str(secrets.randbits(62))
        self._version = 0
        self._early: list[bytes] = []
        self.remote: sdp.Description | None = None
        self.ssrc = secrets.randbits(32)
        self.law: sdp.Law = "u"
        self._payload_type, self._event_type = 0, -1
        self._seq, self._timestamp = secrets.randbits(15), secrets.randbits(31)
        self._marker = True
        self._gate = rtp.Gate()
        self._others = rtp.Rate(_MAX_OTHERS)
        self._keys_in, self.keys_out = dtmf.Receiver(), dtmf.Sender()
        self.reception: Reception | None = None
        self.round_trip_s = 0.0
        self.remote_loss = 0.0
        self.sent = 0
        self.heard_at = now()

    @property
    def up(self) -> bool:
        return self._srtp is not None

    @property
    def takes_keys(self) -> bool:
        return self._event_type >= 0

    # -- descriptions ----------------------------------------------------------------------------------------------
    def same_connection(self, offer: sdp.Description) -> bool:
        """Say whether an offer comes from the connection object that this peer already speaks with."""
        known = self.remote
        return known is not None and (known.session, known.fingerprint) == (offer.session, offer.fingerprint)

    async def answer(self, offer: sdp.Description, law: sdp.Law | None = None) -> str:
        """Answer an offer, and go on reaching the peer in the background. `law`: the only one that will do.

        The same connection with new ICE names restarts ICE and keeps the keys (RFC 8842 5.5). Raises `BadMedia`.
        """
        chosen = next((pair for pair in offer.laws if law in (None, pair[1])), None)
        if chosen is None:
            raise BadMedia("no_codec")
        again = self.same_connection(offer) and self.remote is not None and self.remote.ufrag == offer.ufrag
        if self._path is None or not again:
            await self._renew_path(controlling=False)
        assert self._path is not None
        self._payload_type, self.law = chosen
        self._event_type = offer.event_type
        self._take(offer, client=offer.setup == "passive", reach=not again)
        self._version += 1
        return sdp.answer_to(offer, self._describe(offer, (chosen,)), version=self._version)

    async def offer(self) -> str:
        """Make an offer (controlling, both laws)."""
        await self._renew_path(controlling=True)
        self._payload_type, self._event_type = 0, EVENT_TYPE
        return sdp.offer_of(self._describe(None, ((0, "u"), (8, "a"))))

    def take_answer(self, text: str) -> None:
        """Take the answer to `offer`. Raises `BadMedia`."""
        answer = sdp.parse_answer(text)
        self._payload_type, self.law = answer.laws[0]
        self._event_type = answer.event_type
        self._take(answer, client=answer.setup == "passive", reach=True)

    def _take(self, remote: sdp.Description, *, client: bool, reach: bool) -> None:
        if self._dtls is None:
            self._dtls = Dtls(process_identity(), remote.fingerprint, client=client)
        if remote.ssrc is not None and self._gate.ssrc is None:
            self._gate = rtp.Gate(remote.ssrc)
        self.remote = remote
        if reach:
            self._begin(self._reach(remote))

    def _describe(self, offer: sdp.Description | None, laws: tuple[tuple[int, sdp.Law], ...]) -> sdp.Description:
        assert self._path is not None
        setup: sdp.Setup = "actpass" if offer is None else "active" if offer.setup == "passive" else "passive"
        return sdp.Description(
            session=self._session, ufrag=self._path.local_username, password=self._path.local_password,
            fingerprint=process_identity().fingerprint, setup=setup, laws=laws, event_type=self._event_type,
            mid=offer.mid if offer else "0", candidates=tuple(c.to_sdp() for c in self._path.local_candidates),
            ssrc=self.ssrc,
        )  # fmt: skip

    # -- the path --------------------------------------------------------------------------------------------------
    async def _renew_path(self, *, controlling: bool) -> None:
        old, path = self._path, None
        path = IcePath(self._servers, self._on_datagram, lambda: self._path_closed(path), controlling)
        try:
            await path.gather()
        except OSError:
            await path.shut()
            raise
        self._path = path
        if old is not None:
            self._old.add(old)
            self._begin(self._shut(old))

    async def _shut(self, path: IcePath) -> None:
        """Close a path by the way, and forget it."""
        await path.shut()
        self._old.discard(path)

    async def _reach(self, remote: sdp.Description) -> None:
        path = self._path
        assert path is not None
        try:
            await path.reach(remote.ufrag, remote.password, remote.candidates)
        except Unreachable:
            if path is self._path and not self.up:
                self._lose("unreachable")
            return
        if self.up or self._dtls is None:
            return
        self._send_all(self._dtls.start())
        early, self._early = self._early, []
        for datagram in early:
            self._on_dtls(datagram)
        self._watch_handshake()
        await asyncio.sleep(HANDSHAKE_S)
        if not self.up:
            self._lose("unreachable")

    def _path_closed(self, path: IcePath | None) -> None:
        if path is self._path:
            self._lose("lost")

    def _watch_handshake(self) -> None:
        """DTLS counts its own time: ask it when to send again."""
        if self._dtls is None or self.up:
            return
        wait = self._dtls.wait_s
        self._timer = asyncio.get_running_loop().call_later(0.5 if wait is None else wait + 0.01, self._send_again)

    def _send_again(self) -> None:
        if self._dtls is None or self.up:
            return
        try:
            self._send_all(self._dtls.timeout())
        except DtlsError:
            self._lose("unreachable")
        else:
            self._watch_handshake()

    def _send_all(self, datagrams: list[bytes]) -> None:
        if self._path is not None:
            for datagram in datagrams:
                self._path.send_now(datagram)

    # -- datagrams (RFC 7983) --------------------------------------------------------------------------------------
    def _on_datagram(self, data: bytes) -> None:
        first = data[0] if data else 0
        if 128 <= first <= 191:
            if self._srtp is None or len(data) < rtp.HEADER_BYTES:
                return
            if not 192 <= data[1] <= 223:
                self._on_rtp(data)
            elif self._others.admits(self._now()):
                self._on_rtcp(data)
        elif 20 <= first <= 63 and self._others.admits(self._now()):
            self._on_dtls(data)

    def _on_dtls(self, data: bytes) -> None:
        if self._dtls is None or not (self._path and self._path.ready):
            if len(self._early) < 8:  # the peer's path is there before ours: its hello can overtake
                self._early.append(data)
            return
        fresh = self._dtls.keys is None
        try:
            self._send_all(self._dtls.receive(data))
        except DtlsError as error:
            log.info("voice.handshake_failed", why=str(error))
            self._lose("unreachable")
            return
        if fresh and self._dtls.keys is not None:
            self._srtp = Srtp(self._dtls.keys)
            self.heard_at = self._now()
            if self._listener is not None:
                self._listener.on_up()
        elif self._dtls.closed:
            self._lose("closed")

    def _on_rtp(self, data: bytes) -> None:
        now = self._now()
        ssrc = rtp.peek_ssrc(data)
        if self._srtp is None or not self._gate.admits(ssrc, now):
            return
        plain = self._srtp.unprotect(data)
        packet = rtp.parse(plain) if plain is not None else None
        if packet is None or self._listener is None:
            return
        if self._gate.heard(ssrc, now) or self.reception is None:
            self.reception, self._keys_in = Reception(ssrc), dtmf.Receiver()
        self.heard_at = now
        self.reception.packet(packet.seq, packet.timestamp, now)
        if packet.payload_type == self._payload_type:
            if 0 < len(packet.payload) <= _LONGEST_PAYLOAD:
                self._listener.on_sound(packet.seq, packet.timestamp, packet.payload, now)
        elif packet.payload_type == self._event_type:
            self._tell_keys(self._keys_in.packet(packet.timestamp, packet.payload, now))

    def tick_keys(self) -> None:
        """End keys whose end was lost. Call it some times a second."""
        self._tell_keys(self._keys_in.tick(self._now()))

    def _tell_keys(self, keys: list[dtmf.Key]) -> None:
        for key in keys:
            if self._listener is not None:
                self._listener.on_key(key)

    # -- sending ---------------------------------------------------------------------------------------------------
    def send_sound(self, payload: bytes) -> None:
        """Send 20 ms of G.711, or the next packet of a key in its place."""
        srtp, path = self._srtp, self._path
        self._timestamp = (self._timestamp + 160) & 0xFFFFFFFF
        if srtp is None or path is None:
            return
        key = self.keys_out.next(self._timestamp)
        self._seq = (self._seq + 1) & 0xFFFF
        if key is None:
            packet = rtp.build(self._payload_type, self._seq, self._timestamp, self.ssrc, payload, self._marker)
        else:
            packet = rtp.build(self._event_type, self._seq, key[0], self.ssrc, key[2], key[1])
        self._marker = False
        self.sent += path.send_now(srtp.protect(packet))

    def press(self, digits: str) -> None:
        """Send keys. Raises ValueError."""
        if self.takes_keys:
            self.keys_out.press(digits)

    # -- reports ---------------------------------------------------------------------------------------------------
    def report(self) -> float:
        """Send a sender report; returns the loss (0…1) of what came since the last one."""
        lost = self.reception.interval_loss() if self.reception else 0.0
        if self._srtp is not None and self._path is not None:
            now = self._now()
            block = self.reception.block(lost, now) if self.reception else None
            data = rtcp.sender_report(self.ssrc, now_s(), self._timestamp, self.sent, self.sent * 160, block)
            self._path.send_now(self._srtp.protect_rtcp(data))
        return lost

    def _on_rtcp(self, data: bytes) -> None:
        plain = self._srtp.unprotect_rtcp(data) if self._srtp else None
        if plain is not None:  # who only listens sends nothing but reports, and is there
            self.heard_at = self._now()
        for report in rtcp.parse(plain) if plain else []:
            if isinstance(report, rtcp.Report):
                self._take_report(report)

    def _take_report(self, report: rtcp.Report) -> None:
        if self.reception is not None and report.ntp and report.ssrc == self.reception.ssrc:
            self.reception.sender_report(report.ntp, self._now())
        for block in report.blocks:
            if block.ssrc == self.ssrc:
                self.remote_loss = block.lost
                trip = round_trip_s(block, now_s())
                self.round_trip_s = self.round_trip_s if trip is None else trip

    # -- the end ---------------------------------------------------------------------------------------------------
    def _lose(self, cause: str) -> None:
        listener, self._listener = self._listener, None
        if listener is not None:
            listener.on_lost(cause)

    async def close(self, *, say: bool = True) -> None:
        """End it. `say`: tell the peer; False: as if the cable was cut (tests)."""
        self._listener = None
        if self._timer is not None:
            self._timer.cancel()
        if say and self._srtp is not None and self._dtls is not None and self._path is not None:
            self._path.send_now(self._srtp.protect_rtcp(rtcp.goodbye(self.ssrc)))
            self._send_all(self._dtls.close())
        self._srtp = None
        for task in list(self._work):
            task.cancel()
        for path in (*self._old, *([self._path] if self._path else [])):
            await path.shut()

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._work.add(task)
        task.add_done_callback(self._work.discard)
