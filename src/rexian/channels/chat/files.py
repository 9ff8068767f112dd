"""Files that customers and agents send: kept under the hash of their bytes, so that a file sent twice lies there once.

A file is written beside its place, synced, and then moved there: whatever is in place is whole. When the disk is full
nothing of it remains (FAULTS 28).
"""

from __future__ import annotations

import asyncio
import errno
import hashlib
import os
import tempfile
from collections.abc import AsyncIterator, Collection
from pathlib import Path
from typing import IO, Any, Protocol

import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from rexian.channels.chat.sniff import Kind, sniff
from rexian.channels.chat.tables import chat_file
from rexian.engine.specs import Party
from rexian.kit.ids import is_id, new_id
from rexian.kit.problem import Problem

MAX_FILE_NAME = 200
_CHUNK = 262_144
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class FileCard(Struct, frozen=True, kw_only=True):
    """All that there is to know of a stored file but its bytes.

    `sha256` empty: a voice message that is kept as the recording of the same id (`Sounds`), and isn't in the folder.
    """

    id: str
    tenant_id: str
    sha256: str
    name: str
    type: str
    size: int
    image: bool
    width: int | None
    height: int | None
    by_kind: str
    by_id: str

    def view(self) -> dict[str, Any]:
        """As staff and API users see it."""
        view = {"id": self.id, "name": self.name, "type": self.type, "size": self.size, "image": self.image}
        return view | ({"width": self.width, "height": self.height} if self.image else {})


class Sound(Protocol):
    """A sound that is opened as it is sent. `size` in bytes."""

    size: int

    def pieces(self, begin: int, end: int) -> AsyncIterator[bytes]:
        """The bytes from `begin` up to `end`, once."""
        ...


class Sounds(Protocol):
    """Who keeps voice messages."""

    async def open(self, tenant_id: str, file_id: str) -> Sound:
        """Raises `Problem`: 404, 409 it was erased or is damaged, 503 its store or key is away."""
        ...


class FileBook:
    """Cards of files that were seen lately, at hand when their message comes; cards never change but for the tenant."""

    def __init__(self, most: int = 50_000) -> None:
        self._cards: dict[str, FileCard] = {}
        self._most = most

    def get(self, file_id: str | None) -> FileCard | None:
        return self._cards.get(file_id or "")

    def put(self, card: FileCard) -> None:
        if len(self._cards) >= self._most:
            del self._cards[next(iter(self._cards))]
        self._cards[card.id] = card


class Stored(Struct, frozen=True, kw_only=True):
    sha256: str
    size: int
    kind: Kind


