"""Tenants' own prompt files, out of the database onto this machine's disk, where the engine can play them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

from rexian.channels.voice.prompts.prompts import keep
from rexian.directory.reception.contract import files_of, sound_in
from rexian.kit.database import Database

FRESH_S = 5.0
"""A change is heard after so long, on every node, without anybody having to be told."""


class OwnFiles:
    """Knows which files there are; each is written to disk once, under the hash of its bytes."""

    def __init__(self, db: Database, home: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self._db = db
        self._home = home / "own"
        self._clock = clock
        self._known: dict[str, tuple[float, dict[tuple[str, str], str]]] = {}

    async def path(self, tenant_id: str, locale: str, key: str) -> Path | None:
        """Where the file lies, or None without one."""
        sha256 = (await self._files(tenant_id)).get((locale, key))
        if sha256 is None:
            return None
        path = self._home / sha256[:2] / f"{sha256}.wav"
        if not path.is_file():
            async with self._db.tenant(tenant_id) as tx:
                sound = await sound_in(tx, tenant_id, locale, key)
            if sound is None:
                return None
            await asyncio.to_thread(keep, path, sound)
        return path

    def forget(self, tenant_id: str) -> None:
        """Look anew at the next question: whoever has just stored a file wants to hear it, not what was before."""
        self._known.pop(tenant_id, None)

    async def _files(self, tenant_id: str) -> dict[tuple[str, str], str]:
        read_at, known = self._known.get(tenant_id, (-FRESH_S, {}))
        if self._clock() - read_at < FRESH_S:
            return known
        async with self._db.tenant(tenant_id) as tx:
            found: dict[tuple[str, str], str] = {
                (one.locale, one.key): one.sha256 for one in await files_of(tx, tenant_id)
            }
        self._known[tenant_id] = (self._clock(), found)
        return found
