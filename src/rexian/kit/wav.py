"""WAV files (RIFF, Microsoft 1991, with WAVE_FORMAT_EXTENSIBLE): any usual one in, mono 8,000 Hz G.711 mu-law out.

Samples are floats in −1…1. Everything is plain arithmetic over arrays; nothing here touches a disk.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from math import gcd

import numpy as np
import numpy.typing as npt

from rexian.kit.g711 import ALAW_TO_LINEAR, ULAW_TO_LINEAR

Samples = npt.NDArray[np.float32]
RATE = 8_000
_PCM, _FLOAT, _ALAW, _ULAW, _EXTENSIBLE = 1, 3, 6, 7, 0xFFFE
_QUIET = 10 ** (-45 / 20)
_LOUD = 10 ** (-20 / 20)  # rms to which speech is brought, as far as its peaks allow
_PEAK = 10 ** (-3 / 20)


class WavError(Exception):
    """The bytes can't be used. `code`: not_wav, codec, broken, too_long, silent."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def read(data: bytes, most_s: int) -> tuple[Samples, int]:
    """Return a WAV file's sound, channels mixed, and its rate. Raises `WavError`."""
    if len(data) < 12 or data[:4] not in {b"RIFF", b"RF64"} or data[8:12] != b"WAVE":
        raise WavError("not_wav")
    chunks = dict(_chunks(data))
    if b"fmt " not in chunks or b"data" not in chunks or len(chunks[b"fmt "]) < 16:
        raise WavError("broken")
    layout = chunks[b"fmt "]
    code, channels, rate, _, block, bits = struct.unpack("<HHIIHH", layout[:16])
    if code == _EXTENSIBLE and len(layout) >= 26:
        code = struct.unpack("<H", layout[24:26])[0]
    if not 1 <= channels <= 8 or not 4_000 <= rate <= 192_000 or block < 1:
        raise WavError("codec")
    body = chunks[b"data"]
    if len(body) // block > most_s * rate:
        raise WavError("too_long")
    flat = _decoded(body[: len(body) // block * block], code, bits)
    if len(flat) < channels or len(flat) % channels:
        raise WavError("broken")
    return np.nan_to_num(flat.reshape(-1, channels).mean(axis=1)).clip(-1, 1).astype(np.float32), rate


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The first of each kind. A writer that didn't know the length wrote 0 or 0xFFFFFFFF: then all that is left."""
    at, seen = 12, set()
    while at + 8 <= len(data):
        name, size = data[at : at + 4], struct.unpack("<I", data[at + 4 : at + 8])[0]
        if name == b"data" and size in {0, 0xFFFFFFFF}:
            size = len(data) - at - 8
        if name not in seen:
            yield name, data[at + 8 : at + 8 + size]
        seen.add(name)
        at += 8 + size + size % 2


def _decoded(body: bytes, code: int, bits: int) -> Samples:
    if code == _PCM and bits == 8:
        return np.frombuffer(body, np.uint8).astype(np.float32) / np.float32(128) - np.float32(1)
    if code == _PCM and bits in {16, 32}:
        return np.asarray(np.frombuffer(body, f"<i{bits // 8}") / 2.0 ** (bits - 1), dtype=np.float32)
    if code == _PCM and bits == 24:
        three = np.frombuffer(body[: len(body) // 3 * 3], np.uint8).reshape(-1, 3).astype(np.int32)
        whole = (three[:, 0] | three[:, 1] << 8 | three[:, 2] << 16) << 8
        return np.asarray(whole / 2.0**31, dtype=np.float32)
    if code == _FLOAT and bits in {32, 64}:
        return np.asarray(np.frombuffer(body, f"<f{bits // 8}"), dtype=np.float32)
    if code in {_ULAW, _ALAW} and bits == 8:
        table = ULAW_TO_LINEAR if code == _ULAW else ALAW_TO_LINEAR
        return np.asarray(table[np.frombuffer(body, np.uint8)] / 32_768.0, dtype=np.float32)
    raise WavError("codec")


def resampled(samples: Samples, rate: int) -> Samples:
    """The same sound at 8,000 Hz; what lies above 3,700 Hz is taken away (in the spectrum of the whole)."""
    if not len(samples):
        return samples
    unit = rate // gcd(rate, RATE)
    whole = -(-len(samples) // unit) * unit
    spectrum = np.fft.rfft(samples, whole)
    count = whole // unit * (RATE // gcd(rate, RATE))
    kept = spectrum[: count // 2 + 1].copy()
    kept.resize(count // 2 + 1)
    frequency = np.arange(len(kept)) * rate / whole
    kept *= np.clip((3_900 - frequency) / 200, 0, 1)
    return (np.fft.irfft(kept, count) * (count / whole)).astype(np.float32)


def polished(samples: Samples, *, keep_ms: int = 60) -> Samples:
    """Silence at both ends cut to `keep_ms`, loudness evened out, ends faded. Raises `WavError` (`silent`)."""
    samples = samples - np.float32(samples.mean()) if len(samples) else samples
    loud = np.flatnonzero(np.abs(samples) > max(_QUIET, 0.02 * float(np.abs(samples).max(initial=0))))
    if not len(loud) or len(loud) < RATE // 100:
        raise WavError("silent")
    keep = RATE * keep_ms // 1000
    part = samples[max(0, loud[0] - keep) : loud[-1] + keep + 1].copy()
    part *= min(_LOUD / float(np.sqrt(np.mean(part**2))), _PEAK / float(np.abs(part).max()))
    fade = min(RATE // 200, len(part) // 2)
    part[:fade] *= np.linspace(0, 1, fade, dtype=np.float32)
    part[len(part) - fade :] *= np.linspace(1, 0, fade, dtype=np.float32)
    return part


# -- mu law out --------------------------------------------------------------------------------------------------------
_ORDER = np.argsort(ULAW_TO_LINEAR, kind="stable")
_SORTED = ULAW_TO_LINEAR[_ORDER].astype(np.float32)
_BORDERS = (_SORTED[1:] + _SORTED[:-1]) / 2


def ulaw(samples: Samples) -> bytes:
    """Samples as G.711 mu-law octets, each the nearest."""
    return _ORDER[np.searchsorted(_BORDERS, samples * 32_767)].astype(np.uint8).tobytes()


def wav_of(octets: bytes) -> bytes:
    """A WAV file of mu-law octets, mono, 8,000 Hz (RFC 2361: format 7 with an empty extension, and a `fact`)."""
    layout = struct.pack("<HHIIHHH", _ULAW, 1, RATE, RATE, 1, 8, 0)
    padded = octets + b"\xff" * (len(octets) % 2)
    body = b"WAVE" + _chunk(b"fmt ", layout) + _chunk(b"fact", struct.pack("<I", len(octets)))
    body += b"data" + struct.pack("<I", len(octets)) + padded
    return b"RIFF" + struct.pack("<I", len(body)) + body


def linear(data: bytes) -> bytes:
    """A file that `wav_of` made as 16-bit PCM, which every browser plays."""
    body = ULAW_TO_LINEAR[np.frombuffer(octets_of(data), np.uint8)].astype("<i2").tobytes()
    layout = struct.pack("<HHIIHH", _PCM, 1, RATE, 2 * RATE, 2, 16)
    inside = b"WAVE" + _chunk(b"fmt ", layout) + _chunk(b"data", body)
    return b"RIFF" + struct.pack("<I", len(inside)) + inside


def _chunk(name: bytes, data: bytes) -> bytes:
    return name + struct.pack("<I", len(data)) + data


def octets_of(data: bytes) -> bytes:
    """The mu-law octets of a file that `wav_of` made. Raises `WavError`."""
    chunks = dict(_chunks(data)) if data[:4] == b"RIFF" else {}
    if b"data" not in chunks or chunks.get(b"fmt ", b"")[:2] != struct.pack("<H", _ULAW):
        raise WavError("codec")
    return chunks[b"data"]


def telephone(data: bytes, most_s: int) -> bytes:
    """Any WAV file as the house keeps sounds: mono, 8,000 Hz, mu law, trimmed and evened out. Raises `WavError`."""
    samples, rate = read(data, most_s)
    return wav_of(ulaw(polished(resampled(samples, rate))))


def duration_ms(data: bytes) -> int:
    """How long a file that `wav_of` made lasts."""
    return len(octets_of(data)) * 1000 // RATE
