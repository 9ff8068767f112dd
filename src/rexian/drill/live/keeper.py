"""Conducts the live drills of the floors that this process leads, from the first customer to the debrief.

All that matters stands in the database: after a restart, or when another process leads the floor, a drill goes on where
its time is now. The customers of before can't come back, so what they had open is ended.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Row, Text, cast, select

from rexian.directory.act import Act
from rexian.drill.live import crowd
from rexian.drill.live.ledger import BY_DRILL, Ledger
from rexian.drill.live.model import Debrief, LiveDrill, Plan, Reason
from rexian.drill.live.service import ask_to_end, change, end, get_row, open_rows, plan_of, purge, view_of
from rexian.engine.codec import decode_event
from rexian.engine.commands import AnyCommand, EndInteraction, WrapUp
from rexian.engine.floor import Floor
from rexian.engine.specs import Party
from rexian.kit import log, processes
from rexian.kit.clock import Clock
from rexian.kit.database import Database, is_outage
from rexian.kit.ids import new_id
from rexian.kit.settings import Settings
from rexian.kit.simulated import simulation_key
from rexian.kit.slice import Copier
from rexian.runtime.host import FloorHost
from rexian.runtime.port import FloorPort, Refused, Unavailable
from rexian.runtime.tables import journal

LOOK_EVERY_S = 2.0
TICK_S = 0.5
READY_WITHIN_S = 30.0
LINGER_MS = 180_000
"""After the last customer's time: so long those who are there may finish."""
WRAP_UP_S, WRAP_UP_STOPPED_S = 90.0, 10.0
"""So long the trainees may finish their after-contact work."""
MOST_CRASHES = 3
LOST_TICKS = 20
"""For so many ticks the floor may stall before another process is taken to lead it."""
PURGE_EVERY_MS = 3_600_000
STOP_WITHIN_S = 3.0
_DRILL = Party("system", "live_drill")
_WAITING = ("queued", "offered", "scheduled", "talking")
_log = log.get(__name__)


