"""The server's side of the simulated population: the ribbon's settings, what the population is told, the purge."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from msgspec import Struct
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from rexian.directory.demo import SIMULATED_AGENT_IDS
from rexian.directory.people.queries import get_person
from rexian.directory.sites.contract import Site, all_sites
from rexian.drill.stage import Backstage, Human
from rexian.drill.tables import demo_control
from rexian.drill.texts import books
from rexian.engine.commands import EndInteraction
from rexian.engine.floor import Floor
from rexian.engine.specs import Party
from rexian.engine.state import Agent
from rexian.kit.clock import Clock
from rexian.kit.database import Database
from rexian.kit.ids import new_id
from rexian.kit.slice import Forgetter
from rexian.runtime.host import FloorHost
from rexian.runtime.port import FloorPort, Refused
from rexian.runtime.tables import reader_cursor

ZONE = ZoneInfo("Asia/Shanghai")
READERS_WITHIN_S = 10.0
ROUND_S, ROUNDS, QUIET_ROUNDS = 0.25, 120, 6
ABSENT_MS = 10_000
"""A population that hasn't asked for so long isn't there."""
_NAME = "population"
_SIMULATED = frozenset(SIMULATED_AGENT_IDS)
_DRILL = Party("system", "drill")


class Control(Struct, frozen=True, kw_only=True):
    """What the ribbon says. A new demo is on, at real time."""

    on: bool = True
    speed: int = 1
    purged_at: int = 0


class DemoState(Struct, frozen=True, kw_only=True):
    """What the ribbon shows."""

    on: bool
    speed: int
    simulated_customers: int
    simulated_agents: int


class Purged(Struct, frozen=True, kw_only=True):
    """How much was removed. The population is off afterwards."""

    ended: int
    rows: int
    on: bool = False


class Attendance:
    """What the population last said of itself when it asked: whether it knows that it is off and has nobody left."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._asked_at = -ABSENT_MS
        self._left = False

    def note(self, *, on: bool, customers: int) -> None:
        self._asked_at = self._clock.now_ms()
        self._left = not on and not customers

    def forget(self) -> None:
        """What it said before counts no more: it may have been told to go on since."""
        self._left = False

    def nobody(self) -> bool:
        """Say whether no simulated customer can begin anything any more."""
        return self._left or self._clock.now_ms() - self._asked_at >= ABSENT_MS


async def control_of(tx: AsyncConnection) -> Control:
    row = (await tx.execute(select(demo_control).where(demo_control.c.name == _NAME))).one_or_none()
    return Control() if row is None else Control(on=row.on, speed=row.speed, purged_at=row.purged_at)


async def set_control(tx: AsyncConnection, *, on: bool, speed: int, purged_at: int | None = None) -> None:
    row = {"name": _NAME, "on": on, "speed": speed} | ({} if purged_at is None else {"purged_at": purged_at})
    statement = insert(demo_control).values(row)
    changes = {name: statement.excluded[name] for name in row if name != "name"}
    await tx.execute(statement.on_conflict_do_update(index_elements=["name"], set_=changes))


async def state_of(db: Database, floors: FloorHost) -> DemoState:
    """The ribbon's settings, and how many simulated people are there."""
    async with db.system() as tx:
        control = await control_of(tx)
    counts = [await port.ask(_count) for port in floors]
    return DemoState(
        on=control.on, speed=control.speed, simulated_customers=sum(customers for customers, _ in counts),
        simulated_agents=sum(agents for _, agents in counts),
    )  # fmt: skip


def _count(floor: Floor) -> tuple[int, int]:
    agents = sum(agent.id in _SIMULATED and is_at_work(agent) for agent in floor.agents())
    return len(_open_simulated(floor)), agents


def is_at_work(agent: Agent) -> bool:
    """Say whether somebody sits at this desk, on a break or not."""
    return agent.wanted == "available" or agent.reason not in {"signed_out", "disconnected"}


def _open_simulated(floor: Floor) -> list[str]:
    """Interactions of simulated contacts that are waiting or talking."""
    return [
        one.id
        for one in floor.interactions()
        if one.state in ("reception", "queued", "offered", "scheduled", "talking")
        and (contact := floor.contact(one.contact_id)) is not None
        and contact.simulated
    ]


