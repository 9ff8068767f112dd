"""Real calls in real browsers: from the tap to the rating, and each hears exactly whom they should, by spectrum."""

from __future__ import annotations

import asyncio
import time

import pytest
from playwright.async_api import expect

from tests.e2e.office import Office
from tests.e2e.people import Agent, Supervisor
from tests.e2e.voice.ears import MUSIC, heard, hears, hears_speech
from tests.e2e.voice.floor import Floor
from tests.e2e.voice.people import answers, card_fits, does, ends_the_call, rings
from tests.e2e.voice.recordings import tones, tracks

pytestmark = pytest.mark.browser
PAUSED_S = 2.0


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


@pytest.mark.parametrize(
    ("locale", "greeting", "keys", "queue"),
    [
        ("zh-CN", "您好，这里是云杉智能客户服务。", (("1", "产品使用"), ("1", "手机使用")), "手机使用"),
        ("en", "Hello, this is Yunshan Devices.", (("2", ""),), "维修与保修"),
    ],
    ids=("zh-CN", "en"),
)
async def test_keys_lead_through_the_reception_to_the_right_queue(
    floor: Floor, office: Office, locale: str, greeting: str, keys: tuple[tuple[str, str], ...], queue: str
) -> None:
    caller = await floor.caller(locale)
    li = await floor.li()
    await caller.opens_the_page()
    await caller.watches()
    began = time.monotonic()
    await caller.button("call", exact=True).click()
    await caller.is_in("reception")
    connected = time.monotonic() - began
    await expect(caller.page.get_by_text(greeting)).to_be_visible()
    await hears_speech(caller.page)
    for digit, offered in keys:
        await (caller.presses(digit, offered) if offered else caller.types(digit))
    pressed = time.monotonic()
    await rings(li)
    ringing = time.monotonic() - pressed
    await expect(li.offers.first).to_contain_text(queue)
    opening = await answers(li)
    await caller.talks_to("李晓雯")
    await hears(caller.page, "Li")
    await hears(li.page, "customer")
    await ends_the_call(li)
    await caller.is_in("ended")
    assert await caller.stages() == ["asking", "connecting", "reception", "waiting", "talking", "ended"]
    print(f"tap to reception {connected:.2f} s, last key to ring {ringing:.2f} s, answer to sound {opening:.2f} s")


async def test_a_call_with_hold_mute_keypad_recording_and_rating(floor: Floor, office: Office) -> None:
    caller = await floor.caller()
    li = await floor.li()
    await caller.calls("手机使用")
    await answers(li)
    await caller.talks_to("李晓雯")
    await hears(caller.page, "Li")
    await hears(li.page, "customer")

    await does(li, "hold")
    await caller.is_in("held")
    await hears(caller.page, MUSIC)
    await hears(li.page)
    await does(li, "resume")
    await caller.is_in("talking")
    await hears(caller.page, "Li")

    await does(li, "mute")
    await hears(caller.page)
    await does(li, "unmute")
    await hears(caller.page, "Li")
    await caller.button("mute", exact=True).click()
    await hears(li.page)
    await caller.button("unmute", exact=True).click()
    await hears(li.page, "customer")

    # Something secret is said: the recording pauses, both see it.
    await expect(caller.page.get_by_text("正在录音")).to_be_visible()
    await li.page.keyboard.press("Alt+p")
    await expect(caller.page.get_by_text("录音已暂停")).to_be_visible()
    await asyncio.sleep(PAUSED_S)
    await li.page.keyboard.press("Alt+p")
    await expect(caller.page.get_by_text("正在录音")).to_be_visible()
    await asyncio.sleep(1)

    await ends_the_call(li)
    await caller.is_in("ended")
    await caller.rates(5, "一打就通")
    contact = await office.latest_contact()
    customer, agent = (tones(track) for track in await tracks(office, contact))
    assert pure(customer, 1300)
    assert pure(agent, 1700)
    # The customer's mute, the agent's, the hold: silent on one track or on both. Together only hold and pause.
    together = [a == b == 0 for a, b in zip(customer, agent, strict=True)]
    assert longest(together[len(together) // 2 :]) >= PAUSED_S - 0.3
    print(f"recorded {len(customer) / 10:.1f} s, silent together {sum(together) / 10:.1f} s")


async def test_a_supervisor_listens_whispers_joins_and_takes_over(floor: Floor) -> None:
    caller = await floor.caller()
    li = await floor.li()
    await caller.calls("手机使用")
    await answers(li)
    await caller.talks_to("李晓雯")
    chief = await floor.chief()

    await joins(chief, "李晓雯", "旁听")
    await hears(chief.page, "customer", "Li")
    await hears(caller.page, "Li")
    await hears(li.page, "customer")

    await changes(chief, "耳语")
    await hears(li.page, "customer", "supervisor")
    await hears(caller.page, "Li")
    await hears(chief.page, "customer", "Li")

    await changes(chief, "加入")
    await hears(caller.page, "Li", "supervisor")
    await hears(li.page, "customer", "supervisor")
    await hears(chief.page, "customer", "Li")

    await changes(chief, "接管")
    await caller.talks_to("顾长河")
    await hears(caller.page, "supervisor")
    await hears(chief.page, "customer")
    assert await heard(li.page) is None
    await ends_the_call(Agent(chief.page))
    await caller.is_in("ended")


async def test_consult_conference_and_warm_transfer(floor: Floor) -> None:
    caller = await floor.caller()
    li = await floor.li()
    await caller.calls("手机使用")
    await answers(li)
    await caller.talks_to("李晓雯")
    wang = await floor.wang()

    # Li asks Wang first: the customer hears music meanwhile.
    await li.page.keyboard.press("Alt+t")
    dialog = li.page.get_by_role("dialog")
    await dialog.get_by_role("tab", name="同事").click()
    await dialog.get_by_role("option", name="王思源").click()
    await dialog.get_by_role("button", name="先问一声").click()
    await expect(dialog).to_have_count(0)
    await answers(wang)
    await hears(caller.page, MUSIC)
    await hears(li.page, "Wang")
    await hears(wang.page, "Li")

    await does(li, "together")
    await hears(caller.page, "Li", "Wang")
    await hears(li.page, "customer", "Wang")
    await hears(wang.page, "customer", "Li")

    await card_fits(li, 1024)
    await does(li, "private")
    await hears(caller.page, MUSIC)
    await hears(li.page, "Wang")

    await does(li, "hand_over")
    await caller.talks_to("王思源")
    await hears(caller.page, "Wang")
    await hears(wang.page, "customer")
    assert await heard(li.page) is None
    await expect(li.button("wrap_up")).to_be_visible()
    await caller.hangs_up()
    await expect(wang.button("wrap_up")).to_be_visible()


async def test_a_call_back_keeps_the_place_and_rings_the_page(floor: Floor, office: Office) -> None:
    caller = await floor.caller()
    await caller.calls("手机使用")
    await caller.button("call_back").click()
    await caller.button("call_back_here").click()
    await caller.is_in("call_back")
    li = await floor.li()
    await answers(li)
    await expect(caller.status).to_contain_text("客服来电，请接听")
    await caller.button("answer", exact=True).click()
    await caller.talks_to("李晓雯")
    await hears(caller.page, "Li")
    await hears(li.page, "customer")
    await caller.hangs_up()
    await caller.is_in("ended")
