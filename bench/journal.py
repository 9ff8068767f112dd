"""Appends per second and commit times of a floor under group commit, against one row per commit on the same disk.

A private PostgreSQL with everything durable (`fsync`, `synchronous_commit`), one floor, some hundreds of open chats.

`clients_*`: clients post messages as fast as they are answered: each post is one event and its words (two rows in five
indexes), acknowledged after the commit. Clients, floor and writer share one process, as they do in the server.

`writer_*`: what the writer itself can do: batches of so many events are encoded and appended, one after the other, with
nobody deciding or waiting. Routing events have no words; `words` has a message's in every one.

Before anything is measured the write-ahead log has once been filled and recycled, as on any server that has run for
some minutes; a fresh one has to create and zero a file for every 16 MB.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import tempfile
import time
from pathlib import Path
from typing import Any, ClassVar

import psycopg
import uvloop
from msgspec import structs
from sqlalchemy import insert

from bench.report import Figure, arguments, percentile, show
from rexian.engine.commands import DefineQueue, PostMessage, StartContact
from rexian.engine.events import MessagePosted
from rexian.engine.specs import Party, QueueSpec
from rexian.kit import collector
from rexian.kit.clock import SystemClock
from rexian.kit.database import Database, owner
from rexian.kit.ids import new_id
from rexian.kit.postgres import PrivatePostgres
from rexian.kit.schema import create_schema
from rexian.runtime import running
from rexian.runtime.host import FloorHost
from rexian.runtime.port import Committed, Content, FloorPort
from rexian.runtime.session import Session
from rexian.runtime.tables import floor

TEXT = "我的手机开不了机，充电也没有反应，请问附近哪里可以修？"
CHATS = 400


async def furnish(port: FloorPort) -> list[StartContact]:
    queue = QueueSpec(id=new_id(), tenant_id=new_id(), needs={"lang:zh-CN": 1}, away_waiting_ms=86_400_000)
    system = Party("system", "bench")
    await port.submit(DefineQueue(queue=queue), id=new_id(), by=system)
    chats = [
        StartContact(
            contact_id=new_id(), interaction_id=new_id(), tenant_id=queue.tenant_id, customer_id=new_id(),
            queue_id=queue.id, medium="chat",
        )
        for _ in range(CHATS)
    ]  # fmt: skip
    await asyncio.gather(*(port.submit(chat, id=new_id(), by=system) for chat in chats))
    return chats


async def client(port: FloorPort, chat: StartContact, until: float, took: list[float]) -> None:
    author = Party("customer", chat.customer_id)
    while (began := time.perf_counter()) < until:
        message = PostMessage(interaction_id=chat.interaction_id, message_id=new_id(), author=author)
        words = Content(
            id=message.message_id, tenant_id=chat.tenant_id, contact_id=chat.contact_id,
            interaction_id=chat.interaction_id, author=author, kind="text", text=TEXT,
        )  # fmt: skip
        await port.submit(message, id=new_id(), by=author, content=(words,))
        took.append((time.perf_counter() - began) * 1000)


class TimedSession(Session):
    """Notes how long each append took, in ms."""

    took: ClassVar[list[float]] = []

    async def append(self, *batch: Any) -> None:
        began = time.perf_counter()
        await super().append(*batch)
        self.took.append((time.perf_counter() - began) * 1000)


def one_row_per_commit(url: str, seconds: float) -> tuple[float, list[float]]:
    """The peer: plain psycopg, the same row and the same words, each in a transaction of its own, one after another."""
    took: list[float] = []
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("CREATE TABLE peer (LIKE journal INCLUDING ALL)")
        connection.execute("CREATE TABLE peer_words (LIKE content INCLUDING ALL)")
        floor_id, contact, body = new_id(), new_id(), json.dumps({"type": "MessagePosted", "text": TEXT})
        until = time.perf_counter() + seconds
        seq = 0
        while (began := time.perf_counter()) < until:
            seq += 1
            with connection.transaction():
                connection.execute(
                    "INSERT INTO peer VALUES (%s, %s, %s, 'MessagePosted', %s, %s, %s, NULL, %s, 'customer', 'x', %s)",
                    (floor_id, seq, 1, contact, contact, contact, new_id(), body),
                )
                connection.execute(
                    "INSERT INTO peer_words VALUES (%s, %s, %s, %s, %s, %s, 1, 'customer', 'x', 'text', %s, NULL)",
                    (new_id(), contact, contact, contact, floor_id, seq, TEXT),
                )
            took.append((time.perf_counter() - began) * 1000)
    return len(took) / seconds, took


async def fill_the_log(url: str) -> None:
    """Write 320 MB of write-ahead log and let it be recycled."""
    async with owner(url) as engine, engine.connect() as connection:
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        await connection.exec_driver_sql("CREATE TABLE filler (text text)")
        for _ in range(10):
            await connection.exec_driver_sql(
                "INSERT INTO filler SELECT repeat('x', 1000) FROM generate_series(1, 30000)"
            )
        await connection.exec_driver_sql("DROP TABLE filler")
        await connection.exec_driver_sql("CHECKPOINT")


def written(floor_id: str, seq: int, chats: list[StartContact], size: int, words: bool) -> list[Committed]:
    """A batch as the floor would hand it to the writer."""
    batch = []
    for number in range(seq + 1, seq + size + 1):
        chat = chats[number % len(chats)]
        by, id = Party("customer", chat.customer_id), new_id()
        event = MessagePosted(
            at=1_790_000_000_000, contact_id=chat.contact_id, interaction_id=chat.interaction_id, message_id=id,
            number=number, author=by, kind="text",
        )  # fmt: skip
        text = Content(
            id=id, tenant_id=chat.tenant_id, contact_id=chat.contact_id, interaction_id=chat.interaction_id,
            author=by, kind="text", text=TEXT,
        )  # fmt: skip
        made = Committed(floor_id=floor_id, seq=number, event=event, by=by, command_id=new_id())
        batch.append(structs.replace(made, content=text) if words else made)
    return batch


async def writer(db: Database, chats: list[StartContact], seconds: float, size: int, words: bool) -> float:
    """Rows of the journal a second, on a floor of its own; making the batches is not counted."""
    floor_id, seq, spent = new_id(), 0, 0.0
    session = Session(db.url, floor_id, "bench")
    await session.open()
    await session.try_lead()
    while spent < seconds:
        batch = written(floor_id, seq, chats, size, words)
        ids = [
            (
                chats[0].tenant_id,
                getattr(item.event, "contact_id", None),
                item.content and item.content.interaction_id,
                None,
            )
            for item in batch
        ]
        began = time.perf_counter()
        await session.append(batch, ids, batch if words else [])
        spent += time.perf_counter() - began
        seq += size
    await session.close()
    return seq / spent


async def measure(url: str, seconds: float, crowds: list[int]) -> list[Figure]:
    async with owner(url) as engine:
        await create_schema(engine)
    await fill_the_log(url)
    peer = "one row per commit"
    peer_rate, peer_took = await asyncio.to_thread(one_row_per_commit, url, seconds)
    peer_p50, peer_p99 = percentile(peer_took, 0.5), percentile(peer_took, 0.99)
    db = Database(url)
    floor_id = new_id()
    async with db.system() as tx:
        await tx.execute(insert(floor).values(id=floor_id, name="bench"))
    running.Session = TimedSession  # type: ignore[attr-defined]
    host = FloorHost(db, SystemClock())
    await host.start()
    await host.until_ready()
    port = host.get(floor_id)
    chats = await furnish(port)
    collector.calm()  # as `rexian serve` does
    figures: list[Figure] = []
    for size, words in ((200, False), (200, True), (1_000, False), (1_000, True)):
        name = f"journal.writer_{size}{'_words' if words else ''}.rows_per_s"
        rate = await writer(db, chats, seconds / 2, size, words)
        figures.append(Figure(name, round(rate, 1), "1/s", "goal", 20_000))
    for crowd in crowds:
        took: list[float] = []
        began = time.perf_counter()
        TimedSession.took.clear()
        await asyncio.gather(*(client(port, chats[n % CHATS], began + seconds, took) for n in range(crowd)))
        rate = len(took) / (time.perf_counter() - began)
        commits = TimedSession.took
        name = f"journal.clients_{crowd}"
        figures += [
            Figure(f"{name}.appends_per_s", round(rate, 1), "1/s", peer, round(peer_rate, 1)),
            Figure(f"{name}.acked_p50", round(percentile(took, 0.5), 3), "ms", peer, round(peer_p50, 3)),
            Figure(f"{name}.acked_p99", round(percentile(took, 0.99), 3), "ms", peer, round(peer_p99, 3)),
            Figure(f"{name}.commit_p50", round(percentile(commits, 0.5), 3), "ms", peer, round(peer_p50, 3)),
            Figure(f"{name}.commit_p99", round(percentile(commits, 0.99), 3), "ms", peer, round(peer_p99, 3)),
        ]
    began = time.perf_counter()
    events = port.seq
    await host.stop()
    async with db.system() as tx:  # without the snapshot of the clean stop, as after a crash
        await tx.exec_driver_sql("DELETE FROM floor_snapshot")
    began = time.perf_counter()
    await host.start()
    await host.until_ready(600)
    figures.append(Figure("journal.recovery_events_per_s", round(events / (time.perf_counter() - began)), "1/s"))
    await host.stop()
    await db.close()
    return figures


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--seconds", type=float, default=5.0, help="per measurement")
    parser.add_argument("--clients", type=int, nargs="*", default=[1, 16, 200, 1000])
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="rexian-bench-"))
    folder.chmod(0o711)
    server = PrivatePostgres(folder / "pg")
    try:
        figures = uvloop.run(measure(server.start(), options.seconds, options.clients))
    finally:
        server.stop(force=True)
        shutil.rmtree(folder, ignore_errors=True)
    show(figures, options.json)


if __name__ == "__main__":
    main()
