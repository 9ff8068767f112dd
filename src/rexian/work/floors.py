"""The floor on which somebody works, for questions that may go unanswered."""

from __future__ import annotations

from rexian.directory.principal import Principal
from rexian.runtime.host import FloorHost
from rexian.runtime.port import FloorPort, Unavailable


def floor_of(floors: FloorHost, who: Principal) -> FloorPort | None:
    """The port of the person's floor; None without one, or when it doesn't run here."""
    if who.floor_id is None:
        return None
    try:
        return floors.get(who.floor_id)
    except Unavailable:
        return None
