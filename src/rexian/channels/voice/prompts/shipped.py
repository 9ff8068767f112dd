"""The sounds that are shipped, and sentences put together from them."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from rexian.channels.voice.prompts.reading import PAUSE
from rexian.kit import wav

SOUNDS = Path(__file__).parent / "sounds"
BEEP = SOUNDS / "beep.wav"
_PAUSE_MS, _GAP_MS = 220, 30


@cache
def manifest(locale: str) -> dict[str, str]:
    """Which file says which words."""
    found: dict[str, str] = json.loads((SOUNDS / locale / "manifest.json").read_text("utf-8"))
    return found


@cache
def _octets(locale: str, name: str) -> bytes:
    return wav.octets_of((SOUNDS / locale / name).read_bytes())


def has_all(pieces: list[str], locale: str) -> bool:
    """Whether every stretch and number is there."""
    return bool(pieces) and all(piece == PAUSE or piece in manifest(locale) for piece in pieces)


def put_together(pieces: list[str], locale: str) -> bytes:
    """The sentence as a WAV file. Raises `KeyError` for words that are not there."""
    quiet = {True: b"\xff" * (wav.RATE * _PAUSE_MS // 1000), False: b"\xff" * (wav.RATE * _GAP_MS // 1000)}
    parts = [
        quiet[True] if piece == PAUSE else _octets(locale, manifest(locale)[piece]) + quiet[False] for piece in pieces
    ]
    return wav.wav_of(b"".join(parts))
