"""Making, changing and asking business hours."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncConnection

from rexian.directory.act import Act
from rexian.directory.changes import changed_fields
from rexian.directory.hours import holidays
from rexian.directory.hours.model import Day, Rules, Schedule, check_rules
from rexian.directory.hours.schemas import Hours, HoursChange, NewHours, Opening, Preview, PreviewDay
from rexian.directory.hours.tables import hours
from rexian.directory.tenants.model import checked_zone
from rexian.directory.tenants.service import get_tenant
from rexian.kit.ids import new_id
from rexian.kit.problem import Problem, not_found

PREVIEW_DAYS = 400


async def create_hours(act: Act, new: NewHours) -> Hours:
    """Make a calendar. Raises `Problem`: 400 `bad_hours`, `unknown_zone`, 409 `name_taken`."""
    check_rules(new.rules)
    zone = new.zone or (await get_tenant(act.tx, act.tenant_id)).zone
    checked_zone(zone)
    await act.check_name(hours, new.name, new.id)
    row: dict[str, Any] = {
        "id": new.id or new_id(),
        "tenant_id": act.tenant_id,
        "name": new.name,
        "name_en": new.name_en or new.name,
        "zone": zone,
        "rules": msgspec.to_builtins(new.rules),
        "created_at": act.now_ms,
    }
    if await act.insert_once(hours, row):
        await act.note("hours.created", "hours", row["id"], name=new.name, zone=zone, rules=row["rules"])
    return await get_hours(act.tx, row["id"], act.now_ms)


async def change_hours(act: Act, hours_id: str, change: HoursChange) -> Hours:
    """Change what is given, leave the rest. Raises as `create_hours` does."""
    values = changed_fields(change)
    if change.rules is not None:
        check_rules(change.rules)
        values["rules"] = msgspec.to_builtins(change.rules)
    if change.zone is not None:
        checked_zone(change.zone)
    if change.name is not None:
        await act.check_name(hours, change.name, hours_id)
    if values:
        await act.tx.execute(hours.update().where(hours.c.id == hours_id).values(values))
        await act.note("hours.changed", "hours", hours_id, **values)
    return await get_hours(act.tx, hours_id, act.now_ms)


async def retire_hours(act: Act, hours_id: str, used_by: list[str]) -> None:
    """Take the calendar out of use. Raises `Problem` (409 `hours_in_use`) when `used_by` names anything."""
    if used_by:
        raise Problem("hours_in_use", 409, users="、".join(used_by))
    live = (hours.c.id == hours_id, hours.c.retired_at.is_(None))
    if (await act.tx.execute(hours.update().where(*live).values(retired_at=act.now_ms))).rowcount:
        await act.note("hours.retired", "hours", hours_id)


async def check_hours(act: Act, hours_id: str | None) -> None:
    """Make sure that the calendar is there, live and the tenant's own. Raises `Problem` (400 `unknown_hours`)."""
    if hours_id is None:
        return
    own = select(hours.c.id).where(
        hours.c.id == hours_id, hours.c.tenant_id == act.tenant_id, hours.c.retired_at.is_(None)
    )
    if (await act.tx.execute(own)).first() is None:
        raise Problem("unknown_hours", 400, errors=[{"field": "hours_id", "code": "unknown_hours"}])


async def get_hours(tx: AsyncConnection, hours_id: str, now_ms: int) -> Hours:
    return hours_of(await _row(tx, hours_id), now_ms)


async def schedule_of(tx: AsyncConnection, hours_id: str) -> Schedule:
    """Return the calendar ready to be asked. Raises `Problem` (404)."""
    return _schedule(await _row(tx, hours_id))


async def preview_of(tx: AsyncConnection, hours_id: str, first: date, last: date, now_ms: int) -> Preview:
    """Return what the rules mean from `first` to `last`, both included, at most 400 days. Raises `Problem`."""
    if last < first or last - first >= timedelta(days=PREVIEW_DAYS):
        raise Problem("bad_range", 400, errors=[{"field": "to", "code": "bad_range"}], most=PREVIEW_DAYS)
    schedule = await schedule_of(tx, hours_id)
    days = [_preview_day(day, schedule.rules) for day in schedule.preview(first, last)]
    return Preview(
        zone=schedule.zone.key,
        open_now=schedule.is_open(now_ms),
        next_opening_at=schedule.next_opening(now_ms),
        days=days,
        total_ms=sum(day.open_ms for day in days),
    )


def _preview_day(day: Day, rules: Rules) -> PreviewDay:
    return PreviewDay(
        date=day.day,
        kind=day.kind,
        name=day.name,
        name_en=day.name_en,
        openings=[Opening(opens_at=start, closes_at=end) for start, end in day.open],
        open_ms=sum(end - start for start, end in day.open),
        known=rules.holidays == "none" or date.fromisoformat(day.day) <= holidays.KNOWN_UNTIL,
    )


async def _row(tx: AsyncConnection, hours_id: str) -> Row[Any]:
    row: Row[Any] | None = (await tx.execute(select(hours).where(hours.c.id == hours_id))).one_or_none()
    if row is None:
        raise not_found("hours")
    return row


def _schedule(row: Row[Any]) -> Schedule:
    return Schedule(msgspec.convert(row.rules, Rules), ZoneInfo(row.zone))


def hours_of(row: Row[Any], now_ms: int) -> Hours:
    schedule = _schedule(row)
    return Hours(
        id=row.id,
        tenant_id=row.tenant_id,
        name=row.name,
        name_en=row.name_en,
        zone=row.zone,
        rules=schedule.rules,
        retired=row.retired_at is not None,
        open_now=schedule.is_open(now_ms),
        holidays_known_until=holidays.KNOWN_UNTIL.isoformat(),
    )
