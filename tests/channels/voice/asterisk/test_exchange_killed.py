"""The exchange is killed while people telephone: nothing is stuck, who can be called again is, and new calls work."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import sqlalchemy as sa

from rexian.channels.voice import channel
from rexian.engine.floor import Floor
from rexian.kit.database import Database
from rexian.work.recordings.tables import recording
from tests.channels.voice.asterisk.exchange import Exchange
from tests.channels.voice.asterisk.product import JIANGLAN, YUNSHAN, Product, open_product, until_heard
from tests.channels.voice.asterisk.sip import SipPhone
from tests.channels.voice.rig import Phone as Keypad
from tests.served import Desk

LI_HZ, HE_HZ, KNOWN_HZ, WITHHELD_HZ, CARRIER_HZ = 1_700, 1_900, 900, 1_100, 1_300
KNOWN, WAITING = "+8613800000001", "+8613800000002"
RECORDED_S = 6
OPEN = ("reception", "queued", "offered", "talking")


@pytest.fixture
def exchange() -> Iterator[Exchange]:
    exchange = Exchange(phones=("p0", "p1", "p2"))
    exchange.start()
    yield exchange
    exchange.close()


@pytest.fixture
async def product(
    db: Database, exchange: Exchange, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Product]:
    monkeypatch.setattr(channel, "ALARM_AFTER_MS", 500)  # it is away for seconds here
    async with open_product(db, tmp_path_factory.mktemp("house"), exchange) as product:
        yield product


@dataclass
class Talk:
    """A caller and who speaks with them."""

    id: str
    desk: Desk
    keypad: Keypad
    caller: SipPhone


async def talk(product: Product, person_id: str, phone: tuple[str, int], caller: tuple[str, int]) -> Talk:
    agent, desk = await product.phone(*phone), await product.desk(person_id)
    desk.lives()
    keypad, customer = await product.keypad(person_id), await product.caller(*caller)
    assert await customer.dial(JIANGLAN) == "SIP/2.0 200 OK"
    handling = await desk.accept()
    await until_heard(customer, phone[1])
    await until_heard(agent, caller[1])
    return Talk(handling["id"], desk, keypad, customer)


def floor_of(product: Product) -> Floor:
    return product.served.house.rooms[product.served.city.floor_id].mirror.floor


def state(product: Product, interaction_id: str) -> str:
    found = floor_of(product).interaction(interaction_id)
    if found is None:
        return ""
    return "call_back" if found.call_back and found.state == "queued" else found.state


async def newest(product: Product) -> str:
    return str([row for row in await product.journal() if row.kind == "InteractionReceived"][-1].interaction_id)


async def waits(product: Product, number: str, dialled: str) -> str:
    """Somebody calls in; the interaction."""
    caller = await product.caller(number)
    assert await caller.dial(dialled) == "SIP/2.0 200 OK"
    return await newest(product)


async def recordings(product: Product, interaction_id: str) -> list[Any]:
    async with product.served.house.db.system() as tx:
        rows = sa.select(recording).where(recording.c.interaction_id == interaction_id)
        return list(await tx.execute(rows.order_by(recording.c.started_at)))


async def reason(product: Product, interaction_id: str) -> str:
    ends = [row for row in await product.journal() if row.kind == "InteractionEnded"]
    return next(str(row.body["reason"]) for row in ends if row.interaction_id == interaction_id)


@pytest.mark.slow
@pytest.mark.timeout(180)
async def test_a_killed_exchange_leaves_nothing_stuck(product: Product, exchange: Exchange) -> None:
    city = product.served.city
    known = await talk(product, city.li, ("p0", LI_HZ), (KNOWN, KNOWN_HZ))
    withheld = await talk(product, city.he, ("p2", HE_HZ), ("anonymous", WITHHELD_HZ))
    waiting, greeted = await waits(product, WAITING, JIANGLAN), await waits(product, "+8613800000003", YUNSHAN)
    await product.until(lambda: state(product, waiting) == "queued")
    supervisor = await product.served.desk(city.zhao, "wall")
    product.desks.append(supervisor)
    supervisor.lives()
    carrier = await SipPhone("carrier", "", exchange.address, CARRIER_HZ).start(exchange.peer)
    product.phones.append(carrier)
    await asyncio.sleep(RECORDED_S)

    exchange.kill()
    assert "交换机" in (await known.keypad.got("engine", up=False))["text"]
    assert state(product, known.id) == state(product, withheld.id) == "talking", "perhaps they still hear each other"
    await supervisor.until(lambda: "voice_down" in supervisor.view("wall", "alerts"), 20)
    await asyncio.to_thread(exchange.start)

    # Whose number is known is called again, and is with the same person.
    assert KNOWN in (await known.keypad.got("nack", code="calling_again"))["text"]
    await asyncio.wait_for(carrier.up.wait(), 20)
    await until_heard(carrier, LI_HZ)
    await supervisor.until(lambda: "voice_down" not in supervisor.view("wall", "alerts"), 20)
    # Whose isn't, has gone, and the agent knows why.
    await withheld.keypad.got("nack", code="cut_off")
    await product.until(lambda: state(product, withheld.id) == "after_contact_work")
    assert await reason(product, withheld.id) == "line_lost"
    # Who waited keeps the place, and who hadn't begun to wait calls again.
    await product.until(lambda: state(product, greeted) in ("", "ended"))
    await product.until(lambda: state(product, waiting) == "call_back")

    await known.desk.do("EndInteraction", interaction_id=known.id)
    await carrier.hang_up()  # they needn't rate
    carrier.up.clear()
    await withheld.desk.do("WrapUp", interaction_id=withheld.id, disposition="resolved")
    assert (await withheld.desk.accept())["id"] == waiting
    await asyncio.wait_for(carrier.up.wait(), 20)
    await until_heard(carrier, HE_HZ)
    await withheld.desk.do("EndInteraction", interaction_id=waiting)
    await carrier.hang_up()

    # What had been said is kept as far as the exchange had written it down.
    async with asyncio.timeout(60):
        while [row.state for row in await recordings(product, withheld.id)] != ["kept"]:  # noqa: ASYNC110 (rings no bell)
            await asyncio.sleep(0.3)
    [kept] = await recordings(product, withheld.id)
    assert kept.duration_ms > 1_000

    # And all goes on as before.
    for one in (known, withheld):
        for handling in list(one.desk.view("me", "handlings").values()):
            if handling["state"] == "after_contact_work":
                await one.desk.do("WrapUp", interaction_id=handling["id"], disposition="resolved")
    caller = await product.caller("+8613800000004", KNOWN_HZ)
    assert await caller.dial(JIANGLAN) == "SIP/2.0 200 OK"
    id = await newest(product)
    takers = [asyncio.create_task(one.desk.accept()) for one in (known, withheld)]
    await product.until(lambda: state(product, id) == "talking", 20)
    for taker in takers:
        taker.cancel()
    await caller.hang_up()
    await product.until(lambda: state(product, id) not in OPEN)
    assert product.served.house.voice is not None
    assert not [one.id for one in floor_of(product).interactions() if one.state in OPEN]
    await product.until(lambda: not product.served.house.voice.director.calls)  # type: ignore[union-attr]
