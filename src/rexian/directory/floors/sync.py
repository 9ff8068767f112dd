"""Keeps the routing engine in step with the directory.

It compares what a floor knows with what the directory says and submits what differs, at the start and at each change.
Nothing has to be remembered: after a crash at any point the next comparison finds what is still missing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping

import structlog
from sqlalchemy.exc import SQLAlchemyError

from rexian.directory.floors.service import floor_ids
from rexian.directory.floors.wanted import Wanted, wanted
from rexian.directory.policies.floor import BY, bring
from rexian.directory.signals import CHANGES, Signals
from rexian.engine.commands import AnyCommand, DefineAgent, DefineQueue, RetireAgent, RetireQueue
from rexian.engine.floor import Floor
from rexian.engine.specs import AgentSpec, QueueSpec
from rexian.kit.database import Database
from rexian.kit.ids import new_id
from rexian.runtime.port import FloorPort, Refused, Unavailable

AT_LEAST_EVERY_S = 30.0
RETRY_S = 1.0

log = structlog.get_logger(__name__)


def known(floor: Floor) -> Wanted:
    """Return what the floor knows now: its live queues and its agents."""
    queues: dict[str, QueueSpec] = {queue.id: queue.spec for queue in floor.queues() if not queue.retired}
    agents: dict[str, AgentSpec] = {agent.id: agent.spec for agent in floor.agents()}
    return Wanted(queues, agents)


def differences(now: Wanted, then: Wanted) -> Iterator[AnyCommand]:
    """Yield the commands that make `then` of `now`: new skills before the queues that need them, retirements last."""
    for agent_id, agent in then.agents.items():
        if now.agents.get(agent_id) != agent:
            yield DefineAgent(agent=agent)
    for queue_id, queue in then.queues.items():
        if now.queues.get(queue_id) != queue:
            yield DefineQueue(queue=queue)
    yield from (RetireQueue(queue_id=queue_id) for queue_id in now.queues if queue_id not in then.queues)
    yield from (RetireAgent(agent_id=agent_id) for agent_id in now.agents if agent_id not in then.agents)


async def sync_floor(db: Database, port: FloorPort) -> int:
    """Bring one floor in step and return how many commands that took. Raises `Unavailable`."""
    async with db.system() as tx:
        then = await wanted(tx, port.floor_id)
    now = await port.ask(known)
    commands = list(differences(now, then))
    for command in commands:
        try:
            await port.submit(command, id=new_id(), by=BY)
        except Refused as refused:  # the others must not suffer; the next comparison tries again
            log.error("floor_sync_refused", floor_id=port.floor_id, code=refused.code, detail=refused.detail)
    return len(commands) + await _bring_policies(port, then)


async def _bring_policies(port: FloorPort, then: Wanted) -> int:
    """Let the floor run the published routing policies; returns how many it did not run yet."""
    brought = 0
    for policy in then.policies.values():
        try:
            brought += await bring(port, policy)
        except Refused as refused:
            log.error("floor_sync_refused", floor_id=port.floor_id, code=refused.code, detail=refused.detail)
    return brought


class FloorSync:
    """Runs `sync_floor` for every floor of the installation whenever the directory changes."""

    def __init__(self, db: Database, find: Callable[[str], FloorPort], signals: Signals) -> None:
        self._db = db
        self._find = find
        self._changed = asyncio.Event()
        for kind in CHANGES:
            signals.subscribe(kind, self._wake)

    def _wake(self, _ids: Mapping[str, str]) -> None:
        self._changed.set()

    async def once(self) -> bool:
        """Bring all floors in step; False when some can't be reached now."""
        try:
            async with self._db.system() as tx:
                ids = await floor_ids(tx)
        except (SQLAlchemyError, OSError) as error:
            log.warning("floor_sync_waits", why=str(error))
            return False
        done = [await self._one(floor_id) for floor_id in ids]
        return all(done)

    async def run(self) -> None:
        """Go on without end, at least every 30 s."""
        while True:
            self._changed.clear()
            wait = AT_LEAST_EVERY_S if await self.once() else RETRY_S
            try:
                await asyncio.wait_for(self._changed.wait(), wait)
            except TimeoutError:
                continue

    async def _one(self, floor_id: str) -> bool:
        try:
            await sync_floor(self._db, self._find(floor_id))
        except Unavailable as away:
            log.info("floor_sync_waits", floor_id=floor_id, why=away.why)
            return False
        except (SQLAlchemyError, OSError) as error:
            log.warning("floor_sync_waits", floor_id=floor_id, why=str(error))
            return False
        return True
