"""What can be typed after `rexian`. Each command only reads its words and calls whoever does the work."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import click
import msgspec
from sqlalchemy.exc import DBAPIError

from rexian import __version__
from rexian.cli.drills import drill
from rexian.cli.exchange import asterisk
from rexian.cli.words import say, terminal_locale
from rexian.kit import log
from rexian.kit.clock import SystemClock
from rexian.kit.database import Database, is_outage
from rexian.kit.i18n import t
from rexian.kit.postgres import PostgresError, PrivatePostgres, private
from rexian.kit.problem import Problem
from rexian.kit.settings import SECRET, Settings, SettingsError, ensure_secret, load_settings, settings_reference

T = TypeVar("T")

CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


class Trouble(click.ClickException):
    """Something that whoever typed the command can mend."""

    exit_code = 2

    def show(self, file: Any = None) -> None:
        click.echo(f"rexian: {self.message}", err=True, file=file)


@contextmanager
def _explained() -> Any:
    """Turn what may go wrong into one plain sentence."""
    try:
        yield
    except (SettingsError, PostgresError) as error:
        raise Trouble(str(error)) from error
    except Problem as error:
        raise Trouble(t(terminal_locale(), f"errors.{error.code}", **error.params)) from error
    except DBAPIError as error:
        if not is_outage(error):
            raise
        raise Trouble(
            f"the database can't be reached ({str(error.orig).strip()}); `rexian doctor` says more"
        ) from error


def _settings(**overrides: Any) -> Settings:
    home = click.get_current_context().find_root().params.get("home")
    settings = ensure_secret(load_settings(home=home, **overrides))
    log.configure(settings.log_level, settings.log_format)
    return settings


@click.group(context_settings=CONTEXT, help=say("cli.main"))
@click.option("--home", type=click.Path(path_type=Path, file_okay=False), help=say("cli.home"))
@click.version_option(__version__, "-V", "--version", message="rexian %(version)s", help=say("cli.version"))
def main(home: Path | None) -> None:
    """The root of all commands; `home` is read by those that need it."""


# -- running ---------------------------------------------------------------------------------------------------------
@main.command(help=say("cli.serve"))
@click.option("--host", help=say("cli.host"))
@click.option("--port", type=int, help=say("cli.port"))
def serve(host: str | None, port: int | None) -> None:
    from rexian.cli.serving import Serving

    with _explained():
        Serving(_settings(host=host, port=port)).run()


@main.command(help=say("cli.demo"))
@click.option("--host", help=say("cli.host"))
@click.option("--port", type=int, help=say("cli.port"))
@click.option("--population/--no-population", default=True, help=say("cli.population"), show_default=True)
def demo(host: str | None, port: int | None, population: bool) -> None:
    from rexian.cli.serving import Serving

    with _explained():
        Serving(_demo_settings(host=host, port=port), population=population).run()


def _demo_settings(**overrides: Any) -> Settings:
    root = click.get_current_context().find_root().params
    if root.get("home") is None and load_settings().home == load_settings({}).home:
        root["home"] = Path(".rexian")
    return _settings(demo=True, **overrides)


# -- keeping ---------------------------------------------------------------------------------------------------------
@main.command(help=say("cli.migrate"))
@click.option("--autogenerate", metavar="MESSAGE", help=say("cli.autogenerate"))
def migrate(autogenerate: str | None) -> None:
    from rexian.kit import migrate as migrations

    with _explained(), _database(_settings()) as url:
        if autogenerate:
            click.echo(say("cli.migrate_written", path=migrations.autogenerate(url, autogenerate)))
            return
        before = migrations.current(url)
        after = migrations.upgrade(url)
        if before == after:
            click.echo(say("cli.migrate_same", revision=after))
        else:
            click.echo(say("cli.migrate_done", before=before or say("cli.migrate_empty"), after=after))


@main.command(help=say("cli.doctor"))
@click.option("--json", "as_json", is_flag=True, help=say("cli.json"))
def doctor(as_json: bool) -> None:
    from rexian.cli.doctor import examine

    home = click.get_current_context().find_root().params.get("home")
    findings = examine(home)
    for finding in findings:
        if as_json:
            click.echo(json.dumps(msgspec.to_builtins(finding), ensure_ascii=False))
        else:
            sign = click.style(f"{finding.sign} {say(f'doctor.level_{finding.level}')}", fg=finding.colour)
            click.echo(f"{sign} {finding.what}: {finding.state}")
            if finding.mend:
                click.echo(f"    → {finding.mend}")
    if any(finding.level == "bad" for finding in findings):
        sys.exit(1)


@main.command(help=say("cli.settings"))
@click.option("--reference", is_flag=True, help=say("cli.reference"))
def settings(reference: bool) -> None:
    if reference:
        click.echo(settings_reference(), nl=False)
        return
    with _explained():
        home = click.get_current_context().find_root().params.get("home")
        for name, value in msgspec.to_builtins(load_settings(home=home), enc_hook=str).items():
            hidden = value and (name in SECRET or (name == "database_url" and "@" in value and ":" in value))
            click.echo(f"{name} = {'…' if hidden else json.dumps(value, ensure_ascii=False)}")


@main.group(help=say("cli.tenant"))
def tenant() -> None:
    pass


@tenant.command("create", help=say("cli.tenant_create"))
@click.argument("key")
@click.argument("name")
@click.option("--name-en", default="", help=say("cli.name_en"))
@click.option("--zone", help=say("cli.zone"))
@click.option("--operator", is_flag=True, help=say("cli.operator"))
def tenant_create(key: str, name: str, name_en: str, zone: str | None, operator: bool) -> None:
    from rexian.directory import commandline

    def make(db: Database, settings: Settings) -> Awaitable[str]:
        return commandline.make_tenant(
            db,
            SystemClock(),
            key=key,
            name=name,
            name_en=name_en or name,
            zone=zone or settings.time_zone,
            operator=operator,
        )

    click.echo(with_database(make))


@main.group(help=say("cli.user"))
def user() -> None:
    pass


@user.command("create", help=say("cli.user_create"))
@click.argument("tenant_key")
@click.argument("email")
@click.argument("name")
@click.option("--role", "roles", multiple=True, default=("tenant_admin",), show_default=True, help=say("cli.role"))
@click.option(
    "--locale", type=click.Choice(["zh-CN", "en"]), default="zh-CN", show_default=True, help=say("cli.locale")
)
@click.option("--password-stdin", is_flag=True, help=say("cli.password_stdin"))
def user_create(
    tenant_key: str, email: str, name: str, roles: tuple[str, ...], locale: str, password_stdin: bool
) -> None:
    from rexian.directory import commandline

    if password_stdin:
        password = sys.stdin.readline().rstrip("\n")
    else:
        password = click.prompt(say("cli.password"), hide_input=True, confirmation_prompt=True)

    def make(db: Database, settings: Settings) -> Awaitable[str]:
        return commandline.make_user(
            db,
            SystemClock(),
            settings,
            tenant_key=tenant_key,
            email=email,
            name=name,
            password=password,
            roles=roles,
            locale=locale,
        )

    click.echo(with_database(make))


@main.group(help=say("cli.audit"))
def audit() -> None:
    pass


@audit.command("verify", help=say("cli.audit_verify"))
def audit_verify() -> None:
    from rexian.directory.audit.service import verify_all

    broken = with_database(lambda db, settings: verify_all(db))
    for fault in broken:
        why = say(f"cli.audit_why_{fault.why}")
        click.echo(say("cli.audit_broken", tenant_id=fault.tenant_id, seq=fault.seq, why=why), err=True)
    if broken:
        sys.exit(1)
    click.echo(say("cli.audit_whole"))


@main.group(help=say("cli.keys"))
def keys() -> None:
    pass


@keys.command("rotate", help=say("cli.keys_rotate"))
@click.option("--tenant", "tenant_key", metavar="KEY", help=say("cli.keys_tenant"))
@click.option("--master", is_flag=True, help=say("cli.keys_master"))
def keys_rotate(tenant_key: str | None, master: bool) -> None:
    from rexian.directory.keys.commandline import rewrap, rotate

    done = "cli.keys_rewrapped" if master else "cli.keys_rotated"
    count = with_database(lambda db, settings: rewrap(db, settings) if master else rotate(db, settings, tenant_key))
    click.echo(say(done, count=count))


# -- looking back -----------------------------------------------------------------------------------------------------
@main.command(help=say("cli.replay"))
@click.option("--floor", required=True, help=say("cli.replay_floor"))
@click.option("--from", "since", metavar="T", help=say("cli.replay_from"))
@click.option("--to", "until", metavar="T", help=say("cli.replay_to"))
@click.option("--contact", metavar="ID", help=say("cli.replay_contact"))
@click.option("--reader", type=click.Choice(["supervisor", "agent", "customer"]), default="supervisor",
              show_default=True, help=say("cli.replay_reader"))  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help=say("cli.replay_json"))
def replay(
    floor: str, since: str | None, until: str | None, contact: str | None, reader: Any, as_json: bool
) -> None:  # fmt: skip
    from rexian.cli.replay import run, show

    show(with_database(lambda db, settings: run(db, floor, since, until, contact, reader)), as_json=as_json)


main.add_command(drill)
main.add_command(asterisk)


# -- the database for a short command ----------------------------------------------------------------------------------
@contextmanager
def _database(settings: Settings) -> Any:
    server: PrivatePostgres | None = private(settings)
    url = settings.database_url if server is None else server.start()
    try:
        yield url
    finally:
        if server is not None:
            server.stop()


def with_database(work: Callable[[Database, Settings], Awaitable[T]]) -> T:
    async def run(url: str, settings: Settings) -> T:
        db = Database(url, pool_size=2)
        try:
            return await work(db, settings)
        finally:
            await db.close()

    with _explained():
        settings = _settings()
        with _database(settings) as url:
            from rexian.kit import migrate as migrations

            if migrations.head() is not None and not migrations.at_head(url):
                raise Trouble(say("cli.not_at_head"))
            return asyncio.run(run(url, settings))