class LiveKeeper:
    """All live drills of a server. `url`: where its own public entrances are."""

    def __init__(
        self, db: Database, clock: Clock, settings: Settings, floors: FloorHost, copiers: Sequence[Copier]
    ) -> None:
        self.db, self.clock, self.copiers = db, clock, copiers
        self.url = settings.local_url
        self._key = simulation_key(settings.secret)
        self._floors = floors
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._ledgers: dict[str, Ledger] = {}
        self._counting = asyncio.Lock()
        self._news = asyncio.Event()
        self._came: dict[str, int] = {}  # by site: how many the crowd of now has sent
        self._purged_at = 0

    def wake(self) -> None:
        """A drill was started or is to end."""
        self._news.set()

    async def view(self, drill_id: str) -> LiveDrill:
        """A drill with its debrief, or the state of things while it runs. Raises `Problem` (404)."""
        async with self.db.system() as tx:
            row = await get_row(tx, drill_id)
        return view_of(row, self.clock.now_ms(), None if row.debrief is not None else await self._debrief(row))

    # -- the server's task ---------------------------------------------------------------------------------------------
    async def run(self) -> None:
        """For as long as the server runs."""
        try:
            while True:
                self._news.clear()
                try:
                    await self._look()
                except Exception as error:
                    if not is_outage(error):
                        raise
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(LOOK_EVERY_S):
                        await self._news.wait()
        finally:
            tasks = list(self._tasks.values())
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _look(self) -> None:
        async with self.db.system() as tx:
            rows = await open_rows(tx)
        for row in rows:
            if row.id not in self._tasks and self._leads(row.floor_id):
                task = self._tasks[row.id] = asyncio.create_task(self._conduct(row.id), name=f"live drill {row.id}")
                task.add_done_callback(lambda _, id=row.id: self._tasks.pop(id, None))  # type: ignore[misc]
        now = self.clock.now_ms()
        if now - self._purged_at >= PURGE_EVERY_MS:
            self._purged_at = now
            async with self.db.system() as tx:
                await purge(tx, now)

    def _leads(self, floor_id: str) -> bool:
        return any(one.floor_id == floor_id and one.ready for one in self._floors.health().floors)

    async def _conduct(self, drill_id: str) -> None:
        """One drill, from where it stands to its end; what fails is tried again at the next look."""
        try:
            async with self.db.system() as tx:
                row = await get_row(tx, drill_id)
            plan, port = plan_of(row), self._floors.get(row.floor_id)
            if row.state == "running":
                row = await self._begin(row, plan, port)
                reason = await self._play(row, plan)
                if reason is None:
                    return  # another process leads the floor now, and the drill
                async with self.db.system() as tx:
                    await ask_to_end(tx, drill_id, reason)
            await self._finish(drill_id, port)
        except (Unavailable, TimeoutError) as error:
            _log.info("live_drill.waits", drill=drill_id, why=str(error))
        except Exception as error:
            _log.warning("live_drill.trouble", drill=drill_id, error=str(error)[:300], exc_info=not is_outage(error))

    async def _begin(self, row: Row[Any], plan: Plan, port: FloorPort) -> Row[Any]:
        """Wait until the floor knows the shadow; a drill that had begun before goes on without those who were there."""
        async with asyncio.timeout(READY_WITHIN_S):
            while not await port.ask(lambda floor: _knows(floor, row.shadow_id, plan)):  # noqa: ASYNC110
                await asyncio.sleep(0.1)
        if row.begun_at is not None:
            await self._end_open(row.shadow_id, port)
        async with self.db.system() as tx:
            if row.begun_at is None:
                await change(tx, row.id, begun_at=self.clock.now_ms())
            else:
                await change(tx, row.id, interruptions=row.interruptions + 1)
                await Act(tx, row.tenant_id, self.clock.now_ms()).record("drill.live_resumed", "live_drill", row.id)
            return await get_row(tx, row.id)

    # -- the customers -------------------------------------------------------------------------------------------------
    async def _play(self, row: Row[Any], plan: Plan) -> Reason | None:
        """Let the customers come until there is a reason to end; None: this process leads the floor no more."""
        crashes, came = 0, row.came
        while crashes < MOST_CRASHES:
            from_ms = self.clock.now_ms() - row.begun_at if row.interruptions or crashes else 0
            if from_ms and self.clock.now_ms() >= row.ends_at:
                return "time"
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "rexian.drill.live.crowd",
                stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, limit=1 << 20,
            )  # fmt: skip
            following = asyncio.create_task(self._follow(process, plan, from_ms))
            try:
                reason, here, led = await self._watch(row, following, came)
            finally:
                following.cancel()
                await asyncio.gather(following, return_exceptions=True)
                await processes.end(process, STOP_WITHIN_S)
            came += here
            if reason is not None or not led:
                return reason
            crashes += 1
            _log.warning("live_drill.crowd_ended", drill=row.id, crashes=crashes)
        return "failed"

    async def _follow(self, process: asyncio.subprocess.Process, plan: Plan, from_ms: int) -> bool:
        """Hand over the task and hear who comes. Returns whether all have gone."""
        assert process.stdin is not None
        assert process.stdout is not None
        task = crowd.Task(
            url=self.url, key=self._key, site=plan.site_key, book=plan.book, seed=plan.seed, from_ms=from_ms,
            customers=plan.customers,
        )  # fmt: skip
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            process.stdin.write(msgspec.json.encode(task) + b"\n")
            await process.stdin.drain()
        async for raw in process.stdout:
            line = msgspec.json.decode(raw, type=crowd.Line)
            self._came[plan.site_key] = line.came
            if line.finished:
                return True
        return False

    async def _watch(
        self, row: Row[Any], following: asyncio.Task[bool], before: int
    ) -> tuple[Reason | None, int, bool]:
        """Until the drill ends: (why, how many came, whether the floor is still led here)."""
        key, told = plan_of(row).site_key, -1
        self._came[key] = 0
        lost = 0
        while True:
            await asyncio.wait([following], timeout=TICK_S)
            came, now = self._came[key], self.clock.now_ms()
            async with self.db.system() as tx:
                if came != told:
                    await change(tx, row.id, came=before + came)
                    told = came
                state = (await get_row(tx, row.id)).state
            lost = 0 if self._leads(row.floor_id) else lost + 1
            if lost >= LOST_TICKS:
                return None, came, False
            if state != "running":
                return "stopped", came, True
            if following.done():
                if following.exception() is None and following.result():
                    return "time" if now >= row.ends_at else "served", came, True
                return None, came, True
            if now >= row.ends_at + LINGER_MS:
                return "time", came, True

    # -- the end -------------------------------------------------------------------------------------------------------
    async def _finish(self, drill_id: str, port: FloorPort) -> None:
        async with self.db.system() as tx:
            row = await get_row(tx, drill_id)
        await self._end_open(row.shadow_id, port)
        await self._wrap_up(row, port)
        debrief = await self._debrief(row)
        async with self.db.system() as tx:
            await end(Act(tx, row.tenant_id, self.clock.now_ms()), row, debrief)
        self._ledgers.pop(drill_id, None)

    async def _end_open(self, shadow_id: str, port: FloorPort) -> None:
        """End what customers have open: nobody sits at the other end any more."""
        for interaction_id, _ in await port.ask(lambda floor: _in_state(floor, shadow_id, _WAITING)):
            await _submit(port, EndInteraction(interaction_id=interaction_id, by=_DRILL, reason=BY_DRILL))

    async def _wrap_up(self, row: Row[Any], port: FloorPort) -> None:
        """Leave the trainees some time for their after-contact work, then end it."""
        seconds = WRAP_UP_STOPPED_S if row.reason == "stopped" else WRAP_UP_S
        working = ("after_contact_work",)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while await port.ask(lambda floor: _in_state(floor, row.shadow_id, working)):  # noqa: ASYNC110
                    await asyncio.sleep(TICK_S)
        for interaction_id, agent_id in await port.ask(lambda floor: _in_state(floor, row.shadow_id, working)):
            await _submit(port, WrapUp(interaction_id=interaction_id, agent_id=agent_id, disposition=""))

    # -- the debrief ---------------------------------------------------------------------------------------------------
    async def _debrief(self, row: Row[Any]) -> Debrief:
        async with self._counting:
            ledger = self._ledgers.setdefault(row.id, Ledger(plan_of(row), row.from_seq))
            async with self.db.system() as tx:
                found = await tx.stream(
                    select(journal.c.seq, cast(journal.c.body, Text).label("body"))
                    .where(
                        journal.c.floor_id == row.floor_id,
                        journal.c.seq > ledger.seq,
                        journal.c.tenant_id == row.shadow_id,
                    )
                    .order_by(journal.c.seq)
                )
                async for told in found:
                    ledger.take(told.seq, decode_event(told.body))
            return ledger.debrief()


def _knows(floor: Floor, shadow_id: str, plan: Plan) -> bool:
    skill = f"tenant:{shadow_id}"
    agents = [floor.agent(one.id) for one in plan.trainees]
    return all(floor.queue(queue.id) is not None for queue in plan.queues) and all(
        agent is None or skill in agent.spec.skills for agent in agents
    )


def _in_state(floor: Floor, shadow_id: str, states: Sequence[str]) -> list[tuple[str, str]]:
    """The shadow's interactions in one of these states, with whose they are."""
    return [
        (one.id, one.agent_id or "")
        for one in floor.interactions()
        if one.tenant_id == shadow_id and one.state in states
    ]


async def _submit(port: FloorPort, command: AnyCommand) -> None:
    with contextlib.suppress(Refused):  # it ended by itself in the meantime
        await port.submit(command, id=new_id(), by=_DRILL)
