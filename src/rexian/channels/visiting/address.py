"""Where a socket comes from, and how much may come from there at once."""

from __future__ import annotations

import ipaddress
from collections import Counter

from rexian.channels.visiting.protocol import Pace
from rexian.kit.sockets import Scope, header

_MOST_ADDRESSES = 10_000


def client_address(scope: Scope, proxies: frozenset[str]) -> str:
    """The client's address: the last hop that is not one of our own proxies (the setting `trusted_proxies`)."""
    client = scope.get("client")
    address: str = client[0] if client else ""
    hops = [hop.strip() for hop in (header(scope, b"x-forwarded-for") or "").split(",") if hop.strip()]
    while address in proxies and hops:
        address = hops.pop()
    return address[:80]


def is_own(address: str) -> bool:
    """Of this very machine, or none at all: a proxy that nobody has named, our own pages, a drill."""
    try:
        return not address or ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


class Door:
    """Counts per address: open sockets, and contacts begun of late."""

    def __init__(self) -> None:
        self.open: Counter[str] = Counter()
        self._starts: dict[str, Pace] = {}

    def enter(self, address: str) -> None:
        self.open[address] += 1

    def leave(self, address: str) -> None:
        self.open[address] -= 1
        if self.open[address] <= 0:
            del self.open[address]

    def may_start(self, address: str, now_ms: int, *, most: int, window_ms: int) -> bool:
        """Count a new contact from this address; False: too many of late."""
        if len(self._starts) > _MOST_ADDRESSES:
            self._starts.clear()
        return self._starts.setdefault(address, Pace(most, window_ms)).take(now_ms)

    def forget_starts(self) -> None:
        self._starts.clear()