# -- what the population is told --------------------------------------------------------------------------------------
async def backstage(db: Database, clock: Clock, floors: FloorHost) -> Backstage:
    """For the population itself: the settings, the real agents who are at work, how many wait."""
    async with db.system() as tx:
        control = await control_of(tx)
        sites = await all_sites(tx)
    humans, waiting = list[Human](), 0
    for port in floors:
        found, queued = await port.ask(lambda floor: (_humans(floor, sites), sum(q.waiting for q in floor.queues())))
        humans += found
        waiting += queued
    async with db.system() as tx:
        humans = [Human(id=h.id, idle=h.idle, places=h.places, locale=await _locale(tx, h.id)) for h in humans]
    local = datetime.fromtimestamp(clock.now_ms() / 1000, ZONE)
    return Backstage(
        on=control.on, speed=control.speed, humans=humans, waiting=waiting, hour=local.hour + local.minute / 60
    )  # fmt: skip


def _humans(floor: Floor, sites: Sequence[Site]) -> list[Human]:
    return [
        Human(id=agent.id, idle=not agent.handlings and not agent.offers, places=_places(floor, agent, sites))
        for agent in floor.agents()
        if agent.id not in _SIMULATED and agent.wanted == "available"
    ]


def _places(floor: Floor, agent: Agent, sites: Sequence[Site]) -> list[tuple[str, str]]:
    """The topics of the city's sites whose contacts this agent could take now."""
    skills, known = agent.spec.skills, books()
    return [
        (site.key, topic.key)
        for site in sites
        if site.key in known
        for topic in site.topics
        if (queue := floor.queue(topic.queue_id)) is not None
        and agent.free("chat")
        and all(skills.get(key, 0) >= level for key, level in queue.spec.needs.items())
    ]


async def _locale(tx: AsyncConnection, person_id: str) -> str:
    return (await get_person(tx, person_id)).locale


# -- the purge --------------------------------------------------------------------------------------------------------
async def purge(
    db: Database, clock: Clock, floors: FloorHost, forgetters: Sequence[Forgetter], attendance: Attendance
) -> Purged:
    """Switch the population off, end what simulated customers have open, and remove what they wrote and counted.

    The journal itself is never rewritten: it keeps their ids and instants, marked as simulated.
    """
    async with db.system() as tx:
        await set_control(tx, on=False, speed=(await control_of(tx)).speed)
    attendance.forget()
    ended = await _end_everything(floors, attendance)
    await _readers_caught_up(db, floors)
    async with db.system() as tx:
        rows = sum([await forget(tx) for forget in forgetters])
        await set_control(tx, on=False, speed=(await control_of(tx)).speed, purged_at=clock.now_ms())
    return Purged(ended=ended, rows=rows)


async def _end_everything(floors: FloorHost, attendance: Attendance) -> int:
    """Until the population has heard that it is off, it may still begin something; and that may be on its way here."""
    ended, quiet = 0, 0
    for _ in range(ROUNDS):
        now = sum([await _end_all(port) for port in floors])
        ended, quiet = ended + now, quiet + 1 if attendance.nobody() and not now else 0
        if quiet >= QUIET_ROUNDS:
            break
        await asyncio.sleep(ROUND_S)
    return ended


async def _end_all(port: FloorPort) -> int:
    ended = 0
    for interaction_id in await port.ask(_open_simulated):
        command = EndInteraction(interaction_id=interaction_id, by=_DRILL, reason="purged")
        try:
            await port.submit(command, id=new_id(), by=_DRILL)
            ended += 1
        except Refused:
            continue  # it ended by itself in the meantime
    return ended


async def _readers_caught_up(db: Database, floors: FloorHost) -> None:
    """Wait until all readers have taken in what is committed now, so that nothing is written after the removal."""
    goals = {port.floor_id: port.seq for port in floors}
    try:
        async with asyncio.timeout(READERS_WITHIN_S):
            while not await _all_at(db, goals):  # noqa: ASYNC110 - cursors in the database ring no bell
                await asyncio.sleep(0.05)
    except TimeoutError:
        pass  # a reader has stopped (and alarms); what it writes later can be purged again


async def _all_at(db: Database, goals: dict[str, int]) -> bool:
    async with db.system() as tx:
        found = await tx.execute(
            select(reader_cursor.c.floor_id, func.min(reader_cursor.c.seq).label("seq")).group_by(
                reader_cursor.c.floor_id
            )
        )
        return all(row.seq >= goals.get(row.floor_id, 0) for row in found)
