"""Business hours: rules in the tenant's own time, answers in instants.

A day's spans come from the first that applies: an exception for its date, the public holiday, the make-up workday, the
weekday. A span belongs to the day on which it starts; one whose end is not after its start runs into the next day
(`22:00`–`06:00`), whatever that next day is. Times that a change of the clocks skips or repeats are read as RFC 5545
does: a skipped one with the offset before the change, a repeated one as the first of the two.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from msgspec import Meta, Struct, field

from rexian.directory.hours import holidays
from rexian.directory.text import Name
from rexian.kit.problem import FieldError, Problem

DAY_MINUTES = 24 * 60
AHEAD_DAYS = 400  # how far `next_opening` looks
CLOSING_DAYS = 8  # how far `closes_at` looks: whoever is open longer than that is open round the clock

Time = Annotated[
    str, Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$(?!\n)|^24:00$(?!\n)", description="Local time, 00:00 to 24:00.")
]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEKDAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DayKind = Literal["weekday", "exception", "holiday", "makeup"]


class Span(Struct, frozen=True, forbid_unknown_fields=True):
    """Open from `start` to `end` (of the next day, if `end` is not after `start`)."""

    start: Time
    end: Time

    @property
    def minutes(self) -> tuple[int, int]:
        """Start and end in minutes after the midnight with which the day begins."""
        start, end = _minutes(self.start), _minutes(self.end)
        return start, end if end > start else end + DAY_MINUTES


Spans = Annotated[tuple[Span, ...], Meta(max_length=12)]


class SpecialDay(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename={"day": "date"}):
    """One date with hours of its own; no spans: closed."""

    day: date
    name: Name
    spans: Spans = ()


class Rules(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`holidays` "CN": China's public holidays have `holiday_spans` (none: closed), and a weekend day that is worked
    instead has the hours of `makeup_as`.
    """

    weekly: dict[Weekday, Spans] = field(default_factory=dict)
    holidays: Literal["none", "CN"] = "none"
    holiday_spans: Spans = ()
    makeup_as: Weekday = "mon"
    exceptions: Annotated[tuple[SpecialDay, ...], Meta(max_length=500)] = ()


class Day(Struct, frozen=True, kw_only=True):
    """One local day: why it has its hours, and when these are. Instants in ms since 1970 UTC, ends exclusive."""

    day: str
    kind: DayKind
    name: str
    name_en: str
    open: tuple[tuple[int, int], ...]


ALWAYS = Rules(weekly={day: (Span("00:00", "24:00"),) for day in WEEKDAYS})


class Schedule:
    """Rules applied to a time zone."""

    def __init__(self, rules: Rules, zone: ZoneInfo) -> None:
        self.rules = rules
        self.zone = zone
        self._exceptions = {one.day: one for one in rules.exceptions}

    def is_open(self, at: int) -> bool:
        """Say whether somebody answers at the instant `at` (ms since 1970 UTC)."""
        return any(start <= at < end for start, end in self._around(at, days=1))

    def next_opening(self, at: int) -> int | None:
        """Return the first instant from `at` on that is open (`at` itself if it is); None within 400 days."""
        for start, end in self._around(at, days=AHEAD_DAYS):
            if end > at:
                return max(start, at)
        return None

    def closes_at(self, at: int) -> int | None:
        """Return when the opening that holds at `at` ends; None if closed, or open for more than a week."""
        until = at
        for start, end in self._around(at, days=CLOSING_DAYS):
            if start <= until < end:
                until = end
            elif start > until:
                return until if until > at else None
        return None

    def preview(self, first: date, last: date) -> list[Day]:
        """Return the days from `first` to `last`, both included."""
        return [self.day(day) for day in _days(first, (last - first).days + 1)]

    def day(self, day: date) -> Day:
        kind, name, name_en, spans = self._rule(day)
        return Day(day=day.isoformat(), kind=kind, name=name, name_en=name_en, open=tuple(self._instants(day, spans)))

    def _rule(self, day: date) -> tuple[DayKind, str, str, Spans]:
        """Which rule makes this day's hours, under which name, and the hours."""
        if own := self._exceptions.get(day):
            return "exception", own.name, own.name, own.spans
        if self.rules.holidays == "CN":
            if names := holidays.holiday(day):
                return "holiday", *names, self.rules.holiday_spans
            if names := holidays.makeup(day):
                return "makeup", *names, self.rules.weekly.get(self.rules.makeup_as, ())
        return "weekday", "", "", self.rules.weekly.get(WEEKDAYS[day.weekday()], ())

    def _instants(self, day: date, spans: Spans) -> Iterator[tuple[int, int]]:
        """The day's openings in order, those that touch or overlap joined."""
        found = sorted(
            (self._instant(day, start), self._instant(day, end)) for start, end in (s.minutes for s in spans)
        )
        joined: list[tuple[int, int]] = []
        for start, end in found:
            if end <= start:  # a change of the clocks swallowed it
                continue
            if joined and start <= joined[-1][1]:
                joined[-1] = (joined[-1][0], max(joined[-1][1], end))
            else:
                joined.append((start, end))
        yield from joined

    def _instant(self, day: date, minutes: int) -> int:
        midnight = datetime(day.year, day.month, day.day, tzinfo=self.zone)
        wall = midnight + timedelta(minutes=minutes)  # on the wall: Python moves the hands, not the instant
        return int(wall.astimezone(UTC).timestamp()) * 1000

    def _around(self, at: int, *, days: int) -> Iterator[tuple[int, int]]:
        """Openings from the day before `at` (one may still last) until `days` after, in order of their starts."""
        today = datetime.fromtimestamp(at // 1000, UTC).astimezone(self.zone).date()
        for day in _days(today - timedelta(days=1), days + 2):
            yield from self.day(day).open


def check_rules(rules: Rules) -> None:
    """Refuse what the types let through. Raises `Problem` (400 `bad_hours`) naming every field that is wrong."""
    named = [(f"weekly.{day}", spans) for day, spans in rules.weekly.items()]
    named += [("holiday_spans", rules.holiday_spans)]
    named += [(f"exceptions.{index}.spans", one.spans) for index, one in enumerate(rules.exceptions)]
    errors: list[FieldError] = []
    for path, spans in named:
        errors += [{"field": f"{path}.{index}", "code": code} for index, code in _wrong(spans)]
    seen: set[date] = set()
    for index, one in enumerate(rules.exceptions):
        if one.day in seen:
            errors.append({"field": f"exceptions.{index}.date", "code": "date_twice"})
        seen.add(one.day)
    if errors:
        raise Problem("bad_hours", 400, errors=errors)


def _wrong(spans: Spans) -> Iterator[tuple[int, str]]:
    taken: list[tuple[int, int]] = []
    for index, span in enumerate(spans):
        start, end = span.minutes
        if span.start == "24:00":
            yield index, "span_starts_at_24"
        elif span.start == span.end:
            yield index, "span_empty"
        elif any(start < other_end and other_start < end for other_start, other_end in taken):
            yield index, "span_overlaps"
        taken.append((start, end))


def _minutes(time: str) -> int:
    return int(time[:2]) * 60 + int(time[3:])


def _days(first: date, count: int) -> Iterator[date]:
    for number in range(count):
        if date.max - first < timedelta(days=number):
            return
        yield first + timedelta(days=number)
