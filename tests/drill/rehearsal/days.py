"""Small days for the tests: files as people would write them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from random import Random

import numpy as np

from rexian.drill.rehearsal.scenario import Demand, DutyEntry, Form, Scenario
from rexian.engine.specs import AgentSpec, QueueSpec

CHINA = timezone(timedelta(hours=8))
EIGHT = datetime(2026, 11, 29, 8, tzinfo=CHINA)
START_AT = int(EIGHT.timestamp() * 1_000)


def stamp(minutes: float) -> str:
    return (EIGHT + timedelta(minutes=minutes)).isoformat()


def write(path: Path, header: str, rows: list[str], encoding: str = "utf-8") -> Path:
    path.write_bytes(("\n".join([header, *rows]) + "\n").encode(encoding))
    return path


def arrivals(folder: Path, count: int = 200, name: str = "arrivals.csv") -> Path:
    """Two hours of calls, two queues, evenly busy; not in order of time."""
    rng = Random(5)
    rows = [
        f"{stamp(rng.uniform(0, 120))},{rng.choice(['phone', 'repair'])},{rng.randint(60, 300)},{rng.randint(20, 400)}"
        for _ in range(count)
    ]
    return write(folder / name, "at,queue,talk_s,patience_s", rows)


def staff(folder: Path, agents: int = 5, name: str = "staff.csv") -> Path:
    """So many agents for two hours, who can do both."""
    rows = [f"agent {n},{stamp(-5)},{stamp(125)},phone=3;repair=2" for n in range(agents)]
    return write(folder / name, "agent,from,to,skills", rows)


def loaded_day(agents: int, per_hour: int, hours: int = 4, talk_s: float = 120, patience_s: float = 90) -> Scenario:
    """One queue, one skill, exponential times: M/M/n+M through the whole engine."""
    rng = np.random.default_rng(3)
    until = hours * 3_600_000
    count = per_hour * hours
    exponential = rng.exponential
    return Scenario(
        name="loaded",
        seed=1,
        start_at=int(datetime(2026, 11, 29, tzinfo=UTC).timestamp() * 1_000),
        until=until + 3_600_000,
        zone="UTC",
        queues=[QueueSpec(id="q", tenant_id="t", proof_ms=60_000, acw_ms=0, rating_ms=0)],
        agents=[AgentSpec(id=f"a{n}", capacity={"voice": 1}) for n in range(agents)],
        groups=["team"] * agents,
        duty=[DutyEntry(0, n, "available") for n in range(agents)],
        forms=[Form(queue=0, medium="voice")],
        demand=Demand(
            at=rng.integers(0, until, count),
            form=np.zeros(count, dtype=np.int64),
            talk=(exponential(talk_s, count) * 1_000).astype(np.int64) + 1,
            patience=(exponential(patience_s, count) * 1_000).astype(np.int64) + 1,
            acw=np.zeros(count, dtype=np.int64),
            answer=np.zeros(count, dtype=np.int64),
        ),
    )
