"""Telephone calls by sipp through reception, menu key (RFC 4733), queue and agents' SIP phones.

A call costs the house and Asterisk together some 135 ms of processor time, recording included: 5 a second leave two
cores room for sipp and the agents' pages. REXIAN_TEST_CALLS=500 REXIAN_TEST_CALL_RATE=20 asks for more on a larger
machine.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
from collections import Counter
from collections.abc import Iterator

import httpx
import psutil
import pytest
from bench.asterisk import sipp, statistics

from rexian.kit.database import Database
from tests.channels.voice.asterisk.crew import hire, presser, work
from tests.channels.voice.asterisk.exchange import Exchange, free_port
from tests.channels.voice.asterisk.product import killable

CALLS = int(os.environ.get("REXIAN_TEST_CALLS", "150"))
RATE = int(os.environ.get("REXIAN_TEST_CALL_RATE", "5"))
AGENTS, BEFORE_KEY_MS, TALK_MS = 7 * RATE + 10, 1_500, 5_000
KEY_1 = "/usr/share/sip-tester/dtmf_2833_1.pcap"


@pytest.fixture(scope="module")
def exchange() -> Iterator[Exchange]:
    exchange = Exchange(phones=("p0",), desks=AGENTS)
    exchange.start()
    yield exchange
    exchange.close()


@pytest.mark.slow
@pytest.mark.timeout(400)
async def test_every_call_reaches_an_agent(
    db: Database, exchange: Exchange, tmp_path_factory: pytest.TempPathFactory
) -> None:
    async with killable(db, tmp_path_factory.mktemp("house"), exchange) as (product, house):
        ids = await hire(product)
        house.stop()
        await house.start()  # who was hired behind its back is there from now on
        desks = [await product.desk(id) for id in ids]
        working = [asyncio.create_task(work(desk)) for desk in desks]
        agents = sipp(exchange.run, "-sn", "uas", "-p", str(exchange.agents), "-mp", str(free_port()))
        assert house.process is not None
        assert exchange.process is not None
        ours, asterisk = psutil.Process(house.process.pid), psutil.Process(exchange.process.pid)
        before, began = (ours.cpu_times(), asterisk.cpu_times()), time.monotonic()
        scenario = presser(exchange.run, KEY_1, BEFORE_KEY_MS)
        callers = sipp(
            exchange.run, "-sf", str(scenario), "-s", "4001", "-r", str(RATE), "-m", str(CALLS), "-l", str(CALLS),
            "-d", str(TALK_MS), "-p", str(free_port()), "-mp", "40000", f"127.0.0.1:{exchange.sip}",
        )  # fmt: skip
        try:
            await asyncio.to_thread(callers.wait, 60 + CALLS / RATE)
        finally:
            for one in (callers, agents):
                one.terminate()
                one.wait(10)
        seconds, after = time.monotonic() - began, (ours.cpu_times(), asterisk.cpu_times())
        await asyncio.sleep(3)
        found = statistics(exchange.run, callers)
        kinds = Counter(row.kind for row in await product.journal())
        async with httpx.AsyncClient(trust_env=False) as client:
            figures = (await client.get(f"{product.served.url}/metrics")).text
        for task in working:
            task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.gather(*working)
    print({name: found[name] for name in ("SuccessfulCall(C)", "FailedCall(C)", "Retransmissions(C)")}, kinds)
    print(f"{seconds:.1f} s, CPU a call, ms:", [
        round((b.user + b.system - a.user - a.system) * 1000 / CALLS, 1) for a, b in zip(before, after, strict=True)
    ])  # fmt: skip
    print("\n".join(line for line in figures.splitlines() if "voice_joined" in line))
    assert (found["SuccessfulCall(C)"], found["FailedCall(C)"]) == (CALLS, 0)
    assert kinds["OfferAccepted"] == kinds["InteractionReceived"] == kinds["InteractionEnded"] == CALLS
    assert f"rexian_voice_joined_seconds_count {CALLS}.0" in figures
