"""What the drill hands to the composition root."""

from __future__ import annotations

from rexian.drill.api import make_routes
from rexian.drill.live.api import make_routes as make_live_routes
from rexian.drill.live.keeper import LiveKeeper
from rexian.drill.runs.api import make_routes as make_run_routes
from rexian.drill.runs.keeper import Keeper
from rexian.drill.service import Attendance
from rexian.drill.summary import Lookout
from rexian.kit.clock import Clock
from rexian.kit.database import Database
from rexian.kit.settings import Settings
from rexian.kit.slice import Copier, Forgetter, Slice
from rexian.runtime.host import FloorHost


def make(
    db: Database, clock: Clock, settings: Settings, floors: FloorHost, forgetters: list[Forgetter],
    copiers: list[Copier],
) -> Slice:  # fmt: skip
    """`forgetters`: how each of the other slices removes what it has stored of simulated contacts; `copiers`: how they
    give a live drill's shadow tenant what they keep for the real one.
    """
    lookout = Lookout(db, clock, floors)
    keeper = Keeper(settings.home / "drills", clock, db.url.render_as_string(hide_password=False))
    live = LiveKeeper(db, clock, settings, floors, copiers)
    routes = [*make_routes(lookout, forgetters, Attendance(clock)), *make_run_routes(keeper), *make_live_routes(live)]
    return Slice("drill", routes, tasks=(keeper.run, live.run, *((lookout.run,) if settings.demo else ())))
