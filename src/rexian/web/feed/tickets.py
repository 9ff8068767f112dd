"""Tickets: how a browser's WebSocket shows who it is, without a cookie that any site's page would send along.

A ticket is got by a signed-in request, is good for 30 s and for one socket (FAULTS 12).
"""

from __future__ import annotations

import hashlib
import secrets
from collections import OrderedDict

from rexian.directory.principal import Principal
from rexian.kit.clock import Clock

LIFE_MS = 30_000
MOST = 20_000


class Tickets:
    """Open tickets of this process, by the hash of what the browser holds."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._open: OrderedDict[bytes, tuple[int, Principal]] = OrderedDict()

    def issue(self, who: Principal) -> str:
        now = self._clock.now_ms()
        self._drop_old(now)
        ticket = secrets.token_urlsafe(24)
        self._open[_hash(ticket)] = (now + LIFE_MS, who)
        if len(self._open) > MOST:
            self._open.popitem(last=False)
        return ticket

    def redeem(self, ticket: str) -> Principal | None:
        """Whose ticket it was; None for one that is unknown, used or too old. It is used up now."""
        found = self._open.pop(_hash(ticket), None)
        return found[1] if found is not None and found[0] >= self._clock.now_ms() else None

    def _drop_old(self, now: int) -> None:
        while self._open:
            key, (until, _) = next(iter(self._open.items()))
            if until >= now:
                return
            del self._open[key]


def _hash(ticket: str) -> bytes:
    return hashlib.sha256(ticket.encode()).digest()
