"""`rexian asterisk`: what the telephone exchange needs of us."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import click
import httpx

from rexian.cli.words import say
from rexian.kit.settings import SettingsError, ensure_secret, load_settings

if TYPE_CHECKING:
    from rexian.channels.voice.asterisk.plan import Plan


@click.group(help=say("cli.asterisk"))
def asterisk() -> None:
    pass


def _plan() -> Plan:
    from rexian.channels.voice.asterisk.plan import plan_of

    home = click.get_current_context().find_root().params.get("home")
    try:
        return plan_of(ensure_secret(load_settings(home=home)))
    except SettingsError as error:
        raise click.ClickException(str(error)) from error


@asterisk.command("config", help=say("cli.asterisk_config"))
@click.option(
    "--folder", type=click.Path(path_type=Path, file_okay=False), default=Path("asterisk"), show_default=True,
    help=say("cli.asterisk_folder"),
)  # fmt: skip
@click.option("--phones", is_flag=True, help=say("cli.asterisk_phones"))
def config(folder: Path, phones: bool) -> None:
    from rexian.channels.voice.asterisk.config import files

    plan = _plan()
    if phones:
        for phone in plan.phones:
            if not phone.web:  # a browser's is made by the hour, and told to its page only
                click.echo(f"{phone.name}\t{plan.phone_password(phone.name)}")
        return
    for name, text in files(plan).items():
        _write(folder / name, text)
    click.echo(say("cli.asterisk_written", folder=folder, count=len(files(plan))))


# -- several nodes ---------------------------------------------------------------------------------------------------
@asterisk.command("nodes", help=say("cli.asterisk_nodes"))
def nodes() -> None:
    from rexian.channels.voice.asterisk.watch import read_draining

    plan = _plan()
    drained = read_draining(Path(plan.drained)) | set(plan.draining)
    for url in plan.urls:
        found = _channels(plan, url)
        state = say("cli.asterisk_away") if found is None else say("cli.asterisk_channels", count=found)
        click.echo("\t".join([url, state, *([say("cli.asterisk_drained")] if url in drained else [])]))


def _channels(plan: Plan, url: str) -> int | None:
    """How many channels are on a node; None when it can't be asked."""
    try:
        answer = httpx.get(f"{url}/channels", auth=(plan.user, plan.password), timeout=3, trust_env=False)
        return len(answer.raise_for_status().json())
    except (httpx.HTTPError, ValueError):
        return None


@asterisk.command("drain", help=say("cli.asterisk_drain"))
@click.argument("node")
def drain(node: str) -> None:
    _set(node, draining=True)


@asterisk.command("undrain", help=say("cli.asterisk_undrain"))
@click.argument("node")
def undrain(node: str) -> None:
    _set(node, draining=False)


def _set(node: str, *, draining: bool) -> None:
    from rexian.channels.voice.asterisk.watch import read_draining, write_draining

    plan = _plan()
    url, path = _url_of(plan, node), Path(plan.drained)
    if not draining and url in plan.draining:
        raise click.ClickException(say("cli.asterisk_drained_by_setting", node=url))
    before = read_draining(path)
    write_draining(path, before | {url} if draining else before - {url})
    click.echo(say("cli.asterisk_draining" if draining else "cli.asterisk_undrained", node=url))


def _url_of(plan: Plan, node: str) -> str:
    """A node by its address, its host and port, or its host alone when that is clear."""
    fits = [url for url in plan.urls if node in (url, urlsplit(url).netloc, urlsplit(url).hostname)]
    if len(fits) != 1:
        raise click.ClickException(say("cli.asterisk_no_node", node=node, nodes=", ".join(plan.urls)))
    return fits[0]


def _write(path: Path, text: str) -> None:
    """Write a file that holds passwords: nobody but its owner and group may read it, not even for a moment."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o640), "w", encoding="utf-8") as file:
        file.write(text)
    part.replace(path)
