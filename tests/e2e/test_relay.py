"""Browsers that no UDP reaches: customer and agent talk through a real TURN server, and through nothing else."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from playwright.async_api import Browser, Page, expect

from tests.channels.voice.coturn import SECRET, Coturn
from tests.city import City
from tests.e2e.conftest import Browsers
from tests.e2e.voice.ears import hears
from tests.e2e.voice.floor import Floor, Microphones
from tests.e2e.voice.people import answers, ends_the_call
from tests.patience import PATIENCE_MS, PATIENCE_S

pytestmark = pytest.mark.browser

ONLY_RELAYED = """
(() => {
  const Native = window.RTCPeerConnection;
  window.__told = [];
  window.RTCPeerConnection = class extends Native {
    constructor(how) {
      super({ ...how, iceTransportPolicy: 'relay' });
      window.__told.push(how.iceServers ?? []);
      window.__peer = this;
      window.__refused = [];
      this.addEventListener('icecandidateerror', ({ errorCode }) => window.__refused.push(errorCode));
    }
  };
})();
"""
"""A network that lets nothing through but the way to the TURN server: the browser offers no address of its own."""
PATH = """async () => {
  const all = [...(await window.__peer.getStats()).values()];
  const pair = all.find((one) => one.type === 'candidate-pair' && one.nominated && one.state === 'succeeded');
  const mine = pair && all.find((one) => one.id === pair.localCandidateId);
  return mine ? [mine.candidateType, mine.relayProtocol ?? 'udp', pair.packetsReceived] : null;
}"""


@pytest.fixture(scope="module")
def coturn(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Coturn]:
    server = Coturn(tmp_path_factory.mktemp("coturn"))
    server.start()
    yield server
    server.close()


class Behind:
    """A city whose pages are told of this TURN server."""

    def __init__(self, coturn: Coturn, browser: Browser, tones: Microphones) -> None:
        self._coturn, self._browser, self._tones = coturn, browser, tones

    async def floor(self, stack: list[object], *, suffix: str = "", secret: str = SECRET) -> Floor:
        folder = TemporaryDirectory(prefix="rexian-relay-")
        city = City(
            Path(folder.name) / "home", argon2_memory_kib="1024", log_level="warning", voice_addresses="127.0.0.1",
            voice_turn=self._coturn.url + suffix, voice_turn_secret=secret,
        )  # fmt: skip
        await asyncio.to_thread(city.start, 120)
        browsers = Browsers(self._browser, city, hired=False)
        floor = Relayed(browsers, self._tones, city.url)
        stack += [floor, browsers, city, folder]
        return floor


class Relayed(Floor):
    """Everybody's browser relays, or has no sound."""

    async def page(self, hz: int, locale: str = "zh-CN", **options: object) -> Page:
        page = await super().page(hz, locale, **options)
        await page.context.add_init_script(ONLY_RELAYED)
        return page


@pytest.fixture
async def behind(coturn: Coturn, browser: Browser, tones: Microphones) -> AsyncIterator[tuple[Behind, list[object]]]:
    stack: list[object] = []
    yield Behind(coturn, browser, tones), stack
    for one in stack:
        match one:
            case Floor():
                await one.clear()
            case Browsers():
                await one.close()
            case City():
                one.stop()
            case TemporaryDirectory():
                one.cleanup()


@pytest.mark.parametrize("suffix", ["", "?transport=tcp"], ids=["udp", "tcp"])
async def test_both_hear_each_other_over_the_relay_only(
    behind: tuple[Behind, list[object]], coturn: Coturn, suffix: str
) -> None:
    place, stack = behind
    floor = await place.floor(stack, suffix=suffix)
    caller, li = await floor.caller(), await floor.li()
    await caller.calls("手机使用")
    await answers(li)
    await caller.talks_to("李晓雯")
    await hears(caller.page, "Li")
    await hears(li.page, "customer")
    for page in (caller.page, li.page):
        kind, protocol, packets = await page.evaluate(PATH)
        assert (kind, protocol) == ("relay", "tcp" if suffix else "udp")
        assert packets > 50
        (told,) = [one for one in await page.evaluate("window.__told.at(-1)") if "username" in one]
        assert 0 < int(told["username"].partition(":")[0]) - time.time() <= 2 * 3600
        assert told["username"] in coturn.said()
    await ends_the_call(li)
    await caller.is_in("ended")


async def test_a_secret_that_the_turn_server_does_not_know_is_told_to_supervisors(
    behind: tuple[Behind, list[object]],
) -> None:
    place, stack = behind
    floor = await place.floor(stack, secret="not what coturn knows")
    chief = await floor.browsers.supervisor()
    await chief.go("/app/wall")
    await expect(chief.page.get_by_text("不认我们的用户名和密码")).to_be_visible(timeout=PATIENCE_MS)
    caller = await floor.caller()
    await caller.taps("手机使用")
    async with asyncio.timeout(PATIENCE_S):
        while not (refused := await caller.page.evaluate("window.__refused ?? []")):  # noqa: ASYNC110 (a browser's)
            await asyncio.sleep(0.1)
    assert 401 in refused
