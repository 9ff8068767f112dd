"""The book of recordings: what the voice channel asks before it records, and tells when a recording has ended."""

from __future__ import annotations

import asyncio
import dataclasses
import hashlib
import os
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import BigInteger, Row, cast, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from rexian.directory.keys.contract import KeyRing, Wrapped
from rexian.kit import log
from rexian.kit.clock import Clock
from rexian.kit.database import Database
from rexian.kit.ids import new_id
from rexian.kit.keys import new_key
from rexian.kit.sealed import Broken, Sealed, SealedReader, SealedWriter
from rexian.work.recordings.model import DAY_MS, Picture, Rule
from rexian.work.recordings.picture import Drawing
from rexian.work.recordings.storage import Store
from rexian.work.recordings.tables import recording, rule
from rexian.work.recordings.wav import Layout, NotWav, layout_of

HEAD = 4_096
PIECE = 16_384 * 16
YOUNG_MS = 30_000
PART_S = 3_600
_OWN_DAYS = select(rule.c.keep_days).where(rule.c.tenant_id == recording.c.tenant_id).scalar_subquery()
_ERASE_AT = recording.c.started_at + cast(func.coalesce(_OWN_DAYS, Rule().keep_days), BigInteger) * DAY_MS
_log = log.get(__name__)


@dataclass(frozen=True, slots=True)
class Order:
    """Where and under which key a recording is to be written. `key`: 32 bytes, AES-256 (`kit/sealed.py`)."""

    id: str
    path: str
    key: bytes


@dataclass(frozen=True, slots=True)
class Ended:
    """How a recording ended. `duration_ms` is of the sound; `size` (bytes; 0: lost) and `sha256` (hexadecimal) are of
    the sealed file. `why`: as in `model.Recording`."""

    duration_ms: int
    size: int
    sha256: str
    why: str


@dataclass(frozen=True, slots=True)
class Message:
    """Words that a caller has left. `id`: chosen by whoever recorded them; `started_at`: ms since 1970 UTC."""

    id: str
    tenant_id: str
    contact_id: str
    interaction_id: str
    started_at: int
    duration_ms: int


def file_name(tenant_id: str, recording_id: str) -> str:
    """Its name in the folder and in the store, with slashes on every system."""
    return f"{tenant_id}/{recording_id}.rxs"


