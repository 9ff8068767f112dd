"""A newcomer's first contact, from the three doors to the trace: a customer writes, a person answers, all is seen."""

from __future__ import annotations

import io
import re
from typing import Any

from PIL import Image, ImageDraw
from playwright.async_api import expect

from tests.e2e.conftest import PHONE, Browsers
from tests.e2e.office import Office
from tests.e2e.people import Agent, Customer, Supervisor

CHINESE = re.compile(r"[\u4e00-\u9fff]+")


def picture(name: str = "充电界面.png") -> dict[str, Any]:
    image = Image.new("RGB", (640, 400), "#0f766e")
    ImageDraw.Draw(image).rectangle((80, 60, 560, 340), outline="white", width=6)
    image.save(out := io.BytesIO(), "PNG")
    return {"name": name, "mimeType": "image/png", "buffer": out.getvalue()}


def pdf(name: str = "购机发票.pdf") -> dict[str, Any]:
    body = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n%%EOF\n"
    return {"name": name, "mimeType": "application/pdf", "buffer": body}


async def test_a_newcomer_sees_all_three_sides_of_a_contact(browsers: Browsers, office: Office) -> None:
    front = await browsers.page()
    await front.goto("/")
    await expect(front.get_by_role("heading", level=1)).to_have_text("每一次求助，都有人接。")
    async with front.context.expect_page() as opening:
        await front.get_by_role("link", name="成为客户").click()
    customer = await browsers.customer(page=await opening.value)
    agent = Agent(await browsers.page())
    await agent.through_the_door("agent_door")
    supervisor = Supervisor(await browsers.page())
    await supervisor.through_the_door("supervisor_door")
    before = await supervisor.figures("智能家居")

    # The customer picks a topic and writes by an input method, whose Enter takes a word and does not send.
    await customer.open()
    await expect(customer.page.get_by_text("服务中")).to_be_visible()
    await customer.choose("智能家居")
    await customer.box.focus()
    await customer.compose("m", "men", "men'suo", commit="门锁")
    await customer.compose("d", "da", "da'bu'kai", commit="打不开")
    await expect(customer.box).to_have_value("门锁打不开")
    await expect(customer.bubbles).to_have_count(0)
    await customer.box.press("Enter")
    await customer.marked("sent")
    await expect(customer.place).to_contain_text("您是下一位")
    await wall_shows(supervisor, "智能家居", {"在等": "1", "处理中": "0"})
    await customer.page.wait_for_timeout(1_100)  # so that there is a wait to tell of

    # The agent becomes available and is offered the contact.
    await agent.becomes("available")
    await expect(agent.offers).to_contain_text("门锁打不开")
    await expect(agent.offers).to_contain_text("云杉智能 · 智能家居")
    await agent.accepts()
    await expect(customer.notices).to_have_text("李晓雯 已接入，为您服务")
    await wall_shows(supervisor, "智能家居", {"在等": "0", "处理中": "1"})
    await (
        supervisor.page.get_by_role("textbox", name="查找队列或坐席")
        .or_(supervisor.page.get_by_role("searchbox", name="查找队列或坐席"))
        .fill("李晓雯")
    )
    await expect(supervisor.agent("李晓雯")).to_contain_text("会话中")
    await expect(supervisor.agent("李晓雯")).to_contain_text("智能家居")

    await both_write(customer, agent)
    await files_pass(customer, agent)
    await what_stays_inside(customer, agent)

    # The agent ends and wraps up; the customer rates; the supervisor's figures have moved.
    await agent.ends()
    await expect(customer.notices.last).to_have_text("客服结束了本次咨询")
    await expect(supervisor.agent("李晓雯")).to_contain_text("话后处理")
    await agent.wraps_up("dcjj", "当场解决", "门锁电池耗尽，已教客户外接供电开锁并寄送电池。")
    await agent.is_in_state("available")
    await customer.rates("态度很好，十分钟就解决了")
    answered = str(int(before["今日已接"]) + 1)
    await supervisor.page.goto("/app/wall")
    await wall_shows(supervisor, "智能家居", {"在等": "0", "处理中": "0", "今日已接": answered})

    await the_trace_tells(supervisor, await office.latest_contact())
    await the_next_agent_knows(browsers, customer, agent)


