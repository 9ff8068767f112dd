"""The whole live shell: contacts a second, how soon an offer is committed, how soon a freed agent has the next contact.

A private PostgreSQL with everything durable, one floor of 5,000 simulated agents led by this process, with a mirror of
the committed state as in the server. The crowd runs in the same process and the same event loop: its work is part of
the figures and of this process's CPU.

`shell.contacts`: contacts come at a steady rate, whatever becomes of those before. Each is offered, accepted on the
event's arrival, ended after 2 s and wrapped up 0.5 s later: four commands, ten events. `decision_to_commit` is the time
from submitting the command that leads to an offer until listeners hear of the offer, which is after its commit.

`shell.freed`: 500 wait, 50 agents a second become free. Against it a model of a queue that polls, run at the same time
with as many arrivals and the same releases: each waiting caller wakes once a second, at a phase of its own (real ones
come at any time), counts the free agents, and takes one if fewer callers stand before it than agents are free. This is
the rule of Asterisk's app_queue (`wait_our_turn` with autofill, RECHECK = 1 s); the model spends no time on ringing,
locks or a database. The real app_queue has been measured at 466 to 947 ms in the median, with 139 of 299 connects out
of order. A connect is out of order if its caller had come before the one who was connected last.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from random import Random

import psutil
import uvloop
from sqlalchemy import insert

from bench.journal import TimedSession, fill_the_log
from bench.report import Figure, arguments, percentile, show
from rexian.engine.commands import (
    AcceptOffer,
    AnyCommand,
    DefineAgent,
    DefineQueue,
    EndInteraction,
    SetAgentState,
    StartContact,
    WrapUp,
)
from rexian.engine.events import InteractionOffered
from rexian.engine.specs import AgentSpec, Party, QueueSpec
from rexian.kit import collector
from rexian.kit.clock import SystemClock
from rexian.kit.database import Database, owner
from rexian.kit.ids import new_id
from rexian.kit.postgres import PrivatePostgres
from rexian.kit.schema import create_schema
from rexian.runtime import running
from rexian.runtime.host import FloorHost
from rexian.runtime.mirror import Mirror
from rexian.runtime.port import Committed, FloorPort
from rexian.runtime.tables import floor

AGENTS, QUEUES, SKILLS_EACH = 5_000, 20, 4
TALK_S, WRAP_UP_S = 2.0, 0.5
WAITING, FREED, FREED_PER_S = 500, 300, 50
RECHECK_S = 1.0
SYSTEM = Party("system", "bench")


@dataclass
class Times:
    """What one measurement saw, in ms."""

    offered: list[float] = field(default_factory=list)
    acked: list[float] = field(default_factory=list)
    done: int = 0


class Crowd:
    """Customers and agents of one floor. `asked` holds when the command that is to lead to an offer was submitted."""

    def __init__(self, port: FloorPort) -> None:
        self.port = port
        self.times = Times()
        self.asked: dict[str, float] = {}
        self.accepts = True
        self.order: list[InteractionOffered] = []
        self._loop = asyncio.get_running_loop()
        self._tasks: set[asyncio.Task[None]] = set()
        port.listen(self._hear)

    def send(self, command: AnyCommand) -> None:
        task = self._loop.create_task(self._submit(command))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _submit(self, command: AnyCommand) -> None:
        began = time.perf_counter()
        await self.port.submit(command, id=new_id(), by=SYSTEM)
        self.times.acked.append((time.perf_counter() - began) * 1_000)

    async def all_sent(self) -> None:
        while self._tasks:
            await asyncio.wait(self._tasks)

    def _hear(self, batch: Sequence[Committed]) -> None:
        now = time.perf_counter()
        for item in batch:
            event = item.event
            if isinstance(event, InteractionOffered):
                self.order.append(event)
                asked = self.asked.pop(event.interaction_id, None) or self.asked.pop(event.agent_id, None)
                if asked is not None:
                    self.times.offered.append((now - asked) * 1_000)
                if self.accepts:
                    self._accept(event)

    def _accept(self, offer: InteractionOffered) -> None:
        self.send(AcceptOffer(offer_id=offer.offer_id, agent_id=offer.agent_id))
        end = EndInteraction(interaction_id=offer.interaction_id, by=Party("agent", offer.agent_id))
        self._loop.call_later(TALK_S, self.send, end)
        self._loop.call_later(TALK_S + WRAP_UP_S, self._wrap_up, offer)

    def _wrap_up(self, offer: InteractionOffered) -> None:
        self.send(WrapUp(interaction_id=offer.interaction_id, agent_id=offer.agent_id, disposition="solved"))
        self.times.done += 1


class Hall:
    """One floor's queues and agents."""

    def __init__(self, agents: int, queues: int) -> None:
        self.tenant_id = new_id()
        self.agents = [new_id() for _ in range(agents)]
        self.queues = [
            QueueSpec(
                id=new_id(), tenant_id=self.tenant_id, needs={f"skill:{n}": 1}, acw_ms=3_600_000,
                away_waiting_ms=86_400_000, proof_ms=20_000, rating_ms=60_000,
            )
            for n in range(queues)
        ]  # fmt: skip
        self._started = 0

    def start(self) -> StartContact:
        self._started += 1
        return StartContact(
            contact_id=new_id(), interaction_id=new_id(), tenant_id=self.tenant_id, customer_id=new_id(),
            queue_id=self.queues[self._started % len(self.queues)].id, medium="chat",
        )  # fmt: skip

    async def furnish(self, crowd: Crowd) -> None:
        for queue in self.queues:
            crowd.send(DefineQueue(queue=queue))
        many = len(self.queues)
        for number, id in enumerate(self.agents):
            skills = {f"skill:{(number * 7 + n) % many}": 3 for n in range(min(SKILLS_EACH, many))}
            crowd.send(DefineAgent(agent=AgentSpec(id=id, skills=skills, capacity={"chat": 1})))
        await crowd.all_sent()
        for id in self.agents:
            crowd.send(SetAgentState(agent_id=id, state="available"))
        await crowd.all_sent()


