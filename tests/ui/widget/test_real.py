"""The widget against the real server, embedded on a page of another origin: engine, journal, feed and all."""

from __future__ import annotations

import asyncio

from playwright.async_api import expect

from tests.served import Served
from tests.ui.widget.conftest import People
from tests.ui.widget.double import Double
from tests.ui.widget.page import Widget


async def test_a_customer_and_an_agent(people: People, double: Double, real: Served) -> None:
    desk = await real.desk(real.city.he, "me")
    widget = Widget(page := await people.shop(), double)
    await widget.open()
    await expect(widget.panel.get_by_text("您好，请问有什么可以帮您？")).to_be_visible()
    await page.get_by_role("radio", name="停电").check()
    await widget.write("江岚路 8 号停电了")
    await expect(widget.panel.locator(".place")).to_contain_text("您是下一位")
    await desk.available()
    handling = await desk.accept()
    await expect(widget.panel.get_by_role("heading", name="何静")).to_be_visible()
    await desk.send(t="typing", interaction_id=handling["id"], on=True)
    await expect(widget.panel.locator(".strip")).to_have_text("何静正在输入")
    await desk.say(handling["id"], "您好，马上为您查询 <b>线路</b>")
    await expect(widget.bubbles.last).to_have_text("您好，马上为您查询 <b>线路</b>")
    await expect(widget.panel.locator(".strip")).to_have_text("")
    await desk.do("MarkRead", interaction_id=handling["id"], number=1)
    await widget.marked("read")
    await widget.write("整栋楼都没电")
    await widget.marked("sent")
    await page.reload()
    await expect(widget.bubbles).to_have_text(["江岚路 8 号停电了", "您好，马上为您查询 <b>线路</b>", "整栋楼都没电"])
    await desk.do("EndInteraction", interaction_id=handling["id"])
    await expect(widget.panel.locator(".notice").last).to_have_text("客服结束了本次咨询")
    await page.reload()  # the rating is still asked for
    await page.get_by_role("radio", name="4 星，满意", exact=True).check()
    await page.get_by_role("button", name="提交评价").click()
    await expect(widget.panel.get_by_text("感谢您的评价")).to_be_visible()
    await page.get_by_role("button", name="再次咨询").click()
    await widget.write("又停电了")
    await widget.marked("sent")
    await desk.close()


async def test_pictures_and_files(people: People, double: Double, real: Served) -> None:
    """Type sniffed, stored, shown from an address that the server signed; across origins."""
    desk = await real.desk(real.city.he, "me")
    await desk.available()
    widget = Widget(page := await people.shop(), double)
    await widget.start("请看照片")
    await desk.accept()
    picture = double.picture(300, 200)
    chooser = page.locator("input[type=file]")
    await chooser.set_input_files(
        [
            {"name": "电表 <1>.png", "mimeType": "image/png", "buffer": double.files[picture["id"]][1]},
            {"name": "说明.txt", "mimeType": "text/plain", "buffer": "户号 0123".encode()},
        ]
    )
    await page.get_by_role("button", name="发送").click()
    await expect(page.locator(".picture img")).to_be_visible()
    await expect(page.locator(".file:not(.up)")).to_contain_text("说明.txt")
    await widget.marked("sent")
    assert await page.locator(".picture, .file b").first.get_attribute("class") == "picture"  # as they were chosen
    await page.reload()
    image = page.get_by_role("img", name="图片：电表 <1>.png")
    await expect(image).to_be_visible()
    await expect(image).to_have_js_property("naturalWidth", 300)
    # What it says it is does not count.
    people.expected.append("the server responded with a status of 4")
    await chooser.set_input_files([{"name": "假的.png", "mimeType": "image/png", "buffer": b"PK\x03\x04" + bytes(200)}])
    await page.get_by_role("button", name="发送").click()
    await expect(page.locator(".failed")).to_contain_text("“假的.png”的格式暂不支持")
    await desk.close()


async def test_words_while_the_server_is_cut_off(people: People, double: Double, real: Served) -> None:
    people.expected += ["WebSocket", "ERR_INTERNET_DISCONNECTED"]
    desk = await real.desk(real.city.he, "me")
    await desk.available()
    widget = Widget(page := await people.shop(), double)
    await widget.start("第一句")
    handling = await desk.accept()
    await page.context.set_offline(True)
    await widget.write("断网写的一")
    await widget.write("断网写的二")
    await desk.say(handling["id"], "您还在吗？")
    await page.context.set_offline(False)
    await widget.marked("sent")
    await expect(widget.bubbles).to_have_count(4)
    texts = await widget.texts()
    assert sorted(texts) == sorted(["第一句", "断网写的一", "断网写的二", "您还在吗？"])
    assert texts.index("断网写的一") < texts.index("断网写的二")
    await desk.close()


async def test_two_tabs_at_once(people: People, double: Double, real: Served) -> None:
    context = await people.context()
    tabs = [Widget(await people.watch(await context.new_page()), double) for _ in range(2)]
    for tab in tabs:
        await tab.page.goto(double.shop)
        await tab.open()
    await asyncio.gather(*(tab.write(f"标签页 {n}") for n, tab in enumerate(tabs)))
    for tab in tabs:
        await expect(tab.bubbles).to_have_count(2)
    floor = real.house.rooms[real.city.floor_id].mirror.floor
    assert len([one for one in floor.interactions() if one.state == "queued"]) == 1


async def test_the_page_of_its_own_in_english(people: People, double: Double, real: Served) -> None:
    desk = await real.desk(real.city.he, "me")
    widget = Widget(page := await people.hosted("en-GB", phone=True), double, "en")
    await expect(widget.panel.get_by_text("Hello!")).to_be_visible()
    await expect(page).to_have_title("Jianglan · Chat")
    await widget.write("No power in Jianglan Road 8")
    await expect(widget.panel.locator(".place")).to_contain_text("You are next")
    await desk.available()
    handling = await desk.accept()
    await desk.say(handling["id"], "One moment, please")
    await expect(widget.bubbles.last).to_have_text("One moment, please")
    await desk.close()


async def test_a_site_that_does_not_exist(people: People, double: Double, real: Served) -> None:
    double.site = "nobody"
    widget = Widget(await people.shop(), double)
    await widget.launcher.click()
    await expect(widget.panel.get_by_role("alert")).to_contain_text("本页面暂未开通在线咨询")


async def test_a_page_that_the_site_does_not_name(people: People, double: Double, real: Served) -> None:
    """FAULTS 11: Yunshan's widget belongs on shop.example only."""
    people.expected.append("WebSocket")
    double.site = "yunshan"
    widget = Widget(page := await people.shop(), double)
    await widget.launcher.click()
    await page.wait_for_timeout(1_000)
    assert await widget.panel.locator(".greeting").inner_text() == "" or await widget.panel.get_by_role("alert").count()