async def wall_shows(supervisor: Supervisor, queue: str, wanted: dict[str, str]) -> None:
    """The wall comes to show these figures, without a reload."""
    for heading, figure in wanted.items():
        for _ in range(60):
            got = await supervisor.figures(queue)
            if got[heading] == figure:
                break
            await supervisor.page.wait_for_timeout(100)
        assert got[heading] == figure, (heading, got)


async def both_write(customer: Customer, agent: Agent) -> None:
    """Typing signs both ways, words both ways (by an input method, too), read marks both ways."""
    await agent.box.focus()
    await agent.compose("n", "nin", "nin'hao", commit="您好")
    await expect(customer.strip).to_contain_text("李晓雯正在输入")
    assert await agent.log.get_by_text("您好", exact=True).count() == 0
    await agent.box.press_sequentially("，请问门锁亮红灯吗？")
    await agent.box.press("Enter")
    await customer.reads("您好，请问门锁亮红灯吗？")
    await expect(agent.log.get_by_text("已读")).to_be_visible()
    await expect(customer.strip).not_to_contain_text("正在输入")

    await customer.box.press_sequentially("亮的")
    await expect(agent.page.get_by_text("对方正在输入…").first).to_be_visible()
    await customer.box.press("Enter")
    await agent.reads("亮的")
    await customer.marked("seen")


async def files_pass(customer: Customer, agent: Agent) -> None:
    """A picture and a PDF each way; the picture is seen, the PDF arrives byte for byte."""
    await customer.send_files(picture(), pdf())
    shown = agent.log.get_by_role("img", name="图片：充电界面.png")
    await expect(shown).to_have_js_property("naturalWidth", 640)
    async with agent.page.expect_download() as loading:
        await agent.log.get_by_role("link", name="购机发票.pdf").click()
    assert (await (await loading.value).path()).read_bytes() == pdf()["buffer"]

    chooser = agent.page.locator("input[type=file]")
    await chooser.set_input_files([picture("应急供电口.png"), pdf("说明书.pdf")])
    seen = customer.page.get_by_role("img", name="图片：应急供电口.png")
    await expect(seen).to_have_js_property("naturalWidth", 640)
    async with customer.page.context.expect_page() as opening:
        await seen.click()
    opened = await opening.value
    await opened.wait_for_load_state()
    assert await opened.evaluate("document.contentType") == "image/png"
    await opened.close()
    async with customer.page.expect_download() as loading:
        await customer.page.get_by_role("link", name="说明书.pdf").click()
    assert (await (await loading.value).path()).read_bytes() == pdf()["buffer"]


async def what_stays_inside(customer: Customer, agent: Agent) -> None:
    """An internal note is for colleagues only; a canned answer comes by a slash and goes to the customer."""
    await agent.notes("老客户，语气急，优先寄电池")
    await agent.box.press_sequentially("/xie")
    options = agent.page.get_by_role("listbox", name="常用语").get_by_role("option")
    await expect(options.first).to_be_visible()
    title = await options.first.inner_text()
    await agent.box.press("Enter")
    await expect(options).to_have_count(0)
    words = await agent.box.input_value()
    assert words, title
    assert "/" not in words
    assert "{" not in words
    await agent.box.press("Enter")
    await customer.reads(words)
    assert not any("优先寄电池" in frame for frame in customer.heard)
    assert "优先寄电池" not in await customer.page.content()


