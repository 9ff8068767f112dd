"""What the drill hands to the composition root."""

from __future__ import annotations

from rexian.drill.api import make_routes
from rexian.drill.summary import Lookout
from rexian.kit.clock import Clock
from rexian.kit.database import Database
from rexian.kit.settings import Settings
from rexian.kit.slice import Forgetter, Slice
from rexian.runtime.host import FloorHost


def make(db: Database, clock: Clock, settings: Settings, floors: FloorHost, forgetters: list[Forgetter]) -> Slice:
    """`forgetters`: how each of the other slices removes what it has stored of simulated contacts."""
    lookout = Lookout(db, clock, floors)
    return Slice("drill", make_routes(lookout, forgetters), tasks=(lookout.run,) if settings.demo else ())
