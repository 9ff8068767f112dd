"""A crowd of customers and agents on real sockets, kept going while things are killed."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import httpx

from rexian.kit.simulated import simulation_key
from tests.city import City
from tests.kill import verify
from tests.kill.agent import Agent
from tests.kill.customer import Customer

TEXTS = ("我的手机开不了机，充电也没反应。", "型号是云杉 X3，买了八个月。", "好的，谢谢你，再见 👋")


@dataclass
class Crowd:
    city: City
    people: list[str]
    sites: list[str]
    seed: int
    size: int
    over_s: float
    customers: list[Customer] = field(default_factory=list)
    agents: list[Agent] = field(default_factory=list)

    def gather(self) -> None:
        rng = random.Random(self.seed)
        key = simulation_key((self.city.home / "secret").read_text().strip())
        self.customers = [
            Customer(self.city.url, rng.choice(self.sites), key, list(TEXTS), random.Random(rng.random()))
            for _ in range(self.size)
        ]
        self.agents = [
            Agent(self.city.url, key, person, random.Random(rng.random()), len(TEXTS)) for person in self.people
        ]

    @property
    def open(self) -> int:
        return sum(1 for customer in self.customers if customer.connections and not customer.rated)

    async def live(self, trouble: Callable[[], Awaitable[None]], patience_s: float) -> None:
        """Runs the crowd while `trouble` goes on, and then until every customer has been served and has rated."""
        stop = asyncio.Event()
        async with asyncio.TaskGroup() as tasks:
            for agent in self.agents:
                tasks.create_task(self._until(stop, agent.run(stop)))
            served = [tasks.create_task(self._arrive(customer, stop)) for customer in self.customers]
            try:
                await trouble()
                waiting = await self._served(served, patience_s)
            finally:
                stop.set()  # also when a client broke: one in the middle of a time-out may miss that it is cancelled
            for task in waiting:
                task.cancel()

    async def _served(self, tasks: list[asyncio.Task[None]], patience_s: float) -> set[asyncio.Task[None]]:
        """Waits for all, but not for longer than `patience_s` in which nobody was served."""
        waiting = {task for task in tasks if not task.done()}
        while waiting:
            done, waiting = await asyncio.wait(waiting, timeout=patience_s, return_when=asyncio.FIRST_COMPLETED)
            if not done:
                break
        return waiting

    def troubles(self) -> str:
        """What the agents' clients met last, for the message of a failed test."""
        met = Counter(f"{agent.last_trouble} (sessions: {bool(agent.csrf)})" for agent in self.agents)
        return "\n".join(
            [f"{count} agents: {what}" for what, count in met.items()] + [self.city.log.read_text()[-2000:]]
        )

    async def _arrive(self, customer: Customer, stop: asyncio.Event) -> None:
        await asyncio.sleep(customer.rng.random() * self.over_s)
        await customer.run(stop)

    async def _until(self, stop: asyncio.Event, work: Awaitable[None]) -> None:
        running = asyncio.ensure_future(work)
        ending = asyncio.ensure_future(stop.wait())
        await asyncio.wait({running, ending}, return_when=asyncio.FIRST_COMPLETED)
        ending.cancel()
        if running.done():
            running.result()  # a client that broke breaks the test
        running.cancel()

    def faults(self, database_url: str) -> list[str]:
        rows = verify.journal(database_url)
        return [
            *(fault for customer in self.customers for fault in customer.faults),
            *(fault for agent in self.agents for fault in agent.faults),
            *(f"{c.contact} was never rated: {c.state}, {len(c.acked)} acked" for c in self.customers if not c.rated),
            *verify.gapless(rows),
            *verify.messages_once(rows, verify.texts(database_url), self.customers),
            *verify.one_place_each(rows),
            *verify.capacity_kept(rows),
            *verify.ended_once(rows, self.customers),
        ]


async def wait_until_answering(city: City, within_s: float = 30) -> None:
    async with httpx.AsyncClient() as client:
        for _ in range(int(within_s * 10)):
            try:
                if (await client.get(f"{city.url}/readyz", timeout=2)).status_code == 200:
                    return
            except httpx.HTTPError:
                pass
            await asyncio.sleep(0.1)
    raise AssertionError(f"not ready again within {within_s} s:\n{city.log.read_text()[-3000:]}")
