"""The counts, the metrics made from them, and the rules in words; all pure.

Every metric is a pure function of `Counts`, so that the live wall and the stored rows can't disagree.
A contact counts in the quarter-hour in which it *entered* the queue: a row tells what became of those who came then.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from rexian.kit.i18n import t

INTERVAL_MS = 15 * 60_000
SATISFIED_FROM = 4

RULES = (
    "offered", "answered", "answered_in_time", "abandoned", "service_level", "asa", "aht", "hold", "csat", "interval",
    "reception", "consult",
)  # fmt: skip


class Counts(Struct, kw_only=True):
    """Sums over any set of queue visits. Durations in ms."""

    offered: int = 0
    answered: int = 0
    answered_in_time: int = 0
    abandoned: int = 0
    abandoned_in_time: int = 0
    moved: int = 0  # left unanswered for another queue
    waited_ms: int = 0  # of the answered
    longest_wait_ms: int = 0  # of the answered and the abandoned
    handled: int = 0  # handlings whose talk is over
    talk_ms: int = 0  # hold included
    hold_ms: int = 0  # the part of it that the customer was held
    acw_ms: int = 0
    ratings: int = 0
    rating_sum: int = 0
    satisfied: int = 0

    def add(self, other: Counts) -> None:
        """Add `other` in place (the longest wait is the longer one)."""
        longest = max(self.longest_wait_ms, other.longest_wait_ms)
        for name in self.__struct_fields__:
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.longest_wait_ms = longest


class Reception(Struct, kw_only=True):
    """Who came into a reception (a voice menu), and who left it before any queue was chosen. No queue's figures."""

    received: int = 0
    left: int = 0

    def add(self, other: Reception) -> None:
        self.received += other.received
        self.left += other.left


class Level(Struct, frozen=True, kw_only=True):
    """A service level with what it means: `percent` (None: nothing to judge yet), the threshold and the rule."""

    percent: int | None
    threshold_ms: int
    goal: int | None = None
    rule: str = ""


def total(counts: Iterable[Counts]) -> Counts:
    """Sum up."""
    sum_ = Counts()
    for one in counts:
        sum_.add(one)
    return sum_


def service_level(counts: Counts) -> int | None:
    """Percent, rounded: answered in time ÷ (answered + abandoned later than the threshold). None: nobody to judge.

    Who gave up within the threshold could not have been served in time by any staffing, and is left out.
    """
    return _percent(counts.answered_in_time, counts.answered + counts.abandoned - counts.abandoned_in_time)


def asa_ms(counts: Counts) -> int | None:
    """Average speed of answer, over the answered."""
    return _ratio(counts.waited_ms, counts.answered)


def aht_ms(counts: Counts) -> int | None:
    """Average handling time: talk (hold included) + after-contact work, over the handlings whose talk is over."""
    return _ratio(counts.talk_ms + counts.acw_ms, counts.handled)


def hold_ms(counts: Counts) -> int | None:
    """Average time on hold, over the handlings whose talk is over; those never held count with 0."""
    return _ratio(counts.hold_ms, counts.handled)


def csat(counts: Counts) -> int | None:
    """Percent of ratings that are 4 or 5."""
    return _percent(counts.satisfied, counts.ratings)


def rules(locale: str, threshold_ms: int | None = None) -> dict[str, str]:
    """The rules in words, to stand beside the figures."""
    seconds = "" if threshold_ms is None else threshold_ms // 1000
    return {name: t(locale, f"figures.rule.{name}", seconds=seconds) for name in RULES}


def level(counts: Counts, threshold_ms: int, locale: str, goal: int | None = None) -> Level:
    """The service level of `counts` with its threshold, goal and rule."""
    rule = t(locale, "figures.rule.service_level_of", seconds=_seconds(threshold_ms))
    return Level(percent=service_level(counts), threshold_ms=threshold_ms, goal=goal, rule=rule)


def _ratio(part: int, whole: int) -> int | None:
    return None if whole <= 0 else (2 * part + whole) // (2 * whole)


def _percent(part: int, whole: int) -> int | None:
    return _ratio(100 * part, whole)


def _seconds(ms: int) -> str:
    return f"{ms / 1000:g}"
