"""The house is killed while people telephone: they talk on, the next one adopts them, nobody is rung twice."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest

from rexian.kit.database import Database
from tests.channels.voice.asterisk.exchange import Exchange
from tests.channels.voice.asterisk.product import JIANGLAN, Killable, Product, hears, killable, until_heard
from tests.channels.voice.asterisk.sip import SipPhone
from tests.served import Desk

HZ = {"p0": 1_700, "p1": 1_900}
CALLERS = {"p0": 900, "p1": 1_100}


@pytest.fixture(scope="module")
def exchange() -> Iterator[Exchange]:
    exchange = Exchange(phones=("p0", "p1", "p2"))
    exchange.start()
    yield exchange
    exchange.close()


@pytest.fixture
async def house(
    db: Database, exchange: Exchange, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[tuple[Product, Killable]]:
    async with killable(db, tmp_path_factory.mktemp("house"), exchange, li="p0", he="p1") as both:
        yield both


async def talk(product: Product, person_id: str, phone: str) -> tuple[SipPhone, SipPhone, Desk, str]:
    """Caller, agent's phone, desk and interaction, once both hear each other."""
    agent, desk = await product.phone(phone, HZ[phone]), await product.desk(person_id)
    caller = await product.caller(f"+861380000000{phone[1]}", CALLERS[phone])
    assert await caller.dial(JIANGLAN) == "SIP/2.0 200 OK"
    handling = await desk.accept()
    await until_heard(caller, HZ[phone])
    await until_heard(agent, CALLERS[phone])
    return caller, agent, desk, handling["id"]


async def test_a_killed_house_costs_no_call(house: tuple[Product, Killable]) -> None:
    product, server = house
    city = product.served.city
    caller, agent, li, interaction = await talk(product, city.li, "p0")
    other, others_agent, _, others = await talk(product, city.he, "p1")
    server.kill()
    await asyncio.sleep(1)
    assert await hears(caller, HZ["p0"])
    assert await hears(agent, CALLERS["p0"])
    await other.hang_up()  # nobody of us is there to hear it
    await server.start()

    li = await product.served.desk(city.li, "me")
    product.desks.append(li)
    assert await hears(caller, HZ["p0"])
    await li.do("SetHold", interaction_id=interaction, on=True)
    await asyncio.sleep(0.7)
    assert not await hears(agent, CALLERS["p0"])
    await li.do("SetHold", interaction_id=interaction, on=False)
    await until_heard(agent, CALLERS["p0"])
    assert agent.received.count("INVITE") == 1, "nobody is rung again"
    await li.do("EndInteraction", interaction_id=interaction)
    await asyncio.wait_for(agent.ended.wait(), 5)
    await caller.hang_up()

    async with asyncio.timeout(40):  # whose caller has gone is noticed, and the line is given up
        while "InteractionEnded" not in await product.kinds(others):  # noqa: ASYNC110 (the journal tells nobody)
            await asyncio.sleep(0.3)
    await asyncio.wait_for(others_agent.ended.wait(), 5)
