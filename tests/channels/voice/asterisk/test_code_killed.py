"""The house is killed while a caller types a code on a real exchange: what was typed is heard by nobody, then they talk
on and are recorded again."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any

import msgspec
import pytest

from rexian.directory.reception.model import Code, Flow
from rexian.directory.reception.tables import reception_flow
from rexian.kit.database import Database
from rexian.kit.ids import new_id
from tests.channels.voice.asterisk.exchange import Exchange
from tests.channels.voice.asterisk.product import Killable, Product, hears, killable, until_heard
from tests.channels.voice.asterisk.test_product_killed import CALLERS, HZ, talk
from tests.channels.voice.asterisk.test_product_recorded import kept, loud_at, row_of, sound_of, until, written
from tests.channels.voice.conformance.rig import RATE, is_silent
from tests.channels.voice.rig import Phone as Keypad
from tests.served import AT

TYPING = 1_336
"""Hz: what the caller's line sounds of while they type (part of the tones of 2, 5, 8 and 0)."""
CARD = Code(id="card", title="银行卡号", title_en="Card number", least=12, most=19, timeout_s=30)


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
        flow = msgspec.to_builtins(Flow(codes=(CARD,)))
        async with db.system() as tx:
            await tx.execute(reception_flow.insert().values(
                tenant_id=both[0].served.city.jianglan, version=1, rev=1, state="published", flow=flow, note="",
                created_at=AT, published_at=AT,
            ))  # fmt: skip
        yield both


async def asked(product: Product, person_id: str, interaction: str) -> Keypad:
    """The agent's page, which has asked for the card's number."""
    page = await product.keypad(person_id)
    await page.send(t="ask_code", id=new_id(), interaction=interaction, code="card")
    await page.got("code", state="asked")
    return page


def ever(sound: Any, hz: int) -> bool:
    return True in loud_at(sound, hz)


async def test_a_house_killed_in_the_middle_of_a_code_tells_nobody_what_was_typed(
    house: tuple[Product, Killable], exchange: Exchange
) -> None:
    product, server = house
    city = product.served.city
    caller, agent, _, interaction = await talk(product, city.li, "p0")
    row = await row_of(product, interaction)
    await until(lambda: all(len(track) == RATE * 2 for track in written(exchange, row.id, 2)))
    page = await asked(product, city.li, interaction)
    await until(lambda: all(map(is_silent, written(exchange, row.id, 0.5))))
    caller.speak(TYPING)
    await caller.press("852")
    await page.until(lambda: page.of("code")[-1]["typed"] == 3)
    server.kill()
    await caller.press("085")
    assert not await hears(agent, TYPING), "nobody hears them type while there is none of us"
    assert all(map(is_silent, written(exchange, row.id, 0.5)))
    caller.speak(CALLERS["p0"])
    await server.start()

    await until_heard(agent, CALLERS["p0"])
    await until_heard(caller, HZ["p0"])
    assert agent.received.count("INVITE") == 1, "nobody is rung again"
    assert agent.keys_heard() == ""
    li = await product.served.desk(city.li, "me")
    product.desks.append(li)
    await li.until(lambda: li.view("me", "handlings").get(interaction, {}).get("recording") == "on")
    page = await product.keypad(city.li)
    assert page.of("code") == [], "the page that has come again finds no code running, and says that it broke off"
    again = await asked(product, city.li, interaction)  # and another one may be asked for
    await again.send(t="cancel_code", interaction=interaction)
    await again.got("code", state="cancelled")
    await until_heard(agent, CALLERS["p0"])
    await until(lambda: not any(map(is_silent, written(exchange, row.id, 1))))
    await li.do("EndInteraction", interaction_id=interaction)
    await caller.hang_up()

    left, right = await sound_of(product, await kept(product, interaction))
    assert loud_at(left, CALLERS["p0"])[1], "before the code"
    assert True in loud_at(left, CALLERS["p0"])[-3:], "after it"
    assert not ever(left, TYPING)
    assert not ever(right, TYPING)
    noted = [row.body for row in await product.journal() if row.kind == "ReceptionNoted"]
    assert not [one for one in noted if {"852", "085"} & {str(one.get("value"))}]
