"""The demo city and real Chromium for whole journeys."""

from __future__ import annotations

from collections.abc import AsyncIterator, Generator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, async_playwright
from playwright.async_api import Error as PlaywrightError

from tests.city import City
from tests.e2e.office import Office, clear_desk, leave_queue
from tests.e2e.people import Agent, Customer, Staff, Supervisor, signs_in
from tests.e2e.voice.floor import CHIEF, Floor, Microphones, microphones
from tests.patience import PATIENCE_MS

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
WANG = ("王思源", "wang@rexian.example")
AXE = Path(__file__).resolve().parents[2] / "ui/node_modules/axe-core/axe.min.js"
# What a browser logs by itself when the server, or the network, is away or a page asks who it is: no fault of a page.
EXPECTED = ("net::ERR_", "WebSocket connection to", "status of 401 (Unauthorized)", "status of 503")


@pytest.fixture(scope="session")
def city() -> Iterator[City]:
    """A city without simulated people, so that a test meets only whom it brings."""
    # Not in pytest's own folder: another run resets its permissions, and PostgreSQL runs as a user of its own.
    with TemporaryDirectory(prefix="rexian-e2e-") as folder:
        city = City(Path(folder) / "home", argon2_memory_kib="1024", log_level="warning")
        city.start(120)
        yield city
        city.stop()


@pytest.fixture(scope="session")
async def office(city: City) -> Office:
    """The city's administrator, who has hired one more agent for Yunshan: Wang Siyuan."""
    office = Office(city.url)
    await office.hire(*WANG, level=4)
    return office


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        yield browser
        await browser.close()


class Browsers:
    """Separate people: a context each, with its language; errors on any page's console fail the test."""

    def __init__(self, browser: Browser, city: City, *, hired: bool = True) -> None:
        self._browser = browser
        self._hired = hired  # whether there is a colleague in this city
        self._city = city
        self._contexts: list[BrowserContext] = []
        self._customers: list[Customer] = []
        self.errors: list[str] = []
        self.expected: list[str] = list(EXPECTED)

    async def person(
        self, locale: str = "zh-CN", dark: bool = False, browser: Browser | None = None, **options: object
    ) -> BrowserContext:
        """A browser of its own, as far as cookies and storage go; `browser` makes it one with processes of its own."""
        context = await (browser or self._browser).new_context(
            base_url=self._city.url,
            locale=locale,
            timezone_id="Asia/Shanghai",
            viewport=options.pop("viewport", DESK),  # type: ignore[arg-type]
            color_scheme="dark" if dark else "light",
            **options,  # type: ignore[arg-type]
        )
        context.set_default_timeout(PATIENCE_MS)
        context.on("console", self._console)
        context.on("weberror", lambda error: self.errors.append(str(error.error)))
        self._contexts.append(context)
        return context

    def _console(self, message: ConsoleMessage) -> None:
        text = f"{message.text} ({message.location['url']})"
        if message.type == "error" and not any(part in text for part in self.expected):
            self.errors.append(text)

    async def page(self, locale: str = "zh-CN", **options: object) -> Page:
        return await (await self.person(locale, **options)).new_page()  # type: ignore[arg-type]

    async def customer(self, locale: str = "zh-CN", page: Page | None = None, **options: object) -> Customer:
        customer = Customer(page or await self.page(locale, **options), locale)
        self._customers.append(customer)
        return customer

    async def agent(self, locale: str = "zh-CN", **options: object) -> Agent:
        """The demo's agent, Li Xiaowen, at the desk and available."""
        agent = Agent(await self.page(locale, **options), locale)
        await agent.through_the_door("agent_door")
        await agent.becomes("available")
        return agent

    async def colleague(self, **options: object) -> Agent:
        """Wang Siyuan, who signs in with a password; available."""
        agent = Agent(await self.page("zh-CN", **options))
        await signs_in(agent.page, WANG[1])
        await agent.page.wait_for_url("**/app/desk**")
        await agent.becomes("available")
        return agent

    async def supervisor(self, locale: str = "zh-CN", **options: object) -> Supervisor:
        supervisor = Supervisor(await self.page(locale, **options), locale)
        await supervisor.through_the_door("supervisor_door")
        return supervisor

    async def admin(self, locale: str = "zh-CN", **options: object) -> Staff:
        admin = Staff(await self.page(locale, **options), locale)
        await admin.through_the_door("admin_door")
        return admin

    async def picture_all(self, folder: Path) -> None:
        """What everybody saw when a test failed."""
        pages = [page for context in self._contexts for page in context.pages if not page.is_closed()]
        for number, page in enumerate(pages):
            try:
                await page.screenshot(path=folder / f"{number}.png", timeout=5_000)
            except PlaywrightError as error:
                print(f"no picture of {page.url}: {error}")
        print(f"pictures of {len(pages)} pages: {folder}")

    async def close(self) -> None:
        visitors = [await customer.visitor() for customer in self._customers if not customer.page.is_closed()]
        for context in self._contexts:
            await context.close()
        for visitor in visitors:
            if visitor:
                await leave_queue(self._city.url, "yunshan", visitor)
        await self._send_home()

    async def _send_home(self) -> None:
        office = Office(self._city.url)
        async with office.client("agent") as li:
            await clear_desk(li)
        if self._hired:
            async with office.employee(WANG[1]) as wang:
                await clear_desk(wang)


