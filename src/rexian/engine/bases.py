"""What all commands and all events have in common."""

from __future__ import annotations

from msgspec import Struct


class Command(Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """Base of all commands."""


class Event(Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """Base of all events. `at` is ms since 1970 UTC. They hold no cycles, so the garbage collector need not look."""

    at: int
