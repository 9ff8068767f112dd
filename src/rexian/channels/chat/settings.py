"""The chat channel's limits, in one place. Durations in ms."""

from __future__ import annotations

from msgspec import Struct


class ChatLimits(Struct, frozen=True, kw_only=True):
    """`sockets_per_address` comes from the installation's settings, the rest is part of the protocol."""

    sockets_per_address: int = 200
    messages: int = 20  # in `window_ms`, per visitor; more are refused with `slow_down` (FAULTS 14)
    window_ms: int = 10_000
    starts_per_address: int = 60  # new contacts in `window_ms` from one address
    hello_ms: int = 10_000  # a socket that has not said hello by then is closed
    away_ms: int = 8_000  # a page gone this long is away: a reload is quicker
    restart_away_ms: int = 45_000  # the same after a start of the server: browsers come back with a back-off
    position_every_ms: int = 1_000
    file_pass_ms: int = 24 * 3_600_000  # how long the address of a file opens
    history: int = 500  # messages sent at once to a page that comes back
