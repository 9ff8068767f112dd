"""`rexian drill …`: rehearsals from the command line. NumPy is loaded only when one is played."""

from __future__ import annotations

import os
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import click
import msgspec

from rexian.cli.words import say, terminal_locale
from rexian.kit.i18n import t

if TYPE_CHECKING:
    from rich.console import Console

    from rexian.drill.live.model import LiveDrill
    from rexian.drill.rehearsal.result import DayResult
    from rexian.drill.rehearsal.scenario import Scenario
    from rexian.kit.database import Database
    from rexian.kit.settings import Settings

F = TypeVar("F", bound=Callable[..., Any])
FILE = click.Path(path_type=Path, dir_okay=False)


@click.group(help=say("cli.drill"))
def drill() -> None:
    pass


def _reported(command: F) -> F:
    """Options of every command that plays a day."""
    options = (
        click.option("--seed", type=click.IntRange(0, 2**31), default=1, show_default=True, help=say("cli.drill_seed")),
        click.option("--json", "as_json", is_flag=True, help=say("cli.drill_json")),
        click.option("--html", "html_file", type=FILE, help=say("cli.drill_html")),
        click.option("--lang", type=click.Choice(["zh-CN", "en"]), help=say("cli.drill_lang")),
        click.option("--all", "whole", is_flag=True, help=say("cli.drill_all")),
    )
    for option in reversed(options):
        command = option(command)
    return command


def _zone(context: click.Context, option: click.Parameter, value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError):
        raise click.BadParameter(value) from None
    return value


@drill.command(help=say("cli.drill_festival"))
@click.option("--contacts", type=click.IntRange(100, 4_000_000), default=1_600_000, show_default=True,
              help=say("cli.drill_contacts"))  # fmt: skip
@click.option("--agents", type=click.IntRange(1, 20_000), help=say("cli.drill_agents"))
@_reported
def festival(
    contacts: int, agents: int | None, seed: int, as_json: bool, html_file: Path | None, lang: str | None, whole: bool
) -> None:
    from rexian.drill.rehearsal.festival.day import festival as reference_day

    _report(lambda: reference_day(seed, contacts, agents), as_json, html_file, lang, whole)


@drill.command(help=say("cli.drill_run"))
@click.option("--arrivals", type=FILE, required=True, help=say("cli.drill_arrivals"))
@click.option("--staff", type=FILE, required=True, help=say("cli.drill_staff"))
@click.option("--policy", "policies", type=FILE, multiple=True, help=say("cli.drill_policy"))
@click.option("--queues", type=FILE, help=say("cli.drill_queues"))
@click.option("--zone", default="Asia/Shanghai", show_default=True, callback=_zone, help=say("cli.drill_zone"))
@_reported
def run(
    arrivals: Path, staff: Path, policies: tuple[Path, ...], queues: Path | None, zone: str, seed: int, as_json: bool,
    html_file: Path | None, lang: str | None, whole: bool,
) -> None:  # fmt: skip
    from rexian.drill.rehearsal.files.build import as_it_was
    from rexian.drill.rehearsal.files.plans import read_plan

    def scenario() -> Scenario:
        return as_it_was(read_plan(arrivals, staff, list(policies), queues, zone=zone), seed)

    _explained(lang or terminal_locale(), lambda: _report(scenario, as_json, html_file, lang, whole))


@drill.command(help=say("cli.drill_compare"))
@click.argument("a", type=click.Path(path_type=Path, exists=True))
@click.argument("b", type=click.Path(path_type=Path, exists=True))
@click.option("--arrivals", type=FILE, help=say("cli.drill_arrivals"))
@click.option("--staff", type=FILE, help=say("cli.drill_staff"))
@click.option("--queues", type=FILE, help=say("cli.drill_queues"))
@click.option("--replications", type=click.IntRange(2, 1_000), default=20, show_default=True,
              help=say("cli.drill_replications"))  # fmt: skip
@click.option("--jobs", type=click.IntRange(1, 64), default=min(2, os.cpu_count() or 1), show_default="2",
              help=say("cli.drill_jobs"))  # fmt: skip
@click.option("--seed", type=click.IntRange(0, 2**31), default=1, show_default=True, help=say("cli.drill_seed"))
@click.option("--json", "as_json", is_flag=True, help=say("cli.drill_json"))
@click.option("--lang", type=click.Choice(["zh-CN", "en"]), help=say("cli.drill_lang"))
def compare(
    a: Path, b: Path, arrivals: Path | None, staff: Path | None, queues: Path | None, replications: int, jobs: int,
    seed: int, as_json: bool, lang: str | None,
) -> None:  # fmt: skip
    from rexian.drill.rehearsal.compare import compare as compare_sides
    from rexian.drill.rehearsal.files.plans import read_side
    from rexian.drill.rehearsal.report.terminal import show_section
    from rexian.drill.rehearsal.report.verdicts import verdicts

    locale = lang or terminal_locale()

    def work() -> None:
        sides = [read_side(path, arrivals, staff, queues) for path in (a, b)]
        with _progress(locale) as told:
            found = compare_sides(*sides, replications=replications, seed=seed, jobs=jobs, progress=told)
        show_section(verdicts(found, locale), console())
        if as_json:
            click.echo(msgspec.json.encode(found).decode())

    _explained(locale, work)


