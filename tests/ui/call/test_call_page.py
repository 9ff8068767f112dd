"""The call page: one tap to a person, every state in words, and honest about what does not work."""

from __future__ import annotations

import asyncio
import gzip
import os
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.ui.call.conftest import Callers, Double
from tests.ui.widget.conftest import AXE, LOOKS

SHOTS = os.environ.get("REXIAN_TEST_SHOTS", "")


async def axe(page: Page) -> list[str]:
    await page.evaluate(AXE.read_text("utf-8"))
    found = await page.evaluate(
        """async () => (await axe.run(document, {
            runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
        })).violations
          .filter(v => v.impact === 'serious' || v.impact === 'critical')
          .map(v => v.id + ' ' + v.nodes[0].html)"""
    )
    return list(found)


async def state(page: Page, stage: str) -> None:
    await expect(page.locator("[data-stage]")).to_have_attribute("data-stage", stage)


async def call(page: Page, double: Double, name: str = "呼叫客服") -> None:
    await page.get_by_role("button", name=name).click()
    await double_until(double, "call")
    await double.tell(t="state", state="reception")


async def leaves_a_number(page: Page, double: Double) -> None:
    await page.get_by_role("button", name="留下号码，请我们回电").click()
    await page.get_by_label("电话号码").fill("12")
    await page.get_by_role("button", name="拨打我的电话").click()
    await expect(page.get_by_text("请输入有效的电话号码")).to_be_visible()
    assert not double.sent("call_back")
    await page.get_by_label("电话号码").fill("＋86（138）００13－8000")
    await page.get_by_role("button", name="拨打我的电话").click()
    await double_until(double, "call_back")
    asked = double.sent("call_back")[0]
    assert asked["number"] == "+8613800138000"
    assert asked["contact"]
    assert asked["interaction"]


async def test_no_call_back_is_offered_where_the_company_calls_nobody_back(callers: Callers, double: Double) -> None:
    double.available = {**double.available, "phone": "400 820 0000", "call_back": False}
    double.refuse = ("all_busy", "现在线路全忙，请稍后再拨")
    page = await callers.page()
    message = page.get_by_role("link", name="改用文字留言，我们会回复您")
    await expect(page.get_by_role("link", name="改用文字咨询")).to_be_visible()
    await page.get_by_role("button", name="呼叫客服").click()
    await expect(message).to_be_visible()
    await expect(page.get_by_text("您也可以拨打 400 820 0000")).to_have_count(1)
    await expect(page.get_by_role("button", name="留下号码，请我们回电")).to_have_count(0)
    assert await axe(page) == []
    double.refuse = None
    await page.get_by_role("button", name="重试").click()
    await double_until(double, "call", 2)
    await double.tell(t="state", state="waiting")
    await state(page, "waiting")
    await expect(message).to_have_attribute("target", "_blank")
    await expect(page.get_by_text("您也可以拨打 400 820 0000")).to_have_count(1)
    await expect(page.get_by_role("button", name="不想等？保留位置，稍后回电")).to_have_count(0)


async def double_until(double: Double, kind: str, count: int = 1) -> None:
    async with asyncio.timeout(10):
        while len(double.sent(kind)) < count:
            double.news.clear()
            await double.news.wait()


