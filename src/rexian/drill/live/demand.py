"""Who comes when: drawn from the festival's curve, or read from an arrivals file, at the drill's pace."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from rexian.drill.live.model import MOST_CUSTOMERS, Coming, FestivalCurve, OwnArrivals
from rexian.drill.rehearsal.festival.day import per_minute
from rexian.drill.rehearsal.files.arrivals import Arrivals, read_arrivals
from rexian.drill.rehearsal.files.faults import BadFiles, Faults

DAY_MIN = 1_440
MINUTE_MS = 60_000


def from_curve(source: FestivalCurve, topics: Sequence[str], *, speed: float, minutes: int, seed: int) -> list[Coming]:
    """A Poisson stream along the festival's day; each topic is as likely as the next."""
    rng = random.Random(seed)  # noqa: S311 - a play, no secret
    curve = per_minute()
    busiest = max(sum(curve[(start + step) % DAY_MIN] for step in range(60)) for start in range(DAY_MIN))
    hour, minute = (int(part) for part in source.at.split(":"))
    start = hour * 60 + minute
    found: list[Coming] = []
    at = 0.0  # minutes of the day's own time since `start`
    peak = max(curve) * source.per_hour / busiest  # customers a minute at most
    while len(found) < MOST_CUSTOMERS:
        at += rng.expovariate(peak)
        if at >= minutes * speed:
            break
        now = curve[int(start + at) % DAY_MIN] * source.per_hour / busiest
        if rng.random() * peak < now:
            found.append(Coming(round(at / speed * MINUTE_MS), rng.choice(topics)))
    return found


def from_file(source: OwnArrivals, topics: Mapping[str, str], *, speed: float, minutes: int, zone: str) -> list[Coming]:
    """The file's rows within the drill's time. `topics`: by what a queue may be called. Raises `BadFiles`."""
    with tempfile.TemporaryDirectory(prefix="rexian-drill-") as folder:
        path = Path(folder) / "arrivals.csv"
        path.write_text(source.arrivals, encoding="utf-8")
        with Faults() as faults:
            rows = read_arrivals(path, faults)
            by_kind = _topics_of(rows, topics, path, faults)
    if not len(rows.at):
        raise BadFiles([])
    from_at = min(rows.at) if source.at is None else _instant(min(rows.at), source.at, zone)
    until = from_at + round(minutes * MINUTE_MS * speed)
    found = [
        Coming(round((at - from_at) / speed), by_kind[kind], None if patience < 0 else patience)
        for at, kind, patience in zip(rows.at, rows.kind, rows.patience, strict=True)
        if from_at <= at < until
    ]
    return sorted(found, key=lambda one: one.at)[:MOST_CUSTOMERS]


def _topics_of(rows: Arrivals, topics: Mapping[str, str], path: Path, faults: Faults) -> dict[int, str]:
    found: dict[int, str] = {}
    for kind, number in rows.kinds.items():
        topic = topics.get(kind.queue.strip().casefold())
        if topic is None:
            faults.add(path, rows.first_line[kind], "queue_unknown", value=kind.queue or "–")
        else:
            found[number] = topic
    return found


def _instant(first: int, clock: str, zone: str) -> int:
    """The first time at or after the file's first row's day at which a clock in `zone` shows `clock`."""
    day = datetime.fromtimestamp(first / 1000, UTC).astimezone(ZoneInfo(zone))
    hour, minute = (int(part) for part in clock.split(":"))
    at = day.replace(hour=hour, minute=minute, second=0, microsecond=0)
    if at < day - timedelta(hours=12):  # a file that begins in the evening goes on after midnight
        at += timedelta(days=1)
    return round(at.timestamp() * 1000)