# -- contacts a second -----------------------------------------------------------------------------------------------
async def contacts(port: FloorPort, rate: int, seconds: float, server: PrivatePostgres) -> list[Figure]:
    crowd, hall = Crowd(port), Hall(AGENTS, QUEUES)
    await hall.furnish(crowd)
    await _arrive(crowd, hall, rate, TALK_S + WRAP_UP_S)  # until as many go as come
    crowd.times = Times()
    TimedSession.took.clear()
    before, events, began = _cpu(server), port.seq, time.perf_counter()
    await _arrive(crowd, hall, rate, seconds)
    took = time.perf_counter() - began
    own, postgres = ((after - earlier) / took * 100 for after, earlier in zip(_cpu(server), before, strict=True))
    events = port.seq - events
    times = crowd.times
    crowd.accepts = False
    await asyncio.sleep(TALK_S + WRAP_UP_S + 0.2)
    await crowd.all_sent()
    return [
        Figure("shell.contacts.offered_per_s", round(len(times.offered) / took, 1), "1/s", "goal", 1_000),
        Figure("shell.contacts.done_per_s", round(times.done / took, 1), "1/s", "goal", 1_000),
        Figure("shell.contacts.events_per_s", round(events / took), "1/s"),
        Figure("shell.contacts.decision_to_commit_p50", percentile(times.offered, 0.5), "ms", "limit", 50.0),
        Figure("shell.contacts.decision_to_commit_p99", percentile(times.offered, 0.99), "ms", "limit", 50.0),
        Figure("shell.contacts.commit_p99", percentile(TimedSession.took, 0.99), "ms"),
        Figure("shell.contacts.acked_p99", percentile(times.acked, 0.99), "ms"),
        Figure("shell.contacts.cpu_shell_and_crowd", round(own, 1), "% of a core"),
        Figure("shell.contacts.cpu_postgresql", round(postgres, 1), "% of a core"),
    ]


async def _arrive(crowd: Crowd, hall: Hall, rate: int, seconds: float) -> None:
    """Contacts at a steady rate; a generator that was late makes up for it, so that waiting is not hidden."""
    began, sent = time.perf_counter(), 0
    while (passed := time.perf_counter() - began) < seconds:
        while sent < passed * rate:
            start = hall.start()
            crowd.asked[start.interaction_id] = began + sent / rate
            crowd.send(start)
            sent += 1
        await asyncio.sleep(0.002)


def _cpu(server: PrivatePostgres) -> tuple[float, float]:
    """Seconds of CPU so far: this process's, and of all of PostgreSQL's together."""
    own = psutil.Process().cpu_times()
    postmaster = psutil.Process(server.pid())
    theirs = [process.cpu_times() for process in (postmaster, *postmaster.children())]
    return own.user + own.system, sum(one.user + one.system for one in theirs)


# -- a freed agent and those who wait --------------------------------------------------------------------------------
class PollingQueue:
    """The peer: every caller polls for its turn. `connected` are the callers' numbers, `took` ms since the release."""

    def __init__(self) -> None:
        self.connected: list[int] = []
        self.took: list[float] = []
        self._line: list[int] = []
        self._free: deque[float] = deque()
        self._next = 0
        self._random = Random(1)

    def free(self) -> None:
        self._free.append(time.perf_counter())

    async def call(self) -> None:
        number, self._next = self._next, self._next + 1
        self._line.append(number)
        await asyncio.sleep(self._random.uniform(0, RECHECK_S))
        while not self._our_turn(number):  # noqa: ASYNC110 - that it polls is the point
            await asyncio.sleep(RECHECK_S)
        self._line.remove(number)
        self.connected.append(number)
        self.took.append((time.perf_counter() - self._free.popleft()) * 1_000)

    def _our_turn(self, number: int) -> bool:
        return number in self._line[: len(self._free)]


