"""G.711 (ITU-T G.711, 1988): mu law and A law, both ways, as tables.

Samples are 16-bit: the recommendation's 14 (mu) and 13 (A) bits, shifted to the top.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from rexian.channels.voice.webrtc.mixing.facts import Law

Bytes = npt.NDArray[np.uint8]
Pcm = npt.NDArray[np.int16]
Wide = npt.NDArray[np.int32]
"""Sums of samples, before they are limited."""

SILENCE: dict[Law, int] = {"u": 0xFF, "a": 0xD5}
_BIAS, _CLIP = 0x84, 32_635


def _mu_decoding() -> Pcm:
    code = np.arange(256, dtype=np.int32) ^ 0xFF
    size = ((((code & 0xF) << 3) + _BIAS) << (code >> 4 & 7)) - _BIAS
    return np.where(code & 0x80, -size, size).astype(np.int16)


def _mu_encoding() -> Bytes:
    """Decision values as in the recommendation's table 2a: a sample on the border belongs to the step above."""
    sample = np.arange(-32_768, 32_768, dtype=np.int32) >> 2  # to 14 bits, as the reference code does: rounding down
    size = np.minimum(np.abs(sample), _CLIP >> 2) + (_BIAS >> 2)
    segment = np.floor(np.log2(size)).astype(np.int32) - 5
    code = segment << 4 | size >> (segment + 1) & 0xF
    return np.asarray(code ^ np.where(sample < 0, 0x7F, 0xFF), np.uint8)


def _a_decoding() -> Pcm:
    code = np.arange(256, dtype=np.int32) ^ 0x55
    segment, step = code >> 4 & 7, (code & 0xF) << 4
    size = np.where(segment == 0, step + 8, (step + 0x108) << np.maximum(segment - 1, 0))
    return np.asarray(np.where(code & 0x80, size, -size), np.int16)


def _a_encoding() -> Bytes:
    sample = np.arange(-32_768, 32_768, dtype=np.int32) >> 3  # 13 bits
    size = np.where(sample >= 0, sample, -sample - 1)
    segment = np.maximum(np.floor(np.log2(np.maximum(size, 1))).astype(np.int32) - 4, 0)
    code = segment << 4 | size >> np.maximum(segment, 1) & 0xF
    return np.asarray(code ^ np.where(sample >= 0, 0xD5, 0x55), np.uint8)


DECODE = np.concatenate([_mu_decoding(), _a_decoding()])
"""One table for both laws: A law's begins at `LAW_OUT["a"]`."""
ENCODE = np.concatenate([_mu_encoding(), _a_encoding()])
"""Index: sample + 32,768; A law's begins at `LAW_IN["a"]`."""
LAW_OUT: dict[Law, int] = {"u": 0, "a": 256}
LAW_IN: dict[Law, int] = {"u": 0, "a": 65_536}


def decode(data: bytes | bytearray | memoryview, law: Law = "u") -> Pcm:
    start = LAW_OUT[law]
    samples: Pcm = DECODE[start : start + 256].take(np.frombuffer(data, np.uint8))
    return samples


def encode(samples: Pcm | Wide, law: Law = "u") -> bytes:
    """Samples must lie within 16 bits."""
    return ENCODE.take(samples.astype(np.int32) + (32_768 + LAW_IN[law])).tobytes()
