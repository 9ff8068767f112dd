"""Each hears exactly whom they should, by spectrum, at both engines: browser to browser, and by telephone at a real
exchange with the staff's browsers as its phones. Everything goes through the desk, the wall and the reception."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import psycopg
import pytest
from playwright.async_api import Browser, async_playwright, expect
from psycopg import sql

from tests.channels.voice.asterisk.browser import WSS_FLAGS
from tests.channels.voice.asterisk.exchange import Exchange
from tests.city import City
from tests.e2e.conftest import FLAGS, WANG, people_of
from tests.e2e.office import Office
from tests.e2e.people import Agent, Supervisor
from tests.e2e.voice.ears import MUSIC, heard, hears, hears_speech, is_silent
from tests.e2e.voice.exchange import PHONES, ExchangeFloor, city_at, hire_and_connect
from tests.e2e.voice.floor import CHIEF, Floor, Microphones, microphones
from tests.e2e.voice.people import answers, call_is, card, card_fits, does, ends_the_call, rings
from tests.e2e.voice.recordings import tones, tracks

pytestmark = pytest.mark.browser
PAUSED_S = 2.0
CARD = "6222021234567894"


@pytest.fixture(scope="module")
def exchange() -> Iterator[Exchange]:
    exchange = Exchange(phones=tuple(f"{name}:web" for name in PHONES.values()), wss=True, n=3)
    exchange.start()
    yield exchange
    exchange.close()


@pytest.fixture(scope="module")
async def exchange_city(exchange: Exchange) -> AsyncIterator[City]:
    async with city_at(exchange) as city:
        await hire_and_connect(Office(city.url), [(*WANG, 4, ("agent",)), (*CHIEF, 5, ("agent", "supervisor"))])
        yield city


@pytest.fixture(scope="module")
async def headsets() -> AsyncIterator[Microphones]:
    """Browsers that take a certificate that nobody knows."""
    async with async_playwright() as playwright, microphones(playwright.chromium, FLAGS + WSS_FLAGS) as them:
        yield them


@pytest.fixture
async def exchange_floor(
    browser: Browser, exchange_city: City, exchange: Exchange, headsets: Microphones,
    request: pytest.FixtureRequest, tmp_path: Path,
) -> AsyncIterator[Floor]:  # fmt: skip
    async with people_of(browser, exchange_city, request, tmp_path) as people:
        floor = ExchangeFloor(people, headsets, exchange_city.url, exchange)
        yield floor
        await floor.clear()


@pytest.fixture(params=["embedded", pytest.param("asterisk", marks=pytest.mark.slow)])
def hall(request: pytest.FixtureRequest) -> Floor:
    """The floor of one engine."""
    floor: Floor = request.getfixturevalue({"embedded": "floor", "asterisk": "exchange_floor"}[request.param])
    return floor


def pure(track: list[float], hz: int) -> bool:
    """Most of it is this tone, and where there is sound there is hardly any other."""
    sound = [one for one in track if one]
    return len(sound) > 30 and sum(abs(one - hz) < 15 for one in sound) / len(sound) > 0.97


def longest(marks: list[bool]) -> float:
    """The longest run of true ones, s."""
    best = run = 0
    for one in marks:
        run = run + 1 if one else 0
        best = max(best, run)
    return best / 10


async def joins(chief: Supervisor, agent: str, how: str) -> None:
    """Enters an agent's call from the wall."""
    await chief.agent(agent).locator("button[data-call]").click()
    await chief.page.get_by_role("menuitemradio", name=how).or_(chief.page.get_by_role("menuitem", name=how)).click()


async def changes(chief: Supervisor, how: str) -> None:
    await chief.page.locator("[data-joined]").get_by_role("button", name=how, exact=True).click()


async def recording_is(who: Agent, words: str) -> None:
    """What the card's button says of it."""
    await expect(card(who).get_by_role("button", name=words)).to_be_enabled()


