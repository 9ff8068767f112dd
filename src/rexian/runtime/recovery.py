"""Bringing a floor back: the latest snapshot, then every event after it, folded in order and never decided again."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from dataclasses import dataclass, field

import msgspec
from msgspec import Struct
from sqlalchemy import Text, cast, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from rexian.engine.codec import decode_event
from rexian.engine.floor import Floor
from rexian.engine.specs import Party
from rexian.kit import log
from rexian.kit.database import Database
from rexian.runtime.tables import floor_snapshot, journal

_PAGE = 2_000
_RECENT_EVENTS = 20_000

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


async def recover(db: Database, floor_id: str) -> Recovered:
    """Fold the floor's journal. Raises `JournalDamaged`, or what `is_outage` knows."""
    async with db.system() as tx:
        state = await _from_snapshot(tx, floor_id)
        more = True
        while more:
            more = await _fold_page(tx, floor_id, state)
            await asyncio.sleep(0)  # let the rest of the process live
        state.recent = await _recent_commands(tx, floor_id, state.seq)
    return state


async def _from_snapshot(tx: AsyncConnection, floor_id: str) -> Recovered:
    row = (await tx.execute(select(floor_snapshot).where(floor_snapshot.c.floor_id == floor_id))).one_or_none()
    if row is None:
        return Recovered(Floor())
    try:
        floor = Floor.restore(row.body)
        if floor.checksum() == row.checksum:
            return Recovered(floor, seq=row.seq, snapshot_seq=row.seq)
        logger.warning("floor.snapshot_refused", floor_id=floor_id, why="checksum")
    except (msgspec.MsgspecError, ValueError, KeyError, TypeError) as error:
        # Written by another version of the engine: the journal is the truth and folding it all is always possible.
        logger.warning("floor.snapshot_refused", floor_id=floor_id, why=str(error))
    return Recovered(Floor())


async def _fold_page(tx: AsyncConnection, floor_id: str, state: Recovered) -> bool:
    query = (
        select(journal.c.seq, cast(journal.c.body, Text))
        .where(journal.c.floor_id == floor_id, journal.c.seq > state.seq)
        .order_by(journal.c.seq)
        .limit(_PAGE)
    )
    rows = (await tx.execute(query)).all()
    for seq, body in rows:
        if seq != state.seq + 1:
            raise JournalDamaged(f"floor {floor_id}: seq {seq} follows {state.seq}")
        try:
            state.floor.apply(decode_event(body))
        except msgspec.ValidationError as error:
            raise JournalDamaged(f"floor {floor_id}: seq {seq} is no event: {error}") from error
        state.seq = seq
    return len(rows) == _PAGE


async def _recent_commands(tx: AsyncConnection, floor_id: str, head: int) -> OrderedDict[str, Done]:
    """The last commands, oldest first: whoever repeats one after a restart gets the earlier answer."""
    first, last = func.min(journal.c.seq), func.max(journal.c.seq)
    query = (
        select(journal.c.command_id, first, last, func.min(journal.c.by_kind), func.min(journal.c.by_id))
        .where(journal.c.floor_id == floor_id, journal.c.seq > head - _RECENT_EVENTS)
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
