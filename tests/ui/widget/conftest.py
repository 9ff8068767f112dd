"""The built widget, the double that it talks to, and Chromium."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest
from playwright.async_api import Browser, BrowserContext, Page, async_playwright

from rexian import app
from rexian.kit.database import Database
from tests.patience import PATIENCE_MS
from tests.served import Served
from tests.served import serving as serving_city
from tests.ui.widget.double import Double, serving

UI = Path(__file__).resolve().parents[3] / "ui"
AXE = UI / "node_modules/axe-core/axe.min.js"
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
PHONE = {"width": 390, "height": 844}
# (phone, dark): `make test` looks at each of the four once, CI at each with each.
LOOKS = (
    pytest.param(False, False, id="desk-light"),
    pytest.param(True, True, id="phone-dark"),
    pytest.param(False, True, id="desk-dark", marks=pytest.mark.slow),
    pytest.param(True, False, id="phone-light", marks=pytest.mark.slow),
)


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The widget built from the sources as they lie here now, into a folder of this run."""
    npx = shutil.which("npx")
    assert npx, "Node is needed to build the widget"
    folder = tmp_path_factory.mktemp("static") / "widget"
    build = [npx, "vite", "build", "--config", "vite.widget.config.ts"]
    environment = os.environ | {"WIDGET_OUT": f"{folder}/"}
    done = subprocess.run(build, cwd=UI, env=environment, timeout=180, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture
async def double(built: Path) -> AsyncIterator[Double]:
    async with serving(Double(built)) as double:
        yield double


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        yield browser
        await browser.close()


@pytest.fixture(scope="module")
async def running_city(
    db_module: Database, tmp_path_factory: pytest.TempPathFactory, built: Path
) -> AsyncIterator[Served]:
    """The real server with a small city, and with the widget that was built for this run."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(app, "Pages", partial(app.Pages, built.parent))
        async with serving_city(db_module, tmp_path_factory.mktemp("home")) as served:
            yield served


@pytest.fixture
async def real(running_city: Served, double: Double) -> AsyncIterator[Served]:
    """The real server with nobody on the floor. The double's shop embeds its widget, from an origin of its own."""
    await running_city.settle()
    double.host = running_city.url
    double.site = "jianglan"
    yield running_city
    await running_city.settle()


class People:
    """Customers, a browser context each. What a page logs as an error, CSP refusals among it, fails the test."""

    def __init__(self, browser: Browser, double: Double) -> None:
        self._browser = browser
        self._double = double
        self._contexts: list[BrowserContext] = []
        self.errors: list[str] = []
        self.expected: list[str] = []

    async def context(self, locale: str = "zh-CN", *, phone: bool = False, dark: bool = False) -> BrowserContext:
        context = await self._browser.new_context(
            locale=locale,
            timezone_id="Asia/Shanghai",
            viewport=PHONE if phone else DESK,  # type: ignore[arg-type]
            has_touch=phone,
            is_mobile=phone,
            device_scale_factor=2 if phone else 1,
            color_scheme="dark" if dark else "light",
        )
        context.set_default_timeout(PATIENCE_MS)
        self._contexts.append(context)
        return context

    async def watch(self, page: Page) -> Page:
        def console(message: object) -> None:
            text = message.text  # type: ignore[attr-defined]
            if message.type == "error" and not any(part in text for part in self.expected):  # type: ignore[attr-defined]
                self.errors.append(text)

        page.on("console", console)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        return page

    async def shop(self, locale: str = "zh-CN", **options: bool) -> Page:
        """The shop's page in a new browser."""
        context = await self.context(locale, **options)
        page = await self.watch(await context.new_page())
        await page.goto(self._double.shop)
        return page

    async def hosted(self, locale: str = "zh-CN", *, query: str = "", **options: bool) -> Page:
        context = await self.context(locale, **options)
        page = await self.watch(await context.new_page())
        await page.goto(f"{self._double.host}/c/{self._double.site}{query}")
        return page

    async def close(self) -> None:
        for context in self._contexts:
            await context.close()


@pytest.fixture
async def people(browser: Browser, double: Double) -> AsyncIterator[People]:
    people = People(browser, double)
    yield people
    await people.close()
    assert people.errors == []


async def axe(page: Page) -> list[str]:
    """Serious and critical findings of axe, inside the shadow root too."""
    # By the debugger, since the page's CSP rightly refuses what is not its own.
    await page.evaluate(AXE.read_text("utf-8"))
    found = await page.evaluate(
        """async () => (await axe.run(document.querySelector('rexian-chat') ?? document)).violations
          .filter(v => v.impact === 'serious' || v.impact === 'critical')
          .map(v => `${v.id}: ${v.nodes.map(n => n.target.flat().join(' ') + ' ' + n.failureSummary).join(' | ')}`)"""
    )
    return list(found)
