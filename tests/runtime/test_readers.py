"""Readers take in every committed event exactly once, and stop rather than skip."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

import pytest
from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from rexian.kit.ids import new_id
from rexian.runtime import figures, journal
from rexian.runtime.host import FloorHost
from rexian.runtime.port import Committed, FloorPort
from rexian.runtime.readers import Readers, reader
from rexian.runtime.tables import floor, reader_cursor
from tests.runtime.conftest import World, eventually


class Noting:
    """Writes a row for each event that it has taken in, and remembers the numbers."""

    def __init__(self, name: str = "noting", *, fail_at: int = 0) -> None:
        self.name = name
        self.fail_at = fail_at
        self.seen: list[int] = []

    async def handle(self, tx: AsyncConnection, batch: Sequence[Committed]) -> None:
        await tx.execute(insert(floor), [{"id": new_id(), "name": f"{self.name} {item.seq}"} for item in batch])
        if self.fail_at and any(item.seq >= self.fail_at for item in batch):
            raise RuntimeError("a bug of mine")
        self.seen += [item.seq for item in batch]


async def noted(world: World, name: str = "noting") -> int:
    async with world.db.system() as tx:
        return await tx.scalar(select(func.count()).select_from(floor).where(floor.c.name.startswith(name))) or 0


@pytest.fixture
async def readers(world: World, host: FloorHost) -> AsyncIterator[Readers]:
    made = Readers(world.db, host)
    yield made
    await made.stop()


async def test_a_reader_takes_in_all_that_was_and_all_that_comes(
    world: World, port: FloorPort, readers: Readers
) -> None:
    noting = Noting()
    readers.start([noting])
    await readers.caught_up()
    await world.do(port, world.start())
    await readers.caught_up()
    assert noting.seen == list(range(1, port.seq + 1))
    assert await noted(world) == port.seq


async def test_under_traffic_a_reader_takes_what_has_gathered(world: World, port: FloorPort, readers: Readers) -> None:
    """A transaction for each commit was half of a busy server's work."""
    batches: list[list[Committed]] = []

    async def collect(tx: AsyncConnection, batch: Sequence[Committed]) -> None:
        batches.append(list(batch))

    readers.start([reader("collect", collect)])
    await readers.caught_up()
    first = port.seq
    batches.clear()
    for _ in range(30):
        await world.do(port, world.start())
    await readers.caught_up()
    assert [item.seq for batch in batches for item in batch] == list(range(first + 1, port.seq + 1))
    assert len(batches) < 30


async def test_what_is_handled_from_memory_is_what_the_journal_says(
    world: World, port: FloorPort, readers: Readers
) -> None:
    taken: list[Committed] = []

    async def collect(tx: AsyncConnection, batch: Sequence[Committed]) -> None:
        taken.extend(batch)

    readers.start([reader("collect", collect)])
    await readers.caught_up()
    start = world.start()
    await world.do(port, start)
    message, by, words = world.say(start, "屏幕碎了，保修吗？")
    await port.submit(message, id=new_id(), by=by, content=[words])
    await readers.caught_up()
    async with world.db.system() as tx:
        assert taken == await journal.read(tx, port.floor_id, after=0)


async def test_a_reader_that_fell_far_behind_goes_on_by_the_journal(
    world: World, port: FloorPort, readers: Readers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rexian.runtime.readers._BATCH", 2)
    monkeypatch.setattr("rexian.runtime.readers._KEPT", 3)
    noting = Noting()
    readers.start([noting])
    for _ in range(8):
        await world.do(port, world.start())
    await readers.caught_up()
    assert noting.seen == list(range(1, port.seq + 1))


async def test_words_come_along(world: World, port: FloorPort, readers: Readers) -> None:
    texts: list[str] = []

    async def collect(tx: AsyncConnection, batch: Sequence[Committed]) -> None:
        texts.extend(item.content.text for item in batch if item.content)

    start = world.start()
    await world.do(port, start)
    message, by, words = world.say(start, "屏幕碎了，保修吗？")
    await port.submit(message, id=new_id(), by=by, content=[words])
    readers.start([reader("collect", collect)])
    await readers.caught_up()
    assert texts == ["屏幕碎了，保修吗？"]


async def test_a_restarted_reader_goes_on_where_it_was(
    world: World, host: FloorHost, port: FloorPort, readers: Readers
) -> None:
    readers.start([Noting()])
    await readers.caught_up()
    await readers.stop()
    before = port.seq
    await world.do(port, world.start())
    again = Noting()
    readers.start([again])
    await readers.caught_up()
    assert again.seen == [before + 1, before + 2]


async def test_a_reader_that_fails_stops_there_and_says_so(world: World, port: FloorPort, readers: Readers) -> None:
    well, sick = Noting("well"), Noting("sick", fail_at=3)
    readers.start([well, sick])
    await readers.caught_up()
    health = {item.reader: item for item in readers.health()}
    assert health["well"].trouble == ""
    assert health["sick"].trouble == "RuntimeError: a bug of mine"
    assert health["sick"].behind == port.seq
    assert figures.READER_STOPPED.labels("sick", world.floor_id)._value.get() == 1
    assert await noted(world, "sick") == 0  # what it had written went with its cursor
    async with world.db.system() as tx:
        assert (await tx.scalar(select(reader_cursor.c.seq).where(reader_cursor.c.reader == "sick")) or 0) == 0


async def test_two_processes_share_a_reader_without_doubling(
    world: World, host: FloorHost, port: FloorPort, readers: Readers
) -> None:
    second = Readers(world.db, host)
    one, two = Noting(), Noting()
    readers.start([one])
    second.start([two])
    for _ in range(10):
        await world.do(port, world.start())
    await eventually(lambda: len(one.seen) + len(two.seen) == port.seq)
    assert sorted(one.seen + two.seen) == list(range(1, port.seq + 1))
    await second.stop()


async def test_two_readers_of_one_name_are_a_mistake(host: FloorHost, readers: Readers) -> None:
    with pytest.raises(ValueError, match="same name"):
        readers.start([Noting(), Noting()])
