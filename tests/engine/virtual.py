"""A floor under a virtual clock: customers come, wait or lose patience, are served for as long as was drawn for them.

Agents prove and accept at the instant at which it rings, have one place and no work afterwards, so that the floor is
the queue of the text-books and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from heapq import heappop, heappush
from math import sqrt
from statistics import mean, stdev
from typing import Literal

from rexian.engine import commands as cmd
from rexian.engine import events as ev
from rexian.engine.floor import Floor
from rexian.engine.specs import AgentSpec, Party, QueueSpec

START = 1_790_000_000_000
CUSTOMER, AGENT = Party("customer", "k"), Party("agent", "a")
FORGET_EVERY = 500  # contacts that have gone are forgotten now and then, so that the floor stays small


@dataclass
class Customer:
    """`patience_ms` None: stays for ever. What came of it is filled in by the run."""

    at: int
    service_ms: int
    patience_ms: int | None = None
    needs: dict[str, int] | None = None
    outcome: Literal["", "answered", "left", "blocked"] = ""
    delayed: bool = False
    waited_ms: int = 0


class Hall:
    """One queue. `room`: the most customers inside, whoever comes more is turned away (0: no limit)."""

    def __init__(self, agents: Iterable[AgentSpec], room: int = 0) -> None:
        self.floor = Floor()
        self.now = START
        self.room = room
        self.inside = 0
        self.later: list[tuple[int, int, bool]] = []  # instant, customer, whether served (or out of patience)
        self.customers: list[Customer] = []
        self.do(cmd.DefineQueue(queue=QueueSpec(id="q", tenant_id="t", acw_ms=0, rating_ms=0)))
        for agent in agents:
            self.do(cmd.DefineAgent(agent=agent))
            self.do(cmd.SetAgentState(agent_id=agent.id, state="available"))

    def do(self, command: cmd.AnyCommand) -> None:
        """Carry it out, and let the agents answer whatever rings now."""
        for event in self.floor.decide(cmd.Envelope(id="1", at=self.now, by=CUSTOMER, command=command)):
            if isinstance(event, ev.InteractionOffered):
                self.do(cmd.ProveOffer(offer_id=event.offer_id, agent_id=event.agent_id))
                self.do(cmd.AcceptOffer(offer_id=event.offer_id, agent_id=event.agent_id))
            elif isinstance(event, ev.OfferAccepted):
                self.answered(int(event.interaction_id))

    def answered(self, number: int) -> None:
        customer = self.customers[number]
        customer.outcome = "answered"
        customer.waited_ms = self.now - START - customer.at
        heappush(self.later, (self.now + customer.service_ms, number, True))

    def run(self, customers: list[Customer]) -> None:
        """Until all of them have gone."""
        self.customers = customers
        for number, customer in enumerate(customers):
            self.until(START + customer.at)
            self.now = START + customer.at
            self.come(number, customer)
            if number % FORGET_EVERY == 0:
                self.do(cmd.Tick())
        self.until(1 << 62)

    def come(self, number: int, customer: Customer) -> None:
        if self.room and self.inside >= self.room:
            customer.outcome = "blocked"
            return
        self.inside += 1
        self.do(
            cmd.StartContact(
                contact_id=str(number), interaction_id=str(number), tenant_id="t", customer_id="k", queue_id="q",
                medium="chat", needs=customer.needs or {},
            )
        )  # fmt: skip
        customer.delayed = not customer.outcome
        if customer.delayed and customer.patience_ms is not None:
            heappush(self.later, (self.now + customer.patience_ms, number, False))

    def until(self, instant: int) -> None:
        while self.later and self.later[0][0] <= instant:
            self.now, number, served = heappop(self.later)
            customer = self.customers[number]
            if not served and customer.outcome:
                continue  # answered before patience ran out
            if not served:
                customer.outcome = "left"
                customer.waited_ms = self.now - START - customer.at
            self.inside -= 1
            self.do(cmd.EndInteraction(interaction_id=str(number), by=CUSTOMER))


def mean_in_line(customers: list[Customer], start: int, end: int) -> float:
    """How many waited on average between the two instants."""
    waits = ((c.at, c.at + c.waited_ms) for c in customers if c.delayed)
    return sum(max(0, min(end, to) - max(start, since)) for since, to in waits) / (end - start)


@dataclass(frozen=True)
class Estimate:
    """A mean over independent replications."""

    mean: float
    error: float

    @staticmethod
    def of(replications: list[float]) -> Estimate:
        return Estimate(mean(replications), stdev(replications) / sqrt(len(replications)))

    def z(self, exact: float, least: float = 0.0) -> float:
        """`least`: the error to be reckoned with when all replications gave the same."""
        if self.mean == exact:
            return 0.0
        return (self.mean - exact) / (self.error or least)

    def __str__(self) -> str:
        return f"{self.mean:.6g} ± {self.error:.2g}"
