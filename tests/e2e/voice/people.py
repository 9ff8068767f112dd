"""A customer at the call page, and staff with phones, as they use them."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass

from playwright.async_api import Locator, Page, expect

from tests.e2e.people import Agent, Person
from tests.e2e.voice.words import WORDS
from tests.patience import PATIENCE_S

STAGES = """
window.stages = [];
new MutationObserver(() => window.stages.push(document.querySelector('[data-stage]').dataset.stage)).observe(
    document.querySelector('[data-stage]'), { attributes: true, attributeFilter: ['data-stage'] });
"""


def word(locale: str, key: str) -> str:
    return WORDS[locale][key]


@dataclass
class Caller(Person):
    """A customer who calls from the page of a company."""

    site: str = "yunshan"

    def word(self, key: str) -> str:
        return word(self.locale, key)

    @property
    def ear(self) -> Page:
        return self.page

    @property
    def status(self) -> Locator:
        return self.page.locator("[data-stage]")

    async def opens_the_page(self) -> None:
        await self.page.goto(f"/v/{self.site}")
        await expect(self.button("call", exact=True)).to_be_enabled()

    async def watches(self) -> None:
        """From now on keeps every stage that the page shows."""
        await self.page.evaluate(STAGES)

    async def stages(self) -> list[str]:
        got: list[str] = await self.page.evaluate("window.stages")
        return got

    async def is_in(self, stage: str, within_s: float = PATIENCE_S) -> None:
        await expect(self.status).to_have_attribute("data-stage", stage, timeout=within_s * 1000)

    async def taps(self, topic: str | None = None) -> None:
        await self.opens_the_page()
        if topic:
            await self.page.get_by_text(topic, exact=True).click()
        await self.button("call", exact=True).click()

    async def presses(self, digit: str, offered: str) -> None:
        """A key that the reception offers, by its words: sent as a tone with the sound (RFC 4733)."""
        await self.page.get_by_role("button", name=re.compile(f"^{re.escape(digit)} {offered}")).click()

    async def types(self, digits: str) -> None:
        """On the page's own keypad."""
        await self.button("keypad", exact=True).click()
        for digit in digits:
            await self.page.get_by_role("button", name=self.word("key").format(key=digit), exact=True).click()

    async def calls(self, topic: str) -> None:
        """By a topic, so without the menu; returns in the queue."""
        await self.taps(topic)
        await self.is_in("waiting")

    async def talks_to(self, name: str, within_s: float = PATIENCE_S) -> None:
        await expect(self.status).to_contain_text(self.word("with").format(name=name), timeout=within_s * 1000)
        await self.is_in("talking", within_s)

    async def mutes(self, on: bool) -> None:
        await self.button("mute" if on else "unmute", exact=True).click()

    async def is_told_of_the_recording(self, on: bool) -> None:
        await expect(self.page.get_by_text("正在录音" if on else "录音已暂停")).to_be_visible()

    async def hangs_up(self) -> None:
        await self.button("hang_up").click()

    async def rates(self, stars: int, comment: str) -> None:
        await self.page.get_by_role("radio", name=self.word("star").format(n=stars)).check()
        await self.page.get_by_label(self.word("comment")).fill(comment)
        await self.button("send").click()
        await expect(self.page.get_by_text(self.word("thanks"))).to_be_visible()


def card(who: Agent) -> Locator:
    return who.page.locator("[data-call]:not(button)")


async def phone_is(who: Agent, state: str, within_s: float = PATIENCE_S) -> None:
    """The sign in the top bar: `ok`, or why calls can't ring here."""
    await expect(who.page.locator("[data-phone]")).to_have_attribute("data-phone", state, timeout=within_s * 1000)


async def rings(who: Agent, within_s: float = PATIENCE_S) -> None:
    await expect(who.offers.first).to_be_visible(timeout=within_s * 1000)


async def answers(who: Agent) -> float:
    """Takes the call that rings by the keyboard; seconds until its sound flows."""
    await rings(who)
    began = time.monotonic()
    await who.page.keyboard.press("Alt+a")
    await expect(who.offers).to_have_count(0)
    await call_is(who, "up")
    return time.monotonic() - began


async def call_is(who: Agent, status: str, within_s: float = PATIENCE_S) -> None:
    await expect(card(who)).to_have_attribute("data-call", status, timeout=within_s * 1000)


async def does(who: Agent, key: str) -> None:
    """A button of the call's card, by its words."""
    await card(who).get_by_role("button", name=re.compile(f"^{word(who.locale, key)}")).click()


async def ends_the_call(who: Agent) -> None:
    await who.page.keyboard.press("Alt+x")
    dialog = who.page.get_by_role("alertdialog")
    await dialog.get_by_role("button", name=word(who.locale, "end_call")).click()
    await expect(dialog).to_have_count(0)


async def card_fits(who: Agent, width: int) -> None:
    """No control of the call's card stands out of it in a window of this width."""
    before = who.page.viewport_size
    await who.page.set_viewport_size({"width": width, "height": 768})
    out = await card(who).evaluate(
        """card => {
            const edge = card.getBoundingClientRect().right;
            const out = [...card.querySelectorAll('button')].filter(one => one.getBoundingClientRect().right > edge);
            return out.map(one => one.textContent);
        }"""
    )
    assert out == []
    if before:
        await who.page.set_viewport_size(before)


async def mark(*pages: Page) -> None:
    """Leaves something in each page that a reload would wipe away."""
    for page in pages:
        await page.evaluate("window.sameDocument = true")


async def same(*pages: Page) -> None:
    for page in pages:
        assert await page.evaluate("window.sameDocument === true"), f"{page.url} was loaded anew"