@drill.command(help=say("cli.drill_live"))
@click.option("--tenant", "tenant_key", required=True, metavar="KEY", help=say("cli.live_tenant"))
@click.option("--trainees", required=True, metavar="E-MAIL,…", help=say("cli.live_trainees"))
@click.option("--arrivals", type=click.Path(path_type=Path, dir_okay=False, exists=True), help=say("cli.live_arrivals"))
@click.option("--at", metavar="HH:MM", help=say("cli.live_at"))
@click.option("--per-hour", type=click.IntRange(1, 2_000), default=60, show_default=True, help=say("cli.live_per_hour"))
@click.option("--speed", type=click.FloatRange(0.1, 20), default=1.0, show_default=True, help=say("cli.live_speed"))
@click.option("--minutes", type=click.IntRange(1, 240), default=60, show_default=True, help=say("cli.live_minutes"))
@click.option("--real-too", is_flag=True, help=say("cli.live_real_too"))
@click.option("--detach", is_flag=True, help=say("cli.live_detach"))
@click.option("--seed", type=click.IntRange(0, 2**31 - 1), default=1, show_default=True, help=say("cli.drill_seed"))
@click.option("--json", "as_json", is_flag=True, help=say("cli.drill_json"))
def live(
    tenant_key: str, trainees: str, arrivals: Path | None, at: str | None, per_hour: int, speed: float, minutes: int,
    real_too: bool, detach: bool, seed: int, as_json: bool,
) -> None:  # fmt: skip
    from rexian.cli.commands import with_database
    from rexian.cli.live import conduct, new_live, show

    def work(db: Database, _: Settings) -> Awaitable[LiveDrill]:
        new = new_live(trainees, arrivals, at, per_hour, speed=speed, minutes=minutes, real_too=real_too, seed=seed)
        return conduct(db, tenant_key, new, detach=detach)

    show(with_database(work), console(), as_json=as_json)


# -- what all of them do -------------------------------------------------------------------------------------------
def _report(
    scenario: Callable[[], Scenario], as_json: bool, html_file: Path | None, lang: str | None, whole: bool
) -> None:
    from rexian.drill.rehearsal.play import play, quiet
    from rexian.drill.rehearsal.report import html, terminal

    locale = lang or terminal_locale()
    with quiet(), _progress(locale) as told:
        result = play(scenario(), progress=told)
    terminal.show(result, locale, console(), whole)
    if html_file is not None:
        html_file.write_text(html.page(result, locale), "utf-8")
        click.echo(t(locale, "rehearsal.written", path=html_file))
    if as_json:
        click.echo(json_line(result))


def console() -> Console:
    """As wide as the terminal; wide enough for the tables where there is none."""
    from rich.console import Console

    out = Console()
    return out if out.is_terminal else Console(width=160, file=sys.stdout)


@contextmanager
def _progress(locale: str) -> Iterator[Callable[[float], None]]:
    """A bar on standard error while somebody watches."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    bar = Progress(
        TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"), TimeElapsedColumn(),
        console=Console(stderr=True), transient=True, refresh_per_second=2, disable=not sys.stderr.isatty(),
    )  # fmt: skip
    with bar:
        task = bar.add_task(t(locale, "rehearsal.progress"), total=1.0)
        yield lambda done: bar.update(task, completed=done)


def json_line(result: DayResult) -> str:
    """The figures that programs want first, then everything."""
    from rexian.drill.rehearsal.report.sections import all_contacts

    total = result.total
    first = {
        "contacts": all_contacts(result),
        "for_people": total.contacts,
        "answered": total.answered,
        "abandoned": total.abandoned,
        "self_served": result.mix.bot + result.mix.self_service,
        "waiting": total.waiting,
        "turned_away": total.turned_away,
        "service_level": None if total.service_level is None else total.service_level / 10_000,
        "checksum": result.checksum,
        "wall_s": result.wall_s,
    }
    return msgspec.json.encode(first | {"result": result}).decode()


def _explained(locale: str, work: Callable[[], Any]) -> Any:
    """Run `work`; what is wrong with the files is said row by row, and nothing is run."""
    from rexian.drill.rehearsal.driver import NotPlayable
    from rexian.drill.rehearsal.files.faults import BadFiles

    try:
        return work()
    except BadFiles as bad:
        for line in bad.sentences(locale):
            click.echo(line, err=True)
    except NotPlayable as error:
        click.echo(t(locale, "rehearsal.fault_policy", why=str(error)), err=True)
    sys.exit(2)
