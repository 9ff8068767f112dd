"""The demo city and real Chromium for whole journeys."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, BrowserContext, Page, async_playwright

from tests.city import City

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
DESK = {"width": 1440, "height": 900}
AXE = Path(__file__).resolve().parents[2] / "ui/node_modules/axe-core/axe.min.js"


@pytest.fixture(scope="session")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    """A city without simulated people, so that a test meets only whom it brings."""
    city = City(tmp_path_factory.mktemp("city") / "home", argon2_memory_kib="1024", log_level="warning")
    city.start()
    yield city
    city.stop()


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        yield browser
        await browser.close()


class Browsers:
    """Separate people: a context each, with its language; errors on any page's console fail the test."""

    def __init__(self, browser: Browser, city: City) -> None:
        self._browser = browser
        self._city = city
        self._contexts: list[BrowserContext] = []
        self.errors: list[str] = []

    async def person(self, locale: str = "zh-CN", dark: bool = False, **options: object) -> BrowserContext:
        context = await self._browser.new_context(
            base_url=self._city.url,
            locale=locale,
            viewport=options.pop("viewport", DESK),  # type: ignore[arg-type]
            color_scheme="dark" if dark else "light",
            **options,  # type: ignore[arg-type]
        )
        context.set_default_timeout(15_000)
        self._contexts.append(context)
        return context

    async def page(self, locale: str = "zh-CN", **options: object) -> Page:
        page = await (await self.person(locale, **options)).new_page()  # type: ignore[arg-type]
        page.on("pageerror", lambda error: self.errors.append(f"{page.url}: {error}"))
        return page

    async def close(self) -> None:
        for context in self._contexts:
            await context.close()


@pytest.fixture
async def browsers(browser: Browser, city: City) -> AsyncIterator[Browsers]:
    people = Browsers(browser, city)
    yield people
    await people.close()
    assert people.errors == []


async def axe(page: Page) -> list[str]:
    """Serious and critical findings of axe on the page as it stands (WCAG 2.2 AA)."""
    await page.evaluate(AXE.read_text("utf-8"))
    found = await page.evaluate(
        """async () => (await axe.run(document, {
            runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
        })).violations
          .filter(v => v.impact === 'serious' || v.impact === 'critical')
          .map(v => `${v.id}: ${v.nodes.map(n => n.target.join(' ')).join(', ')}`)"""
    )
    return list(found)
