"""Telephone calls through the whole product: sipp, Asterisk, reception with a key (RFC 4733), queue, agents' phones.

Everything runs on this machine and shares its cores: Asterisk in its chroot (`tools/setup-asterisk`), sipp as callers
and as phones, PostgreSQL, the house in a process of its own, and here the agents' pages. "Answer to bridge" begins when
Asterisk says that the agent's line is up, and ends with its answer that both lines are in the bridge; what of it is
the house's own is read off the wire between the two (`bench.ari_wire`). `tests/…/test_product_load.py` makes the same
calls.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import msgspec
import psutil
from tests.channels.voice.asterisk.crew import hire, presser, work
from tests.channels.voice.asterisk.exchange import Exchange, free_port, missing
from tests.channels.voice.asterisk.product import Killable, Product, killable

from bench.asterisk import sipp, statistics
from bench.report import arguments, figure, percentile
from bench.telephone_wire import Story
from rexian.channels.voice.asterisk.connection import Connection
from rexian.kit.database import Database, owner
from rexian.kit.postgres import PrivatePostgres
from rexian.kit.schema import create_schema

TALK_MS = 5_000
FLOOR_MS = 250.0
"""What a caller would notice as a pause between "hello" and being heard."""
ASKING, ASKING_S = 32, 3.0


def agents_for(rate: int) -> int:
    """So many agents that somebody is always free: a call keeps one for some seven seconds."""
    return 7 * rate + 10


@dataclass
class Outcome:
    """What a run showed. CPU in ms a call; `kinds`: the journal's events by kind; `metrics`: of the house itself."""

    calls: int
    rate: int
    succeeded: int
    failed: int
    retransmissions: int
    seconds: float
    cpu: dict[str, float]
    kinds: Counter[str]
    metrics: str
    wire: list[list[object]] = field(default_factory=list)


# -- who takes the calls -----------------------------------------------------------------------------------------------
@asynccontextmanager
async def staffed(db: Database, home: Path, exchange: Exchange) -> AsyncIterator[tuple[Product, Killable]]:
    """The product with all its agents at work."""
    async with killable(db, home, exchange) as (product, house):
        ids = await hire(product)
        house.stop()
        await house.start()  # who was hired behind its back is there from now on
        working = [asyncio.create_task(work(await product.desk(id))) for id in ids]
        try:
            yield product, house
        finally:
            for task in working:
                task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.gather(*working)


# -- the calls ---------------------------------------------------------------------------------------------------------
async def load(product: Product, house: Killable, calls: int, rate: int, *, postgres: int = 0) -> Outcome:
    """Make `calls` at `rate` a second, and wait for their end. `postgres`: the server's process, if it is looked at."""
    exchange = product.exchange
    agents = sipp(exchange.run, "-sn", "uas", "-p", str(exchange.agents), "-mp", str(free_port()))
    before, began = _cpu(product, house, postgres), time.monotonic()
    scenario = presser(exchange.run)
    callers = sipp(
        exchange.run, "-sf", str(scenario), "-s", "4001", "-r", str(rate), "-m", str(calls), "-l", str(calls),
        "-d", str(TALK_MS), "-p", str(free_port()), "-mp", "40000", f"127.0.0.1:{exchange.sip}",
    )  # fmt: skip
    try:
        await asyncio.to_thread(callers.wait, 60 + calls / rate)
    finally:
        for one in (callers, agents):
            one.terminate()
            one.wait(10)
    seconds, after = time.monotonic() - began, _cpu(product, house, postgres)
    await asyncio.sleep(3)  # recordings are put away, agents wrap up
    found = statistics(exchange.run, callers)
    async with httpx.AsyncClient(trust_env=False) as client:
        figures = (await client.get(f"{product.served.url}/metrics")).text
    return Outcome(
        calls=calls, rate=rate, succeeded=int(found["SuccessfulCall(C)"]), failed=int(found["FailedCall(C)"]),
        retransmissions=int(found["Retransmissions(C)"]), seconds=seconds, metrics=figures,
        cpu={name: (after[name] - before[name]) * 1000 / calls for name in before},
        kinds=Counter(row.kind for row in await product.journal()),
    )  # fmt: skip


def _cpu(product: Product, house: Killable, postgres: int) -> dict[str, float]:
    """Seconds of processor time so far."""
    assert house.process is not None
    assert product.exchange.process is not None
    spent = {"house": _spent(house.process.pid), "Asterisk": _spent(product.exchange.process.pid)}
    return spent | ({"PostgreSQL": _spent_by_all(postgres)} if postgres else {})


def _spent(pid: int) -> float:
    times = psutil.Process(pid).cpu_times()
    return float(times.user + times.system)