REPORT = pytest.StashKey[dict[str, pytest.TestReport]]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    item.stash.setdefault(REPORT, {})[report.when] = report
    return report


@pytest.fixture
async def browsers(
    browser: Browser, city: City, office: Office, request: pytest.FixtureRequest, tmp_path: Path
) -> AsyncIterator[Browsers]:
    async with people_of(browser, city, request, tmp_path) as people:
        yield people


@asynccontextmanager
async def people_of(
    browser: Browser, city: City, request: pytest.FixtureRequest, pictures: Path
) -> AsyncIterator[Browsers]:
    """A test's people in this city; what they saw is kept when it fails."""
    people = Browsers(browser, city)
    yield people
    called = request.node.stash[REPORT].get("call")
    if called is None or called.failed:
        await people.picture_all(pictures)
    await people.close()
    assert people.errors == []


@pytest.fixture(scope="session")
async def tones() -> AsyncIterator[Microphones]:
    async with async_playwright() as playwright, microphones(playwright.chromium, FLAGS) as them:
        yield them


@pytest.fixture(scope="session")
async def chief(office: Office) -> None:
    """A supervisor of Yunshan's who is an agent too: only so can one take a call over."""
    await office.hire(*CHIEF, level=5, roles=("agent", "supervisor"))


@pytest.fixture
async def floor(browsers: Browsers, tones: Microphones, city: City, chief: None) -> AsyncIterator[Floor]:
    """People with telephones."""
    floor = Floor(browsers, tones, city.url)
    yield floor
    await floor.clear()


async def axe(page: Page) -> list[str]:
    """Serious and critical findings of axe on the page as it stands (WCAG 2.2 AA)."""
    # By the debugger, since the page's own CSP rightly refuses what is not its own.
    if not await page.evaluate("'axe' in window"):
        await page.evaluate(AXE.read_text("utf-8"))
    found = await page.evaluate(
        """async () => (await axe.run({
            // React Aria's announcer repeats a button's name for 7 s, even of one that is gone by then.
            include: [['html']], exclude: [['[data-live-announcer] [role=img]']],
        }, {
            runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
            resultTypes: ['violations'],
        })).violations
          .filter(v => v.impact === 'serious' || v.impact === 'critical')
          .map(v => `${v.id}: ${v.nodes.map(n => n.target.join(' ') + ' ' + n.failureSummary).join(', ')}`)"""
    )
    return list(found)
