"""G.711 (ITU-T G.711, 1988) as tables of 256 samples of 16 bits: mu law and A law."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Pcm = npt.NDArray[np.int16]


def _ulaw() -> Pcm:
    code = np.arange(256, dtype=np.int32) ^ 0xFF
    size = ((((code & 0xF) << 3) + 0x84) << (code >> 4 & 7)) - 0x84
    return np.where(code & 0x80, -size, size).astype(np.int16)


def _alaw() -> Pcm:
    code = np.arange(256, dtype=np.int32) ^ 0x55
    segment, step = code >> 4 & 7, (code & 0xF) << 4
    size = np.where(segment == 0, step + 8, (step + 0x108) << np.maximum(segment - 1, 0))
    return np.where(code & 0x80, size, -size).astype(np.int16)


ULAW_TO_LINEAR = _ulaw()
ALAW_TO_LINEAR = _alaw()
