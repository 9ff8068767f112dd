"""The widget as a guest on other people's pages, and as a page of its own on phones."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.ui.widget.conftest import PHONE, People
from tests.ui.widget.double import Double
from tests.ui.widget.page import Widget


async def test_a_strict_policy_is_enough(people: People, double: Double) -> None:
    """The page's CSP names the host only: no unsafe-inline, no eval, no style from it. `people` fails on refusals."""
    widget = Widget(page := await people.shop(), double)
    refused: list[str] = []
    await page.expose_function("refused", lambda what: refused.append(what))
    await page.evaluate("addEventListener('securitypolicyviolation', e => refused(e.violatedDirective + e.blockedURI))")
    await widget.talk()
    await double.says("", file=double.picture(300, 200))
    await page.locator("input[type=file]").set_input_files(
        [{"name": "a.png", "mimeType": "image/png", "buffer": next(iter(double.files.values()))[1]}]
    )
    await expect(page.locator(".chip img")).to_be_visible()
    await page.get_by_role("button", name="发送").click()
    await expect(page.locator(".picture img")).to_have_count(2)
    await double.ends()
    await expect(page.locator(".stars")).to_be_visible()
    assert refused == []
    assert await page.evaluate("document.querySelectorAll('style, [style]').length") in (0, 1)  # the host's colours


async def test_the_pages_styles_stay_out_and_ours_stay_in(people: People, double: Double) -> None:
    widget = Widget(page := await people.shop(), double)
    before = await page.evaluate("getComputedStyle(document.querySelector('main button')).cssText")
    await widget.talk()
    style = await widget.bubbles.last.evaluate(
        """one => { const s = getComputedStyle(one);
            return [s.letterSpacing, s.fontSize, s.margin, s.fontFamily.startsWith('serif')]; }"""
    )
    assert style == ["normal", "14px", "0px", False]
    assert await page.evaluate("getComputedStyle(document.querySelector('main button')).cssText") == before
    assert await page.evaluate("Object.keys(window).filter(key => /rexian|preact/i.test(key))") == ["Rexian"]


async def test_the_snippet_decides_language_theme_colour_and_name(people: People, double: Double) -> None:
    double.attributes = ' data-lang="en" data-theme="dark" data-colour="#7b2cbf" data-name="陈女士"'
    widget = Widget(page := await people.shop("zh-CN"), double, "en")
    await expect(widget.launcher).to_be_visible()
    colour = await page.locator(".launcher").evaluate("one => getComputedStyle(one).backgroundColor")
    assert colour == "rgb(123, 44, 191)"
    await widget.start("Hello")
    ground = await widget.panel.evaluate("one => getComputedStyle(one).backgroundColor")
    assert ground == "rgb(19, 28, 27)"
    assert double.sent("start")[0]["name"] == "陈女士"


async def test_the_page_may_open_and_close_it(people: People, double: Double) -> None:
    widget = Widget(page := await people.shop(), double)
    await page.evaluate("Rexian.open()")  # perhaps before the widget has come
    await expect(widget.box).to_be_visible()
    await page.evaluate("Rexian.close()")
    await expect(widget.panel).to_have_count(0)
    await page.evaluate("Rexian.open()")
    await expect(widget.box).to_be_visible()


async def test_the_snippet_twice_is_one_widget(people: People, double: Double) -> None:
    widget = Widget(page := await people.shop(), double)
    await page.evaluate(
        """src => new Promise(done => { const script = document.createElement('script');
            script.src = src; script.dataset.site = 'other'; script.onload = done; document.head.append(script); })""",
        f"{double.host}/w.js",
    )
    await widget.start()
    assert await page.locator("rexian-chat").count() == 1
    assert double.sent("hello")[0]["site"] == "yunshan"


