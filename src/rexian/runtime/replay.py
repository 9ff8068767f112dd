"""Folding a floor's journal again, event by event, to see whether the past holds together.

Reads only, page by page, each page in a short read-only transaction of its own: the journal is only ever added to, so
that what has been read stays as it was, and no long transaction holds a running server's clean-up back. Takes no lease.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Protocol

import msgspec
from msgspec import Struct
from sqlalchemy import Text, cast, func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from rexian.engine.events import AnyEvent
from rexian.engine.floor import Floor
from rexian.engine.snapshot import SnapshotOutdated
from rexian.kit.database import Database
from rexian.runtime.auditing import Audit, Broken, Fault, Line, Tally, open_contacts
from rexian.runtime.recovery import fingerprint
from rexian.runtime.tables import floor_snapshot, journal

_PAGE = 2_000
_BALANCE_EVERY = 100_000  # events between two looks at the whole state
_READ_ONLY = text("SET TRANSACTION READ ONLY")


class Watcher(Protocol):
    """Looks on while events are folded. `floor` is live and must not be changed."""

    def before(self, seq: int, event: AnyEvent, floor: Floor) -> None: ...
    def after(self, seq: int, event: AnyEvent, floor: Floor) -> None: ...


class Kept(Struct, frozen=True, kw_only=True):
    """A stored snapshot. `state` is None when it can't be used: `why` says `damaged` or `outdated`."""

    seq: int
    at: int
    state: Floor | None
    checksum: str = ""
    why: str = ""


class Replayed(Struct, frozen=True, kw_only=True):
    """What came of it. `first` and `last` are the events of the range as far as it was folded (`last` < `first`: none);
    `begun` is the seq of the snapshot that the fold began with, 0: the journal's beginning. `snapshots` were compared,
    `outdated` ones could not be.
    """

    first: int
    last: int
    first_at: int
    last_at: int
    begun: int
    events: int
    folded: int
    tally: Tally
    open: int
    snapshots: list[int]
    outdated: list[int]
    seconds: float
    checksum: str
    faults: list[Fault]
    found: int
    complete: bool


@asynccontextmanager
async def looking(db: Database) -> AsyncIterator[AsyncConnection]:
    """A transaction that sees all tenants and can change nothing."""
    async with db.system() as tx:
        await tx.execute(_READ_ONLY)
        yield tx


async def replay(
    db: Database,
    floor_id: str,
    first: int,
    last: int,
    *,
    watcher: Watcher | None = None,
    progress: Callable[[float], None] | None = None,
) -> Replayed:
    """Fold the events up to `last`, beginning with the nearest usable snapshot before `first`, and verify all of them.

    Figures are those from `first` on. What is wrong is in `faults`; nothing is raised for it.
    """
    kept, head = await _ends(db, floor_id)
    usable = kept is not None and kept.state is not None and kept.seq < first
    begun, floor = (kept.seq, kept.state) if usable and kept and kept.state else (0, Floor())
    run = _Run(Audit(floor, begun), first, last, None if usable else kept, watcher)
    if kept is not None and kept.why == "damaged":
        run.audit.note(kept.seq, "snapshot_damaged")
    if kept is not None and kept.seq > head:
        run.audit.note(head, "cut_off", snapshot=kept.seq)
    began, complete = time.perf_counter(), True
    try:
        async for page in _pages(db, floor_id, begun, last):
            for line in page:
                run.take(line)
            if progress is not None:
                progress((run.audit.seq - begun) / max(1, last - begun))
        if run.audit.seq < min(last, head):
            raise Broken(_missing(run.audit, min(last, head)))
    except Broken:
        complete = False
    return run.result(begun, time.perf_counter() - began, complete)


class _Run:
    """The fold, and what is counted of it."""

    def __init__(self, audit: Audit, first: int, last: int, kept: Kept | None, watcher: Watcher | None) -> None:
        self.audit = audit
        self._first, self._last = first, last
        self._kept = kept
        self._watcher = watcher
        self._events = self._folded = 0
        self._first_at = self._last_at = audit.at
        self._before = Tally()
        self._compared: list[int] = []
        self._outdated: list[int] = []

    def take(self, line: Line) -> None:
        """Raises `Broken`."""
        audit, watcher = self.audit, self._watcher
        event = audit.expect(line)
        if line.seq == self._first:
            self._first_at, self._before = event.at, msgspec.structs.replace(audit.tally)
        if watcher is not None:
            watcher.before(line.seq, event, audit.floor)
        audit.fold(line, event)
        self._folded += 1
        if line.seq >= self._first:
            self._events += 1
            self._last_at = event.at
        if watcher is not None:
            watcher.after(line.seq, event, audit.floor)
        if self._kept is not None and self._kept.seq == line.seq:
            self._meet(self._kept)
        elif self._folded % _BALANCE_EVERY == 0:
            audit.balance()

    def _meet(self, kept: Kept) -> None:
        self.audit.balance()
        if kept.state is not None:
            self.audit.snapshot(kept.checksum)
            self._compared.append(kept.seq)
        elif kept.why == "outdated":
            self._outdated.append(kept.seq)

    def result(self, begun: int, seconds: float, complete: bool) -> Replayed:
        audit, before = self.audit, self._before
        if complete:
            audit.balance()
        tally = audit.tally
        opened = tally.carried + before.started - before.closed
        return Replayed(
            first=self._first,
            last=audit.seq,
            first_at=self._first_at,
            last_at=self._last_at,
            begun=begun,
            events=self._events,
            folded=self._folded,
            tally=Tally(
                carried=opened,
                started=tally.started - before.started,
                self_served=tally.self_served - before.self_served,
                closed=tally.closed - before.closed,
                forgotten=tally.forgotten - before.forgotten,
            ),
            open=open_contacts(audit.floor),
            snapshots=self._compared,
            outdated=self._outdated,
            seconds=seconds,
            checksum=audit.floor.checksum(),
            faults=audit.faults,
            found=audit.found,
            complete=complete,
        )


