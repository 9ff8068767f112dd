"""An agent's browser as a phone of the exchange: JsSIP at the real desk, Asterisk, callers from the carrier's line."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from playwright.async_api import Browser, expect

from rexian.kit.database import Database
from tests.channels.voice.asterisk.browser import at_desk, chromium, signed_in
from tests.channels.voice.asterisk.exchange import Exchange
from tests.channels.voice.asterisk.product import JIANGLAN, Product, hears, open_product, until_heard
from tests.channels.voice.asterisk.sip import SipPhone
from tests.e2e.people import Agent
from tests.e2e.voice import ears
from tests.e2e.voice.people import answers, call_is, card, ends_the_call, phone_is
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.browser
CUSTOMER_HZ, LI_HZ = ears.CUSTOMER, ears.LI


@pytest.fixture(scope="module")
def exchange() -> Iterator[Exchange]:
    exchange = Exchange(phones=("p1", "p2", "w0:web"), wss=True)
    exchange.start()
    yield exchange
    exchange.close()


@pytest.fixture
async def product(db: Database, exchange: Exchange, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Product]:
    async with open_product(db, tmp_path_factory.mktemp("house"), exchange, li="w0", wang="p1", he="p2") as product:
        yield product


@pytest.fixture(scope="module")
async def headset(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Browser]:
    async with chromium(tmp_path_factory.mktemp("headset"), LI_HZ) as browser:
        yield browser


@pytest.fixture
async def li(product: Product, headset: Browser) -> AsyncIterator[Agent]:
    agent = await at_desk(product, headset, product.served.city.li)
    await phone_is(agent, "ok")
    yield agent
    await agent.page.context.close()


async def calling(product: Product, number: str = JIANGLAN) -> SipPhone:
    """Somebody outside calls in and waits."""
    caller = await product.caller("+8613800000001", CUSTOMER_HZ)
    assert await caller.dial(number) == "SIP/2.0 200 OK"
    return caller


WATCH_THE_SIGN = """() => {
    window.__signs = [];
    const look = () => __signs.push(document.querySelector("[data-phone]")?.dataset.phone ?? "");
    const all = { subtree: true, childList: true, attributeFilter: ["data-phone"] };
    new MutationObserver(look).observe(document.body, all);
}"""


async def until_hung_up(product: Product, channel: str) -> None:
    """The desk shows the end of a call by the feed; the exchange is told beside it."""
    async with asyncio.timeout(PATIENCE_S):
        while channel in await asyncio.to_thread(product.exchange.cli, "core show channels concise"):  # noqa: ASYNC110 - rings no bell
            await asyncio.sleep(0.1)


async def test_an_agent_answers_a_telephone_call_in_the_browser(product: Product, li: Agent) -> None:
    caller = await calling(product)
    await answers(li)
    await until_heard(caller, LI_HZ)
    await ears.hears(li.page, "customer")

    await li.page.keyboard.press("Alt+m")
    await asyncio.sleep(0.7)
    assert not await hears(caller, LI_HZ)
    await ears.hears(li.page, "customer")
    await li.page.keyboard.press("Alt+m")
    await until_heard(caller, LI_HZ)

    await li.page.keyboard.press("Alt+h")
    await until_heard(caller, 523)  # music
    assert not await hears(caller, LI_HZ)
    await ears.hears(li.page)
    await li.page.keyboard.press("Alt+h")
    await until_heard(caller, LI_HZ)
    await ears.hears(li.page, "customer")

    await li.page.keyboard.press("Alt+k")
    await li.page.keyboard.type("7*#")
    for _ in range(50):
        if caller.keys_heard() == "7*#":
            break
        await asyncio.sleep(0.1)
    assert caller.keys_heard() == "7*#"

    await ends_the_call(li)
    await expect(card(li)).to_have_count(0)
    await until_hung_up(product, "PJSIP/w0")
    assert li.page.url.startswith(product.served.url)
    assert (await li.page.evaluate("__sip.at(-1).url")).startswith("wss://")


async def test_the_customer_hangs_up_and_the_browser_has_hung_up_too(product: Product, li: Agent) -> None:
    caller = await calling(product)
    await answers(li)
    await until_heard(caller, LI_HZ)
    await caller.hang_up()
    await expect(card(li)).to_have_count(0)
    await phone_is(li, "ok")
    await until_hung_up(product, "PJSIP/")


async def test_an_agent_reloads_and_goes_on(product: Product, li: Agent, monkeypatch: pytest.MonkeyPatch) -> None:
    told = await product.keypad(product.served.city.li)  # reads what all pages of the person are told
    caller = await calling(product)
    await answers(li)
    await until_heard(caller, LI_HZ)
    voice = product.served.house.voice
    assert voice is not None
    originate, rung = voice.voice.originate, []

    async def ring(leg_id: str, *args: Any, **more: Any) -> None:
        rung.append(leg_id)
        await originate(leg_id, *args, **more)

    enter = voice.phones.enter

    def entered(device: Any) -> Any:
        rung.clear()  # its line may end before its page is known to have left: that ring is let go with the page
        return enter(device)

    monkeypatch.setattr(voice.voice, "originate", ring)
    monkeypatch.setattr(voice.phones, "enter", entered)
    began = time.monotonic()
    await li.page.reload()
    await call_is(li, "up")
    await until_heard(caller, LI_HZ)
    print(f"heard again {time.monotonic() - began:.1f} s after the reload began; rung: {rung}")
    assert len(rung) == 1, "only once the page has registered"
    assert not told.of("nack"), "and no word of a phone that is not picked up"
    await ears.hears(li.page, "customer")
    # The line of before is not left behind: at the latest the exchange notices that it is silent.
    async with asyncio.timeout(PATIENCE_S):
        while len([leg for leg in (await voice.voice.inventory()).legs if leg.side == "agent"]) != 1:  # noqa: ASYNC110 - rings no bell
            await asyncio.sleep(0.1)
    await call_is(li, "up")
    await until_heard(caller, LI_HZ)
    await caller.hang_up()


async def test_a_call_is_moved_to_another_browser(product: Product, headset: Browser, li: Agent) -> None:
    other = Agent(await signed_in(product, headset, product.served.city.li))
    await phone_is(other, "ok")
    caller = await calling(product)
    await answers(other)
    await until_heard(caller, LI_HZ)
    await call_is(li, "elsewhere")
    await li.page.keyboard.press("Alt+l")
    await call_is(li, "up")
    await call_is(other, "elsewhere")
    await ears.hears(li.page, "customer")
    await until_heard(caller, LI_HZ)
    await caller.hang_up()
    await other.page.context.close()


async def test_a_call_outlives_the_socket_to_the_exchange_and_the_next_one_rings(product: Product, li: Agent) -> None:
    caller = await calling(product)
    await answers(li)
    await until_heard(caller, LI_HZ)
    await li.page.evaluate(WATCH_THE_SIGN)
    await li.page.evaluate("__sip.at(-1).close()")
    await li.page.wait_for_function("__signs.includes('exchange')")  # it may be there again within a second
    await ears.hears(li.page, "customer")
    await until_heard(caller, LI_HZ)
    await phone_is(li, "ok")
    await call_is(li, "up")
    await caller.hang_up()
    await expect(card(li)).to_have_count(0)


async def test_nobody_but_the_server_makes_the_browser_pick_up(product: Product, li: Agent) -> None:
    """The exchange's own dialplan, or another phone of the house, opens no microphone."""
    said = await asyncio.to_thread(product.exchange.cli, "channel originate PJSIP/w0 application Echo")
    assert "rror" not in said
    await asyncio.sleep(4)
    assert "PJSIP/w0" not in product.exchange.cli("core show channels concise")
    assert not await li.page.evaluate("window.__asked ?? 0")
    await phone_is(li, "ok")
