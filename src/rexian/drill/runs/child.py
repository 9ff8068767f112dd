"""The process in which a run is played: the task comes on standard input, progress goes out line by line.

It is nice to the server (low priority, bounded memory), writes `result.json` into the run's folder, and its last line
says what became of it. Nobody but the server starts it.
"""

from __future__ import annotations

import asyncio
import os
import resource
import signal
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct, structs
from sqlalchemy import select

from rexian.directory.floors.wanted import TENANT_LEVEL, Wanted, tenant_skill, wanted
from rexian.directory.policies.contract import Body, to_engine
from rexian.drill.rehearsal.compare import compare, drawn
from rexian.drill.rehearsal.driver import NotPlayable
from rexian.drill.rehearsal.festival.day import AGENTS, CONTACTS
from rexian.drill.rehearsal.files.build import as_it_was
from rexian.drill.rehearsal.files.faults import BadFiles
from rexian.drill.rehearsal.files.plans import FestivalSize, Plan, read_plan
from rexian.drill.rehearsal.play import play, quiet
from rexian.drill.rehearsal.scenario import Scenario
from rexian.drill.runs.model import MOST_AGENTS, MOST_CONTACTS, Change, Fault, Festival, Files, Found, Known, NewRun
from rexian.drill.runs.past import NoDay, bounds, read_day
from rexian.drill.runs.staffing import restaffed
from rexian.engine.specs import Policy
from rexian.kit.database import Database
from rexian.runtime.tables import floor, floor_tenant

NICE = 15
LEAST_AT_PEAK = 120  # as the reference day has it
MEMORY = 4 << 30


class Task(Struct, frozen=True, kw_only=True):
    """What the server hands over. `draft`: the tenant's draft as it was when the run was asked for."""

    folder: str
    tenant_id: str
    locale: str
    database_url: str
    new: NewRun
    draft: Body | None = None


