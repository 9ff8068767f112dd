"""How a tenant receives callers, read from the directory (`lobby.Receptions`)."""

from __future__ import annotations

from rexian.channels.voice.reception.model import Flow
from rexian.directory.hours.contract import schedule_of
from rexian.directory.numbers.contract import number_of
from rexian.directory.reception.contract import flow_for, is_open
from rexian.kit.clock import Clock
from rexian.kit.database import Database
from rexian.kit.kept import Kept
from rexian.kit.problem import Problem


class DirectoryReceptions:
    """Implements `lobby.Receptions`. Flows are kept for a moment: `forget` when the directory has changed."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock
        self._flows: Kept[tuple[str, str], Flow] = Kept()
        self.forget = self._flows.forget

    async def flow(self, tenant_id: str, entry: str) -> Flow:
        """See `lobby.Receptions`."""

        async def read() -> Flow:
            async with self._db.tenant(tenant_id) as tx:
                return await flow_for(tx, tenant_id, entry)

        return await self._flows.get((tenant_id, entry), read)

    async def is_open(self, flow: Flow, locale: str) -> bool:
        """See `lobby.Receptions`."""
        if flow.closed.hours_id is None:
            return True  # without a calendar somebody always answers
        async with self._db.system() as tx:
            return (await is_open(tx, flow, self._clock.now_ms(), locale))[0]

    async def next_opening(self, flow: Flow) -> int:
        """See `lobby.Receptions`."""
        if flow.closed.hours_id is None:
            return 0
        async with self._db.system() as tx:
            try:
                schedule = await schedule_of(tx, flow.closed.hours_id)
            except Problem:  # the calendar is gone
                return 0
        return schedule.next_opening(self._clock.now_ms()) or 0


class DirectoryNumbers:
    """Implements `channel.NumberOf`. Numbers are kept for a moment: `forget` when the directory has changed."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._known: Kept[str, tuple[str, str] | None] = Kept()
        self.forget = self._known.forget

    async def __call__(self, dialled: str) -> tuple[str, str] | None:
        """(tenant, entry) of a number that was dialled."""

        async def read() -> tuple[str, str] | None:
            async with self._db.system() as tx:
                return await number_of(tx, dialled)

        return await self._known.get(dialled, read)
