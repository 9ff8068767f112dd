"""How each leg sounds, asked of Asterisk every five seconds, spread over them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

import structlog

from rexian.channels.voice.asterisk.ari_generated import RTPstat
from rexian.channels.voice.asterisk.connection import Refused
from rexian.channels.voice.asterisk.hall import Hall
from rexian.channels.voice.asterisk.legs import Leg
from rexian.channels.voice.instants import now_ms
from rexian.channels.voice.port import Down, Gone, MediaStatistics
from rexian.channels.voice.webrtc.reception import mos

log = structlog.get_logger(__name__)

EVERY_S = 5.0


class _Before:
    """What a leg's counters were, and since when nothing comes."""

    def __init__(self) -> None:
        self.received = self.lost = self.sent = 0
        self.silent_since = 0
        self.speaks = False  # something came since the report before


class Statistics:
    """Tells `MediaStatistics` of each leg that is up. `rejoin(leg)`: put one to which nothing is sent in once more."""

    def __init__(self, hall: Hall, rejoin: Callable[[Leg], Awaitable[None]]) -> None:
        self._hall, self._rejoin = hall, rejoin
        self._before: dict[str, _Before] = {}
        self._task: asyncio.Task[None] | None = None
        hall.on_ended.append(self._forget)

    def start(self) -> None:
        if self._task is None:
            self._task = asyncio.create_task(self._run(), name="asterisk statistics")

    def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            self._task = None

    async def _run(self) -> None:
        while True:
            legs = [leg for leg in self._hall.legs.values() if leg.state == "up"]
            pause = EVERY_S / max(1, len(legs))
            for leg in legs:
                with suppress(Gone, Down, Refused):
                    await self._ask(leg)
                await asyncio.sleep(pause)
            if not legs:
                await asyncio.sleep(pause)

    def _forget(self, leg: Leg) -> None:
        self._before.pop(leg.id, None)

    async def _ask(self, leg: Leg) -> None:
        if leg.state != "up":
            return
        found = await self._hall.ari(leg).channels_rtpstatistics(leg.id)
        if leg.state == "up":
            self._tell(leg, found)

    def _look(self, leg: Leg, before: _Before, *, sent: int, received: int) -> None:
        """Asterisk can fall silent towards a leg that came back into a talk of two whose codecs differ."""
        before.speaks = received > 0
        if sent == 0 and before.sent and not leg.held and self._is_spoken_to(leg):
            log.warning("asterisk.nothing_sent", leg=leg.id, bridge=leg.bridge_id)
            self._hall.spawn(self._rejoin(leg), "into the bridge once more")

    def _is_spoken_to(self, leg: Leg) -> bool:
        bridge = self._hall.bridges.get(leg.bridge_id)
        others = [one for one in bridge.legs if one is not leg] if bridge is not None else []
        return any(
            one.heard and one.role in {"talk", "barge"} and (known := self._before.get(one.id)) and known.speaks
            for one in others
        )

    def _tell(self, leg: Leg, found: RTPstat) -> None:
        before, now = self._before.setdefault(leg.id, _Before()), now_ms()
        received, lost = found.rxcount - before.received, found.rxploss - before.lost
        if received > 0 or not before.silent_since:
            before.silent_since = now
        self._look(leg, before, sent=found.txcount - before.sent, received=received)
        before.received, before.lost, before.sent = found.rxcount, found.rxploss, found.txcount
        loss = max(0.0, min(1.0, lost / (received + lost))) if received + lost > 0 else 0.0
        # Asterisk tells jitter and round trip in seconds.
        jitter_ms, one_way_ms = (found.rxjitter or 0.0) * 1000, (found.rtt or 0.0) * 500
        self._hall.emit(
            MediaStatistics, leg_id=leg.id, jitter_ms=round(jitter_ms, 1), loss=round(loss, 4),
            mos=mos(loss, one_way_ms, jitter_ms), received=found.rxcount, sent=found.txcount,
            silent_ms=0 if received > 0 else now - before.silent_since,
        )  # fmt: skip
