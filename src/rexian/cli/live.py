"""`rexian drill live`: start a live drill in the database, which the running server conducts, and follow it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import click
import msgspec
from rich.console import Console
from rich.table import Table
from sqlalchemy.ext.asyncio import AsyncConnection

from rexian.cli.words import say, terminal_locale
from rexian.directory.act import NOBODY, Act
from rexian.directory.tenants.contract import tenant_cards
from rexian.directory.text import checked
from rexian.drill.live.ledger import Ledger
from rexian.drill.live.model import LiveDrill, NewLive
from rexian.drill.live.service import ask_to_end, change, end, get_row, plan_of, start, view_of
from rexian.drill.rehearsal.files.sheets import decoded
from rexian.drill.runs.model import Starter
from rexian.kit.clock import SystemClock
from rexian.kit.database import Database
from rexian.kit.problem import Problem
from rexian.work.desk.copying import copy_settings

LOOK_EVERY_S = 1.0
BEGUN_WITHIN_S = 30.0


def new_live(
    trainees: str, arrivals: Path | None, at: str | None, per_hour: int, *, speed: float, minutes: int, real_too: bool,
    seed: int,
) -> NewLive:  # fmt: skip
    """What was typed, as the API takes it. Raises `Problem` (400 `bad_value`)."""
    if arrivals is None:
        source: dict[str, object] = {"kind": "festival", "per_hour": per_hour} | ({"at": at} if at else {})
    else:
        source = {"kind": "file", "arrivals": decoded(arrivals.read_bytes()) or "", "at": at}
    people = [email.strip() for email in trainees.replace("，", ",").split(",") if email.strip()]
    fields = {"source": source, "trainees": people, "speed": speed, "minutes": minutes, "real_too": real_too,
              "seed": seed}  # fmt: skip
    return checked(NewLive, fields)


async def conduct(db: Database, tenant_key: str, new: NewLive, *, detach: bool) -> LiveDrill:
    """Start it and (unless `detach`) wait for its end; an interruption from the keyboard ends it. Raises `Problem`."""
    clock = SystemClock()
    async with db.system() as tx:
        act = Act(tx, await _tenant_id(tx, tenant_key), clock.now_ms())
        by = Starter(NOBODY, "rexian drill live")
        try:
            drill_id = await start(act, new, by, terminal_locale(), [copy_settings])
        except Problem as problem:
            for error in problem.errors:
                click.echo(error.get("message") or f"{error['field']}: {error['code']}", err=True)
            raise
    click.echo(say("cli.live_started", id=drill_id), err=True)
    waiting = asyncio.create_task(_until_over(db, drill_id, detach=detach))
    try:
        await asyncio.shield(waiting)
    except asyncio.CancelledError:
        if (task := asyncio.current_task()) is not None:
            task.uncancel()
        click.echo(say("cli.live_ending"), err=True)
        async with db.system() as tx:
            await ask_to_end(tx, drill_id, "stopped")
        await waiting
    async with db.system() as tx:
        return view_of(await get_row(tx, drill_id), clock.now_ms())


async def _until_over(db: Database, drill_id: str, *, detach: bool) -> None:
    waited, told = 0.0, -1
    while True:
        async with db.system() as tx:
            row = await get_row(tx, drill_id)
        if row.state == "ended" or (detach and row.begun_at is not None):
            return
        if row.begun_at is None and waited >= BEGUN_WITHIN_S:
            await _give_up(db, drill_id)
            raise Problem("no_server_for_drill", 503)
        if row.came != told:
            told = row.came
            click.echo(say("cli.live_came", came=told, due=len(plan_of(row).customers)), err=True)
        await asyncio.sleep(LOOK_EVERY_S)
        waited += LOOK_EVERY_S


async def _give_up(db: Database, drill_id: str) -> None:
    """No server conducts it: it is ended here, so that nobody waits for customers who don't come."""
    async with db.system() as tx:
        await change(tx, drill_id, reason="failed")
        row = await get_row(tx, drill_id)
        await end(Act(tx, row.tenant_id, SystemClock().now_ms()), row, Ledger(plan_of(row), row.from_seq).debrief())


async def _tenant_id(tx: AsyncConnection, key: str) -> str:
    cards = sorted((await tenant_cards(tx)).values(), key=lambda one: one.key)
    known = {one.key: one.id for one in cards if one.shadow_of is None}
    if key not in known:
        raise Problem("unknown_tenant_key", 404, key=key, keys=", ".join(known) or "–")
    return known[key]


# -- the debrief ------------------------------------------------------------------------------------------------------
def show(drill: LiveDrill, console: Console, *, as_json: bool) -> None:
    """Print the debrief, or the drill as one JSON object."""
    if as_json:
        click.echo(msgspec.json.encode(drill).decode())
        return
    if drill.debrief is None:
        return
    reason = say(f"cli.live_reason_{drill.reason}")
    click.echo(say("cli.live_over", reason=reason, came=drill.came, due=drill.due, missed=drill.missed))
    people = _table("name", "contacts", "missed", "answer", "talk", "acw", "rating")
    for one in drill.debrief.trainees:
        people.add_row(
            one.name, str(one.contacts), str(one.missed), _s(one.answer_ms), _s(one.talk_ms), _s(one.acw_ms),
            "–" if one.rating is None else f"{one.rating / 100:.2f} ({one.ratings})",
        )  # fmt: skip
    console.print(people)
    queues = _table("queue", "offered", "answered", "abandoned", "level", "asa")
    for line in drill.debrief.queues:
        name = line.name if terminal_locale() == "zh-CN" else line.name_en
        level = "–" if line.service_level is None else f"{line.service_level} %"
        queues.add_row(name, *map(str, (line.offered, line.answered, line.abandoned)), level, _s(line.asa_ms))
    console.print(queues)


def _table(*columns: str) -> Table:
    table = Table()
    for number, name in enumerate(columns):
        table.add_column(say(f"cli.live_column_{name}"), justify="right" if number else "left")
    return table


def _s(ms: int | None) -> str:
    return "–" if ms is None else f"{ms / 1000:.1f} s"
