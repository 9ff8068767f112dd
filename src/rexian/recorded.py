"""Between the voice channel, which asks for recordings, and the book that keeps them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row

from rexian.channels.voice.live import Kept, Unfinished
from rexian.channels.voice.port import RecordingEnded, RecordingOrder
from rexian.kit import kept
from rexian.kit.database import is_outage
from rexian.kit.keys import KeyTrouble
from rexian.work.recordings.contract import Book, Consent, Ended


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
        try:
            order = await self._book.begin(tenant_id, contact_id, interaction_id)
        except Exception as error:
            if not isinstance(error, KeyTrouble) and not is_outage(error):
                raise
            raise OSError(f"not recorded: {error}") from error
        return RecordingOrder(id=order.id, path=order.path, key=order.key)

    async def finish(self, recording_id: str, ended: RecordingEnded) -> Kept | None:
        """See `live.Recordings`."""
        figures = Ended(ended.duration_ms, ended.size, ended.sha256, ended.why)
        row = await self._book.finish(recording_id, figures)
        return None if row is None else _kept(row, figures)

    async def unfinished(self) -> list[Unfinished]:
        """See `live.Recordings`. A talk's bridge is named as its contact."""
        return [Unfinished(row.id, row.contact_id) for row in await self._book.unfinished()]

    async def order(self, recording_id: str) -> RecordingOrder:
        """Raises `OSError` when no key or no database is to be had, or it is open no more."""
        try:
            order = await self._book.order(recording_id)
        except Exception as error:
            if not isinstance(error, KeyTrouble) and not is_outage(error):
                raise
            raise OSError(f"no key: {error}") from error
        if order is None:
            raise FileNotFoundError(recording_id)
        return RecordingOrder(id=order.id, path=order.path, key=order.key)

    async def adopt(self, alive: set[str]) -> list[Kept]:
        """See `live.Recordings`."""
        return [_kept(row, figures) for row, figures in await self._book.finish_left(alive)]

    async def consent_rule(self, tenant_id: str) -> Consent:
        async def read() -> Consent:
            return (await self._book.rule(tenant_id)).consent

        return await self._rules.get(tenant_id, read)


def _kept(row: Row[Any], figures: Ended) -> Kept:
    return Kept(
        row.id, row.tenant_id, row.interaction_id, figures.sha256, figures.duration_ms, figures.size, figures.why
    )
