"""What was asked already: how an engine keeps to the port's promise that an operation twice is as once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

MOST = 20_000


class Once:
    """Ids of operations, the newest `most`. An operation that fails was not carried out, and may be asked again."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._ids: dict[tuple[str, ...], None] = {}

    def __contains__(self, id: tuple[str, ...]) -> bool:
        return id in self._ids

    def first(self, *id: str) -> bool:
        """Note it. False: it was noted before."""
        if id in self._ids:
            return False
        self._ids[id] = None
        if len(self._ids) > self._most:
            del self._ids[next(iter(self._ids))]
        return True

    @contextmanager
    def unless_it_fails(self, *id: str) -> Iterator[None]:
        """Forget it when what is done within raises."""
        try:
            yield
        except BaseException:
            self._ids.pop(id, None)
            raise
