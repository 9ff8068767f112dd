"""What the media process is told when it starts, and by each web server that greets it."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable

from msgspec import Struct

from rexian.channels.voice.relay import Relay, address_of, relay_of, split_address
from rexian.kit.settings import Settings, SettingsError


class Servers(Struct, frozen=True, kw_only=True):
    """`addresses`: the machine's addresses that are offered; empty: all that it has.

    `stun`: `host:port` or empty. Relayed media costs a task a packet.
    """

    addresses: tuple[str, ...] = ()
    stun: str = ""
    turn: Relay | None = None


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


def config_of(settings: Settings) -> Config:
    """What the settings say of voice. Raises SettingsError for what is no address."""
    for address in settings.voice_addresses:
        _check("voice_addresses", address, ipaddress.ip_address)
    if settings.voice_stun:
        _check("voice_stun", settings.voice_stun, split_address)
    relay = relay_of(settings.voice_turn, settings.voice_turn_secret)
    for url in relay.urls if relay else ():
        _check("voice_turn", url, address_of)
    return Config(servers=Servers(addresses=settings.voice_addresses, stun=settings.voice_stun, turn=relay),
                  most=settings.voice_calls)  # fmt: skip


def _check(name: str, value: str, read: Callable[[str], object]) -> None:
    try:
        read(value)
    except ValueError as error:
        raise SettingsError(f"{name}: {value!r} is no address: {error}") from error
