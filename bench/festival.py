"""The whole festival day in a process of its own, against its limits: 60 s on two free cores and 500 MB.

Beside them what it is made of: µs per contact for people and per self-served one, and events per second.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys

from bench.report import arguments, figure

LIMIT_S, LIMIT_MB = 60, 500
_PROGRAM = "from rexian.cli import main; main(['drill', 'festival', '--json', '--lang', 'en', '--contacts', '{}'])"


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--contacts", type=int, default=1_600_000, help="fewer for a quick look; the limits shrink too")
    given = parser.parse_args()
    before = os.times()
    program = [sys.executable, "-c", _PROGRAM.format(given.contacts)]
    done = subprocess.run(program, capture_output=True, text=True, check=True)
    after = os.times()
    cpu_s = after.children_user + after.children_system - before.children_user - before.children_system
    told = json.loads(done.stdout.splitlines()[-1])
    part = given.contacts / 1_600_000
    peak_mb = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1_024

    def show(name: str, value: float, unit: str, peer: str | None = None, limit: float | None = None) -> None:
        figure(f"festival.{name}", value, unit, peer, limit, as_json=given.json)

    show("wall_s", told["wall_s"], "s", "limit", LIMIT_S * part)
    show("cpu_s", cpu_s, "s")
    show("peak_rss", peak_mb, "MB", "limit", LIMIT_MB)
    show("per_contact_for_people", 1e6 * told["wall_s"] / told["for_people"], "µs")
    show("events", told["result"]["events"] / told["wall_s"], "1/s")
    show("load", os.getloadavg()[0], "1 min")


if __name__ == "__main__":
    main()
