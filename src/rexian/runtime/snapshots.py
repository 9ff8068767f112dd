"""Keeping snapshots, so that recovery folds at most some thousands of events.

While a floor is turned into bytes everybody waits: some 30 ms with 5,000 contacts, *m* 2026-11. A floor under such load
that it would come to this every other second is snapshotted less often instead.
"""

from __future__ import annotations

import asyncio
import time

from rexian.engine.floor import Floor
from rexian.kit import log
from rexian.kit.database import Database
from rexian.runtime.recovery import fingerprint, write_snapshot

_REST = 200  # times as long as a snapshot took there is none: half a percent of the time at most goes into them

logger = log.get("rexian.floor")


class Snapshots:
    """Writes a floor's snapshot after every so many events and at a clean stop. `seq` is the latest one's."""

    def __init__(self, db: Database, floor_id: str, every: int) -> None:
        self.seq = 0
        self._db = db
        self._floor_id = floor_id
        self._every = every
        self._task: asyncio.Task[None] | None = None
        self._rest_until = 0.0

    def keep(self, floor: Floor, seq: int) -> None:
        """Begin a snapshot of committed state when it is time; written beside the floor's work."""
        if seq - self.seq < self._every or time.monotonic() < self._rest_until:
            return
        if self._task is None or self._task.done():
            self._task = self._begin(floor, seq)

    async def last(self, floor: Floor, seq: int) -> None:
        """Write the last snapshot before a clean stop, if anything has happened since the one before."""
        if self._task is not None:
            await self._task
        if seq > self.seq:
            await self._begin(floor, seq)

    def _begin(self, floor: Floor, seq: int) -> asyncio.Task[None]:
        # The floor is turned into bytes here and now: when the task runs it has moved on.
        self.seq = seq
        began = time.monotonic()
        body = floor.snapshot()
        ended = time.monotonic()
        self._rest_until = ended + _REST * (ended - began)
        return asyncio.create_task(self._write(seq, floor.now, body))

    async def _write(self, seq: int, at: int, body: bytes) -> None:
        try:
            checksum = await asyncio.to_thread(fingerprint, body)
            await write_snapshot(self._db, self._floor_id, seq, at, body, checksum)
        except Exception as error:  # recovery only takes longer without it
            logger.warning("floor.snapshot_failed", floor_id=self._floor_id, error=str(error))
