"""The README's pictures: taken from a lively demo city when `REXIAN_TEST_PICTURES=1`, checked always."""

from __future__ import annotations

import asyncio
import io
import os
from collections.abc import AsyncIterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from PIL import Image
from playwright.async_api import Browser, Page, expect

from rexian.directory.demo import AGENT
from tests.city import City
from tests.e2e.conftest import Browsers
from tests.e2e.office import Office, clear_desk
from tests.e2e.people import Agent, Customer
from tests.e2e.voice.floor import Floor, Microphones
from tests.e2e.voice.people import answers, ends_the_call

FOLDER = Path(__file__).resolve().parents[2] / "docs/pictures"
NAMES = ("desk", "widget", "wall", "trace", "call", "phone")
LOCALES = ("zh-CN", "en")
MOST_BYTES = 300_000
LIVELY_S = 150  # so long a fresh city may take until its wall has something to show

TALK = {
    "zh-CN": {
        "topic": "智能家居",
        "first": "门锁突然打不开了，指纹和密码都没反应，人在门外",
        "lines": (
            ("agent", "您好，我是李晓雯，您先别着急。请问门锁面板上有红灯闪烁吗？"),
            ("customer", "有，一直闪红灯"),
            ("agent", "这是电池没电了。面板下方有应急供电口，用充电宝接上 USB-C 线就能输入密码开门。"),
            ("customer", "接上了，开了！太感谢了"),
            ("agent", "太好了！进门后换四节五号碱性电池即可，请不要新旧混用。"),
        ),
        "note": "电池耗尽，客户已用应急供电口进门。两天后回访是否换好电池。",
        "typed": "dcjj",
        "disposition": "当场解决",
        "wrap_up": "门锁电池耗尽，指导客户用应急供电口开门，已说明换电池的方法。",
        "comment": "大冷天在门外，两分钟就帮我进了家门",
    },
    "en": {
        "topic": "Smart home",
        "first": "My door lock is dead: no fingerprint, no code, and I am locked out",
        "lines": (
            ("agent", "Hello, this is Li. Do you see a red light blinking on the panel?"),
            ("customer", "Yes, it keeps blinking"),
            ("agent", "The batteries are empty. Plug a power bank into the port below it, then enter your code."),
            ("customer", "That worked, I'm in! Thank you so much"),
            ("agent", "Wonderful! Please put in four new AA alkaline batteries, and don't mix old and new ones."),
        ),
        "note": "Batteries were empty; the customer got in by the emergency port. Call back in two days.",
        "typed": "resol",
        "disposition": "Resolved at once",
        "wrap_up": "Lock out of power; opened by the emergency port, explained how to change the batteries.",
        "comment": "Locked out in the cold, and in again within two minutes",
    },
}  # fmt: skip


OTHERS = {
    "zh-CN": (("手机使用", "手机充到 80% 就不充了，正常吗"), ("维修与保修", "摄像头在保修期内，怎么寄修")),
    "en": (("Phones", "It stops charging at 80 percent"), ("Repairs and warranty", "How do I send my camera in?")),
}


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("name", NAMES)
def test_the_picture_is_there(name: str, locale: str) -> None:
    path = FOLDER / f"{name}.{locale}.png"
    with Image.open(path) as image:
        assert image.format == "PNG"
        assert image.size == (1440, 900)
        colours = image.convert("RGB").getcolors(1 << 20)
    assert colours is None or len(colours) > 50, "an empty page"
    assert 15_000 < path.stat().st_size < MOST_BYTES


async def keep(page: Page, name: str, locale: str) -> None:
    """A picture of the page; in 256 colours if it were too large otherwise."""
    await page.mouse.move(700, 890)
    await page.wait_for_timeout(400)
    taken = Image.open(io.BytesIO(await page.screenshot(animations="disabled"))).convert("RGB")
    FOLDER.mkdir(parents=True, exist_ok=True)
    path = FOLDER / f"{name}.{locale}.png"
    taken.save(path, optimize=True)
    if path.stat().st_size >= MOST_BYTES:
        taken.quantize(256, dither=Image.Dither.NONE).save(path, optimize=True)


@pytest.fixture(scope="module")
async def lively(browser: Browser) -> AsyncIterator[tuple[Browsers, Office]]:
    """Browsers in a city full of simulated people, and its administrator."""
    with TemporaryDirectory(prefix="rexian-e2e-") as folder:
        city = City(Path(folder) / "home", arguments=(), argon2_memory_kib="1024", log_level="warning")
        city.start(120)
        try:
            office = Office(city.url)
            await fill(office)
            people = Browsers(browser, city, hired=False)
            yield people, office
            await people.close()
        finally:
            city.stop()


async def speed(office: Office, times: int) -> None:
    """How fast the simulated people live; 0 stops them where they are."""
    async with office.client() as admin:
        answer = await admin.post("/api/demo/population", json={"on": True, "speed": times})
        assert answer.status_code == 200, answer.text


