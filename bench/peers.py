"""M/M/n+M, the textbook's call centre, through the whole engine by the drill's driver, against SimPy and Ciw.

n agents, exponential calls of 180 s, exponential patience of 120 s, offered load n. The engine routes as it does live,
with every event and its reason; the peers only keep a queue. Customers per second, in the same run.
`pip install 'rexian[bench]'` brings the peers.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from time import process_time
from typing import Any

import numpy as np

from bench.report import arguments, figure
from rexian.drill.rehearsal.driver import Driver
from rexian.drill.rehearsal.play import quiet
from rexian.drill.rehearsal.scenario import Demand, DutyEntry, Form, Scenario
from rexian.engine.specs import AgentSpec, QueueSpec

TALK_S, PATIENCE_S = 180.0, 120.0
CUSTOMERS = 30_000
CIW_CUSTOMERS = {10: 6_000, 100: 6_000, 1_800: 5_000}


class Sample:
    """Who comes when, in ms; the same for ours and for SimPy."""

    def __init__(self, agents: int, count: int) -> None:
        rng = np.random.default_rng(11)
        self.agents = agents
        gaps = rng.exponential(TALK_S / agents, count)
        self.at = (np.cumsum(gaps) * 1_000).astype(np.int64)
        self.talk = (rng.exponential(TALK_S, count) * 1_000).astype(np.int64) + 1
        self.patience = (rng.exponential(PATIENCE_S, count) * 1_000).astype(np.int64) + 1


def scenario(sample: Sample) -> Scenario:
    count, none = len(sample.at), np.zeros(len(sample.at), dtype=np.int64)
    return Scenario(
        name="peers",
        seed=1,
        start_at=1_790_000_000_000,
        until=int(sample.at[-1]) + 7_200_000,
        zone="UTC",
        queues=[QueueSpec(id="q", tenant_id="t", proof_ms=60_000, acw_ms=0, rating_ms=0)],
        agents=[AgentSpec(id=f"a{n}", capacity={"voice": 1}) for n in range(sample.agents)],
        groups=["team"] * sample.agents,
        duty=[DutyEntry(0, n, "available") for n in range(sample.agents)],
        forms=[Form(queue=0, medium="voice")],
        demand=Demand(sample.at, none, sample.talk, sample.patience, none, np.zeros(count, dtype=np.int64)),
    )


def ours(sample: Sample) -> tuple[float, float]:
    """(customers per second of CPU, share that gave up)."""
    driver = Driver(scenario(sample))
    seconds = timed(driver.run)
    lost = sum(1 for fate in driver.ledger.fate if fate == 6)
    return len(sample.at) / seconds, lost / len(sample.at)


def simpy_model(sample: Sample) -> tuple[float, float]:
    import simpy

    env = simpy.Environment()
    agents = simpy.Resource(env, sample.agents)
    lost = 0

    def customer(talk: int, patience: int) -> Iterator[Any]:
        nonlocal lost
        with agents.request() as request:
            yield request | env.timeout(patience)
            if not request.triggered:
                lost += 1
                return
            yield env.timeout(talk)

    def source() -> Iterator[Any]:
        now = 0
        for at, talk, patience in zip(*(column.tolist() for column in columns), strict=True):
            yield env.timeout(at - now)
            now = at
            env.process(customer(talk, patience))

    columns = (sample.at, sample.talk, sample.patience)
    env.process(source())
    seconds = timed(env.run)
    return len(sample.at) / seconds, lost / len(sample.at)


def ciw_model(agents: int, count: int) -> tuple[float, float]:
    import ciw

    ciw.seed(11)
    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Exponential(agents / TALK_S)],
        service_distributions=[ciw.dists.Exponential(1 / TALK_S)],
        reneging_time_distributions=[ciw.dists.Exponential(1 / PATIENCE_S)],
        number_of_servers=[agents],
    )
    simulation = ciw.Simulation(network)
    seconds = timed(lambda: simulation.simulate_until_max_customers(count, method="Arrive"))
    records = simulation.get_all_records()
    return count / seconds, sum(1 for one in records if one.record_type == "renege") / max(1, len(records))


def timed(work: Callable[[], object]) -> float:
    gc.collect()
    with quiet():
        began = process_time()
        work()
        return process_time() - began


def main() -> None:
    given = arguments(__doc__).parse_args()
    for agents in (10, 100, 1_800):
        sample = Sample(agents, CUSTOMERS)
        rate, lost = ours(sample)
        simpy_rate, simpy_lost = simpy_model(sample)
        ciw_rate, _ = ciw_model(agents, CIW_CUSTOMERS[agents])
        figure(f"peers.simpy.{agents}", rate, "customers/s", "SimPy", simpy_rate, as_json=given.json)
        figure(f"peers.ciw.{agents}", rate, "customers/s", "Ciw", ciw_rate, as_json=given.json)
        figure(f"peers.gave_up.{agents}", 100 * lost, "%", "SimPy", 100 * simpy_lost, as_json=given.json)


if __name__ == "__main__":
    main()
