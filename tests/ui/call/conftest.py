"""The built call page, a double of its socket, and Chromium with a microphone that is none."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import shutil
import socket
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from playwright.async_api import Browser, Page, async_playwright

from tests.patience import PATIENCE_MS
from tests.ui.widget.conftest import DESK, FLAGS, PHONE, UI

MICROPHONE = ["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"]
TYPES = {".js": "text/javascript", ".css": "text/css", ".html": "text/html; charset=utf-8"}

# The line itself is tried with the real engine elsewhere: here it only has to come up, and go when it is told.
FAKE_LINE = """
window.RTCPeerConnection = class extends EventTarget {
  constructor() { super(); this.connectionState = 'new'; this.iceGatheringState = 'complete'; window.line = this; }
  addTransceiver() { return { setCodecPreferences() {} }; }
  getSenders() { return [{ dtmf: null }]; }
  async createOffer() { return { type: 'offer', sdp: 'offer' }; }
  async setLocalDescription() { this.localDescription = { sdp: 'offer' }; }
  async setRemoteDescription() { this.become('connected'); }
  become(state) { this.connectionState = state; this.onconnectionstatechange?.(); }
  close() {}
};
"""


class Double:
    """Speaks `/voice/ws` with one page."""

    def __init__(self, built: Path) -> None:
        self.built = built
        self.frames: list[dict[str, Any]] = []
        self.available: dict[str, Any] = {"available": True, "why": "", "phone": "", "ice_servers": []}
        self.contact: dict[str, Any] | None = None
        self.refuse: tuple[str, str] | None = None
        self._sends: list[Any] = []
        self.news = asyncio.Event()
        self.url = ""
        self.phone = ""
        self.away = False

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] == "websocket":
            await self._socket(receive, send)
        elif scope["type"] == "http":
            await self._file(scope["path"], send)

    async def _file(self, path: str, send: Any) -> None:
        name = "call.html" if path.startswith("/v/") else path.rsplit("/", 1)[-1]
        file = self.built / name
        found = file.is_file()
        headers = [
            (b"content-type", TYPES.get(file.suffix, "text/plain").encode()),
            (b"content-security-policy", b"default-src 'none'; script-src 'self'; style-src 'self'; img-src data:;"
             b" connect-src 'self'; media-src 'self' blob: mediastream:"),
        ]  # fmt: skip
        await send({"type": "http.response.start", "status": 200 if found else 404, "headers": headers})
        await send({"type": "http.response.body", "body": self._content(file) if found else b""})

    def _content(self, file: Path) -> bytes:
        """As the server does it: the call's page carries the number to dial."""
        return file.read_bytes().replace(b'name="phone" content=""', f'name="phone" content="{self.phone}"'.encode())

    async def _socket(self, receive: Any, send: Any) -> None:
        await receive()
        if self.away:
            await send({"type": "websocket.close"})
            return
        await send({"type": "websocket.accept"})
        self._sends.append(send)
        while (event := await receive())["type"] == "websocket.receive":
            await self._take(json.loads(event["text"]))
        self._sends.remove(send)

    async def _take(self, frame: dict[str, Any]) -> None:
        self.frames.append(frame)
        self.news.set()
        match frame["t"]:
            case "hello":
                await self.tell(
                    t="welcome",
                    visitor="v1.x.y",
                    now=0,
                    contact=self.contact,
                    voice=self.available,
                    **NAMES[frame["locale"]],
                )
            case "call" if self.refuse:
                await self.tell(t="nack", id=frame["id"], code=self.refuse[0], text=self.refuse[1], alternatives=[])
            case "call" | "check":
                await self.tell(t="answer", id=frame["id"], sdp="answer")
            case "ping":
                await self.tell(t="pong", n=frame["n"], now=0)

    async def tell(self, **frame: Any) -> None:
        for send in list(self._sends):
            with contextlib.suppress(Exception):  # the page of before has just gone
                await send({"type": "websocket.send", "text": json.dumps(frame)})

    def sent(self, kind: str) -> list[dict[str, Any]]:
        return [frame for frame in self.frames if frame["t"] == kind]


NAMES = {
    "zh-CN": {
        "site": {"name": "云杉智能在线客服", "company": "云杉智能", "greeting": "您好，请问有什么可以帮您？",
                 "colour": "#0f766e", "locale": "zh-CN",
                 "topics": [{"key": "phone", "label": "手机与平板"}, {"key": "home", "label": "智能家居"}]},
        "hours": {"open": True, "text": "全天 24 小时"},
    },
    "en": {
        "site": {"name": "Yunshan chat", "company": "Yunshan Devices", "greeting": "Hello, how can we help?",
                 "colour": "#0f766e", "locale": "en",
                 "topics": [{"key": "phone", "label": "Phones"}, {"key": "home", "label": "Smart home"}]},
        "hours": {"open": True, "text": "24 hours a day"},
    },
}  # fmt: skip


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page built from the sources as they lie here now."""
    npx = shutil.which("npx")
    assert npx, "Node is needed to build the call page"
    folder = tmp_path_factory.mktemp("call")
    build = [npx, "vite", "build", "--config", "vite.call.config.ts"]
    environment = os.environ | {"WIDGET_OUT": f"{folder}/"}
    done = subprocess.run(build, cwd=UI, env=environment, timeout=180, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return folder


@asynccontextmanager
async def serving(double: Double) -> AsyncIterator[Double]:
    with socket.create_server(("127.0.0.1", 0)) as sock:
        config = uvicorn.Config(double, log_level="error", lifespan="off", ws="websockets-sansio")
        server = uvicorn.Server(config)
        task = asyncio.create_task(server.serve([sock]))
        double.url = f"http://127.0.0.1:{sock.getsockname()[1]}"
        while not server.started:  # noqa: ASYNC110 (uvicorn tells it no other way)
            await asyncio.sleep(0.01)
        try:
            yield double
        finally:
            server.should_exit = server.force_exit = True
            await task


@pytest.fixture
async def double(built: Path) -> AsyncIterator[Double]:
    async with serving(Double(built)) as double:
        yield double


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path="/usr/bin/chromium", args=[*FLAGS, *MICROPHONE])
        yield browser
        await browser.close()


class Callers:
    """Customers with a browser each."""

    def __init__(self, browser: Browser, double: Double) -> None:
        self._browser, self._double = browser, double
        self._contexts: list[Any] = []

    async def page(
        self, locale: str = "zh-CN", *, phone: bool = False, dark: bool = False, microphone: bool = True
    ) -> Page:
        context = await self._browser.new_context(
            locale=locale, viewport=PHONE if phone else DESK, has_touch=phone, is_mobile=phone,  # type: ignore[arg-type]
            color_scheme="dark" if dark else "light", permissions=["microphone"] if microphone else [],
        )  # fmt: skip
        context.set_default_timeout(PATIENCE_MS)
        self._contexts.append(context)
        await context.add_init_script(FAKE_LINE)
        if not microphone:
            await context.add_init_script(
                "navigator.mediaDevices.getUserMedia = async () => { throw new DOMException('', 'NotAllowedError') }"
            )
        page: Page = await context.new_page()
        await page.goto(f"{self._double.url}/v/yunshan")
        return page

    async def close(self) -> None:
        for context in self._contexts:
            await context.close()


@pytest.fixture
async def callers(browser: Browser, double: Double) -> AsyncIterator[Callers]:
    callers = Callers(browser, double)
    yield callers
    await callers.close()
