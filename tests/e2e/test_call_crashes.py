"""Calls when something dies: what goes on, what comes back by itself, and what people are told meanwhile."""

from __future__ import annotations

import asyncio
import os
import signal
import time

import pytest
from playwright.async_api import expect

from tests.city import City
from tests.e2e.people import Agent
from tests.e2e.test_frozen_desk import stuck_main_thread
from tests.e2e.voice.ears import hears
from tests.e2e.voice.floor import Floor
from tests.e2e.voice.people import Caller, answers, call_is, does, ends_the_call, mark, phone_is, same

pytestmark = pytest.mark.browser
WATCH_OFFERS = """() => {
    window.__offered = false;
    new MutationObserver(() => { window.__offered ||= document.querySelector("[data-offer]") !== null })
        .observe(document.body, { childList: true, subtree: true });
}"""


async def in_a_call(floor: Floor) -> tuple[Caller, Agent]:
    caller, li = await floor.caller(), await floor.li()
    await caller.calls("手机使用")
    await answers(li)
    await caller.talks_to("李晓雯")
    await hears(caller.page, "Li")
    await hears(li.page, "customer")
    return caller, li


def media_process(city: City) -> int:
    """The voice process of this city, by the folder that it was started with."""
    found = []
    for pid in filter(str.isdecimal, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/cmdline", "rb") as file:
                words = file.read().split(b"\0")
        except OSError:
            continue
        if any(b"voice.webrtc" in word for word in words) and str(city.home).encode() in words:
            found.append(int(pid))
    assert len(found) == 1, found
    return found[0]


@pytest.mark.slow  # without browsers: channels/voice/test_restart.py
async def test_a_call_goes_on_through_a_killed_web_server(floor: Floor, city: City) -> None:
    caller, li = await in_a_call(floor)
    await mark(caller.page, li.page)
    await caller.watches()
    city.kill()
    # Nobody is there to ask, and they talk.
    await hears(caller.page, "Li")
    await hears(li.page, "customer")
    await expect(caller.page.get_by_text("网络已断开，正在重连…")).to_be_visible()
    await hears(caller.page, "Li")
    await asyncio.to_thread(city.start, 120)
    began = time.monotonic()
    await expect(li.live).to_have_attribute("data-line", "live", timeout=30_000)
    await phone_is(li, "ok", 30)
    back = time.monotonic() - began
    await call_is(li, "up")
    await hears(caller.page, "Li")
    assert await caller.stages() == []
    await does(li, "hold")
    await caller.is_in("held", 30)
    await does(li, "resume")
    await caller.is_in("talking")
    await hears(caller.page, "Li")
    await hears(li.page, "customer")
    await ends_the_call(li)
    await caller.is_in("ended")
    await same(caller.page, li.page)
    print(f"controls are back {back:.1f} s after the server")


@pytest.mark.slow  # without browsers: channels/voice/test_lost.py
async def test_a_killed_voice_process_and_both_pages_talk_again(floor: Floor, city: City) -> None:
    caller, li = await in_a_call(floor)
    await mark(caller.page, li.page)
    os.kill(media_process(city), signal.SIGKILL)
    began = time.monotonic()
    told_both = (
        expect(caller.status).to_contain_text("线路中断，正在重新连接"),
        expect(li.page.get_by_text("语音引擎暂时不可用，这里暂时接不了电话。").first).to_be_visible(),
    )
    await asyncio.gather(*told_both)
    told = time.monotonic() - began
    await caller.is_in("talking", 30)
    await call_is(li, "up", 30)
    await hears(caller.page, "Li")
    await hears(li.page, "customer")
    back = time.monotonic() - began
    await same(caller.page, li.page)
    await ends_the_call(li)
    await caller.is_in("ended")
    print(f"told after {told:.1f} s, talk again after {back:.1f} s")


@pytest.mark.slow  # for a chat: test_frozen_desk.py
async def test_a_call_that_rings_at_a_frozen_page_goes_elsewhere(floor: Floor) -> None:
    caller, li, wang = await floor.caller(), await floor.li(), await floor.wang()
    await wang.becomes("break")
    thaw = await stuck_main_thread(li.page)
    try:
        await caller.calls("手机使用")
        await wang.becomes("available")
        began = time.monotonic()
        await answers(wang)
        print(f"taken elsewhere after {time.monotonic() - began:.1f} s")
        await caller.talks_to("王思源")
        await hears(caller.page, "Wang")
    finally:
        await thaw()
    await li.is_in_state("not_ready")


async def test_a_customer_reloads_and_goes_on(floor: Floor) -> None:
    caller, li = await in_a_call(floor)
    await caller.page.reload()
    await caller.button("resume_call").click()
    await caller.talks_to("李晓雯")
    await hears(caller.page, "Li")
    await hears(li.page, "customer")
    await caller.hangs_up()


async def test_an_agent_reloads_and_goes_on(floor: Floor) -> None:
    caller, li = await in_a_call(floor)
    await li.page.reload()
    began = time.monotonic()
    await call_is(li, "up")
    await hears(caller.page, "Li")
    await hears(li.page, "customer")
    print(f"the agent's sound is back {time.monotonic() - began:.1f} s after the reload")
    await does(li, "hold")
    await caller.is_in("held")
    await caller.hangs_up()


async def test_without_a_microphone_no_call_rings_and_the_desk_says_why(floor: Floor) -> None:
    caller = await floor.caller()
    wang = await floor.wang()
    await wang.becomes("break")
    # The browser refuses the microphone to the house's pages.
    li = Agent(await floor.page(1700, permissions=["notifications"]))
    await li.through_the_door("agent_door")
    await phone_is(li, "refused")
    await expect(li.page.get_by_text("浏览器禁止了麦克风，这里接不了电话。").first).to_be_visible()
    await li.becomes("available")
    await expect(li.page.get_by_text("此间来电不会分配给您，会话照常")).to_be_visible()
    await li.page.evaluate(WATCH_OFFERS)
    await caller.calls("手机使用")
    await caller.is_in("waiting")
    await wang.becomes("available")
    await answers(wang)
    await caller.talks_to("王思源")
    await hears(caller.page, "Wang")
    assert await li.page.evaluate("window.__offered") is False, "it rang where nobody could have answered"
    await li.is_in_state("available")
    await expect(li.handlings).to_have_count(0)
    await caller.hangs_up()
