"""Taking keys into one answer. Pure: time comes from outside, in milliseconds of any steady clock."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

Why = Literal["enough", "end_key", "timeout", "nothing", "stopped"]
MOST = 64


class Taken(Struct, frozen=True, kw_only=True):
    """What came of it."""

    collect_id: str
    digits: str
    why: Why


class Collecting:
    """One collection on one leg. `key`, `tick` and `stop` give what came of it, once, and None before."""

    def __init__(
        self, collect_id: str, now_ms: float, *, most: int, first_ms: int, between_ms: int, end_key: str
    ) -> None:
        self.id = collect_id
        self._most = min(max(1, most), MOST)
        self._between_ms = between_ms
        self._end_key = end_key
        self._digits = ""
        self._deadline = now_ms + first_ms

    def key(self, digit: str, now_ms: float) -> Taken | None:
        """Take one key."""
        if digit == self._end_key:
            return self._done("end_key")
        self._digits += digit
        if len(self._digits) >= self._most:
            return self._done("enough")
        self._deadline = now_ms + self._between_ms
        return None

    def tick(self, now_ms: float) -> Taken | None:
        """End it when its time is over."""
        if now_ms < self._deadline:
            return None
        return self._done("timeout" if self._digits else "nothing")

    def stop(self) -> Taken:
        return self._done("stopped")

    def _done(self, why: Why) -> Taken:
        return Taken(collect_id=self.id, digits=self._digits, why=why)