async def freed(port: FloorPort) -> list[Figure]:
    crowd, hall = Crowd(port), Hall(FREED, 1)
    crowd.accepts = False
    handled = await _all_in_after_contact_work(crowd, hall)
    peer = PollingQueue()
    callers = set()
    for _ in range(WAITING):
        crowd.send(hall.start())
        callers.add(asyncio.create_task(peer.call()))
    await asyncio.sleep(RECHECK_S)
    await crowd.all_sent()
    crowd.order, crowd.times = [], Times()
    for offer in handled:
        crowd.asked[offer.agent_id] = time.perf_counter()
        crowd.send(WrapUp(interaction_id=offer.interaction_id, agent_id=offer.agent_id, disposition="solved"))
        peer.free()
        crowd.send(hall.start())
        callers.add(asyncio.create_task(peer.call()))
        await asyncio.sleep(1 / FREED_PER_S)
    await crowd.all_sent()
    await asyncio.sleep(2 * RECHECK_S)
    for caller in callers:
        caller.cancel()
    waits = crowd.times.offered
    ours = await port.ask(lambda floor: [_since(floor.interaction(offer.interaction_id)) for offer in crowd.order])
    name = "app_queue's rule, a model"
    return [
        Figure("shell.freed.p50", percentile(waits, 0.5), "ms", name, percentile(peer.took, 0.5)),
        Figure("shell.freed.p99", percentile(waits, 0.99), "ms", name, percentile(peer.took, 0.99)),
        Figure("shell.freed.p99_against_limit", percentile(waits, 0.99), "ms", "limit", 20.0),
        Figure("shell.freed.connected", len(ours), "contacts", name, len(peer.connected)),
        Figure("shell.freed.out_of_order", out_of_order(ours), "contacts", name, out_of_order(peer.connected)),
    ]


async def _all_in_after_contact_work(crowd: Crowd, hall: Hall) -> list[InteractionOffered]:
    """Every agent has handled somebody and writes it up; nobody waits."""
    await hall.furnish(crowd)
    crowd.order = []
    for _ in hall.agents:
        crowd.send(hall.start())
    await crowd.all_sent()
    handled = list(crowd.order)
    for offer in handled:
        crowd.send(AcceptOffer(offer_id=offer.offer_id, agent_id=offer.agent_id))
    await crowd.all_sent()
    for offer in handled:
        crowd.send(EndInteraction(interaction_id=offer.interaction_id, by=Party("agent", offer.agent_id)))
    await crowd.all_sent()
    return handled


def _since(interaction: object) -> int:
    since = getattr(interaction, "since", None)
    assert isinstance(since, int), "it waits or rings, so the floor knows it"
    return since


def out_of_order(connected: Sequence[int]) -> int:
    """How many were connected right after somebody who had come later."""
    return sum(1 for before, after in pairwise(connected) if after < before)


async def measure(server: PrivatePostgres, rate: int, seconds: float) -> list[Figure]:
    url = server.start()
    async with owner(url) as engine:
        await create_schema(engine)
    await fill_the_log(url)
    db, floors = Database(url), [new_id(), new_id()]
    async with db.system() as tx:
        for id in floors:
            await tx.execute(insert(floor).values(id=id, name="bench"))
    running.Session = TimedSession  # type: ignore[attr-defined]
    host = FloorHost(db, SystemClock())
    await host.start()
    await host.until_ready()
    mirrors = [Mirror(host.get(id)) for id in floors]
    for mirror in mirrors:
        await mirror.start()
    collector.calm()  # as `rexian serve` does
    figures = await contacts(host.get(floors[0]), rate, seconds, server)
    figures += await freed(host.get(floors[1]))
    assert mirrors[0].seq == host.get(floors[0]).seq, "the mirror must have kept up"
    await host.stop()
    await db.close()
    return figures


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--rate", type=int, default=1_000, help="contacts a second")
    parser.add_argument("--seconds", type=float, default=10.0)
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="rexian-bench-"))
    folder.chmod(0o711)
    server = PrivatePostgres(folder / "pg")
    try:
        figures = uvloop.run(measure(server, options.rate, options.seconds))
    finally:
        server.stop(force=True)
        shutil.rmtree(folder, ignore_errors=True)
    show(figures, options.json)
    show([Figure("shell.load", round(os.getloadavg()[0], 1), "over the last minute")], options.json)


if __name__ == "__main__":
    main()
