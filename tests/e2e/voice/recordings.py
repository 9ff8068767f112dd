"""A recording as a supervisor gets it by the API: two tracks of samples."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import numpy as np

from rexian.kit.g711 import ULAW_TO_LINEAR
from tests.e2e.office import Office
from tests.patience import PATIENCE_S

RATE = 8_000
WINDOW_S = 0.1


async def tracks(office: Office, contact_id: str, within_s: float = PATIENCE_S) -> tuple[np.ndarray, np.ndarray]:
    """(customer, agent), samples -1…1. Waits until the recording is kept."""
    async with office.client("supervisor") as client:
        async with asyncio.timeout(within_s):
            while not (kept := await _kept(client, contact_id)):  # noqa: ASYNC110 (the API has no way to wait)
                await asyncio.sleep(0.2)
        id = kept[0]["id"]
        allowed = await client.post(f"/api/recordings/{id}/listenings")
        assert allowed.status_code == 201, allowed.text
        sound = await client.get(allowed.json()["url"])
        assert sound.status_code == 200, sound.text
        return _split(sound.content)


async def _kept(client: httpx.AsyncClient, contact_id: str) -> list[dict[str, Any]]:
    listed = await client.get("/api/recordings", params={"contact_id": contact_id})
    return [one for one in listed.json()["items"] if one["state"] == "kept"]


def _split(wav: bytes) -> tuple[np.ndarray, np.ndarray]:
    at = wav.index(b"data") + 8
    samples = ULAW_TO_LINEAR[np.frombuffer(wav[at:], np.uint8)].astype(float) / 32_768
    return samples[0::2], samples[1::2]


def tones(track: np.ndarray) -> list[float]:
    """The loudest tone of each tenth of a second, Hz; 0 where there is silence."""
    length = int(RATE * WINDOW_S)
    whole = track[: len(track) // length * length].reshape(-1, length)
    strength = np.abs(np.fft.rfft(whole * np.hanning(length)))
    loudest = np.fft.rfftfreq(length, 1 / RATE)[strength.argmax(axis=1)]
    return [float(hz) if np.abs(part).max() > 0.02 else 0.0 for hz, part in zip(loudest, whole, strict=True)]
