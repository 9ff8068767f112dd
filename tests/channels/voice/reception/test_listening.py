"""Listening over HTTP: whoever stores a recording hears it at once, and the house's sentence again when it is gone."""

from __future__ import annotations

import httpx
import numpy as np

from rexian.kit import wav
from tests.served import Served

GREETING = "/api/reception/listen/zh-CN/greeting?text=新品首发期间请稍候。"
FILE = "/api/reception/files/zh-CN/greeting"


async def heard(admin: httpx.AsyncClient) -> tuple[str, float]:
    """Where the sound comes from, and how many seconds it lasts."""
    answer = await admin.get(GREETING)
    assert answer.status_code == 200, answer.text
    samples, rate = wav.read(answer.content, 120)
    return answer.headers["x-prompt-source"], len(samples) / rate


async def test_a_recording_is_heard_as_soon_as_it_is_stored_and_no_longer_than_it_is_there(served: Served) -> None:
    tone = wav.wav_of(wav.ulaw((0.4 * np.sin(np.arange(24_000) / 3)).astype(np.float32)))
    async with await served.staff(served.city.sun) as admin:
        assert (await heard(admin))[0] == "general"
        stored = await admin.put(FILE, content=tone, headers={"content-type": "audio/wav"})
        assert stored.status_code in (200, 201), stored.text
        assert await heard(admin) == ("own", 3.0)
        assert (await admin.delete(FILE)).status_code == 204
        assert (await heard(admin))[0] == "general"