@pytest.mark.parametrize(("phone", "dark"), LOOKS)
async def test_axe_finds_nothing_serious_in_any_state(
    callers: Callers, double: Double, dark: bool, phone: bool
) -> None:
    page = await callers.page(dark=dark, phone=phone)
    found: dict[str, list[str]] = {}

    async def look(name: str) -> None:
        found[name] = await axe(page)
        if SHOTS:
            path = Path(SHOTS) / f"call-{name}-{'phone' if phone else 'desk'}-{'dark' if dark else 'light'}.png"
            await page.screenshot(path=path)
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name

    await expect(page.get_by_role("button", name="呼叫客服")).to_be_enabled()
    await look("idle")
    await call(page, double)
    await double.tell(
        t="say", text="您好，欢迎致电云杉智能。手机与平板请按 1，智能家居请按 2，人工服务请按 0。",
        keys=[{"digit": digit, "label": label} for digit, label in (("1", "手机与平板"), ("0", "人工服务"))],
    )  # fmt: skip
    await state(page, "reception")
    await look("reception")
    await double.tell(t="state", state="waiting")
    await double.tell(t="position", position=3, of=5, wait_low_ms=60_000, wait_high_ms=170_000)
    await page.get_by_role("button", name="不想等？").click()
    await page.get_by_label("电话号码").fill("abc")
    await page.get_by_role("button", name="拨打我的电话").click()
    await expect(page.get_by_role("alert")).to_have_text("请输入有效的电话号码")
    await look("waiting")
    await double.tell(t="state", state="talking", agent={"name": "李晓雯"}, recording="on")
    await page.get_by_role("button", name="拨号键盘").click()
    await page.get_by_role("button", name="静音").click()
    await look("talking")
    await double.tell(t="state", state="held", agent={"name": "李晓雯"})
    await look("held")
    await page.evaluate("line.become('failed')")
    await state(page, "held")  # it is back at once
    await double.tell(t="state", state="ended", ended_by="agent")
    await page.get_by_role("radio", name="4 星").check()
    await look("ended")
    await page.get_by_role("button", name="提交评价").click()
    await look("thanks")
    assert {name: faults for name, faults in found.items() if faults} == {}


async def test_a_call_from_tap_to_rating(callers: Callers, double: Double) -> None:
    page = await callers.page()
    await page.get_by_text("手机与平板").click()
    await call(page, double)
    assert double.sent("call")[0]["topic"] == "phone"
    assert double.sent("call")[0]["sdp"] == "offer"
    await double.tell(t="state", state="waiting")
    await double.tell(t="position", position=1, of=1, wait_low_ms=None, wait_high_ms=None)
    await expect(page.get_by_role("status")).to_contain_text("下一位就是您")
    await double.tell(t="state", state="talking", agent={"name": "李晓雯"})
    await expect(page.get_by_role("status")).to_contain_text("李晓雯 正在为您服务")
    await page.keyboard.press("5")
    await double_until(double, "key")
    await page.get_by_role("button", name="挂断").click()
    await double_until(double, "hangup")
    await page.get_by_role("radio", name="5 星").check()
    await page.get_by_label("还想说点什么").fill("很快就解决了")
    await page.get_by_role("button", name="提交评价").click()
    await double_until(double, "rate")
    assert double.sent("rate")[0] | {"id": ""} == {"t": "rate", "id": "", "score": 5, "comment": "很快就解决了"}


async def test_the_keyboard_goes_on_from_where_a_button_has_gone(callers: Callers, double: Double) -> None:
    page = await callers.page()
    line = page.locator("[data-stage]")
    await page.get_by_role("button", name="呼叫客服").press("Enter")
    await double_until(double, "call")
    await double.tell(t="state", state="waiting")
    await state(page, "waiting")
    await expect(line).to_be_focused()
    await page.get_by_role("button", name="不想等？保留位置，稍后回电").press("Enter")
    await expect(page.get_by_role("button", name="呼叫本页面")).to_be_focused()
    await page.get_by_role("button", name="取消").press("Enter")
    await expect(page.get_by_role("button", name="不想等？保留位置，稍后回电")).to_be_focused()
    await double.tell(t="state", state="talking", agent={"name": "李晓雯"})
    await expect(line).to_be_focused()
    await page.get_by_role("button", name="静音").focus()
    await double.tell(t="state", state="held", agent={"name": "李晓雯"})
    await state(page, "held")
    await expect(page.get_by_role("button", name="静音")).to_be_focused()
    await page.get_by_role("button", name="挂断").press("Enter")
    await state(page, "ended")
    await expect(line).to_be_focused()


