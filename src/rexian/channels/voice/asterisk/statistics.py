"""How each leg sounds, asked of Asterisk every five seconds, spread over them."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from rexian.channels.voice.asterisk.ari_generated import RTPstat
from rexian.channels.voice.asterisk.connection import Refused
from rexian.channels.voice.asterisk.hall import Hall
from rexian.channels.voice.asterisk.legs import Leg
from rexian.channels.voice.instants import now_ms
from rexian.channels.voice.port import Down, Gone, MediaStatistics
from rexian.channels.voice.webrtc.reception import mos

EVERY_S = 5.0


class _Before:
    """What a leg's counters were, and since when nothing comes."""

    def __init__(self) -> None:
        self.received = self.lost = 0
        self.silent_since = 0


class Statistics:
    """Tells `MediaStatistics` of each leg that is up."""

    def __init__(self, hall: Hall) -> None:
        self._hall = hall
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

    def _tell(self, leg: Leg, found: RTPstat) -> None:
        before, now = self._before.setdefault(leg.id, _Before()), now_ms()
        received, lost = found.rxcount - before.received, found.rxploss - before.lost
        if received > 0 or not before.silent_since:
            before.silent_since = now
        before.received, before.lost = found.rxcount, found.rxploss
        loss = max(0.0, min(1.0, lost / (received + lost))) if received + lost > 0 else 0.0
        # Asterisk tells jitter and round trip in seconds.
        jitter_ms, one_way_ms = (found.rxjitter or 0.0) * 1000, (found.rtt or 0.0) * 500
        self._hall.emit(
            MediaStatistics, leg_id=leg.id, jitter_ms=round(jitter_ms, 1), loss=round(loss, 4),
            mos=mos(loss, one_way_ms, jitter_ms), received=found.rxcount, sent=found.txcount,
            silent_ms=0 if received > 0 else now - before.silent_since,
        )  # fmt: skip
