"""A customer at a telephone, behind a carrier's line of a real exchange: it shows nothing, and is known by its ear."""

from __future__ import annotations

import asyncio

import numpy as np

from tests.channels.voice.asterisk.sip import RATE, SipPhone
from tests.e2e.voice.ears import CUSTOMER, Spectrum, hears_speech
from tests.patience import PATIENCE_S

WINDOW = 1_365  # samples: 171 ms, as long as a page's analyser looks
KEYS = {"手机使用": "11", "智能家居": "12", "维修与保修": "2"}
"""What leads to a topic through the demo's menu."""


class Telephone:
    """Does by telephone what `Caller` does at a page; their names are the same."""

    def __init__(self, phone: SipPhone, number: str) -> None:
        self.phone, self.number = phone, number

    @property
    def ear(self) -> Telephone:
        return self

    async def spectrum(self) -> Spectrum | None:
        """Levels as a page's analyser tells them: Blackman's window, a full tone at −13 dB."""
        if not self.phone.up.is_set() or self.phone.ended.is_set():
            return None
        sound = (await self.phone.listen(WINDOW / RATE + 0.03))[-WINDOW:]
        if len(sound) < WINDOW // 2:  # an exchange that has nothing to say may send nothing
            sound = np.zeros(WINDOW)
        bins = np.abs(np.fft.rfft(sound * np.blackman(len(sound)))) / len(sound)
        width = RATE / len(sound)
        return width, 20 * np.log10(np.maximum(bins[: int(3_000 / width) + 1], 1e-10))

    async def calls(self, topic: str) -> None:
        """Through the menu by keys (RFC 4733)."""
        assert await self.phone.dial(self.number) == "SIP/2.0 200 OK"
        await self.presses(KEYS[topic])

    async def presses(self, digits: str) -> None:
        """One key for each menu that speaks."""
        for digit in digits:
            await hears_speech(self)
            await self.phone.press(digit)

    async def types(self, digits: str) -> None:
        """All at once, whatever is said."""
        await self.phone.press(digits)

    async def hears_keys(self, digits: str) -> None:
        """Waits until exactly these have come since the call began."""
        async with asyncio.timeout(PATIENCE_S):
            while self.phone.keys_heard() != digits:  # noqa: ASYNC110 (a telephone rings no bell)
                await asyncio.sleep(0.05)

    async def talks_to(self, name: str) -> None:
        """Only a page shows who it is."""

    async def is_in(self, stage: str) -> None:
        """Only the end is to be seen."""
        if stage == "ended":
            await asyncio.wait_for(self.phone.ended.wait(), PATIENCE_S)

    async def is_told_of_the_recording(self, on: bool) -> None:
        """Only a page shows it."""

    async def mutes(self, on: bool) -> None:
        self.phone.speak(0 if on else CUSTOMER)

    async def hangs_up(self) -> None:
        await self.phone.hang_up()

    async def rates(self, stars: int, comment: str) -> None:
        """By key, when the reception asks for it; there is nowhere to write to."""
        await hears_speech(self)
        await self.phone.press(str(stars))
