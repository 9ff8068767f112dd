"""Calls by telephone through the whole product: carrier's line, reception, queue, an agent's SIP phone, journal."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest

from rexian.channels.voice.settings import VoiceLimits
from rexian.kit.database import Database
from rexian.kit.ids import new_id
from tests.channels.voice.asterisk.exchange import Exchange
from tests.channels.voice.asterisk.product import (
    JIANGLAN,
    YUNSHAN,
    Product,
    hears,
    open_product,
    until_heard,
)
from tests.channels.voice.asterisk.sip import SipPhone

CUSTOMER_HZ, AGENT_HZ, OTHER_HZ = 1_000, 1_700, 2_300
STORY = (
    "InteractionReceived", "ReceptionNoted", "InteractionQueued", "OfferAccepted", "InteractionHeld",
    "InteractionResumed", "InteractionEnded", "RecordingStored",
)  # fmt: skip


@pytest.fixture(scope="module")
def exchange() -> Iterator[Exchange]:
    exchange = Exchange(phones=("p0", "p1", "p2", "w0:web"))
    exchange.start()
    yield exchange
    exchange.close()


@pytest.fixture
async def product(db: Database, exchange: Exchange, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Product]:
    async with open_product(db, tmp_path_factory.mktemp("house"), exchange) as product:
        yield product


async def received(product: Product, caller: SipPhone, number: str = YUNSHAN) -> str:
    """Call in and hear the greeting. Returns the interaction."""
    assert await caller.dial(number) == "SIP/2.0 200 OK"
    async with asyncio.timeout(15):  # a voice speaks
        while abs(await caller.listen(0.5)).max(initial=0) <= 0.05:
            pass
    rows = [row for row in await product.journal() if row.kind == "InteractionReceived"]
    return str(rows[-1].interaction_id)


async def test_a_call_from_the_line_to_a_phone_on_a_desk_and_back(product: Product) -> None:
    city = product.served.city
    agent = await product.phone("p0", AGENT_HZ)
    li = await product.desk(city.li)
    caller = await product.caller("+8613800000001", CUSTOMER_HZ)
    interaction = await received(product, caller)
    await caller.press("1")

    handling = await li.accept()
    assert (handling["id"], handling["queue_id"]) == (interaction, city.homes)
    assert handling["caller"] == {"number": "+8613800000001", "verstat": "none"}, "shown, not believed (FAULTS 40)"
    await until_heard(caller, AGENT_HZ)
    await until_heard(agent, CUSTOMER_HZ)

    await li.do("SetHold", interaction_id=interaction, on=True)
    await asyncio.sleep(0.5)
    assert not await hears(agent, CUSTOMER_HZ)
    assert not await hears(caller, AGENT_HZ)
    await until_heard(caller, 523)  # music
    await li.do("SetHold", interaction_id=interaction, on=False)
    await until_heard(caller, AGENT_HZ)

    await caller.hang_up()
    await asyncio.wait_for(agent.ended.wait(), 5)
    await product.until(lambda: li.view("me", "handlings").get(interaction, {}).get("state") != "talking")
    async with asyncio.timeout(20):
        while STORY[-1] not in (kinds := await product.kinds(interaction)):  # noqa: ASYNC110 (it tells nobody)
            await asyncio.sleep(0.1)
    places = [kinds.index(kind) for kind in STORY]
    assert places == sorted(places), kinds


async def test_the_agents_keypad_is_heard_by_the_callers_telephone(product: Product) -> None:
    city = product.served.city
    agent, li = await product.phone("p0", AGENT_HZ), await product.desk(city.li)
    keypad = await product.keypad(city.li)
    caller = await product.caller(hz=CUSTOMER_HZ)
    await received(product, caller, JIANGLAN)
    await li.accept()
    await until_heard(caller, AGENT_HZ)
    line, again = (await keypad.up())["leg"], new_id()
    for digit, id in (("4", new_id()), ("2", again), ("2", again), ("#", new_id())):
        await keypad.send(t="key", leg=line, digit=digit, id=id)
    await product.until(lambda: len(caller.keys_heard()) >= 3)
    await asyncio.sleep(0.5)
    assert (caller.keys_heard(), agent.keys_heard()) == ("42#", "")
    assert not keypad.of("nack")


async def test_the_number_that_was_dialled_leads_to_its_company(product: Product) -> None:
    city = product.served.city
    for number, tenant_id in ((YUNSHAN, city.yunshan), ("00" + JIANGLAN[1:], city.jianglan)):
        caller = await product.caller()
        await received(product, caller, number)
        last = [row for row in await product.journal() if row.kind == "InteractionReceived"][-1]
        assert last.tenant_id == tenant_id
        await caller.hang_up()
    caller = await product.caller()
    assert "200" not in await caller.dial("+8657188889999"), "nobody's number"


async def test_who_puts_the_handset_down_has_ended_the_call(product: Product) -> None:
    city = product.served.city
    agent, li = await product.phone("p0", AGENT_HZ), await product.desk(city.li)
    caller = await product.caller(hz=CUSTOMER_HZ)
    interaction = await received(product, caller, JIANGLAN)
    await li.accept()
    await until_heard(agent, CUSTOMER_HZ)
    await agent.hang_up()
    await li.until(lambda: li.view("me", "handlings").get(interaction, {}).get("state") == "after_contact_work")
    assert (await product.kinds(interaction)).count("InteractionEnded") == 1


async def test_an_agent_whose_phone_is_not_there_gives_the_caller_back(product: Product) -> None:
    city = product.served.city
    voice = product.served.house.voice
    assert voice is not None
    voice.limits = VoiceLimits(grace_ms=2_000, phone_ms=2_000, redial_ms=500, position_every_ms=200)
    li = await product.desk(city.li)
    caller = await product.caller(hz=CUSTOMER_HZ)
    interaction = await received(product, caller, JIANGLAN)
    await li.accept()
    await li.until(lambda: interaction not in li.view("me", "handlings") or None, 15)
    he, phone = await product.desk(city.he), await product.phone("p2", AGENT_HZ)
    await li.do("SetAgentState", state="not_ready", reason="break")
    await he.accept()
    await until_heard(phone, CUSTOMER_HZ)
    await until_heard(caller, AGENT_HZ)


async def test_a_caller_who_is_handed_on_and_back_rings_the_first_agent_anew(product: Product) -> None:
    city = product.served.city
    agent, li = await product.phone("p0", AGENT_HZ), await product.desk(city.li)
    caller = await product.caller(hz=CUSTOMER_HZ)
    interaction = await received(product, caller, JIANGLAN)
    await li.accept()
    await until_heard(caller, AGENT_HZ)
    _, he = await product.phone("p2", OTHER_HZ), await product.desk(city.he)
    await li.do("TransferInteraction", interaction_id=interaction, to_agent_id=city.he)
    await he.accept()
    await until_heard(caller, OTHER_HZ)
    await he.do("TransferInteraction", interaction_id=interaction, to_agent_id=city.li)
    await li.accept()
    await until_heard(caller, AGENT_HZ)
    await until_heard(agent, CUSTOMER_HZ)
