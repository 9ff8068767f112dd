"""The fingerprint of a day: a running hash over every event's kind, instant and numbers."""

from __future__ import annotations

import hashlib
import sys
from array import array
from typing import Any, get_args

from rexian.engine.events import AnyEvent

CODES: dict[type[Any], int] = {kind: code for code, kind in enumerate(get_args(AnyEvent), 1)}
"""By their order in `AnyEvent`, to which new kinds are only ever appended."""

AT_SHIFT = 30


def code(kind: type[Any]) -> int:
    """The event's kind where `note` wants it; add `at << AT_SHIFT` and a number below 2^24."""
    return CODES[kind] << 24


class Trail:
    """`note(at << AT_SHIFT | code | number)` for each event; it is hashed in bulk."""

    __slots__ = ("_hash", "_notes", "count", "note")

    def __init__(self) -> None:
        self._hash = hashlib.sha256()
        self._notes = array("Q")
        self.note = self._notes.append
        self.count = 0

    def flush(self) -> None:
        """Hash what has been noted since."""
        self.count += len(self._notes)
        if sys.byteorder == "big":
            self._notes.byteswap()
        self._hash.update(self._notes.tobytes())
        del self._notes[:]

    def hexdigest(self, *more: str) -> str:
        """Of all notes so far and of `more`."""
        self.flush()
        whole = self._hash.copy()
        for text in more:
            whole.update(text.encode())
        return whole.hexdigest()
