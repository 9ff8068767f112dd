"""A stretch of a floor's past, found by name and time, folded again; and why a contact in it waited."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from msgspec import Struct
from sqlalchemy import func, select

from rexian.directory.tenants.contract import tenant_cards
from rexian.kit.database import Database
from rexian.kit.ids import is_id
from rexian.kit.problem import Problem
from rexian.runtime.replay import Ends, Replayed, ends_of, looking, replay, seq_from
from rexian.runtime.tables import floor, journal
from rexian.work.trace.model import Reader
from rexian.work.trace.service import Explained, explained
from rexian.work.trace.waits import Waits


class Stretch(Struct, frozen=True, kw_only=True):
    """What is to be folded. `zone` is that of the contact's company, else of the floor; local times are meant in it."""

    floor_id: str
    floor_name: str
    zone: str
    ends: Ends
    first: int
    last: int
    contact_id: str | None = None
    contact_first: int = 0
    tenant_id: str = ""


class _Span(Struct, frozen=True):
    tenant_id: str
    first: int
    last: int


async def find(db: Database, name: str, since: str | None, until: str | None, contact_id: str | None) -> Stretch:
    """Find the floor by id or name, and the range: ISO 8601 or `seq:N`. Raises `Problem` for what there is not.

    A contact's range is its own, from its first event to its last (to now while it is open), unless it is said.
    """
    floor_id, floor_name, zone = await _floor(db, name)
    async with looking(db) as tx:
        ends = await ends_of(tx, floor_id)
    contact_id = None if contact_id is None else contact_id.lower()
    span = None if contact_id is None else await _span(db, floor_id, contact_id, ends)
    if span is not None:
        zone = await _zone(db, span.tenant_id) or zone
    first = await _first(db, floor_id, since, zone, ends) if since else 1
    last = await _last(db, floor_id, until, zone, ends) if until else ends.last
    if span is not None:
        first = min(first, span.first) if since else span.first
        last = last if until else span.last
    if ends.last and (first > last or (span is not None and last < span.first)):
        raise Problem("replay_nothing", 400, first=1, last=ends.last, since=_clock(ends.first_at, zone),
                      until=_clock(ends.last_at, zone), zone=zone)  # fmt: skip
    return Stretch(
        floor_id=floor_id, floor_name=floor_name, zone=zone, ends=ends, first=first, last=last,
        contact_id=contact_id,
        contact_first=0 if span is None else span.first,
        tenant_id="" if span is None else span.tenant_id,
    )  # fmt: skip


async def play(
    db: Database,
    stretch: Stretch,
    locale: str,
    reader: Reader = "supervisor",
    progress: Callable[[float], None] | None = None,
) -> tuple[Replayed, Explained | None]:
    """Fold and verify it; with a contact, tell why it waited as `reader` may hear it."""
    waits = None if stretch.contact_id is None else Waits(stretch.contact_id)
    done = await replay(
        db, stretch.floor_id, stretch.first, stretch.last, watcher=waits, progress=progress
    )  # fmt: skip
    if waits is None or done.last < stretch.contact_first:  # it broke off before the contact came
        return done, None
    waits.finish(done.last_at)
    return done, await explained(db, stretch.tenant_id, waits, locale, reader, stretch.floor_id, done.last)


# -- finding -----------------------------------------------------------------------------------------------------------
async def _floor(db: Database, name: str) -> tuple[str, str, str]:
    async with looking(db) as tx:
        known = (await tx.execute(select(floor).order_by(floor.c.name, floor.c.id))).all()
    found = [row for row in known if name.lower() == row.id] or [row for row in known if row.name == name]
    if not found:
        raise Problem("replay_unknown_floor", 404, floor=name, floors=", ".join(row.name for row in known) or "–")
    if len(found) > 1:
        raise Problem("replay_floors_alike", 400, floor=name, floors=", ".join(row.id for row in found))
    return found[0].id, found[0].name, found[0].tz


async def _span(db: Database, floor_id: str, contact_id: str, ends: Ends) -> _Span:
    if is_id(contact_id):
        closed = func.bool_or(journal.c.kind.in_(("ContactClosed", "SelfServed")))
        query = (
            select(journal.c.tenant_id, func.min(journal.c.seq), func.max(journal.c.seq), closed)
            .where(journal.c.contact_id == contact_id, journal.c.floor_id == floor_id, journal.c.tenant_id.is_not(None))
            .group_by(journal.c.tenant_id)
        )
        async with looking(db) as tx:
            found = (await tx.execute(query.order_by(func.min(journal.c.seq)).limit(1))).one_or_none()
        if found is not None:
            tenant_id, first, last, over = found
            return _Span(tenant_id, first, last if over else ends.last)
    raise Problem("replay_unknown_contact", 404, contact=contact_id)


async def _zone(db: Database, tenant_id: str) -> str | None:
    async with looking(db) as tx:
        card = (await tenant_cards(tx)).get(tenant_id)
    return None if card is None else card.zone


# -- when --------------------------------------------------------------------------------------------------------------
async def _first(db: Database, floor_id: str, text: str, zone: str, ends: Ends) -> int:
    seq, at = _point(text, zone, ends)
    if at is None:
        return max(1, seq)
    async with looking(db) as tx:
        return await seq_from(tx, floor_id, at)


async def _last(db: Database, floor_id: str, text: str, zone: str, ends: Ends) -> int:
    seq, at = _point(text, zone, ends)
    if at is None:
        return seq
    async with looking(db) as tx:
        return await seq_from(tx, floor_id, at + 1) - 1


def _point(text: str, zone: str, ends: Ends) -> tuple[int, int | None]:
    """(seq, None) or (0, ms since 1970 UTC). Raises `Problem` for what is neither, or no single instant."""
    kind, _, number = text.partition(":")
    if kind == "seq":
        if not (number.isascii() and number.isdigit()) or len(number) > 18:
            raise Problem("replay_bad_time", 400, text=text)
        if int(number) > ends.last:
            raise Problem("replay_beyond", 400, text=text, last=ends.last)
        return int(number), None
    try:
        told = datetime.fromisoformat(text)
        if told.tzinfo is None:
            told = _in_zone(told, text, zone)
        return 0, round(told.timestamp() * 1000)
    except (ValueError, OverflowError) as error:
        raise Problem("replay_bad_time", 400, text=text) from error


def _in_zone(told: datetime, text: str, zone: str) -> datetime:
    """A local time; one that the clocks showed twice or never is refused."""
    early, late = (told.replace(tzinfo=ZoneInfo(zone), fold=fold) for fold in (0, 1))
    if early.utcoffset() != late.utcoffset():
        raise Problem("replay_unclear_time", 400, text=text, zone=zone)
    return early


def _clock(at: int, zone: str) -> str:
    return datetime.fromtimestamp(at / 1000, ZoneInfo(zone)).isoformat(sep=" ", timespec="seconds")