async def test_the_page_without_storage_still_chats(people: People, double: Double) -> None:
    context = await people.context()
    await context.add_init_script(
        """for (const name of ['localStorage', 'sessionStorage'])
            Object.defineProperty(window, name, {get() { throw new DOMException('denied', 'SecurityError'); }});"""
    )
    page = await people.watch(await context.new_page())
    await page.goto(double.shop)
    widget = Widget(page, double)
    await widget.talk()


async def test_a_panel_that_cannot_come_gives_way_to_the_page_of_its_own(people: People, double: Double) -> None:
    people.expected += ["panel-", "Failed to load", "net::"]
    context = await people.context()
    page = await people.watch(await context.new_page())
    await page.route("**/widget/panel-*.js", lambda route: route.abort())
    await page.goto(double.shop)
    widget = Widget(page, double)
    await widget.launcher.click()
    await page.wait_for_timeout(300)
    async with context.expect_page() as opened:
        await page.locator(".launcher").click()
    assert (await opened.value).url == f"{double.host}/c/yunshan"


# -- phones ----------------------------------------------------------------------------------------------------------
async def test_on_a_phone_it_fills_the_screen(people: People, double: Double) -> None:
    widget = Widget(page := await people.shop(phone=True), double)
    await widget.open()
    assert await widget.focused() != "textarea 消息内容"  # the keyboard does not cover the greeting
    assert await widget.panel.bounding_box() == {"x": 0, "y": 0, **PHONE}
    await expect(page.locator(".launcher")).to_be_hidden()
    assert await page.evaluate("getComputedStyle(document.documentElement).overflow") == "hidden"
    assert await widget.box.evaluate("box => getComputedStyle(box).fontSize") == "16px"  # no zoom into the box
    for button in await page.locator(".head .icon-button").all():
        size = await button.bounding_box()
        assert size
        assert min(size["width"], size["height"]) >= 44
    await widget.write("手机充不进电")
    await widget.marked("sent")
    await page.get_by_role("button", name="收起对话窗口").click()
    await expect(widget.panel).to_have_count(0)
    assert await page.evaluate("document.documentElement.style.overflow") == ""


async def test_the_phones_keyboard_does_not_cover_the_box(people: People, double: Double) -> None:
    widget = Widget(page := await people.shop(phone=True), double)
    await widget.talk()
    await page.evaluate(
        """() => {
            Object.defineProperties(visualViewport, {height: {value: 480, configurable: true},
                offsetTop: {value: 60, configurable: true}});
            visualViewport.dispatchEvent(new Event('resize'));
        }"""
    )
    await expect(widget.panel).to_have_js_property("offsetHeight", 480)
    place = await widget.panel.bounding_box()
    assert place == {"x": 0, "y": 60, "width": 390, "height": 480}
    await expect(widget.bubbles.last).to_be_in_viewport(ratio=1)  # the latest words stay in view


@pytest.mark.parametrize("phone", [True, False], ids=["phone", "desk"])
async def test_the_hosted_page(people: People, double: Double, phone: bool) -> None:
    widget = Widget(page := await people.hosted(phone=phone), double)
    await expect(widget.panel.get_by_text("您好，有什么可以帮您？")).to_be_visible()
    await expect(page).to_have_title("云杉智能 · 在线咨询")
    assert await page.evaluate("document.documentElement.lang") == "zh-CN"
    await widget.write("手机充不进电")
    await double.joins()
    await double.says("您好")
    await expect(widget.bubbles).to_have_text(["手机充不进电", "您好"])
    await page.keyboard.press("Escape")
    await expect(widget.panel).to_be_visible()  # there is nothing behind it
    await page.reload()
    await expect(widget.bubbles).to_have_text(["手机充不进电", "您好"])
    assert double.sent("hello")[0]["site"] == "yunshan"


async def test_the_hosted_page_in_english_and_dark_by_its_address(people: People, double: Double) -> None:
    page = await people.hosted("zh-CN", query="?lang=en&theme=dark")
    await expect(page.get_by_text("Hello, how can we help?")).to_be_visible()
    ground = await page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    assert ground == "rgb(13, 20, 19)"
