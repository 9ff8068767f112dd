"""A floor's feed, put together: mirror, view, hub, presence and watch, and the tasks that keep them going."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Coroutine
from typing import Any

from rexian.channels.base import Whispers
from rexian.channels.chat.files import FileBook
from rexian.kit import log
from rexian.kit.clock import Clock
from rexian.kit.database import Database
from rexian.kit.sockets import text_frame
from rexian.runtime.mirror import Mirror
from rexian.runtime.port import FloorPort, Unavailable
from rexian.web.feed import wire
from rexian.web.feed.backfill import Backfill
from rexian.web.feed.hub import Hub
from rexian.web.feed.live import LiveView
from rexian.web.feed.names import Names
from rexian.web.feed.presence import Presence
from rexian.web.feed.topic import Follower
from rexian.web.feed.watch import Watch
from rexian.work.alerts.contract import HealthFacts

FIGURES_EVERY_S = 2.0
ALERTS_EVERY_S = 1.0
PRESENCE_EVERY_S = 2.0
_log = log.get(__name__)


class Room:
    """The feed of one floor. `sockets` are all that are open, by person."""

    def __init__(
        self, mirror: Mirror, db: Database, clock: Clock, whispers: Whispers, book: FileBook,
        health: Callable[[], HealthFacts], *, simulated: bool, grace_ms: int,
    ) -> None:  # fmt: skip
        self.mirror = mirror
        self.names = Names()
        self.backfill = Backfill(db, self.names, book)
        self.hub = Hub(
            mirror, LiveView(mirror, self.names), clock, lambda: self.backfill.talks(mirror.floor), self.backfill.story
        )
        self.presence = Presence(clock, grace_ms)
        self.watch = Watch(db, clock, self.hub, simulated=simulated)
        self.sockets: dict[str, set[Follower]] = {}
        self.degraded = False
        self._health = health
        self._tasks: list[asyncio.Task[None]] = []
        self._stale_directory = asyncio.Event()
        self._missing_names = asyncio.Event()
        self.names.on_missing = self._missing_names.set
        whispers.hear_customers(self.customer_types)

    @property
    def port(self) -> FloorPort:
        return self.mirror.port

    async def start(self) -> None:
        """Begin to follow the floor; returns at once, sockets wait for `hub.ready`."""
        for run in (self._begin, self._keep_names, self._keep_directory, self._keep_figures, self._keep_alerts,
                    self._keep_presence):  # fmt: skip
            self._tasks.append(asyncio.create_task(self._supervised(run)))

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    # -- what others tell it -------------------------------------------------------------------------------------------
    def directory_changed(self) -> None:
        self._stale_directory.set()

    def set_degraded(self, on: bool) -> None:
        """Tell everybody whether the floor can commit (FAULTS 30)."""
        if on != self.degraded:
            self.degraded = on
            frame = text_frame(wire.degraded(on))
            for sockets in self.sockets.values():
                for socket in list(sockets):
                    socket.write(frame)

    def customer_types(self, interaction_id: str, on: bool) -> None:
        interaction = self.mirror.floor.interaction(interaction_id)
        if interaction is not None and interaction.state == "talking" and interaction.agent_id:
            frame = text_frame(wire.typing(interaction_id, on))
            for socket in self.sockets.get(interaction.agent_id, ()):
                socket.write(frame)

    # -- tasks ---------------------------------------------------------------------------------------------------------
    async def _supervised(self, run: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Run a task for good: a failure (the database away) is logged and the task goes on a second later."""
        while True:
            try:
                await run()
                return
            except Exception as error:
                _log.warning("feed.task_failed", task=run.__name__, floor_id=self.port.floor_id, error=str(error)[:300])
                await asyncio.sleep(1)

    async def _begin(self) -> None:
        await self.backfill.directory()
        while not self.mirror.ready:
            with contextlib.suppress(Unavailable):
                await self.mirror.start()
                break
            await asyncio.sleep(0.1)
        await self.hub.start()
        await asyncio.gather(self.hub.run(), self.mirror.run())

    async def _keep_names(self) -> None:
        while True:
            await self._missing_names.wait()
            self._missing_names.clear()
            await asyncio.sleep(0.02)  # several at once
            if missing := self.names.take_missing():
                await self.backfill.customers(missing)
                self.hub.renamed(frozenset(missing))

    async def _keep_directory(self) -> None:
        while True:
            await self._stale_directory.wait()
            self._stale_directory.clear()
            await self.backfill.directory()
            self.hub.directory_changed()
            await asyncio.sleep(0.5)

    async def _keep_figures(self) -> None:
        await self.hub.ready.wait()
        while True:
            await self.watch.count()
            await asyncio.sleep(FIGURES_EVERY_S)

    async def _keep_alerts(self) -> None:
        await self.hub.ready.wait()
        while True:
            self.watch.judge(self._health)
            await asyncio.sleep(ALERTS_EVERY_S)

    async def _keep_presence(self) -> None:
        await self.hub.ready.wait()
        while True:
            await asyncio.sleep(PRESENCE_EVERY_S)
            await self.presence.dismiss(self.port, self.mirror.floor)