class Book:
    """Begins and finishes recordings. `folder` is where they are written, whatever keeps them afterwards.

    Every recording has a key of its own, which is kept wrapped by the tenant's: without the row the file is noise.
    """

    def __init__(self, db: Database, clock: Clock, keys: KeyRing, store: Store, folder: Path) -> None:
        self._db = db
        self._clock = clock
        self.keys = keys
        self.store = store
        self.folder = folder
        self.store_away = ""
        """Why recordings can't be put away now; '' when they can."""

    async def rule(self, tenant_id: str) -> Rule:
        """The tenant's rule; the defaults when it has made none."""
        async with self._db.tenant(tenant_id) as tx:
            row = (await tx.execute(select(rule).where(rule.c.tenant_id == tenant_id))).one_or_none()
        return Rule() if row is None else Rule(consent=row.consent, keep_days=row.keep_days)

    async def begin(self, tenant_id: str, contact_id: str, interaction_id: str) -> Order:
        """Make the row and the key; committed before a byte is written. Raises `kit.keys.KeyTrouble`, `OSError`."""
        now, id, key = self._clock.now_ms(), new_id(), new_key()
        path = self.folder / file_name(tenant_id, id)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        async with self._db.tenant(tenant_id) as tx:
            wrapped = await self.keys.wrap(tx, tenant_id, id, key, now)
            row = {
                "id": id, "tenant_id": tenant_id, "contact_id": contact_id, "interaction_id": interaction_id,
                "key_id": wrapped.key_id, "wrapped_key": wrapped.data, "state": "writing", "place": "disk",
                "started_at": now,
            }  # fmt: skip
            await tx.execute(recording.insert().values(row))
        return Order(id, str(path), key)

    async def unfinished(self) -> list[Row[Any]]:
        """Rows whose end nobody has told."""
        async with self._db.system() as tx:
            rows = await tx.execute(select(recording).where(recording.c.state == "writing").order_by(recording.c.id))
        return list(rows)

    async def order(self, recording_id: str) -> Order | None:
        """The order of an unfinished recording, once more. Raises `kit.keys.KeyTrouble`."""
        mine = (recording.c.id == recording_id, recording.c.state == "writing")
        async with self._db.system() as tx:
            row = (await tx.execute(select(recording).where(*mine))).one_or_none()
        if row is None:
            return None
        return Order(row.id, str(self.folder / file_name(row.tenant_id, row.id)), await self._key(row))

    async def finish(self, recording_id: str, ended: Ended) -> Row[Any] | None:
        """The file is closed: keep it. Told twice, it is kept once. Returns its row, the first time."""
        state = {"state": "kept" if ended.size else "lost", "erase_at": _ERASE_AT, "ended_at": self._clock.now_ms()}
        open_row = (recording.c.id == recording_id, recording.c.state == "writing")
        change = recording.update().where(*open_row).values(dataclasses.asdict(ended) | state)
        async with self._db.system() as tx:
            row: Row[Any] | None = (await tx.execute(change.returning(recording))).one_or_none()
        return row

    async def take_in(self, message: Message, wav: bytes) -> Row[Any]:
        """Seal and keep words that were recorded elsewhere; committed when it returns. Again: what is kept already.

        Raises `kit.keys.KeyTrouble`, `OSError`; then nothing is kept.
        """
        path, key = self.folder / file_name(message.tenant_id, message.id), new_key()
        part = path.with_suffix(f".{new_id()}.part")
        try:
            sealed = await asyncio.to_thread(_seal, part, key, wav)
            async with self._db.tenant(message.tenant_id) as tx:
                if await self._insert(tx, message, key, sealed):
                    await asyncio.to_thread(_put, part, path)  # the row is ours: nobody else puts a file there
                return (await tx.execute(select(recording).where(recording.c.id == message.id))).one()
        finally:
            await asyncio.to_thread(part.unlink, missing_ok=True)

    async def _insert(self, tx: AsyncConnection, message: Message, key: bytes, sealed: Sealed) -> bool:
        now = self._clock.now_ms()
        wrapped = await self.keys.wrap(tx, message.tenant_id, message.id, key, now)
        row = dataclasses.asdict(message) | {
            "kind": "message", "key_id": wrapped.key_id, "wrapped_key": wrapped.data, "state": "kept", "place": "disk",
            "why": "stopped", "ended_at": message.started_at + message.duration_ms, "size": sealed.size,
            "sha256": sealed.sha256,
        }  # fmt: skip
        made = await tx.execute(insert(recording).values(row).on_conflict_do_nothing().returning(recording.c.id))
        if made.one_or_none() is None:
            return False
        await tx.execute(recording.update().where(recording.c.id == message.id).values(erase_at=_ERASE_AT))
        return True

    # -- what the journal knows ----------------------------------------------------------------------------------------
    async def unnoted(self, most: int) -> list[Row[Any]]:
        """Kept recordings that the journal has not been told of, as far as we know; the oldest first."""
        still = (recording.c.state == "kept", recording.c.noted_at.is_(None))
        async with self._db.system() as tx:
            return list(await tx.execute(select(recording).where(*still).order_by(recording.c.id).limit(most)))

    async def noted(self, recording_id: str) -> None:
        """The journal has it, or never will."""
        async with self._db.system() as tx:
            done = recording.update().where(recording.c.id == recording_id)
            await tx.execute(done.values(noted_at=self._clock.now_ms()))

    # -- after a crash -------------------------------------------------------------------------------------------------
    async def adopt(self, alive: set[str]) -> int:
        """Finish what a process left behind that died while it recorded; `alive` are still being written.

        What began less than `YOUNG_MS` ago may not be known to its engine yet.
        """
        return len(await self.finish_left(alive))

    async def finish_left(self, alive: set[str]) -> list[tuple[Row[Any], Ended]]:
        """The same; returns what was finished, and how."""
        before = self._clock.now_ms() - YOUNG_MS
        finished = []
        for row in await self.unfinished():
            if row.id not in alive and row.started_at <= before:
                ended = await self._found(row)
                if (kept := await self.finish(row.id, ended)) is not None:
                    finished.append((kept, ended))
        return finished

    async def _found(self, row: Row[Any]) -> Ended:
        path = self.folder / file_name(row.tenant_id, row.id)
        try:
            reader = await self.open_file(row, path)
            with reader:
                layout = layout_of(reader.read(0, HEAD))
                frames = (reader.plain_size - layout.start) // layout.frame
                figures = await asyncio.to_thread(_digest, path)
                return Ended(frames * 1_000 // layout.rate, *figures, "engine_down")
        except (OSError, Broken, NotWav) as error:
            _log.warning("recording.lost", recording_id=row.id, error=str(error)[:200])
            return Ended(0, 0, "", "lost")

    async def find(self, tenant_id: str, recording_id: str) -> Row[Any] | None:
        """The row of a tenant's recording."""
        async with self._db.tenant(tenant_id) as tx:
            return (await tx.execute(select(recording).where(recording.c.id == recording_id))).one_or_none()

    # -- the sound -----------------------------------------------------------------------------------------------------
    async def open(self, row: Row[Any]) -> SealedReader:
        """Open a kept recording. Raises `StorageTrouble`, `KeyTrouble`, `Broken`, `OSError`."""
        name = file_name(row.tenant_id, row.id)
        return await self.open_file(row, await self.store.fetch(name, self.folder / name))

    async def open_file(self, row: Row[Any], path: Path) -> SealedReader:
        return await asyncio.to_thread(SealedReader, path, await self._key(row))

    async def _key(self, row: Row[Any]) -> bytes:
        async with self._db.tenant(row.tenant_id) as tx:
            return await self.keys.unwrap(tx, row.id, Wrapped(row.key_id, bytes(row.wrapped_key)))

    async def draw(self, row: Row[Any]) -> Picture:
        """Work out the picture of a kept recording. Raises as `open` does, and `NotWav`."""
        with await self.open(row) as reader:
            return await asyncio.to_thread(_drawn, reader, layout_of(reader.read(0, HEAD)))


def _seal(path: Path, key: bytes, plain: bytes) -> Sealed:
    """A whole sealed file, on the disk. Raises `OSError`."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.unlink(missing_ok=True)
    _clear_parts(path)
    writer = SealedWriter(path, key)
    try:
        writer.write(plain)
        return writer.close()
    except OSError:
        writer.abandon()
        raise


def _clear_parts(path: Path) -> None:
    """What a process that was killed while it sealed the same words has left; another's own is minutes old at most."""
    for part in path.parent.glob(f"{path.name.partition('.')[0]}.*.part"):
        with suppress(OSError):
            if part.stat().st_mtime < time.time() - PART_S:
                part.unlink()


def _put(part: Path, path: Path) -> None:
    """To its place, and its name on the disk too: what it was made from may go afterwards."""
    part.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _drawn(reader: SealedReader, layout: Layout) -> Picture:
    drawing, at = Drawing(layout), layout.start
    while piece := reader.read(at, PIECE):
        drawing.add(piece)
        at += len(piece)
    return drawing.done()


def _digest(path: Path) -> tuple[int, str]:
    with path.open("rb") as file:
        return path.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest()