def _spent_by_all(pid: int) -> float:
    """Of a process and its children, those included that have ended."""
    times = psutil.Process(pid).cpu_times()
    own = float(times.user + times.system + times.children_user + times.children_system)
    return own + sum(_spent(one.pid) for one in psutil.Process(pid).children())


# -- beside the calls --------------------------------------------------------------------------------------------------
@contextmanager
def tapped(exchange: Exchange) -> Iterator[list[list[object]]]:
    """The house's line to this exchange goes through `bench.ari_wire`; what went by is there at the end."""
    seen: list[list[object]] = []
    port = free_port()
    words = [sys.executable, "-m", "bench.ari_wire", str(port), str(exchange.http)]
    tap = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert tap.stdout is not None
    tap.stdout.readline()
    url = (f"http://127.0.0.1:{port}/ari",)
    exchange.settings = msgspec.structs.replace(exchange.settings, asterisk_urls=url)
    try:
        yield seen
    finally:
        told, _ = tap.communicate(timeout=60)
        seen += [json.loads(line) for line in told.splitlines()]


async def most_requests(exchange: Exchange) -> float:
    """ARI requests a second of one process that does nothing else, over one WebSocket."""
    node = exchange.plan.urls[0]
    up = asyncio.Event()

    async def is_up(info: object) -> None:
        up.set()

    line = Connection(
        node, user=exchange.plan.user, password=exchange.plan.password, app="bench", on_event=lambda event: None,
        on_up=is_up, on_down=lambda why: None,
    )  # fmt: skip
    line.start()
    await up.wait()
    count, end = 0, time.monotonic() + ASKING_S

    async def ask() -> None:
        nonlocal count
        while time.monotonic() < end:
            await line.asterisk_ping()
            count += 1

    await asyncio.gather(*(ask() for _ in range(ASKING)))
    await line.stop()
    return count / ASKING_S


async def measure(
    exchange: Exchange, url: str, home: Path, calls: int, rate: int, postgres: int
) -> tuple[Outcome, float]:
    """The calls, and the most requests that one process can make."""
    async with owner(url) as engine:
        await create_schema(engine)
    database = Database(url)
    with tapped(exchange) as seen:
        async with staffed(database, home, exchange) as (product, house):
            outcome = await load(product, house, calls, rate, postgres=postgres)
    outcome.wire = seen
    await database.close()
    return outcome, await most_requests(exchange)


def show(outcome: Outcome, most: float, *, as_json: bool) -> None:
    story = Story(outcome.wire)
    joinings, calls = story.joinings(), outcome.calls
    figure("telephone.calls", outcome.succeeded, "calls", "made", calls, as_json=as_json)
    figure("telephone.failed", outcome.failed, "calls", as_json=as_json)
    figure("telephone.retransmissions", outcome.retransmissions, "packets", as_json=as_json)
    figure("telephone.joined", len(joinings), "calls", "made", calls, as_json=as_json)
    for share in (0.5, 0.95, 0.99):
        value = percentile([one.total_ms for one in joinings], share)
        name = f"telephone.answer_to_bridge_p{share * 100:.0f}"
        figure(name, value, "ms", "a pause that is noticed", FLOOR_MS, as_json=as_json)
    total = sum(one.total_ms for one in joinings)
    ours = 100 * sum(one.ours_ms for one in joinings) / total if total else 0.0
    figure("telephone.ours_of_it", ours, "%", as_json=as_json)
    for name in ("house", "PostgreSQL"):
        spent, asterisk = outcome.cpu[name], outcome.cpu["Asterisk"]
        figure(f"telephone.cpu_{name.lower()}", spent, "ms a call", "Asterisk", asterisk, as_json=as_json)
    asked = len(story.asked) / outcome.seconds
    figure("telephone.ari_requests", asked, "/s", "one process that does nothing else", most, as_json=as_json)


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--calls", type=int, default=150)
    parser.add_argument("--rate", type=int, default=5, help="a second; two quiet cores bear 20")
    given = parser.parse_args()
    if reason := missing():
        sys.exit(f"bench.telephone: {reason}")
    home = Path(tempfile.mkdtemp(prefix="rexian-bench-"))
    home.chmod(0o711)
    server = PrivatePostgres(home / "pg")
    exchange = Exchange(phones=("p0",), desks=agents_for(given.rate))
    try:
        url = server.start()
        exchange.start()
        pid = server.pid()
        assert pid is not None
        outcome, most = asyncio.run(measure(exchange, url, home, given.calls, given.rate, pid))
        show(outcome, most, as_json=given.json)
    finally:
        exchange.close()
        server.stop(force=True)
        shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    main()
