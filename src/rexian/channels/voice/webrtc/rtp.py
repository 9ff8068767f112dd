"""RTP packets (RFC 3550): headers read with every length checked, written without extensions; who may send what."""

from __future__ import annotations

import struct
from typing import NamedTuple

_FIXED = struct.Struct("!BBHII")
_EXTENSION = struct.Struct("!HH")
HEADER_BYTES = 12

SOURCE_SILENT_S = 2.0
"""After so long without a packet another source (SSRC) of the same peer may take the place of the first."""
MAX_PER_SECOND = 400
"""Packets that one leg may send in a second: eight times what 20 ms frames need, enough for 5 ms frames and keys."""


class Packet(NamedTuple):
    payload_type: int
    marker: bool
    seq: int
    timestamp: int
    ssrc: int
    payload: bytes


def parse(data: bytes) -> Packet | None:
    """Read one RTP packet; None when a length in it does not fit (RFC 3550 A.1)."""
    if len(data) < HEADER_BYTES:
        return None
    first, second, seq, timestamp, ssrc = _FIXED.unpack_from(data)
    if first == 0x80:  # no padding, extension or contributors: the common case
        return Packet(second & 0x7F, second >= 0x80, seq, timestamp, ssrc, data[HEADER_BYTES:])
    span = _payload_span(data, first)
    if span is None:
        return None
    return Packet(second & 0x7F, second >= 0x80, seq, timestamp, ssrc, data[span[0] : span[1]])


def _payload_span(data: bytes, first: int) -> tuple[int, int] | None:
    """Where the payload begins and ends, or None."""
    begin, end = HEADER_BYTES + 4 * (first & 0x0F), len(data)
    if first >> 6 != 2:
        return None
    if first & 0x10:
        if begin + 4 > end:
            return None
        begin += 4 + 4 * _EXTENSION.unpack_from(data, begin)[1]
    if first & 0x20:
        padding = data[-1]
        if padding == 0:
            return None
        end -= padding
    return (begin, end) if begin <= end else None


def peek_ssrc(data: bytes) -> int:
    """The source that a packet of at least 12 bytes names, still unauthenticated."""
    return int.from_bytes(data[8:12], "big")


def build(payload_type: int, seq: int, timestamp: int, ssrc: int, payload: bytes, marker: bool = False) -> bytes:
    """Write one packet. `seq` and `timestamp` are taken modulo their width."""
    return _FIXED.pack(
        0x80, payload_type | (0x80 if marker else 0), seq & 0xFFFF, timestamp & 0xFFFFFFFF, ssrc
    ) + payload  # fmt: skip


class Rate:
    """At most so many packets in a second. `now` is monotonic, in seconds."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._second = -1
        self._count = 0

    def admits(self, now: float) -> bool:
        """Count one packet; False: there were too many in this second."""
        if int(now) != self._second:
            self._second, self._count = int(now), 0
        self._count += 1
        return self._count <= self._most


class Gate:
    """Lets in one source at a time and no flood. `now` is monotonic, in seconds."""

    def __init__(self, ssrc: int | None = None) -> None:
        self.ssrc = ssrc
        self.refused = 0
        self._heard_at: float | None = None
        self._rate = Rate(MAX_PER_SECOND)

    def admits(self, ssrc: int, now: float) -> bool:
        """Say whether a packet of `ssrc` may go on to be decrypted."""
        if ssrc != self.ssrc and not self._may_change(now):  # not counted: strangers must not use up the peer's rate
            self.refused += 1
            return False
        admitted = self._rate.admits(now)
        self.refused += not admitted
        return admitted

    def heard(self, ssrc: int, now: float) -> bool:
        """Note an authentic packet of `ssrc`; says whether the source is a new one."""
        changed = ssrc != self.ssrc
        self.ssrc, self._heard_at = ssrc, now
        return changed

    def _may_change(self, now: float) -> bool:
        return self._heard_at is None or now - self._heard_at > SOURCE_SILENT_S
