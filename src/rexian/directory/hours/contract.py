"""What others may ask of business hours."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncConnection

from rexian.directory.hours.model import Schedule
from rexian.directory.hours.service import schedule_of
from rexian.kit.i18n import t

__all__ = ["Schedule", "open_now", "opening_text", "schedule_of"]


async def open_now(tx: AsyncConnection, hours_id: str | None, now_ms: int, locale: str) -> tuple[bool, str]:
    """Say whether somebody answers now, and say it in words. Without a calendar somebody always does."""
    if hours_id is None:
        return True, t(locale, "hours.always")
    return opening_text(await schedule_of(tx, hours_id), now_ms, locale)


def opening_text(schedule: Schedule, now_ms: int, locale: str) -> tuple[bool, str]:
    """Say whether the schedule is open at `now_ms`, and until or from when, in its own local time."""
    zone = schedule.zone
    if schedule.is_open(now_ms):
        until = schedule.closes_at(now_ms)
        if until is None:
            return True, t(locale, "hours.always")
        key = "hours.open_until" if _days(now_ms, until - 1, zone) == 0 else "hours.open_until_tomorrow"
        time = _time(until, zone)
        return True, t(locale, key, time="24:00" if time == "00:00" else time)
    opens = schedule.next_opening(now_ms)
    if opens is None:
        return False, t(locale, "hours.closed")
    days = _days(now_ms, opens, zone)
    key = {0: "hours.opens_today", 1: "hours.opens_tomorrow"}.get(days, "hours.opens_on")
    return False, t(locale, key, time=_time(opens, zone), date=_date(opens, zone, locale))


def _local(at: int, zone: ZoneInfo) -> datetime:
    return datetime.fromtimestamp(at // 1000, UTC).astimezone(zone)


def _days(earlier: int, later: int, zone: ZoneInfo) -> int:
    """How many midnights lie between the two instants."""
    return (_local(later, zone).date() - _local(earlier, zone).date()) // timedelta(days=1)


def _time(at: int, zone: ZoneInfo) -> str:
    return f"{_local(at, zone):%H:%M}"


def _date(at: int, zone: ZoneInfo, locale: str) -> str:
    local = _local(at, zone)
    weekday = t(locale, f"hours.weekday_{local.isoweekday()}")
    return t(locale, "hours.date", month=local.month, day=local.day, weekday=weekday)
