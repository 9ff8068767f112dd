"""Server, database, network go away under open pages: they say so, go on by themselves, lose and double nothing."""

from __future__ import annotations

import asyncio
import re
import time

import pytest
from playwright.async_api import Page, expect

from tests.city import City
from tests.e2e.conftest import Browsers
from tests.e2e.people import Agent, Customer, Staff

AWAY = re.compile("offline|behind|degraded|connecting")


async def mark(*pages: Page) -> None:
    """Leaves something in each page that a reload would wipe away."""
    for page in pages:
        await page.evaluate("window.sameDocument = true")


async def same(*pages: Page) -> None:
    for page in pages:
        assert await page.evaluate("window.sameDocument === true"), f"{page.url} was loaded anew"


async def said_once(customer: Customer, agent: Agent, *texts: str) -> None:
    """Both sides show each text exactly once, in this order, all delivered."""
    for text in texts:
        await customer.reads(text)
        await agent.reads(text)
    shown = [text for text in await customer.texts() if text in texts]
    assert shown == list(texts)
    order = [await agent.log.get_by_text(text, exact=True).bounding_box() for text in texts]
    tops = [box["y"] for box in order if box]
    assert tops == sorted(tops)
    await customer.marked("sent", "seen")
    await expect(agent.log.get_by_text("发送中…")).to_have_count(0)
    await expect(agent.log.get_by_text("网络恢复后自动送达")).to_have_count(0)


async def notices(who: Staff, within_s: float) -> None:
    """The sign says within this time that the page is not what the floor is now."""
    await expect(who.live).to_have_attribute("data-line", AWAY, timeout=within_s * 1000)


async def test_a_killed_server_comes_back_under_open_pages(browsers: Browsers, city: City) -> None:
    customer = await browsers.customer()
    waiting = await browsers.customer()
    agent = await browsers.agent()
    supervisor = await browsers.supervisor()
    await customer.asks("第一句", "手机使用")
    await agent.accepts()
    await agent.write("第二句")
    await customer.reads("第二句")
    await agent.becomes("break")
    await waiting.asks("我在排队", "手机使用")
    await expect(waiting.place).to_contain_text("您是下一位")
    everybody = (customer.page, waiting.page, agent.page, supervisor.page)
    await mark(*everybody)

    city.kill()
    await notices(agent, 10)
    await notices(supervisor, 10)
    await expect(customer.strip).to_contain_text("正在重新连接，您的消息不会丢失")
    # Both write while nobody is there to hear.
    await customer.write("第三句：服务器不在")
    await customer.write("第四句：还是不在")
    await expect(customer.bubbles.last).to_have_text("第四句：还是不在")
    await agent.box.fill("第五句：坐席也写")
    await agent.box.press("Enter")
    await expect(agent.log.get_by_text("第五句：坐席也写")).to_be_visible()

    restarted = await asyncio.to_thread(city.start, 120)
    began = time.monotonic()
    for who in (agent, supervisor):
        await expect(who.live).to_have_attribute("data-line", "live", timeout=20_000)
    back = time.monotonic() - began
    await expect(customer.strip).not_to_contain_text("正在重新连接", timeout=20_000)
    texts = ["第一句", "第二句", "第三句：服务器不在", "第四句：还是不在", "第五句：坐席也写"]
    for text in texts:
        await customer.reads(text)
        await agent.reads(text)
    assert sorted(await customer.texts()) == sorted(texts)
    await agent.write("第六句")
    await customer.reads("第六句")
    await customer.write("第七句")
    await agent.reads("第七句")
    # Who waited still does, and is served.
    await expect(waiting.place).to_contain_text("您是下一位")
    await agent.becomes("available")
    await agent.accepts("我在排队")
    await expect(waiting.notices.last).to_have_text("李晓雯 已接入，为您服务")
    await same(*everybody)
    print(f"server back after {restarted:.1f} s, pages live {back:.1f} s later")


@pytest.mark.slow  # without browsers: runtime/test_outage.py, web/test_outage.py
async def test_a_killed_database_is_said_and_nothing_is_lost(browsers: Browsers, city: City) -> None:
    customer = await browsers.customer()
    agent = await browsers.agent()
    await customer.asks("数据库还在", "手机使用")
    await agent.accepts()
    await agent.write("在的")
    await customer.reads("在的")
    await mark(customer.page, agent.page)
    city.kill_database()
    await customer.write("数据库被杀之后")
    await agent.box.fill("坐席这边也继续写")
    await agent.box.press("Enter")
    for text in ("数据库被杀之后", "坐席这边也继续写"):
        await expect(customer.bubbles.filter(has_text=text)).to_have_count(1, timeout=60_000)
        await expect(agent.log.get_by_text(text, exact=True)).to_have_count(1, timeout=60_000)
    await customer.marked("sent", "seen")
    await expect(agent.live).to_have_attribute("data-line", "live", timeout=60_000)
    await agent.write("恢复了")
    await customer.reads("恢复了")
    await same(customer.page, agent.page)


async def test_a_reload_of_the_customers_page_resumes(browsers: Browsers) -> None:
    customer = await browsers.customer()
    await customer.asks("我在排队，刷新试试", "手机使用")
    await expect(customer.place).to_contain_text("您是下一位")
    await customer.page.reload()
    await expect(customer.place).to_contain_text("您是下一位")
    agent = await browsers.agent()
    await agent.accepts("刷新试试")
    await agent.write("您好")
    await customer.reads("您好")
    await customer.box.fill("写了一半")
    await customer.page.reload()
    await expect(customer.box).to_have_value("写了一半")
    await customer.box.press("Enter")
    await said_once(customer, agent, "我在排队，刷新试试", "您好", "写了一半")


@pytest.mark.slow  # half a minute until Chromium misses it; the widget alone: ui/widget/test_network.py
async def test_a_lost_network_loses_and_doubles_nothing(browsers: Browsers) -> None:
    customer = await browsers.customer()
    agent = await browsers.agent()
    await customer.asks("网络正常", "手机使用")
    await agent.accepts()
    await agent.write("收到")
    await customer.reads("收到")
    await mark(customer.page, agent.page)
    context = customer.page.context
    await context.set_offline(True)
    await customer.write("地铁里没信号")
    await customer.write("第二条也写下")
    await expect(customer.strip).to_contain_text(re.compile("网络已断开|正在重新连接"), timeout=40_000)
    await agent.write("您还在吗？")
    await context.set_offline(False)
    for text in ("地铁里没信号", "第二条也写下", "您还在吗？"):
        await expect(customer.bubbles.filter(has_text=text)).to_have_count(1, timeout=30_000)
        await agent.reads(text)
    # Coming and going many times is no different.
    for number in range(4):
        await context.set_offline(True)
        await customer.write(f"断续 {number}")
        await customer.page.wait_for_timeout(150)
        await context.set_offline(False)
        await customer.page.wait_for_timeout(150)
    for number in range(4):
        await agent.reads(f"断续 {number}")
        await customer.reads(f"断续 {number}")
    await customer.marked("sent", "seen")
    assert len(await customer.texts()) == 9
    await same(customer.page, agent.page)
