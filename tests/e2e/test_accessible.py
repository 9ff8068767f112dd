"""Everybody can work with every page: axe finds nothing serious, a keyboard is enough, a screen reader is told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from playwright.async_api import Locator, Page, expect

from rexian.directory.demo import DEMO_AGENT_EMAIL, DEMO_PASSWORD
from tests.e2e.conftest import PHONE, Browsers, axe
from tests.e2e.people import Agent, Customer

SETTINGS = (
    "queues", "routing", "numbers", "hours", "sites", "people", "teams", "skills", "canned", "dispositions",
    "recordings", "tokens", "webhooks", "audit", "me",
)  # fmt: skip
LOCALES = ("zh-CN", pytest.param("en", marks=pytest.mark.slow))  # every page once more
LOOKS: tuple[Any, ...] = ("light", "dark")
Look = Callable[..., Awaitable[None]]
# Until nothing moves and no colour is on its way from light to dark any more: five calm frames, at most 5 s.
CALM = """async () => {
    const roots = [document, ...[...document.querySelectorAll('*')].map(one => one.shadowRoot).filter(Boolean)];
    const until = performance.now() + 5000;
    const moves = one => one.playState === 'running' && one.effect.getComputedTiming().endTime !== Infinity;
    for (let calm = 0; calm < 5 && performance.now() < until; calm++) {
        await new Promise(requestAnimationFrame);
        if (roots.some(root => root.getAnimations().some(moves))) calm = -1;
    }
}"""


@asynccontextmanager
async def looking() -> AsyncIterator[Look]:
    """Examines pages as they stand, in light and dark; says at the end all that was found."""
    found: list[str] = []

    async def look(page: Page, what: str, *, known: str = "") -> None:
        for colours in LOOKS:
            await page.emulate_media(color_scheme=colours)
            await page.evaluate(CALM)
            findings = [finding for finding in await axe(page) if not known or not finding.startswith(known)]
            found.extend(f"{what} ({colours}): {finding}" for finding in findings)
        await page.emulate_media(color_scheme="light")

    yield look
    assert found == [], "\n" + "\n".join(found)


@pytest.mark.parametrize("locale", LOCALES)
async def test_axe_finds_nothing_on_the_public_pages(browsers: Browsers, locale: str) -> None:
    async with looking() as look:
        page = await browsers.page(locale)
        await page.goto("/")
        await expect(page.get_by_role("heading", level=2).nth(1)).to_be_visible()
        await look(page, "front page")
        await page.goto("/sign-in")
        await expect(page.locator("input[type=password]")).to_be_visible()
        await look(page, "sign-in")
        await page.locator("input[type=email]").fill("nobody@rexian.example")
        await page.locator("input[type=password]").fill("not the password")
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("alert")).to_be_visible()
        await look(page, "sign-in refused")
        phone = await browsers.customer(locale, viewport=PHONE)
        await phone.page.goto("/c/yunshan")
        await expect(phone.box).to_be_visible()
        await look(phone.page, "hosted page")


@pytest.mark.parametrize("locale", LOCALES)
async def test_axe_finds_nothing_from_the_first_words_to_the_rating(browsers: Browsers, locale: str) -> None:
    async with looking() as look:
        agent = Agent(await browsers.page(locale), locale)
        await agent.through_the_door("agent_door")
        await look(agent.page, "desk, not ready")
        customer = await browsers.customer(locale)
        await customer.enter_the_shop()
        await look(customer.page, "shop with the widget")
        await customer.write("手机充不进电 My phone won't charge")
        await expect(customer.place).to_be_visible()
        await look(customer.page, "widget, waiting")
        await agent.page.locator("#state-switch").click()
        await look(agent.page, "desk, state menu")
        await agent.page.keyboard.press("Escape")
        await agent.becomes("available")
        await expect(agent.offers).to_be_visible()
        await look(agent.page, "desk, offer")
        await _while_talking(agent, customer, look)
        await agent.ends()
        await look(agent.page, "desk, wrap-up")
        field = agent.page.get_by_role("combobox", name=agent.word("disposition"))
        await field.press("ArrowDown")
        await expect(agent.page.get_by_role("listbox")).to_be_visible()
        # While its list is open, React Aria hides the rest from screen readers though Tab would reach it. It does not
        # come to that: Tab closes the list first.
        await look(agent.page, "desk, dispositions", known="aria-hidden-focus")
        await field.press("Tab")
        await expect(agent.page.get_by_role("listbox")).to_have_count(0)
        assert await agent.page.evaluate("!document.activeElement.closest('[aria-hidden=true]')")
        await customer.page.get_by_role("radio", name=customer.word("best")).check()
        await look(customer.page, "widget, rating")


async def _while_talking(agent: Agent, customer: Customer, look: Look) -> None:
    # The offer may have rung out meanwhile: axe takes its time.
    if not await agent.offers.count():
        await agent.becomes("available")
    await agent.accepts()
    await agent.write("您好 Hello")
    await customer.reads("您好 Hello")
    await look(customer.page, "widget, talking")
    await agent.notes("内部 internal")
    await look(agent.page, "desk, talking, a note shown")
    for keys, what in (
        ("Alt+n", "desk, note"), ("Alt+t", "desk, transfer"), ("Alt+x", "desk, end?"), ("Control+k", "command bar"),
    ):  # fmt: skip
        await agent.page.keyboard.press(keys)
        await agent.page.wait_for_timeout(400)
        await look(agent.page, what)
        await agent.page.keyboard.press("Alt+m" if keys == "Alt+n" else "Escape")
        await expect(agent.page.get_by_role("dialog").or_(agent.page.get_by_role("alertdialog"))).to_have_count(0)
    await agent.box.press_sequentially("/")
    await expect(agent.page.get_by_role("listbox")).to_be_visible()
    await look(agent.page, "desk, canned answers")
    await agent.box.fill("")


@pytest.mark.parametrize("locale", LOCALES)
async def test_axe_finds_nothing_on_the_supervisors_pages(browsers: Browsers, locale: str) -> None:
    async with looking() as look:
        customer = await browsers.customer(locale)
        await customer.asks("有人吗 Anybody there?")
        supervisor = await browsers.supervisor(locale)
        page = supervisor.page
        link = page.get_by_role("table", name=supervisor.word("queues")).get_by_role("link")
        await expect(link.first).to_be_visible()
        await look(page, "wall")
        await link.last.click()
        await expect(page.locator("#drill-heading")).to_be_visible()
        await look(page, "wall, one queue")
        await page.goto("/app/wall?tv=1")
        await expect(page.get_by_role("dialog")).to_be_visible()
        await look(page, "wall, on a television")
        await page.goto("/app/contacts")
        await page.get_by_role("link", name="Anybody there?").first.click()
        await expect(page.get_by_role("slider")).to_be_visible()
        await look(page, "trace")
        await page.go_back()
        await expect(page.get_by_role("link", name="Anybody there?").first).to_be_visible()
        await look(page, "contacts")


@pytest.mark.parametrize("locale", LOCALES)
async def test_axe_finds_nothing_in_the_settings(browsers: Browsers, locale: str) -> None:
    async with looking() as look:
        admin = await browsers.admin(locale)
        for section in SETTINGS:
            await admin.page.goto(f"/app/settings/{section}")
            await expect(admin.page.get_by_role("main").get_by_role("heading").first).to_be_visible()
            await expect(admin.page.get_by_role("main").get_by_role("status", name="…")).to_have_count(0)
            await look(admin.page, f"settings: {section}")
            if section in ("queues", "people", "hours"):
                await admin.page.get_by_role("main").get_by_role("table").get_by_role("button").last.click()
                await expect(admin.page.get_by_role("dialog")).to_be_visible()
                await look(admin.page, f"settings: {section}, editor")


async def tab_to(page: Page, wanted: Locator, most: int = 60, key: str = "Tab") -> None:
    """Tab, as often as it takes."""
    for _ in range(most):
        if await wanted.evaluate("one => one === one.getRootNode().activeElement"):
            return
        await page.keyboard.press(key)
    raise AssertionError(f"not reached by {most} tabs: {wanted}")


async def test_an_agent_works_without_a_mouse(browsers: Browsers) -> None:
    agent = Agent(await browsers.page())
    page, keys = agent.page, agent.page.keyboard
    await page.goto("/sign-in")
    await expect(page.get_by_role("textbox", name="邮箱")).to_be_focused()
    await keys.type(DEMO_AGENT_EMAIL)
    await keys.press("Tab")
    await keys.type(DEMO_PASSWORD)
    await keys.press("Enter")
    await page.wait_for_url("**/app/desk**")
    await keys.press("Tab")
    await expect(page.get_by_role("link", name="跳到主要内容")).to_be_focused()
    await keys.press("Enter")
    start = page.get_by_role("button", name="开始接待")
    await tab_to(page, start, most=4)
    await keys.press("Enter")
    await agent.is_in_state("available")

    customer = await browsers.customer()
    await customer.page.goto("/demo/shop")
    await a_customer_asks_by_keyboard(customer)
    await agent.accepts()
    await keys.press("Alt+m")
    await keys.type("您好，请讲")
    await keys.press("Enter")
    await customer.reads("您好，请讲")
    await keys.press("Alt+x")
    await expect(page.get_by_role("alertdialog").get_by_role("button", name="结束会话")).to_be_focused()
    await keys.press("Enter")
    await expect(page.get_by_role("combobox", name="小结代码")).to_be_focused()
    await keys.type("dcjj")
    await expect(page.get_by_role("option", name="当场解决")).to_be_visible()
    await keys.press("ArrowDown")
    await keys.press("Enter")
    await tab_to(page, page.get_by_role("textbox", name="处理说明"), most=4)
    await keys.type("键盘完成")
    await keys.press("Control+Enter")
    await expect(page.get_by_text("正在等待客户")).to_be_visible()
    assert await agent.focused() != "BODY"
    await a_customer_rates_by_keyboard(customer)


async def a_customer_asks_by_keyboard(customer: Customer) -> None:
    page, keys = customer.page, customer.page.keyboard
    launcher = page.get_by_role("button", name=customer.word("open_chat"))
    await expect(launcher).to_be_visible()
    await tab_to(page, launcher)
    await keys.press("Enter")
    await expect(customer.box).to_be_focused()
    topic = page.get_by_role("radio", name="手机使用")
    await tab_to(page, page.get_by_role("radio").last, most=6, key="Shift+Tab")
    for _ in range(6):
        await keys.press("ArrowDown")
        if await topic.is_checked():
            break
    await expect(topic).to_be_checked()
    await tab_to(page, customer.box, most=6)
    await keys.type("不用鼠标")
    await keys.press("Enter")
    await customer.marked("sent")


async def a_customer_rates_by_keyboard(customer: Customer) -> None:
    page, keys = customer.page, customer.page.keyboard
    # The box that had the focus is gone; the panel has it now, and the stars are not far.
    await tab_to(page, page.get_by_role("radio").first, most=8)
    for _ in range(4):
        await keys.press("ArrowRight")
    await expect(page.get_by_role("radio", name=customer.word("best"))).to_be_checked()
    await tab_to(page, customer.button("rate"), most=4)
    await keys.press("Enter")
    await expect(page.get_by_text(customer.word("thanks"))).to_be_visible()
    await keys.press("Escape")
    await expect(page.get_by_role("button", name=customer.word("open_chat"))).to_be_focused()


async def tree(page: Page) -> list[dict[str, Any]]:
    """The browser's own accessibility tree: role, name and properties of all that is not ignored."""
    devtools = await page.context.new_cdp_session(page)
    nodes = (await devtools.send("Accessibility.getFullAXTree"))["nodes"]
    await devtools.detach()
    return [
        {
            "role": node["role"]["value"],
            "name": node.get("name", {}).get("value", ""),
            **{one["name"]: one["value"].get("value") for one in node.get("properties", [])},
        }
        for node in nodes
        if not node.get("ignored")
    ]


