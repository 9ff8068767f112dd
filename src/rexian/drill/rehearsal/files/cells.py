"""How single cells are read. Each raises `BadCell` with what should stand there instead."""

from __future__ import annotations

from datetime import datetime
from typing import cast

from rexian.drill.rehearsal.files.faults import BadCell
from rexian.engine.specs import MAX_LEVEL, MEDIA, Medium

_EPOCH_DIGITS = (12, 13)  # ms from 1973 to 2286
MOST_AT_ONCE = 50
Row = dict[str, str]


def required(row: Row, column: str) -> str:
    value = row.get(column, "").strip()
    if not value:
        raise BadCell("required", column=column)
    return value


def instant(row: Row, column: str) -> int:
    """ISO 8601 with a zone, or ms since 1970 UTC → ms. The offset settles what the clocks did that night."""
    value = required(row, column)
    if value.isascii() and value.isdigit() and len(value) in _EPOCH_DIGITS:
        return int(value)
    try:
        read = datetime.fromisoformat(value)
    except ValueError:
        raise BadCell("time", column=column, value=value) from None
    if read.tzinfo is None:
        raise BadCell("zone", column=column, value=value)
    return round(read.timestamp() * 1_000)


def seconds(row: Row, column: str, least: float, most: float) -> int | None:
    """Seconds, fractions allowed → ms; None when the cell is empty."""
    value = row.get(column, "").strip()
    if not value:
        return None
    try:
        number = float(value) if "_" not in value else None
    except ValueError:
        number = None
    if number is None:
        raise BadCell("number", column=column, value=value)
    if not least <= number <= most:
        raise BadCell("range", column=column, value=value, least=f"{least:g}", most=f"{most:g}")
    return round(number * 1_000)


def skills(row: Row, column: str) -> dict[str, int]:
    """`product:phone=3;lang:en` → levels; 1 when none is given."""
    value = row.get(column, "").strip()
    found: dict[str, int] = {}
    for part in filter(None, (part.strip() for part in value.replace("；", ";").split(";"))):
        name, equals, level = part.rpartition("=")
        if not equals:
            name, level = part, "1"
        name, level = name.strip(), level.strip()
        if not name or name in found or not (level.isascii() and level.isdigit()) or not 1 <= int(level) <= MAX_LEVEL:
            raise BadCell("skills", column=column, value=value)
        found[name] = int(level)
    return found


def names(row: Row, column: str) -> tuple[str, ...]:
    """`a;b` → names."""
    value = row.get(column, "").replace("；", ";")
    return tuple(filter(None, (part.strip() for part in value.split(";"))))


def medium(row: Row, column: str) -> Medium:
    """Voice when nothing is said."""
    value = row.get(column, "").strip().lower() or "voice"
    if value not in MEDIA:
        raise BadCell("medium", value=value, known=", ".join(MEDIA))
    return value


def capacity(row: Row, column: str) -> dict[Medium, int]:
    """`voice=1;chat=3`; empty when nothing is said."""
    value = row.get(column, "").strip()
    found: dict[Medium, int] = {}
    for part in filter(None, (part.strip() for part in value.replace("；", ";").split(";"))):
        name, _, number = (bit.strip() for bit in part.partition("="))
        fits = name in MEDIA and name not in found and number.isascii() and number.isdigit()
        if not fits or not 1 <= int(number) <= MOST_AT_ONCE:
            raise BadCell("capacity", column=column, value=value)
        found[cast(Medium, name)] = int(number)
    return found


def breaks(row: Row, column: str, long_ms: int) -> tuple[tuple[int, int], ...]:
    """`120+15;240+30`: minutes after the start of the shift + minutes long → (ms, ms), in order, within the shift."""
    value = row.get(column, "").strip()
    found: list[tuple[int, int]] = []
    for part in filter(None, (part.strip() for part in value.replace("；", ";").split(";"))):
        after, _, long = (bit.strip() for bit in part.partition("+"))
        if not (after.isascii() and after.isdigit() and long.isascii() and long.isdigit() and len(after + long) < 9):
            raise BadCell("breaks", column=column, value=value)
        found.append((int(after) * 60_000, int(long) * 60_000))
    found.sort()
    ends = 0
    for at, long_one in found:
        if at < ends or long_one <= 0 or at + long_one >= long_ms:
            raise BadCell("breaks", column=column, value=value)
        ends = at + long_one
    return tuple(found)