class FileStore:
    """The folder of files and its rules. Opening pictures is done for two uploads at once, the others wait."""

    def __init__(self, folder: Path, max_bytes: int) -> None:
        self.folder = folder
        self.max_bytes = max_bytes
        self._judging = asyncio.Semaphore(2)

    def path(self, sha256: str) -> Path:
        """Where the bytes with this hash lie."""
        if len(sha256) != 64 or not set(sha256) <= set("0123456789abcdef"):
            raise ValueError("not a sha256")
        return self.folder / sha256[:2] / sha256[2:4] / sha256

    async def put(self, chunks: AsyncIterator[bytes]) -> Stored:
        """Take the bytes in. Raises `Problem`: 413 too long, 415/422 not a file we take, 507 the disk is full."""
        try:
            return await self._put(chunks)
        except OSError as error:
            if error.errno in _FULL:
                raise Problem("storage_full", 507, retry_after_s=60) from error
            raise

    async def _put(self, chunks: AsyncIterator[bytes]) -> Stored:
        waiting = self.folder / "incoming"
        await asyncio.to_thread(waiting.mkdir, parents=True, exist_ok=True)
        handle, name = await asyncio.to_thread(tempfile.mkstemp, dir=waiting)
        path = Path(name)
        try:
            with os.fdopen(handle, "wb", buffering=0) as file:
                sha256, size = await self._write(file, chunks)
                await asyncio.to_thread(os.fsync, file.fileno())
            async with self._judging:
                kind = await asyncio.to_thread(sniff, path)
            await asyncio.to_thread(self._keep, path, self.path(sha256))
        finally:
            await asyncio.to_thread(path.unlink, missing_ok=True)
        return Stored(sha256=sha256, size=size, kind=kind)

    async def _write(self, file: IO[bytes], chunks: AsyncIterator[bytes]) -> tuple[str, int]:
        digest, size, held = hashlib.sha256(), 0, bytearray()
        async for chunk in chunks:
            size += len(chunk)
            if size > self.max_bytes:
                raise Problem("file_too_large", 413, limit_mb=self.max_bytes // 1_000_000)
            digest.update(chunk)
            held += chunk
            if len(held) >= _CHUNK:
                await asyncio.to_thread(_write_all, file, bytes(held))
                held.clear()
        await asyncio.to_thread(_write_all, file, bytes(held))
        return digest.hexdigest(), size

    @staticmethod
    def _keep(path: Path, place: Path) -> None:
        place.parent.mkdir(parents=True, exist_ok=True)
        path.chmod(0o640)
        os.replace(path, place)  # the same hash is the same bytes
        folder = os.open(place.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _write_all(file: IO[bytes], data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[file.write(view) :]


def clean_name(given: str) -> str:
    """The file's own name: without a path, otherwise as given (FAULTS 19, 27). Raises `Problem` 400 for NUL."""
    if "\x00" in given or any("\ud800" <= sign <= "\udfff" for sign in given):
        raise Problem("file_name_unreadable", 400)
    name = given.replace("\\", "/").rsplit("/", 1)[-1].strip()
    return "file" if name in {"", ".", ".."} else name[-MAX_FILE_NAME:]


async def add(tx: AsyncConnection, stored: Stored, *, tenant_id: str, name: str, by: Party, now: int) -> FileCard:
    """Note an upload."""
    kind = stored.kind
    card = FileCard(
        id=new_id(), tenant_id=tenant_id, sha256=stored.sha256, name=clean_name(name), type=kind.type, size=stored.size,
        image=kind.image, width=kind.width, height=kind.height, by_kind=by.kind, by_id=by.id,
    )  # fmt: skip
    row = {name: getattr(card, name) for name in FileCard.__struct_fields__}
    await tx.execute(chat_file.insert().values(row | {"at": now}))
    return card


async def add_sound(
    tx: AsyncConnection, id: str, *, tenant_id: str, name: str, size: int, by: Party, now: int
) -> FileCard:
    """Note a voice message, a WAV that is kept as the recording `id`. Again: nothing more."""
    card = FileCard(
        id=id, tenant_id=tenant_id, sha256="", name=name, type="audio/wav", size=size, image=False, width=None,
        height=None, by_kind=by.kind, by_id=by.id,
    )  # fmt: skip
    row = {name: getattr(card, name) for name in FileCard.__struct_fields__}
    await tx.execute(insert(chat_file).values(row | {"at": now}).on_conflict_do_nothing())
    return card


async def cards(tx: AsyncConnection, ids: Collection[str]) -> dict[str, FileCard]:
    """The cards of these files, as far as `tx` sees them."""
    ids = [id for id in ids if is_id(id)]
    if not ids:
        return {}
    columns = [chat_file.c[name] for name in FileCard.__struct_fields__]
    rows = await tx.execute(sa.select(*columns).where(chat_file.c.id.in_(ids)))
    return {row.id: FileCard(**row._mapping) for row in rows}


async def claim(tx: AsyncConnection, card: FileCard, tenant_id: str) -> FileCard:
    """An agent's upload becomes a tenant's file when it is first posted to a contact of that tenant."""
    if card.tenant_id == tenant_id:
        return card
    moved = chat_file.update().where(chat_file.c.id == card.id, chat_file.c.tenant_id == card.tenant_id)
    await tx.execute(moved.values(tenant_id=tenant_id))
    return FileCard(**{name: getattr(card, name) for name in FileCard.__struct_fields__} | {"tenant_id": tenant_id})
