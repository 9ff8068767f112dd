"""Ties the voice channel to whoever keeps recordings: neither may import the other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, Protocol

from rexian.channels.voice.port import RecordingEnded, RecordingOrder


class Book(Protocol):
    """As much of `work/recordings` as is needed here."""

    async def rule(self, tenant_id: str) -> Any: ...

    async def begin(self, tenant_id: str, contact_id: str, interaction_id: str) -> Any: ...

    async def finish(self, recording_id: str, ended: Any) -> None: ...

    async def adopt(self, alive: set[str]) -> int: ...


class BookedRecordings:
    """Implements the voice channel's `Recordings` over a book. `ended`: makes the book's word for an ending."""

    def __init__(self, book: Book, ended: Callable[[int, int, str, str], Any]) -> None:
        self._book = book
        self._ended = ended

    async def consent_rule(self, tenant_id: str) -> Literal["always", "prompt", "never"]:
        consent: Literal["always", "prompt", "never"] = (await self._book.rule(tenant_id)).consent
        return consent

    async def begin(self, tenant_id: str, contact_id: str, interaction_id: str) -> RecordingOrder:
        """Raises `OSError` for whatever keeps it from being kept: the call goes on without."""
        try:
            order = await self._book.begin(tenant_id, contact_id, interaction_id)
        except OSError:
            raise
        except Exception as error:  # a key that can't be had, a database that is away
            raise OSError(f"not recorded: {error}") from error
        return RecordingOrder(id=order.id, path=order.path, key=order.key)

    async def finish(self, recording_id: str, ended: RecordingEnded) -> None:
        await self._book.finish(recording_id, self._ended(ended.duration_ms, ended.size, ended.sha256, ended.why))

    async def adopt(self, alive: set[str]) -> None:
        await self._book.adopt(alive)
