"""Values that are kept for a moment."""

from __future__ import annotations

import asyncio

import pytest

from rexian.kit.kept import Kept


class Book:
    """Something to read; it counts how often."""

    def __init__(self) -> None:
        self.now, self.reads, self.says = 0.0, 0, "old"
        self.kept: Kept[str, str] = Kept(seconds=2.0, most=2, clock=lambda: self.now)

    async def read(self) -> str:
        self.reads += 1
        said = self.says
        await asyncio.sleep(0)
        return said

    async def ask(self, key: str = "a") -> str:
        return await self.kept.get(key, self.read)


async def test_it_is_read_once_in_so_long() -> None:
    book = Book()
    assert [await book.ask(), await book.ask()] == ["old", "old"]
    assert book.reads == 1
    book.now, book.says = 2.0, "new"
    assert await book.ask() == "new"


async def test_it_is_read_anew_when_something_has_changed() -> None:
    book = Book()
    await book.ask()
    book.says = "new"
    book.kept.forget()
    assert await book.ask() == "new"


async def test_what_is_being_read_while_it_changes_is_not_kept() -> None:
    book = Book()
    reading = asyncio.create_task(book.ask())
    await asyncio.sleep(0)
    book.says = "new"
    book.kept.forget()
    assert await reading == "old"
    assert await book.ask() == "new"


async def test_a_failure_is_not_kept() -> None:
    book = Book()

    async def fails() -> str:
        raise OSError

    with pytest.raises(OSError):
        await book.kept.get("a", fails)
    assert await book.ask() == "old"


async def test_somebody_who_asks_for_everything_does_not_fill_the_memory() -> None:
    book = Book()
    for number in range(10):
        await book.ask(str(number))
    assert len(book.kept._values) <= 2
