"""The floors of this process."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Iterator, Sequence

from msgspec import Struct
from sqlalchemy import select

from rexian.kit.clock import Clock
from rexian.kit.database import Database
from rexian.runtime.items import FloorHealth
from rexian.runtime.port import FloorPort, Unavailable
from rexian.runtime.running import RunningFloor
from rexian.runtime.tables import floor


class HostHealth(Struct, frozen=True, kw_only=True):
    """`ready` when every floor is led by this process."""

    ready: bool
    floors: tuple[FloorHealth, ...]


class FloorHost:
    """Runs floors: `start` those of the database, `add` one more, `get` its port, `stop` them all."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        *,
        node: str = "",
        inbox: int = 20_000,
        snapshot_events: int = 20_000,
    ) -> None:
        self._db = db
        self._clock = clock
        self._node = node or f"{socket.gethostname()}:{os.getpid()}"
        self._inbox = inbox
        self._snapshot_events = snapshot_events
        self._floors: dict[str, RunningFloor] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}

    async def start(self) -> None:
        """Run every floor that the database knows. Raises what `is_outage` knows when the database is away."""
        async with self._db.system() as tx:
            known = [str(row.id) for row in await tx.execute(select(floor.c.id).order_by(floor.c.id))]
        for floor_id in known:
            self.add(floor_id)

    def add(self, floor_id: str) -> FloorPort:
        """Run one more floor (its row must be there); harmless when it runs already."""
        if floor_id not in self._floors:
            running = RunningFloor(
                self._db,
                self._clock,
                floor_id,
                holder=self._node,
                inbox=self._inbox,
                snapshot_events=self._snapshot_events,
            )
            self._floors[floor_id] = running
            self._tasks[floor_id] = asyncio.create_task(running.run(), name=f"floor {floor_id}")
        return self._floors[floor_id]

    def get(self, floor_id: str) -> FloorPort:
        """Return the port of a floor. Raises `Unavailable` if it doesn't run here."""
        if (running := self._floors.get(floor_id)) is None:
            raise Unavailable("the floor doesn't run on this node")
        return running

    def __iter__(self) -> Iterator[FloorPort]:
        return iter(tuple(self._floors.values()))

    def __len__(self) -> int:
        return len(self._floors)

    async def until_ready(self, seconds: float = 10.0, floor_ids: Sequence[str] | None = None) -> None:
        """Wait until the floors are led. Raises `TimeoutError`."""
        async with asyncio.timeout(seconds):
            for floor_id in floor_ids or tuple(self._floors):
                await self._floors[floor_id].led.wait()

    def health(self) -> HostHealth:
        floors = tuple(running.health() for running in self._floors.values())
        return HostHealth(ready=all(item.ready for item in floors), floors=floors)

    async def stop(self) -> None:
        """Finish the batches at hand, write snapshots, give the floors up."""
        for running in self._floors.values():
            await running.stop()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)
        self._floors.clear()
        self._tasks.clear()
