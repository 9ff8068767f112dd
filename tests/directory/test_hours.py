"""Business hours: local rules, right instants."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rexian.directory.hours.contract import opening_text
from rexian.directory.hours.model import ALWAYS, WEEKDAYS, Rules, Schedule, Span, SpecialDay, check_rules
from rexian.kit.problem import Problem

SHANGHAI = ZoneInfo("Asia/Shanghai")
BERLIN = ZoneInfo("Europe/Berlin")
NEW_YORK = ZoneInfo("America/New_York")
HOUR = 3_600_000
NINE_TO_SIX = Rules(weekly=dict.fromkeys(WEEKDAYS[:5], (Span("09:00", "18:00"),)), holidays="CN")
NIGHTS = Rules(weekly=dict.fromkeys(WEEKDAYS, (Span("22:00", "06:00"),)))


def at(zone: ZoneInfo, text: str, fold: int = 0) -> int:
    """The instant at which the wall shows `text` in `zone`."""
    return int(datetime.fromisoformat(text).replace(tzinfo=zone, fold=fold).timestamp()) * 1000


def open_ms(schedule: Schedule, first: str, last: str) -> int:
    days = schedule.preview(date.fromisoformat(first), date.fromisoformat(last))
    return sum(end - start for day in days for start, end in day.open)


def test_a_weekday_opens_and_closes_to_the_second() -> None:
    schedule = Schedule(NINE_TO_SIX, SHANGHAI)
    assert not schedule.is_open(at(SHANGHAI, "2025-11-24T09:00:00") - 1)
    assert schedule.is_open(at(SHANGHAI, "2025-11-24T09:00:00"))
    assert schedule.is_open(at(SHANGHAI, "2025-11-24T18:00:00") - 1)
    assert not schedule.is_open(at(SHANGHAI, "2025-11-24T18:00:00"))


def test_friday_evening_opens_again_on_monday_morning() -> None:
    schedule = Schedule(NINE_TO_SIX, SHANGHAI)
    assert schedule.next_opening(at(SHANGHAI, "2025-11-21T18:00:00")) == at(SHANGHAI, "2025-11-24T09:00:00")


def test_whoever_is_open_opens_now() -> None:
    now = at(SHANGHAI, "2025-11-24T10:00:00")
    assert Schedule(NINE_TO_SIX, SHANGHAI).next_opening(now) == now


def test_never_open_never_opens() -> None:
    assert Schedule(Rules(), SHANGHAI).next_opening(0) is None


def test_a_night_belongs_to_the_day_on_which_it_begins() -> None:
    rules = Rules(weekly={"fri": (Span("22:00", "06:00"),)})
    schedule = Schedule(rules, SHANGHAI)
    assert schedule.is_open(at(SHANGHAI, "2025-11-22T05:59:59"))
    assert not schedule.is_open(at(SHANGHAI, "2025-11-22T06:00:00"))
    assert not schedule.is_open(at(SHANGHAI, "2025-11-21T05:00:00"))
    assert schedule.closes_at(at(SHANGHAI, "2025-11-21T23:00:00")) == at(SHANGHAI, "2025-11-22T06:00:00")


def test_round_the_clock_never_closes() -> None:
    schedule = Schedule(ALWAYS, SHANGHAI)
    assert schedule.is_open(at(SHANGHAI, "2025-11-22T00:00:00"))
    assert schedule.closes_at(at(SHANGHAI, "2025-11-22T00:00:00")) is None


def test_the_spring_festival_is_closed_and_its_makeup_saturday_is_worked() -> None:
    """2026: holidays from 15 to 23 February, worked instead on Saturdays 14 and 28 (State Council notice)."""
    schedule = Schedule(NINE_TO_SIX, SHANGHAI)
    assert schedule.is_open(at(SHANGHAI, "2026-02-14T10:00:00"))
    assert not schedule.is_open(at(SHANGHAI, "2026-02-17T10:00:00"))
    assert not schedule.is_open(at(SHANGHAI, "2026-02-21T10:00:00"))
    assert schedule.is_open(at(SHANGHAI, "2026-02-28T10:00:00"))
    days = {day.day: day for day in schedule.preview(date(2026, 2, 14), date(2026, 2, 24))}
    assert days["2026-02-14"].name == "春节调休上班"
    assert (days["2026-02-17"].kind, days["2026-02-17"].name, days["2026-02-17"].open) == ("holiday", "春节", ())
    assert days["2026-02-24"].kind == "weekday"


def test_national_day_of_2025_ends_the_whole_week() -> None:
    schedule = Schedule(NINE_TO_SIX, SHANGHAI)
    assert schedule.next_opening(at(SHANGHAI, "2025-09-30T18:00:00")) == at(SHANGHAI, "2025-10-09T09:00:00")


def test_a_makeup_day_has_the_hours_of_the_weekday_that_it_stands_for() -> None:
    rules = Rules(
        weekly={"mon": (Span("09:00", "18:00"),), "fri": (Span("08:00", "12:00"),)}, holidays="CN", makeup_as="fri"
    )
    day = Schedule(rules, SHANGHAI).day(date(2026, 2, 14))
    assert day.open == ((at(SHANGHAI, "2026-02-14T08:00:00"), at(SHANGHAI, "2026-02-14T12:00:00")),)


def test_a_holiday_may_have_hours_of_its_own() -> None:
    rules = Rules(weekly=NINE_TO_SIX.weekly, holidays="CN", holiday_spans=(Span("10:00", "16:00"),))
    assert Schedule(rules, SHANGHAI).is_open(at(SHANGHAI, "2026-02-17T10:00:00"))


def test_an_exception_wins_over_holiday_and_weekday() -> None:
    special = SpecialDay(day=date(2026, 2, 17), name="初一值班", spans=(Span("08:00", "20:00"),))
    closed = SpecialDay(day=date(2026, 3, 2), name="系统升级")
    schedule = Schedule(Rules(weekly=NINE_TO_SIX.weekly, holidays="CN", exceptions=(special, closed)), SHANGHAI)
    assert schedule.is_open(at(SHANGHAI, "2026-02-17T19:59:00"))
    assert not schedule.is_open(at(SHANGHAI, "2026-03-02T10:00:00"))


def test_the_29th_of_february_is_a_day_like_others() -> None:
    """FAULTS 35."""
    special = SpecialDay(day=date(2028, 2, 29), name="闰日", spans=(Span("10:00", "11:00"),))
    schedule = Schedule(Rules(weekly=NINE_TO_SIX.weekly, exceptions=(special,)), SHANGHAI)
    assert [day.day for day in schedule.preview(date(2028, 2, 28), date(2028, 3, 1))] == [
        "2028-02-28",
        "2028-02-29",
        "2028-03-01",
    ]
    assert schedule.is_open(at(SHANGHAI, "2028-02-29T10:30:00"))
    assert not schedule.is_open(at(SHANGHAI, "2028-02-29T12:00:00"))


@pytest.mark.parametrize(
    ("zone", "night", "hours"),
    [
        (BERLIN, "2025-03-29", 7),  # the clocks go forward at 02:00
        (BERLIN, "2025-10-25", 9),  # and back at 03:00
        (BERLIN, "2025-10-26", 8),
        (NEW_YORK, "2025-03-08", 7),
        (NEW_YORK, "2025-11-01", 9),
        (SHANGHAI, "2025-03-29", 8),
        (SHANGHAI, "1991-04-13", 7),  # China had summer time from 1986 to 1991
    ],
)
def test_a_night_over_a_change_of_the_clocks_has_the_hours_that_really_pass(
    zone: ZoneInfo, night: str, hours: int
) -> None:
    """FAULTS 34."""
    assert open_ms(Schedule(NIGHTS, zone), night, night) == hours * HOUR


def test_a_skipped_time_is_read_with_the_offset_before_the_change() -> None:
    """FAULTS 34; RFC 5545: 02:30 does not exist on that day and is 03:30 summer time."""
    rules = Rules(weekly={"sun": (Span("02:30", "04:00"),)})
    day = Schedule(rules, BERLIN).day(date(2025, 3, 30))
    assert day.open == ((at(BERLIN, "2025-03-30T03:30:00"), at(BERLIN, "2025-03-30T04:00:00")),)


def test_hours_that_the_gap_swallows_do_not_open_backwards() -> None:
    """FAULTS 34."""
    rules = Rules(weekly={"sun": (Span("02:45", "03:15"),)})
    schedule = Schedule(rules, BERLIN)
    assert schedule.day(date(2025, 3, 30)).open == ()
    assert schedule.next_opening(at(BERLIN, "2025-03-30T00:00:00")) == at(BERLIN, "2025-04-06T02:45:00")


def test_a_repeated_time_is_the_first_of_the_two() -> None:
    """FAULTS 34."""
    rules = Rules(weekly={"sun": (Span("02:30", "04:00"),)})
    ((start, end),) = Schedule(rules, BERLIN).day(date(2025, 10, 26)).open
    assert start == at(BERLIN, "2025-10-26T02:30:00", fold=0)
    assert end - start == int(2.5 * HOUR)


@given(day=st.dates(date(2024, 1, 1), date(2026, 12, 31)), zone=st.sampled_from([SHANGHAI, BERLIN, NEW_YORK]))
def test_a_day_round_the_clock_lasts_until_the_next_one_begins(day: date, zone: ZoneInfo) -> None:
    """FAULTS 34: no instant is lost or counted twice at any midnight."""
    schedule = Schedule(ALWAYS, zone)
    today, tomorrow = schedule.day(day), schedule.day(day + timedelta(days=1))
    assert today.open[-1][1] == tomorrow.open[0][0]


@given(seconds=st.integers(1_704_067_200, 1_798_761_600), zone=st.sampled_from([SHANGHAI, BERLIN]))
def test_is_open_and_next_opening_agree(seconds: int, zone: ZoneInfo) -> None:
    rules = Rules(
        weekly={"mon": (Span("09:00", "12:00"), Span("13:00", "18:00")), "sat": (Span("22:00", "04:00"),)},
        holidays="CN",
    )
    schedule, now = Schedule(rules, zone), seconds * 1000
    opening = schedule.next_opening(now)
    assert opening is not None
    assert schedule.is_open(opening)
    assert (opening == now) == schedule.is_open(now)
    assert opening == now or not schedule.is_open(opening - 1)


@pytest.mark.parametrize(
    ("rules", "field", "code"),
    [
        (Rules(weekly={"mon": (Span("24:00", "06:00"),)}), "weekly.mon.0", "span_starts_at_24"),
        (Rules(weekly={"mon": (Span("09:00", "09:00"),)}), "weekly.mon.0", "span_empty"),
        (Rules(weekly={"tue": (Span("09:00", "12:00"), Span("11:00", "13:00"))}), "weekly.tue.1", "span_overlaps"),
        (Rules(weekly={"tue": (Span("20:00", "04:00"), Span("23:00", "23:30"))}), "weekly.tue.1", "span_overlaps"),
        (
            Rules(exceptions=(SpecialDay(day=date(2026, 1, 1), name="a"), SpecialDay(day=date(2026, 1, 1), name="b"))),
            "exceptions.1.date",
            "date_twice",
        ),
    ],
)
def test_rules_that_make_no_sense_are_refused_field_by_field(rules: Rules, field: str, code: str) -> None:
    with pytest.raises(Problem) as refused:
        check_rules(rules)
    assert refused.value.code == "bad_hours"
    assert refused.value.errors == [{"field": field, "code": code}]


@pytest.mark.parametrize(
    ("now", "chinese", "english"),
    [
        ("2025-11-24T10:00:00", "人工客服在线，今日服务至 18:00", "Our people are here until 18:00 today"),
        ("2025-11-24T08:00:00", "人工客服将于今天 09:00 上线", "Our people are back today at 09:00"),
        ("2025-11-24T18:00:00", "人工客服将于明天 09:00 上线", "Our people are back tomorrow at 09:00"),
        (
            "2025-11-21T18:00:00",
            "人工客服将于 11 月 24 日（周一） 09:00 上线",
            "Our people are back on Mon 24/11 at 09:00",
        ),
    ],
)
def test_the_customer_reads_it_in_words(now: str, chinese: str, english: str) -> None:
    schedule, instant = Schedule(NINE_TO_SIX, SHANGHAI), at(SHANGHAI, now)
    assert opening_text(schedule, instant, "zh-CN")[1] == chinese
    assert opening_text(schedule, instant, "en")[1] == english


def test_a_night_that_ends_tomorrow_says_so() -> None:
    schedule = Schedule(NIGHTS, SHANGHAI)
    evening = at(SHANGHAI, "2025-11-24T23:00:00")
    assert opening_text(schedule, evening, "zh-CN") == (True, "人工客服在线，服务至明天 06:00")
    assert opening_text(schedule, evening + 2 * HOUR, "zh-CN") == (True, "人工客服在线，今日服务至 06:00")


def test_midnight_as_an_end_is_24_o_clock() -> None:
    schedule = Schedule(Rules(weekly={"mon": (Span("09:00", "24:00"),)}), SHANGHAI)
    text = opening_text(schedule, at(SHANGHAI, "2025-11-24T23:30:00"), "zh-CN")
    assert text == (True, "人工客服在线，今日服务至 24:00")
