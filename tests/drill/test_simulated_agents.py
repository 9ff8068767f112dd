"""A simulated agent at the served demo city: in the state that was meant, and home after the ribbon's "off"."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from rexian.directory.demo import SIMULATED_AGENT_IDS
from rexian.drill import agent as part
from rexian.drill.agent import SimulatedAgent
from rexian.drill.desk import FeedLine
from rexian.drill.pace import Pace
from rexian.drill.population import Population
from rexian.drill.stage import Backstage, Stage
from rexian.kit.simulated import simulation_key
from tests.drill.waiting import until
from tests.served import SECRET, Served


@pytest.fixture(autouse=True)
def _brisk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(part, "REFUSED_PAUSE_S", 0.1)


class Even(random.Random):
    """Nobody begins with a break."""

    def random(self) -> float:
        return 0.5


@asynccontextmanager
async def people(demo: Served) -> AsyncIterator[Population]:
    """A population whose ribbon the test turns itself. Time stands still, so nobody takes a break."""
    stage = Stage(url=demo.url, key=simulation_key(SECRET), pace=Pace(time.monotonic, 0), rng=Even())
    stage.told = Backstage(on=True, speed=0)
    async with httpx.AsyncClient(timeout=20, trust_env=False) as client:
        population = Population(stage, client)
        yield population
        for task in (tasks := [*population.agents.values(), *population._others]):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def one_of(population: Population, number: int) -> SimulatedAgent:
    """Just one of them, at work."""
    return population._hire(SIMULATED_AGENT_IDS[number])


def wanted(demo: Served, agent: SimulatedAgent) -> tuple[str, str | None]:
    """As the floor has it."""
    known = demo.house.rooms[demo.city.floor_id].mirror.floor.agent(agent.feed.person_id)
    assert known is not None
    return known.wanted, known.reason


async def is_available(demo: Served, agent: SimulatedAgent) -> None:
    async def holds() -> bool:
        return wanted(demo, agent)[0] == "available"

    await until(holds)


async def has_left(agent: SimulatedAgent, population: Population) -> None:
    async def holds() -> bool:
        return agent not in population.agents

    await until(holds)


async def test_a_state_that_is_refused_is_asked_for_again(demo: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """The floor stalled just then: nothing else happens at an idle desk, so nobody would look again."""
    refusals = ["unavailable", "slow_down"]
    command = FeedLine.command

    async def refused(line: FeedLine, name: str, **args: Any) -> str:
        return refusals.pop() if refusals else await command(line, name, **args)

    async with people(demo) as population:
        monkeypatch.setattr(FeedLine, "command", refused)
        agent = one_of(population, 0)
        await is_available(demo, agent)
        refusals += ["unavailable", "slow_down"]
        population._finish()
        await has_left(agent, population)
        assert wanted(demo, agent) == ("not_ready", "signed_out")


async def test_switched_off_while_another_state_is_on_its_way(demo: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was asked for before "off" must not come after the agent has left."""
    sent, command = asyncio.Event(), FeedLine.command
    answered = asyncio.Event()

    async def slow(line: FeedLine, name: str, **args: Any) -> str:
        code = await command(line, name, **args)
        if args.get("state") == "available":
            sent.set()
            await answered.wait()  # the acknowledgement is late
        return code

    async with people(demo) as population:
        monkeypatch.setattr(FeedLine, "command", slow)
        agent = one_of(population, 1)
        await sent.wait()
        population._finish()
        await is_available(demo, agent)
        answered.set()
        await has_left(agent, population)
        assert wanted(demo, agent) == ("not_ready", "signed_out")


async def test_switched_on_again_whoever_is_still_there_stays(demo: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two of the same person would undo each other's state."""
    monkeypatch.setattr(SimulatedAgent, "_is_home", lambda _: False)  # something is in hand yet
    monkeypatch.setattr("rexian.drill.population.SIMULATED_AGENT_IDS", SIMULATED_AGENT_IDS[2:4])
    async with people(demo) as population:
        agent = one_of(population, 2)
        await is_available(demo, agent)
        population._finish()

        async def signed_out() -> bool:
            return wanted(demo, agent) == ("not_ready", "signed_out")

        await until(signed_out)
        await population._employ()
        assert [one.feed.person_id for one in population.agents] == list(SIMULATED_AGENT_IDS[2:4])
        for one in population.agents:
            await is_available(demo, one)
        assert agent in population.agents


async def test_a_desk_whose_view_is_refused_comes_back(demo: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that has just begun says so and leaves the socket open."""
    take, first = FeedLine.take, [True]

    async def refused(line: FeedLine, frame: dict[str, Any]) -> None:
        if frame["t"] == "snap" and first:
            first.clear()
            frame = {"t": "fault", "code": "unavailable", "topic": "me"}
        await take(line, frame)

    monkeypatch.setattr(FeedLine, "take", refused)
    async with people(demo) as population:
        agent = one_of(population, 4)
        await is_available(demo, agent)
        population._finish()
        await has_left(agent, population)


async def test_a_desk_that_broke_is_taken_again(demo: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """One who breaks on what nobody thought of must not be missing until somebody turns the ribbon off and on."""
    monkeypatch.setattr("rexian.drill.population.REPLACED_AFTER_S", 0.1)
    monkeypatch.setattr("rexian.drill.population.SIMULATED_AGENT_IDS", SIMULATED_AGENT_IDS[5:6])
    take, broken = FeedLine.take, []

    async def breaks(line: FeedLine, frame: dict[str, Any]) -> None:
        if not broken:
            broken.append(line)
            raise KeyError("a frame that nobody thought of")
        await take(line, frame)

    monkeypatch.setattr(FeedLine, "take", breaks)
    async with people(demo) as population:
        first = one_of(population, 5)
        await has_left(first, population)

        async def taken_again() -> bool:
            return any(one.feed.person_id == first.feed.person_id for one in population.agents)

        await until(taken_again)
        (second,) = population.agents
        await is_available(demo, second)