async def test_a_call_with_hold_mute_keypad_recording_and_rating(hall: Floor) -> None:
    caller = await hall.customer()
    li = await hall.li()
    await caller.calls("手机使用")
    await answers(li)
    await caller.talks_to("李晓雯")
    await hears(caller.ear, "Li")
    await hears(li.page, "customer")

    await does(li, "hold")
    await caller.is_in("held")
    await hears(caller.ear, MUSIC)
    await hears(li.page)
    await does(li, "resume")
    await caller.is_in("talking")
    await hears(caller.ear, "Li")

    await does(li, "mute")
    await hears(caller.ear)
    await does(li, "unmute")
    await hears(caller.ear, "Li")
    await caller.mutes(True)
    await hears(li.page)
    await caller.mutes(False)
    await hears(li.page, "customer")

    # Something secret is said: the recording pauses, both see it.
    await caller.is_told_of_the_recording(True)
    await li.page.keyboard.press("Alt+p")
    await caller.is_told_of_the_recording(False)
    await recording_is(li, "恢复录音")
    await asyncio.sleep(PAUSED_S)
    await li.page.keyboard.press("Alt+p")
    await caller.is_told_of_the_recording(True)
    await recording_is(li, "录音中")
    await asyncio.sleep(1)

    await ends_the_call(li)
    await caller.rates(5, "一打就通")
    await caller.is_in("ended")
    contact = await hall.office.latest_contact()
    (rated,) = [entry for entry in await hall.office.trace(contact) if entry["kind"] == "ContactRated"]
    assert "5" in rated["text"]
    customer, agent = (tones(track) for track in await tracks(hall.office, contact))
    assert pure(customer, 1300)
    assert pure(agent, 1700)
    # The customer's mute, the agent's, the hold: silent on one track or on both. Together only hold and pause.
    together = [a == b == 0 for a, b in zip(customer, agent, strict=True)]
    assert longest(together[len(together) // 2 :]) >= PAUSED_S - 0.3
    print(f"recorded {len(customer) / 10:.1f} s, silent together {sum(together) / 10:.1f} s")


async def test_a_code_is_typed_unheard_and_unrecorded_and_kept_nowhere(
    hall: Floor, request: pytest.FixtureRequest
) -> None:
    """The caller speaks on all the while, as the tone that they are."""
    caller, li = await hall.customer(), await hall.li()
    await caller.calls("手机使用")
    await answers(li)
    await caller.talks_to("李晓雯")
    await hears(caller.ear, "Li")
    await hears(li.page, "customer")
    await asyncio.sleep(1)  # some of both is to be recorded
    await li.page.keyboard.press("Alt+c")
    panel = li.page.get_by_role("group", name="索取密码/卡号")
    await panel.get_by_role("button", name="银行卡号").click()
    await caller.is_told_of_the_recording(False)
    await hears_speech(caller.ear)
    await hears(li.page)
    typing = asyncio.ensure_future(caller.types(CARD + "#"))
    quiet = []
    while not typing.done():
        quiet.append(await is_silent(li.page))
        await asyncio.sleep(0.05)
    await typing
    assert len(quiet) > 10
    assert all(quiet), "neither the caller nor a key's tone"
    await expect(panel).to_contain_text("输入完成：银行卡号")
    await expect(panel.get_by_role("status")).to_have_text(re.compile(f"{CARD[-4:]}$"))
    await hears(li.page, "customer")
    await hears(caller.ear, "Li")
    await caller.is_told_of_the_recording(True)
    await recording_is(li, "录音中")
    await asyncio.sleep(1)

    await ends_the_call(li)
    contact = await hall.office.latest_contact()
    customer, agent = (tones(track) for track in await tracks(hall.office, contact))
    assert pure(customer, 1300)
    assert pure(agent, 1700)
    together = [a == b == 0 for a, b in zip(customer, agent, strict=True)]
    assert longest(together) >= len(quiet) * 0.05, "silent while it was typed"
    told = [entry["text"] for entry in await hall.office.trace(contact)]
    assert [text for text in told if "银行卡号" in text and "输入完成" in text]
    assert [text for text in told if "客户按键输入号码" in text]
    city: City = request.getfixturevalue("city" if type(hall) is Floor else "exchange_city")
    assert CARD not in city.log.read_text(errors="replace")
    rows = await asyncio.to_thread(everything_stored, city)
    assert contact in rows
    assert CARD not in rows


def everything_stored(city: City) -> str:
    """All rows of all tables, as text."""
    with psycopg.connect(city.database_url) as database:
        names = database.execute("select tablename from pg_tables where schemaname = 'public'").fetchall()
        wanted = [sql.SQL("select t::text from {} t").format(sql.Identifier(name)) for (name,) in names]
        return "\n".join(row for one in wanted for (row,) in database.execute(one))


async def test_a_supervisor_listens_whispers_joins_and_takes_over(hall: Floor) -> None:
    caller = await hall.customer()
    li = await hall.li()
    await caller.calls("手机使用")
    await answers(li)
    await caller.talks_to("李晓雯")
    chief = await hall.chief()

    await joins(chief, "李晓雯", "旁听")
    await hears(chief.page, "customer", "Li")
    await hears(caller.ear, "Li")
    await hears(li.page, "customer")

    await changes(chief, "耳语")
    await hears(li.page, "customer", "supervisor")
    await hears(caller.ear, "Li")
    await hears(chief.page, "customer", "Li")

    await changes(chief, "加入")
    await hears(caller.ear, "Li", "supervisor")
    await hears(li.page, "customer", "supervisor")
    await hears(chief.page, "customer", "Li")

    await changes(chief, "接管")
    await caller.talks_to("顾长河")
    await hears(caller.ear, "supervisor")
    await hears(chief.page, "customer")
    assert await heard(li.page) is None
    await call_is(Agent(chief.page), "up")
    await ends_the_call(Agent(chief.page))
    await caller.is_in("ended")


async def test_consult_conference_and_warm_transfer(hall: Floor) -> None:
    caller = await hall.customer()
    li = await hall.li()
    await caller.calls("手机使用")
    await answers(li)
    await caller.talks_to("李晓雯")
    wang = await hall.wang()

    # Li asks Wang first: the customer hears music meanwhile.
    await li.page.keyboard.press("Alt+t")
    dialog = li.page.get_by_role("dialog")
    await dialog.get_by_role("tab", name="同事").click()
    await dialog.get_by_role("option", name="王思源").click()
    await dialog.get_by_role("button", name="先问一声").click()
    await expect(dialog).to_have_count(0)
    await answers(wang)
    await hears(caller.ear, MUSIC)
    await hears(li.page, "Wang")
    await hears(wang.page, "Li")

    await does(li, "together")
    await hears(caller.ear, "Li", "Wang")
    await hears(li.page, "customer", "Wang")
    await hears(wang.page, "customer", "Li")

    await card_fits(li, 1024)
    await does(li, "private")
    await hears(caller.ear, MUSIC)
    await hears(li.page, "Wang")

    await does(li, "hand_over")
    await caller.talks_to("王思源")
    await hears(caller.ear, "Wang")
    await hears(wang.page, "customer")
    assert await heard(li.page) is None
    await expect(li.button("wrap_up")).to_be_visible()
    await caller.hangs_up()
    await expect(wang.button("wrap_up")).to_be_visible()


@pytest.mark.slow
async def test_a_telephones_keys_arrive_and_the_desks_keys_reach_it(exchange_floor: ExchangeFloor) -> None:
    li, caller = await exchange_floor.li(), await exchange_floor.customer()
    await caller.calls("智能家居")  # two menus
    await rings(li)
    await expect(li.offers.first).to_contain_text("智能家居")
    await answers(li)
    await hears(caller.ear, "Li")
    await li.page.keyboard.press("Alt+k")
    await li.page.keyboard.type("7*#")
    await caller.hears_keys("7*#")
    await hears(caller.ear, "Li")
    await hears(li.page, "customer")
    await caller.hangs_up()
    await expect(li.button("wrap_up")).to_be_visible()
