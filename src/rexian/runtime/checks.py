"""What a command must be like before it may come near the floor: one bad value would fail everybody's commit."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import Any

import msgspec

from rexian.engine.codec import encode_command
from rexian.engine.commands import AnyCommand
from rexian.engine.specs import Party
from rexian.kit.ids import is_id
from rexian.runtime.port import Content, Refused

_MAX_COMMAND_BYTES = 65_536
_MAX_TEXT = 100_000
# Ids that the journal keeps in columns of type uuid. Others (of messages, offers, queues) are checked by their owners.
_COLUMNS = ("tenant_id", "contact_id", "interaction_id", "agent_id", "message_id", "note_id")
_OF_PIECE = ("id", "tenant_id", "contact_id", "interaction_id", "file_id")
_IDS = re.compile(r"(?:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12} )+")


def check(command: AnyCommand, id: str, by: Party, content: Sequence[Content]) -> bytes:
    """Return the command as JSON. Raises `Refused` with `bad_id`, `bad_text` or `too_long`."""
    _check_ids(command, id, content)
    encoded = _encode(command)
    if len(encoded) > _MAX_COMMAND_BYTES or len(by.id) > 200:
        raise Refused("too_long")
    for piece in content:
        _check_content(piece)
    return encoded


def _check_ids(command: AnyCommand, id: str, content: Sequence[Content]) -> None:
    try:
        found = _ids(command, id, content)
        right = _IDS.fullmatch(" ".join(found) + " ")
    except TypeError:  # one of them is no text
        raise Refused("bad_id", field="id") from None
    if right is None:  # which one, only who is wrong need wait for
        raise Refused("bad_id", field=next((name for value, name in found.items() if not is_id(value)), "id"))


def _ids(command: AnyCommand, id: str, content: Sequence[Content]) -> dict[str, str]:
    """All that must be ids, once each, with the names of their fields."""
    found: dict[Any, str] = {getattr(command, name): name for name in _names(type(command))}
    if (agent := getattr(command, "agent", None)) is not None:
        found[agent.id] = "id"
    for owned in (getattr(command, "queue", None), getattr(command, "policy", None)):
        if owned is not None:
            found[owned.tenant_id] = "id"
    for piece in content:
        for name in _OF_PIECE:
            found.setdefault(getattr(piece, name), "content")
    found[id] = "id"
    found.pop(None, None)
    return found


@cache
def _names(kind: type[AnyCommand]) -> tuple[str, ...]:
    return tuple(name for name in _COLUMNS if name in kind.__struct_fields__)


def _encode(command: AnyCommand) -> bytes:
    try:
        encoded = encode_command(command)
    except (UnicodeEncodeError, msgspec.MsgspecError, OverflowError) as error:  # a lone surrogate, an endless number
        raise Refused("bad_text") from error
    if b"\\u0000" in encoded:  # PostgreSQL keeps no NUL
        raise Refused("bad_text")
    return encoded


def _check_content(piece: Content) -> None:
    if len(piece.text) > _MAX_TEXT:
        raise Refused("too_long")
    try:
        data = piece.text.encode()
    except UnicodeEncodeError as error:
        raise Refused("bad_text") from error
    if b"\0" in data:
        raise Refused("bad_text")