async def the_trace_tells(supervisor: Supervisor, contact: str) -> None:
    """The contact's page tells the story with its reasons."""
    await supervisor.page.goto("/app/contacts")
    await supervisor.page.get_by_role("link", name="门锁打不开").first.click()
    await supervisor.page.wait_for_url(f"**/app/contacts/{contact}")
    story = supervisor.page.get_by_role("region", name="全程轨迹")
    await expect(story).to_contain_text("进入队列「智能家居」排队")
    await expect(story).to_contain_text("派接给李晓雯：刚空出来，接手排在最前的客户，符合技能 智能家居，客户已等")
    await expect(story).to_contain_text("李晓雯接起，客户共等待")
    await expect(story).to_contain_text("完成小结")
    await expect(story).to_contain_text("客户评价 5 分（非常满意）")
    await expect(supervisor.page.get_by_role("main").get_by_role("log")).to_contain_text("门锁打不开")


async def the_next_agent_knows(browsers: Browsers, customer: Customer, agent: Agent) -> None:
    """When the customer comes again, the desk shows the earlier contact."""
    await customer.page.get_by_role("button", name="再次咨询").click()
    await customer.write("电池收到了，谢谢，再问一下怎么装")
    await agent.accepts()
    panel = agent.page.get_by_role("complementary", name="客户资料")
    await expect(panel).to_contain_text("门锁电池耗尽，已教客户外接供电开锁并寄送电池。")
    await expect(panel.get_by_role("link").filter(has_text="智能家居")).to_be_visible()


async def test_an_offer_does_not_disturb_somebody_who_is_writing(browsers: Browsers) -> None:
    agent = await browsers.agent()
    first = await browsers.customer()
    await first.asks("第一位：手机充不进电", "手机使用")
    await agent.accepts("第一位")
    await agent.box.focus()
    await agent.box.press_sequentially("您好，")
    second = await browsers.customer()
    await second.asks("第二位：门锁打不开", "智能家居")
    await agent.compose("q", "qing", commit="请")
    await expect(agent.offers).to_have_count(1)
    await agent.page.keyboard.type("您稍等")
    await agent.compose("y", "yi'xia", commit="一下")
    assert await agent.focused() == "composer-reply"
    await expect(agent.box).to_have_value("您好，请您稍等一下")
    # The offer is announced to those who cannot see it.
    await expect(agent.page.locator("[aria-live=polite]").filter(has_text="新的派接：")).to_be_attached()
    await expect(agent.page).to_have_title(re.compile(r"^\(\d+\) 新派接"))
    await agent.accepts("第二位")
    await expect(second.notices).to_have_text("李晓雯 已接入，为您服务")
    await agent.write("第二位您好")
    await second.reads("第二位您好")
    # The words begun before wait at the first contact.
    await agent.page.keyboard.press("Alt+1")
    await expect(agent.box).to_have_value("您好，请您稍等一下")
    await agent.box.press("Enter")
    await first.reads("您好，请您稍等一下")
    assert await second.texts() == ["第二位：门锁打不开", "第二位您好"]


async def test_a_contact_is_handed_to_a_person_and_a_queue_and_comes_back(browsers: Browsers, office: Office) -> None:
    customer = await browsers.customer()
    li = await browsers.agent()
    await customer.asks("扫地机器人一直转圈", "智能家居")
    await li.accepts()
    await li.write("您好，我先看一下")
    wang = await browsers.colleague()
    await li.transfers("王思源", person=True, note="已确认型号 R2，请看固件")
    await expect(li.handlings).to_have_count(0)
    await expect(customer.notices.last).to_have_text("正在为您转接，请稍候")
    await wang.accepts("扫地机器人")
    await expect(customer.notices.last).to_have_text("王思源 已接入，为您服务")
    await wang.reads("您好，我先看一下")
    await wang.reads("已确认型号 R2，请看固件")
    await wang.write("我来接手，请长按电源键十秒")
    await customer.reads("我来接手，请长按电源键十秒")
    assert not any("请看固件" in frame for frame in customer.heard)

    await wang.becomes("break")
    await wang.transfers("维修与保修", note="需要安排上门")
    await li.accepts("扫地机器人")
    await expect(customer.notices.last).to_have_text("李晓雯 已接入，为您服务")
    await li.write("我给您安排上门")
    await customer.reads("我给您安排上门")
    await customer.write("好的，明天下午可以")
    await li.reads("好的，明天下午可以")
    await customer.end()
    await expect(li.page.get_by_text("客户已经结束会话。请完成小结。")).to_be_visible()
    story = " ".join(entry["text"] for entry in await office.trace(await office.latest_contact()))
    assert "李晓雯转接给王思源" in story
    assert "王思源转接到队列「维修与保修」" in story
    assert "转入队列「维修与保修」，先前的等待照算" in story


