"""Sound files where Asterisk can read them: the bare samples, named by their content, so that each is copied once.

Those with something of one caller's (`passing.py`) are named by chance, and go after ten minutes.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
import stat
import struct
import time
from pathlib import Path

from rexian.channels.voice import passing
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
SWEEP_EVERY_S = 60
_PASSING = "passing-"


class BadSound(Exception):
    """The file can't be played; the message says why."""


class Sounds:
    """Puts files into `folder`, which Asterisk sees as `there`."""

    def __init__(self, folder: str, there: str) -> None:
        self._folder, self._there = Path(folder), there.rstrip("/")
        self._known: dict[tuple[str, int, int], str] = {}
        self._passing: dict[str, float] = {}  # copy → when it was made, by a clock that nobody sets

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
                if passing.is_passing(path):
                    name = f"{_PASSING}{Path(path).stem}"
                    self._passing.setdefault(f"{name}.{ending}", time.monotonic())
                    self._keep(f"{name}.{ending}", samples)
                else:
                    name = hashlib.sha256(samples).hexdigest()[:32]
                    self._keep(f"{name}.{ending}", samples)
                    self._known[key] = name
        except OSError as error:
            raise BadSound(f"{path}: {error.strerror}") from error
        return f"sound:{self._there}/{name}"

    async def keep_swept(self) -> None:
        """Sweep for as long as it isn't cancelled."""
        while True:
            with contextlib.suppress(OSError):  # a folder that is away now is looked at again
                await asyncio.to_thread(self.sweep)
            await asyncio.sleep(SWEEP_EVERY_S)

    def sweep(self) -> None:
        """Delete copies of one caller's sounds that are too old: ours, and others' by what the disk says."""
        for copy in self._folder.glob(f"{_PASSING}*"):
            if self._age_s(copy) > passing.KEPT_S:
                copy.unlink(missing_ok=True)
                self._passing.pop(copy.name, None)

    def _age_s(self, copy: Path) -> float:
        made = self._passing.get(copy.name)
        if made is not None:
            return time.monotonic() - made
        try:
            return time.time() - copy.stat().st_mtime
        except FileNotFoundError:  # another has swept it out
            return 0.0

    def _keep(self, name: str, samples: bytes) -> None:
        target = self._folder / name
        if target.exists() and target.stat().st_size == len(samples):
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        part = target.with_suffix(f".{os.getpid()}.part")
        part.write_bytes(samples)
        part.chmod(self._mode())
        part.rename(target)

    def _mode(self) -> int:
        """For everybody, but in a folder that hands its group on and lets nobody else in: there Asterisk has it."""
        folder = self._folder.stat().st_mode
        return 0o640 if folder & stat.S_ISGID and not folder & stat.S_IRWXO else 0o644


def _state(path: str) -> tuple[str, int, int]:
    try:
        found = os.stat(path)
    except OSError as error:
        raise BadSound(f"{path}: {error.strerror}") from error
    return path, found.st_mtime_ns, found.st_size


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
