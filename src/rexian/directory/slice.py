"""What the directory hands to the composition root."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

import structlog
from sqlalchemy.exc import SQLAlchemyError

from rexian.directory.audit import api as audit
from rexian.directory.customers import api as customers
from rexian.directory.floors.sync import FloorSync
from rexian.directory.hours import api as hours
from rexian.directory.numbers import api as numbers
from rexian.directory.people import api as people
from rexian.directory.policies import api as policies
from rexian.directory.queues import api as queues
from rexian.directory.reception import api as reception
from rexian.directory.sign_in import brake, sessions
from rexian.directory.sign_in.service import SignIn
from rexian.directory.signals import Signals
from rexian.directory.sites import api as sites
from rexian.directory.tenants import api as tenants
from rexian.kit.clock import Clock
from rexian.kit.database import Database
from rexian.kit.settings import Settings
from rexian.kit.slice import Slice
from rexian.runtime.port import FloorPort

TIDY_EVERY_S = 3600

log = structlog.get_logger(__name__)

routes = [
    *tenants.routes,
    *people.routes,
    *queues.routes,
    *policies.routes,
    *reception.routes,
    *numbers.routes,
    *hours.routes,
    *customers.routes,
    *sites.routes,
    *audit.routes,
]


@dataclass(frozen=True, slots=True)
class Directory:
    """The directory, ready to run: `await sync.once()` after the floors are up, then the slice's tasks."""

    sign_in: SignIn
    signals: Signals
    sync: FloorSync
    slice: Slice


def make(db: Database, clock: Clock, settings: Settings, find: Callable[[str], FloorPort]) -> Directory:
    """Put the directory together. `find` returns the port of a floor (starting it, if it is new) or raises."""
    sign_in = SignIn(db, clock, settings)
    signals = Signals(db.url)
    sync = FloorSync(db, find, signals)

    async def tidy() -> None:
        while True:
            await asyncio.sleep(TIDY_EVERY_S)
            await forget_old(sign_in)

    return Directory(sign_in, signals, sync, Slice("directory", routes, tasks=(signals.run, sync.run, tidy)))


async def forget_old(sign_in: SignIn) -> None:
    """Delete sessions that have run out and counts of attempts that no longer matter."""
    now = sign_in.clock.now_ms()
    try:
        async with sign_in.db.system() as tx:
            gone = await sessions.forget_old(tx, sign_in.limits, now)
            counts = await brake.forget_old(tx, now)
    except (SQLAlchemyError, OSError) as error:
        log.warning("tidying_waits", why=str(error))
    else:
        log.info("tidied", sessions=gone, counts=counts)
