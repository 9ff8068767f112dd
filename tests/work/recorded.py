"""What a recorder leaves behind: a sealed WAV file whose lengths are not known yet."""

from __future__ import annotations

import math
import struct
from pathlib import Path

import numpy as np

from rexian.kit import g711
from rexian.kit.sealed import SealedWriter
from rexian.work.recordings.contract import Ended, Order

RATE = 8_000


def sound(*parts: tuple[float, float, float]) -> bytes:
    """Stereo mu-law: (seconds, Hz on the left, Hz on the right); 0 Hz is silence."""
    tracks = []
    for seconds, left, right in parts:
        t = np.arange(int(seconds * RATE)) / RATE
        tracks.append(np.stack([9_000 * np.sin(2 * math.pi * hz * t) for hz in (left, right)], axis=1))
    return g711.encode(np.concatenate(tracks).astype(np.int16).reshape(-1))


def header() -> bytes:
    """As the recorder writes it first: lengths unknown."""
    form = struct.pack("<4sIHHIIHHH", b"fmt ", 18, 7, 2, RATE, 2 * RATE, 2, 8, 0)
    fact = struct.pack("<4sII", b"fact", 4, 0xFFFFFFFF)
    return b"RIFF" + struct.pack("<I", 0xFFFFFFFF) + b"WAVE" + form + fact + b"data" + struct.pack("<I", 0xFFFFFFFF)


def write(order: Order, body: bytes, *, close: bool = True) -> Ended:
    writer = SealedWriter(Path(order.path), order.key)
    writer.write(header() + body)
    if not close:  # as a process leaves it that is killed
        return Ended(0, 0, "", "")
    done = writer.close()
    return Ended(len(body) // 2 * 1_000 // RATE, done.size, done.sha256, "stopped")
