"""Numbers as people read them."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

NONE = "–"


def count(value: int) -> str:
    return f"{value:,}"


def percent(per_10k: int | None) -> str:
    """From ten-thousandths, with one decimal."""
    return NONE if per_10k is None else f"{per_10k / 100:.1f} %"


def duration(ms: int | None) -> str:
    """`0:07`, `12:34`, `1:02:03`."""
    if ms is None:
        return NONE
    seconds = (abs(ms) + 500) // 1_000
    sign = "-" if ms < 0 and seconds else ""
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{sign}{hours}:{minutes:02}:{seconds:02}" if hours else f"{sign}{minutes}:{seconds:02}"


def clock(at_ms: int, zone: str) -> str:
    """`20:30` in the zone; the offset shows where the clocks change."""
    return datetime.fromtimestamp(at_ms / 1_000, ZoneInfo(zone)).strftime("%H:%M")


def day(at_ms: int, zone: str) -> str:
    return datetime.fromtimestamp(at_ms / 1_000, ZoneInfo(zone)).strftime("%Y-%m-%d")


def hundredths(value: int) -> str:
    return f"{value / 100:,.1f}"


def bar(part: int | None, whole: int, width: int = 10) -> str:
    """A bar of eighths, for a look at the whole."""
    if not part or whole <= 0:
        return ""
    eighths = min(width * 8, max(1, part * width * 8 // whole))
    return "█" * (eighths // 8) + (" ▏▎▍▌▋▊▉"[eighths % 8].strip())
