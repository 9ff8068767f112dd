"""What may be dialled over lines, how many at once and how much a day: a stolen desk must not cost a fortune. Pure."""

from __future__ import annotations

import re
from collections import deque

DAY_MS = 86_400_000


class Allowance:
    """Says whether a number may be called, and counts minutes. Times are ms of any clock."""

    def __init__(self, denied: tuple[str, ...], at_once: int, minutes: int) -> None:
        self._denied = tuple(_bare(prefix) for prefix in denied if prefix)
        self._at_once, self._most_ms = at_once, minutes * 60_000
        self._running: dict[str, int] = {}
        self._over: deque[tuple[int, int]] = deque()

    def refusal(self, digits: str, now: int) -> str:
        """Return why the number may not be called now: `number`, `premium`, `at_once`, `spent`; empty when it may."""
        bare = _bare(digits)
        if not re.fullmatch(r"\+?[0-9*#]{1,24}", bare):
            return "number"
        if any(form.startswith(prefix) for form in _forms(bare) for prefix in self._denied):
            return "premium"
        if len(self._running) >= self._at_once:
            return "at_once"
        return "spent" if self.spent_ms(now) >= self._most_ms else ""

    def begin(self, leg_id: str, now: int) -> None:
        self._running.setdefault(leg_id, now)

    def end(self, leg_id: str, now: int) -> None:
        if (begun := self._running.pop(leg_id, None)) is not None:
            self._over.append((now, now - begun))

    def spent_ms(self, now: int) -> int:
        """Talk within the last 24 hours, running calls included."""
        while self._over and self._over[0][0] < now - DAY_MS:
            self._over.popleft()
        return sum(length for _, length in self._over) + sum(now - begun for begun in self._running.values())


def _bare(digits: str) -> str:
    return re.sub(r"[\s().\-/]", "", digits)


def _forms(bare: str) -> tuple[str, ...]:
    """A number as it is and in its international form, whichever way it was typed."""
    return (bare, "+" + bare[2:]) if bare.startswith("00") else (bare,)
