"""A floor's double, for those who only look: folded from committed events and readable at any time without waiting.

The floor itself runs ahead of the journal by the batch that is being written, so nobody may look at it then. The mirror
applies exactly what has been committed, by the same code as recovery does, and then tells its watchers.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Sequence

from rexian.engine.floor import Floor
from rexian.kit import log
from rexian.runtime.port import Committed, FloorPort, Unavailable

Watcher = Callable[[Sequence[Committed]], None]
_log = log.get(__name__)


class Mirror:
    """Committed state of one floor as of `seq`. Views of `floor` are live: read them, don't keep them over an await."""

    def __init__(self, port: FloorPort) -> None:
        self.port = port
        self.floor = Floor()
        self.seq = 0
        self.epoch = 0
        self.ready = False
        self._watchers: list[tuple[Watcher, Callable[[], None]]] = []
        self._early: list[Committed] | None = None
        self._stop: Callable[[], None] | None = None
        self._reload_task: asyncio.Task[None] | None = None

    def watch(self, watcher: Watcher, on_reset: Callable[[], None]) -> None:
        """Call `watcher` with every batch after it has been applied, `on_reset` when the mirror was loaded anew.

        A watcher that fails is reset too: it can't be trusted to be in step any more, and the others must not suffer.
        """
        self._watchers.append((watcher, on_reset))

    async def start(self) -> None:
        """Load the floor and follow it from there on. Raises `Unavailable` when the floor can't be asked."""
        if self._stop is None:
            self._stop = self.port.listen(self._take)
        await self._load()

    async def run(self, every_s: float = 1.0) -> None:
        """Notice a floor that was recovered elsewhere; endless."""
        while True:
            await asyncio.sleep(every_s)
            if not self.ready or self.port.epoch in (0, self.epoch):
                continue
            if self.port.seq == self.seq:  # the floor came back where we are: it has passed on all that was missed
                self.epoch = self.port.epoch
            else:
                self._reload("epoch")

    def stop(self) -> None:
        if self._stop is not None:
            self._stop()
            self._stop = None
        if self._reload_task is not None:
            self._reload_task.cancel()

    async def _load(self) -> None:
        self._early = []
        port = self.port
        try:
            data, seq, epoch = await port.ask(lambda floor: (floor.snapshot(), port.seq, port.epoch))
        except BaseException:
            self._early = None
            raise
        self.floor, self.seq, self.epoch = Floor.restore(data), seq, epoch
        early, self._early = self._early, None
        self._apply([committed for committed in early if committed.seq > seq])
        self.ready = True
        for _, reset in self._watchers:
            reset()

    def _take(self, batch: Sequence[Committed]) -> None:
        if self._early is not None:
            self._early.extend(batch)
            return
        if not self.ready:  # nothing is loaded yet that it could follow
            return
        fresh = [committed for committed in batch if committed.seq > self.seq]
        if not fresh:
            return
        if fresh[0].seq != self.seq + 1:
            self._reload("gap")
            return
        self._apply(fresh)
        for watcher, reset in self._watchers:
            try:
                watcher(fresh)
            except Exception:
                _log.exception("mirror.watcher_failed", floor_id=self.port.floor_id, seq=self.seq)
                reset()

    def _apply(self, batch: Sequence[Committed]) -> None:
        for committed in batch:
            self.floor.apply(committed.event)
            self.seq = committed.seq

    def _reload(self, why: str) -> None:
        if self._reload_task is not None and not self._reload_task.done():
            return
        _log.warning("mirror.reload", floor_id=self.port.floor_id, why=why, seq=self.seq)
        self._early = []
        self._reload_task = asyncio.get_running_loop().create_task(self._reload_until_done())

    async def _reload_until_done(self) -> None:
        while True:
            with contextlib.suppress(Unavailable):
                await self._load()
                return
            self._early = []
            await asyncio.sleep(0.2)