async def test_a_screen_reader_is_told_what_eyes_see(browsers: Browsers) -> None:
    agent = await browsers.agent()
    customer = await browsers.customer()
    await customer.asks("读屏的客户", "手机使用")
    await expect(agent.offers).to_be_visible()
    said = await agent.page.locator("[aria-live=polite]").filter(has_text="新的派接：").inner_text()
    assert "手机使用" in said
    assert "按 Alt+A 接受" in said
    ringing = await tree(agent.page)
    live = [node for node in ringing if node.get("live") in ("polite", "assertive")]
    assert live
    assert any(node["role"] == "region" and node["name"] == "派接" for node in ringing)
    await agent.accepts()
    # Words that are there when the conversation opens are read in it; those that come later are said.
    await agent.reads("读屏的客户")
    await agent.page.keyboard.press("Alt+m")
    said_by_customer = agent.page.locator("[aria-live=polite]").filter(has_text="说：第二句话")
    # What was announced is taken away again after 7 s: who looks for it only after the words may be too late.
    await asyncio.gather(expect(said_by_customer).to_be_attached(), customer.write("第二句话"))
    await agent.reads("第二句话")
    nodes = await tree(agent.page)

    def named(role: str) -> list[str]:
        return [node["name"] for node in nodes if node["role"] == role]

    assert len(named("main")) == 1
    assert "主导航" in named("navigation")
    assert "客户资料" in named("complementary")
    assert "会话内容" in named("log")
    assert any(name.startswith("回复访客") for name in named("textbox"))
    assert all(named("button")), "a button without a name"
    assert all(named("link")), "a link without a name"
    focused = [node for node in nodes if node.get("focused") and node["role"] == "textbox"]
    assert focused[0]["name"].startswith("回复访客")
    widget = await tree(customer.page)
    assert any(node["role"] == "dialog" and "在线咨询" in node["name"] for node in widget)
    assert any(node["role"] == "textbox" and node["name"] == "消息内容" for node in widget)
    assert any(node["role"] == "status" and node.get("live") == "polite" for node in widget)