@pytest.mark.parametrize("phone", [False, True])
async def test_nothing_jumps_under_the_finger(callers: Callers, double: Double, phone: bool) -> None:
    """The state line from the first paint, the buttons of a call from its begin."""
    double.away = True
    page = await callers.page(phone=phone)
    line, end = page.locator("[data-stage]"), page.locator("button.end")
    top = await line.evaluate("one => one.getBoundingClientRect().top")
    double.away = False
    await call(page, double)
    await state(page, "reception")
    foot = await end.evaluate("one => one.getBoundingClientRect().top")
    await double.tell(t="say", text="请按键选择", keys=[{"digit": "1", "label": "手机与平板"}])
    await expect(page.get_by_text("请按键选择")).to_be_visible()
    for stage, recording in (("reception", ""), ("talking", "on"), ("held", "")):
        await double.tell(t="state", state=stage, agent={"name": "李晓雯"}, recording=recording)
        await state(page, stage)
        assert await line.evaluate("one => one.getBoundingClientRect().top") == top
        assert await end.evaluate("one => one.getBoundingClientRect().top") == foot
    await page.get_by_role("button", name="拨号键盘").click()
    await expect(page.get_by_role("button", name="按键 5")).to_be_visible()
    assert await end.evaluate("one => one.getBoundingClientRect().top") == foot


async def test_a_key_held_down_is_pressed_once(callers: Callers, double: Double) -> None:
    page = await callers.page()
    await call(page, double)
    await state(page, "reception")
    for _ in range(3):
        await page.keyboard.down("5")
    await page.keyboard.up("5")
    await page.keyboard.press("#")
    await double_until(double, "key", 2)
    assert [key["digit"] for key in double.sent("key")] == ["5", "#"]


async def test_a_server_that_is_not_reached_is_told_with_the_number(callers: Callers, double: Double) -> None:
    double.phone, double.away = "400 820 0000", True
    page = await callers.page()
    await expect(page.get_by_role("status")).to_have_text("正在连接服务器…")
    await expect(page.get_by_role("alert")).to_contain_text("您也可以拨打 400 820 0000")
    await expect(page.get_by_role("button", name="呼叫客服")).to_have_count(0)
    assert await axe(page) == []
    double.away = False
    await expect(page.get_by_role("button", name="呼叫客服")).to_be_enabled()
    await expect(page.get_by_role("alert")).to_have_count(0)


async def test_a_check_without_sound_says_so(callers: Callers, double: Double) -> None:
    double.available |= {"phone": "400-800-1234"}
    page = await callers.page()
    await page.evaluate("RTCPeerConnection.prototype.setRemoteDescription = async () => {}")
    await page.get_by_role("button", name="检测麦克风和扬声器").click()
    await double_until(double, "check")
    await expect(page.get_by_role("status")).to_have_text("正在接通…")
    await page.evaluate("line.become('connected')")
    await expect(page.get_by_role("status")).to_contain_text("正在回放您的声音")
    await page.get_by_role("button", name="结束检测").click()
    await expect(page.get_by_text("检测结束")).to_be_visible()
    await page.get_by_role("button", name="检测麦克风和扬声器").click()
    await double_until(double, "check", 2)
    await page.evaluate("line.become('failed')")
    await expect(page.get_by_role("alert")).to_contain_text("您也可以拨打 400-800-1234")
    await expect(page.get_by_role("button", name="呼叫客服")).to_be_enabled()


async def test_a_refused_microphone_is_explained(callers: Callers, double: Double) -> None:
    double.available |= {"phone": "400-800-1234"}
    page = await callers.page(microphone=False)
    await page.get_by_role("button", name="呼叫客服").click()
    alert = page.get_by_role("alert")
    await expect(alert).to_contain_text("您没有允许使用麦克风")
    await expect(alert).to_contain_text("400-800-1234")
    assert double.sent("call") == []
    await leaves_a_number(page, double)
    await expect(page.get_by_role("link", name="改用文字咨询")).to_have_attribute("href", "/c/yunshan?lang=zh-CN")


