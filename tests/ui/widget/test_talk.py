"""A contact from the launcher to the rating, in real Chromium, on a page with a strict CSP and careless styles."""

from __future__ import annotations

import asyncio

import pytest
from playwright.async_api import Page, expect

from tests.ui.widget.conftest import People
from tests.ui.widget.double import Double
from tests.ui.widget.page import Widget


async def test_a_contact_in_chinese(people: People, double: Double) -> None:
    widget = Widget(page := await people.shop(), double)
    await expect(widget.launcher).to_be_visible()
    assert double.frames == []  # nobody asked: no socket
    await widget.open()
    await expect(widget.panel.get_by_text("您好，有什么可以帮您？")).to_be_visible()
    await expect(widget.panel.get_by_text("服务中")).to_be_visible()
    await expect(widget.panel.get_by_text("每次咨询都由真人接待")).to_be_visible()
    await page.get_by_role("radio", name="智能家居").check()
    await widget.write("门锁没有反应")
    await double.place(3, 65_000, 170_000)
    await expect(widget.panel.get_by_text("您前面还有 2 位")).to_be_visible()
    await expect(page.locator(".place").get_by_text("预计 1–3 分钟")).to_be_visible()
    await double.place(1, 5_000, 40_000)
    await expect(page.locator(".place")).to_have_text("您是下一位预计不到 1 分钟")
    (start,) = double.sent("start")
    assert (start["topic"], start["text"], start["name"]) == ("home", "门锁没有反应", None)

    await double.joins("李晓雯")
    await expect(page.get_by_role("heading", name="李晓雯")).to_be_visible()
    await expect(page.locator(".notice")).to_have_text("李晓雯 已接入，为您服务")
    await expect(page.locator(".queue")).to_have_count(0)
    await double.tell({"t": "typing", "on": True})
    await expect(widget.panel.get_by_text("李晓雯正在输入")).to_be_visible()
    await double.says("您好，请问是哪个型号的门锁？")
    await expect(widget.panel.get_by_text("李晓雯正在输入")).to_have_count(0)
    await widget.marked("sent")
    await double.reads()
    await widget.marked("read")
    await widget.box.press_sequentially("云杉 L2")
    await widget.box.press("Shift+Enter")
    await widget.box.press_sequentially("去年买的")
    await widget.box.press("Enter")
    await expect(widget.bubbles.last).to_have_text("云杉 L2\n去年买的", use_inner_text=True)
    await expect(widget.box).to_have_value("")
    assert double.texts() == ["门锁没有反应", "云杉 L2\n去年买的"]
    assert [frame["on"] for frame in double.sent("typing")][-2:] == [True, False]
    assert double.sent("read")[-1]["number"] >= 2

    await widget.menu("end")
    await expect(page.get_by_role("alertdialog")).to_contain_text("要结束本次咨询吗？")
    await page.get_by_role("button", name="结束咨询").click()
    await expect(widget.panel.get_by_text("您结束了本次咨询")).to_be_visible()
    await page.get_by_role("radio", name="5 星，非常满意").check()
    await page.get_by_role("textbox", name="还有什么想告诉我们的？").fill("很快就好了")
    await page.get_by_role("button", name="提交评价").click()
    await expect(widget.panel.get_by_text("感谢您的评价")).to_be_visible()
    (rate,) = double.sent("rate")
    assert (rate["score"], rate["comment"]) == (5, "很快就好了")

    await page.get_by_role("button", name="再次咨询").click()
    await expect(widget.panel.get_by_text("您好，有什么可以帮您？")).to_be_visible()
    await page.get_by_role("button", name="历史咨询").click()
    await expect(widget.bubbles).to_have_count(3)
    await page.get_by_role("button", name="返回").click()
    await widget.write("还有一件事")
    await widget.marked("sent")
    assert len(double.sent("start")) == 2
    assert await widget.texts() == ["还有一件事"]


