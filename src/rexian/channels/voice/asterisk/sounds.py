"""Sound files where Asterisk can read them: the bare samples, named by their content, so that each is copied once."""

from __future__ import annotations

import hashlib
import os
import struct
from pathlib import Path

from rexian.channels.voice.port import Tone

# What Asterisk calls a format by its file name's end: (WAVE format tag, samples a second, bits) → ending.
_FORMATS = {(1, 8_000, 16): "sln", (1, 16_000, 16): "sln16", (7, 8_000, 8): "ulaw", (6, 8_000, 8): "alaw"}

_TONES = {
    "ringback": "450/1000,0/4000",
    "busy": "450/350,0/350",
    "beep": "!1000/200,!0/100",
    "connected": "!660/120,!880/160,!0/60",
}
"""Tones of the Chinese network (GF 002-9002); those with `!` sound once."""

ONCE_MS = {"beep": 300, "connected": 340}


class BadSound(Exception):
    """The file can't be played; the message says why."""


class Sounds:
    """Puts files into `folder`, which Asterisk sees as `there`."""

    def __init__(self, folder: str, there: str) -> None:
        self._folder, self._there = Path(folder), there.rstrip("/")
        self._known: dict[tuple[str, int, int], str] = {}

    def known(self, path: str) -> str:
        """The media URI of a file that was copied over before, empty for a new one. Raises `BadSound`."""
        name = self._known.get(_state(path))
        return f"sound:{self._there}/{name}" if name is not None else ""

    def uri(self, path: str) -> str:
        """Return the media URI of a WAV file, copied over when it is new. Raises `BadSound`. Reads and writes files."""
        key = _state(path)
        try:
            if (name := self._known.get(key)) is None:
                ending, samples = _samples(Path(path).read_bytes())
                name = hashlib.sha256(samples).hexdigest()[:32]
                self._keep(f"{name}.{ending}", samples)
                self._known[key] = name
        except OSError as error:
            raise BadSound(f"{path}: {error.strerror}") from error
        return f"sound:{self._there}/{name}"

    def _keep(self, name: str, samples: bytes) -> None:
        target = self._folder / name
        if target.exists() and target.stat().st_size == len(samples):
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        part = target.with_suffix(f".{os.getpid()}.part")
        part.write_bytes(samples)
        part.chmod(0o644)
        part.rename(target)


def _state(path: str) -> tuple[str, int, int]:
    try:
        stat = os.stat(path)
    except OSError as error:
        raise BadSound(f"{path}: {error.strerror}") from error
    return path, stat.st_mtime_ns, stat.st_size


def tone_uri(tone: Tone) -> str:
    """Return the media URI of a tone. Raises `BadSound` for an unknown name."""
    if tone.name.isdigit() and 20 <= int(tone.name) <= 3_400:
        return f"tone:{tone.name}"
    if tone.name not in _TONES:
        raise BadSound(f"no such tone: {tone.name}")
    return f"tone:{_TONES[tone.name]}"


def _samples(data: bytes) -> tuple[str, bytes]:
    """Take a WAV file apart: the file name's end for Asterisk, and the bare samples."""
    if len(data) < 12 or data[:4] != b"RIFF" or data[8:12] != b"WAVE":
        raise BadSound("no WAV file")
    form: tuple[int, int, int] | None = None
    at = 12
    while at + 8 <= len(data):
        name, size = data[at : at + 4], struct.unpack_from("<I", data, at + 4)[0]
        if name == b"fmt " and at + 24 <= len(data):
            tag, channels, rate, _, _, bits = struct.unpack_from("<HHIIHH", data, at + 8)
            if channels != 1:
                raise BadSound("not mono")
            form = (tag, rate, bits)
        elif name == b"data":
            if form not in _FORMATS:
                raise BadSound("only 8,000 or 16,000 Hz, 16-bit PCM or G.711")
            return _FORMATS[form], data[at + 8 : at + 8 + size]
        at += 8 + size + size % 2
    raise BadSound("a WAV file without sound")
