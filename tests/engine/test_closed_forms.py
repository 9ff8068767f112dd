"""The floor itself, under a virtual clock, against what queueing theory says exactly (Erlang C and Erlang A)."""

from __future__ import annotations

from math import sqrt
from random import Random

import pytest

from rexian.engine.specs import AgentSpec
from tests.engine.erlang import Steady, steady
from tests.engine.virtual import Customer, Estimate, Hall, mean_in_line

UNIT_MS = 1_000_000  # one mean service time; so long that rounding to ms is far below the errors of the estimates
NAMES = ("delayed", "abandoned", "wait", "queue")
EXACT = (
    (8, 10, 0.0, (0.409180150796, 0.0, 0.204590075398, 1.63672060319)),
    (11, 10, 0.5, (0.750502519873, 0.147745841978, 0.295491683955, 3.25040852351)),
    (105, 100, 0.5, (0.802612665082, 0.060369444987, 0.120738889974, 12.6775834473)),
    (1900, 1800, 0.4, (0.999885127197, 0.052632485324, 0.131581213310, 250.004305290)),
)


@pytest.mark.parametrize(("arrivals", "agents", "leaving", "expected"), EXACT)
def test_the_exact_values_are_those_in_the_books(
    arrivals: float, agents: int, leaving: float, expected: tuple[float, ...]
) -> None:
    found = steady(arrivals, agents, leaving)
    for name, value in zip(NAMES, expected, strict=True):
        assert getattr(found, name) == pytest.approx(value, rel=1e-9, abs=0 if value else 1e-15), name


def test_a_queue_that_grows_without_end_has_no_steady_state() -> None:
    with pytest.raises(ValueError, match="without end"):
        steady(10, 10)


def replication(seed: int, arrivals: float, agents: int, leaving: float, warm: float, length: float) -> Steady:
    """One history; `warm` and `length` in mean service times. The first part is not counted."""
    r, at = Random(seed), 0.0
    customers = []
    while (at := at + r.expovariate(arrivals)) < warm + length:
        patience = int(r.expovariate(leaving) * UNIT_MS) if leaving else None
        customers.append(Customer(int(at * UNIT_MS), int(r.expovariate(1) * UNIT_MS), patience))
    hall = Hall(AgentSpec(id=f"a{n}", capacity={"chat": 1}) for n in range(agents))
    hall.run(customers)
    assert not any(agent.handlings or agent.offers for agent in hall.floor.agents())
    start, end = int(warm * UNIT_MS), int((warm + length) * UNIT_MS)
    counted = [c for c in customers if c.at >= start]
    return Steady(
        delayed=sum(c.delayed for c in counted) / len(counted),
        abandoned=sum(c.outcome == "left" for c in counted) / len(counted),
        wait=sum(c.waited_ms for c in counted) / len(counted) / UNIT_MS,
        queue=mean_in_line(customers, start, end),
    )


def agrees(arrivals: float, agents: int, leaving: float, warm: float, length: float, replications: int) -> None:
    exact = steady(arrivals, agents, leaving)
    runs = [replication(seed, arrivals, agents, leaving, warm, length) for seed in range(replications)]
    for name in NAMES:
        estimate, truth = Estimate.of([getattr(run, name) for run in runs]), getattr(exact, name)
        # Where one in ten thousand is not delayed, none may be seen: as if each replication were a single look.
        z = estimate.z(truth, least=sqrt(abs(truth * (1 - truth)) / replications))
        print(f"{arrivals} {agents} {leaving} {name}: {estimate}, exactly {truth:.6g}, z = {z:+.2f}")
        assert abs(z) < 3, f"{name}: {estimate}, exactly {truth}"


@pytest.mark.parametrize(("arrivals", "agents", "leaving"), [(8, 10, 0.0), (11, 10, 0.5)])
def test_a_small_floor_waits_as_erlang_says(arrivals: float, agents: int, leaving: float) -> None:
    agrees(arrivals, agents, leaving, warm=20, length=200, replications=12)


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    ("arrivals", "agents", "leaving", "warm", "length", "replications"),
    [(8, 10, 0.0, 40, 600, 30), (11, 10, 0.5, 20, 500, 30), (105, 100, 0.5, 15, 60, 36), (1900, 1800, 0.4, 12, 12, 8)],
)
def test_floors_of_all_sizes_wait_as_erlang_says(
    arrivals: float, agents: int, leaving: float, warm: float, length: float, replications: int
) -> None:
    agrees(arrivals, agents, leaving, warm, length, replications)
