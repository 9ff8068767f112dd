"""TURN (RFC 8656): with which name and password one relays, and what keeps a server from relaying.

With `voice_turn_secret` names and passwords are made here and last two hours: the time at which they end stands in the
name, and the password is its signature by a secret that only the TURN server and we know (coturn: `use-auth-secret`,
draft-uberti-behave-turn-rest-00). An allocation that was made in time goes on for as long as the call does.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import time
from typing import Literal

from aioice import stun, turn
from msgspec import Struct

LASTS_S = 2 * 3600
RENEW_S = LASTS_S // 2
"""How often open pages are told new ones."""
LOOK_S, SET_S = 5.0, 60.0
"""How often it is looked whether the wall clock was set, and by how much it must have been."""
TRY_S = 4.0
Obstacle = Literal["refused", "unreachable", "full"]


class TurnAddress(Struct, frozen=True):
    """Where a TURN server listens, and how it is spoken to: `udp` or `tcp`, the latter with TLS or without."""

    host: str
    port: int
    transport: Literal["udp", "tcp"] = "udp"
    tls: bool = False


class Relay(Struct, frozen=True, kw_only=True):
    """TURN servers (`turn:host:port`, `turns:…`, `?transport=tcp`) and one login for them all, lasting or made anew."""

    urls: tuple[str, ...]
    user: str = ""
    password: str = ""
    secret: str = ""

    def login(self, now_s: float | None = None, lasts_s: int = LASTS_S) -> tuple[str, str]:
        """Name and password for whoever relays from now on. By the wall clock: the TURN server reads them."""
        if not self.secret:
            return self.user, self.password
        name = f"{int(time.time() if now_s is None else now_s) + lasts_s}:rexian"
        signature = hmac.new(self.secret.encode(), name.encode(), hashlib.sha1).digest()
        return name, base64.b64encode(signature).decode()

    @property
    def address(self) -> TurnAddress:
        """The server that a program of ours uses: the first by UDP, else the first."""
        addresses = [address_of(url) for url in self.urls]
        return next((one for one in addresses if one.transport == "udp"), addresses[0])


def relay_of(servers: tuple[str, ...], secret: str) -> Relay | None:
    """What the settings `voice_turn` and `voice_turn_secret` say; they have been checked."""
    if not servers:
        return None
    if secret:
        return Relay(urls=tuple(map(_url, servers)), secret=secret)
    url, user, password = servers
    return Relay(urls=(_url(url),), user=user, password=password)


def _url(text: str) -> str:
    return text if text.startswith(("turn:", "turns:")) else f"turn:{text}"


def address_of(url: str) -> TurnAddress:
    """Read `turn:host`, `turn:host:port?transport=tcp`, `turns:[v6]:port` (RFC 7065). Raises ValueError."""
    scheme, _, rest = _url(url).partition(":")
    rest, _, how = rest.partition("?")
    if how not in ("", "transport=udp", "transport=tcp"):
        raise ValueError(f"after the question mark only transport=udp or transport=tcp is known, not {how!r}")
    tls = scheme == "turns"
    host, port = split_address(rest, 5349 if tls else 3478)
    return TurnAddress(host, port, "tcp" if tls or how == "transport=tcp" else "udp", tls)


def split_address(text: str, default_port: int = 3478) -> tuple[str, int]:
    """Split `host`, `host:port` or `[v6]:port`, with or without `stun:`/`turn:` before. Raises ValueError."""
    text = text.partition(":")[2] if text.startswith(("stun:", "turn:", "turns:")) else text
    text = text.partition("?")[0]
    if text.startswith("["):
        host, _, rest = text[1:].partition("]")
        return host, int(rest[1:] or default_port) if rest else default_port
    host, _, port = text.partition(":")
    if not host:
        raise ValueError("an address needs a host")
    return host, int(port or default_port)


async def until_renewal(after_s: float) -> None:
    """Wait until open pages need other names: for so long, or until the wall clock is set, by which names end."""
    until, apart = time.monotonic() + after_s, time.time() - time.monotonic()
    while (left := until - time.monotonic()) > 0 and abs(time.time() - time.monotonic() - apart) < SET_S:  # noqa: ASYNC110
        await asyncio.sleep(min(left, LOOK_S))


async def why_not(relay: Relay, now_s: float | None = None, lasts_s: int = LASTS_S) -> Obstacle | Literal[""]:
    """Ask the server for a port, as a call would, and give it back. Returns what kept it from it; '' when it works."""
    name, password = relay.login(now_s, lasts_s)
    at = relay.address
    try:
        async with asyncio.timeout(TRY_S):
            transport, trial = await turn.create_turn_endpoint(
                _Trial, (at.host, at.port), name, password, ssl=at.tls or None, transport=at.transport
            )
    except stun.TransactionFailed as failed:
        return "full" if failed.response.error_code in (486, 508) else "refused"
    except (OSError, TimeoutError, stun.TransactionError):  # a name that can't be found is an OSError too
        return "unreachable"
    transport.close()
    await asyncio.wait([trial.over], timeout=1)
    return ""


class _Trial(asyncio.DatagramProtocol):
    """Whom nothing is relayed to; `over` when the port was given back."""

    def __init__(self) -> None:
        self.over = asyncio.get_running_loop().create_future()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.over.done():
            self.over.set_result(None)
