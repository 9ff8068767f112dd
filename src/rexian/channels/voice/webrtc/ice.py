"""ICE (RFC 8445) by aioice, with a short way for media: no queue and no task between a datagram and its reader.

Three public methods of `aioice.Connection` are overridden; `tests/channels/voice/test_ice.py` holds them to what we
rely on, and pyproject.toml keeps aioice below the next minor version.
- `get_component_candidates`: which addresses are offered (aioice offers all of the machine's but 127.0.0.1);
- `data_received`: datagrams that are not STUN, handed over at once;
- `check_complete`: which path was nominated, also when the browser moves from Wi-Fi to mobile.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
from collections.abc import Callable, Sequence
from typing import Any

import aioice
import structlog
from aioice import stun
from aioice.ice import CandidatePair, StunProtocol

from rexian.channels.voice.relay import split_address
from rexian.channels.voice.webrtc.config import Servers

log = structlog.get_logger(__name__)

CONNECT_S = 20.0
GATHER_S = 2
"""How long an answer waits for STUN and TURN servers."""
MAX_PAIRS = 200


class Unreachable(Exception):
    """No path to the peer was found."""


class IcePath(aioice.Connection):
    """One path to one peer. `on_datagram(data)` gets all but STUN; `on_closed()` is told once, of a lost path."""

    def __init__(
        self, servers: Servers, on_datagram: Callable[[bytes], None], on_closed: Callable[[], None],
        controlling: bool = False,
    ) -> None:  # fmt: skip
        turn = servers.turn.address if servers.turn else None
        user, password = servers.turn.login() if servers.turn else (None, None)
        super().__init__(
            ice_controlling=controlling,
            stun_server=split_address(servers.stun) if servers.stun else None,
            turn_server=(turn.host, turn.port) if turn else None,
            turn_username=user,
            turn_password=password,
            turn_ssl=turn.tls if turn else False,
            turn_transport=turn.transport if turn else "udp",
        )
        self._offered = servers.addresses
        self._on_datagram = on_datagram
        self._on_closed = on_closed
        self._sendto: Callable[[bytes, Any], None] | None = None
        self._address: Any = None
        self._watch: asyncio.Task[None] | None = None
        self._shut = False

    async def gather(self) -> tuple[str, ...]:
        """Open sockets and return our candidates as SDP writes them. Raises OSError when there is none at all."""
        await self.gather_candidates()
        if not self.local_candidates:
            raise OSError("no address to offer")
        return tuple(candidate.to_sdp() for candidate in self.local_candidates)

    async def reach(self, ufrag: str, password: str, candidates: Sequence[str]) -> None:
        """Find a path. Raises `Unreachable`. A peer behind NAT without candidates of its own comes to us."""
        self.remote_username, self.remote_password = ufrag, password
        for text in candidates:
            with contextlib.suppress(ValueError):
                await self.add_remote_candidate(aioice.Candidate.from_sdp(text))
        try:
            async with asyncio.timeout(CONNECT_S):
                await self.connect()
        except (TimeoutError, ConnectionError) as error:
            raise Unreachable from error
        if self._shut:  # aioice has just begun to ask for consent on a closed connection, and would for ever
            await self.close()
            raise Unreachable
        self._watch = asyncio.create_task(self._watch_consent())

    @property
    def ready(self) -> bool:
        """Say whether a path was nominated."""
        return self._sendto is not None

    def send_now(self, data: bytes) -> bool:
        """Send at once, or not at all when there is no path (yet)."""
        if self._sendto is None:
            return False
        self._sendto(data, self._address)
        return True

    async def shut(self) -> None:
        """Close without telling `on_closed`."""
        self._shut, self._sendto = True, None
        if self._watch is not None:
            self._watch.cancel()
        await self.close()

    async def _watch_consent(self) -> None:
        """RFC 7675: six unanswered checks, some 30 s, and aioice closes the connection."""
        await self.get_event()
        self._sendto = None
        self._on_closed()

    # -- overridden ------------------------------------------------------------------------------------------------
    async def get_component_candidates(
        self, component: int, addresses: list[str], timeout: int = GATHER_S
    ) -> list[aioice.Candidate]:
        offered = list(self._offered) or [address for address in addresses if _usable(address)] or ["127.0.0.1"]
        return await super().get_component_candidates(component, offered, GATHER_S)

    def data_received(self, data: bytes, component: int) -> None:
        self._on_datagram(data)

    def check_incoming(self, message: stun.Message, addr: tuple[str, int], protocol: StunProtocol) -> None:
        if len(self.remote_candidates) < MAX_PAIRS:  # each new source address of the peer's makes a pair
            super().check_incoming(message, addr, protocol)

    def check_complete(self, pair: CandidatePair) -> None:
        super().check_complete(pair)
        if pair.nominated and pair.state == CandidatePair.State.SUCCEEDED:
            self._sendto, self._address = pair.protocol.transport.sendto, pair.remote_addr


def _usable(address: str) -> bool:
    """Link-local IPv6 addresses need a zone that SDP can't carry."""
    return not ipaddress.ip_address(address).is_link_local
