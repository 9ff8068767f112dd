"""An agent's page that has stopped gets no contact: without its proof the offer goes to somebody else at once."""

from __future__ import annotations

import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from playwright.async_api import Browser, Page, expect

from tests.e2e.conftest import FLAGS, Browsers
from tests.e2e.office import Office

MOST_MS = 3_000  # from the missing proof to the offer to somebody else
Thaw = Callable[[], Awaitable[None]]


async def stuck_main_thread(page: Page) -> Thaw:
    """The page hangs in the middle of a task: no timer, no message, no frame of it runs. Its worker stays connected."""
    devtools = await page.context.new_cdp_session(page)
    await devtools.send("Debugger.enable")
    await devtools.send("Runtime.evaluate", {"expression": "setTimeout(() => { debugger; }, 0)"})

    async def thaw() -> None:
        await devtools.send("Debugger.disable")

    return thaw


async def stopped_process(page: Page) -> Thaw:
    """The system has stopped the page's processes, as a laptop that falls asleep."""
    browser = page.context.browser
    assert browser is not None
    devtools = await browser.new_browser_cdp_session()
    processes = (await devtools.send("SystemInfo.getProcessInfo"))["processInfo"]
    renderers = [int(process["id"]) for process in processes if process["type"] == "renderer"]
    assert renderers
    for pid in renderers:
        os.kill(pid, signal.SIGSTOP)

    async def thaw() -> None:
        for pid in renderers:
            os.kill(pid, signal.SIGCONT)

    return thaw


@asynccontextmanager
async def own_browser(browser: Browser) -> AsyncIterator[Browser]:
    own = await browser.browser_type.launch(executable_path="/usr/bin/chromium", args=FLAGS)
    yield own
    await own.close()


@pytest.mark.parametrize("freeze", [stuck_main_thread, stopped_process])
async def test_the_offer_goes_to_somebody_else(
    browsers: Browsers, browser: Browser, office: Office, freeze: Callable[[Page], Awaitable[Thaw]]
) -> None:
    async with own_browser(browser) as own:
        li = await browsers.agent(browser=own)
        thaw = await freeze(li.page)
        try:
            wang = await browsers.colleague()
            customer = await browsers.customer()
            await customer.asks("请派给能应答的人", "手机使用")
            await wang.accepts("请派给能应答的人")
            await expect(customer.notices.last).to_have_text("王思源 已接入，为您服务")
            await the_trace_says_so(office)
            # Until the page runs again, the agent is offered nothing more.
            supervisor = await browsers.supervisor()
            await supervisor.page.goto("/app/wall?q=李晓雯")
            await expect(supervisor.agent("李晓雯")).to_contain_text("页面无响应")
        finally:
            await thaw()
        await li.is_in_state("not_ready")
        await expect(li.page.get_by_text("刚才页面没有及时响应派接")).to_be_visible()
        await expect(li.offers).to_have_count(0)


async def the_trace_says_so(office: Office) -> None:
    trace = await office.trace(await office.latest_contact())
    first, second = [entry for entry in trace if entry["kind"] == "InteractionOffered"]
    expired = next(entry for entry in trace if entry["kind"] == "OfferExpired")
    assert "派接给李晓雯" in first["text"]
    assert "李晓雯的页面没有回应" in expired["text"]
    assert "派接给王思源" in second["text"]
    assert not any(entry["kind"] == "OfferProven" and entry["at"] < expired["at"] for entry in trace)
    late_ms = second["at"] - first["detail"]["proof_due_at"]
    assert 0 <= late_ms <= MOST_MS
    print(f"offered to somebody else {late_ms} ms after the missing proof")
