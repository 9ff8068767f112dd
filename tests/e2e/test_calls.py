"""Real calls in real browsers: from the tap to the rating, and each hears exactly whom they should, by spectrum."""

from __future__ import annotations

import time

import pytest
from playwright.async_api import expect

from tests.e2e.office import Office
from tests.e2e.voice.ears import hears, hears_speech
from tests.e2e.voice.floor import Floor
from tests.e2e.voice.people import answers, ends_the_call, rings

pytestmark = pytest.mark.browser


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
