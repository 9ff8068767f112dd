"""`rexian replay`: a floor's past folded again from its journal, verified; and why a contact waited."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click
import msgspec

from rexian.cli.words import say, terminal_locale

if TYPE_CHECKING:
    from collections.abc import Callable

    from rexian.kit.database import Database
    from rexian.runtime.auditing import Fault
    from rexian.runtime.replay import Replayed
    from rexian.work.trace.model import Reader
    from rexian.work.trace.replay import Stretch
    from rexian.work.trace.service import Explained

Result = tuple["Stretch", "Replayed", "Explained | None"]


async def run(
    db: Database, floor: str, since: str | None, until: str | None, contact: str | None, reader: Reader
) -> Result:
    """Do it. Raises `Problem` for a floor, contact or time that there is not."""
    from rexian.work.trace.replay import find, play

    stretch = await find(db, floor, since, until, contact)
    with _progress() as told:
        done, explained = await play(db, stretch, terminal_locale(), reader, told)
    return stretch, done, explained


def show(result: Result, *, as_json: bool) -> None:
    """Say what came of it, and leave with 1 when something is not as it must be."""
    stretch, done, explained = result
    if as_json:
        click.echo(msgspec.json.encode(_object(*result)).decode())
    else:
        for line in _lines(stretch, done, explained):
            click.echo(line)
        for fault in done.faults:
            click.echo(_sentence(fault), err=True)
        if done.found > len(done.faults):
            click.echo(say("replay.more", count=done.found - len(done.faults)), err=True)
        if not done.complete:
            click.echo(say("replay.stopped", seq=done.last), err=True)
    if done.found:
        sys.exit(1)


def _lines(stretch: Stretch, done: Replayed, explained: Explained | None) -> Iterator[str]:
    if explained is not None:
        yield say("replay.story", contact=stretch.contact_id, zone=explained.zone)
        yield explained.story
        yield ""
    yield say("replay.floor", name=stretch.floor_name, id=stretch.floor_id)
    if done.events:
        since, until = (_clock(at, stretch.zone) for at in (done.first_at, done.last_at))
        yield say("replay.range", first=done.first, last=done.last, since=since, until=until, zone=stretch.zone)
    else:
        yield say("replay.empty")
    yield say("replay.begun_at_snapshot", seq=done.begun) if done.begun else say("replay.begun")
    tally = done.tally
    yield say("replay.events", events=f"{done.events:,}", folded=f"{done.folded:,}", rate=f"{_rate(done):,}")
    yield say("replay.contacts", carried=tally.carried, started=tally.started, self_served=tally.self_served,
              closed=tally.closed, open=done.open)  # fmt: skip
    for seq in done.snapshots:
        yield say("replay.snapshot", seq=seq)
    for seq in done.outdated:
        yield say("replay.snapshot_outdated", seq=seq)
    yield say("replay.checksum", checksum=done.checksum)
    yield say("replay.faults", count=done.found) if done.found else say("replay.whole")


def _object(stretch: Stretch, done: Replayed, explained: Explained | None) -> dict[str, Any]:
    """For programs: instants in ms since 1970 UTC, faults by code and in words."""
    told: dict[str, Any] = {
        "floor": {"id": stretch.floor_id, "name": stretch.floor_name}, "zone": stretch.zone, "events": done.events,
        "contacts": msgspec.to_builtins(done.tally) | {"open": done.open}, "events_per_s": _rate(done),
        "checksum": done.checksum, "whole": not done.found, "replay": done,
        "faults": [{"seq": one.seq, "code": one.code, "detail": one.detail, "text": _sentence(one)}
                   for one in done.faults],
    }  # fmt: skip
    if explained is not None:
        told["contact"] = {"id": stretch.contact_id, "tenant_id": stretch.tenant_id} | msgspec.to_builtins(explained)
    return told


def _rate(done: Replayed) -> int:
    return round(done.folded / max(done.seconds, 0.001))


def _clock(at: int, zone: str) -> str:
    return datetime.fromtimestamp(at / 1000, ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M:%S")


def _sentence(fault: Fault) -> str:
    text = say(f"replay.fault.{fault.code}", **{name: "–" if value is None else value
                                                for name, value in fault.detail.items()})  # fmt: skip
    return say("replay.fault.line", seq=fault.seq, text=text)


@contextmanager
def _progress() -> Iterator[Callable[[float], None] | None]:
    """A bar on standard error while somebody watches."""
    if not sys.stderr.isatty():
        yield None
        return
    with click.progressbar(length=1_000, label=say("replay.progress"), file=sys.stderr) as bar:
        yield lambda done: bar.update(max(0, int(done * 1_000) - bar.pos))
