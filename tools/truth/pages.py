"""What each generated page says."""

from __future__ import annotations

import inspect
import os
import typing
from collections.abc import Iterator

import click
import msgspec

MADE = "<!-- made by `python -m tools.truth --write`; change the code, not this page -->\n"


def sentence(text: str | None) -> str:
    return " ".join(inspect.cleandoc(text or "").split())


def type_name(annotation: object) -> str:
    text = annotation.__name__ if isinstance(annotation, type) else str(annotation)
    for prefix in ("typing.", "rexian.engine.specs.", "rexian.engine."):
        text = text.replace(prefix, "")
    return text.replace("|", "\\|")


def family(union: object) -> Iterator[str]:
    for kind in typing.get_args(union):
        yield f"\n### {kind.__name__}\n\n"
        own = sentence(kind.__doc__) if kind.__doc__ and not kind.__doc__.startswith(kind.__name__ + "(") else ""
        if own and own != sentence(kind.__mro__[1].__doc__):
            yield f"{own}\n\n"
        hints = typing.get_type_hints(kind)
        fields = msgspec.structs.fields(kind)
        if fields:
            yield "| field | type |\n|---|---|\n"
        for field in fields:
            yield f"| `{field.encode_name}` | {type_name(hints[field.name])} |\n"


def journal() -> str:
    from rexian.engine.commands import AnyCommand
    from rexian.engine.events import AnyEvent

    parts = [
        "# Commands and events\n\n",
        MADE,
        "\nCommands are asked of a floor; events are what the journal stores. "
        "Instants (`…_at`, `at`, `since`) are ms since 1970 UTC, durations end `_ms`.\n",
        "\n## Commands\n",
        *family(AnyCommand),
        "\n## Events\n",
        *family(AnyEvent),
    ]
    return "".join(parts)


def settings() -> str:
    from rexian.kit.settings import settings_reference

    return settings_reference().replace("\n", f"\n\n{MADE}", 1)


def command_line() -> str:
    from rexian.cli import main

    os.environ["COLUMNS"] = "100"
    parts = ["# The `rexian` command\n\n", MADE]

    def walk(command: click.Command, path: str, parent: click.Context | None) -> None:
        # As the command itself does it: a context without its settings would leave out `-h`.
        context = click.Context(command, info_name=path.split()[-1], parent=parent, **command.context_settings)
        parts.append(f"\n## `{path}`\n\n```text\n{command.get_help(context).rstrip()}\n```\n")
        if isinstance(command, click.Group):
            for name in command.list_commands(context):
                child = command.get_command(context, name)
                if child is not None and not child.hidden:
                    walk(child, f"{path} {name}", context)

    walk(main, "rexian", None)
    return "".join(parts)


def http() -> str:
    """One line per operation; the whole schema is served at /api/openapi.json."""
    from rexian.app import openapi_schema

    schema = openapi_schema()
    parts = [
        "# HTTP interface\n\n",
        MADE,
        "\nThe whole schema, OpenAPI 3.1, is served at `/api/openapi.json`. Errors are problem details (RFC 9457). "
        "The scope is what a person or token must hold.\n\n",
        "| method | path | scope | what |\n|---|---|---|---|\n",
    ]
    for path, item in sorted(schema["paths"].items()):
        for method, operation in item.items():
            if not isinstance(operation, dict):
                continue
            scope = operation.get("x-scope", "")
            what = sentence(operation.get("summary") or operation.get("description")).replace("|", "\\|")
            parts.append(f"| {method.upper()} | `{path}` | {scope} | {what} |\n")
    return "".join(parts)