async def test_no_voice_now_is_said_before_anybody_taps(callers: Callers, double: Double) -> None:
    double.available = {"available": False, "why": "语音服务正在维护", "phone": "", "ice_servers": []}
    page = await callers.page()
    await expect(page.get_by_role("alert")).to_have_text("语音服务正在维护")
    await expect(page.get_by_role("button", name="呼叫客服")).to_have_count(0)


async def test_all_lines_busy(callers: Callers, double: Double) -> None:
    double.refuse = ("all_busy", "线路全忙，要我们稍后给您回电吗？")
    page = await callers.page()
    await page.get_by_role("button", name="呼叫客服").click()
    await expect(page.get_by_role("alert")).to_contain_text("线路全忙")
    await expect(page.get_by_role("button", name="重试")).to_be_enabled()
    await leaves_a_number(page, double)


async def test_whoever_waits_without_a_line_may_be_called_instead(callers: Callers, double: Double) -> None:
    page = await callers.page()
    await call(page, double)
    await double.tell(t="state", state="waiting")
    await state(page, "waiting")
    double.refuse = ("voice_down", "语音服务暂时不可用")
    await page.evaluate("window.line.become('failed')")
    await state(page, "cut")
    await expect(page.get_by_text("您的位置会保留")).to_be_visible(timeout=15_000)
    await page.get_by_role("button", name="不想等？保留位置，稍后回电").click()
    await page.get_by_role("button", name="呼叫本页面").click()
    await double_until(double, "call_back")
    await double.tell(t="state", state="call_back")
    await state(page, "call_back")


async def test_a_reload_goes_on_with_the_call(callers: Callers, double: Double) -> None:
    page = await callers.page()
    await call(page, double)
    first = double.sent("call")[0]
    await double.tell(t="state", state="talking", agent={"name": "李晓雯"})
    double.contact = {
        "id": first["contact"], "interaction": first["interaction"], "state": "talking", "agent": {"name": "李晓雯"}
    }  # fmt: skip
    page.on("dialog", lambda dialog: dialog.accept())
    await page.reload()
    await page.get_by_role("button", name="点按继续通话").click()
    await double_until(double, "call", 2)
    again = double.sent("call")[1]
    assert (again["contact"], again["interaction"]) == (first["contact"], first["interaction"])


async def test_its_title_names_the_company_and_speaks_of_a_call(callers: Callers, double: Double) -> None:
    for locale, title in (("zh-CN", "语音通话 · 云杉智能"), ("en", "Voice call · Yunshan Devices")):
        page = await callers.page(locale)
        await expect(page).to_have_title(title)
        await expect(page.get_by_role("heading", level=1)).to_have_text(title.split(" · ")[1])


async def test_it_speaks_english(callers: Callers, double: Double) -> None:
    page = await callers.page("en")
    await expect(page.get_by_role("button", name="Call us")).to_be_visible()
    assert await page.locator("html").get_attribute("lang") == "en"
    await page.get_by_role("button", name="中文").click()
    await expect(page.get_by_role("button", name="呼叫客服")).to_be_visible()


async def test_the_visitor_of_the_widget_stays_the_same(callers: Callers, double: Double) -> None:
    page = await callers.page()
    await page.goto(f"{double.url}/v/jianglan#v=v1.abc.def")
    await expect(page.get_by_role("button", name="呼叫客服")).to_be_enabled()
    assert double.sent("hello")[-1]["visitor"] == "v1.abc.def"
    assert "#" not in page.url


def test_the_page_is_small(built: Path) -> None:
    sizes = {file.name: len(gzip.compress(file.read_bytes(), 9)) for file in built.iterdir()}
    assert sum(sizes.values()) < 22_000, sizes
