"""Live drills in the database: starting, reading, ending, purging. Takes system transactions."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Row, Select, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from rexian.directory.act import Act
from rexian.directory.practice.contract import Shadow, copy_tenant, find_trainees, retire_shadow, take_on
from rexian.directory.queues.contract import Card, queue_cards
from rexian.directory.tenants.contract import Tenant, tenant_cards
from rexian.drill.live.demand import from_curve, from_file
from rexian.drill.live.model import (
    KEPT_MS,
    OPEN,
    Coming,
    Debrief,
    DrillQueue,
    FestivalCurve,
    LiveDrill,
    NewLive,
    Plan,
    Reason,
)
from rexian.drill.live.tables import live_drill
from rexian.drill.rehearsal.files.faults import BadFiles
from rexian.drill.runs.model import Starter
from rexian.kit.database import metadata
from rexian.kit.ids import new_id
from rexian.kit.problem import FieldError, Problem, not_found
from rexian.kit.slice import Copier
from rexian.runtime import journal

MINUTE_MS = 60_000
_STAYS = ("tenant", "audit", "journal")  # the shadow's own row, and what can't be rewritten: ids and instants


async def start(act: Act, new: NewLive, by: Starter, locale: str, copiers: Sequence[Copier]) -> str:
    """Make the shadow and the drill; returns its id. The same id again is the same drill.

    Raises `Problem`: 404 for a shadow, 409 `live_drill_open`, `no_chat_queues`, 400 for trainees and files.
    """
    drill_id = new.id or new_id()
    known = (await act.tx.execute(select(live_drill).where(live_drill.c.id == drill_id))).one_or_none()
    if known is not None:
        if known.tenant_id != act.tenant_id:
            raise Problem("id_in_use", 409, errors=[{"field": "id", "code": "id_in_use"}])
        return drill_id
    await _check_none_open(act)
    trainees = await find_trainees(act, new.trainees)
    shadow = await copy_tenant(act, new_id())
    for copy in copiers:
        await copy(act.tx, act.tenant_id, shadow.id, shadow.queues, act.now_ms)
    cards, real = await queue_cards(act.tx), (await tenant_cards(act.tx))[act.tenant_id]
    plan = Plan(
        source="festival" if isinstance(new.source, FestivalCurve) else "file", speed=new.speed, minutes=new.minutes,
        seed=new.seed, real_too=new.real_too, site_key=shadow.site_key, book=real.key, trainees=trainees,
        queues=[_queue(cards[id]) for id in shadow.queues.values()],
        customers=await _customers(new, shadow, cards, real, locale),
    )  # fmt: skip
    await take_on(act, shadow.id, trainees, real_too=new.real_too)
    row = {
        "id": drill_id, "tenant_id": act.tenant_id, "shadow_id": shadow.id, "floor_id": shadow.floor_id,
        "from_seq": await journal.head(act.tx, shadow.floor_id), "state": "running",
        "plan": msgspec.to_builtins(plan), "created_by": by.id, "created_by_name": by.name, "started_at": act.now_ms,
        "ends_at": act.now_ms + new.minutes * MINUTE_MS,
    }  # fmt: skip
    try:
        await act.tx.execute(live_drill.insert().values(row))
    except IntegrityError:  # somebody else was quicker
        raise Problem("live_drill_open", 409) from None
    await act.record(
        "drill.live_started", "live_drill", drill_id, shadow_id=shadow.id, customers=len(plan.customers),
        speed=new.speed, minutes=new.minutes, real_too=new.real_too, trainees=[one.id for one in trainees],
    )  # fmt: skip
    return drill_id


async def _check_none_open(act: Act) -> None:
    mine = select(live_drill.c.id).where(live_drill.c.tenant_id == act.tenant_id, live_drill.c.state.in_(OPEN))
    if (await act.tx.execute(mine)).first() is not None:
        raise Problem("live_drill_open", 409)


def _queue(card: Card) -> DrillQueue:
    return DrillQueue(id=card.id, name=card.name, name_en=card.name_en, threshold_ms=card.service_level_ms)


async def _customers(new: NewLive, shadow: Shadow, cards: dict[str, Card], real: Tenant, locale: str) -> list[Coming]:
    """Everybody who is to come. Raises `Problem` (400 `bad_arrivals`), with all that is wrong in the file."""
    source = new.source
    if isinstance(source, FestivalCurve):
        found = from_curve(source, list(shadow.topics), speed=new.speed, minutes=new.minutes, seed=new.seed)
        if not found:
            raise Problem("no_customers", 400, errors=[{"field": "source", "code": "no_customers"}])
        return found
    names = {
        name.casefold(): topic
        for topic, queue_id in shadow.topics.items()
        for name in (topic, cards[queue_id].name, cards[queue_id].name_en, _real_id(shadow, queue_id))
    }
    try:
        found = await asyncio.to_thread(from_file, source, names, speed=new.speed, minutes=new.minutes, zone=real.zone)
    except BadFiles as bad:
        errors = [
            FieldError(field="source.arrivals", code=fault.code, message=fault.sentence(locale)) for fault in bad.faults
        ]
        raise Problem("bad_arrivals", 400, errors=errors) from None
    if not found:
        raise Problem("no_customers", 400, errors=[{"field": "source.arrivals", "code": "no_customers"}])
    return found


def _real_id(shadow: Shadow, queue_id: str) -> str:
    return next(old for old, new in shadow.queues.items() if new == queue_id)


# -- reading ----------------------------------------------------------------------------------------------------------
def drills(tenant_id: str) -> Select[Any]:
    """The tenant's drills, newest first."""
    return select(live_drill).where(live_drill.c.tenant_id == tenant_id).order_by(live_drill.c.started_at.desc())


