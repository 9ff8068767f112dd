"""A real browser as a leg: Chromium with a microphone that plays a tone, against the real media process."""

from __future__ import annotations

import asyncio
import itertools
import wave
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest
from playwright.async_api import Page, async_playwright

from rexian.channels.voice.port import Dtmf, LegAnswered, LegEnded, MediaStatistics, Tone
from tests.channels.voice.conformance.rig import hears
from tests.channels.voice.conformance.rig_embedded import EmbeddedRig

MICROPHONE_HZ = 1_000
PAGE = """<!doctype html><meta charset=utf-8><title>call</title><script>
async function call() {
  const stream = await navigator.mediaDevices.getUserMedia(
    {audio: {echoCancellation: false, noiseSuppression: false, autoGainControl: false}});
  const pc = window.pc = new RTCPeerConnection();
  window.sender = pc.addTransceiver(stream.getAudioTracks()[0], {direction: 'sendrecv', streams: [stream]}).sender;
  pc.ontrack = e => {
    const audio = new Audio(); audio.srcObject = e.streams[0] || new MediaStream([e.track]); audio.muted = true;
    audio.play();  // Chromium gives an analyser nothing of a remote stream that nobody plays
    const context = window.ears = new AudioContext();
    window.analyser = context.createAnalyser(); analyser.fftSize = 8192; analyser.smoothingTimeConstant = 0;
    context.createMediaStreamSource(audio.srcObject).connect(analyser);
  };
  return await offer();
}
async function offer() {
  await pc.setLocalDescription(await pc.createOffer());
  if (pc.iceGatheringState != 'complete') await new Promise(done => {
    pc.onicegatheringstatechange = () => pc.iceGatheringState == 'complete' && done(); setTimeout(done, 3000); });
  return pc.localDescription.sdp;
}
function take(sdp) { return pc.setRemoteDescription({type: 'answer', sdp}); }
function peak() {
  if (!window.analyser) return [0, -200];
  const bins = new Float32Array(analyser.frequencyBinCount); analyser.getFloatFrequencyData(bins);
  const best = bins.indexOf(Math.max(...bins));
  return [best * ears.sampleRate / analyser.fftSize, bins[best]];
}
</script>"""
_numbers = itertools.count(1)


@pytest.fixture(scope="module")
async def rig() -> AsyncIterator[EmbeddedRig]:
    rig = EmbeddedRig()
    await rig.set_up()
    yield rig
    await rig.tear_down()


@pytest.fixture(scope="module")
async def chromium(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[object]:
    path = tmp_path_factory.mktemp("microphone") / "tone.wav"
    _write_tone(path)
    flags = [
        "--no-sandbox", "--disable-gpu", "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-audio-capture={path}", "--allow-loopback-in-peer-connection",
        "--autoplay-policy=no-user-gesture-required",
    ]  # fmt: skip
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path="/usr/bin/chromium", args=flags)
        yield browser
        await browser.close()


def _write_tone(path: Path) -> None:
    samples = (0.5 * 32_767 * np.sin(2 * np.pi * MICROPHONE_HZ * np.arange(48_000 * 2) / 48_000)).astype("<i2")
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 48_000, 0, "NONE", ""))
        file.writeframes(samples.tobytes())


@pytest.fixture
async def page(chromium) -> AsyncIterator[Page]:
    context = await chromium.new_context(permissions=["microphone"])
    page = await context.new_page()
    await page.route("https://voice.test/", lambda route: route.fulfill(body=PAGE, content_type="text/html"))
    await page.goto("https://voice.test/")
    yield page
    await context.close()


async def call(rig: EmbeddedRig, page: Page, leg_id: str = "") -> str:
    """Call from the page and wait until sound flows."""
    leg_id = leg_id or f"page-{next(_numbers)}"
    since = rig.heard.mark()
    answer = await rig.engine.connect(leg_id, await page.evaluate("call()"), side="customer")
    await page.evaluate("sdp => take(sdp)", answer)
    await rig.heard.wait(LegAnswered, since, seconds=15, leg_id=leg_id)
    return leg_id


async def page_hears(page: Page, hz: int) -> None:
    peak = [0.0, 0.0]
    for _ in range(40):
        await asyncio.sleep(0.25)
        peak = await page.evaluate("peak()")
        if abs(peak[0] - hz) < 15 and peak[1] > -50:
            return
    pytest.fail(f"the page hears {peak}, not {hz}")


async def engine_hears(rig: EmbeddedRig, leg_id: str, hz: int) -> None:
    tap_id, sound = f"tap-{next(_numbers)}", b""
    frames = await rig.engine.tap(tap_id, leg_id, "in")
    async for pcm in frames:
        sound += pcm
        if len(sound) >= 320 * 150:
            await rig.engine.stop_tap(tap_id)
            break
    assert hears(np.frombuffer(sound[-320 * 50 :], "<i2") / 32_768, hz, -30)


async def round_trip(page: Page) -> float:
    """What the browser makes of our reports, in seconds: it needs one that came after one of its own."""
    for _ in range(40):
        await asyncio.sleep(0.5)
        seconds = await page.evaluate("""async () => { for (const s of (await pc.getStats()).values())
            if (s.type == 'remote-inbound-rtp') return s.roundTripTime ?? -1; return -1 }""")
        if seconds >= 0:
            return float(seconds)
    pytest.fail("the browser reads no report")


@pytest.mark.browser
async def test_a_page_speaks_hears_and_presses_keys(rig: EmbeddedRig, page: Page) -> None:
    leg_id = await call(rig, page)
    since = rig.heard.mark()
    await rig.engine.play(leg_id, "tone-440", Tone("440"))
    await page_hears(page, 440)
    await engine_hears(rig, leg_id, MICROPHONE_HZ)
    await page.evaluate("sender.dtmf.insertDTMF('19#', 100, 80)")
    await rig.heard.wait(Dtmf, since, digit="#")
    assert "".join(key.digit for key in rig.heard.all(Dtmf, since)) == "19#"
    told = await rig.heard.wait(MediaStatistics, since, seconds=12, leg_id=leg_id)
    assert told.loss < 0.2
    assert await round_trip(page) < 1
    await page.evaluate("pc.close()")
    ended = await rig.heard.wait(LegEnded, since, leg_id=leg_id)
    assert (ended.cause, ended.by_peer) == ("lost", True)


@pytest.mark.browser
async def test_a_page_that_restarts_its_path_goes_on(rig: EmbeddedRig, page: Page) -> None:
    leg_id = await call(rig, page)
    since = rig.heard.mark()
    await page.evaluate("pc.restartIce()")
    await page.evaluate(
        "sdp => take(sdp)", await rig.engine.connect(leg_id, await page.evaluate("offer()"), side="customer")
    )
    await asyncio.sleep(1)
    await rig.engine.play(leg_id, f"tone-{leg_id}", Tone("600"))
    await page_hears(page, 600)
    await engine_hears(rig, leg_id, MICROPHONE_HZ)
    assert not rig.heard.all(LegEnded, since)


@pytest.mark.browser
async def test_a_page_that_was_loaded_again_takes_its_leg_back(rig: EmbeddedRig, page: Page) -> None:
    leg_id = await call(rig, page)
    await page.reload()
    await call(rig, page, leg_id)
    await rig.engine.play(leg_id, f"tone-{leg_id}", Tone("700"))
    await page_hears(page, 700)
