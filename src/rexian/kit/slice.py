"""What a slice hands to the composition root: everything that the house has to run for it, and nothing else."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

Task = Callable[[], Awaitable[None]]
Forgetter = Callable[[AsyncConnection], Awaitable[int]]
Copier = Callable[[AsyncConnection, str, str, Mapping[str, str], int], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Slice:
    """One vertical slice, ready to run.

    `routes` are Litestar handlers and controllers, `readers` are `rexian.runtime.readers.Reader`s (both typed
    loosely, because the kit knows neither), `tasks` run for as long as the server does. `forget_simulated` removes
    what the slice has stored of simulated contacts, in the caller's system transaction, and returns how many rows
    that were. `copy_settings` gives a live drill's shadow tenant what the slice keeps for the real one: (transaction,
    real tenant, shadow, new queue ids by old ones, now in ms).
    """

    name: str
    routes: Sequence[Any] = ()
    readers: Sequence[Any] = ()
    tasks: Sequence[Task] = ()
    forget_simulated: Forgetter | None = None
    copy_settings: Copier | None = None