async def get_row(tx: AsyncConnection, drill_id: str) -> Row[Any]:
    """Raises `Problem` (404)."""
    row = (await tx.execute(select(live_drill).where(live_drill.c.id == drill_id))).one_or_none()
    if row is None:
        raise not_found("drill")
    return row


async def open_rows(tx: AsyncConnection) -> Sequence[Row[Any]]:
    return (await tx.execute(select(live_drill).where(live_drill.c.state.in_(OPEN)))).all()


def plan_of(row: Row[Any]) -> Plan:
    return msgspec.convert(row.plan, Plan)


def view_of(row: Row[Any], now_ms: int, debrief: Debrief | None = None) -> LiveDrill:
    plan = plan_of(row)
    until = (row.ended_at or now_ms) - (row.begun_at or now_ms)
    due = sum(one.at < until for one in plan.customers)
    if row.debrief is not None:
        debrief = msgspec.convert(row.debrief, Debrief)
    return LiveDrill(
        id=row.id, tenant_id=row.tenant_id, shadow_id=row.shadow_id, state=row.state, reason=row.reason,
        source=plan.source, speed=plan.speed, minutes=plan.minutes, real_too=plan.real_too, trainees=plan.trainees,
        due=len(plan.customers), came=row.came, missed=max(0, due - row.came) if row.interruptions else 0,
        interruptions=row.interruptions, started_at=row.started_at, ends_at=row.ends_at, ended_at=row.ended_at,
        purged_at=row.purged_at, created_by=Starter(row.created_by, row.created_by_name), debrief=debrief,
    )  # fmt: skip


# -- its course -------------------------------------------------------------------------------------------------------
async def change(tx: AsyncConnection, drill_id: str, **values: Any) -> None:
    await tx.execute(update(live_drill).where(live_drill.c.id == drill_id).values(values))


async def ask_to_end(tx: AsyncConnection, drill_id: str, reason: Reason) -> bool:
    """Let a running drill end; False: it was ending or over already."""
    running = (live_drill.c.id == drill_id, live_drill.c.state == "running")
    return bool((await tx.execute(update(live_drill).where(*running).values(state="ending", reason=reason))).rowcount)


async def end(act: Act, row: Row[Any], debrief: Debrief) -> None:
    """It is over: the shadow is retired, the debrief is kept."""
    await retire_shadow(act, row.shadow_id)
    values = {"state": "ended", "ended_at": act.now_ms, "debrief": msgspec.to_builtins(debrief)}
    await change(act.tx, row.id, **values)
    await act.record("drill.live_ended", "live_drill", row.id, reason=row.reason, came=row.came)


async def purge(tx: AsyncConnection, now_ms: int) -> int:
    """Remove what shadows hold whose drills ended thirty days ago; returns of how many.

    The journal and the audit trail are never rewritten: they keep ids and instants.
    """
    old = select(live_drill).where(live_drill.c.state == "ended", live_drill.c.purged_at.is_(None))
    rows = (await tx.execute(old.where(live_drill.c.ended_at < now_ms - KEPT_MS))).all()
    for row in rows:
        for table in reversed(metadata.sorted_tables):
            if table.info.get("tenant") is True and table.name not in _STAYS:
                await tx.execute(table.delete().where(table.c.tenant_id == row.shadow_id))
        await change(tx, row.id, purged_at=now_ms)
        await Act(tx, row.tenant_id, now_ms).record("drill.live_purged", "live_drill", row.id, shadow_id=row.shadow_id)
    return len(rows)
