"""Partial changes: in a change structure, `None` means "leave it" unless the field can be emptied (`UNSET`)."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import UNSET, Struct


def changed_fields(change: Struct) -> dict[str, Any]:
    """Return the fields that are given. A field whose default is `UNSET` may be given as null, which empties it."""
    given = {}
    for field in msgspec.structs.fields(change):
        value = getattr(change, field.name)
        if value is UNSET or (value is None and field.default is None):
            continue
        given[field.name] = value
    return given
