"""What seldom changes and is asked for with every call: kept for a moment, or until somebody says that it changed."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

KEPT_S = 2.0
"""Should the word of a change be lost, it is seen after so long all the same."""


class Kept(Generic[K, V]):
    """Values by key, read anew when they are older than `seconds` or have been forgotten. At most `most` of them."""

    def __init__(
        self, *, seconds: float = KEPT_S, most: int = 1_000, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._seconds, self._most, self._clock = seconds, most, clock
        self._values: dict[K, tuple[float, V]] = {}
        self._age = 0  # how often all was forgotten: what was being read meanwhile may be the old value

    async def get(self, key: K, read: Callable[[], Awaitable[V]]) -> V:
        """The value, by `read` when it isn't known. What `read` raises is not kept."""
        kept_at, value = self._values.get(key, (None, None))
        if kept_at is not None and self._clock() - kept_at < self._seconds:
            return value  # type: ignore[return-value]
        age = self._age
        found = await read()
        if age == self._age:
            if len(self._values) >= self._most:
                self._values.clear()
            self._values[key] = (self._clock(), found)
        return found

    def forget(self) -> None:
        """Something has changed: all is read anew."""
        self._age += 1
        self._values.clear()
