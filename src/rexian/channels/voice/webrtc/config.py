"""What the media process is told when it starts, and by each web server that greets it."""

from __future__ import annotations

from msgspec import Struct

from rexian.kit.settings import Settings


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


def config_of(settings: Settings) -> Config:
    """What the settings say of voice."""
    turn = settings.voice_turn
    servers = Servers(
        addresses=settings.voice_addresses, stun=settings.voice_stun, turn=(turn[0], turn[1], turn[2]) if turn else None
    )
    return Config(servers=servers, most=settings.voice_calls)
