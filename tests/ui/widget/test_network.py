"""Nothing is lost and nothing doubles: reloads, lost networks, late acks, missing messages, several tabs."""

from __future__ import annotations

import asyncio

import pytest
from playwright.async_api import expect

from tests.ui.widget.conftest import People
from tests.ui.widget.double import Double
from tests.ui.widget.page import Widget


async def test_a_reload_goes_on_where_it_was(people: People, double: Double) -> None:
    widget = Widget(page := await people.shop(), double)
    await widget.talk()
    await widget.box.fill("写到一半的话")
    await page.reload()
    await expect(widget.panel.get_by_role("heading", name="李晓雯")).to_be_visible()  # still open, still her
    await expect(widget.bubbles).to_have_text(["手机充不进电", "您好，我是李晓雯"])
    await expect(widget.box).to_have_value("写到一半的话")
    assert await widget.focused() != "textarea 消息内容"  # a reload does not steal the focus
    await widget.box.press("Enter")
    await widget.marked("sent")
    assert len(double.sent("start")) == 1
    assert double.texts() == ["手机充不进电", "写到一半的话"]


async def test_words_written_without_a_network_arrive_once_and_in_order(people: People, double: Double) -> None:
    people.expected.append("WebSocket")
    widget = Widget(await people.shop(), double)
    await widget.talk()
    double.down = True
    await double.cut()
    for number in range(5):
        await widget.write(f"断网第 {number} 句")
    await widget.marked("sending")
    await expect(widget.panel.locator(".strip")).to_contain_text("连接中断，正在重新连接，您的消息不会丢失")
    await expect(widget.said).to_contain_text("连接中断")
    double.down = False
    await widget.marked("sent")
    await expect(widget.panel.locator(".strip")).to_have_text("")
    assert double.texts() == ["手机充不进电", *(f"断网第 {n} 句" for n in range(5))]
    assert await widget.texts() == ["手机充不进电", "您好，我是李晓雯", *(f"断网第 {n} 句" for n in range(5))]


async def test_a_browser_without_a_network_says_so(people: People, double: Double) -> None:
    people.expected += ["WebSocket", "ERR_INTERNET_DISCONNECTED"]
    widget = Widget(page := await people.shop(), double)
    await widget.talk()
    await page.context.set_offline(True)
    await double.cut()
    await expect(widget.panel.locator(".strip")).to_contain_text("网络已断开，恢复后会自动发送")
    await widget.write("还在吗")
    await page.context.set_offline(False)  # "online" wakes it at once
    await widget.marked("sent")


async def test_reloaded_before_the_ack(people: People, double: Double) -> None:
    """The server had it, the page never knew: sent again with the same id, it is still one message."""
    widget = Widget(page := await people.shop(), double)
    await widget.talk()
    double.hold_acks = True
    await widget.write("只说一次")
    await widget.marked("sending")
    await _until(lambda: len(double.texts()) == 2)
    double.hold_acks = False
    await page.reload()
    await widget.marked("sent")
    await _until(lambda: len(double.sent("post")) >= 1)
    assert double.texts() == ["手机充不进电", "只说一次"]
    assert await widget.texts() == ["手机充不进电", "您好，我是李晓雯", "只说一次"]
    assert await page.evaluate("Object.keys(localStorage).filter(key => key.includes('.out.'))") == []


async def test_reloaded_while_the_server_is_away(people: People, double: Double) -> None:
    """Not even a contact that was never begun is lost."""
    people.expected.append("WebSocket")
    widget = Widget(page := await people.shop(), double)
    await widget.open()
    double.down = True
    await double.cut()
    await widget.write("第一句")
    await widget.write("第二句")
    await page.reload()
    await expect(widget.bubbles).to_have_text(["第一句", "第二句"])
    await widget.marked("sending")
    double.down = False
    await widget.marked("sent")
    assert double.texts() == ["第一句", "第二句"]
    assert len(double.sent("start")) == 1


async def test_a_missing_message_is_asked_for(people: People, double: Double) -> None:
    widget = Widget(await people.shop(), double)
    await widget.talk()
    hellos = len(double.sent("hello"))
    await double.says("这一句丢了", lost=True)
    await double.says("这一句到了")
    await expect(widget.bubbles).to_have_text(["手机充不进电", "您好，我是李晓雯", "这一句丢了", "这一句到了"])
    assert len(double.sent("hello")) == hellos + 1
    assert double.sent("hello")[-1]["after"] == 2


async def test_a_dead_connection_is_noticed_when_the_page_is_looked_at_again(people: People, double: Double) -> None:
    widget = Widget(page := await people.shop(), double)
    await widget.talk()
    double.silent = True  # a network that swallows everything
    await page.clock.install()
    await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    double.silent = False
    sockets = len(double.sent("hello"))
    await page.clock.run_for(9_000)
    await _until(lambda: len(double.sent("hello")) > sockets or len(double.sent("ping")) > 0)


