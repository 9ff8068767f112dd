"""Real calls in real browsers: from the tap to the rating, and each hears exactly whom they should, by spectrum."""

from __future__ import annotations

import asyncio
import time

import pytest
from playwright.async_api import expect

from tests.e2e.office import Office
from tests.e2e.voice.ears import MUSIC, hears
from tests.e2e.voice.floor import Floor
from tests.e2e.voice.recordings import tones, tracks
from tests.e2e.voice.people import answers, does, ends_the_call, rings

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
    assert pure(customer, 1300) and pure(agent, 1700)
    # The customer's mute, the agent's, the hold: silent on one track or on both. Together only hold and pause.
    together = [a == b == 0 for a, b in zip(customer, agent, strict=True)]
    assert longest(together[len(together) // 2 :]) >= PAUSED_S - 0.3
    print(f"recorded {len(customer) / 10:.1f} s, silent together {sum(together) / 10:.1f} s")
