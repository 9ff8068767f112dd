"""Asterisk's rig once more, with people who are pages in Chromium: the product's SIP adapter (JsSIP) over WSS.

A page speaks by an oscillator and keeps what it hears at 8,000 Hz.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

import msgspec
import numpy as np
from playwright.async_api import Browser, Page, Playwright, async_playwright

from rexian.channels.voice.engines import browser_phones, passes_of
from rexian.channels.voice.port import Endpoint, LegAnswered, Phone, Side
from tests.channels.voice.asterisk.exchange import Exchange
from tests.channels.voice.conformance.rig import Person, Samples
from tests.channels.voice.conformance.rig_asterisk import AsteriskRig

UI = Path(__file__).parents[4] / "ui"
NAMES = tuple(f"w{n}" for n in range(200))
PLAYOUT_S = 0.25
"""What a browser plays has left the engine so long before, on a busy machine."""
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--allow-loopback-in-peer-connection",
    # The page has no address of its own: to Chromium it comes from outside, and may not go to ours without asking.
    "--disable-features=WebRtcHideLocalIpsWithMdns,LocalNetworkAccessChecks,LocalNetworkAccessChecksWebSockets",
    "--autoplay-policy=no-user-gesture-required",
    "--ignore-certificate-errors",
    "--use-fake-device-for-media-stream",
)
PAGE = """<!doctype html><meta charset=utf-8><title>phone</title><script src=/phone.js></script><script>
const mouth = new AudioContext(), tone = new OscillatorNode(mouth), gain = new GainNode(mouth, {gain: 0});
const out = mouth.createMediaStreamDestination();
tone.connect(gain).connect(out); tone.start();
function speak(hz) { tone.frequency.value = hz || 440; gain.gain.value = hz ? 0.35 : 0; }
let heard = [], keep = false, call, peer;
function hear(stream) {
  const audio = new Audio(); audio.srcObject = stream; audio.muted = true; audio.play();
  const ears = new AudioContext({sampleRate: 8000}), tap = ears.createScriptProcessor(512, 1, 1);
  tap.onaudioprocess = e => { if (keep) heard.push(...e.inputBuffer.getChannelData(0)); };
  ears.createMediaStreamSource(stream).connect(tap).connect(ears.destination);
}
async function listen(ms) {
  heard = []; keep = true;
  // A page that gets no time of a busy machine hears later, not less.
  for (let tries = 0; heard.length < ms * 8 && tries < 500; tries++) await new Promise(done => setTimeout(done, 10));
  keep = false;
  return heard.map(x => Math.round(x * 32767));
}
function press(digits) { peer.getSenders()[0].dtmf.insertDTMF(digits, 100, 80); }
function hangUp() { if (!call.session.isEnded()) call.session.terminate(); }
function register(access, hz) {
  speak(hz);
  return new Promise((done, failed) => phone.makeJsSipAgent(access, {
    registered: on => on ? done() : failed(new Error('not registered')),
    called: ringing => {
      call = ringing;
      call.answer(out.stream, [], {over() {}, peer(made) {
        peer = made;
        peer.addEventListener('track', e => hear(e.streams[0] ?? new MediaStream([e.track])));
      }});
    },
  }).start());
}
</script>"""


def bundle() -> str:
    """The product's SIP adapter as one script."""
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / "phone.js"
        command = [
            "npx",
            "rolldown",
            "console/src/phone/jssip.ts",
            "--format",
            "iife",
            "--name",
            "phone",
            "-o",
            str(made),
        ]
        subprocess.run(command, cwd=UI, check=True, capture_output=True, timeout=120)
        return made.read_text("utf-8")


class Headset(Person):
    """A page that picks up at once."""

    def __init__(self, leg_id: str, page: Page) -> None:
        self.leg_id, self.page = leg_id, page

    def speak(self, hz: int) -> None:
        self._speaking = asyncio.ensure_future(self.page.evaluate("speak", hz))

    async def listen(self, seconds: float) -> Samples:
        await asyncio.sleep(PLAYOUT_S)
        return np.array(await self.page.evaluate("listen", seconds * 1000), np.float64) / 32_768

    async def press(self, digits: str) -> None:
        await self.page.evaluate("press", digits)
        await asyncio.sleep(0.2 * len(digits))

    def keys_heard(self) -> str:
        raise NotImplementedError("a browser doesn't tell which keys it hears")

    async def hang_up(self) -> None:
        await self.page.evaluate("hangUp()")


class BrowsersRig(AsteriskRig):
    name = "asterisk"
    can = frozenset(
        {"sound", "outbound", "transfer", "record", "tap", "inject", "whisper", "kill_engine", "kill_controller"}
    )
    limits: ClassVar[Mapping[str, str]] = {
        **AsteriskRig.limits,
        "inbound": "pages are called: customers of an exchange come by telephone",
        "keys_out": "a browser tells its page nothing of keys that come in (RFC 4733)",
        "reconnect": "a page that comes back is a new leg, under the next number",
    }

    def make_exchange(self) -> Exchange:
        return Exchange(phones=tuple(f"{name}:web" for name in NAMES), wss=True, n=2)

    async def set_up(self) -> None:
        await super().set_up()
        self._script = await asyncio.to_thread(bundle)
        self._playwright: Playwright = await async_playwright().start()
        self._browser: Browser = await self._playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=list(FLAGS)
        )
        self._count = 0

    async def tear_down(self) -> None:
        await self._browser.close()
        await self._playwright.stop()
        await super().tear_down()

    async def _page(self) -> Page:
        page = await self._browser.new_page(permissions=["microphone"])
        await page.route("https://desk.test/", lambda route: route.fulfill(body=PAGE, content_type="text/html"))
        script = self._script
        await page.route("https://desk.test/phone.js", lambda route: route.fulfill(
            body=script, content_type="text/javascript"))  # fmt: skip
        await page.goto("https://desk.test/")
        return page

    async def part(self) -> None:
        """Pages that nobody closes play and listen for ever."""
        for context in self._browser.contexts:
            await context.close()

    async def _phone(self, hz: int) -> tuple[Page, str]:
        """A page that is registered and picks up."""
        name = NAMES[self._count]
        self._count += 1
        page = await self._page()
        passes = passes_of(self.engine)
        assert passes is not None
        await passes.open(name)
        access = browser_phones(msgspec.structs.replace(self.exchange.settings, voice_engine="asterisk"), passes)(name)
        assert access is not None
        given = {field: getattr(access, field) for field in access.__struct_fields__}
        await page.evaluate(f"hz => register({json.dumps(given)}, hz)", hz)
        return page, name

    async def callee(self) -> Endpoint:
        return Phone((await self._phone(0))[1])

    async def person(self, leg_id: str, side: Side, hz: int = 0, tag: str = "") -> Headset:  # type: ignore[override]
        since = self.heard.mark()
        page, name = await self._phone(hz)
        await self.engine.originate(leg_id, Phone(name), side=side, tag=tag)
        await self.heard.wait(LegAnswered, since, leg_id=leg_id)
        await page.wait_for_function("peer?.connectionState === 'connected'")
        return Headset(leg_id, page)
