"""For everybody: keyboard, screen reader, contrast, motion, and nothing that jumps."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.ui.widget.conftest import LOOKS, People, axe
from tests.ui.widget.double import Double
from tests.ui.widget.page import Widget


@pytest.mark.parametrize(("phone", "dark"), LOOKS)
async def test_axe_finds_nothing_serious_in_any_state(people: People, double: Double, dark: bool, phone: bool) -> None:
    people.expected.append("WebSocket")
    double.colour = "#ffb703" if phone else ""  # a site's colour that is unreadable as it is
    widget = Widget(page := await people.shop(dark=dark, phone=phone), double)
    await expect(widget.launcher).to_be_visible()  # before it is there axe would judge the shop's page instead
    found = {"launcher": await axe(page)}

    async def look(name: str) -> None:
        await page.wait_for_timeout(400)  # what fades in is see-through
        found[name] = await axe(page)

    await widget.open()
    await page.get_by_role("radio", name="手机与平板").check()
    await look("home")
    await widget.write("手机充不进电")
    await double.place(4, 60_000, 170_000)
    await look("waiting")
    await double.joins()
    await double.says("请看 https://yunshan.example/help 这一页")
    await double.says("", file=double.picture(300, 200))
    await double.says("", file=double._store("说明.pdf", b"%PDF"))
    await double.tell({"t": "typing", "on": True})
    await double.reads()
    await page.locator("input[type=file]").set_input_files([{"name": "a.pdf", "mimeType": "", "buffer": b"%PDF"}])
    await look("talking")
    double.refuse = {"post": ("text_refused", "不能接收")}
    await widget.write("这一句不行")
    await expect(page.locator(".failed").first).to_be_visible()
    double.down = True
    await double.cut()
    await page.wait_for_timeout(1_700)
    await look("cut off")
    double.down, double.refuse = False, {}
    await page.get_by_role("button", name="更多操作").click()
    await look("menu")
    await page.get_by_role("menuitem", name="结束咨询").click()
    await look("confirm")
    await expect(page.locator(".strip.warn")).to_have_count(0)
    await page.get_by_role("alertdialog").get_by_role("button", name="结束咨询").click()
    await page.get_by_role("radio", name="2 星，不满意").check()
    await look("rating")
    await page.get_by_role("button", name="提交评价").click()
    await look("thanks")
    assert {name: faults for name, faults in found.items() if faults} == {}


async def test_all_of_it_by_keyboard(people: People, double: Double) -> None:
    widget = Widget(page := await people.shop(), double)
    press = page.keyboard.press
    await expect(widget.launcher).to_be_visible()
    await press("Tab")  # the shop's own button
    await press("Tab")
    assert await widget.focused() == "button 打开在线咨询"
    await press("Enter")
    await expect(widget.box).to_be_focused()
    await expect(page.locator(".topic")).to_have_count(3)
    await press("Shift+Tab")
    await press("Space")  # one of the topics
    await expect(page.locator(".topic :checked")).to_have_count(1)
    await press("Tab")
    await page.keyboard.type("门锁打不开")
    await press("Enter")
    await widget.marked("sent")
    await double.joins()
    await expect(widget.panel).to_contain_text("李晓雯")
    await press("Shift+Tab")
    assert await widget.focused() == "div 对话内容"  # scrolls by keyboard
    await press("Shift+Tab")
    await press("Shift+Tab")
    assert await widget.focused() == "button 更多操作"
    await press("Enter")
    assert await widget.focused() == "button English"
    await press("ArrowDown")
    assert await widget.focused() == "button 结束咨询"
    await press("ArrowDown")
    await press("Escape")  # the menu only
    assert await widget.focused() == "button 更多操作"
    await press("Enter")
    await press("ArrowUp")
    await press("Enter")
    assert await widget.focused() == "button 继续咨询"  # the careful answer
    await press("Tab")
    await press("Tab")
    assert await widget.focused() == "button 继续咨询"  # the focus stays inside
    await press("Escape")
    await expect(page.get_by_role("alertdialog")).to_have_count(0)
    await expect(widget.panel).to_be_visible()
    await widget.box.focus()
    await press("Escape")
    await expect(widget.panel).to_have_count(0)
    assert await widget.focused() == "button 打开在线咨询"
    await press("Enter")
    await double.ends()
    await page.get_by_role("radio", name="1 星，非常不满意").focus()
    await press("ArrowRight")
    await press("ArrowRight")
    await expect(page.get_by_role("radio", name="3 星，一般")).to_be_checked()


async def test_a_screen_reader_hears_what_is_new_and_nothing_twice(people: People, double: Double) -> None:
    widget = Widget(page := await people.shop(), double)
    await widget.talk()
    await expect(widget.said).to_have_text("李晓雯: 您好，我是李晓雯")
    await page.reload()
    await expect(widget.bubbles).to_have_count(2)
    await expect(widget.said).to_have_text("")  # history is there to be read, not read out
    await page.evaluate(
        """() => {
            window.heard = [];
            const region = document.querySelector('rexian-chat').shadowRoot.querySelector('[role=status]');
            new MutationObserver(() => window.heard.push(region.textContent)).observe(
                region, {childList: true, characterData: true, subtree: true});
        }"""
    )
    await double.says("请稍等")
    await widget.write("好的")
    await widget.marked("sent")
    await double.says("查到了")
    await double.joins("周敏")
    await double.ends()
    await expect(widget.said).to_have_text("本次咨询已结束")
    heard = await page.evaluate("window.heard")
    assert heard == ["李晓雯: 请稍等", "李晓雯: 查到了", "周敏 已接入，为您服务", "本次咨询已结束"]
    assert await page.locator("[aria-live]").count() == 1


async def test_the_place_in_the_queue_is_told_when_it_changes(people: People, double: Double) -> None:
    widget = Widget(await people.shop(), double)
    await widget.start()
    await double.place(3, 60_000, 120_000)
    await expect(widget.said).to_have_text("您前面还有 2 位, 预计 1–2 分钟")
    await double.place(2, 30_000, 60_000)
    await expect(widget.said).to_have_text("您前面还有 1 位, 预计不到 1 分钟")


async def test_nothing_jumps(people: People, double: Double) -> None:
    """The layout shifts that Chromium itself counts, from opening to talking; and the box stays where it is."""
    widget = Widget(page := await people.shop(), double)
    await widget.open()
    await page.wait_for_timeout(500)
    await page.evaluate(
        """() => {
            window.shift = 0;
            new PerformanceObserver(list => {
                for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shift += entry.value;
            }).observe({type: 'layout-shift'});
        }"""
    )
    place = await widget.box.bounding_box()
    await widget.write("手机充不进电")
    await widget.marked("sent")
    assert await widget.box.bounding_box() == place
    await double.place(3, 60_000, 120_000)
    await double.joins()
    await double.tell({"t": "typing", "on": True})
    await expect(page.locator(".dots")).to_be_visible()
    assert await widget.box.bounding_box() == place
    await double.says("您好")
    await double.says("", file=double.picture(800, 600))
    await expect(page.locator(".picture img")).to_be_visible()
    await page.wait_for_timeout(600)
    assert await widget.box.bounding_box() == place
    await expect(page.locator(".picture")).to_be_in_viewport(ratio=1)
    assert await page.evaluate("window.shift") < 0.1  # "good" is below 0.1


async def test_motion_is_reduced_on_request(people: People, double: Double) -> None:
    widget = Widget(page := await people.shop(), double)
    await page.emulate_media(reduced_motion="reduce")
    await widget.start()
    await double.place(3)
    moving = await page.evaluate(
        """() => document.querySelector('rexian-chat').shadowRoot.getAnimations()
            .map(animation => animation.effect.getComputedTiming())
            .filter(timing => timing.duration > 10 || timing.iterations > 1).length"""
    )
    assert moving == 0


async def test_text_can_be_twice_as_large(people: People, double: Double) -> None:
    """WCAG 1.4.4 and 1.4.10: zoomed to 320 CSS pixels everything can be reached without scrolling sideways."""
    widget = Widget(page := await people.shop(), double)
    await page.set_viewport_size({"width": 320, "height": 480})
    await widget.talk()
    await double.says("没有空格的长串" + "Aa1" * 60 + " https://yunshan.example/" + "x" * 120)
    await expect(widget.bubbles).to_have_count(3)
    wide = await page.evaluate(
        """() => {
            const root = document.querySelector('rexian-chat').shadowRoot;
            return [...root.querySelectorAll('.panel *')].filter(e => e.getBoundingClientRect().right > innerWidth + 1
                && getComputedStyle(e).position !== 'absolute').map(e => e.className);
        }"""
    )
    assert wide == []
