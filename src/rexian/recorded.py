"""Between the voice channel, which asks for recordings, and the book that keeps them."""

from __future__ import annotations

import dataclasses
from collections.abc import Awaitable
from typing import Any, TypeVar

from sqlalchemy import Row

from rexian.channels.voice.live import Kept, LeftWords, Unfinished
from rexian.channels.voice.port import RecordingEnded, RecordingOrder
from rexian.kit import kept
from rexian.kit.database import is_outage
from rexian.kit.keys import KeyTrouble
from rexian.kit.problem import not_found
from rexian.work.recordings.contract import Book, Consent, Ended, Message, Sound, open_sound

UNNOTED_AT_ONCE = 200
_T = TypeVar("_T")


class BookOfCalls:
    """Implements the voice channel's `Recordings`. Whatever fails here stops no call.

    Rules are kept for a moment: `forget` when the directory has changed.
    """

    def __init__(self, book: Book) -> None:
        self._book = book
        self._rules: kept.Kept[str, Consent] = kept.Kept()
        self.forget = self._rules.forget

    async def begin(self, tenant_id: str, contact_id: str, interaction_id: str) -> RecordingOrder:
        """Raises `OSError` when no key, no place or no database is to be had."""
        order = await _or_os_error(self._book.begin(tenant_id, contact_id, interaction_id))
        return RecordingOrder(id=order.id, path=order.path, key=order.key)

    async def take_in(self, words: LeftWords, wav: bytes) -> Kept:
        """Raises `OSError` when no key, no place or no database is to be had."""
        message = Message(**dataclasses.asdict(words))
        return _kept(await _or_os_error(self._book.take_in(message, wav)))

    async def unnoted(self) -> list[Kept]:
        """See `live.Recordings`."""
        return [_kept(row) for row in await self._book.unnoted(UNNOTED_AT_ONCE)]

    async def noted(self, recording_id: str) -> None:
        """See `live.Recordings`."""
        await self._book.noted(recording_id)

    async def finish(self, recording_id: str, ended: RecordingEnded) -> Kept | None:
        """See `live.Recordings`."""
        figures = Ended(ended.duration_ms, ended.size, ended.sha256, ended.why)
        row = await self._book.finish(recording_id, figures)
        return None if row is None else _kept(row)

    async def unfinished(self) -> list[Unfinished]:
        """See `live.Recordings`. A talk's bridge is named as its contact."""
        return [Unfinished(row.id, row.contact_id) for row in await self._book.unfinished()]

    async def order(self, recording_id: str) -> RecordingOrder:
        """Raises `OSError` when no key or no database is to be had, or it is open no more."""
        order = await _or_os_error(self._book.order(recording_id))
        if order is None:
            raise FileNotFoundError(recording_id)
        return RecordingOrder(id=order.id, path=order.path, key=order.key)

    async def adopt(self, alive: set[str]) -> list[Kept]:
        """See `live.Recordings`."""
        return [_kept(row) for row, _ in await self._book.finish_left(alive)]

    async def consent_rule(self, tenant_id: str) -> Consent:
        async def read() -> Consent:
            return await consent_now(self._book, tenant_id)

        return await self._rules.get(tenant_id, read)


async def consent_now(book: Book, tenant_id: str) -> Consent:
    """The tenant's rule as it is now, for whoever has just changed it."""
    return (await book.rule(tenant_id)).consent


class SoundsOfMessages:
    """Implements `chat.files.Sounds`: a voice message in a transcript is the recording of the same id."""

    def __init__(self, book: Book) -> None:
        self._book = book

    async def open(self, tenant_id: str, file_id: str) -> Sound:
        """Raises `Problem`: 404, and as `open_sound`."""
        row = await self._book.find(tenant_id, file_id)
        if row is None:
            raise not_found("file")
        return await open_sound(self._book, row)


async def _or_os_error(work: Awaitable[_T]) -> _T:
    """No key, or no database: to the voice channel both are as a disk that is full."""
    try:
        return await work
    except Exception as error:
        if not isinstance(error, KeyTrouble) and not is_outage(error):
            raise
        if isinstance(error, OSError):
            raise
        raise OSError(f"not now: {error}") from error


def _kept(row: Row[Any]) -> Kept:
    return Kept(row.id, row.tenant_id, row.interaction_id, row.sha256, row.duration_ms, row.size, row.why)
