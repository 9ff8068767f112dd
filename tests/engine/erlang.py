"""Exact values of M/M/n and M/M/n+M queues (Erlang C, Erlang A), from the birth-and-death process itself."""

from __future__ import annotations

from dataclasses import dataclass
from math import fsum

NEGLIGIBLE = 1e-18  # of the largest term, beyond which a falling tail adds nothing to twelve digits


@dataclass(frozen=True)
class Steady:
    """What holds in the long run: P(W>0), P(abandon), E[W] of all who come, E[Q]."""

    delayed: float
    abandoned: float
    wait: float
    queue: float


def steady(arrivals: float, agents: int, leaving: float = 0.0) -> Steady:
    """`arrivals` per mean service time; each who waits leaves at the rate `leaving` (0: never).

    The weights are taken relative to state `agents`, from there down and up, so that nothing overflows with thousands.
    """
    if not leaving and arrivals >= agents:
        raise ValueError("without leaving, the queue grows without end")
    busy = [1.0]  # states agents, agents-1, … 0
    for present in range(agents, 0, -1):
        busy.append(busy[-1] * present / arrivals)
    queued = [1.0]  # states agents, agents+1, …
    while queued[-1] > NEGLIGIBLE * max(1.0, max(queued[-2:])) or arrivals > agents + leaving * len(queued):
        queued.append(queued[-1] * arrivals / (agents + leaving * len(queued)))
    total = fsum(busy) + fsum(queued[1:])
    queue = fsum(waiting * weight for waiting, weight in enumerate(queued)) / total
    return Steady(
        delayed=fsum(queued) / total, abandoned=leaving * queue / arrivals, wait=queue / arrivals, queue=queue
    )
