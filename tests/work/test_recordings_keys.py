"""New keys while calls go on: what is being written or listened to notices nothing, and all of it opens afterwards."""

from __future__ import annotations

import asyncio
import base64
from pathlib import Path

import msgspec
from sqlalchemy import select

from rexian.directory.keys.commandline import rewrap, rotate
from rexian.directory.keys.contract import KeyRing
from rexian.directory.keys.tables import tenant_key
from rexian.kit.ids import new_id
from rexian.kit.keys import master_of, new_key
from rexian.kit.sealed import SealedWriter
from rexian.work.recordings.contract import Book, Ended, Order
from rexian.work.recordings.tables import recording
from tests.served import Served
from tests.work.recorded import RATE, header, sound, write
from tests.work.test_recordings import made, samples

BODY = sound((20, 440, 1_000))


class Half:
    """A recording that is being written: begun, and finished when it is told to."""

    def __init__(self, order: Order) -> None:
        self.order = order
        self._writer = SealedWriter(Path(order.path), order.key)
        self._writer.write(header() + BODY[: len(BODY) // 2])

    def finish(self) -> Ended:
        self._writer.write(BODY[len(BODY) // 2 :])
        done = self._writer.close()
        return Ended(len(BODY) // 2 * 1_000 // RATE, done.size, done.sha256, "stopped")


async def plain(served: Served, book: Book, id: str) -> bytes:
    async with served.house.db.system() as tx:
        row = (await tx.execute(select(recording).where(recording.c.id == id))).one()
    with await book.open(row) as reader:
        return reader.read(0, reader.plain_size)[len(header()) :]


async def test_keys_change_while_calls_are_recorded_and_listened_to(served: Served) -> None:
    db, house, book, tenant_id = served.house.db, served.settings, served.house.recordings, served.city.yunshan
    old = await made(served, BODY)
    half = Half(await book.begin(tenant_id, new_id(), new_id()))
    ids = [old, half.order.id]

    async def record(times: int) -> None:
        for _ in range(times):
            order = await book.begin(tenant_id, new_id(), new_id())
            assert await book.finish(order.id, write(order, BODY)) is not None
            ids.append(order.id)

    async def turn(times: int) -> None:
        for _ in range(times):
            assert await rotate(db, house, None) >= 2

    async with await served.staff(served.city.zhao) as supervisor:
        url = (await supervisor.post(f"/api/recordings/{old}/listenings")).json()["url"]
        async with supervisor.stream("GET", url) as listening:
            pieces = listening.aiter_bytes(4_096)
            heard = await anext(pieces)
            await asyncio.gather(turn(5), record(8), record(8))
            heard += b"".join([piece async for piece in pieces])
    assert samples(heard).tobytes() == BODY
    assert await book.finish(half.order.id, half.finish()) is not None
    async with db.system() as tx:
        used = select(recording.c.key_id).where(recording.c.id.in_(ids)).distinct()
        assert len(list(await tx.execute(used))) > 1, "they were sealed under several keys"
    for id in ids:
        assert await plain(served, book, id) == BODY


async def test_the_master_key_changes_while_calls_are_recorded(served: Served) -> None:
    """The running server knows the old one only, until its restart; what it makes meanwhile is wrapped anew then."""
    db, house, book = served.house.db, served.settings, served.house.recordings
    before = await made(served, BODY)
    file = (house.home / "master.key").read_text().strip()
    text = base64.b64encode(new_key()).decode()
    both = msgspec.structs.replace(house, master_key=text, master_keys_old=[file])
    try:
        half = Half(await book.begin(served.city.yunshan, new_id(), new_id()))
        await rewrap(db, both)
        assert await book.finish(half.order.id, half.finish()) is not None
        await rotate(db, house, "yunshan")  # as the running server: with the old one
        late = await book.begin(served.city.yunshan, new_id(), new_id())
        assert await book.finish(late.id, write(late, BODY)) is not None
        restarted = Book(db, served.house.clock, KeyRing(lambda: master_of(both)), book.store, book.folder)
        for id in (before, half.order.id, late.id):
            assert await plain(served, restarted, id) == BODY
        assert await rewrap(db, both) == 1
        new = msgspec.structs.replace(house, master_key=text)
        only = Book(db, served.house.clock, KeyRing(lambda: master_of(new)), book.store, book.folder)
        for id in (before, half.order.id, late.id):
            assert await plain(served, only, id) == BODY
    finally:
        await rewrap(db, msgspec.structs.replace(house, master_key=file, master_keys_old=[text]))
    async with db.system() as tx:
        assert len({row.wrapper for row in await tx.execute(select(tenant_key.c.wrapper))}) == 1