async def fill(office: Office) -> None:
    """Lets the simulated people work until there is something to see."""
    await speed(office, 12)
    async with office.client() as admin, asyncio.timeout(LIVELY_S):
        while True:
            summary = (await admin.get("/api/demo/summary")).json()
            if summary["answered_today"] >= 60 and summary["talking"] >= 12:
                return
            await asyncio.sleep(1)


@pytest.mark.skipif(os.environ.get("REXIAN_TEST_PICTURES") != "1", reason="REXIAN_TEST_PICTURES=1 takes them anew")
@pytest.mark.parametrize("locale", LOCALES)
async def test_take_the_pictures(lively: tuple[Browsers, Office], locale: str) -> None:
    browsers, office = lively
    talk = TALK[locale]
    await speed(office, 0)
    async with office.client("agent") as li:
        await clear_desk(li)
    async with office.client() as admin:
        await admin.patch(f"/api/people/{AGENT}", json={"capacity": {"chat": 6}})
    agent = await browsers.agent(locale)
    customer = await browsers.customer(locale)
    await customer.asks(str(talk["first"]), str(talk["topic"]))
    mine = agent.offers.filter(has_text=str(talk["first"])[:12])
    await mine.get_by_role("button").first.click()
    await expect(mine).to_have_count(0)
    while await agent.offers.count():  # one of the city's people was quicker
        await agent.accepts()
    id = await agent.handlings.filter(has_text=str(talk["first"])[:8]).get_attribute("data-handling")
    own = agent.page.locator(f'[data-handling="{id}"]')
    await own.click()
    await hold(customer, agent, talk)
    await keep(customer.page, "widget", locale)
    await speed(office, 4)
    # Another customer has come to this desk, and the next one rings.
    for number, (topic, text) in enumerate(OTHERS[locale]):
        other = await browsers.customer(locale)
        await other.asks(text, topic)
        offer = agent.offers.filter(has_text=text[:10])
        await expect(offer).to_be_visible()
        if number == 0:
            await offer.get_by_role("button").first.click()
            await expect(offer).to_have_count(0)
    await own.click()
    await expect(agent.log.get_by_text(str(talk["note"]))).to_be_visible()
    await keep(agent.page, "desk", locale)
    supervisor = await browsers.supervisor(locale)
    await expect(supervisor.page.get_by_role("table").first).to_be_visible()
    await supervisor.page.wait_for_timeout(3_000)
    await keep(supervisor.page, "wall", locale)
    await agent.ends()
    await agent.wraps_up(str(talk["typed"]), str(talk["disposition"]), str(talk["wrap_up"]))
    await customer.rates(str(talk["comment"]))
    await supervisor.page.goto("/app/contacts")
    await supervisor.page.get_by_role("link", name=str(talk["first"])[:12]).first.click()
    await expect(supervisor.page.get_by_role("slider")).to_be_visible()
    await expect(supervisor.page.get_by_text(str(talk["comment"])).first).to_be_visible()
    await keep(supervisor.page, "trace", locale)
    for page in (customer.page, agent.page, supervisor.page):
        await page.close()


@pytest.mark.skipif(os.environ.get("REXIAN_TEST_PICTURES") != "1", reason="REXIAN_TEST_PICTURES=1 takes them anew")
@pytest.mark.parametrize("locale", LOCALES)
async def test_take_the_pictures_of_a_call(lively: tuple[Browsers, Office], tones: Microphones, locale: str) -> None:
    browsers, office = lively
    talk = TALK[locale]
    await speed(office, 0)
    async with office.client("agent") as li:
        await clear_desk(li)
    async with office.client() as admin:  # the city's people write to whoever may chat
        await admin.patch(f"/api/people/{AGENT}", json={"capacity": {"chat": 0, "voice": 1}})
    floor = Floor(browsers, tones, office.url)
    caller, agent = await floor.caller(locale), await floor.li(locale)
    await caller.calls(str(talk["topic"]))
    await answers(agent)
    await caller.is_in("talking")
    note = agent.page.get_by_role("textbox", name=agent.word("note"))
    await note.fill(str(talk["note"]))
    await note.press("Enter")
    await agent.reads(str(talk["note"]))
    await agent.page.wait_for_timeout(8_000)  # until the meters and the quality have something to show
    await keep(caller.page, "call", locale)
    await keep(agent.page, "phone", locale)
    await ends_the_call(agent)
    await caller.is_in("ended")
    for page in (caller.page, agent.page):
        await page.close()


async def hold(customer: Customer, agent: Agent, talk: dict[str, object]) -> None:
    lines = talk["lines"]
    assert isinstance(lines, tuple)
    for who, text in lines:
        if who == "agent":
            await agent.write(text)
            await customer.reads(text)
        else:
            await customer.write(text)
            await agent.reads(text)
        await customer.page.wait_for_timeout(1_200)
    await agent.notes(str(talk["note"]))
