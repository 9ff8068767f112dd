"""What a command must be like before it may come near the floor: one bad value would fail everybody's commit."""

from __future__ import annotations

from collections.abc import Sequence

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


def check(command: AnyCommand, id: str, by: Party, content: Sequence[Content]) -> bytes:
    """Return the command as JSON. Raises `Refused` with `bad_id`, `bad_text` or `too_long`."""
    if not is_id(id):
        raise Refused("bad_id", field="id")
    for name in _COLUMNS:
        value = getattr(command, name, None)
        if value is not None and not is_id(value):
            raise Refused("bad_id", field=name)
    agent = getattr(command, "agent", None)
    queue = getattr(command, "queue", None)
    policy = getattr(command, "policy", None)
    owned = [owner.tenant_id for owner in (queue, policy) if owner is not None]
    if (agent is not None and not is_id(agent.id)) or not all(is_id(tenant_id) for tenant_id in owned):
        raise Refused("bad_id", field="id")
    encoded = _encode(command)
    if len(encoded) > _MAX_COMMAND_BYTES or len(by.id) > 200:
        raise Refused("too_long")
    for piece in content:
        _check_content(piece)
    return encoded


def _encode(command: AnyCommand) -> bytes:
    try:
        encoded = encode_command(command)
    except (UnicodeEncodeError, msgspec.MsgspecError, OverflowError) as error:  # a lone surrogate, an endless number
        raise Refused("bad_text") from error
    if b"\\u0000" in encoded:  # PostgreSQL keeps no NUL
        raise Refused("bad_text")
    return encoded


def _check_content(piece: Content) -> None:
    ids = (piece.id, piece.tenant_id, piece.contact_id, piece.interaction_id, piece.file_id)
    if not all(value is None or is_id(value) for value in ids):
        raise Refused("bad_id", field="content")
    if len(piece.text) > _MAX_TEXT:
        raise Refused("too_long")
    try:
        data = piece.text.encode()
    except UnicodeEncodeError as error:
        raise Refused("bad_text") from error
    if b"\0" in data:
        raise Refused("bad_text")
