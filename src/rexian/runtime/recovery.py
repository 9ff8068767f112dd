"""Bringing a floor back: the latest snapshot, then every event after it, folded in order and never decided again."""

from __future__ import annotations

import asyncio
import hashlib
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field

import msgspec
from msgspec import Struct
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from rexian.engine.codec import decode_event
from rexian.engine.floor import Floor
from rexian.engine.specs import Party, PartyKind
from rexian.kit import log
from rexian.kit.database import Database
from rexian.runtime.session import Session
from rexian.runtime.tables import floor_snapshot, journal

_PAGE = 2_000
_RECENT_EVENTS = 20_000  # before the snapshot: so far back commands are looked up whose repetition is recognised
_STEP_TIMEOUT_S = 10.0  # a database that says nothing at all, not even that it is away
RECENT_COMMANDS = 50_000  # commands whose repetition is recognised

Row = tuple[int, str, str, PartyKind, str]
"""Of the journal: seq, body, command id, kind and id of the party."""

logger = log.get("rexian.recovery")


class JournalDamaged(Exception):
    """The journal has a gap or a row that is no event: the floor must not run on it. The message names the row."""


class Done(Struct, frozen=True):
    """A command that was carried out: its events are `first` to `last`."""

    first: int
    last: int
    by: Party


@dataclass(slots=True)
class Recovered:
    floor: Floor
    seq: int = 0
    snapshot_seq: int = 0
    recent: OrderedDict[str, Done] = field(default_factory=OrderedDict)


class Fold:
    """A floor folded from its journal as far as it has been read.

    A standby goes on reading while somebody else leads, so that taking over costs only what was written since.
    """

    def __init__(self, db: Database, session: Session, floor_id: str) -> None:
        self._db = db
        self._session = session
        self._floor_id = floor_id
        self._state: Recovered | None = None

    @property
    def seq(self) -> int:
        """The last event's that is folded."""
        return self._state.seq if self._state else 0

    async def step(self) -> bool:
        """Fold one page of the journal. Returns whether there may be more at once.

        Raises `JournalDamaged`, or what `is_outage` knows; then begin anew.
        """
        async with asyncio.timeout(_STEP_TIMEOUT_S):
            if self._state is None:
                self._state = await _begin(self._db, self._floor_id)
            rows = await self._session.read(self._state.seq, _PAGE)
        _fold(self._floor_id, self._state, rows)
        return len(rows) == _PAGE

    async def finish(self) -> Recovered:
        """Fold what is left, now that nobody else writes, and hand the floor over. Raises what `step` does."""
        more = True
        while more:
            more = await self.step()
            await asyncio.sleep(0)  # let the rest of the process live
        assert self._state is not None
        async with self._db.system() as tx:  # whoever led before may have written newer ones since we began
            query = select(floor_snapshot.c.seq).where(floor_snapshot.c.floor_id == self._floor_id)
            self._state.snapshot_seq = await tx.scalar(query) or 0
        return self._state


async def _begin(db: Database, floor_id: str) -> Recovered:
    async with db.system() as tx:
        state = await _from_snapshot(tx, floor_id)
        state.recent = await _recent_commands(tx, floor_id, state.seq)
    return state


async def _from_snapshot(tx: AsyncConnection, floor_id: str) -> Recovered:
    row = (await tx.execute(select(floor_snapshot).where(floor_snapshot.c.floor_id == floor_id))).one_or_none()
    if row is None:
        return Recovered(Floor())
    try:
        if fingerprint(row.body) == row.checksum:
            return Recovered(Floor.restore(row.body), seq=row.seq, snapshot_seq=row.seq)
        logger.warning("floor.snapshot_refused", floor_id=floor_id, why="checksum")
    except (msgspec.MsgspecError, ValueError, KeyError, TypeError) as error:
        # Written by another version of the engine: the journal is the truth and folding it all is always possible.
        logger.warning("floor.snapshot_refused", floor_id=floor_id, why=str(error))
    return Recovered(Floor())


def _fold(floor_id: str, state: Recovered, rows: Sequence[Row]) -> None:
    for seq, body, command_id, by_kind, by_id in rows:
        if seq != state.seq + 1:
            raise JournalDamaged(f"floor {floor_id}: seq {seq} follows {state.seq}")
        try:
            state.floor.apply(decode_event(body))
        except msgspec.ValidationError as error:
            raise JournalDamaged(f"floor {floor_id}: seq {seq} is no event: {error}") from error
        state.seq = seq
        known = state.recent.get(command_id)
        state.recent[command_id] = Done(
            known.first if known else seq, seq, known.by if known else Party(by_kind, by_id)
        )
    while len(state.recent) > RECENT_COMMANDS:
        state.recent.popitem(last=False)


def fingerprint(body: bytes) -> str:
    """sha256 of a snapshot as it is kept, hex: says whether it comes back as it was written."""
    return hashlib.sha256(body).hexdigest()


async def _recent_commands(tx: AsyncConnection, floor_id: str, head: int) -> OrderedDict[str, Done]:
    """The last commands up to `head`, oldest first: whoever repeats one after a restart gets the earlier answer."""
    first, last = func.min(journal.c.seq), func.max(journal.c.seq)
    query = (
        select(journal.c.command_id, first, last, func.min(journal.c.by_kind), func.min(journal.c.by_id))
        .where(journal.c.floor_id == floor_id, journal.c.seq.between(head - _RECENT_EVENTS, head))
        .group_by(journal.c.command_id)
        .order_by(first)
    )
    found = await tx.execute(query)
    return OrderedDict((id, Done(first, last, Party(kind, by))) for id, first, last, kind, by in found)


async def write_snapshot(db: Database, floor_id: str, seq: int, at: int, body: bytes, checksum: str) -> None:
    """Keep a floor's snapshot, if it is newer than the kept one."""
    values = {"floor_id": floor_id, "seq": seq, "at": at, "body": body, "checksum": checksum}
    statement = insert(floor_snapshot).values(values)
    newer = statement.on_conflict_do_update(
        index_elements=["floor_id"],
        set_={name: statement.excluded[name] for name in values if name != "floor_id"},
        where=floor_snapshot.c.seq <= statement.excluded.seq,
    )
    async with db.system() as tx:
        await tx.execute(newer)
