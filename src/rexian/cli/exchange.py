"""`rexian asterisk`: what the telephone exchange needs of us."""

from __future__ import annotations

import os
from pathlib import Path

import click

from rexian.cli.words import say
from rexian.kit.settings import SettingsError, ensure_secret, load_settings


@click.group(help=say("cli.asterisk"))
def asterisk() -> None:
    pass


@asterisk.command("config", help=say("cli.asterisk_config"))
@click.option(
    "--folder", type=click.Path(path_type=Path, file_okay=False), default=Path("asterisk"), show_default=True,
    help=say("cli.asterisk_folder"),
)  # fmt: skip
@click.option("--phones", is_flag=True, help=say("cli.asterisk_phones"))
def config(folder: Path, phones: bool) -> None:
    from rexian.channels.voice.asterisk.config import files
    from rexian.channels.voice.asterisk.plan import plan_of

    home = click.get_current_context().find_root().params.get("home")
    try:
        plan = plan_of(ensure_secret(load_settings(home=home)))
    except SettingsError as error:
        raise click.ClickException(str(error)) from error
    if phones:
        for phone in plan.phones:
            click.echo(f"{phone.name}\t{plan.phone_password(phone.name)}")
        return
    for name, text in files(plan).items():
        _write(folder / name, text)
    click.echo(say("cli.asterisk_written", folder=folder, count=len(files(plan))))


def _write(path: Path, text: str) -> None:
    """Write a file that holds passwords: nobody but its owner and group may read it, not even for a moment."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o640), "w", encoding="utf-8") as file:
        file.write(text)
    part.replace(path)
