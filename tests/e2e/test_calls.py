"""Real calls in real browsers: from the tap to the rating, and each hears exactly whom they should, by spectrum."""

from __future__ import annotations

import time

import pytest
from playwright.async_api import expect

from tests.e2e.office import Office
from tests.e2e.voice.ears import MUSIC, hears
from tests.e2e.voice.floor import Floor
from tests.e2e.voice.people import answers, does, ends_the_call, rings

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(
    "locale, keys, queue",
    [
        ("zh-CN", (("1", "产品使用"), ("1", "手机使用")), "手机使用"),
        ("en", (("2", "Repairs and warranty"),), "维修与保修"),
    ],
)
async def test_keys_lead_through_the_reception_to_the_right_queue(
    floor: Floor, office: Office, locale: str, keys: tuple[tuple[str, str], ...], queue: str
) -> None:
    caller = await floor.caller(locale)
    li = await floor.li()
    await caller.opens_the_page()
    began = time.monotonic()
    await caller.button("call", exact=True).click()
    await caller.is_in("reception")
    connected = time.monotonic() - began
    for digit, offered in keys:
        await caller.presses(digit, offered)
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
    print(f"tap to reception {connected:.2f} s, last key to ring {ringing:.2f} s, answer to sound {opening:.2f} s")
