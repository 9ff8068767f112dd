"""What others must hear about at once: a person was shut out, a session ended, the directory changed.

A signal is a NOTIFY in the transaction of the change: it is delivered when that commits, never before, and to every
process of the installation, the one that caused it included. Signals may be lost while a process has no connection to
the database; after each reconnect `resync` is sent, so that listeners can look for themselves.
"""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Literal

import psycopg
import structlog
from sqlalchemy import func, select
from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncConnection

CHANNEL = "rexian_directory"
RETRY_S = 0.5
ALIVE_S = 2.0

Kind = Literal["person_closed", "session_closed", "rights_changed", "directory_changed", "resync"]
CHANGES: tuple[Kind, ...] = ("directory_changed", "rights_changed", "person_closed", "resync")
"""After any of these the directory may say something else."""
Callback = Callable[[Mapping[str, str]], None]

log = structlog.get_logger(__name__)


async def announce(tx: AsyncConnection, kind: Kind, **ids: str) -> None:
    """Send a signal when `tx` commits. `ids` say whom it concerns: person_id, session_id, tenant_id."""
    await tx.execute(select(func.pg_notify(CHANNEL, json.dumps({"kind": kind, **ids}))))


class Signals:
    """Hears the signals of all processes and passes them on. `run` it for as long as the process lives."""

    def __init__(self, url: URL) -> None:
        self._url = url.set(drivername="postgresql").render_as_string(hide_password=False)
        self._callbacks: dict[str, list[Callback]] = defaultdict(list)
        self.connected = asyncio.Event()

    def subscribe(self, kind: Kind, callback: Callback) -> Callable[[], None]:
        """Call `callback` on the event loop with the ids of each signal of this kind. Returns how to stop."""
        self._callbacks[kind].append(callback)
        return lambda: self._callbacks[kind].remove(callback)

    async def run(self) -> None:
        """Listen without end. While the database is away it tries again twice a second."""
        while True:
            try:
                await self._listen()
            except (psycopg.Error, OSError) as error:
                log.warning("signals_lost", error=str(error))
            self.connected.clear()
            await asyncio.sleep(RETRY_S)

    async def _listen(self) -> None:
        connection = await psycopg.AsyncConnection.connect(self._url, autocommit=True, connect_timeout=5)
        async with connection:
            await connection.execute(f"LISTEN {CHANNEL}")
            self.connected.set()
            self._pass_on("resync", {})
            while True:
                async for notice in connection.notifies(timeout=ALIVE_S):
                    ids = json.loads(notice.payload)
                    self._pass_on(ids.pop("kind"), ids)
                await connection.execute("SELECT 1")  # a connection that died silently is noticed here

    def _pass_on(self, kind: str, ids: Mapping[str, str]) -> None:
        for callback in list(self._callbacks[kind]):
            try:
                callback(ids)
            except Exception:
                log.exception("signal_failed", kind=kind)