def _missing(audit: Audit, last: int) -> Fault:
    audit.note(audit.seq + 1, "gap", after=audit.seq, missing=audit.seq + 1)
    return Fault(seq=last, code="gap")


async def _ends(db: Database, floor_id: str) -> tuple[Kept | None, int]:
    """The floor's snapshot and the journal's last seq, in this order: a snapshot is always of what is committed."""
    async with looking(db) as tx:
        row = (await tx.execute(select(floor_snapshot).where(floor_snapshot.c.floor_id == floor_id))).one_or_none()
        head = await tx.scalar(select(func.max(journal.c.seq)).where(journal.c.floor_id == floor_id)) or 0
    if row is None:
        return None, head
    if fingerprint(row.body) != row.checksum:
        return Kept(seq=row.seq, at=row.at, state=None, why="damaged"), head
    try:
        state = Floor.restore(row.body)
    except SnapshotOutdated:
        return Kept(seq=row.seq, at=row.at, state=None, why="outdated"), head
    except (msgspec.MsgspecError, ValueError, KeyError, TypeError):
        return Kept(seq=row.seq, at=row.at, state=None, why="damaged"), head
    return Kept(seq=row.seq, at=row.at, state=state, checksum=state.checksum()), head


async def _pages(db: Database, floor_id: str, after: int, last: int) -> AsyncIterator[list[Line]]:
    """The rows after `after` up to `last`, in order."""
    query = (
        select(
            journal.c.seq, journal.c.at, journal.c.kind, journal.c.tenant_id, journal.c.contact_id,
            journal.c.interaction_id, journal.c.agent_id, cast(journal.c.body, Text),
        )
        .where(journal.c.floor_id == floor_id)
        .order_by(journal.c.seq)
        .limit(_PAGE)
    )  # fmt: skip
    while after < last:
        async with looking(db) as tx:
            rows = (await tx.execute(query.where(journal.c.seq > after, journal.c.seq <= last))).all()
        if not rows:
            return
        yield [
            Line(seq=seq, at=at, kind=kind, tenant_id=tenant, contact_id=contact, interaction_id=interaction,
                 agent_id=agent, body=body)
            for seq, at, kind, tenant, contact, interaction, agent, body in rows
        ]  # fmt: skip
        after = rows[-1].seq


# -- where in the journal --------------------------------------------------------------------------------------------
class Ends(Struct, frozen=True, kw_only=True):
    """The journal's first and last event; both 0 when there is none."""

    first: int = 0
    first_at: int = 0
    last: int = 0
    last_at: int = 0


async def ends_of(tx: AsyncConnection, floor_id: str) -> Ends:
    order = journal.c.seq
    query = select(journal.c.seq, journal.c.at).where(journal.c.floor_id == floor_id).limit(1)
    first = (await tx.execute(query.order_by(order))).one_or_none()
    last = (await tx.execute(query.order_by(order.desc()))).one_or_none()
    if first is None or last is None:
        return Ends()
    return Ends(first=first.seq, first_at=first.at, last=last.seq, last_at=last.at)


async def seq_from(tx: AsyncConnection, floor_id: str, at: int) -> int:
    """The first seq at or after that instant; one more than the last when there is none. Halves the journal each time:
    instants never go back, and there is no index on them.
    """
    ends = await ends_of(tx, floor_id)
    low, high = ends.first, ends.last + 1
    query = select(journal.c.seq, journal.c.at).where(journal.c.floor_id == floor_id).order_by(journal.c.seq).limit(1)
    while low < high:
        middle = (low + high) // 2
        row = (await tx.execute(query.where(journal.c.seq >= middle))).one_or_none()
        if row is None or row.at >= at:
            high = middle
        else:
            low = row.seq + 1
    return low
