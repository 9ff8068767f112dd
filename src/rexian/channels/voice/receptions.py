"""How a tenant receives callers, read from the directory (`lobby.Receptions`)."""

from __future__ import annotations

from rexian.channels.voice.reception.model import Flow
from rexian.directory.hours.contract import schedule_of
from rexian.directory.numbers.contract import number_of
from rexian.directory.reception.contract import flow_for, is_open
from rexian.kit.clock import Clock
from rexian.kit.database import Database
from rexian.kit.problem import Problem

NUMBERS_MS = 2_000
MOST_NUMBERS = 1_000


class DirectoryReceptions:
    """Implements `lobby.Receptions`."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def flow(self, tenant_id: str, entry: str) -> Flow:
        """See `lobby.Receptions`."""
        async with self._db.tenant(tenant_id) as tx:
            return await flow_for(tx, tenant_id, entry)

    async def is_open(self, flow: Flow, locale: str) -> bool:
        """See `lobby.Receptions`."""
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
    """Implements `channel.NumberOf`."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock
        self._known: dict[str, tuple[int, tuple[str, str] | None]] = {}

    async def __call__(self, dialled: str) -> tuple[str, str] | None:
        """(tenant, entry) of a number that was dialled; a change of the directory is seen within two seconds."""
        now = self._clock.now_ms()
        until, found = self._known.get(dialled, (0, None))
        if now < until:
            return found
        async with self._db.system() as tx:
            found = await number_of(tx, dialled)
        if len(self._known) > MOST_NUMBERS:  # somebody dials all there are
            self._known.clear()
        self._known[dialled] = (now + NUMBERS_MS, found)
        return found
