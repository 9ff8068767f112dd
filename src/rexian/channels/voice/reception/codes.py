"""Taking a code by the caller's keys: words, digits, once more when they are too few, thanks. Pure, as the reception.

    start(code, at) ─► Entry, acts        take(code, entry, input) ─► acts

Inputs carry `at`, ms since 1970 UTC. The digits are in `Entry.keys` only, which no representation shows: nothing that
is logged, noted or raised can repeat them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from msgspec import Struct

from rexian.directory.reception.model import Code

Stage = Literal["words", "typing", "closing", "over"]
Outcome = Literal["", "done", "timeout", "too_few", "cancelled", "lost"]
LATE_KEYS_MS = 1_000
"""Keys that follow the last one that counts are kept from everybody's ears until none has come for so long."""
ERASE = "*"


# -- in ----------------------------------------------------------------------------------------------------------------
class Saying(Struct, frozen=True):
    """What was asked to be said is being said, for `ms`."""

    at: int
    ms: int


class Pressed(Struct, frozen=True):
    """A key of the caller's."""

    at: int
    key: str

    def __repr__(self) -> str:
        return f"Pressed(at={self.at})"


class Late(Struct, frozen=True):
    """It is (or was) `Entry.due`."""

    at: int


class Stop(Struct, frozen=True):
    """It ends without a result."""

    outcome: Outcome


Input = Saying | Pressed | Late | Stop


# -- out ---------------------------------------------------------------------------------------------------------------
class Say(Struct, frozen=True):
    """Say this prompt: `own` the words of the code's own."""

    key: str
    own: bool = False


class Hush(Struct, frozen=True):
    """Stop saying it."""


class Show(Struct, frozen=True):
    """How many digits there are has changed, or what is being done."""


class Over(Struct, frozen=True):
    """Caller and agent are to be together again; `Entry.outcome` says how it went."""


Act = Say | Hush | Show | Over


@dataclass(slots=True)
class Entry:
    """Where it stands. `due`: when `Late` is to be told, ms."""

    due: int
    stage: Stage = "words"
    outcome: Outcome = ""
    again: bool = False
    keys: list[str] = field(default_factory=list, repr=False)

    @property
    def digits(self) -> str:
        return "".join(self.keys)


def words(code: Code) -> str:
    """The prompt of the house that asks for it: where `#` ends nothing, nobody is told to press it."""
    return "code" if code.end_key else "code_no_hash"


def start(code: Code, at: int) -> tuple[Entry, list[Act]]:
    return Entry(due=at + code.timeout_s * 1000), [Say("code", own=True), Show()]


def take(code: Code, entry: Entry, input: Input) -> list[Act]:
    """One input; `entry` is changed."""
    if entry.stage == "over":
        return []
    match input:
        case Stop():
            entry.stage, entry.outcome = "over", entry.outcome or input.outcome  # one that is closing has its outcome
            return [Hush(), Over()]
        case Saying():
            wait = LATE_KEYS_MS if entry.stage == "closing" else code.timeout_s * 1000
            entry.due = max(entry.due, input.at + input.ms + wait)
            return []
        case Late():
            return _late(code, entry, input.at) if input.at >= entry.due else []
        case Pressed():
            return _pressed(code, entry, input)


def _pressed(code: Code, entry: Entry, input: Pressed) -> list[Act]:
    if entry.stage == "closing":
        entry.due = max(entry.due, input.at + LATE_KEYS_MS)
        return []
    acts: list[Act] = [Hush()] if entry.stage == "words" else []
    entry.stage, entry.due = "typing", input.at + code.timeout_s * 1000
    if input.key == ERASE:
        entry.keys.clear()
    elif code.end_key and input.key == code.end_key:
        return acts + _enough(code, entry, input.at)
    elif input.key in "0123456789":
        entry.keys.append(input.key)
        if len(entry.keys) >= code.most:
            return acts + _close(entry, "done", input.at)
    return [*acts, Show()]


def _enough(code: Code, entry: Entry, at: int) -> list[Act]:
    if len(entry.keys) >= code.least:
        return _close(entry, "done", at)
    return _close(entry, "too_few", at) if entry.again else _again(code, entry, at)


def _late(code: Code, entry: Entry, at: int) -> list[Act]:
    """No key any more. Nothing at all was typed: they may not be able to; something: it may be all, or too little."""
    if entry.stage == "closing":
        entry.stage = "over"
        return [Over()]
    return _enough(code, entry, at) if entry.keys else _close(entry, "timeout", at)


def _again(code: Code, entry: Entry, at: int) -> list[Act]:
    entry.keys.clear()
    entry.stage, entry.again, entry.due = "words", True, at + code.timeout_s * 1000
    return [Say("code_again"), Show()]


def _close(entry: Entry, outcome: Outcome, at: int) -> list[Act]:
    """Say so to the caller; late keys are still kept from all ears meanwhile."""
    if outcome != "done":
        entry.keys.clear()
    entry.stage, entry.outcome, entry.due = "closing", outcome, at + LATE_KEYS_MS
    return [Say("code_thanks" if outcome == "done" else "code_over"), Show()]


def shown(code: Code, digits: str) -> str:
    """What the agent may see."""
    if code.shown == "all":
        return digits
    return digits[-4:] if code.shown == "last4" and len(digits) > 4 else ""