async def test_a_contact_in_english_and_the_other_language_on_request(people: People, double: Double) -> None:
    widget = Widget(page := await people.shop("en-GB"), double, "en")
    await widget.open()
    await expect(widget.panel.get_by_text("Hello, how can we help?")).to_be_visible()
    await page.get_by_role("radio", name="Orders and returns").check()
    await widget.write("Where is my parcel?")
    await double.place(2, 61_000, 119_000)
    await expect(page.locator(".place")).to_have_text("1 ahead of youabout 1–2 min")
    await double.joins("Grace Lin")
    await expect(page.locator(".notice")).to_have_text("Grace Lin has joined the chat")
    await widget.menu("other")
    await expect(page.locator(".notice")).to_have_text("Grace Lin 已接入，为您服务")
    await expect(page.locator(".rx")).to_have_attribute("lang", "zh-CN")
    await page.reload()
    await expect(page.get_by_role("button", name="更多操作")).to_be_visible()  # remembered
    assert double.sent("hello")[-1]["locale"] == "zh-CN"


async def ime(page: Page, *steps: str, commit: str) -> None:
    """Composes as an input method does, by the browser's own devices."""
    devtools = await page.context.new_cdp_session(page)
    for step in steps:
        await devtools.send(
            "Input.imeSetComposition", {"text": step, "selectionStart": len(step), "selectionEnd": len(step)}
        )
    # Enter while composing takes the word. Browsers mark that key with 229.
    for kind in ("rawKeyDown", "keyUp"):
        await devtools.send(
            "Input.dispatchKeyEvent",
            {"type": kind, "key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 229, "nativeVirtualKeyCode": 229},
        )
    await page.wait_for_timeout(100)
    await devtools.send("Input.insertText", {"text": commit})


async def test_an_input_method_composes_undisturbed(people: People, double: Double) -> None:
    widget = Widget(page := await people.shop(), double)
    await widget.talk()
    await widget.box.focus()
    await ime(page, "w", "wo", "wo'd", "wo'de", commit="我的")
    await expect(widget.box).to_have_value("我的")
    await ime(page, "d", "dian", "dian'chi", commit="电池")
    await expect(widget.box).to_have_value("我的电池")
    await ime(page, "h", commit="坏了")
    assert double.sent("post") == []
    await widget.box.press("Enter")
    await widget.marked("sent")
    assert double.texts()[-1] == "我的电池坏了"
    assert len(double.sent("post")) == 1


@pytest.mark.parametrize(
    "event",
    ["{key: 'Enter', isComposing: true}", "{key: 'Enter', keyCode: 229}"],
    ids=["isComposing", "keyCode 229 after compositionend (Safari)"],
)
async def test_enter_of_a_composition_never_sends(people: People, double: Double, event: str) -> None:
    widget = Widget(page := await people.shop(), double)
    await widget.talk()
    await widget.box.fill("拼音还没选完")
    await widget.box.evaluate(f"box => box.dispatchEvent(new KeyboardEvent('keydown', {{bubbles: true, ...{event}}}))")
    await widget.box.evaluate("box => box.dispatchEvent(new CompositionEvent('compositionstart', {bubbles: true}))")
    await widget.box.press("Enter")
    await page.wait_for_timeout(150)
    assert double.sent("post") == []
    await widget.box.evaluate("box => box.dispatchEvent(new CompositionEvent('compositionend', {bubbles: true}))")
    await widget.box.press("Enter")
    await widget.marked("sent")
    assert len(double.sent("post")) == 1


async def test_escape_of_a_composition_does_not_close(people: People, double: Double) -> None:
    widget = Widget(await people.shop(), double)
    await widget.open()
    await widget.box.evaluate(
        "box => box.dispatchEvent(new KeyboardEvent('keydown', {key: 'Escape', isComposing: true, bubbles: true}))"
    )
    await expect(widget.box).to_be_visible()
    await widget.box.press("Escape")
    await expect(widget.panel).to_have_count(0)


EVIL = [
    "<script>window.hacked = 1</script>",
    "<img src=x onerror='window.hacked = 1'>",
    "<svg/onload=window.hacked=1>",
    "javascript:window.hacked=1",
    "[点我](javascript:window.hacked=1)",
    "{{constructor.constructor('window.hacked=1')()}}",
    'https://a.example/"><script>window.hacked=1</script>',
    "&lt;script&gt;",
    "Robert'); DROP TABLE contact;--",
]


async def test_markup_is_only_words_everywhere(people: People, double: Double) -> None:
    """FAULTS 8 and 9: in messages, names and file names, on both sides."""
    widget = Widget(page := await people.shop(), double)
    await widget.talk()
    for text in EVIL:
        await double.says(text, name="<b onmouseover=window.hacked=1>坐席</b>")
    file = {"id": "f", "type": "text/html", "size": 9, "image": False, "url": "javascript:window.hacked=1"}
    await double.says("", file=file | {"name": "<img src=x onerror=window.hacked=1>.html"})
    await double.says("", file=file | {"name": "a.png", "image": True})
    await expect(page.locator(".file")).to_have_count(2)  # no address that is not http: nothing to press
    assert await page.locator("a.file, a.picture").count() == 0
    assert (await widget.texts())[2:] == EVIL
    await widget.write(EVIL[1])
    await expect(widget.bubbles.last).to_have_text(EVIL[1])
    links = await page.locator(".bubble a").evaluate_all("all => all.map(a => [a.href, a.rel, a.target])")
    assert links == [["https://a.example/", "noopener noreferrer nofollow", "_blank"]]
    for bubble in await page.locator(".bubble").all():
        await bubble.hover()
    assert await page.evaluate("window.hacked") is None
    assert await page.locator(".rx script, .rx svg[onload], .rx img[onerror]").count() == 0


async def test_other_directions_stay_in_their_place(people: People, double: Double) -> None:
    """FAULTS 19: stored and sent exactly, shown isolated; stacked marks don't climb out of their bubble."""
    widget = Widget(page := await people.shop(), double)
    await widget.talk()
    texts = ["مرحبا 123 abc", "abc \u202egnp.exe", "𠮷野家 㐂 🏳️‍🌈", "Z̸̢̛͎̪̦̃̾͝a̵̘̋̈́l̶̛͓̿g̷̰̓o̶̖̒" + "\u0301" * 40]
    for text in texts:
        await widget.write(text)
        await widget.marked("sent")
    assert double.texts()[-4:] == texts
    styles = await widget.bubbles.last.evaluate(
        "one => [getComputedStyle(one).unicodeBidi, getComputedStyle(one).overflow, one.dir]"
    )
    assert styles == ["isolate", "clip", "auto"]
    assert await page.locator(".bubble").nth(2).evaluate("one => getComputedStyle(one).direction") == "rtl"
    name = "发票\u202efdp.exe"
    await double.says(
        "", file={"id": "f", "name": name, "type": "application/pdf", "size": 9, "image": False, "url": "/x"}
    )
    await expect(page.locator(".file b")).to_have_text("发票fdp.exe")


async def test_files_go_up_with_words_for_everything(people: People, double: Double) -> None:
    widget = Widget(page := await people.shop(), double)
    await widget.talk()
    picture = double.picture(300, 200)
    bytes_ = double.files[picture["id"]][1]
    chooser = page.locator("input[type=file]")
    await chooser.set_input_files(
        [
            {"name": "充电界面.png", "mimeType": "image/png", "buffer": bytes_},
            {"name": "发票 3月.pdf", "mimeType": "application/pdf", "buffer": b"%PDF" + b"1" * 5000},
        ]
    )
    await expect(page.locator(".chip")).to_have_count(2)
    await chooser.set_input_files([{"name": "录像.mov", "mimeType": "video/quicktime", "buffer": b"1"}])
    await expect(page.locator(".strip")).to_contain_text("“录像.mov”的格式暂不支持")
    await page.get_by_role("button", name="移除 发票 3月.pdf").click()
    await expect(page.locator(".chip")).to_have_count(1)
    double.upload_gate = asyncio.Event()
    await widget.box.fill("就是这个界面")
    await widget.box.press("Enter")
    await expect(page.get_by_role("progressbar")).to_be_visible()
    await expect(widget.bubbles.last).to_have_text("就是这个界面")
    double.upload_gate.set()
    await expect(page.locator(".picture img")).to_be_visible()
    assert double.uploads == ["充电界面.png"]
    assert double.sent("post")[-1].keys() == {"t", "id", "file"}

    double.upload_status = 507
    await chooser.set_input_files([{"name": "发票.pdf", "mimeType": "application/pdf", "buffer": b"%PDF"}])
    people.expected.append("507")
    await page.get_by_role("button", name="发送").click()
    await expect(page.locator(".failed")).to_contain_text("暂时无法保存文件，请稍后再试")
    double.upload_status = 200
    await page.get_by_role("button", name="重新发送").click()
    await expect(page.locator(".file:not(.up)")).to_contain_text("发票.pdf")
    assert [message["file"]["name"] for message in double.visitor.log[-2:]] == ["充电界面.png", "发票.pdf"]
    # Reloaded, it comes from the server.
    await page.reload()
    await expect(page.get_by_role("img", name="图片：充电界面.png")).to_be_visible()
    assert await page.locator(".picture img").evaluate("img => img.complete && img.naturalWidth") == 300


async def test_files_can_be_dropped_and_pasted_and_wait_for_send(people: People, double: Double) -> None:
    widget = Widget(page := await people.shop(), double)
    await widget.talk()
    give = """(kind) => {
        const data = new DataTransfer();
        data.items.add(new File(['%PDF'], '说明.pdf', {type: 'application/pdf'}));
        const root = document.querySelector('rexian-chat').shadowRoot;
        const target = root.querySelector(kind === 'paste' ? 'textarea' : '.panel');
        const init = {bubbles: true, cancelable: true, composed: true};
        target.dispatchEvent(kind === 'paste'
            ? new ClipboardEvent('paste', {...init, clipboardData: data})
            : new DragEvent(kind, {...init, dataTransfer: data}));
    }"""
    await page.evaluate(give, "dragenter")
    await expect(widget.panel.get_by_text("松开鼠标，添加到对话")).to_be_visible()
    await page.evaluate(give, "drop")
    await expect(widget.panel.get_by_text("松开鼠标，添加到对话")).to_have_count(0)
    await page.evaluate(give, "paste")
    await expect(page.locator(".chip")).to_have_count(2)
    assert double.uploads == []  # nothing goes by accident


async def test_a_file_needs_words_before_a_contact(people: People, double: Double) -> None:
    widget = Widget(page := await people.shop(), double)
    await widget.open()
    await page.locator("input[type=file]").set_input_files([{"name": "a.pdf", "mimeType": "", "buffer": b"%PDF"}])
    await page.get_by_role("button", name="发送").click()
    await expect(widget.panel.get_by_text("请先用一句话说明您的问题")).to_be_visible()
    await widget.write("看看这份文件")
    await expect(page.locator(".file:not(.up)")).to_contain_text("a.pdf")
    assert double.texts() == ["看看这份文件", None]


async def test_too_long_is_told_before_it_is_sent(people: People, double: Double) -> None:
    widget = Widget(page := await people.shop(), double)
    await widget.talk()
    await widget.box.fill("长" * 4003)
    await expect(widget.panel.get_by_text("最多 4000 字，已超出 3 字")).to_be_visible()
    await widget.box.press("Enter")
    await expect(page.get_by_role("button", name="发送")).to_be_disabled()
    assert double.sent("post") == []
    await widget.box.fill("𠮷" * 4000)
    await widget.box.press("Enter")
    await widget.marked("sent")


async def test_a_refused_contact_gives_the_words_back(people: People, double: Double) -> None:
    double.refuse = {"start": ("queue_full", "现在排队的客户太多，请稍后再试")}
    widget = Widget(page := await people.shop(), double)
    await widget.open()
    await widget.write("我的手机丢了")
    await expect(page.get_by_role("alert").first).to_contain_text("现在排队的客户太多，请稍后再试")
    await expect(widget.box).to_have_value("我的手机丢了")
    double.refuse = {}
    await widget.box.press("Enter")
    await widget.marked("sent")
    assert double.texts() == ["我的手机丢了"]


async def test_a_refused_message_can_be_sent_again_or_deleted(people: People, double: Double) -> None:
    widget = Widget(page := await people.shop(), double)
    await widget.talk()
    double.refuse = {"post": ("text_refused", "消息里有不能接收的内容")}
    await widget.write("第一句")
    await expect(page.locator(".failed")).to_contain_text("未发送：消息里有不能接收的内容")
    double.refuse = {}
    await page.get_by_role("button", name="重新发送").click()
    await widget.marked("sent")
    double.refuse = {"post": ("text_refused", "消息里有不能接收的内容")}
    await widget.write("第二句")
    await page.get_by_role("button", name="删除").click()
    await expect(widget.bubbles.last).to_have_text("第一句")
    assert double.texts() == ["手机充不进电", "第一句"]


async def test_leaving_the_queue(people: People, double: Double) -> None:
    widget = Widget(page := await people.shop(), double)
    await widget.start()
    await widget.menu("leave")
    await expect(page.get_by_role("alertdialog")).to_contain_text("取消后再次咨询需要重新排队")
    await page.get_by_role("button", name="继续等待").click()
    assert double.sent("end") == []
    await widget.menu("leave")
    await page.get_by_role("alertdialog").get_by_role("button", name="取消排队").click()
    await expect(widget.panel.get_by_text("您结束了本次咨询")).to_be_visible()
    await expect(page.locator(".rating")).to_have_count(0)  # nobody was there to be rated


async def test_a_transfer_and_the_agents_end(people: People, double: Double) -> None:
    widget = Widget(page := await people.shop(), double)
    await widget.talk()
    await double.tell({"t": "state", "state": "waiting", "agent": None})
    await expect(page.locator(".notice").last).to_have_text("正在为您转接，请稍候")
    await double.joins("周敏")
    await expect(page.get_by_role("heading", name="周敏")).to_be_visible()
    await double.ends("agent")
    await expect(page.locator(".notice").last).to_have_text("客服结束了本次咨询")
    await page.get_by_role("radio", name="1 星，非常不满意").check()
    await expect(page.get_by_role("textbox", name="很抱歉没能帮到您")).to_be_visible()


async def test_earlier_contacts_and_long_ones(people: People, double: Double) -> None:
    widget = Widget(page := await people.shop(), double)
    await widget.talk()
    for number in range(80):
        await double.says(f"第 {number} 句")
    await expect(widget.bubbles).to_have_count(60)
    await page.get_by_role("button", name="查看更早的消息").click()
    await expect(widget.bubbles).to_have_count(82)
    await widget.panel.get_by_text("手机充不进电").scroll_into_view_if_needed()
    await page.mouse.wheel(0, -4000)
    await page.locator(".stream").evaluate("one => one.scrollTo(0, 0)")
    await page.wait_for_timeout(100)
    await double.says("最新的一句")
    await expect(page.get_by_role("button", name="有新消息")).to_be_visible()
    assert await page.locator(".stream").evaluate("one => one.scrollTop") == 0  # reading is not disturbed
    await page.get_by_role("button", name="有新消息").click()
    await expect(widget.bubbles.last).to_be_in_viewport()


async def test_a_message_while_closed(people: People, double: Double) -> None:
    widget = Widget(page := await people.shop(), double)
    await widget.talk()
    await page.get_by_role("button", name="收起对话窗口").last.click()
    await expect(widget.panel).to_have_count(0)
    await double.says("请把锁的序列号发给我")
    await expect(page.locator(".badge")).to_have_text("1")
    await expect(page.locator(".teaser")).to_contain_text("请把锁的序列号发给我")
    assert double.sent("read")[-1]["number"] >= 2
    await page.get_by_role("button", name="关闭提示").click()
    await expect(page.locator(".teaser")).to_have_count(0)
    await expect(page.get_by_role("button", name="打开在线咨询（1 条未读消息）")).to_be_visible()
    await page.reload()
    await expect(page.locator(".badge")).to_have_text("1")  # a reload knows what was not read
    await widget.open()
    await expect(page.locator(".badge")).to_have_count(0)
    await expect(widget.panel.get_by_text("请把锁的序列号发给我")).to_be_visible()
    await page.wait_for_timeout(100)
    assert double.sent("read")[-1]["number"] == 3