class Line(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One line to the server."""

    done: int = 0
    fault: Fault | None = None
    finished: bool = False


Side = Plan | FestivalSize
Tell = Callable[[float], None]


def say(line: Line) -> None:
    sys.stdout.write(msgspec.json.encode(line).decode() + "\n")
    sys.stdout.flush()


def telling() -> Tell:
    """A listener that passes on whole per cents only."""
    told = -1

    def tell(part: float) -> None:
        nonlocal told
        if int(part * 100) > told:
            told = int(part * 100)
            say(Line(done=told * 100))

    return tell


def run(task: Task) -> Found:
    """Play it. Raises `NoDay`, `BadFiles`, `NotPlayable`."""
    tell = telling()
    before, after, known = asyncio.run(sides(task))
    tell(0.05)
    with quiet():
        first = play(scenario_of(before, task.new.seed), progress=lambda part: tell(0.05 + 0.15 * part))
        if after is None:
            return Found(before=first, known=known)
        second = play(scenario_of(after, task.new.seed), progress=lambda part: tell(0.2 + 0.15 * part))
    found = compare(before, after, replications=task.new.replications, seed=task.new.seed,
                    progress=lambda part: tell(0.35 + 0.64 * part))  # fmt: skip
    return Found(before=first, after=second, comparison=found, known=known)


def scenario_of(side: Side, seed: int) -> Scenario:
    """The day itself: the log as it was; for the festival, which has no log, a day drawn."""
    return as_it_was(side, seed) if isinstance(side, Plan) else drawn(side, seed)


async def sides(task: Task) -> tuple[Side, Side | None, Known | None]:
    """Both days before chance plays its part; the second None when nothing is changed."""
    source, change = task.new.source, task.new.change
    if isinstance(source, Festival):
        return _festival(source, change)
    if isinstance(source, Files):
        plan = _from_files(Path(task.folder), source)
        return plan, None if change.nothing else _restaffed(plan, change), None
    return await _from_past(task, source.date)


def _festival(source: Festival, change: Change) -> tuple[Side, Side | None, None]:
    before = FestivalSize(contacts=source.contacts, agents=source.agents)
    if not change.agents:
        return before, None, None
    # The reference day counts those who are there at the peak; without a number it takes as many as the contacts need.
    have = source.agents or max(LEAST_AT_PEAK, AGENTS * source.contacts // CONTACTS)
    return before, FestivalSize(contacts=source.contacts, agents=max(1, have + change.agents)), None


def _from_files(folder: Path, source: Files) -> Plan:
    arrivals, staff = folder / "arrivals.csv", folder / "staff.csv"
    arrivals.write_text(source.arrivals, "utf-8")
    staff.write_text(source.staff, "utf-8")
    plan = read_plan(arrivals, staff)
    if len(plan.arrivals.at) > MOST_CONTACTS or len(plan.staff.agents) > MOST_AGENTS:
        raise NoDay("too_large")
    return plan


def _restaffed(plan: Plan, change: Change) -> Plan:
    staff = restaffed(plan.staff, change.teams, change.agents)
    if not staff.shifts:
        raise NoDay("nobody_left")
    return replace(plan, staff=staff)


async def _from_past(task: Task, day: str) -> tuple[Plan, Plan | None, Known]:
    db = Database(task.database_url, pool_size=1)
    try:
        async with db.system() as tx:
            found = select(floor.c.id, floor.c.tz).join(floor_tenant, floor_tenant.c.floor_id == floor.c.id)
            row = (await tx.execute(found.where(floor_tenant.c.tenant_id == task.tenant_id))).first()
            if row is None:
                raise NoDay("no_floor")
            world = await wanted(tx, row.id)
            span = bounds(day, row.tz)
            reader = await read_day(tx, world, row.id, task.tenant_id, span)
    finally:
        await db.close()
    present = world.policies.get(task.tenant_id)
    plan, known = reader.plan(day, row.tz, task.new.seed, [present] if present else [])
    change = task.new.change
    if change.nothing:
        return plan, None, known
    policy = _policy(task, world, present)
    after = replace(_restaffed(plan, change), policies=[policy] if policy else [])
    return plan, after, known


def _policy(task: Task, world: Wanted, present: Policy | None) -> Policy | None:
    """The second day's policy: the present one or the draft, with the rules that are to hold all day."""
    chosen = present
    if task.new.change.policy == "draft" and task.draft is not None:
        permission = {tenant_skill(task.tenant_id): TENANT_LEVEL}
        version = present.version + 1 if present else 1
        chosen = to_engine(task.tenant_id, version, task.draft, permission, set(world.queues))
    on = set(task.new.change.rules_on)
    if chosen is None or not on:
        return chosen
    rules = tuple(
        structs.replace(rule, on=True, from_at=0, until_at=0) if rule.id in on else rule for rule in chosen.rules
    )
    return structs.replace(chosen, rules=rules)


def main() -> None:
    """Read the task, play it, say what became of it."""
    os.nice(NICE)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    signal.signal(signal.SIGTERM, _stop)
    task = msgspec.json.decode(sys.stdin.buffer.read(), type=Task)
    try:
        found = run(task)
        path = Path(task.folder) / "result.json"
        path.with_suffix(".part").write_bytes(msgspec.json.encode(found))
        path.with_suffix(".part").rename(path)
        say(Line(done=10_000, finished=True))
    except BadFiles as bad:
        say(Line(fault=Fault(code="bad_files", lines=[line.strip() for line in bad.sentences(task.locale)])))
    except NoDay as none:
        say(Line(fault=Fault(code=none.code)))
    except NotPlayable as error:
        say(Line(fault=Fault(code="not_playable", lines=[str(error)])))
    except MemoryError:
        say(Line(fault=Fault(code="too_large")))


def _stop(*_: Any) -> None:
    sys.exit(143)


if __name__ == "__main__":
    main()
