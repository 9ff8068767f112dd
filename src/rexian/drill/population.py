"""The simulated population of the demo, a process of its own: `python -m rexian.drill.population --url URL`.

It ends when its standard input ends (so it never outlives the server that started it) or on SIGTERM, and it waits
quietly while the server is away. What the ribbon says (on, speed) it asks the server once a second.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import random
import signal
import stat
import sys
import time
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import httpx
import msgspec

from rexian.directory.demo import SIMULATED_AGENT_IDS
from rexian.directory.demo.city import COMPANIES
from rexian.drill import texts
from rexian.drill.agent import SimulatedAgent
from rexian.drill.arrivals import next_gap_s
from rexian.drill.customer import SimulatedCustomer
from rexian.drill.pace import Pace
from rexian.drill.stage import Backstage, Human, Play, Stage
from rexian.kit import log
from rexian.kit.settings import ensure_secret, load_settings
from rexian.kit.simulated import HEADER, simulation_key

ASK_EVERY_S = 1.0
MOST_CUSTOMERS = 160
SAVE_EVERY_S = 60.0
RUSH_EVERY_S = (240.0, 600.0)
RUSH_SIZE = (6, 12)
AGENT_STAGGER_S = 0.04
REPLACED_AFTER_S = 5.0
ARRIVES_WITHIN_S = 6.0
_log = log.get(__name__)


class Population:
    """Everybody who is simulated."""

    def __init__(self, stage: Stage, client: httpx.AsyncClient) -> None:
        self.stage = stage
        self.client = client
        self.customers: dict[SimulatedCustomer, asyncio.Task[None]] = {}
        self.agents: dict[SimulatedAgent, asyncio.Task[None]] = {}
        self._meant_for: dict[str, tuple[SimulatedCustomer, float]] = {}  # real agent → who was sent to them, and when
        self._others: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Live until cancelled."""
        work = (self._ask(), self.stage.pace.run(), self._arrive(), self._rush(), self._save())
        tasks = [asyncio.create_task(one) for one in work]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in tasks:
                if task.done():
                    task.result()
        finally:
            self.stage.save_visitors()
            everybody = [*tasks, *self.customers.values(), *self.agents.values(), *self._others]
            for task in everybody:
                task.cancel()
            await asyncio.gather(*everybody, return_exceptions=True)

    def _beside(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._others.add(task)
        task.add_done_callback(self._others.discard)

    # -- what the ribbon says ------------------------------------------------------------------------------------------
    async def _ask(self) -> None:
        was_on = False
        while True:
            fresh = False  # what was true when it was last heard may have changed long ago
            with contextlib.suppress(httpx.HTTPError, msgspec.DecodeError):
                reply = await self._backstage()
                if reply.status_code == 200:
                    self.stage.tell(msgspec.json.decode(reply.content, type=Backstage))
                    fresh = True
            if self.stage.on != was_on:
                was_on = self.stage.on
                self._begin() if was_on else self._finish()
            if self.stage.on and fresh:
                self._serve_humans()
            await asyncio.sleep(ASK_EVERY_S)

    async def _backstage(self) -> httpx.Response:
        mine = {"on": "true" if self.stage.on else "false", "customers": len(self.customers)}
        url, key = f"{self.stage.url}/api/demo/backstage", {HEADER: self.stage.key}
        return await self.client.get(url, params=mine, headers=key)

    def _begin(self) -> None:
        self._beside(self._employ())

    async def _employ(self) -> None:
        for person_id in SIMULATED_AGENT_IDS:
            if not self.stage.on:
                return
            if any(one.feed.person_id == person_id and one.stay() for one in list(self.agents)):
                continue  # was still finishing: two of the same would undo each other's state
            self._hire(person_id)
            await asyncio.sleep(AGENT_STAGGER_S)

    def _hire(self, person_id: str) -> SimulatedAgent:
        agent = SimulatedAgent(self.stage, self.client, person_id)
        task = self.agents[agent] = asyncio.create_task(agent.live())
        task.add_done_callback(lambda task: self._has_left(agent, task))
        return agent

    def _has_left(self, agent: SimulatedAgent, task: asyncio.Task[None]) -> None:
        """One who was not sent home is missed: somebody comes to the same desk a little later."""
        self.agents.pop(agent, None)
        if not agent.going and not task.cancelled():
            _log.warning("population.agent_lost", person_id=agent.feed.person_id, error=repr(task.exception()))
            self._beside(self._replace())

    async def _replace(self) -> None:
        await asyncio.sleep(REPLACED_AFTER_S)
        await self._employ()

    def _finish(self) -> None:
        """Switched off: customers leave, agents finish and go home."""
        for customer in list(self.customers):
            self._beside(customer.leave())
        for agent in list(self.agents):
            self._beside(agent.go_home())

    # -- customers -----------------------------------------------------------------------------------------------------
    async def _arrive(self) -> None:
        while True:
            told = self.stage.told
            await self.stage.pace.sleep(next_gap_s(told.hour, self.stage.rng, waiting=told.waiting))
            if self.stage.on:
                site = self.stage.rng.choices(list(texts.books()), weights=WEIGHTS)[0]
                self._come(site, self._dialogue(site))

    async def _rush(self) -> None:
        """Now and then many ask about the same thing at once: a power cut, a broken line."""
        while True:
            await self.stage.pace.sleep(self.stage.rng.uniform(*RUSH_EVERY_S))
            site, topic = self.stage.rng.choice(RUSHES)
            for _ in range(self.stage.rng.randint(*RUSH_SIZE)):
                if self.stage.on:
                    self._come(site, self._dialogue(site, topic))
                await self.stage.pace.sleep(self.stage.rng.uniform(1, 7))

    def _dialogue(self, site: str, topic: str | None = None, lang: str | None = None) -> texts.Dialogue:
        choices = [
            one
            for one in texts.books()[site].dialogue
            if (topic is None or one.topic == topic) and (lang is None or one.lang == lang)
        ]
        return texts.filled(self.stage.rng.choice(choices or texts.books()[site].dialogue), self.stage.rng)

    def _come(self, site: str, dialogue: texts.Dialogue, *, for_people: bool = False) -> SimulatedCustomer | None:
        if len(self.customers) >= MOST_CUSTOMERS:
            return None
        customer = SimulatedCustomer(self.stage, Play(site=site, dialogue=dialogue, for_people=for_people))
        task = self.customers[customer] = asyncio.create_task(customer.live())
        task.add_done_callback(lambda _: self.customers.pop(customer, None))
        return customer

    # -- real agents ---------------------------------------------------------------------------------------------------
    def _serve_humans(self) -> None:
        """A real agent who is free gets a simulated customer of their own, at once, one at a time."""
        present = {human.id for human in self.stage.told.humans}
        for id in self._meant_for.keys() - present:
            del self._meant_for[id]
        for human in self.stage.told.humans:
            if human.idle and human.places and not self._is_coming(human.id):
                self._send_to(human)

    def _is_coming(self, human_id: str) -> bool:
        """Say whether a customer is still on the way to this agent, and hasn't gone to somebody else or left."""
        sent, at = self._meant_for.get(human_id, (None, 0.0))
        if sent is None or sent not in self.customers:
            return False
        return sent.state in {"new", "waiting"} or time.monotonic() - at < ARRIVES_WITHIN_S

    def _send_to(self, human: Human) -> None:
        rng = self.stage.rng
        lang = "en" if human.locale == "en" else "zh"
        places = [
            (site, topic)
            for site, topic in human.places
            if any(one.topic == topic and one.lang == lang for one in texts.books()[site].dialogue)
        ] or human.places
        site, topic = rng.choice(places)
        customer = self._come(site, self._dialogue(site, topic, lang), for_people=True)
        if customer is not None:
            self._meant_for[human.id] = (customer, time.monotonic())

    async def _save(self) -> None:
        while True:
            await asyncio.sleep(SAVE_EVERY_S)
            self.stage.save_visitors()


WEIGHTS = [{"yunshan": 30, "jianglan": 22, "xingqiao": 30, "anhe": 18}[key] for key in texts.books()]
RUSHES = (("jianglan", "outage"), ("xingqiao", "broadband"), ("yunshan", "phone"), ("anhe", "claim"))


async def live(url: str, key: str, home: Path | None, seed: int | None = None) -> None:
    """Be the population of the server at `url` until cancelled."""
    rng = random.Random(seed)  # noqa: S311 - a play, no secret
    stage = Stage(
        url=url.rstrip("/"), key=key, pace=Pace(time.monotonic, 0), rng=rng, home=home,
        tenants={company.id: company.key for company in COMPANIES},
    )  # fmt: skip
    stage.load_visitors()
    limits = httpx.Limits(max_connections=8, max_keepalive_connections=4)
    async with httpx.AsyncClient(timeout=5, limits=limits, trust_env=False) as client:
        await Population(stage, client).run()


async def _until_told() -> None:
    """Return on SIGTERM, on SIGINT, and when standard input is a pipe and ends."""
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        with contextlib.suppress(NotImplementedError):
            loop.add_signal_handler(number, stop.set)
    watching = asyncio.create_task(_until_input_ends(stop))
    await stop.wait()
    watching.cancel()


async def _until_input_ends(stop: asyncio.Event) -> None:
    if not stat.S_ISFIFO(os.fstat(sys.stdin.fileno()).st_mode):
        return
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while await reader.read(1024):
        pass
    stop.set()


async def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m rexian.drill.population", description=__doc__)
    parser.add_argument("--url", required=True, help="address of the demo's server")
    parser.add_argument("--home", type=Path, help="data folder; its secret shows the server who we are")
    parser.add_argument("--seed", type=int, help="the same seed, the same people")
    given = parser.parse_args(arguments)
    settings = ensure_secret(load_settings(home=given.home))
    told = asyncio.create_task(_until_told())
    living = asyncio.create_task(live(given.url, simulation_key(settings.secret), settings.home, given.seed))
    await asyncio.wait([told, living], return_when=asyncio.FIRST_COMPLETED)
    for task in (living, told):
        task.cancel()
    await asyncio.gather(living, told, return_exceptions=True)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
