"""Agents at the real desk in Chromium, with microphones that play a tone, as phones of a real exchange."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Browser, Page, async_playwright

from rexian.directory.sign_in.service import Caller
from tests.channels.voice.asterisk.product import Product
from tests.e2e.conftest import DESK, FLAGS
from tests.e2e.people import Agent
from tests.e2e.voice.ears import EARS, flags_of, write_tone

SOCKETS = """
(() => {
  const Native = window.WebSocket;
  window.__sip = [];
  window.WebSocket = class extends Native {
    constructor(url, ...how) {
      super(url, ...how);
      if (how[0] === 'sip') window.__sip.push(this);
    }
  };
})();
"""
"""Follows the sockets to the exchange, so that a test can cut them; the product has no hooks for this."""
WSS_FLAGS = ["--ignore-certificate-errors"]


@asynccontextmanager
async def chromium(folder: Path, hz: int) -> AsyncIterator[Browser]:
    """A browser whose microphone plays this tone; certificates that nobody knows are good enough for it."""
    microphone = write_tone(folder / f"{hz}.wav", hz)
    async with async_playwright() as playwright:
        flags = FLAGS + WSS_FLAGS + flags_of(microphone)
        browser = await playwright.chromium.launch(executable_path="/usr/bin/chromium", args=flags)
        yield browser
        await browser.close()


async def signed_in(product: Product, browser: Browser, person_id: str, path: str = "/app/desk") -> Page:
    """This person's page."""
    began = await product.served.house.directory.sign_in.enter(person_id, Caller("127.0.0.1"), how="test")
    context = await browser.new_context(
        base_url=product.served.url, locale="zh-CN", viewport=DESK, permissions=["microphone"]
    )  # type: ignore[arg-type]
    context.set_default_timeout(15_000)
    await context.add_cookies([{"name": "rexian", "value": began.session.token, "url": product.served.url}])
    await context.add_init_script(EARS + SOCKETS)
    page = await context.new_page()
    await page.goto(path)
    return page


async def at_desk(product: Product, browser: Browser, person_id: str) -> Agent:
    """The person at the desk, available, the phone registered."""
    agent = Agent(await signed_in(product, browser, person_id))
    await agent.becomes("available")
    return agent
