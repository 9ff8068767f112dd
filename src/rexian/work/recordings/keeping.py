"""What is done with recordings after their end, in the background: draw, put away, erase when their day has come."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Row, Select, literal_column, select

from rexian.directory.act import Act
from rexian.kit import log, metrics
from rexian.kit.clock import Clock
from rexian.kit.database import Database, is_outage
from rexian.kit.keys import KeyTrouble
from rexian.kit.problem import Problem
from rexian.kit.sealed import Broken
from rexian.work.recordings.book import Book, file_name
from rexian.work.recordings.model import Picture
from rexian.work.recordings.service import erase
from rexian.work.recordings.storage import StorageTrouble
from rexian.work.recordings.tables import recording
from rexian.work.recordings.wav import NotWav

EVERY_S = 5.0
AT_ONCE = 20
LATER_MS = 10 * 60_000
"""What failed is left alone for so long, so that it holds up nobody else's recordings."""
KEPT = recording.c.state == literal_column("'kept'")
"""Said as a constant, as in the partial indexes: however the statement is prepared, they fit."""
NONE = Picture(bucket_ms=100, customer=[], agent=[], silences=[], overlaps=[])
_log = log.get(__name__)
_undrawn = metrics.gauge("rexian_recordings_undrawn", "Finished recordings whose picture is not drawn yet")


class Keeper:
    """Works through what is due. What fails is tried again with the next round; nothing is erased by mistake."""

    def __init__(self, db: Database, clock: Clock, book: Book) -> None:
        self._db = db
        self._clock = clock
        self._book = book
        self._later: dict[str, int] = {}  # recording → not before, ms

    async def run(self) -> None:
        """Endless, a round every `EVERY_S` seconds, and at once while more is due than a round takes.

        Waits out an outage of the database; any other error is raised.
        """
        while True:
            more = False
            try:
                more = await self.once()
            except Exception as error:
                if not is_outage(error):
                    raise
            await asyncio.sleep(0 if more else EVERY_S)

    async def once(self) -> bool:
        """One round: at most `AT_ONCE` recordings are drawn, as many put away, as many erased. Raises on an outage.

        Returns whether more may be due: a kind of work was full, and not all of it failed.
        """
        done = [await self._draw(), await self._put_away(), await self._erase()]
        return any(done)

    def due(self, order: ColumnElement[Any], *where: ColumnElement[bool]) -> Select[Any]:
        """The next of those, without what failed lately."""
        now = self._clock.now_ms()
        self._later = {id: at for id, at in self._later.items() if at > now}
        fresh = recording.c.id.not_in(list(self._later))
        return select(recording).where(KEPT, *where, fresh).order_by(order).limit(AT_ONCE)

    def due_to_erase(self) -> Select[Any]:
        """Whose day has come, and nobody holds them; the oldest first."""
        over = recording.c.erase_at <= self._clock.now_ms()
        return self.due(recording.c.erase_at, recording.c.hold_at.is_(None), over)

    async def _rows(self, query: Select[Any]) -> list[Row[Any]]:
        async with self._db.system() as tx:
            return list((await tx.execute(query)).all())

    def _failed(self, what: str, row: Row[Any], why: object) -> None:
        _log.warning(what, recording_id=row.id, error=str(why)[:200])
        self._later[row.id] = self._clock.now_ms() + LATER_MS

    def _more(self, rows: list[Row[Any]]) -> bool:
        return len(rows) == AT_ONCE and any(row.id not in self._later for row in rows)

    async def _draw(self) -> bool:
        rows = await self._rows(self.due(recording.c.id, recording.c.picture.is_(None)))
        _undrawn.set(len(rows))
        for row in rows:
            try:
                picture = await self._book.draw(row)
            except (Broken, NotWav) as error:
                _log.warning("recording.damaged", recording_id=row.id, error=str(error)[:200])
                picture = NONE
            except (StorageTrouble, KeyTrouble, OSError) as error:
                self._failed("recording.not_drawn", row, error)
                continue
            await self._set(row, picture=msgspec.to_builtins(picture))
        return self._more(rows)

    async def _put_away(self) -> bool:
        store = self._book.store
        if store.place == "disk":
            return False
        on_disk = recording.c.place == literal_column("'disk'")
        rows = await self._rows(self.due(recording.c.id, on_disk, recording.c.picture.is_not(None)))
        if not rows and not self._later:
            self._book.store_away = ""
        for row in rows:
            name = file_name(row.tenant_id, row.id)
            try:
                await store.keep(name, self._book.folder / name)
            except StorageTrouble as error:
                await self._not_put_away(row, error)
                continue
            self._book.store_away = ""
            await self._set(row, place=store.place)
        return self._more(rows)

    async def _not_put_away(self, row: Row[Any], error: StorageTrouble) -> None:
        """Trouble, unless another process was quicker."""
        still = select(recording).where(recording.c.id == row.id, recording.c.place == "disk", KEPT)
        if await self._rows(still):
            self._book.store_away = str(error)
            self._failed("recording.not_put_away", row, error)

    async def _erase(self) -> bool:
        rows = await self._rows(self.due_to_erase())
        for row in rows:
            try:
                async with self._db.tenant(row.tenant_id) as tx:
                    await erase(Act(tx, row.tenant_id, self._clock.now_ms()), self._book, row.id, "by_rule")
            except Problem as error:
                self._failed("recording.not_erased", row, error.code)
        return self._more(rows)

    async def _set(self, row: Row[Any], **values: Any) -> None:
        async with self._db.tenant(row.tenant_id) as tx:
            await tx.execute(recording.update().where(recording.c.id == row.id).values(values))
