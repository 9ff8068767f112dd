"""Who is on the phone in a test: browsers with a microphone each, people in them, and a clean floor afterwards."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import websockets
from playwright.async_api import Browser, BrowserType, Page

from rexian.kit.ids import new_id
from tests.e2e.office import Office, clear_desk
from tests.e2e.people import Agent, Supervisor, signs_in
from tests.e2e.voice.ears import CUSTOMER, EARS, LI, SUPERVISOR, WANG, flags_of, write_tone
from tests.e2e.voice.people import Caller, phone_is
from tests.e2e.voice.telephone import Telephone

if TYPE_CHECKING:
    from tests.e2e.conftest import Browsers

CHIEF = ("顾长河", "gu@rexian.example")


class Microphones:
    """A browser process per tone, started when first wanted."""

    def __init__(self, chromium: BrowserType, flags: list[str], folder: Path) -> None:
        self._chromium, self._flags, self._folder = chromium, flags, folder
        self._open: dict[int, Browser] = {}

    async def browser(self, hz: int) -> Browser:
        if hz not in self._open:
            microphone = write_tone(self._folder / f"{hz}.wav", hz)
            self._open[hz] = await self._chromium.launch(
                executable_path="/usr/bin/chromium", args=[*self._flags, *flags_of(microphone)]
            )
        return self._open[hz]

    async def close(self) -> None:
        for browser in self._open.values():
            await browser.close()


@asynccontextmanager
async def microphones(chromium: BrowserType, flags: list[str]) -> AsyncIterator[Microphones]:
    with TemporaryDirectory(prefix="rexian-tones-") as folder:
        them = Microphones(chromium, flags, Path(folder))
        yield them
        await them.close()


class Floor:
    """Each speaks as one tone; a page of each, with ears."""

    def __init__(self, browsers: Browsers, tones: Microphones, url: str) -> None:
        self.browsers, self._tones, self.url = browsers, tones, url
        self.office = Office(url)
        self._callers: list[Caller] = []
        self._chief_came = False

    async def page(self, hz: int, locale: str = "zh-CN", **options: Any) -> Page:
        options.setdefault("permissions", ["microphone"])
        context = await self.browsers.person(locale, browser=await self._tones.browser(hz), **options)
        await context.add_init_script(EARS)
        return await context.new_page()

    async def customer(self) -> Caller | Telephone:
        """Whoever calls in, by whatever this house's customers call with."""
        return await self.caller()

    async def caller(self, locale: str = "zh-CN", site: str = "yunshan", **options: Any) -> Caller:
        caller = Caller(await self.page(CUSTOMER, locale, **options), locale, site=site)
        # Leaving the page during a call asks first; who means it says yes.
        caller.page.on("dialog", lambda dialog: dialog.accept())
        self._callers.append(caller)
        return caller

    async def li(self, locale: str = "zh-CN", **options: Any) -> Agent:
        """Li Xiaowen at the desk, available, with a phone that can ring."""
        agent = Agent(await self.page(LI, locale, **options), locale)
        agent.page.on("dialog", lambda dialog: dialog.accept())
        await agent.through_the_door("agent_door")
        await phone_is(agent, "ok")
        await agent.becomes("available")
        return agent

    async def _hired(self, who: Agent | Supervisor, email: str) -> None:
        await signs_in(who.page, email)
        await who.page.wait_for_url("**/app/**")

    async def wang(self, **options: Any) -> Agent:
        """Wang Siyuan, the colleague."""
        agent = Agent(await self.page(WANG, **options))
        await self._hired(agent, "wang@rexian.example")
        await phone_is(agent, "ok")
        await agent.becomes("available")
        return agent

    async def chief(self, **options: Any) -> Supervisor:
        """Gu Changhe at the wall: supervisor, and an agent who is not available."""
        chief = Supervisor(await self.page(SUPERVISOR, **options))
        self._chief_came = True
        await self._hired(chief, CHIEF[1])
        await chief.go("/app/wall")
        return chief

    async def clear(self) -> None:
        for caller in self._callers:
            if not caller.page.is_closed() and caller.page.url.startswith("http"):
                visitor = await caller.page.evaluate(f"localStorage.getItem('rexian.{caller.site}.visitor')")
                if visitor:
                    await hang_up(self.url, caller.site, visitor)
        if self._chief_came:
            async with Office(self.url).employee(CHIEF[1]) as chief:
                await clear_desk(chief)


async def hang_up(url: str, site: str, visitor: str) -> None:
    """Ends the open call of a customer, so that the next test finds an empty line."""
    async with websockets.connect(url.replace("http", "ws") + "/voice/ws", proxy=None, close_timeout=1) as socket:
        page = {"url": url, "title": "tidying"}
        hello = {"t": "hello", "v": 1, "site": site, "visitor": visitor, "locale": "zh-CN", "page": page}
        await socket.send(json.dumps(hello))
        async with asyncio.timeout(10):
            while (frame := json.loads(await socket.recv()))["t"] != "welcome":
                pass
            if not frame["contact"] or frame["contact"]["state"] == "ended":
                return
            await socket.send(json.dumps({"t": "hangup", "id": (ending := new_id())}))
            while (frame := json.loads(await socket.recv())).get("id") != ending:
                pass
