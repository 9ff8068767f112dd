"""What `rexian doctor` finds: one line each, in the terminal's language."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from rexian.cli.words import say

Level = Literal["ok", "warn", "bad"]


class Finding(Struct, frozen=True):
    """One thing looked at, in the terminal's language: `mend` says what to do when it isn't well."""

    level: Level
    code: str
    what: str
    state: str
    mend: str = ""

    @property
    def sign(self) -> str:
        return {"ok": "✓", "warn": "!", "bad": "✗"}[self.level]

    @property
    def colour(self) -> str:
        return {"ok": "green", "warn": "yellow", "bad": "red"}[self.level]


def found(level: Level, what: str, state: str, mend: str = "", **params: object) -> Finding:
    """A finding about `what`; its texts are `doctor.<what>`, `doctor.<what>_<state>` and `doctor.<what>_<mend>`."""
    said = say(f"doctor.{what}_{mend}", **params) if mend else ""
    return Finding(level, what, say(f"doctor.{what}"), say(f"doctor.{what}_{state}", **params), said)
