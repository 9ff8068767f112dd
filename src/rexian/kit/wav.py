"""WAV files (RIFF, Microsoft 1991): the little of it that telephones need."""

from __future__ import annotations

import struct
from typing import Literal

from msgspec import Struct

Coding = Literal["pcm16", "ulaw", "alaw"]
_FORMATS: dict[tuple[int, int], Coding] = {(1, 16): "pcm16", (6, 8): "alaw", (7, 8): "ulaw"}
UNKNOWN = 0xFFFFFFFF
"""As a size: the file is still growing, or its writer died."""
HEADER = 58
"""Bytes before the sound, as `header` writes it."""


class BadWav(Exception):
    """It is no WAV file, or one of a kind that isn't read here; the text says which."""


class Wav(Struct, frozen=True, kw_only=True):
    """`data`: the samples as they lie in the file, channels interleaved, little-endian."""

    coding: Coding
    channels: int
    rate: int
    data: bytes


def header(coding: Coding, channels: int, rate: int, size: int = UNKNOWN) -> bytes:
    """58 bytes that stand before `size` bytes of samples."""
    format, bits = next(key for key, name in _FORMATS.items() if name == coding)
    frame = channels * bits // 8
    known = size != UNKNOWN
    return b"".join((
        struct.pack("<4sI4s", b"RIFF", size + HEADER - 8 if known else UNKNOWN, b"WAVE"),
        struct.pack("<4sIHHIIHHH", b"fmt ", 18, format, channels, rate, rate * frame, frame, bits, 0),
        struct.pack("<4sII", b"fact", 4, size // frame if known else UNKNOWN),
        struct.pack("<4sI", b"data", size),
    ))  # fmt: skip


def parse(file: bytes) -> Wav:
    """Read a whole file. Sizes that say more than is there are believed as far as it goes. Raises `BadWav`."""
    if len(file) < 12 or file[:4] != b"RIFF" or file[8:12] != b"WAVE":
        raise BadWav("not a WAV file")
    form: tuple[Coding, int, int] | None = None
    at = 12
    while at + 8 <= len(file):
        name, size = struct.unpack_from("<4sI", file, at)
        body = file[at + 8 : at + 8 + size]
        if name == b"fmt ":
            form = _form(body)
        elif name == b"data" and form:
            return Wav(coding=form[0], channels=form[1], rate=form[2], data=body)
        at += 8 + size + size % 2
    raise BadWav("no sound in it")


def _form(body: bytes) -> tuple[Coding, int, int]:
    if len(body) < 16:
        raise BadWav("its description is cut off")
    format, channels, rate, _, _, bits = struct.unpack_from("<HHIIHH", body)
    if format == 0xFFFE and len(body) >= 26:
        (format,) = struct.unpack_from("<H", body, 24)  # WAVE_FORMAT_EXTENSIBLE keeps it there
    coding = _FORMATS.get((format, bits))
    if coding is None or channels < 1:
        raise BadWav(f"format {format} with {bits} bits isn't read: 16-bit PCM and G.711 are")
    return coding, channels, rate
