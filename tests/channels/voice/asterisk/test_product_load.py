"""Telephone calls by sipp through reception, menu key (RFC 4733), queue and agents' SIP phones (`bench.telephone`).

A call costs the house and Asterisk together some 75 to 135 ms of processor time, recording included: 5 a second leave
two cores room for sipp and the agents' pages. REXIAN_TEST_CALLS=500 REXIAN_TEST_CALL_RATE=20 asks for more of a machine
that does nothing else.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from bench.telephone import agents_for, load, staffed

from rexian.kit.database import Database
from tests.channels.voice.asterisk.exchange import Exchange

CALLS = int(os.environ.get("REXIAN_TEST_CALLS", "150"))
RATE = int(os.environ.get("REXIAN_TEST_CALL_RATE", "5"))


@pytest.fixture(scope="module")
def exchange() -> Iterator[Exchange]:
    exchange = Exchange(phones=("p0",), desks=agents_for(RATE))
    exchange.start()
    yield exchange
    exchange.close()


@pytest.mark.slow
@pytest.mark.timeout(400)
async def test_every_call_reaches_an_agent(
    db: Database, exchange: Exchange, tmp_path_factory: pytest.TempPathFactory
) -> None:
    async with staffed(db, tmp_path_factory.mktemp("house"), exchange) as (product, house):
        found = await load(product, house, CALLS, RATE)
    print(f"{found.seconds:.1f} s, {found.retransmissions} retransmissions, CPU a call, ms: {found.cpu}", found.kinds)
    assert (found.succeeded, found.failed, found.retransmissions) == (CALLS, 0, 0)
    kinds = found.kinds
    assert kinds["OfferAccepted"] == kinds["InteractionReceived"] == kinds["InteractionEnded"] == CALLS
    assert f"rexian_voice_joined_seconds_count {CALLS}.0" in found.metrics
