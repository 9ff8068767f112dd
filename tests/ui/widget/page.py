"""The widget as a customer meets it: by roles and words, in either language."""

from __future__ import annotations

import re
from dataclasses import dataclass

from playwright.async_api import Locator, Page, expect

from tests.ui.widget.double import Double

WORDS = {
    "zh": {
        "open": re.compile("^打开在线咨询"),
        "minimise": "收起对话窗口",
        "message": "消息内容",
        "send": "发送",
        "menu": "更多操作",
        "end": "结束咨询",
        "leave": "取消排队",
        "sent": "已送达",
        "read": "已读",
        "sending": "发送中",
        "again": "再次咨询",
        "other": "English",
    },
    "en": {
        "open": re.compile("^Open chat"),
        "minimise": "Minimise chat",
        "message": "Message",
        "send": "Send",
        "menu": "More",
        "end": "End chat",
        "leave": "Leave the queue",
        "sent": "Delivered",
        "read": "Read",
        "sending": "Sending",
        "again": "Chat again",
        "other": "中文",
    },
}


@dataclass
class Widget:
    page: Page
    double: Double
    lang: str = "zh"

    def word(self, key: str) -> str:
        return str(WORDS[self.lang][key])

    @property
    def launcher(self) -> Locator:
        return self.page.get_by_role("button", name=WORDS[self.lang]["open"])  # type: ignore[arg-type]

    @property
    def panel(self) -> Locator:
        return self.page.locator(".panel")

    @property
    def box(self) -> Locator:
        return self.page.get_by_role("textbox", name=self.word("message"))

    @property
    def bubbles(self) -> Locator:
        return self.page.locator(".bubble")

    @property
    def said(self) -> Locator:
        """What a screen reader hears."""
        return self.page.get_by_role("status").first

    async def open(self) -> Widget:
        await self.launcher.click()
        await expect(self.box).to_be_visible()
        await expect(self.page.locator(".greeting, .stream")).not_to_be_empty()
        return self

    async def write(self, text: str) -> None:
        await self.box.fill(text)
        await self.box.press("Enter")

    async def start(self, text: str = "手机充不进电") -> None:
        """Opens, asks, and waits until the server has the first words."""
        await self.open()
        await self.write(text)
        await self.marked("sent")

    async def talk(self, text: str = "手机充不进电") -> None:
        """Until an agent has joined and said hello."""
        await self.start(text)
        await self.double.joins()
        await self.double.says("您好，我是李晓雯")
        await expect(self.bubbles.last).to_have_text("您好，我是李晓雯")

    async def marked(self, key: str) -> None:
        """The mark at the customer's latest words."""
        await expect(self.page.locator(".mark").last).to_have_text(self.word(key))

    async def menu(self, item: str) -> None:
        await self.page.get_by_role("button", name=self.word("menu")).click()
        await self.page.get_by_role("menuitem", name=self.word(item)).click()

    async def texts(self) -> list[str]:
        return await self.bubbles.all_inner_texts()

    async def focused(self) -> str:
        """Tag and label of what has the focus, inside the shadow root too."""
        return str(
            await self.page.evaluate(
                """() => {
                    const inside = document.activeElement?.shadowRoot?.activeElement ?? document.activeElement;
                    const name = inside.getAttribute('aria-label') ?? inside.textContent.trim();
                    return `${inside.tagName.toLowerCase()} ${name}`;
                }"""
            )
        )
