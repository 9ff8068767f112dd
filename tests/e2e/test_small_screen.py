"""The desk on a phone: after a crash or an empty battery a call goes on there, and nothing of it is out of reach."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Page, expect

from tests.e2e.conftest import PHONE, axe
from tests.e2e.voice.floor import Floor
from tests.e2e.voice.people import card, does, ends_the_call, rings

TOPIC = "智能家居"
KEYPAD = re.compile("^(拨号盘|Keypad)")
CODES = re.compile("^(索取密码.卡号|Ask for a code)")
OUT_OF_SIGHT = """() => {
    const shown = one => { const box = one.getBoundingClientRect(); return box.width > 1 && box.height > 1 && box; };
    const out = [...document.querySelectorAll('main button, header button, nav a')].filter(one => {
        const box = shown(one);
        return box && (box.left < 0 || box.right > innerWidth);
    });
    return out.map(one => one.textContent || one.getAttribute('aria-label'));
}"""
COVERED = """root => [...root.querySelectorAll('button')].filter(one => {
    const box = one.getBoundingClientRect();
    if (box.width < 2) return false;
    const top = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
    return !top || !(one.contains(top) || top.contains(one));
}).map(one => one.textContent || one.getAttribute('aria-label'))"""


async def fits(page: Page) -> None:
    """Nothing to press lies outside of the window, and the page itself doesn't scroll sideways."""
    assert await page.evaluate(OUT_OF_SIGHT) == []
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert await page.locator("header").first.evaluate(COVERED) == []


@pytest.mark.parametrize("locale", ["zh-CN", "en"])
async def test_a_call_is_answered_and_led_on_a_phone(floor: Floor, locale: str) -> None:
    caller = await floor.caller()
    li = await floor.li(locale, viewport=PHONE)
    await fits(li.page)
    await caller.calls(TOPIC)
    await rings(li)
    await li.offers.first.get_by_role("button").first.click()
    await expect(card(li)).to_have_attribute("data-call", "up")
    await caller.is_in("talking")
    await li.is_in_state("available")
    await li.is_shown_as("on_call")
    await fits(li.page)
    assert await card(li).evaluate(COVERED) == []
    assert await axe(li.page) == []
    await does(li, "mute")
    await expect(card(li).get_by_role("button", pressed=True)).to_have_count(1)
    await does(li, "unmute")
    await does(li, "hold")
    await caller.is_in("held")
    await fits(li.page)
    await does(li, "resume")
    await caller.is_in("talking")
    await card(li).get_by_role("button", name=KEYPAD).click()
    keys = card(li).get_by_role("group")
    await expect(keys.get_by_role("button")).to_have_count(13)
    await fits(li.page)
    await li.page.keyboard.press("Escape")
    await expect(keys).to_have_count(0)
    await li.page.keyboard.press("Alt+c")
    codes = card(li).get_by_role("group", name=CODES)
    await expect(codes.get_by_role("button").nth(1)).to_be_focused()  # the first that may be asked for
    await fits(li.page)
    assert await codes.evaluate(COVERED) == []
    await li.page.keyboard.press("Escape")
    await ends_the_call(li)
    await caller.is_in("ended")
    await fits(li.page)
    await expect(li.page.get_by_role("combobox")).to_be_in_viewport()


async def test_the_floor_is_seen_on_a_phone(floor: Floor) -> None:
    caller, li = await floor.caller(), await floor.li()
    await caller.calls(TOPIC)
    await rings(li)
    await li.offers.first.get_by_role("button").first.click()
    await caller.is_in("talking")
    chief = await floor.chief(viewport=PHONE)
    agents = chief.page.get_by_role("table", name=chief.word("agents"))
    await expect(agents.get_by_role("row").nth(1)).to_contain_text("李晓雯")  # who talks stands first
    for place in await chief.page.get_by_role("navigation").get_by_role("link").all():
        if await place.is_visible():
            await expect(place).to_be_in_viewport()
    assert await axe(chief.page) == []
