"""The house is killed while people telephone: they talk on, the next one adopts them, nobody is rung twice."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

import httpx
import pytest
import sqlalchemy as sa
from bench.asterisk import sipp, statistics

from rexian.kit.database import Database
from rexian.work.recordings.tables import recording
from tests.channels.voice.asterisk.crew import hire, talker, work
from tests.channels.voice.asterisk.exchange import Exchange, free_port
from tests.channels.voice.asterisk.product import JIANGLAN, Killable, Product, hears, killable, until_heard
from tests.channels.voice.asterisk.sip import SipPhone
from tests.served import Desk

HZ = {"p0": 1_700, "p1": 1_900}
CALLERS = {"p0": 900, "p1": 1_100}
MANY, RATE = 48, 6
"""So many calls beside the two that are listened to, and how many begin a second."""


@pytest.fixture(scope="module")
def exchange() -> Iterator[Exchange]:
    exchange = Exchange(phones=("p0", "p1", "p2"), desks=MANY)
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


async def until_is(wanted: object, read: Callable[[], Awaitable[object]], seconds: float) -> None:
    """What is read tells nobody when it changes."""
    until = time.monotonic() + seconds
    while (found := await read()) != wanted:
        assert time.monotonic() < until, f"{found}, not {wanted}"
        await asyncio.sleep(0.3)


async def figure(product: Product, name: str) -> float:
    async with httpx.AsyncClient(trust_env=False) as client:
        text = (await client.get(f"{product.served.url}/metrics")).text
    return next((float(row.split()[-1]) for row in text.splitlines() if row.startswith(f"{name} ")), -1)


async def recordings(product: Product) -> Counter[str]:
    """Recordings by state."""
    async with product.served.house.db.system() as tx:
        return Counter([row.state for row in await tx.execute(sa.select(recording.c.state))])


async def tracks(exchange: Exchange) -> int:
    """How many the exchange records, two of each talk."""
    return (await asyncio.to_thread(exchange.cli, "core show channels concise")).count("!rx-recs-")


@contextlib.asynccontextmanager
async def crowd(product: Product, exchange: Exchange) -> AsyncIterator[Callable[[str], Awaitable[float]]]:
    """Callers who speak for ever, and agents' phones that echo them.

    Yields what the agents' phones have counted.
    """
    folder = exchange.run
    agents = sipp(folder, "-sn", "uas", "-p", str(exchange.agents), "-rtp_echo", "-mp", str(free_port()))
    callers = sipp(
        folder, "-sf", str(talker(folder)), "-s", JIANGLAN, "-r", str(RATE), "-m", str(MANY), "-l", str(MANY),
        "-d", "600000", "-p", str(free_port()), "-mp", "50000", f"127.0.0.1:{exchange.sip}",
    )  # fmt: skip

    async def counted(name: str) -> float:
        return statistics(folder, agents)[name]

    try:
        yield counted
    finally:
        for one in (callers, agents):
            one.terminate()
            one.wait(10)


@contextlib.asynccontextmanager
async def at_work(desks: list[Desk]) -> AsyncIterator[None]:
    """They take what is offered, and prove that they are there."""
    for desk in desks:
        desk.lives()
    working = [asyncio.create_task(work(desk)) for desk in desks]
    yield
    for task in working:
        task.cancel()
    await asyncio.gather(*working, return_exceptions=True)


@pytest.mark.slow
@pytest.mark.timeout(240)
async def test_fifty_calls_outlive_a_killed_house(house: tuple[Product, Killable], exchange: Exchange) -> None:
    product, server = house
    city, ids = product.served.city, await hire(product)
    server.stop()
    await server.start()
    both = [await talk(product, city.li, "p0"), await talk(product, city.he, "p1")]
    for _, _, desk, _ in both:
        desk.lives()
    desks = [await product.desk(id) for id in ids]
    async with crowd(product, exchange) as phones:
        async with at_work(desks):
            await until_is(MANY + 2, lambda: figure(product, "rexian_voice_joined_seconds_count"), 60)
            await until_is(2 * (MANY + 2), lambda: tracks(exchange), 20)
            await asyncio.sleep(2)  # they are being written
        began = time.monotonic()
        server.kill()
        await asyncio.sleep(1)
        for phone, (caller, agent, _, _) in zip(HZ, both, strict=True):
            assert await hears(caller, HZ[phone])
            assert await hears(agent, CALLERS[phone])
        await server.start()
        back_s = time.monotonic() - began
        await until_is(2 * (MANY + 2), lambda: figure(product, "rexian_voice_legs"), 20)
        print(f"all adopted {time.monotonic() - began:.1f} s after the kill, the server was back after {back_s:.1f} s")

        for phone, (caller, agent, _, _) in zip(HZ, both, strict=True):
            assert await hears(caller, HZ[phone])
            assert await hears(agent, CALLERS[phone])
            assert agent.received.count("INVITE") == 1, "nobody is rung again"
        assert await phones("IncomingCall(C)") == MANY
        desks = [await product.served.desk(id, "me") for id in [*ids, city.li, city.he]]
        product.desks += desks
        for desk in desks:
            desk.lives()
        for desk in desks:
            [handling] = desk.view("me", "handlings").values()
            assert handling["state"] == "talking"
            await desk.do("EndInteraction", interaction_id=handling["id"])
        await until_is(MANY, lambda: phones("SuccessfulCall(C)"), 20)
        for _, agent, _, _ in both:
            await asyncio.wait_for(agent.ended.wait(), 10)
    kinds = Counter(row.kind for row in await product.journal())
    assert kinds["OfferAccepted"] == kinds["InteractionEnded"] == MANY + 2
    await until_is({"kept": MANY + 2}, lambda: recordings(product), 60)
