"""The routing engine is kept in step with the directory, whatever happens in between."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rexian.directory.floors.sync import FloorSync, differences, known, sync_floor
from rexian.directory.floors.wanted import Wanted, wanted
from rexian.directory.signals import Signals
from rexian.engine.commands import DefineAgent, DefineQueue, Envelope
from rexian.engine.floor import Floor
from rexian.engine.specs import AgentSpec, Party, QueueSpec
from rexian.kit.ids import new_id
from rexian.runtime.host import FloorHost
from rexian.runtime.port import FloorPort
from tests.directory.conftest import Browser, City

LANG_EN = "019a0000-0000-7000-8000-00000000a002"


@pytest.fixture
async def host(city: City) -> AsyncIterator[FloorHost]:
    made = FloorHost(city.db, city.clock)
    await made.start()
    await made.until_ready()
    yield made
    await made.stop()


async def knows(port: FloorPort) -> Wanted:
    return await port.ask(known)


async def a_company(city: City, admin: Browser) -> tuple[str, str]:
    """A skill, a queue that needs it and an agent who has it; return queue and skill."""
    skill = await admin.post("/api/skills", {"key": "product:phone", "name": "手机"})
    needs = [{"skill_id": skill["id"], "level": 2}]
    queue = await admin.post("/api/queues", {"name": "手机使用", "needs": needs, "priority": 5_000, "max_waiting": 9})
    held = [{"skill_id": skill["id"], "level": 4}, {"skill_id": LANG_EN, "level": 2, "minor": True}]
    await admin.put(f"/api/people/{city.people['agent']}/skills", held)
    return queue["id"], skill["id"]


async def test_the_floor_learns_queues_and_agents_in_the_engines_words(city: City, host: FloorHost) -> None:
    queue_id, _ = await a_company(city, await city.as_("admin"))
    port = host.get(city.floor_id)
    assert await sync_floor(city.db, port) == 2
    yunshan, agent = city.tenants["yunshan"], city.people["agent"]
    assert await knows(port) == Wanted(
        queues={
            queue_id: QueueSpec(
                id=queue_id,
                tenant_id=yunshan,
                needs={"product:phone@yunshan": 2, f"tenant:{yunshan}": 1},
                priority=5_000,
                max_waiting=9,
            )
        },
        agents={
            agent: AgentSpec(
                id=agent,
                skills={"lang:en": 2, "product:phone@yunshan": 4, f"tenant:{yunshan}": 1},
                minor=("lang:en",),
                capacity={"chat": 3, "voice": 0},
            )
        },
    )


async def test_a_floor_that_is_in_step_hears_nothing(city: City, host: FloorHost) -> None:
    await a_company(city, await city.as_("admin"))
    port = host.get(city.floor_id)
    await sync_floor(city.db, port)
    before = port.seq
    assert await sync_floor(city.db, port) == 0
    assert port.seq == before


async def test_what_the_directory_retires_leaves_the_floor(city: City, host: FloorHost) -> None:
    admin = await city.as_("admin")
    queue_id, _ = await a_company(city, admin)
    port = host.get(city.floor_id)
    await sync_floor(city.db, port)
    await admin.delete(f"/api/queues/{queue_id}")
    await admin.patch(f"/api/people/{city.people['agent']}", {"active": False})
    assert await sync_floor(city.db, port) == 2
    assert await knows(port) == Wanted({}, {})
    await admin.patch(f"/api/queues/{queue_id}", {"retired": False})
    await sync_floor(city.db, port)
    assert list((await knows(port)).queues) == [queue_id]


async def test_an_agent_who_serves_two_tenants_can_do_both_their_work(city: City, host: FloorHost) -> None:
    await (await city.as_("operator")).patch(
        f"/api/people/{city.people['agent']}", {"serves": [city.tenants["yunshan"], city.tenants["jianglan"]]}
    )
    port = host.get(city.floor_id)
    await sync_floor(city.db, port)
    assert set((await knows(port)).agents[city.people["agent"]].skills) == {
        f"tenant:{city.tenants['yunshan']}",
        f"tenant:{city.tenants['jianglan']}",
    }


async def test_supervisors_are_no_agents_of_the_floor(city: City, host: FloorHost) -> None:
    await city.hire("supervisor", "yunshan", "陈静", ["supervisor"])
    port = host.get(city.floor_id)
    await sync_floor(city.db, port)
    assert list((await knows(port)).agents) == [city.people["agent"]]


async def test_a_sync_that_was_cut_short_is_finished_by_the_next(city: City, host: FloorHost) -> None:
    """As after a crash: one of the two commands had been committed."""
    await a_company(city, await city.as_("admin"))
    port = host.get(city.floor_id)
    async with city.db.system() as tx:
        then = await wanted(tx, city.floor_id)
    first = next(differences(await knows(port), then))
    await port.submit(first, id=new_id(), by=Party("system", "directory"))
    assert await sync_floor(city.db, port) == 1
    assert await knows(port) == then


async def test_a_change_reaches_the_floor_by_itself(city: City, host: FloorHost) -> None:
    signals = Signals(city.db.url)
    sync = FloorSync(city.db, host.get, signals)
    tasks = [asyncio.create_task(signals.run()), asyncio.create_task(sync.run())]
    await asyncio.wait_for(signals.connected.wait(), 5)
    queue = await (await city.as_("admin")).post("/api/queues", {"name": "手机使用"})
    async with asyncio.timeout(5):
        while queue["id"] not in (await knows(host.get(city.floor_id))).queues:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    for task in tasks:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def test_a_floor_that_cant_be_reached_is_tried_again(city: City) -> None:
    """FAULTS 30: nothing is lost, because nothing has to be remembered."""
    cold = FloorHost(city.db, city.clock)
    sync = FloorSync(city.db, cold.get, Signals(city.db.url))
    assert not await sync.once()
    await cold.start()
    await cold.until_ready()
    assert await sync.once()
    assert list((await knows(cold.get(city.floor_id))).agents) == [city.people["agent"]]
    await cold.stop()


SKILLS = st.dictionaries(st.sampled_from(["lang:en", "product:a@x", "tenant:t"]), st.integers(1, 5))


@given(
    now=st.tuples(st.dictionaries(st.sampled_from("abc"), SKILLS), st.dictionaries(st.sampled_from("pqr"), SKILLS)),
    then=st.tuples(st.dictionaries(st.sampled_from("abc"), SKILLS), st.dictionaries(st.sampled_from("pqr"), SKILLS)),
)
def test_the_differences_always_make_the_one_of_the_other(
    now: tuple[dict[str, dict[str, int]], dict[str, dict[str, int]]],
    then: tuple[dict[str, dict[str, int]], dict[str, dict[str, int]]],
) -> None:
    floor, by = Floor(), Party("system", "test")
    for number, command in enumerate([*_define(now), *differences_after(now, then)]):
        floor.decide(Envelope(id=str(number), at=number, by=by, command=command))
    assert known(floor) == _wanted(then)


def _wanted(words: tuple[dict[str, dict[str, int]], dict[str, dict[str, int]]]) -> Wanted:
    queues, agents = words
    return Wanted(
        {id: QueueSpec(id=id, tenant_id="t", needs=needs) for id, needs in queues.items()},
        {id: AgentSpec(id=id, skills=skills) for id, skills in agents.items()},
    )


def _define(words: tuple[dict[str, dict[str, int]], dict[str, dict[str, int]]]) -> list[DefineQueue | DefineAgent]:
    made = _wanted(words)
    agents = [DefineAgent(agent=agent) for agent in made.agents.values()]
    return [*agents, *(DefineQueue(queue=queue) for queue in made.queues.values())]


def differences_after(now: object, then: object) -> list:  # type: ignore[type-arg]
    return list(differences(_wanted(now), _wanted(then)))  # type: ignore[arg-type]
