"""Between the voice channel, which asks for recordings, and the book that keeps them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from rexian.channels.voice.port import RecordingEnded, RecordingOrder
from rexian.kit.database import is_outage
from rexian.kit.kept import Kept
from rexian.kit.keys import KeyTrouble
from rexian.work.recordings.contract import Book, Consent, Ended, Order


class BookOfCalls:
    """Implements the voice channel's `Recordings`. Whatever fails here stops no call.

    Rules are kept for a moment: `forget` when the directory has changed.
    """

    def __init__(self, book: Book) -> None:
        self._book = book
        self._rules: Kept[str, Consent] = Kept()
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

    async def finish(self, recording_id: str, ended: RecordingEnded) -> None:
        figures = Ended(ended.duration_ms, ended.size, ended.sha256, ended.why)
        await self._book.finish(recording_id, figures)

    async def reopen(self, recording_id: str) -> RecordingOrder | None:
        """Raises `KeyTrouble`."""
        order = await self._book.reopen(recording_id)
        return None if order is None else RecordingOrder(id=order.id, path=order.path, key=order.key)

    async def adopt(self, alive: set[str], recover: Callable[[RecordingOrder], Awaitable[bool]]) -> None:
        """Keep what was left behind by an engine that died; `alive` are still being written."""

        async def ask(order: Order) -> bool:
            return await recover(RecordingOrder(id=order.id, path=order.path, key=order.key))

        await self._book.adopt(alive, ask)

    async def consent_rule(self, tenant_id: str) -> Consent:
        async def read() -> Consent:
            return (await self._book.rule(tenant_id)).consent

        return await self._rules.get(tenant_id, read)