async def test_customers_know_their_place_while_nobody_is_free(browsers: Browsers) -> None:
    customers = []
    for number in range(3):
        customers.append(one := await browsers.customer(viewport=PHONE))
        await one.asks(f"第 {number + 1} 位在排队", "手机使用")
    for ahead, one in enumerate(customers):
        await expect(one.place).to_contain_text(f"您前面还有 {ahead} 位" if ahead else "您是下一位")
    supervisor = await browsers.supervisor()
    left = int((await supervisor.figures("手机使用"))["今日放弃"])
    await wall_shows(supervisor, "手机使用", {"在等": "3", "空闲坐席": "0"})
    await customers[0].end(waiting=True)
    await expect(customers[1].place).to_contain_text("您是下一位")
    await expect(customers[2].place).to_contain_text("您前面还有 1 位")
    await wall_shows(supervisor, "手机使用", {"在等": "2", "今日放弃": str(left + 1)})
    agent = await browsers.agent()
    await agent.accepts("第 2 位")
    await expect(customers[2].place).to_contain_text("您是下一位")
    # A range once the queue has answered often enough to know one; never a guess before.
    await expect(customers[2].place).to_contain_text(re.compile("预计|正在估算等待时间"))


async def test_the_same_in_english(browsers: Browsers) -> None:
    front = await browsers.page("en")
    await front.goto("/")
    async with front.context.expect_page() as opening:
        await front.get_by_role("link", name="Be a customer").click()
    customer = await browsers.customer("en", await opening.value)
    agent = await browsers.agent("en")
    supervisor = await browsers.supervisor("en")
    await customer.open()
    await expect(customer.page.get_by_text("Open now")).to_be_visible()
    await customer.choose("Phones")
    await customer.write("My phone won't charge")
    await expect(agent.offers).to_contain_text("Yunshan Devices · Phones")
    await agent.accepts("My phone won't charge")
    await expect(customer.notices).to_have_text("李晓雯 has joined the chat")
    await agent.write("Hello, have you tried another cable?")
    await customer.reads("Hello, have you tried another cable?")
    await customer.write("Yes, two of them")
    await agent.reads("Yes, two of them")
    await wall_shows(supervisor, "Phones", {"Waiting": "0", "Talking": "1"})
    await agent.ends()
    await expect(customer.notices.last).to_have_text("The agent ended the chat")
    await agent.wraps_up("resol", "Resolved at once", "Sent a new charger.")
    await customer.rates("Quick and kind")
    await supervisor.page.goto("/app/contacts")
    await supervisor.page.get_by_role("link", name="My phone won't charge").first.click()
    story = supervisor.page.get_by_role("region", name="Trace")
    await expect(story).to_contain_text("Offered to 李晓雯")
    await expect(story).to_contain_text("the only one free at that moment; has the skills")
    await expect(story).to_contain_text("Quick and kind")
    for page in (customer.page, agent.page, supervisor.page):
        assert await page.evaluate("document.documentElement.lang") == "en"
        # Nothing but people's names, and the way to the other language, is in Chinese.
        text = re.sub("李晓雯|陈国梁|晓雯|国梁|中文", "", await page.locator("body").inner_text())
        assert CHINESE.findall(text) == []
