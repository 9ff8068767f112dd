"""What the media process is told when it starts, and by each web server that greets it."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable

from msgspec import Struct

from rexian.kit.settings import Settings, SettingsError


class Servers(Struct, frozen=True, kw_only=True):
    """`addresses`: the machine's addresses that are offered; empty: all that it has.

    `stun`: `host:port` or empty. `turn`: `(host:port, user, password)` or None. Relayed media costs a task a packet.
    """

    addresses: tuple[str, ...] = ()
    stun: str = ""
    turn: tuple[str, str, str] | None = None


class Config(Struct, frozen=True, kw_only=True):
    """`most`: legs admitted, 0: measured. `lonely_s`, `lonely_calls_s`: how long it stays without a controller.

    `silent_s`: a leg from which no packet came for so long is lost. `late_ms`: see `Admission`.
    """

    servers: Servers = Servers()
    most: int = 0
    lonely_s: float = 15.0
    lonely_calls_s: float = 600.0
    silent_s: float = 60.0
    late_ms: float = 20.0


def split_address(text: str, default_port: int = 3478) -> tuple[str, int]:
    """Split `host`, `host:port` or `[v6]:port`, with or without `stun:`/`turn:` before. Raises ValueError."""
    text = text.partition(":")[2] if text.startswith(("stun:", "turn:")) else text
    text = text.partition("?")[0]
    if text.startswith("["):
        host, _, rest = text[1:].partition("]")
        return host, int(rest[1:] or default_port) if rest else default_port
    host, _, port = text.partition(":")
    if not host:
        raise ValueError("an address needs a host")
    return host, int(port or default_port)


def config_of(settings: Settings) -> Config:
    """What the settings say of voice. Raises SettingsError for what is no address."""
    turn = settings.voice_turn
    for address in settings.voice_addresses:
        _check("voice_addresses", address, ipaddress.ip_address)
    for name, server in (("voice_stun", settings.voice_stun), ("voice_turn", turn[0] if turn else "")):
        if server:
            _check(name, server, split_address)
    servers = Servers(
        addresses=settings.voice_addresses, stun=settings.voice_stun, turn=(turn[0], turn[1], turn[2]) if turn else None
    )
    return Config(servers=servers, most=settings.voice_calls)


def _check(name: str, value: str, read: Callable[[str], object]) -> None:
    try:
        read(value)
    except ValueError as error:
        raise SettingsError(f"{name}: {value!r} is no address: {error}") from error
