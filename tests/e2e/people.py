"""Customer, agent and supervisor as they use their pages: by roles and words, with eyes or a screen reader."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from playwright.async_api import Locator, Page, WebSocket, expect

from tests.e2e.office import PASSWORD
from tests.e2e.words import WORDS


@dataclass
class Person:
    """Somebody at a page, in a language."""

    page: Page
    locale: str = "zh-CN"

    def word(self, key: str) -> str:
        return WORDS[self.locale][key]

    def button(self, key: str, exact: bool = False) -> Locator:
        return self.page.get_by_role("button", name=self.word(key), exact=exact)

    async def focused(self) -> str:
        """Id or name of what has the focus, through shadow roots."""
        return str(
            await self.page.evaluate(
                """() => {
                    let one = document.activeElement;
                    while (one?.shadowRoot?.activeElement) one = one.shadowRoot.activeElement;
                    return one?.id || one?.getAttribute('aria-label') || one?.tagName || '';
                }"""
            )
        )

    async def compose(self, *steps: str, commit: str) -> None:
        """Writes as an input method does, by the browser's own device; Enter takes the word and must not send."""
        devtools = await self.page.context.new_cdp_session(self.page)
        for step in steps:
            end = len(step)
            await devtools.send("Input.imeSetComposition", {"text": step, "selectionStart": end, "selectionEnd": end})
        for kind in ("rawKeyDown", "keyUp"):
            key = {"key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 229, "nativeVirtualKeyCode": 229}
            await devtools.send("Input.dispatchKeyEvent", {"type": kind, **key})
        await self.page.wait_for_timeout(100)
        await devtools.send("Input.insertText", {"text": commit})
        await devtools.detach()


@dataclass
class Customer(Person):
    """Writes in the widget of a shop. `heard` is all that the server has told this page."""

    heard: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        def listen(socket: WebSocket) -> None:
            socket.on("framereceived", lambda frame: self.heard.append(str(frame)))

        self.page.on("websocket", listen)

    @property
    def box(self) -> Locator:
        return self.page.get_by_role("textbox", name=self.word("message"))

    @property
    def bubbles(self) -> Locator:
        return self.page.locator("rexian-chat .bubble")

    @property
    def place(self) -> Locator:
        return self.page.locator("rexian-chat .place")

    @property
    def notices(self) -> Locator:
        return self.page.locator("rexian-chat .notice")

    @property
    def strip(self) -> Locator:
        return self.page.locator("rexian-chat .strip")

    async def enter_the_shop(self) -> None:
        await self.page.goto("/demo/shop" if self.locale == "zh-CN" else "/demo/shop?lang=en")
        await self.open()

    async def open(self) -> None:
        await self.page.get_by_role("button", name=re.compile(f"^{self.word('open_chat')}")).click()
        await expect(self.box).to_be_visible()

    async def choose(self, topic: str) -> None:
        await self.page.get_by_role("radio", name=topic).check()

    async def write(self, text: str) -> None:
        await self.box.fill(text)
        await self.box.press("Enter")

    async def asks(self, text: str, topic: str | None = None) -> None:
        """Enters the shop and sends the first words; returns when the server has them."""
        await self.enter_the_shop()
        if topic:
            await self.choose(topic)
        await self.write(text)
        await self.marked("sent", "seen")

    async def marked(self, *keys: str) -> None:
        """The mark at this customer's latest words becomes one of these."""
        wanted = re.compile("^(" + "|".join(re.escape(self.word(key)) for key in keys) + ")$")
        await expect(self.page.locator("rexian-chat .mark").last).to_have_text(wanted)

    async def reads(self, text: str) -> None:
        await expect(self.bubbles.filter(has_text=text)).to_have_count(1)

    async def texts(self) -> list[str]:
        return [text.strip() for text in await self.bubbles.all_inner_texts()]

    async def send_files(self, *files: Any) -> None:
        await self.page.locator("rexian-chat input[type=file]").set_input_files(list(files))
        await self.page.locator("rexian-chat .send").click()

    async def end(self, waiting: bool = False) -> None:
        word = self.word("leave_queue" if waiting else "end_chat")
        await self.button("more").click()
        await self.page.get_by_role("menuitem", name=word).click()
        await self.page.get_by_role("alertdialog").get_by_role("button", name=word).click()

    async def rates(self, comment: str) -> None:
        await self.page.get_by_role("radio", name=self.word("best")).check()
        await self.page.get_by_role("textbox", name=self.word("comment")).fill(comment)
        await self.button("rate").click()
        await expect(self.page.get_by_text(self.word("thanks"))).to_be_visible()

    async def visitor(self) -> str | None:
        """The token by which the server knows this browser."""
        if not self.page.url.startswith("http"):
            return None
        got = await self.page.evaluate("localStorage.getItem('rexian.yunshan.visitor')")
        return str(got) if got else None


@dataclass
class Staff(Person):
    """Somebody at the console."""

    @property
    def live(self) -> Locator:
        """The honest sign: `data-line` is live, behind, offline or degraded."""
        return self.page.locator("[data-line]")

    async def go(self, path: str) -> None:
        """By the console's own links, without loading a page anew, where there is one."""
        await self.page.goto(path)
        await expect(self.live).to_have_attribute("data-line", "live")

    async def through_the_door(self, key: str) -> None:
        await self.page.goto("/")
        await self.button(key).click()
        await self.page.wait_for_url("**/app/**")
        await expect(self.live).to_have_attribute("data-line", "live")


@dataclass
class Agent(Staff):
    """Works at the desk."""

    @property
    def offers(self) -> Locator:
        return self.page.locator("[data-offer]")

    @property
    def handlings(self) -> Locator:
        return self.page.locator("[data-handling]")

    @property
    def box(self) -> Locator:
        return self.page.locator("#composer-reply")

    @property
    def log(self) -> Locator:
        return self.page.get_by_role("main").get_by_role("log")

    async def is_in_state(self, key: str) -> None:
        """What was chosen, by the agent or by the floor. While an available agent talks, the words say that instead."""
        switch = self.page.locator("#state-switch")
        await expect(switch).to_have_attribute("data-state", "available" if key == "available" else "not_ready")
        if key != "available":
            await expect(switch).to_contain_text(self.word(key))

    async def is_shown_as(self, key: str) -> None:
        """What the words of the state say."""
        await expect(self.page.locator("#state-switch")).to_contain_text(self.word(key))

    async def becomes(self, key: str) -> None:
        """Changes the state by the menu."""
        await self.page.locator("#state-switch").click()
        await (
            self.page.get_by_role("menuitemradio", name=self.word(key))
            .or_(self.page.get_by_role("menuitem", name=self.word(key)))
            .first.click()
        )
        await self.is_in_state(key)

    async def accepts(self, text: str | None = None) -> None:
        """Takes the first offer by the keyboard and stands in its conversation."""
        first = self.offers.first
        await expect(first).to_be_visible()
        if text:
            await expect(first).to_contain_text(text)
        id = await first.get_attribute("data-offer")
        await self.page.keyboard.press("Alt+a")
        await expect(self.page.locator(f'[data-offer="{id}"]')).to_have_count(0)
        await expect(self.box).to_be_visible()

    async def write(self, text: str) -> None:
        await self.box.fill(text)
        await self.box.press("Enter")
        await expect(self.box).to_have_value("")

    async def reads(self, text: str) -> None:
        await expect(self.log.get_by_text(text, exact=True)).to_have_count(1)

    async def notes(self, text: str) -> None:
        await self.page.keyboard.press("Alt+n")
        field = self.page.get_by_role("textbox", name=self.word("note"))
        await field.fill(text)
        await field.press("Enter")
        await self.reads(text)
        await self.page.keyboard.press("Alt+m")
        await expect(self.box).to_be_focused()

    async def transfers(self, target: str, person: bool = False, note: str = "") -> None:
        await self.page.keyboard.press("Alt+t")
        dialog = self.page.get_by_role("dialog")
        if person:
            await dialog.get_by_role("tab", name=self.word("people")).click()
        await dialog.get_by_role("option", name=target).click()
        await dialog.get_by_role("textbox", name=self.word("handover")).fill(note)
        await dialog.get_by_role("button", name=f"{self.word('transfer_to')}").click()
        await expect(dialog).to_have_count(0)

    async def ends(self) -> None:
        await self.page.keyboard.press("Alt+x")
        dialog = self.page.get_by_role("alertdialog")
        await dialog.get_by_role("button", name=self.word("end_confirm"), exact=True).click()
        await expect(dialog).to_have_count(0)

    async def wraps_up(self, typed: str, disposition: str, text: str) -> None:
        """Chooses the disposition by some letters of it (pinyin initials will do)."""
        field = self.page.get_by_role("combobox", name=self.word("disposition"))
        await field.fill(typed)
        await self.page.get_by_role("option", name=disposition).click()
        await self.page.get_by_role("textbox", name=self.word("what_happened")).fill(text)
        await self.button("wrap_up").click()
        await expect(self.button("wrap_up")).to_have_count(0)


@dataclass
class Supervisor(Staff):
    """Watches the wall."""

    def queue(self, name: str) -> Locator:
        table = self.page.get_by_role("table", name=self.word("queues"))
        return table.get_by_role("row").filter(has=self.page.get_by_role("link", name=name, exact=True))

    def agent(self, name: str) -> Locator:
        table = self.page.get_by_role("table", name=self.word("agents"))
        return table.get_by_role("row").filter(has=self.page.get_by_text(name, exact=True))

    async def figures(self, queue: str) -> dict[str, str]:
        """The row of a queue as {heading: what stands below it}; headings in the page's language."""
        row = self.queue(queue)
        await expect(row).to_be_visible()
        got: dict[str, str] = await row.evaluate(
            """row => {
                const plain = one => [...one.querySelectorAll('.sr-only')].reduce(
                    (text, hidden) => text.replace(hidden.textContent, ''), one.textContent).trim();
                const heads = [...row.closest('table').querySelectorAll('thead th')].map(plain);
                return Object.fromEntries([...row.children].map((cell, i) => [heads[i], plain(cell)]));
            }"""
        )
        return got


async def signs_in(page: Page, email: str) -> None:
    """With the password of all whom the tests have hired."""
    await page.goto("/sign-in")
    await page.get_by_role("textbox", name="邮箱").fill(email)
    await page.get_by_label("密码").fill(PASSWORD)
    await page.keyboard.press("Enter")
