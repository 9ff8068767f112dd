"""Keeping snapshots, so that recovery folds at most some thousands of events."""

from __future__ import annotations

import asyncio

from rexian.engine.floor import Floor
from rexian.kit import log
from rexian.kit.database import Database
from rexian.runtime.recovery import write_snapshot

logger = log.get("rexian.floor")


class Snapshots:
    """Writes a floor's snapshot after every so many events and at a clean stop. `seq` is the latest one's."""

    def __init__(self, db: Database, floor_id: str, every: int) -> None:
        self.seq = 0
        self._db = db
        self._floor_id = floor_id
        self._every = every
        self._task: asyncio.Task[None] | None = None

    def keep(self, floor: Floor, seq: int) -> None:
        """Begin a snapshot of committed state when it is time; written beside the floor's work."""
        if seq - self.seq >= self._every and (self._task is None or self._task.done()):
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
        return asyncio.create_task(self._write(seq, floor.now, floor.snapshot(), floor.checksum()))

    async def _write(self, seq: int, at: int, body: bytes, checksum: str) -> None:
        try:
            await write_snapshot(self._db, self._floor_id, seq, at, body, checksum)
        except Exception as error:  # recovery only takes longer without it
            logger.warning("floor.snapshot_failed", floor_id=self._floor_id, error=str(error))
