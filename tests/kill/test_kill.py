"""`kill -9` at random moments while a thousand customers write: nothing accepted is lost, doubled or stuck."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.city import City
from tests.kill.crowd import Crowd, wait_until_answering

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

SEED = 20261122


@pytest.fixture
def city(tmp_path: Path) -> Iterator[City]:
    city = City(tmp_path / "home", argon2_memory_kib="1024", log_level="warning")
    city.start()
    yield city
    city.stop()


def crowd_of(city: City, size: int, over_s: float) -> Crowd:
    from rexian.directory.demo import SIMULATED_AGENT_IDS, SITE_KEYS

    crowd = Crowd(city, list(SIMULATED_AGENT_IDS), list(SITE_KEYS), SEED, size, over_s)
    crowd.gather()
    return crowd


async def test_server_killed_twenty_times_during_a_thousand_chats(city: City) -> None:
    crowd = crowd_of(city, size=1000, over_s=80)
    rng = random.Random(SEED)
    open_at_kill: list[int] = []

    async def twenty_kills() -> None:
        for _ in range(20):
            await asyncio.sleep(0.5 + rng.random() * 3)
            open_at_kill.append(crowd.open)
            city.kill()
            await asyncio.to_thread(city.start)

    await crowd.live(twenty_kills, patience_s=60)

    assert crowd.faults(city.database_url) == [], crowd.troubles()
    assert sum(1 for opened in open_at_kill if opened >= 10) >= 15, open_at_kill
    assert all(agent.connections > 1 for agent in crowd.agents)


async def test_postgresql_killed_during_chats(city: City) -> None:
    crowd = crowd_of(city, size=200, over_s=25)
    rng = random.Random(SEED + 1)

    async def five_kills() -> None:
        for _ in range(5):
            await asyncio.sleep(1 + rng.random() * 3)
            city.kill_database()
            await asyncio.sleep(0.5)
            await wait_until_answering(city)

    await crowd.live(five_kills, patience_s=60)

    assert city.process is not None
    assert city.process.poll() is None, "the server goes on while its database is restarted"
    assert crowd.faults(city.database_url) == [], crowd.troubles()
