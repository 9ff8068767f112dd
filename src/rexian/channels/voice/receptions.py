"""How a tenant receives callers, read from the directory (`lobby.Receptions`)."""

from __future__ import annotations

from rexian.channels.voice.reception.model import Flow
from rexian.directory.sites.contract import all_sites, site_by_key
from rexian.kit.clock import Clock
from rexian.kit.database import Database


class DirectoryReceptions:
    """Implements `lobby.Receptions`."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def flow(self, tenant_id: str, entry: str) -> Flow:
        """See `lobby.Receptions`."""
        async with self._db.system() as tx:
            site = await site_by_key(tx, entry) if entry else None
        if site is not None and site.tenant_id == tenant_id:
            return Flow(person=site.topics[0].queue_id)
        async with self._db.tenant(tenant_id) as tx:
            sites = await all_sites(tx)
        return Flow(person=sites[0].topics[0].queue_id if sites else "")

    async def is_open(self, flow: Flow, locale: str) -> bool:
        """See `lobby.Receptions`."""
        return True

    async def next_opening(self, flow: Flow) -> int:
        """See `lobby.Receptions`."""
        return 0
