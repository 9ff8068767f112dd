"""Events and commands as JSON and back: tagged unions, so that a row names its own type."""

from __future__ import annotations

from typing import Any

import msgspec

from rexian.engine.commands import AnyCommand
from rexian.engine.events import AnyEvent

_json = msgspec.json.Encoder()
_events = msgspec.json.Decoder(AnyEvent)
_commands = msgspec.json.Decoder(AnyCommand)


def kind_of(message: AnyEvent | AnyCommand) -> str:
    """The tag: the name of the type, as in the journal's column `kind`."""
    return type(message).__name__


def encode_event(event: AnyEvent) -> bytes:
    """JSON with the tag in `type`."""
    return _json.encode(event)


def decode_event(data: bytes | str) -> AnyEvent:
    """Raises `msgspec.ValidationError` for anything that is not exactly an event."""
    event: AnyEvent = _events.decode(data)
    return event


def event_from_builtins(data: dict[str, Any]) -> AnyEvent:
    """The same from parsed JSON, as a `jsonb` column gives it."""
    event: AnyEvent = msgspec.convert(data, AnyEvent)
    return event


def encode_command(command: AnyCommand) -> bytes:
    """JSON with the tag in `type`."""
    return _json.encode(command)


def decode_command(data: bytes | str) -> AnyCommand:
    """Raises `msgspec.ValidationError` for anything that is not exactly a command."""
    command: AnyCommand = _commands.decode(data)
    return command


def command_from_builtins(data: dict[str, Any]) -> AnyCommand:
    """The same from parsed JSON, as a socket frame gives it."""
    command: AnyCommand = msgspec.convert(data, AnyCommand)
    return command
