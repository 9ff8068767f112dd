"""Readers follow the journal at their own pace, each with a durable cursor per floor.

What a reader writes and how far it has come are committed together, so each event takes effect exactly once. A reader
that fails stops there, says so loudly (log, metric, health) and never skips; a database that is away is waited for.

What the floor of this process passes on is committed already and is taken from memory; the journal is asked for the
rest. And a reader takes what has gathered in a moment, not each commit by itself: a transaction a reader and commit
was half of all that a busy server did.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from itertools import islice
from typing import Protocol

from msgspec import Struct
from sqlalchemy import bindparam, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from rexian.kit import log
from rexian.kit.database import Database, is_outage
from rexian.runtime import figures, journal
from rexian.runtime.host import FloorHost
from rexian.runtime.port import Committed, FloorPort
from rexian.runtime.tables import reader_cursor

_BATCH = 250  # events handled in one go; more would keep everybody else in this process waiting
_KEPT = 4 * _BATCH  # committed events that wait in memory; a reader that falls further behind reads the journal
_PACE_S = 0.1  # from one step to the next under traffic; the first event after a rest is handled at once
_POLL_S = 1.0  # beside the floor's own word: for what was committed while nobody listened
_AWAY_S = 1.0

_mine = (reader_cursor.c.reader == bindparam("of_reader"), reader_cursor.c.floor_id == bindparam("of_floor"))
_LOCK = select(reader_cursor.c.seq).where(*_mine).with_for_update()
_MOVE = update(reader_cursor).where(*_mine).values(seq=bindparam("to_seq"))

logger = log.get("rexian.readers")


class Reader(Protocol):
    """Somebody who follows the journal. `name` is stable: the cursor is kept under it."""

    name: str

    async def handle(self, tx: AsyncConnection, batch: Sequence[Committed]) -> None:
        """Take in committed events of one floor, in order. `tx` sees all tenants and commits with the cursor."""
        ...


class ReaderHealth(Struct, frozen=True, kw_only=True):
    """How far a reader has come on a floor; `trouble` says why it stopped."""

    reader: str
    floor_id: str
    seq: int
    behind: int
    trouble: str = ""


class _Following:
    """One reader on one floor."""

    def __init__(self, db: Database, port: FloorPort, reader: Reader) -> None:
        self.reader = reader
        self.port = port
        self.seq = 0
        self.trouble = ""
        self._db = db
        self._bell = asyncio.Event()
        self._heard: deque[Committed] = deque()  # without gaps; what is handled is dropped at the next step
        self._labels = (reader.name, port.floor_id)
        self._key = {"of_reader": reader.name, "of_floor": port.floor_id}

    async def run(self) -> None:
        stop_listening = self.port.listen(self._hear)
        figures.READER_STOPPED.labels(*self._labels).set(0)
        clock = asyncio.get_running_loop().time
        try:
            while True:
                self._bell.clear()
                began = clock()
                try:
                    more = await self.step()
                except Exception as error:
                    if not is_outage(error):
                        self._stop(error)
                        return
                    await asyncio.sleep(_AWAY_S)
                    continue
                if not more:
                    await self._rest()
                    await asyncio.sleep(began + _PACE_S - clock())
        finally:
            stop_listening()

    def _hear(self, batch: Sequence[Committed]) -> None:
        if self._heard and batch[0].seq != self._heard[-1].seq + 1:
            self._heard.clear()
        self._heard.extend(batch)
        if len(self._heard) > _KEPT:
            self._heard.clear()
        self._bell.set()

    def _heard_after(self, seq: int) -> list[Committed]:
        """The next events after `seq` if they are in memory; empty when the journal has to be asked."""
        while self._heard and self._heard[0].seq <= seq:
            self._heard.popleft()
        if not self._heard or self._heard[0].seq != seq + 1:
            return []
        return list(islice(self._heard, _BATCH))

    async def _rest(self) -> None:
        try:
            async with asyncio.timeout(_POLL_S):
                await self._bell.wait()
        except TimeoutError:
            pass

    async def step(self) -> bool:
        """Handle one batch. Returns whether there may be more at once."""
        async with self._db.system() as tx:
            self.seq = await self._cursor(tx)
            batch: Sequence[Committed] = self._heard_after(self.seq)
            if not batch:
                batch = await journal.read(tx, self.port.floor_id, after=self.seq, limit=_BATCH)
            if not batch:
                return False
            await self.reader.handle(tx, batch)
            await tx.execute(_MOVE, {**self._key, "to_seq": batch[-1].seq})
        self.seq = batch[-1].seq
        figures.READER_SEQ.labels(*self._labels).set(self.seq)
        return len(batch) == _BATCH

    async def _cursor(self, tx: AsyncConnection) -> int:
        """Return the cursor and lock it, so that no second process reads the same events at the same time."""
        found = await tx.scalar(_LOCK, self._key)
        if found is None:
            new = insert(reader_cursor).values(reader=self.reader.name, floor_id=self.port.floor_id, seq=0)
            await tx.execute(new.on_conflict_do_nothing())
            found = await tx.scalar(_LOCK, self._key)
        return found or 0

    def _stop(self, error: Exception) -> None:
        self.trouble = f"{type(error).__name__}: {error}"
        figures.READER_STOPPED.labels(*self._labels).set(1)
        logger.exception("reader.stopped", reader=self.reader.name, floor_id=self.port.floor_id, seq=self.seq)


class Readers:
    """Runs all readers over all floors of a host: `start` after the host's, `stop` before it."""

    def __init__(self, db: Database, host: FloorHost) -> None:
        self._db = db
        self._host = host
        self._following: list[_Following] = []
        self._tasks: list[asyncio.Task[None]] = []

    def start(self, readers: Sequence[Reader]) -> None:
        """Let `readers` follow every floor that the host runs now. Raises `ValueError` for two of one name."""
        names = [reader.name for reader in readers] + [item.reader.name for item in self._following]
        if len({*names}) < len(readers) + len({item.reader.name for item in self._following}):
            raise ValueError(f"two readers have the same name: {sorted(names)}")
        for port in self._host:
            for reader in readers:
                following = _Following(self._db, port, reader)
                self._following.append(following)
                self._tasks.append(asyncio.create_task(following.run(), name=f"reader {reader.name}"))

    def health(self) -> list[ReaderHealth]:
        return [
            ReaderHealth(
                reader=item.reader.name,
                floor_id=item.port.floor_id,
                seq=item.seq,
                behind=max(0, item.port.seq - item.seq),
                trouble=item.trouble,
            )
            for item in self._following
        ]

    async def caught_up(self, seconds: float = 10.0) -> None:
        """Wait until every reader that runs has handled what is committed now. Raises `TimeoutError`."""
        goals = [(item, item.port.seq) for item in self._following]
        async with asyncio.timeout(seconds):
            for item, goal in goals:
                await _until(lambda item=item, goal=goal: bool(item.trouble) or item.seq >= goal)  # type: ignore[misc]

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()
        self._following.clear()


async def _until(holds: Callable[[], bool], every_s: float = 0.01) -> None:
    while not holds():  # noqa: ASYNC110 - a cursor that moves in the database rings no bell
        await asyncio.sleep(every_s)


def reader(name: str, handle: Callable[[AsyncConnection, Sequence[Committed]], Awaitable[None]]) -> Reader:
    """Make a reader of a function."""
    return _Function(name, handle)


class _Function:
    def __init__(self, name: str, handle: Callable[[AsyncConnection, Sequence[Committed]], Awaitable[None]]) -> None:
        self.name = name
        self._handle = handle

    async def handle(self, tx: AsyncConnection, batch: Sequence[Committed]) -> None:
        await self._handle(tx, batch)
