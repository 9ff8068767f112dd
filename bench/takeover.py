"""How long a floor is without a leader: from a fault of the process that leads until the other carries out a command.

Two processes on one private PostgreSQL with everything durable; the journal holds 100,000 events since the last
snapshot (there is none), and the floor 2,000 open chats. Three faults, again and again: `kill -9` of the leader; a hang
(SIGSTOP, woken up once the other leads: it must learn that it leads no more); the leader's connections to the database
go silent (what it sends and is sent is lost, nothing is closed). The client asks the surviving process every 5 ms.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from sqlalchemy import insert
from tests.runtime.nodes import Node

from bench.report import Figure, arguments, percentile, show
from rexian.engine.commands import AnyCommand, DefineQueue, EndInteraction, PostMessage, StartContact
from rexian.engine.floor import Floor
from rexian.engine.specs import Party, QueueSpec
from rexian.kit.clock import SystemClock
from rexian.kit.database import Database, owner
from rexian.kit.ids import new_id
from rexian.kit.postgres import PrivatePostgres
from rexian.kit.schema import create_schema
from rexian.runtime.batch import decide
from rexian.runtime.floor_time import FloorTime
from rexian.runtime.items import Item
from rexian.runtime.rows import Columns
from rexian.runtime.session import Session
from rexian.runtime.tables import floor

OPEN = 2_000
SYSTEM = Party("system", "bench")
QUEUE = QueueSpec(id=new_id(), tenant_id=new_id(), away_waiting_ms=86_400_000)


def start() -> StartContact:
    return StartContact(
        contact_id=new_id(), interaction_id=new_id(), tenant_id=QUEUE.tenant_id, customer_id=new_id(),
        queue_id=QUEUE.id, medium="chat",
    )  # fmt: skip


def past(events: int) -> list[AnyCommand]:
    """Commands that make about so many events: chats that come, say twelve things and go; the last stay."""
    commands: list[AnyCommand] = [DefineQueue(queue=QUEUE)]
    chats = [start() for _ in range(events // 16)]
    for number, chat in enumerate(chats):
        commands.append(chat)
        author = Party("customer", chat.customer_id)
        commands += [
            PostMessage(interaction_id=chat.interaction_id, message_id=new_id(), author=author) for _ in range(12)
        ]
        if number < len(chats) - OPEN:
            commands.append(EndInteraction(interaction_id=chat.interaction_id, by=author))
    return commands


async def fill(db: Database, floor_id: str, commands: list[AnyCommand]) -> int:
    """Write the journal of these commands, as a leader would. Returns its last seq."""
    session = Session(db.url, floor_id, "bench")
    await session.open()
    await session.try_lead()
    state, columns, at, seq = Floor(), Columns(), FloorTime(SystemClock(), 0), 0
    for first in range(0, len(commands), 1_000):
        items = [Item(command, new_id(), SYSTEM) for command in commands[first : first + 1_000]]
        batch = decide(state, floor_id, seq, at, columns, items)
        await session.append(batch.events, batch.ids, batch.pieces)
        seq += len(batch.events)
    await session.close()
    return seq


async def served(node: Node, began: float, seconds: float = 20.0) -> float:
    """Ask until a command is carried out. Returns the ms since `began`."""
    async with asyncio.timeout(seconds):
        while "seq" not in await node.submit(start(), new_id(), SYSTEM, seconds):  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.005)
    return (time.perf_counter() - began) * 1_000


async def in_step(leader: Node, other: Node) -> None:
    """Wait until the standby has read the whole journal, as any has that isn't quite new."""
    await other.until("standby", 120)
    async with asyncio.timeout(30):
        while await seq(other) < await seq(leader):  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.2)


async def seq(node: Node) -> int:
    found = (await node.asked(20, question="health"))["seq"]
    assert isinstance(found, int)
    return found


async def crash(leader: Node, other: Node) -> float:
    began = time.perf_counter()
    leader.signal(signal.SIGKILL)
    took = await served(other, began)
    await leader.kill()
    await leader.start()
    return took


async def hang(leader: Node, other: Node) -> float:
    began = time.perf_counter()
    leader.signal(signal.SIGSTOP)
    took = await served(other, began)
    leader.signal(signal.SIGCONT)
    answer = await leader.submit(start(), new_id(), SYSTEM, 20)
    assert "unavailable" in answer, f"the process that had hung still answers: {answer}"
    return took


async def silence(leader: Node, other: Node) -> float:
    began = time.perf_counter()
    leader.network.lose("to_server", "to_client")
    took = await served(other, began)
    leader.network.heal()
    return took


FAULTS: dict[str, tuple[Callable[[Node, Node], Awaitable[float]], float]] = {
    "kill": (crash, 500.0),
    "hang": (hang, 3_500.0),
    "silence": (silence, 3_500.0),
}


async def measure(url: str, events: int, rounds: int) -> list[Figure]:
    async with owner(url) as engine:
        await create_schema(engine)
    db, floor_id = Database(url), new_id()
    async with db.system() as tx:
        await tx.execute(insert(floor).values(id=floor_id, name="bench"))
    written = await fill(db, floor_id, past(events))
    await db.close()
    leader, other = Node(url, floor_id, "one"), Node(url, floor_id, "two")
    began = time.perf_counter()
    await leader.start()
    await leader.until("leading", 120)
    cold = (time.perf_counter() - began) * 1_000
    await other.start()
    figures = [
        Figure("takeover.journal", written, "events"),
        Figure("takeover.cold_start", round(cold), "ms"),
    ]
    try:
        for name, (fault, limit) in FAULTS.items():
            took = []
            for _ in range(rounds):
                await in_step(leader, other)
                took.append(await fault(leader, other))
                leader, other = other, leader
            figures += [
                Figure(f"takeover.{name}.median", round(percentile(took, 0.5), 1), "ms", "limit", limit),
                Figure(f"takeover.{name}.worst", round(max(took), 1), "ms", "limit", limit),
            ]
    finally:
        await leader.close()
        await other.close()
    return figures


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--rounds", type=int, default=10, help="per fault")
    parser.add_argument("--events", type=int, default=100_000, help="in the journal since the last snapshot")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="rexian-bench-"))
    folder.chmod(0o711)
    server = PrivatePostgres(folder / "pg")
    try:
        figures = asyncio.run(measure(server.start(), options.events, options.rounds))
    finally:
        server.stop(force=True)
        shutil.rmtree(folder, ignore_errors=True)
    show(figures, options.json)
    show([Figure("takeover.load", round(os.getloadavg()[0], 1), "over the last minute")], options.json)


if __name__ == "__main__":
    main()