async def test_the_server_is_busy(people: People, double: Double) -> None:
    widget = Widget(page := await people.shop(), double)
    await widget.talk()
    await double.tell({"t": "degraded", "on": True})
    await expect(widget.panel.locator(".strip")).to_contain_text("系统繁忙，消息可能稍慢，但不会丢失")
    await double.tell({"t": "degraded", "on": False})
    await expect(widget.panel.locator(".strip")).to_have_text("")
    double.refuse = {"post": ("slow_down", "发得太快了")}
    await widget.write("一")
    await widget.write("二")
    await page.wait_for_timeout(300)
    double.refuse = {}
    await widget.marked("sent")  # by itself, in order, without a word of refusal
    await expect(widget.panel.locator(".failed")).to_have_count(0)
    await _until(lambda: len(double.texts()) == 3)
    assert double.texts() == ["手机充不进电", "一", "二"]


async def test_two_tabs_are_one_customer(people: People, double: Double) -> None:
    context = await people.context()
    first = Widget(await people.watch(await context.new_page()), double)
    second = Widget(await people.watch(await context.new_page()), double)
    await first.page.goto(double.shop)
    await second.page.goto(double.shop)
    # Both meet the server for the first time, together.
    await asyncio.gather(first.open(), second.open())
    await _until(lambda: len(double.sent("hello")) >= 2)
    assert len(double.visitors) == 1
    await first.write("我在第一个标签页")
    await expect(second.bubbles).to_have_text(["我在第一个标签页"])  # learns of it by itself
    await second.write("我在第二个标签页")
    await expect(first.bubbles).to_have_text(["我在第一个标签页", "我在第二个标签页"])
    await double.joins()
    await double.says("两边都能看到")
    for tab in (first, second):
        await expect(tab.bubbles.last).to_have_text("两边都能看到")
    assert len(double.sent("start")) == 1
    assert double.texts() == ["我在第一个标签页", "我在第二个标签页"]


async def test_two_tabs_that_start_at_once_make_one_contact(people: People, double: Double) -> None:
    context = await people.context()
    tabs = [Widget(await people.watch(await context.new_page()), double) for _ in range(2)]
    for tab in tabs:
        await tab.page.goto(double.shop)
        await tab.open()
    await asyncio.gather(*(tab.write(f"标签页 {n}") for n, tab in enumerate(tabs)))
    for tab in tabs:
        await expect(tab.bubbles).to_have_count(2)
    await _until(lambda: len(double.texts()) == 2)
    assert sorted(double.texts()) == ["标签页 0", "标签页 1"]


async def test_a_closed_tab_leaves_its_unsent_words_to_another(people: People, double: Double) -> None:
    people.expected.append("WebSocket")
    context = await people.context()
    first = Widget(await people.watch(await context.new_page()), double)
    await first.page.goto(double.shop)
    await first.talk()
    double.down = True
    await double.cut()
    await first.write("关页面前写的")
    await first.marked("sending")
    await first.page.close()
    double.down = False
    second = Widget(await people.watch(await context.new_page()), double)
    await second.page.goto(double.shop)
    await _until(lambda: double.texts()[-1] == "关页面前写的")
    await second.open()
    await expect(second.bubbles.last).to_have_text("关页面前写的")
    assert len(double.sent("post")) == 1


@pytest.mark.parametrize("code", [4404, 4403], ids=["unknown site", "foreign origin"])
async def test_a_page_that_is_not_served_is_told(people: People, double: Double, code: int) -> None:
    double.close_with = code
    widget = Widget(await people.shop(), double)
    await widget.launcher.click()
    await expect(widget.panel.get_by_role("alert")).to_contain_text("本页面暂未开通在线咨询")
    await expect(widget.box).to_have_count(0)


async def test_random_cuts_lose_nothing(people: People, double: Double) -> None:
    """Words from both sides while the sockets are cut again and again."""
    people.expected.append("WebSocket")
    widget = Widget(page := await people.shop(), double)
    await widget.talk()

    async def cutting() -> None:
        for _ in range(12):
            await asyncio.sleep(0.25)
            await double.cut()

    cutter = asyncio.create_task(cutting())
    said = []
    for number in range(30):
        await widget.write(f"客 {number}")
        if number % 3 == 0:
            await double.says(f"坐席 {number}")
            said.append(f"坐席 {number}")
        await page.wait_for_timeout(80)
    await cutter
    # 18 in 10 s is the pace that the server allows.
    await _until(lambda: double.texts()[-1] == "客 29", seconds=40)
    assert double.texts() == ["手机充不进电", *(f"客 {n}" for n in range(30))]
    await widget.marked("sent")
    everything = [message["text"] for message in double.visitor.log]
    await expect(widget.bubbles).to_have_text(everything)


async def _until(true: object, seconds: float = 10) -> None:
    for _ in range(int(seconds * 20)):
        if true():  # type: ignore[operator]
            return
        await asyncio.sleep(0.05)
    raise AssertionError("never came true")
