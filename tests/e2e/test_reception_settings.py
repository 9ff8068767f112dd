"""The reception as people change it: keys and words, what is wrong with them, a try-out in text, sounds, publishing."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from playwright.async_api import Locator, expect

from rexian.kit import wav
from tests.e2e.conftest import Browsers
from tests.e2e.office import YUNSHAN, Office
from tests.e2e.people import Staff
from tests.e2e.test_accessible import LOCALES, looking

PATH = f"/app/settings/reception?tenant={YUNSHAN}"
W: dict[str, dict[str, Any]] = {
    "zh-CN": {
        "parts": "流程的各个部分", "main": "主菜单", "add": "添加按键", "key": "按键", "free": "4",
        "label": "名称（会读出来）", "publish": "发布…", "act": "发布", "saved": "版已生效",
        "try": "试走流程", "start": "开始",
        "greets": "您好，这里是云杉智能客户服务。", "press": "按 {}", "queue": re.compile("去队列“智能家居”"),
        "queued": "进入排队", "answered": "客服接听", "ended": "客服挂机", "over": "通话结束。", "sounds": "提示音",
        "greeting": "问候语（中文）", "listen": "试听：问候语 · 中文", "begin": "开场", "stored": "录音已保存",
        "history": "历史版本", "restore": "恢复为草稿", "save": "保存草稿", "is_saved": "已保存", "new": "投诉建议",
        "line": "排队", "closed": "非工作时间", "no_sound": "这段话还没有声音",
    },
    "en": {
        "parts": "Parts of the flow", "main": "主菜单", "add": "Add a key", "key": "Key", "free": "5",
        "label": "Name (read out)", "publish": "Publish…", "act": "Publish", "saved": "is in force",
        "try": "Try it out", "start": "Start", "greets": "Hello, this is Yunshan Devices.", "press": "Press {}",
        "queue": re.compile("To the queue “Smart home”"), "queued": "Goes into the queue",
        "answered": "An agent answers", "ended": "The agent hangs up", "over": "That is the end.", "sounds": "Prompts",
        "greeting": "Greeting (Chinese)", "listen": "Listen: Greeting · Chinese", "begin": "Beginning",
        "stored": "Recording stored", "history": "History", "restore": "Restore as draft", "save": "Save draft",
        "is_saved": "Saved", "new": "Complaints", "line": "In the queue", "closed": "Closed",
        "no_sound": "These words have no sound yet",
    },
}  # fmt: skip


async def the_page(staff: Staff) -> Locator:
    await staff.page.goto(PATH)
    main = staff.page.get_by_role("main")
    await expect(main.get_by_role("tab").first).to_be_visible()
    return main


async def no_draft(office: Office) -> None:
    async with office.client() as admin:
        view = (await admin.get("/api/reception", params={"tenant_id": YUNSHAN})).json()
        if view["draft"] is not None:
            headers = {"if-match": view["etag"]}
            await admin.delete("/api/reception/draft", params={"tenant_id": YUNSHAN}, headers=headers)


async def choose(main: Locator, parts: str, name: str) -> None:
    await main.get_by_role("navigation", name=parts).get_by_role("button", name=re.compile(f"^{name}")).click()


@pytest.mark.parametrize("locale", LOCALES)
async def test_a_menu_is_changed_mended_tried_and_published(browsers: Browsers, office: Office, locale: str) -> None:
    await no_draft(office)
    word = W[locale]
    admin = await browsers.admin(locale)
    page = admin.page
    async with looking() as look:
        main = await the_page(admin)
        await look(page, "reception, beginning")
        await choose(main, word["parts"], word["main"])
        await main.get_by_role("button", name=word["add"]).click()
        await main.get_by_role("textbox", name=word["label"]).last.fill(word["new"])
        select = main.get_by_role("button", name=re.compile(rf"^[1-9*#] {word['key']}$")).last
        await select.click()
        await page.get_by_role("option", name="1", exact=True).click()
        await expect(main.locator("[data-finding=error]")).to_be_visible()
        await expect(main.get_by_role("button", name=word["publish"])).to_be_disabled()
        await look(page, "reception, a key twice")
        await select.click()
        await page.get_by_role("option", name=word["free"], exact=True).click()
        await expect(main.locator("[data-finding=error]")).to_have_count(0)
        for part in ("line", "closed"):
            await choose(main, word["parts"], word[part])
            await look(page, f"reception, {part}")
        await _tried(main, word)
        await look(page, "reception, tried out")
        await main.get_by_role("button", name=word["publish"]).click()
        await page.get_by_role("alertdialog").get_by_role("button", name=word["act"], exact=True).click()
        await expect(page.get_by_text(re.compile(word["saved"])).first).to_be_visible()
        await main.get_by_role("tab", name=word["history"]).click()
        await look(page, "reception, history")
        await main.get_by_role("button", name=word["restore"]).last.click()
        await page.get_by_role("alertdialog").get_by_role("button", name=word["restore"]).click()
        await expect(main.get_by_role("button", name=word["publish"])).to_be_enabled()
    await no_draft(office)


async def _tried(main: Locator, word: dict[str, Any]) -> None:
    """A caller wants help with the smart home and is served."""
    await main.get_by_role("tab", name=word["try"]).click()
    await main.get_by_role("button", name=word["start"], exact=True).click()
    await expect(main.get_by_text(word["greets"])).to_be_visible()
    for key in ("1", "2"):
        await main.get_by_role("button", name=word["press"].format(key), exact=True).click()
    await expect(main.get_by_text(word["queue"])).to_be_visible()
    for step in ("queued", "answered", "ended"):
        await main.get_by_role("button", name=word[step], exact=True).click()
    await main.get_by_role("button", name=word["press"].format("5"), exact=True).click()
    await expect(main.get_by_text(word["over"])).to_be_visible()


async def _listened(main: Locator, button: str) -> str:
    """Plays a prompt; returns where its sound comes from."""
    async with main.page.expect_response(re.compile("/api/reception/listen/")) as coming:
        await main.get_by_role("button", name=button).click()
    return str((await (await coming.value).all_headers())["x-prompt-source"])


async def test_words_without_a_sound_are_said_so_and_a_recording_takes_their_place(
    browsers: Browsers, office: Office
) -> None:
    await no_draft(office)
    word = W["zh-CN"]
    browsers.expected.append("status of 415")
    admin = await browsers.admin()
    page = admin.page
    main = await the_page(admin)
    await main.get_by_role("textbox", name=word["greeting"]).fill("您好，新品首发期间请稍候。")
    assert await _listened(main, word["listen"]) == "general"
    await expect(main.get_by_text(word["no_sound"]).first).to_be_visible()
    chooser = main.locator("input[data-sound='zh-CN greeting']")
    await chooser.set_input_files({"name": "song.mp3", "mimeType": "audio/mpeg", "buffer": b"ID3 no wave"})
    await expect(main.get_by_text("这不是 WAV 文件")).to_be_visible()
    tone = 0.4 * np.sin(2 * np.pi * 440 * np.arange(16_000) / 8_000)
    sound = wav.wav_of(wav.ulaw(tone.astype(np.float32)))
    await chooser.set_input_files({"name": "问候.wav", "mimeType": "audio/wav", "buffer": sound})
    await expect(page.get_by_text(re.compile(word["stored"])).first).to_be_visible()
    await expect(main.get_by_text("问候.wav")).to_be_visible()
    assert await _listened(main, word["listen"]) == "own"
    await expect(main.get_by_text(word["no_sound"])).to_have_count(0)
    async with looking() as look:
        await main.get_by_role("button", name=word["save"]).click()
        await expect(main.get_by_text(word["is_saved"], exact=True)).to_be_visible()
        await main.get_by_role("tab", name=word["sounds"]).click()
        await look(page, "reception, sounds")
        await page.set_viewport_size({"width": 1024, "height": 768})
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    async with office.client() as office_admin:
        gone = await office_admin.delete("/api/reception/files/zh-CN/greeting", params={"tenant_id": YUNSHAN})
        assert gone.status_code == 204, gone.text
    await no_draft(office)
