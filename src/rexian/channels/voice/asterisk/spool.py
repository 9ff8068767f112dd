"""Tracks of recordings in Asterisk's spool, where they lie in clear: found, sealed into our own file, deleted."""

from __future__ import annotations

import os
import shutil
import struct
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path
from typing import Literal

import numpy as np
import structlog

from rexian.channels.voice.asterisk.connection import Connection, Refused
from rexian.channels.voice.asterisk.legs import companion
from rexian.channels.voice.port import Gone
from rexian.kit.sealed import Sealed, SealedWriter

log = structlog.get_logger(__name__)

TRACKS = {"in": "l", "out": "r"}
PREFIX = "rx-rec-"


def names_of(recording_id: str) -> list[str]:
    """The tracks of a recording: always the same for the same id, so that they are found without having been noted."""
    return [companion("rec", recording_id, track) for track in TRACKS.values()]


async def state_of(line: Connection, name: str) -> Literal["live", "stored", ""]:
    """Whether a track is being written, lies in the spool, or isn't there."""
    with suppress(Gone):
        await line.recordings_get_live(name)
        return "live"
    with suppress(Gone):
        await line.recordings_get_stored(name)
        return "stored"
    return ""


async def fetch(line: Connection, name: str) -> bytes:
    """The sound of a track, mu-law; empty when there is none. Raises `Refused`, `Down`."""
    try:
        return await line.recordings_get_stored_file(name)
    except Gone:
        log.warning("asterisk.recording_missing", name=name)
        return b""


async def delete(line: Connection, names: Collection[str]) -> None:
    """Delete tracks; what can't be deleted now is swept up later."""
    for name in names:
        with suppress(Gone, Refused):
            await line.recordings_delete_stored(name)


async def strays(line: Connection) -> list[str]:
    """All tracks in the spool."""
    return [one.name for one in await line.recordings_list_stored() if one.name.startswith(PREFIX)]


async def end(line: Connection, name: str) -> None:
    """Stop and delete a track that nobody knows."""
    log.warning("asterisk.recording_swept", name=name)
    with suppress(Gone, Refused):
        await line.recordings_stop(name)
    await delete(line, [name])


# -- our own file ----------------------------------------------------------------------------------------------------
def writable(path: Path) -> bool:
    return path.parent.is_dir() and os.access(path.parent, os.W_OK)


def has_room(path: Path, size: int) -> bool:
    """Whether a file of `size` bytes may fit."""
    try:
        return shutil.disk_usage(path.parent).free > size
    except OSError:
        return False


def sealed(path: Path, key: bytes, tracks: list[bytes]) -> Sealed | None:
    """Weave two mu-law tracks into a stereo WAV and seal it; nothing when they are empty. Raises `OSError`: disk full.

    What a try before had left is replaced; of one that fails nothing is left.
    """
    length = max(map(len, tracks))
    if not length:
        return None
    woven = np.full((length, 2), 0xFF, dtype=np.uint8)  # silence in mu-law
    for at, track in enumerate(tracks):
        woven[: len(track), at] = np.frombuffer(track, np.uint8)
    path.unlink(missing_ok=True)
    writer = SealedWriter(path, key)
    try:
        writer.write(_wav_header() + woven.tobytes())
        return writer.close()
    except OSError:
        writer.abandon()
        raise


def _wav_header() -> bytes:
    """WAV, G.711 mu-law, 8,000 Hz, stereo, sizes open (0xFFFFFFFF) as in all sealed recordings."""
    form = struct.pack("<HHIIHHH", 7, 2, 8_000, 16_000, 2, 8, 0)
    fact = struct.pack("<4sII", b"fact", 4, 0xFFFFFFFF)
    return b"RIFF" + b"\xff" * 4 + b"WAVEfmt " + struct.pack("<I", len(form)) + form + fact + b"data" + b"\xff" * 4
